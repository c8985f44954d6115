"""The figures of one system on one set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.evaluation.intervals import Metric, Resamples, mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """One system on one set: figures with intervals, and the scores of each question.

    ``by_wording`` are the figures of questions worded with the text's words or with others.
    """

    data: str
    system: str
    metrics: Mapping[str, Metric]
    questions: Mapping[str, Scores] = field(default_factory=dict)
    by_wording: Mapping[str, Mapping[str, Metric]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain JSON; the questions are written apart."""
        value: dict[str, Any] = {
            "set": self.data,
            "system": self.system,
            "metrics": _metrics_to_dict(self.metrics),
        }
        if self.by_wording:
            value["by_wording"] = {
                wording: _metrics_to_dict(metrics) for wording, metrics in self.by_wording.items()
            }
        return value

    def questions_to_dict(self) -> dict[str, Any]:
        """Return each question's scores as plain JSON, to 4 decimals."""
        rows = {
            name: {key: round(value, 4) for key, value in scores.items()}
            for name, scores in self.questions.items()
        }
        return {"set": self.data, "system": self.system, "questions": rows}


def measured(data: str, system: str, scores: Mapping[str, Scores]) -> Measured:
    """Return the mean of each score over the questions that have it, with its interval."""
    resamples = Resamples(len(scores))
    metrics = {}
    for name in dict.fromkeys(name for row in scores.values() for name in row):
        values = [row.get(name) for row in scores.values()]
        counted = sum(value is not None for value in values)
        metrics[name] = resamples.measured(mean_of(values), counted)
    return Measured(data, system, metrics, scores)


def _metrics_to_dict(metrics: Mapping[str, Metric]) -> dict[str, Any]:
    return {name: metric.to_dict() for name, metric in metrics.items()}
