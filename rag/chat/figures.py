"""Runs and comparisons of runs, as the page draws them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rag.chat.drawing import drawn
from rag.evaluation.comparison import SIGNIFICANT
from rag.evaluation.metrics import BY_NAME, DEFINITIONS, HEADLINES
from rag.evaluation.plots import calibration_plot, recall_plot, risk_plot
from rag.evaluation.report import BY_KIND, problems
from rag.settings import to_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.chat.runs import Run
    from rag.evaluation import Evaluation
    from rag.evaluation.comparison import Comparison
    from rag.evaluation.intervals import Metric
    from rag.settings import Settings

TILES = (
    ("recall@5", "Evidence among the first 5 passages"),
    ("evidence_cited", "Evidence cited"),
    ("short_answer_right", "Short answer right"),
    ("exact_quotes", "Quotes exact"),
    ("refusal_recall", "Unanswerable questions refused"),
    ("refusal_precision", "Refusals that were right"),
)
"""What a run is told by at a glance, in plain words."""
PLOTS = {
    recall_plot: "How much of the evidence is among the first k passages. Higher is better.",
    risk_plot: "Were only the surest share of the questions answered: how many of them wrongly. "
    "Lower is better.",
    calibration_plot: "Whether answers given with a confidence of 80 % are right 8 times in 10. "
    "On the line is best; dots are as large as they have questions.",
}
KEPT_PLOTS = 16


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a table; ``bar`` is None where it is no share."""

    name: str
    title: str
    metric: Metric
    lower_is_better: bool = False

    @property
    def bar(self) -> tuple[float, float, float] | None:
        """Value and ends of the interval in percent of the bar's width."""
        ends = (self.metric.value, self.metric.low, self.metric.high)
        known = [100 * end for end in ends if end is not None and 0 <= end <= 1]
        return (known[0], known[1], known[2]) if len(known) == len(ends) else None


def runs_html(runs: Sequence[Run], settings: Settings, current: str | None) -> str:
    """Return the list of *runs*; *current* is the one that is shown."""
    rows = [(run, _tiles(run.evaluation)[:2], _changes(run, settings)) for run in runs]
    return drawn("runs.html", rows=rows, current=current)


def run_html(run: Run, runs: Sequence[Run], settings: Settings) -> str:
    """Return one run: figures with intervals, plots, kinds, and every question.

    Args:
        run: What to show.
        runs: All of them; those over the same questions can be compared with it.
        settings: Those of the page, which the run's are held against.
    """
    evaluation = run.evaluation
    questions = [(record, problems(record)) for record in evaluation.records]
    found = Counter(problem for _, wrong in questions for problem in wrong)
    return drawn(
        "run.html",
        run=run,
        gold=evaluation.made_with["gold"],
        index=evaluation.made_with["index"],
        changes=_changes(run, settings),
        tiles=_tiles(evaluation),
        figures=figures(evaluation.metrics),
        plots=_plots.of(run),
        kinds=evaluation.by_kind,
        kind_columns=[name for name in BY_KIND if name in evaluation.metrics],
        questions=questions,
        problems=sorted(found.items(), key=lambda item: (-item[1], item[0])),
        others=[
            other for other in runs if other.identifier != run.identifier and _same(other, run)
        ],
    )


def comparison_html(before: Run, after: Run, comparison: Comparison) -> str:
    """Return what differs between two runs."""
    differences = comparison.differences
    return drawn(
        "comparison.html",
        before=before,
        after=after,
        settings=comparison.settings,
        rows=[(BY_NAME[name], differences[name]) for name in HEADLINES if name in differences],
        significant=SIGNIFICANT,
        questions=comparison.questions,
    )


def figures(metrics: Mapping[str, Metric]) -> dict[str, list[Figure]]:
    """Return all the figures by the heading that they belong under."""
    found: dict[str, list[Figure]] = {}
    for definition in DEFINITIONS:
        metric = metrics.get(definition.name)
        if metric is not None:
            lower = definition.higher_is_better is False
            row = Figure(definition.name, definition.meaning, metric, lower)
            found.setdefault(definition.group, []).append(row)
    return found


def _tiles(evaluation: Evaluation) -> list[Figure]:
    metrics = evaluation.metrics
    return [Figure(name, title, metrics[name]) for name, title in TILES if name in metrics]


def _changes(run: Run, settings: Settings) -> list[tuple[str, Any]]:
    """Return the settings of a run that are not those of the page."""
    usual = _flat(to_dict(settings))
    measured = _flat(run.evaluation.made_with["settings"])
    return [(key, value) for key, value in measured.items() if usual.get(key) != value]


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def _same(one: Run, other: Run) -> bool:
    first, second = one.evaluation.made_with["gold"], other.evaluation.made_with["gold"]
    return (first["sha256"], first["split"]) == (second["sha256"], second["split"])


class _Plots:
    """The plots of the runs shown last; drawing them takes a second."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[Markup, str]]] = {}

    def of(self, run: Run) -> list[tuple[Markup, str]]:
        """Return each plot with what it shows; none without matplotlib."""
        if run.identifier not in self._kept:
            while len(self._kept) >= KEPT_PLOTS:
                del self._kept[next(iter(self._kept))]
            try:
                self._kept[run.identifier] = [
                    (Markup(plot(run.evaluation)), meaning)  # noqa: S704 - drawn from figures alone
                    for plot, meaning in PLOTS.items()
                ]
            except ImportError:
                return []
        return self._kept[run.identifier]


_plots = _Plots()
