"""Sentences to an answer: choose, order, cite, or abstain."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.questions import Form
from rag.terms import terms
from rag.types import Citation, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.questions import QuestionKind
    from rag.settings import AnsweringSettings

SIMILARITY_WEIGHT = 0.7
OVERLAP_WEIGHT = 0.2
RANK_WEIGHT = 0.1
FURTHER_SENTENCE = {Form.FACT: 0.9, Form.LIST: 0.8, Form.OPEN: 0.75}
"""Share of the best sentence's score that another one needs to be added."""
SENTENCES = {Form.FACT: 2, Form.LIST: 4, Form.OPEN: 5}
"""The most sentences of an answer; the setting ``answering.max_sentences`` lowers it."""
NEAR_REPEAT = 0.7
"""Jaccard similarity of terms (0..1) from which on two sentences say the same."""
_CONFIDENCE = {"similarity": 3.85, "overlap": -2.1, "dense": 5.0, "bias": -4.05}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of the answer and those of other places that say the same."""

    candidate: Candidate
    repeats: tuple[Candidate, ...] = ()


class QuoteError(RagError):
    """A quote is not what its document says at its span; never expected to happen."""


def score_by_similarity(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates scored by similarity, terms and rank, best first."""
    scored = [
        replace(
            candidate,
            score=SIMILARITY_WEIGHT * candidate.similarity
            + OVERLAP_WEIGHT * candidate.overlap
            + RANK_WEIGHT / candidate.hit.rank,
        )
        for candidate in candidates
    ]
    return sorted(scored, key=_order_of_merit)


def confidence_by_similarity(ranked: Sequence[Candidate]) -> float:
    """Return how likely it is (0..1) that the best candidates answer.

    A logistic function of the best sentence's similarity, the best overlap and the best passage's
    cosine, fitted on development questions. The overlap counts against: at equal similarity, a
    question whose words all occur asks more often for what is not said about known names.
    """
    if not ranked:
        return 0.0
    logit = (
        _CONFIDENCE["similarity"] * max(candidate.similarity for candidate in ranked)
        + _CONFIDENCE["overlap"] * max(candidate.overlap for candidate in ranked)
        + _CONFIDENCE["dense"] * max(candidate.hit.scores.dense or 0.0 for candidate in ranked)
        + _CONFIDENCE["bias"]
    )
    return 1 / (1 + math.exp(-logit))


def choose(
    ranked: Sequence[Candidate], kind: QuestionKind, settings: AnsweringSettings
) -> list[Chosen]:
    """Choose the sentences of an answer, best first, without near-repeats.

    A near-repeat from another document becomes a second citation of the sentence.
    """
    limit = min(SENTENCES[kind.form], settings.max_sentences)
    chosen: list[Chosen] = []
    words: list[frozenset[str]] = []
    for candidate in ranked:
        if candidate.score < FURTHER_SENTENCE[kind.form] * ranked[0].score:
            break
        own = frozenset(terms(candidate.text))
        same = next((i for i, other in enumerate(words) if _says_the_same(own, other)), None)
        if same is not None:
            chosen[same] = _with_repeat(chosen[same], candidate)
        elif len(chosen) < limit:
            chosen.append(Chosen(candidate))
            words.append(own)
    return chosen


def ordered(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Put sentences of one document together in the order of its text, best document first."""
    first: dict[str, int] = {}
    for rank, item in enumerate(chosen):
        first.setdefault(item.candidate.document.name, rank)
    return sorted(
        chosen,
        key=lambda item: (first[item.candidate.document.name], item.candidate.span.start),
    )


def cite(chosen: Sequence[Chosen]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Number the citations in the order in which they are used.

    Raises:
        QuoteError: a quote differs from its document, so nothing may be shown.
    """
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for item in chosen:
        numbers = []
        for candidate in (item.candidate, *item.repeats):
            citations.append(_citation(len(citations) + 1, candidate))
            numbers.append(len(citations))
        sentences.append(Sentence(item.candidate.text, tuple(numbers)))
    return tuple(sentences), tuple(citations)


def _citation(number: int, candidate: Candidate) -> Citation:
    document, span = candidate.document, candidate.span
    if document.slice(span) != candidate.text or not candidate.text:
        message = f"Expected the quote at {span} of {document.name}, but the text differs."
        raise QuoteError(message)
    return Citation(
        number=number,
        document=document.name,
        metadata=document.metadata,
        page=document.page_at(span.start),
        span=span,
        quote=candidate.text,
        sha256=document.sha256,
        score=max(0.0, min(1.0, candidate.score)),
        other_names=document.other_names,
    )


def _order_of_merit(candidate: Candidate) -> tuple[float, str, int]:
    return -candidate.score, candidate.document.name, candidate.span.start


def _says_the_same(left: frozenset[str], right: frozenset[str]) -> bool:
    union = len(left | right)
    return bool(union) and len(left & right) / union >= NEAR_REPEAT


def _with_repeat(chosen: Chosen, candidate: Candidate) -> Chosen:
    cited = {chosen.candidate.document.name, *(item.document.name for item in chosen.repeats)}
    if candidate.document.name in cited:
        return chosen
    return replace(chosen, repeats=(*chosen.repeats, candidate))
