"""Question to ranked passages: dense and lexical search, fused."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from rag.acronyms import spelled_out
from rag.counting import what_is_counted
from rag.definitions import thing_asked_for
from rag.names import names_in, other_terms, share_named, with_synonyms
from rag.rarity import rarity
from rag.rephrasing import rephrased, searched_as
from rag.speakers import authors_named, terms_of_voices, topic_of
from rag.store.protocol import Scored
from rag.synonyms import share_present
from rag.terms import query_terms, terms
from rag.types import Hit, Scores
from rag.variety import collapse, others_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.embedding import Embedder
    from rag.settings import RetrievalSettings
    from rag.store import Filters, Snapshot
    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk

ANSWERABLE_WEIGHT = 0.17
"""On development questions: evidence first 0.71 without, 0.77 with; in the first 5 0.83 and 0.89."""
NAMES_WEIGHT = 0.2
"""Of the share (0..1) of a question's names that a passage has, in the final score."""
TERMS_WEIGHT = 0.2
"""Of the share (0..1) of a question's terms that it has, or synonyms of them; the rest is fused."""
SENTENCE_SHARE = 0.8
"""Of a passage's best sentence in its nearness to the question; the rest is the whole passage's."""
OVERFETCH = 2
"""Passages looked at for each one asked for, since near-identical ones collapse."""


def search(
    snapshot: Snapshot,
    embedder: Embedder,
    question: str,
    settings: RetrievalSettings,
    *,
    count: int,
    filters: Filters | None = None,
    varied: bool = False,
    timings_ms: dict[str, float] | None = None,
) -> list[Hit]:
    """Return the *count* best passages for a question, best first.

    Ranking is total: by fused score, then document name, then position, so that the same content
    gives the same order however the index came about. *varied* changes it as `others_first` does.

    Args:
        snapshot: The index.
        embedder: The model that the index was made with.
        question: Self-contained text.
        settings: How to search and fuse.
        count: How many at most.
        filters: Which documents to search in; None means all.
        varied: Whether one document should not hide what others say.
        timings_ms: Gets the milliseconds of ``embed`` and ``search``.
    """
    began = time.perf_counter()
    question = rephrased(question)
    text = searched_as(question)
    vector = embedder.embed([topic_of(text)])[0]
    embedded = time.perf_counter()
    among = snapshot.matching(filters) if filters is not None else None
    depth = max(settings.candidates, count)
    fused, sentences = _scored(snapshot, vector, text, settings, depth, among)
    candidates = sorted(fused, key=lambda chunk: (-fused[chunk].fused, chunk))
    chunks = snapshot.chunks(candidates[: count * OVERFETCH])
    ranked, kept, scores = _ranked(snapshot, chunks, fused, question, settings.near_duplicate)
    kept = (others_first(kept, scores) if varied else kept)[:count]
    spelling = _spelling_passage(snapshot, ranked, kept, question, depth, among)
    if spelling is not None:
        kept[count - 1 :] = [spelling]
        [cosines] = snapshot.sentence_cosines(vector, [spelling.identifier])
        scores.setdefault(spelling.identifier, Scores(None, max(cosines), None, 0.0))
        sentences.setdefault(spelling.identifier, cosines)
    hits = [
        Hit(
            rank,
            chunk,
            scores[chunk.identifier],
            snapshot.document(chunk.document).page_at(chunk.span.start),
            sentences[chunk.identifier],
        )
        for rank, chunk in enumerate(kept, start=1)
    ]
    if timings_ms is not None:
        timings_ms["embed"] = 1000 * (embedded - began)
        timings_ms["search"] = 1000 * (time.perf_counter() - embedded)
    return hits


def _ranked(
    snapshot: Snapshot,
    chunks: Sequence[Chunk],
    fused: Mapping[int, Scores],
    question: str,
    near_duplicate: float,
) -> tuple[list[Chunk], list[Chunk], dict[int, Scores]]:
    """Return the chunks best first, those of them that differ, and their scores."""
    own_terms = {chunk.identifier: frozenset(terms(chunk.text)) for chunk in chunks}
    named = _with_voices(own_terms, chunks, question, snapshot)
    scores = with_words(fused, chunks, named, question, rarity(query_terms(question), snapshot))
    ranked = sorted(
        chunks,
        key=lambda chunk: (-scores[chunk.identifier].fused, chunk.document, chunk.span.start),
    )
    return ranked, collapse(ranked, own_terms, near_duplicate), scores


def _scored(
    snapshot: Snapshot,
    vector: Vector,
    question: str,
    settings: RetrievalSettings,
    depth: int,
    among: frozenset[str] | None,
) -> tuple[dict[int, Scores], dict[int, tuple[float, ...]]]:
    """Return what the two searches find, *depth* chunks each: scores, and sentences' cosines."""
    dense = snapshot.search_dense(vector, depth, among)
    counted = what_is_counted(question)
    same = sorted(counted.same) if counted else []
    words = list(dict.fromkeys([*query_terms(question), *other_terms(question), *same]))
    lexical = snapshot.search_lexical(words, depth, among)
    found = sorted({item.chunk for item in (*dense, *lexical)})
    sentences = dict(zip(found, snapshot.sentence_cosines(vector, found), strict=True))
    best = [Scored(chunk, max(cosines)) for chunk, cosines in sentences.items()]
    return fuse(dense, best, lexical, settings.dense_weight), sentences


