"""The command ``batch``."""

from __future__ import annotations

import io
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import (
    DEFAULT_INDEX,
    ClusterOption,
    IndexOption,
    QuietOption,
    SettingsOption,
    asked_on,
    pipeline_from,
)
from rag.cli.output import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rag.batch.running import BatchReport


def batch(
    questions: Annotated[
        str,
        typer.Argument(
            metavar="QUESTIONS", help="A csv, jsonl, xlsx or txt file; - reads standard input."
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="ANSWERS",
            help="A jsonl, csv, xlsx, md or docx file; - writes JSON Lines to standard output.",
        ),
    ],
    index: IndexOption = DEFAULT_INDEX,
    *,
    column: Annotated[
        str | None,
        typer.Option(
            "--column", metavar="NAME", help="The name or number of the column with the question."
        ),
    ] = None,
    bibliography: Annotated[
        Path | None,
        typer.Option(
            "--bibliography",
            metavar="FILE",
            help="Write what is cited to a .bib file (BibTeX) or a .json file (CSL).",
            show_default=False,
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="What a report begins with.")
    ] = None,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Ask everything anew, replace ANSWERS and --bibliography."),
    ] = False,
    input_format: Annotated[
        str | None,
        typer.Option("--input-format", metavar="FORMAT", help="Of QUESTIONS, whatever its name."),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option("--output-format", metavar="FORMAT", help="Of ANSWERS, whatever its name."),
    ] = None,
    cluster: ClusterOption = None,
    quiet: QuietOption = False,
    settings: SettingsOption = None,
) -> None:
    """Answer a file of questions.

    A run that was stopped goes on when the same command is given again.
    """
    from rag.batch import endpoints
    from rag.batch.running import run_batch

    target = endpoints.target_of(
        output, output_format, bibliography, title or f"Answers to {Path(questions).name}"
    )
    to_output, written = output == endpoints.STANDARD, sys.stdout.buffer
    given: io.BufferedReader[Any] = io.BufferedReader(sys.stdin.buffer)
    opened = pipeline_from(index, settings, None)
    streamed = to_output and questions == output and target.form == endpoints.STREAMED
    if streamed and bibliography is None:  # which is written when all are answered
        with asked_on(cluster, opened, index) as pipeline:
            endpoints.stream(pipeline, input_format, column, given, written)
        return
    with (
        asked_on(cluster, opened, index) as pipeline,
        endpoints.opened_questions(questions, input_format, column, given) as file,
        batch_bar(file, shown=not quiet) as step,
    ):
        if to_output:
            report = endpoints.run_to_output(
                pipeline, file, target, written, restart=restart, report_progress=step
            )
        else:
            report = run_batch(pipeline, file, target, restart=restart, report_progress=step)
    if not quiet:
        warn(report_line(report, output))


def report_line(report: BatchReport, output: str) -> str:
    """Return what a run did, in one line."""
    from rag.presentation import counted

    counts = [f"{report.answered} answered", f"{report.not_found} not found"]
    counts += [f"{report.errors} with an error"] if report.errors else []
    resumed = f"; {report.resumed} were there before" if report.resumed else ""
    where = "standard output" if output == "-" else output
    return f"{where}: {counted(report.rows, 'question')}: {', '.join(counts)}{resumed}"


@contextmanager
def batch_bar(questions: Iterable[object], *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error where that is a terminal, with the rate and the time left.

    Yields:
        What to call with the number of questions done, first with those done before.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("Answering"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("questions ({task.fields[rate]:.1f}/s)"),
        progress.TimeRemainingColumn(),
        progress.TextColumn("left"),
    )
    total = sum(1 for _ in questions)
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Answering", total=total, rate=0.0)
        before: int | None = None
        began = time.perf_counter()

        def step(done: int) -> None:
            nonlocal before
            if before is None:
                before = done
                bar.reset(task, completed=done, total=total, rate=0.0)
            rate = (done - before) / max(1e-9, time.perf_counter() - began)
            bar.update(task, completed=done, rate=rate)

        yield step
