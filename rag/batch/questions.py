"""Files of questions, read row by row.

A row that cannot be asked is a row with an error; only a file that cannot be read at all is an
`InputError`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rag.batch.formats import FORMATS
from rag.checks import MAX_QUESTION_CHARACTERS
from rag.errors import InputError

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A row of a file of questions; ``error`` says why its question cannot be asked.

    ``number`` counts the rows from 1. ``columns`` are those beside question and id, in order.
    """

    number: int
    question: str
    error: str | None = None
    identifier: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file of questions that can be read several times.

    ``form`` is a key of `rag.batch.formats.FORMATS`, ``column`` the name or number (from 1) of the
    column with the question, None where it is to be found by its name; ``name`` is what messages
    and reports call the file.
    """

    path: Path
    form: str
    column: str | None
    name: str

    def __iter__(self) -> Iterator[QuestionRow]:
        """Yield the rows in order.

        Raises:
            InputError: the file cannot be read, or has no column with questions, or no row.
        """
        try:
            with self.path.open("rb") as file:
                yield from read_questions(file, self.form, self.column, self.name)
        except OSError as error:
            raise self._unreadable(error) from error

    def sha256(self) -> str:
        """Return the hash of the file's bytes.

        Raises:
            InputError: the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> InputError:
        message = f"Expected a file of questions at {self.path}, but: {error.strerror or error}."
        return InputError(message)


def read_questions(
    file: io.BufferedReader, form: str, column: str | None, source: str
) -> Iterator[QuestionRow]:
    """Yield the rows of an open file of questions; the arguments are those of `QuestionFile`.

    Raises:
        InputError: the file is not of that format, or has no column with questions, or no row.
    """
    number = 0
    for number, found in enumerate(FORMATS[form](file, column, source), start=1):
        row = QuestionRow(number, *found)
        yield row if len(row.question) <= MAX_QUESTION_CHARACTERS else _shortened(row)
    if number == 0:
        message = f"Expected questions in {source}, but it has none. It was read as {form}."
        raise InputError(message)


def format_of(path: Path, formats: Iterable[str], what: str) -> str:
    """Return the format that a file's suffix names.

    Raises:
        InputError: it names none of *formats*.
    """
    form = path.suffix.casefold().removeprefix(".")
    if form not in formats:
        known = ", ".join(f".{name}" for name in formats)
        message = f"Expected {what} to be a file of type {known}, but got {path}. Check its name."
        raise InputError(message)
    return form


def _shortened(row: QuestionRow) -> QuestionRow:
    """Return a row whose question is too long with its beginning, and that as its error."""
    error = row.error or (
        f"Expected a question of at most {MAX_QUESTION_CHARACTERS} characters, "
        f"but got {len(row.question)}. Ask a shorter one."
    )
    return replace(row, question=f"{row.question[:MAX_QUESTION_CHARACTERS]}…", error=error)
