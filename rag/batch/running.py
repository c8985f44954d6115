"""A file of questions to a file of answers, which an interrupted run goes on with."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from rag.batch.journal import SUFFIX, Journal, Stamp
from rag.errors import IndexMismatchError, InputError, ModelError, RagError, StoreError
from rag.models import file_sha256
from rag.types import Answer
from rag.writing.files import replacing
from rag.writing.reports import BIBLIOGRAPHIES, REPORTS
from rag.writing.rows import Report, Row, summarize
from rag.writing.tables import json_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from rag.batch.questions import QuestionFile, QuestionRow
    from rag.pipeline import Pipeline
    from rag.store.protocol import Store

    Progress = Callable[[int], None]

UNTITLED = frozenset({"jsonl", "csv"})
"""The formats of answers that do not show a title."""


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a run did. ``resumed`` rows were there before; counts are of all rows."""

    rows: int
    answered: int
    not_found: int
    errors: int
    resumed: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where answers go: ``form`` is a key of `REPORTS`; ``title`` stands at the top of a report.

    The suffix of ``bibliography``, where the cited sources go, is a key of `BIBLIOGRAPHIES`.
    """

    path: Path
    form: str
    title: str
    bibliography: Path | None = None


def stamp_of(pipeline: Pipeline, questions: QuestionFile) -> Stamp:
    """Return what answers to these questions from this index belong to."""
    with pipeline.store.snapshot() as snapshot:
        generation = snapshot.generation
        documents = documents_sha256(pipeline.store)
    return Stamp(
        questions.sha256(),
        questions.form,
        questions.column,
        pipeline.store.name,
        generation,
        documents,
        pipeline.settings.sha256(),
    )


def documents_sha256(store: Store) -> str:
    """Return a hash of the names and hashes of all documents, in hexadecimal."""
    documents = hashlib.sha256()
    for file in store.files():
        documents.update(f"{file.name}\0{file.sha256}\0".encode("utf-8", "surrogateescape"))
    return documents.hexdigest()


def answer_rows(pipeline: Pipeline, rows: Iterable[QuestionRow]) -> Iterator[Row]:
    """Yield each row with its answer or its error, in order.

    Raises:
        StoreError: the index cannot be read.
        ModelError: a model cannot be run.
    """
    waiting: deque[QuestionRow] = deque()

    def asked() -> Iterator[str]:
        for row in rows:
            waiting.append(row)
            yield "" if row.error else row.question  # the empty one is refused at once

    for outcome in pipeline.ask_many(asked()):
        row = waiting.popleft()
        if row.error is None and isinstance(outcome, StoreError | ModelError):
            raise outcome
        answer = outcome if row.error is None and isinstance(outcome, Answer) else None
        error = row.error or (str(outcome) if isinstance(outcome, RagError) else None)
        yield Row(row.number, row.question, answer, error, row.identifier, row.columns)


def stream_batch(
    pipeline: Pipeline,
    rows: Iterable[QuestionRow],
    file: IO[bytes],
    report_progress: Progress = lambda _: None,
) -> None:
    """Write each row as a line of JSON Lines as soon as it and those before it are answered.

    Raises:
        StoreError: the index cannot be read.
        ModelError: a model cannot be run.
    """
    for row in answer_rows(pipeline, rows):
        file.write(json_line(row))
        file.flush()
        report_progress(row.number)


def run_batch(
    pipeline: Pipeline,
    questions: QuestionFile,
    target: Target,
    *,
    restart: bool = False,
    report_progress: Progress = lambda _: None,
) -> BatchReport:
    """Answer the questions of a file into another file.

    Rows go to a journal beside the answers as they are answered. When the last one is, the answers
    are written as a whole. Killed at any moment, the same call goes on where the journal ends.

    Args:
        pipeline: What answers.
        questions: What is asked.
        target: Where the answers go.
        restart: Whether to forget what is there and ask everything.
        report_progress: Called with the number of rows done, first with those done before.

    Raises:
        InputError: the questions cannot be read, the answers or the bibliography would replace
            something else, what is complete is not what is asked for, or another run is writing.
        IndexMismatchError: the index changed meanwhile.
        StoreError: the index cannot be read.
        OSError: a file cannot be written.
    """
    stamp = stamp_of(pipeline, questions)
    with _lock(target.path):
        path = target.path.with_name(target.path.name + SUFFIX)
        journal = Journal(path, stamp, target.bibliography)
        if restart:
            journal.path.unlink(missing_ok=True)
        elif sealed := journal.sealed():
            return _complete(target, sealed)
        else:
            _check_replaced(target, journal)
        next(iter(questions))  # what cannot be read is refused before a journal is begun
        with journal:
            resumed = journal.rows_done
            report_progress(resumed)
            for row in answer_rows(pipeline, islice(questions, resumed, None)):
                _check_index(row, stamp)
                journal.append(row)
                report_progress(journal.rows_done)
        return _finish(pipeline, journal, target, resumed)


def _finish(pipeline: Pipeline, journal: Journal, target: Target, resumed: int) -> BatchReport:
    """Write the answers from the journal."""
    summary = summarize(journal)
    report = Report(journal, target.title, summary, _links(pipeline, target.path.parent))
    with replacing(target.path) as file:
        REPORTS[target.form](report, file)
    bibliography_sha256 = None
    if target.bibliography is not None:
        form = target.bibliography.suffix.casefold().removeprefix(".")
        with replacing(target.bibliography) as file:
            file.write(BIBLIOGRAPHIES[form](summary.sources.values()).encode())
        bibliography_sha256 = file_sha256(target.bibliography)
    done = BatchReport(
        summary.questions, summary.answered, summary.not_found, summary.errors, resumed
    )
    journal.seal(
        {
            "answers_sha256": file_sha256(target.path),
            "format": target.form,
            "title": target.title,
            "bibliography_sha256": bibliography_sha256,
            "counts": asdict(done),
        }
    )
    return done


def _check_replaced(target: Target, journal: Journal) -> None:
    """Refuse to write over what is not of the run that the journal belongs to.

    Raises:
        InputError: there is such a file where the answers or the bibliography go.
    """
    if target.path.exists() and not journal.path.exists():
        path, what = target.path, "answers"
    elif (
        target.bibliography is not None
        and target.bibliography.exists()
        and not journal.owns_bibliography()
    ):
        path, what = target.bibliography, "bibliography"
    else:
        return
    message = (
        f"Expected no file at {path}, or one that this batch wrote. "
        f"Give another name for the {what}, or --restart to ask everything anew and replace it."
    )
    raise InputError(message)


def _complete(target: Target, sealed: Mapping[str, Any]) -> BatchReport:
    """Return what a run did that has ended, if that is what is asked for now.

    Raises:
        InputError: the answers are gone or were changed, or format, title or bibliography differ.
    """
    form, title = sealed["format"], sealed["title"]
    if not target.path.exists():
        what = f"{target.path} was complete and is gone"
    elif file_sha256(target.path) != sealed["answers_sha256"]:
        what = f"{target.path} was complete and has been changed since"
    elif form != target.form:
        what = f"{target.path} is complete in the format {form}, not {target.form}"
    elif form not in UNTITLED and title != target.title:
        what = f"{target.path} is complete with the title {title!r}, not {target.title!r}"
    elif target.bibliography is not None and not (
        target.bibliography.exists()
        and file_sha256(target.bibliography) == sealed["bibliography_sha256"]
    ):
        what = f"{target.path} is complete, but {target.bibliography} is not its bibliography"
    else:
        counts = BatchReport(**sealed["counts"])
        return replace(counts, resumed=counts.rows)
    message = f"{what}. Give another name for the answers, or --restart to ask everything anew."
    raise InputError(message)


def _check_index(row: Row, stamp: Stamp) -> None:
    if row.answer is not None and row.answer.index.generation != stamp.generation:
        message = (
            f"Expected generation {stamp.generation} of the index, but it was changed meanwhile "
            f"to {row.answer.index.generation}. Run the batch again with --restart."
        )
        raise IndexMismatchError(message)


def _links(pipeline: Pipeline, folder: Path) -> dict[str, str]:
    """Return where each document lies, as links from *folder*."""
    start = folder.resolve()
    links = {}
    for file in pipeline.store.files():
        try:
            path = os.path.relpath(file.path, start)
        except ValueError:  # another drive
            path = file.path
        links[file.name] = quote(path.replace(os.sep, "/").encode("utf-8", "surrogateescape"))
    return links


@contextmanager
def _lock(output: Path) -> Iterator[None]:
    """Hold the right to write *output*.

    Raises:
        InputError: another run holds it.
    """
    from filelock import FileLock, Timeout

    path = output.with_name(f".{output.name}.lock")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        message = f"Expected to be alone in writing {output}, but another run is. Wait for it."
        raise InputError(message) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()
