"""Where questions come from and answers go: files, or standard input and output."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rag.batch.formats import FORMATS, look_of
from rag.batch.questions import QuestionFile, format_of, read_questions
from rag.batch.running import BatchReport, Target, run_batch, stream_batch
from rag.errors import InputError
from rag.writing.reports import BIBLIOGRAPHIES, REPORTS

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator

    from rag.batch.running import Progress
    from rag.pipeline import Pipeline

STANDARD = "-"
"""Stands for standard input or output."""
STREAMED = "jsonl"
"""The format of standard output unless another one is asked for: it needs no end."""
_INPUT_NAME = "standard input"


@contextmanager
def opened_questions(
    questions: str, form: str | None, column: str | None, standard_input: io.BufferedReader
) -> Iterator[QuestionFile]:
    """Yield the questions of a file, or of standard input, which is kept in a file meanwhile.

    Args:
        questions: A path, or `STANDARD`.
        form: A key of `rag.batch.formats.FORMATS`; None means what the suffix says, and for
            standard input what `rag.batch.formats.look_of` says.
        column: The column with the question, None to find it.
        standard_input: What to read for `STANDARD`.

    Raises:
        InputError: the format is not known.
    """
    if questions != STANDARD:
        path = Path(questions)
        form = known(form, FORMATS) if form else format_of(path, FORMATS, "the questions")
        yield QuestionFile(path, form, column, path.name)
        return
    form = known(form, FORMATS) if form else look_of(standard_input)
    with tempfile.NamedTemporaryFile(prefix="questions-") as file:
        shutil.copyfileobj(standard_input, file)
        file.flush()
        yield QuestionFile(Path(file.name), form, column, _INPUT_NAME)


def stream(
    pipeline: Pipeline,
    form: str | None,
    column: str | None,
    standard_input: io.BufferedReader,
    standard_output: IO[bytes],
) -> None:
    """Answer standard input to standard output, line by line; see `stream_batch`.

    Raises:
        InputError: the format is not known, or the input is not of it.
    """
    form = known(form, FORMATS) if form else look_of(standard_input)
    rows = read_questions(standard_input, form, column, _INPUT_NAME)
    stream_batch(pipeline, rows, standard_output)


def target_of(output: str, form: str | None, bibliography: Path | None, title: str) -> Target:
    """Return where answers go and how.

    Raises:
        InputError: a format is not known, or a folder does not exist.
    """
    path = Path(output)
    if form is not None:
        form = known(form, REPORTS)
    elif output == STANDARD:
        form = STREAMED
    else:
        form = format_of(path, REPORTS, "the answers")
    if bibliography is not None:
        format_of(bibliography, BIBLIOGRAPHIES, "the bibliography")
    for written in (path, bibliography):
        if written is not None and not written.parent.is_dir():
            message = f"Expected a folder at {written.parent}, but there is none. Make it first."
            raise InputError(message)
    return Target(path, form, title, bibliography)


def run_to_output(
    pipeline: Pipeline,
    questions: QuestionFile,
    target: Target,
    standard_output: IO[bytes],
    *,
    restart: bool,
    report_progress: Progress,
) -> BatchReport:
    """Answer a file of questions to standard output; a run that is killed begins anew.

    With *restart* the bibliography replaces what is there.

    Raises:
        InputError: the questions cannot be read, or there is a file where the bibliography goes.
        StoreError: the index cannot be read, or changed meanwhile.
    """
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        path = Path(folder) / f"answers.{target.form}"
        kept = Target(path, target.form, target.title, target.bibliography)
        report = run_batch(
            pipeline, questions, kept, restart=restart, report_progress=report_progress
        )
        with path.open("rb") as file:
            shutil.copyfileobj(file, standard_output)
        standard_output.flush()
    return report


def known(form: str, formats: Iterable[str]) -> str:
    """Return a format's name in lower case.

    Raises:
        InputError: it is none of *formats*.
    """
    name = form.casefold().removeprefix(".")
    if name not in formats:
        message = f"Expected a format out of {', '.join(formats)}, but got {form!r}."
        raise InputError(message)
    return name
