"""What one question scored: everything that figures, reports and comparisons are made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from rag.evaluation import answers, citations, disagreement, ranking
from rag.evaluation.labels import Kind
from rag.types import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.evaluation.labels import GoldQuestion
    from rag.evaluation.locating import Located
    from rag.types import Answer, Document, Hit

    Scores = dict[str, float | None]

DEPTHS = (1, 3, 5, 10, 20)
"""The k of hit@k, all_hit@k and recall@k."""
NDCG_DEPTHS = (5, 10)
PASSAGES_DEPTH = 5
"""The k for the passages that an answer itself lists."""
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """One question of a run.

    ``scores`` are by the names of `rag.evaluation.metrics`; a score is missing where it makes no
    sense for the question. ``right`` tells whether the answer cites gold evidence or, if it was
    refused, would have: confidence is judged by it. ``missing`` quotes the evidence of the groups
    that were not cited. ``milliseconds`` is what asking took, the only part that varies.
    """

    identifier: str
    question: str
    standalone_question: str
    kind: str
    wording: str | None
    split: str | None
    answerable: bool
    refused: bool
    confidence: float
    right: bool
    short_answer: str | None
    sentences: tuple[str, ...]
    cited: tuple[str, ...]
    disagreements: tuple[str, ...]
    gold_answers: tuple[str, ...]
    missing: tuple[str, ...]
    scores: dict[str, float] = field(default_factory=dict)
    milliseconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> QuestionRecord:
        """Return the record that `to_dict` wrote.

        Raises:
            KeyError: a key is missing.
        """
        values: dict[str, Any] = {}
        for item in fields(cls):
            value = row[item.name]
            values[item.name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline gave for one question, and where its evidence is.

    ``hits`` are those of `Pipeline.search`; ``forced`` is the answer with the refusal threshold
    at 0, which is ``answer`` itself unless that refused an answerable question.
    """

    gold: GoldQuestion
    evidence: Sequence[Located]
    answer: Answer
    forced: Answer
    hits: Sequence[Hit]
    milliseconds: float


def record_of(outcome: Outcome, documents: Callable[[str], Document]) -> QuestionRecord:
    """Score one question.

    Args:
        outcome: What was asked and answered.
        documents: Returns an indexed document by its name.
    """
    gold, answer = outcome.gold, outcome.answer
    scores = {
        **_retrieval_scores(outcome),
        **_answer_scores(gold, answer),
        **_citation_scores(outcome, documents),
        **_disagreement_scores(gold, answer),
        **_refusal_scores(outcome),
    }
    return QuestionRecord(
        identifier=gold.identifier,
        question=gold.question,
        standalone_question=answer.standalone_question,
        kind=gold.kind.value,
        wording=gold.wording if gold.answerable else None,
        split=gold.split.value if gold.split else None,
        answerable=gold.answerable,
        refused=answer.status is Status.NOT_FOUND,
        confidence=round(answer.confidence, _DECIMALS),
        right=_cites_evidence(outcome.forced, outcome),
        short_answer=answer.short_answer,
        sentences=tuple(sentence.text for sentence in answer.sentences),
        cited=tuple(_place(outcome, index) for index in range(len(answer.citations))),
        disagreements=tuple(
            " | ".join(position.value for position in item.positions)
            for item in answer.disagreements
        ),
        gold_answers=gold.answers,
        missing=tuple(_missing(outcome)),
        scores={
            name: round(score, _DECIMALS) for name, score in scores.items() if score is not None
        },
        milliseconds=round(outcome.milliseconds, 2),
    )


def _retrieval_scores(outcome: Outcome) -> Scores:
    gold = outcome.gold
    if not gold.answerable:
        return {}
    count = len(gold.groups)
    found, shown = _covered(outcome, outcome.hits), _covered(outcome, outcome.answer.passages)
    whole = _covered(outcome, outcome.hits, coverage=1.0)
    scores: Scores = {}
    for k in DEPTHS:
        scores[f"hit@{k}"] = ranking.hit(found, k)
        scores[f"all_hit@{k}"] = ranking.all_hit(found, count, k)
        scores[f"recall@{k}"] = ranking.recall(found, count, k)
    for k in NDCG_DEPTHS:
        scores[f"ndcg@{k}"] = ranking.ndcg(found, count, k)
    scores["mrr"] = ranking.reciprocal_rank(found)
    scores[f"whole_recall@{PASSAGES_DEPTH}"] = ranking.recall(whole, count, PASSAGES_DEPTH)
    scores[f"shown_hit@{PASSAGES_DEPTH}"] = ranking.hit(shown, PASSAGES_DEPTH)
    scores[f"shown_recall@{PASSAGES_DEPTH}"] = ranking.recall(shown, count, PASSAGES_DEPTH)
    return scores


