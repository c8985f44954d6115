"""What ``rag sweep`` does: a sweep over an index on disk, as a table and as a plot."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.evaluation.gold import read_gold
from rag.evaluation.metrics import BY_NAME
from rag.evaluation.plots import ACCENT, MUTED, check_file, check_format, matplotlib_for, panels
from rag.evaluation.sweep import OBJECTIVE, SHOWN, Grid, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.evaluation.sweep import Choice, Point, Sweep
    from rag.settings import Settings

SWEEP_INDEXES = Path("index/sweep")
ROWS = 15
"""Lines of the table; the JSON holds every point."""
TABLE_COLUMNS = 140
MOST_TICKS = 8
_AXES = {
    "chunk_tokens": "word pieces of a passage",
    "dense_weight": "share of the dense score",
    "depth": "passages read",
    "threshold": "threshold",
}
_COLOURS = {"recall@5": MUTED, "evidence_cited": "#5b8c5a", "refusal_f1": "#b5651d"}


def run_sweep(
    gold: Path,
    index: str | Path,
    *,
    grid: Grid,
    settings: Settings | None = None,
    objective: str = OBJECTIVE,
    keep: Path = SWEEP_INDEXES,
    plot: Path | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Do ``rag sweep GOLD``.

    Args:
        gold: The gold file; only its development questions are asked.
        index: The index whose documents are asked about.
        grid: What to try.
        settings: Those in force; None means the usual ones.
        objective: The figure to be best at.
        keep: A folder for indexes of other sizes of passages, which the next sweep uses again.
        plot: Where to draw the figures; None means nowhere.
        tell: Called after each choice with how many are done, and of how many.

    Raises:
        RagError: an argument or file cannot be used, which is known before anything is asked.
    """
    from rag.pipeline import open_pipeline
    from rag.store.embedded import EmbeddedStore

    if plot is not None:
        check_plot(plot)
    questions = read_gold(gold)
    pipeline = open_pipeline(index, settings)
    found = sweep(
        pipeline,
        questions,
        grid,
        lambda name: EmbeddedStore(keep / name),
        objective=objective,
        tell=tell,
    )
    if plot is not None:
        write_sweep_plot(found, plot)
    return found


def parse_grid(chunk_tokens: str, dense_weights: str, depths: str, thresholds: str) -> Grid:
    """Return the grid of four lists such as "120,200"; an empty list tries the current value.

    Raises:
        InputError: a value is no number, or out of the range of its setting.
    """
    return Grid(
        tuple(int(item) for item in _numbers(chunk_tokens, "--chunk-tokens", 32, 8192, whole=True)),
        tuple(_numbers(dense_weights, "--dense-weight", 0, 1)),
        tuple(int(item) for item in _numbers(depths, "--depth", 1, 100, whole=True)),
        tuple(_numbers(thresholds, "--threshold", 0, 1)),
    )


def _numbers(
    text: str, option: str, low: float, high: float, *, whole: bool = False
) -> list[float]:
    found = []
    for part in filter(None, (item.strip() for item in text.split(","))):
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not low <= value <= high or (whole and not value.is_integer()):
            kind = "whole numbers" if whole else "numbers"
            message = (
                f"Expected {kind} between {low:g} and {high:g} for {option}, with commas between, "
                f"but got {part!r}."
            )
            raise InputError(message)
        found.append(value)
    return found