def fuse(
    dense: Sequence[Scored],
    sentences: Sequence[Scored],
    lexical: Sequence[Scored],
    dense_weight: float,
) -> dict[int, Scores]:
    """Join what was found into one score a chunk, 0..1, higher is better.

    A convex combination of scores, each scaled so that the lowest of its ranking is 0 and the
    highest 1 (Bruch et al. 2023, https://arxiv.org/abs/2210.11934, section 4). A chunk that a
    ranking does not hold gets 0 from it.

    Args:
        dense: The passages nearest to the question, best first.
        sentences: Each passage found with the cosine of its best sentence; as many of them as
            are in *dense* make the ranking.
        lexical: The passages of highest BM25 score, best first.
        dense_weight: The share (0..1) of *dense* and *sentences* together.
    """
    nearest = sorted(sentences, key=lambda item: (-item.score, item.chunk))[: len(dense)]
    scaled_dense, scaled_nearest, scaled_lexical = map(_scaled, (dense, nearest, lexical))
    raw_dense, raw_lexical = dict(dense), dict(lexical)

    def fused(chunk: int) -> float:
        near = scaled_nearest.get(chunk, 0.0)
        meaning = (1 - SENTENCE_SHARE) * scaled_dense.get(chunk, 0.0) + SENTENCE_SHARE * near
        return dense_weight * meaning + (1 - dense_weight) * scaled_lexical.get(chunk, 0.0)

    return {
        chunk: Scores(raw_dense.get(chunk), cosine, raw_lexical.get(chunk), fused(chunk))
        for chunk, cosine in sentences
    }


def with_words(
    fused: Mapping[int, Scores],
    chunks: Sequence[Chunk],
    own_terms: Mapping[int, frozenset[str]],
    question: str,
    weights: Mapping[str, float],
) -> dict[int, Scores]:
    """Return the chunks' scores with the shares of the question's names and terms that each has.

    *own_terms* are the terms of the chunks' texts by identifier, *weights* those of the question's
    terms, by rarity.
    """
    names = names_in(question)
    in_context = cache(lambda context: frozenset(terms(context)))
    scores = {}
    for chunk in chunks:
        own = fused[chunk.identifier]
        present = own_terms[chunk.identifier] | in_context(chunk.context)
        named = share_named(names, present)
        held = share_present(weights, with_synonyms(names, present))
        rest = 1 - NAMES_WEIGHT - TERMS_WEIGHT
        joined = rest * own.fused + NAMES_WEIGHT * named + TERMS_WEIGHT * held
        scores[chunk.identifier] = replace(own, fused=joined)
    return scores


def _spelling_passage(
    snapshot: Snapshot,
    ranked: Sequence[Chunk],
    kept: Sequence[Chunk],
    question: str,
    depth: int,
    among: frozenset[str] | None,
) -> Chunk | None:
    """Return a passage that spells out the acronym of "What is …?", if none that is kept does.

    Those that only use it know from their document what it stands for, and rank higher.
    """
    thing = thing_asked_for(question)
    if thing is None or any(spelled_out(thing, chunk.text) for chunk in kept):
        return None
    words = next(filter(None, (chunk.spelling_of(thing) for chunk in ranked)), None)
    if words is None:
        return None
    found = snapshot.search_lexical(terms(f"{words} {thing}"), depth, among)
    chunks = {chunk.identifier: chunk for chunk in snapshot.chunks([item.chunk for item in found])}
    ordered = (chunks[item.chunk] for item in found)
    return next((chunk for chunk in ordered if spelled_out(thing, chunk.text)), None)


def _with_voices(
    own_terms: Mapping[int, frozenset[str]],
    chunks: Sequence[Chunk],
    question: str,
    snapshot: Snapshot,
) -> Mapping[int, frozenset[str]]:
    """Add to the terms of the chunks those of their author, or speaker, whom the question names."""
    found = dict(own_terms)
    for chunk in chunks:
        document = snapshot.document(chunk.document)
        found[chunk.identifier] |= terms_of_voices(question, document, chunk.span)
        found[chunk.identifier] |= authors_named(question, document.metadata.author)
    return found


def rerank(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits ranked anew with what the reader thinks of them.

    By the fused score plus `ANSWERABLE_WEIGHT` times the probability that the passage answers, 0
    for those that were not read.
    """

    def merit(hit: Hit) -> float:
        return hit.scores.fused + ANSWERABLE_WEIGHT * (hit.scores.answerable or 0.0)

    ordered = sorted(hits, key=lambda hit: (-merit(hit), hit.rank))
    return [replace(hit, rank=rank) for rank, hit in enumerate(ordered, start=1)]


def _scaled(ranking: Sequence[Scored]) -> dict[int, float]:
    if not ranking:
        return {}
    highest, lowest = ranking[0].score, ranking[-1].score
    if highest == lowest:
        return {item.chunk: 1.0 for item in ranking}
    return {item.chunk: (item.score - lowest) / (highest - lowest) for item in ranking}
