"""What the commands ``rag eval``, ``rag compare`` and ``rag gold check`` do.

Each function takes parsed arguments and returns a result that knows its text and its JSON. Nothing
here prints or exits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation.comparison import Comparison, compare
from rag.evaluation.gold import examine_gold, read_gold
from rag.evaluation.labels import Split
from rag.evaluation.locating import Locator
from rag.evaluation.metrics import BY_NAME, HEADLINES
from rag.evaluation.run import Evaluation, evaluate, read_evaluation

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.evaluation.intervals import Metric
    from rag.evaluation.labels import Gold
    from rag.pipeline import Pipeline
    from rag.settings import Settings

DEFAULT_INDEX = Path("index/default")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A figure that a build asks for: at least, or at most where lower is better."""

    name: str
    bound: float

    def holds(self, metric: Metric | None) -> bool:
        """Return whether *metric* was measured and keeps the bound."""
        if metric is None or metric.value is None:
            return False
        if BY_NAME[self.name].higher_is_better is False:
            return metric.value <= self.bound
        return metric.value >= self.bound


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """A measured run and whether it is good enough."""

    evaluation: Evaluation
    failed: tuple[Requirement, ...] = ()
    report: Path | None = None

    @property
    def passed(self) -> bool:
        """Whether every requirement holds."""
        return not self.failed

    def to_dict(self) -> dict[str, Any]:
        """Return the run as the JSON that `run_comparison` reads."""
        return self.evaluation.to_dict()

    def to_text(self, *, everything: bool = False) -> str:
        """Return the main figures as a table, or all of them."""
        metrics = self.evaluation.metrics
        names = list(metrics) if everything else [name for name in HEADLINES if name in metrics]
        gold = self.evaluation.made_with["gold"]
        lines = [f"{len(self.evaluation.records)} questions of {gold['name']} ({_split_of(gold)})"]
        if gold.get("drafts"):
            lines.append(f"{gold['drafts']} drafts were not asked")
        lines += [_metric_line(name, metrics[name]) for name in names]
        if self.report is not None:
            lines.append(f"report: {self.report}")
        for requirement in self.failed:
            metric = metrics.get(requirement.name)
            seen = "not measured" if metric is None else _figure(metric.value)
            lines.append(f"FAILED: {requirement.name} is {seen}, wanted {_wanted(requirement)}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class GoldCheck:
    """What is wrong with a gold file, and what is in it."""

    gold: Gold
    problems: tuple[str, ...]
    located: bool
    """Whether the evidence was looked up in an index."""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain JSON."""
        return {
            "gold": self.gold.name,
            "sha256": self.gold.sha256,
            "passed": self.passed,
            "located": self.located,
            "problems": list(self.problems),
            "counts": self.gold.counts(),
            "drafts": len(self.gold.drafts),
        }

    def to_text(self) -> str:
        """Return the problems, the counts by kind and split, and the verdict."""
        lines = list(self.problems)
        counts = self.gold.counts()
        splits = sorted({split for found in counts.values() for split in found})
        lines.append(f"{'kind':28}" + "".join(f"{split:>13}" for split in splits) + f"{'all':>6}")
        for kind, found in counts.items():
            cells = "".join(f"{found.get(split, 0):>13}" for split in splits)
            lines.append(f"{kind:28}{cells}{sum(found.values()):>6}")
        total = len(self.gold.questions)
        refusals = sum(not item.answerable for item in self.gold.questions)
        share = f"{refusals / total:.0%}" if total else "0 %"
        lines.append(f"{total} questions, {refusals} of them unanswerable ({share})")
        if self.gold.drafts:
            lines.append(_drafts_line(self.gold))
        verdict = "passed" if self.passed else f"FAILED: {len(self.problems)} problems"
        place = "evidence found in the index" if self.located else "evidence not looked up"
        lines.append(f"{verdict}; {place if self.passed else self.gold.name}")
        return "\n".join(lines) + "\n"


def run_evaluation(
    gold: Path,
    index: str | Path = DEFAULT_INDEX,
    *,
    settings: Settings | None = None,
    split: str | None = None,
    report: Path | None = None,
    fail_under: str | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> EvaluationResult:
    """Do ``rag eval GOLD``.

    Args:
        gold: The gold file.
        index: The index to measure.
        settings: None means those in force.
        split: "development" or "test"; None means all questions.
        report: Where to write the HTML report; None means no report.
        fail_under: Figures asked for, as "recall@5=0.9,refusal_f1=0.8". Where lower is better the
            number is the most that is allowed.
        tell: Called after each question with how many are done, and of how many.

    Raises:
        RagError: an argument or file cannot be used; nothing was measured.
    """
    from rag.evaluation.report import check_report, write_report
    from rag.pipeline import open_pipeline

    part = _split(split)
    requirements = parse_requirements(fail_under or "")
    if report is not None:
        check_report(report)
    questions = read_gold(gold)
    questions.part(part)
    evaluation = evaluate(open_pipeline(index, settings), questions, part, tell=tell)
    if report is not None:
        write_report(evaluation, report)
    failed = tuple(
        item for item in requirements if not item.holds(evaluation.metrics.get(item.name))
    )
    return EvaluationResult(evaluation, failed, report)


def run_comparison(run_a: Path, run_b: Path) -> Comparison:
    """Do ``rag compare A B`` on two files that ``rag eval --json`` wrote.

    Raises:
        InputError: a file is no run, or the runs are over different questions.
    """
    return compare(read_evaluation(run_a), read_evaluation(run_b))


def check_gold(
    path: Path, index: str | Path | None = None, *, settings: Settings | None = None
) -> GoldCheck:
    """Do ``rag gold check FILE``: find every problem in a gold file.

    Args:
        path: The gold file.
        index: Where to look the evidence up; None means not at all.
        settings: Of the index; None means those in force.

    Raises:
        RagError: the file or the index cannot be read at all.
    """
    gold, problems = examine_gold(path)
    if index is not None:
        from rag.pipeline import open_pipeline

        problems = [*problems, *misplaced(open_pipeline(index, settings), gold)]
    return GoldCheck(gold, tuple(problems), index is not None)


def misplaced(pipeline: Pipeline, gold: Gold) -> list[str]:
    """Return a message for each question whose evidence is not in the index."""
    sources = {file.name: Path(file.path) for file in pipeline.store.files()}
    problems = []
    with pipeline.store.snapshot() as snapshot:
        locator = Locator(snapshot, sources)
        for question in (*gold.questions, *gold.drafts):
            try:
                locator.locate(question)
            except InputError as error:
                problems.append(f"{gold.name}, line {question.line}: {error}")
    return problems


def _drafts_line(gold: Gold) -> str:
    return f'{len(gold.drafts)} drafts are not asked until "accepted" is true'


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """Return the requirements in "recall@5=0.9,refusal_f1=0.8"; none for empty text.

    Raises:
        InputError: a figure is unknown or its bound no number.
    """
    requirements = []
    for part in filter(None, (item.strip() for item in text.split(","))):
        name, _, bound = (item.strip() for item in part.partition("="))
        if name not in BY_NAME:
            message = f"Expected one of {', '.join(BY_NAME)}, but got {name!r} in {part!r}."
            raise InputError(message)
        try:
            value = float(bound)
        except ValueError as error:
            message = f"Expected a number for {name}, but got {part!r}; write {name}=0.9."
            raise InputError(message) from error
        if not math.isfinite(value):
            message = f"Expected a finite number for {name}, but got {part!r}."
            raise InputError(message)
        requirements.append(Requirement(name, value))
    return tuple(requirements)


def _split(name: str | None) -> Split | None:
    if name is None:
        return None
    try:
        return Split(name)
    except ValueError as error:
        splits = ", ".join(item.value for item in Split)
        message = f"Expected a split, one of {splits}, but got {name!r}."
        raise InputError(message) from error


def _metric_line(name: str, metric: Metric) -> str:
    interval = f"[{_figure(metric.low)}, {_figure(metric.high)}]"
    meaning = BY_NAME[name].meaning
    return f"  {name:28}{_figure(metric.value):>7} {interval:17} n={metric.questions:<4} {meaning}"


def _wanted(requirement: Requirement) -> str:
    at_most = BY_NAME[requirement.name].higher_is_better is False
    return f"at {'most' if at_most else 'least'} {requirement.bound:g}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}"  # noqa: PLR2004


def _split_of(gold: dict[str, Any]) -> str:
    return str(gold["split"] or "all")
