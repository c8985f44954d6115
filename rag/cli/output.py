"""What commands write: text for people, JSON for programs, warnings, progress."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import time
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.index_report import Progress

MAX_COLUMNS = 100
"""Longer lines are hard to read."""
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Look(NamedTuple):
    """How text may look where it is shown: columns to wrap at, and whether ANSI codes work."""

    width: int | None
    styled: bool


def look() -> Look:
    """Return the look of standard output: plain and unwrapped when it is no terminal."""
    if not sys.stdout.isatty():
        return Look(None, styled=False)
    styled = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return Look(min(MAX_COLUMNS, shutil.get_terminal_size().columns), styled)


def write(text: str) -> None:
    """Write *text* to standard output; what its encoding lacks is spelled out."""
    _reconfigure(sys.stdout, None)
    sys.stdout.write(text)
    sys.stdout.flush()


def write_json(value: Any) -> None:
    """Write *value* to standard output as indented JSON in UTF-8.

    Characters that could command a terminal are written as JSON escapes, which read back the same.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    _reconfigure(sys.stdout, "utf-8")
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """Write a line to standard error."""
    from rag.presentation import visible

    _reconfigure(sys.stderr, None)
    sys.stderr.write(f"{visible(text)}\n")
    sys.stderr.flush()


def fail(text: str, exit_code: int) -> int:
    """Write an error to standard error and return *exit_code*."""
    warn(f"error: {' '.join(text.split())}")
    return exit_code


@contextmanager
def progress_bar(*, shown: bool) -> Iterator[Callable[[Progress], None]]:
    """Show a bar on standard error where that is a terminal, with the rate and the time left.

    Yields:
        What to call with each step.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("Indexing"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("files, {task.fields[passages]} passages ({task.fields[rate]:.0f}/s)"),
        progress.TimeRemainingColumn(),
        progress.TextColumn("left"),
    )
    began = time.perf_counter()
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Indexing", total=None, passages=0, rate=0.0)

        def step(now: Progress) -> None:
            rate = now.passages / max(1e-9, time.perf_counter() - began)
            bar.update(
                task,
                completed=now.files,
                total=now.total_files,
                passages=now.passages,
                rate=rate,
            )

        yield step


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error where that is a terminal, with the time left.

    Args:
        what: What is counted, as "questions".

    Yields:
        What to call with how many are done, and of how many.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn(what),
        progress.TimeRemainingColumn(),
        progress.TextColumn("left"),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def standard_output_kept() -> Iterator[None]:
    """Drop what libraries print, which must not get between answers; files opened before stay."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield


def _reconfigure(stream: TextIO, encoding: str | None) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors="backslashreplace")
