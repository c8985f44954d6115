"""The plots of a report, as SVG elements for a page that needs no network."""

from __future__ import annotations

import io
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation import abstention
from rag.evaluation.records import DEPTHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.evaluation.run import Evaluation

WIDTH_INCHES, HEIGHT_INCHES = 4.6, 3.2
PANEL_SHARE = 0.7
"""How wide a panel beside others is."""
INK, ACCENT, MUTED = "#1f2933", "#1b5e8c", "#9aa5b1"
_PREAMBLE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_NAMESPACE = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"')


@contextmanager
def matplotlib_for(what: str) -> Iterator[None]:
    """Say how to install matplotlib where it is missing; *what* is what it is needed for.

    Raises:
        InputError: matplotlib is missing.
    """
    try:
        yield
    except ImportError as error:
        message = (
            f"Expected matplotlib for {what}, but it is not installed. "
            "Run pip install 'footnote-rag[evaluation]'."
        )
        raise InputError(message) from error


def check_file(path: Path, what: str) -> None:
    """Check that *what*, as "a report", can be written to *path*, without writing anything.

    Raises:
        InputError: the path is a folder, its folder does not exist, or it may not be written.
    """
    if path.is_dir():
        reason = "it is a folder"
    elif not path.parent.is_dir():
        reason = f"there is no folder {path.parent}"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        reason = "it may not be written"
    else:
        return
    message = f"Expected to write {what} to {path}, but {reason}. Choose another file."
    raise InputError(message)


def check_format(path: Path) -> None:
    """Check that a plot can be of the format that the suffix of *path* says.

    Raises:
        InputError: matplotlib does not know the format.
    """
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    if path.suffix and path.suffix[1:].lower() not in known:
        message = (
            f"Expected to write a plot to {path}, but {path.suffix} is no format of matplotlib. "
            "Name a file that ends in .png."
        )
        raise InputError(message)


def recall_plot(evaluation: Evaluation) -> str:
    """Plot hit@k and recall@k over k, with their intervals."""
    figure, axes = _figure("passages looked at (k)", "share of questions", "Retrieval")
    for name, colour in (("hit", MUTED), ("recall", ACCENT)):
        found = [(k, evaluation.metrics.get(f"{name}@{k}")) for k in DEPTHS]
        known = [(k, m.value, m.low, m.high) for k, m in found if m and m.value is not None]
        if known:
            depths, values, low, high = zip(*known, strict=True)
            axes.plot(depths, values, marker="o", color=colour, label=f"{name}@k")
            axes.fill_between(depths, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.set_xticks(DEPTHS)
    axes.set_ylim(0, 1.02)
    return _svg(figure, axes)


def risk_plot(evaluation: Evaluation) -> str:
    """Plot the share of wrong answers over the share of questions answered, surest first."""
    figure, axes = _figure(
        "share of questions answered", "share of them wrong", "Risk and coverage"
    )
    records = evaluation.records
    confidences = [record.confidence for record in records]
    points = abstention.risk_coverage(confidences, [not record.right for record in records])
    coverages, risks = [point.coverage for point in points], [point.risk for point in points]
    axes.plot(coverages, risks, color=ACCENT, label="by confidence")
    answered = [record for record in records if not record.refused]
    if answered:
        coverage = len(answered) / len(records)
        wrong = sum(not record.right for record in answered) / len(answered)
        axes.plot([coverage], [wrong], "o", color=INK, label="as answered")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    return _svg(figure, axes)


def calibration_plot(evaluation: Evaluation) -> str:
    """Plot the share of right answers over the confidence, in bins of equal width."""
    figure, axes = _figure("confidence", "share right", "Calibration")
    records = evaluation.records
    bins = abstention.calibration_bins(
        [record.confidence for record in records], [record.right for record in records]
    )
    axes.plot([0, 1], [0, 1], color=MUTED, linestyle="--", label="calibrated")
    sizes = [20 + 400 * item.questions / len(records) for item in bins]
    means, shares = [item.confidence for item in bins], [item.right for item in bins]
    axes.scatter(means, shares, s=sizes, color=ACCENT, alpha=0.8, label="questions")
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.03, 1.03)
    return _svg(figure, axes)


def plots(evaluation: Evaluation) -> Sequence[str]:
    """Return all the plots of a report."""
    return [recall_plot(evaluation), risk_plot(evaluation), calibration_plot(evaluation)]


def panels(x_labels: Sequence[str], y_label: str) -> tuple[Any, Sequence[Any]]:
    """Return a figure and its axes side by side, one for each label, of one height 0..1."""
    from matplotlib.figure import Figure

    size = (WIDTH_INCHES * len(x_labels) * PANEL_SHARE, HEIGHT_INCHES)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, len(x_labels), sharey=True)
    for place, (panel, x_label) in enumerate(zip(axes, x_labels, strict=True)):
        panel.set(xlabel=x_label, ylabel="" if place else y_label, ylim=(0, 1.02))
        _plain(panel)
    return figure, axes


def _figure(x_label: str, y_label: str, title: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x_label, ylabel=y_label, title=title)
    _plain(axes)
    return figure, axes


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#e4e7eb", linewidth=0.6)


def _svg(figure: Any, axes: Any) -> str:
    """Return the figure as one element: no date, no random ids, no addresses of namespaces."""
    from matplotlib import rc_context

    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize="small")
    buffer = io.StringIO()
    name = axes.get_title()
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = _METADATA.sub("", _PREAMBLE.sub("", buffer.getvalue()))
    svg = svg.replace("xlink:href", "href")
    svg = _NAMESPACE.sub("", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{name}"', 1)