def sweep_to_text(sweep: Sweep) -> str:
    """Return the best choices as a table, each with its best threshold, and what they mean."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="")
    for head in ("", "tokens", "dense", "depth", "threshold", *SHOWN, "interval"):
        table.add_column(head, justify="right")
    found = sweep.best_thresholds()
    shown = found[:ROWS] + [item for item in found[ROWS:] if item.choice == sweep.current]
    for point in shown:
        table.add_row("*" if point.choice == sweep.current else "", *_cells(point))
    buffer = io.StringIO()
    Console(file=buffer, width=TABLE_COLUMNS, color_system=None).print(table)
    rows = [line.rstrip() for line in buffer.getvalue().splitlines()]
    head = (
        f"{len(sweep.gold.questions)} development questions of {sweep.gold.name}, best by "
        f"{sweep.objective} (with its 95 % interval); test questions are not asked"
    )
    effort = f"{sweep.passages_embedded} passages embedded, {sweep.passages_read} read"
    tried = f"{len(found)} of {len(sweep.points)} choices have their best threshold; {effort}"
    return "\n".join([head, *rows, tried, "* the settings in force", _verdict(sweep)]) + "\n"


def check_plot(path: Path) -> None:
    """Check that a plot can be drawn and written to *path*, without writing anything.

    Raises:
        InputError: matplotlib is missing or does not know the suffix, or the file cannot be
            written.
    """
    with matplotlib_for("the plot of a sweep"):
        check_format(path)
    check_file(path, "a plot")


def write_sweep_plot(sweep: Sweep, path: Path) -> None:
    """Plot figures over each setting, the other settings as in the best choice.

    Args:
        sweep: What was measured.
        path: Its suffix says the format: png, svg or pdf.

    Raises:
        InputError: matplotlib is missing, or the file cannot be written.
    """
    best = sweep.ranked()[0].choice
    with matplotlib_for("the plot of a sweep"):
        figure, axes = panels(list(_AXES.values()), "share of questions")
    try:
        for panel, name in zip(axes, _AXES, strict=True):
            points = _varied(sweep, best, name)
            values = [getattr(point.choice, name) for point in points]
            for metric, colour in _COLOURS.items():
                heights = [point.figures[metric] for point in points]
                known = [(x, y) for x, y in zip(values, heights, strict=True) if y is not None]
                panel.plot(*zip(*known, strict=True), marker=".", color=colour, label=metric)
            _objective(panel, values, points, sweep.objective)
            panel.set_xticks(values[:: 1 + len(values) // MOST_TICKS])
            panel.axvline(getattr(sweep.current, name), color=MUTED, linestyle=":", linewidth=1)
        axes[0].legend(frameon=False, fontsize="small")
        figure.savefig(path)
    except (OSError, ValueError) as error:
        message = (
            f"Expected to write a plot to {path}, but: {error}. Name a file that ends in .png."
        )
        raise InputError(message) from error


def _objective(panel: object, values: list[float], points: list[Point], name: str) -> None:
    metrics = [point.objective for point in points]
    known = [(x, m) for x, m in zip(values, metrics, strict=True) if m.value is not None]
    places, heights = [x for x, _ in known], [m.value for _, m in known]
    panel.plot(places, heights, marker="o", color=ACCENT, label=name)  # type: ignore[attr-defined]
    low, high = [m.low for _, m in known], [m.high for _, m in known]
    panel.fill_between(places, low, high, color=ACCENT, alpha=0.15, linewidth=0)  # type: ignore[attr-defined]


def _varied(sweep: Sweep, best: Choice, name: str) -> list[Point]:
    """Return the points that differ from the best choice in one setting alone, in its order."""
    found = [
        point
        for point in sweep.points
        if replace(point.choice, **{name: getattr(best, name)}) == best
    ]
    return sorted(found, key=lambda point: getattr(point.choice, name))


def _verdict(sweep: Sweep) -> str:
    best = sweep.ranked()[0]
    current = next(point for point in sweep.points if point.choice == sweep.current)
    if best.choice == sweep.current:
        return "The settings in force are the best of these."
    lower = BY_NAME[sweep.objective].higher_is_better is False
    value, edge = current.objective.value, best.objective.high if lower else best.objective.low
    if value is not None and edge is not None and (value <= edge if lower else value >= edge):
        return (
            "The settings in force lie within the interval of the best: too few questions to tell "
            "them apart."
        )
    return f"The best of these lies {'below' if lower else 'above'} the settings in force."


def _cells(point: Point) -> list[str]:
    choice, objective = point.choice, point.objective
    figures = [_figure(point.figures[name]) for name in SHOWN]
    interval = f"{_figure(objective.low)}-{_figure(objective.high)}"
    head = [str(choice.chunk_tokens), f"{choice.dense_weight:g}", str(choice.depth)]
    return [*head, f"{choice.threshold:g}", *figures, interval]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
