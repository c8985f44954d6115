"""Two runs over the same questions: what differs, and how sure one can be."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation.intervals import PairedDifference, Resamples, mcnemar
from rag.evaluation.metrics import BY_NAME, HEADLINES, measures

if TYPE_CHECKING:
    from rag.evaluation.metrics import Measure
    from rag.evaluation.records import QuestionRecord
    from rag.evaluation.run import Evaluation

WATCHED = ("hit@5", "evidence_cited", "all_evidence_cited", "short_answer_right", "conflict_shown")
"""Scores whose change is told question by question, beside refusals."""
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question that two runs treat differently; ``changes`` are "name: before -> after"."""

    identifier: str
    question: str
    kind: str
    changes: tuple[str, ...]
    better: bool | None
    """Whether all watched scores that changed rose; None if some rose and some fell."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How run B differs from run A. ``settings`` are those that differ, as (key, in A, in B)."""

    differences: dict[str, PairedDifference]
    questions: tuple[ChangedQuestion, ...]
    settings: tuple[tuple[str, Any, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        return {
            "settings": [list(item) for item in self.settings],
            "metrics": {
                name: {key: _rounded(value) for key, value in asdict(item).items()}
                for name, item in self.differences.items()
            },
            "questions": [asdict(item) for item in self.questions],
        }

    def to_text(self, *, everything: bool = False) -> str:
        """Return the differences as a table, significant ones marked, and the questions changed."""
        lines = [f"setting {key}: {a!r} -> {b!r}" for key, a, b in self.settings]
        lines.append(f"{'':30}{'A':>8}{'B':>8}{'B - A':>9}  {'95 % interval':19}{'p':>7}")
        for name, item in self.differences.items():
            if everything or name in HEADLINES:
                lines.append(_line(name, item))
        lines.append("* p < 0.05, not corrected for looking at many figures")
        lines.append(f"{len(self.questions)} questions changed")
        for question in self.questions:
            mark = {True: "+", False: "-", None: "±"}[question.better]
            lines.append(f"{mark} {question.identifier} [{question.kind}] {question.question}")
            lines += [f"    {change}" for change in question.changes]
        return "\n".join(lines) + "\n"


def compare(run_a: Evaluation, run_b: Evaluation) -> Comparison:
    """Compare two runs question by question.

    Yes-or-no scores of the same questions are tested with McNemar's exact test, other figures,
    also those that one run has for more questions, with the paired bootstrap.

    Raises:
        InputError: the runs are not over the same questions of the same gold file.
    """
    by_id = {record.identifier: record for record in run_b.records}
    same_gold = run_a.made_with["gold"]["sha256"] == run_b.made_with["gold"]["sha256"]
    if not same_gold or {record.identifier for record in run_a.records} != by_id.keys():
        message = (
            "Expected two runs over the same questions, but got "
            f"{_gold_of(run_a)} and {_gold_of(run_b)}. Run rag eval on one gold file and split."
        )
        raise InputError(message)
    pairs = [(record, by_id[record.identifier]) for record in run_a.records]
    resamples = Resamples(len(pairs))
    first, second = measures([a for a, _ in pairs]), measures([b for _, b in pairs])
    differences = {
        name: _difference(first[name], second[name], resamples) for name in first if name in second
    }
    changed = [_changed(a, b) for a, b in pairs]
    return Comparison(
        differences,
        tuple(item for item in changed if item.changes),
        tuple(_settings_differences(run_a.made_with["settings"], run_b.made_with["settings"])),
    )


def _difference(a: Measure, b: Measure, resamples: Resamples) -> PairedDifference:
    found = resamples.compared(a.statistic, b.statistic)
    if a.scores is None or b.scores is None:
        return found
    pairs = list(zip(a.scores, b.scores, strict=True))
    if not all({x, y} == {None} or {x, y} <= {0.0, 1.0} for x, y in pairs):
        return found
    only_a, only_b = pairs.count((1.0, 0.0)), pairs.count((0.0, 1.0))
    return replace(found, p_value=mcnemar(only_a, only_b), test="McNemar")


def _changed(a: QuestionRecord, b: QuestionRecord) -> ChangedQuestion:
    changes: list[str] = []
    rises: list[bool] = []
    if a.refused != b.refused:
        changes.append("refused -> answered" if a.refused else "answered -> refused")
        rises.append(a.refused == a.answerable)
    for name in WATCHED:
        before, after = a.scores.get(name, 0.0), b.scores.get(name, 0.0)
        if before != after:
            changes.append(f"{name}: {before:g} -> {after:g}")
            rises.append(after > before)
    if changes and a.short_answer != b.short_answer:
        changes.append(f"short answer: {a.short_answer!r} -> {b.short_answer!r}")
    better = None if len(set(rises)) > 1 else all(rises)
    return ChangedQuestion(a.identifier, a.question, a.kind, tuple(changes), better)


def _settings_differences(
    a: dict[str, Any], b: dict[str, Any], prefix: str = ""
) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    for key in sorted(a.keys() | b.keys()):
        one, other = a.get(key), b.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            found += _settings_differences(one, other, f"{prefix}{key}.")
        elif one != other:
            found.append((prefix + key, one, other))
    return found


def _line(name: str, item: PairedDifference) -> str:
    if item.difference is None or item.low is None or item.high is None or item.p_value is None:
        return f"{name:30}{_figure(item.a):>8}{_figure(item.b):>8}"
    arrow = {True: "", False: " (lower is better)", None: ""}[BY_NAME[name].higher_is_better]
    star = "*" if item.p_value < SIGNIFICANT else " "
    interval = f"[{item.low:+.3f}, {item.high:+.3f}]"
    return (
        f"{name:30}{_figure(item.a):>8}{_figure(item.b):>8}{item.difference:>+9.3f}  "
        f"{interval:19}{item.p_value:>7.3f}{star} {item.test}{arrow}"
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _gold_of(run: Evaluation) -> str:
    gold = run.made_with["gold"]
    return f"{gold['name']} ({gold['sha256'][:8]}, {gold['split'] or 'all'}, {len(run.records)})"


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
