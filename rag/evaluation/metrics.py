"""The figures of a run: their names, what they mean, and how they come from its records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.evaluation import abstention
from rag.evaluation.intervals import mean_of, quantile_of, ratio_of
from rag.evaluation.records import DEPTHS, NDCG_DEPTHS, PASSAGES_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.evaluation.intervals import Metric, Resamples, Statistic
    from rag.evaluation.records import QuestionRecord


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure is called and means. ``group`` is the heading that it is shown under."""

    name: str
    group: str
    meaning: str
    higher_is_better: bool | None = True


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure as a function of how often each question counts; ``counted`` questions matter.

    ``scores`` are those of the questions where the figure is their mean, else None.
    """

    statistic: Statistic
    counted: int
    scores: tuple[float | None, ...] | None = None


def _at_depths() -> list[Definition]:
    found = []
    for k in DEPTHS:
        found += [
            Definition(f"hit@{k}", "Retrieval", f"any evidence in the first {k} passages found"),
            Definition(f"all_hit@{k}", "Retrieval", f"all groups of evidence in the first {k}"),
            Definition(f"recall@{k}", "Retrieval", f"share of the groups in the first {k}"),
        ]
    return [
        *found,
        *(Definition(f"ndcg@{k}", "Retrieval", f"nDCG of the first {k}") for k in NDCG_DEPTHS),
    ]


LATENCIES = {"latency_p50_ms": 0.5, "latency_p95_ms": 0.95}
_K = PASSAGES_DEPTH
DEFINITIONS: tuple[Definition, ...] = (
    *_at_depths(),
    Definition("mrr", "Retrieval", "mean of 1 / rank of the first passage with evidence"),
    Definition(f"whole_recall@{_K}", "Retrieval", f"recall@{_K}, evidence whole in one passage"),
    Definition(f"shown_hit@{_K}", "Retrieval", f"hit@{_K} of the passages that the answer lists"),
    Definition(f"shown_recall@{_K}", "Retrieval", f"recall@{_K} of the same"),
    Definition("short_answer_right", "Answers", "factual: the short answer gives a gold answer"),
    Definition("exact_match", "Answers", "factual: the short answer is a gold answer (SQuAD EM)"),
    Definition("token_f1", "Answers", "factual: words shared with the best gold answer (SQuAD F1)"),
    Definition("first_sentence_right", "Answers", "factual: gold answer in the first sentence"),
    Definition("answer_right", "Answers", "factual: gold answer in the answer"),
    Definition("list_items", "Answers", "list: share of the items that the answer names"),
    Definition("words", "Answers", "words of an answer that was given", None),
    Definition("sentences", "Answers", "sentences of an answer that was given", None),
    Definition("evidence_cited", "Citations", "answerable: any gold evidence is cited"),
    Definition("all_evidence_cited", "Citations", "answerable: every group of evidence is cited"),
    Definition("citation_recall_document", "Citations", "groups whose document is cited"),
    Definition("citation_recall_page", "Citations", "groups whose page is cited"),
    Definition("citation_recall_span", "Citations", "groups whose sentence is cited"),
    Definition("citation_precision_document", "Citations", "citations of a gold document"),
    Definition("citation_precision_page", "Citations", "citations of a gold page"),
    Definition("citation_precision_span", "Citations", "citations of a gold sentence"),
    Definition("exact_quotes", "Citations", "quotes that are exactly what the document says there"),
    Definition("alce_recall", "Citations", "sentences that their quotes contain"),
    Definition("alce_precision", "Citations", "citations that their sentence needs"),
    Definition("refusal_precision", "Refusal", "refusals of questions that nothing answers"),
    Definition("refusal_recall", "Refusal", "unanswerable questions refused"),
    Definition("refusal_f1", "Refusal", "harmonic mean of the two"),
    Definition("over_refusal", "Refusal", "answerable questions refused", higher_is_better=False),
    Definition("handled", "Refusal", "evidence cited, or unanswerable and refused"),
    Definition("coverage", "Refusal", "questions that were answered", None),
    Definition("risk", "Refusal", "answers without gold evidence", higher_is_better=False),
    Definition("auroc", "Refusal", "confidence ranks an answerable question above another"),
    Definition("aurc", "Refusal", "mean risk over all coverages", higher_is_better=False),
    Definition(
        "calibration_error", "Refusal", "confidence against right answers", higher_is_better=False
    ),
    Definition(
        "calibration_error_answerable",
        "Refusal",
        "confidence against answerability",
        higher_is_better=False,
    ),
    Definition("conflict_shown", "Disagreement", "conflict: two positions flagged or in the text"),
    Definition(
        "conflict_flagged", "Disagreement", "conflict: two positions set against each other"
    ),
    Definition("figures_shown", "Disagreement", "conflict_shown where sources differ on a figure"),
    Definition("figures_flagged", "Disagreement", "conflict_flagged where they differ on a figure"),
    Definition("sides_covered", "Disagreement", "conflict: share of the positions given"),
    Definition(
        "false_alarm", "Disagreement", "disagreement claimed elsewhere", higher_is_better=False
    ),
    Definition("latency_p50_ms", "Latency", "median time of an answer", higher_is_better=False),
    Definition("latency_p95_ms", "Latency", "95 % of answers are as fast", higher_is_better=False),
)
BY_NAME = {item.name: item for item in DEFINITIONS}
HEADLINES = (
    f"hit@{_K}",
    f"recall@{_K}",
    "mrr",
    "ndcg@10",
    "short_answer_right",
    "first_sentence_right",
    "answer_right",
    "words",
    "evidence_cited",
    "all_evidence_cited",
    "citation_precision_span",
    "exact_quotes",
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "handled",
    "auroc",
    "aurc",
    "calibration_error",
    "conflict_shown",
    "figures_shown",
    "false_alarm",
    *LATENCIES,
)
"""What a summary shows."""


def measures(
    records: Sequence[QuestionRecord], among: Callable[[QuestionRecord], bool] | None = None
) -> dict[str, Measure]:
    """Return every figure that makes sense for *records*, in the order of `DEFINITIONS`.

    Args:
        records: All the questions of a run.
        among: Tells whether a question counts; None means that all do.
    """
    inside = [among is None or among(record) for record in records]
    over_sets = _measures_over_sets(records, inside)
    rows = [
        _scores(record) if counts else {} for record, counts in zip(records, inside, strict=True)
    ]
    found: dict[str, Measure] = {}
    for definition in DEFINITIONS:
        name = definition.name
        if name in over_sets:
            found[name] = over_sets[name]
            continue
        scores = tuple(row.get(name) for row in rows)
        counted = sum(score is not None for score in scores)
        if counted:
            found[name] = Measure(mean_of(scores), counted, scores)
    return found


def measured(
    records: Sequence[QuestionRecord],
    resamples: Resamples,
    among: Callable[[QuestionRecord], bool] | None = None,
) -> dict[str, Metric]:
    """Return the figures with their intervals, see `measures`."""
    return {
        name: resamples.measured(measure.statistic, measure.counted)
        for name, measure in measures(records, among).items()
    }


def measured_by(
    records: Sequence[QuestionRecord],
    resamples: Resamples,
    part: Callable[[QuestionRecord], str | None],
) -> dict[str, dict[str, Metric]]:
    """Return the figures of each part of the questions, the parts in order of their names.

    Args:
        records: All the questions of a run.
        resamples: Of these questions.
        part: Names the part that a question belongs to; None means that it belongs to none.
    """
    names = sorted({name for record in records if (name := part(record)) is not None})
    return {name: measured(records, resamples, _belongs(part, name)) for name in names}


def _belongs(
    part: Callable[[QuestionRecord], str | None], name: str
) -> Callable[[QuestionRecord], bool]:
    return lambda record: part(record) == name


def _scores(record: QuestionRecord) -> dict[str, float]:
    """Return the scores of a question, with the one that tells whether it was refused."""
    name = "over_refusal" if record.answerable else "refusal_recall"
    return record.scores | {name: float(record.refused)}


def _measures_over_sets(
    records: Sequence[QuestionRecord], inside: Sequence[bool]
) -> dict[str, Measure]:
    """Figures that are no means over questions; questions outside count for nothing."""
    among = [i for i, counts in enumerate(inside) if counts]
    chosen = [records[i] for i in among]
    if not chosen:
        return {}
    times = [record.milliseconds for record in chosen]
    found = {
        **_refusal_measures(chosen),
        **{
            name: Measure(quantile_of(times, share), len(chosen))
            for name, share in LATENCIES.items()
        },
    }
    return {
        name: replace(measure, statistic=_among(measure.statistic, among))
        for name, measure in found.items()
    }


def _refusal_measures(chosen: Sequence[QuestionRecord]) -> dict[str, Measure]:
    """Each counts the questions that can change it: risk the answers, precision the refusals."""
    refused = [record.refused for record in chosen]
    answerable = [record.answerable for record in chosen]
    confidences = [record.confidence for record in chosen]
    right = [record.right for record in chosen]
    answered = [not item for item in refused]
    wrong = [given and not item for given, item in zip(answered, right, strict=True)]
    found: dict[str, Measure] = {}
    if any(answered):
        found["risk"] = Measure(ratio_of(wrong, answered), sum(answered))
    if any(answerable) and not all(answerable):
        either = [given or not item for given, item in zip(refused, answerable, strict=True)]
        over_all = {
            "auroc": abstention.auroc(confidences, answerable),
            "aurc": abstention.aurc(confidences, [not item for item in right]),
            "calibration_error": abstention.calibration_error(confidences, right),
            "calibration_error_answerable": abstention.calibration_error(confidences, answerable),
        }
        found |= {
            "refusal_precision": Measure(abstention.precision(refused, answerable), sum(refused)),
            "refusal_f1": Measure(abstention.f1(refused, answerable), sum(either)),
            **{name: Measure(statistic, len(chosen)) for name, statistic in over_all.items()},
        }
    return found


def _among(statistic: Statistic, among: Sequence[int]) -> Statistic:
    return lambda counts: statistic(counts[:, among])
