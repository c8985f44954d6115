"""Sentences to an answer: score, choose, order, cite, or abstain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.logistic import log_odds, logistic
from rag.questions import Form
from rag.terms import jaccard, terms
from rag.types import Citation, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.coverage import Coverage
    from rag.evidence import Candidate
    from rag.questions import QuestionKind
    from rag.settings import AnsweringSettings

SIMILARITY_WEIGHT = 0.7
OVERLAP_WEIGHT = 0.2
RANK_WEIGHT = 0.1
SENTENCE_WEIGHTS = {
    "answerable": 0.78,
    "similarity": 1.83,
    "overlap": 2.75,
    "reciprocal_rank": 1.27,
    "fits": 0.77,
    "bias": -3.92,
}
"""A logistic function of `sentence_features`: how likely a sentence is evidence."""
QUESTION_WEIGHTS = {
    "answerable": 0.98,
    "alone": 0.21,
    "dense": 0.42,
    "fits": 0.38,
    "names": 1.56,
    "missing": -1.13,
    "bias": 0.06,
}
"""A logistic function of `question_features`: how likely the best sentence answers."""
WEIGHTS_WITHOUT_READER = {"similarity": 1.95, "overlap": 1.74, "dense": 2.25, "bias": -2.69}
"""A logistic function of `features_without_reader`: how likely the best sentences answer.

All three are fitted on development questions by ``training/fit_answering.py``.
"""
FURTHER_SENTENCE = {Form.FACT: 0.4, Form.LIST: 0.32, Form.OPEN: 0.32}
"""Share of the best sentence's score that another one needs to be added, with a reader."""
FURTHER_ANSWERABLE = 0.1
"""The least of the reader's probability (0..1) in a further sentence of a factual question."""
FURTHER_SENTENCE_WITHOUT_READER = 0.75
SENTENCES = {Form.FACT: 2, Form.LIST: 4, Form.OPEN: 4}
"""The most sentences of an answer; the setting ``answering.max_sentences`` lowers it."""
NEAR_REPEAT = 0.7
"""Jaccard similarity of terms (0..1) from which on two sentences say the same."""


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


def score_by_reading(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates scored by the reader and the retrieval features, best first."""
    scored = [
        replace(candidate, score=logistic(sentence_features(candidate), SENTENCE_WEIGHTS))
        for candidate in candidates
    ]
    return sorted(scored, key=_order_of_merit)


def confidence_by_similarity(ranked: Sequence[Candidate]) -> float:
    """Return how likely it is (0..1) that the best candidates answer, without a reader."""
    return logistic(features_without_reader(ranked), WEIGHTS_WITHOUT_READER) if ranked else 0.0


def confidence_by_reading(ranked: Sequence[Candidate], covered: Coverage) -> float:
    """Return how likely it is (0..1) that the best candidate answers, with a reader.

    Args:
        ranked: Scored candidates, at least one, best first.
        covered: What of the question there is where the best one stands.
    """
    return logistic(question_features(ranked, covered), QUESTION_WEIGHTS)


def sentence_features(candidate: Candidate) -> dict[str, float]:
    """Return what tells that a sentence is evidence; ``answerable`` is in log-odds."""
    return {
        "answerable": log_odds(candidate.answerable),
        "similarity": candidate.similarity,
        "overlap": candidate.overlap,
        "reciprocal_rank": 1 / candidate.hit.rank,
        "fits": float(candidate.fits),
    }


def question_features(ranked: Sequence[Candidate], covered: Coverage) -> dict[str, float]:
    """Return what tells that the ranked candidates, at least one, answer."""
    best = ranked[0]
    return {
        "answerable": max(log_odds(item.answerable) for item in ranked),
        "alone": log_odds(best.answerable if best.alone is None else best.alone),
        "dense": max(item.hit.scores.dense or 0.0 for item in ranked),
        "fits": float(best.fits),
        "names": covered.names,
        "missing": covered.missing,
    }


def features_without_reader(ranked: Sequence[Candidate]) -> dict[str, float]:
    """Return what tells that the candidates, at least one, answer, where no reader says so."""
    return {
        "similarity": max(item.similarity for item in ranked),
        "overlap": max(item.overlap for item in ranked),
        "dense": max(item.hit.scores.dense or 0.0 for item in ranked),
    }


def choose(
    ranked: Sequence[Candidate],
    kind: QuestionKind,
    settings: AnsweringSettings,
    needed: Sequence[Candidate] = (),
) -> list[Chosen]:
    """Choose the sentences of an answer, best first, without near-repeats.

    A near-repeat from another document becomes a second citation of the sentence. Those *needed*,
    where sources differ, are in the answer before all others.
    """
    limit = min(SENTENCES[kind.form], settings.max_sentences)
    needed = needed[: settings.max_sentences]
    good = [item for item in ranked if item is ranked[0] or _adds(item, ranked[0], kind)]
    chosen: list[Chosen] = []
    words: list[frozenset[str]] = []
    for candidate in [*needed, *(item for item in good if item not in needed)]:
        own = frozenset(terms(candidate.text))
        same = next((i for i, other in enumerate(words) if _says_the_same(own, other)), None)
        if same is not None and candidate not in needed:
            chosen[same] = _with_repeat(chosen[same], candidate)
        elif any(_overlap(candidate, item.candidate) for item in chosen):
            continue  # an item of a list that is quoted whole
        elif len(chosen) < max(limit, len(needed)):
            chosen.append(Chosen(candidate))
            words.append(own)
    return chosen


def _adds(item: Candidate, best: Candidate, kind: QuestionKind) -> bool:
    """Whether a further sentence is worth reading: for a fact, it has to hold one of the kind."""
    if best.answerable is None:
        return item.score >= FURTHER_SENTENCE_WITHOUT_READER * best.score
    near = item.score >= FURTHER_SENTENCE[kind.form] * best.score
    holds = item.fits and (item.answerable or 0.0) >= FURTHER_ANSWERABLE
    return near and (holds or kind.form is not Form.FACT)


def ordered(chosen: Sequence[Chosen], kind: QuestionKind) -> list[Chosen]:
    """Put the sentences in reading order, the one that answers best first.

    The others of a factual question follow by merit; for the rest, sentences of one document
    stand together in the order of its text, the best document first.
    """
    if kind.form is Form.FACT:
        return list(chosen)
    first: dict[str, int] = {}
    for rank, item in enumerate(chosen):
        first.setdefault(item.candidate.document.name, rank)
    further = sorted(
        chosen[1:],
        key=lambda item: (first[item.candidate.document.name], item.candidate.span.start),
    )
    return [*chosen[:1], *further]


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
    return bool(left | right) and jaccard(left, right) >= NEAR_REPEAT


def _overlap(left: Candidate, right: Candidate) -> bool:
    return left.document.name == right.document.name and left.span.overlaps(right.span)


def _with_repeat(chosen: Chosen, candidate: Candidate) -> Chosen:
    cited = {chosen.candidate.document.name, *(item.document.name for item in chosen.repeats)}
    if candidate.document.name in cited:
        return chosen
    return replace(chosen, repeats=(*chosen.repeats, candidate))
