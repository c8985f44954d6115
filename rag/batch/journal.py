"""The journal of a batch: JSON Lines beside the answers, from which an interrupted run goes on.

Its first line says which questions, settings and index the answers belong to; then comes a line a
row, in order, each complete once its line end is written. When the answers are complete, a journal
of one line is left that says so.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Self

from rag.errors import InputError
from rag.writing.files import replacing
from rag.writing.rows import Row, answer_from_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUFFIX = ".journal.jsonl"
FORMAT = 2
"""Counts incompatible changes of the journal."""
SYNC_S = 1.0
"""Seconds between two moments at which the journal is safe from a loss of power."""
_RESTART = "Give another name for the answers, or --restart to ask everything anew."


@dataclass(frozen=True, slots=True)
class Stamp:
    """What answers belong to: rows of another stamp must not share their file."""

    questions_sha256: str
    form: str
    """The format that the questions are read as."""
    column: str | None
    index: str
    generation: int
    documents_sha256: str
    """Of the names and hashes of all documents, which tells two indexes of one name apart."""
    settings_sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Return the stamp as the first line of a journal holds it."""
        return {
            "questions": {
                "sha256": self.questions_sha256,
                "format": self.form,
                "column": self.column,
            },
            "index": {
                "name": self.index,
                "generation": self.generation,
                "documents_sha256": self.documents_sha256,
            },
            "settings": {"sha256": self.settings_sha256},
        }


class Journal:
    """The rows that are answered so far."""

    def __init__(self, path: Path, stamp: Stamp, bibliography: Path | None = None) -> None:
        """Nothing is read or written yet; a journal begun names the bibliography as its own."""
        self.path = path
        self._head = {"journal": FORMAT} | stamp.to_dict()
        self._bibliography = None if bibliography is None else str(bibliography.resolve())
        self._file: IO[bytes] | None = None
        self._synced = 0.0
        self.rows_done = 0

    def __enter__(self) -> Self:
        """Go on with the journal that is there, or begin one.

        Raises:
            InputError: it belongs to other questions, settings or another index, or is damaged.
        """
        if not self.path.exists() or not (complete := self._check()):
            with replacing(self.path) as file:
                file.write(_line(self._head | {"bibliography": self._bibliography}))
            complete = self.path.stat().st_size
        os.truncate(self.path, complete)  # a line that a killed run did not finish
        self._file = self.path.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, row: Row) -> None:
        """Write a row behind the others, such that a killed process loses none."""
        if self._file is None:
            message = "Expected an open journal."
            raise RuntimeError(message)
        self._file.write(_line(_record(row)))
        self._file.flush()
        self.rows_done += 1
        now = time.monotonic()
        if now - self._synced >= SYNC_S:
            os.fsync(self._file.fileno())
            self._synced = now

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows from the first one."""
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                yield _row(json.loads(line))

    def seal(self, complete: Mapping[str, Any]) -> None:
        """Leave one line that says that the answers are complete, and what is known of them."""
        with replacing(self.path) as file:
            file.write(_line(self._head | {"complete": dict(complete)}))

    def sealed(self) -> dict[str, Any] | None:
        """Return what was sealed, None where answers are missing.

        Raises:
            InputError: the journal belongs to other questions, settings or another index.
        """
        return self._begun().get("complete")

    def owns_bibliography(self) -> bool:
        """Return whether the journal was begun with the bibliography that is asked for now.

        Raises:
            InputError: the journal belongs to other questions, settings or another index.
        """
        return self._begun().get("bibliography") == self._bibliography

    def _begun(self) -> dict[str, Any]:
        """Return the first line, nothing where none is whole."""
        if not self.path.exists():
            return {}
        with self.path.open("rb") as file:
            head = file.readline()
        return self._checked_head(head) if head.endswith(b"\n") else {}

    def _check(self) -> int:
        """Count the rows; return the bytes of whole lines, 0 without even a first line."""
        size = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    break
                if number == 0:
                    self._checked_head(line)
                elif not line.startswith(b'{"number": %d, ' % number):
                    message = (
                        f"Expected row {number} on line {number + 1} of {self.path}, but the "
                        f"journal was changed. {_RESTART}"
                    )
                    raise InputError(message)
                size += len(line)
                self.rows_done = number
        return size

    def _checked_head(self, line: bytes) -> dict[str, Any]:
        try:
            seen = json.loads(line)
        except ValueError:
            seen = None
        if not isinstance(seen, dict) or "journal" not in seen:
            message = f"Expected the journal of a batch in {self.path}, but it is none. {_RESTART}"
            raise InputError(message)
        if seen["journal"] != FORMAT:
            message = (
                f"Expected a journal of format {FORMAT} in {self.path}, but another version wrote "
                f"one of format {seen['journal']}. {_RESTART}"
            )
            raise InputError(message)
        for part, wanted in self._head.items():
            if seen.get(part) != wanted:
                message = (
                    f"Expected answers to the same questions from the same index with the same "
                    f"settings, but {self.path} was begun with other {_difference(part, seen)}. "
                    f"{_RESTART}"
                )
                raise InputError(message)
        return seen


def _difference(part: str, seen: Mapping[str, Any]) -> str:
    if part == "index" and isinstance(index := seen.get("index"), dict):
        return f"documents (index {index.get('name')}, generation {index.get('generation')})"
    if part == "questions" and isinstance(questions := seen.get("questions"), dict):
        return f"questions (read as {questions.get('format')})"
    return part


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode() + b"\n"


def _record(row: Row) -> dict[str, Any]:
    """Return a row as JSON; the number comes first, where it is looked for."""
    return {
        "number": row.number,
        "question": row.question,
        "error": row.error,
        "id": row.identifier,
        "columns": dict(row.columns),
        "answer": row.answer.to_dict() if row.answer else None,
    }


def _row(value: Mapping[str, Any]) -> Row:
    answer = value["answer"]
    return Row(
        value["number"],
        value["question"],
        answer_from_dict(answer) if answer else None,
        value["error"],
        value["id"],
        value["columns"],
    )