def _covered(
    outcome: Outcome, hits: Sequence[Hit], coverage: float = ranking.COVERAGE
) -> list[frozenset[int]]:
    groups = outcome.gold.groups
    return [ranking.groups_covered(hit.chunk, outcome.evidence, groups, coverage) for hit in hits]


def _answer_scores(gold: GoldQuestion, answer: Answer) -> Scores:
    sentences = [sentence.text for sentence in answer.sentences]
    text = " ".join(sentences)
    scores: Scores = {}
    if sentences:
        scores["words"] = float(answers.word_count(text))
        scores["sentences"] = float(len(sentences))
    if gold.factual:
        first = sentences[0] if sentences else ""
        scores |= {
            "exact_match": answers.exact_match(answer.short_answer, gold.answers),
            "token_f1": answers.token_f1(answer.short_answer, gold.answers),
            "short_answer_right": answers.short_answer_right(answer.short_answer, gold.answers),
            "first_sentence_right": float(answers.contains(first, gold.answers)),
            "answer_right": float(answers.contains(text, gold.answers)),
        }
    if gold.kind is Kind.LIST and gold.answers:
        scores["list_items"] = answers.share_contained(text, gold.answers)
    return scores


def _citation_scores(outcome: Outcome, documents: Callable[[str], Document]) -> Scores:
    gold, answer = outcome.gold, outcome.answer
    exact, total = citations.exact_quotes(answer, documents)
    scores: Scores = {
        "exact_quotes": exact / total if total else None,
        "alce_recall": citations.alce_recall(answer),
        "alce_precision": citations.alce_precision(answer),
    }
    if not gold.answerable:
        return scores
    for level, matches in citations.LEVELS.items():
        cited = citations.recall(answer.citations, outcome.evidence, gold.groups, matches)
        scores[f"citation_recall_{level}"] = cited
        scores[f"citation_precision_{level}"] = citations.precision(
            answer.citations, outcome.evidence, matches
        )
    scores["evidence_cited"] = float(_cites_evidence(answer, outcome))
    scores["all_evidence_cited"] = float(scores["citation_recall_span"] == 1)
    return scores


def _refusal_scores(outcome: Outcome) -> Scores:
    refused = outcome.answer.status is Status.NOT_FOUND
    handled = _cites_evidence(outcome.answer, outcome) if outcome.gold.answerable else refused
    return {"handled": float(handled), "coverage": float(not refused)}


def _disagreement_scores(gold: GoldQuestion, answer: Answer) -> Scores:
    if gold.kind is not Kind.CONFLICT:
        return {"false_alarm": float(bool(answer.disagreements))}
    shown = disagreement.shown(answer, gold.positions)
    told = max(
        disagreement.positions_flagged(answer, gold.positions),
        disagreement.positions_in_text(answer, gold.positions),
    )
    return {
        "conflict_shown": shown,
        "conflict_flagged": disagreement.flagged(answer, gold.positions),
        "figures_shown": shown if disagreement.is_about_values(gold.positions) else None,
        "figures_flagged": (
            disagreement.flagged(answer, gold.positions)
            if disagreement.is_about_values(gold.positions)
            else None
        ),
        "sides_covered": told / len(gold.positions),
    }


def _cites_evidence(answer: Answer, outcome: Outcome) -> bool:
    return any(
        citations.same_span(citation, item)
        for citation in answer.citations
        for item in outcome.evidence
    )


def _missing(outcome: Outcome) -> list[str]:
    """Quote the first piece of evidence of each group that the answer does not cite."""
    quotes = []
    for group in outcome.gold.groups:
        if not citations.recall(
            outcome.answer.citations, outcome.evidence, [group], citations.same_span
        ):
            place = outcome.evidence[group[0]]
            quotes.append(f"{place.document.name}: {place.document.slice(place.spans[0])}")
    return quotes


def _place(outcome: Outcome, index: int) -> str:
    citation = outcome.answer.citations[index]
    page = f", p. {citation.page.number}" if citation.page else ""
    return f"{citation.document}{page}, {citation.span.start}-{citation.span.end}"
