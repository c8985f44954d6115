"""Answers as they were written to a file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from rag.errors import InputError
from rag.types import (
    Answer,
    Citation,
    Disagreement,
    IndexStamp,
    Metadata,
    Page,
    Position,
    Sentence,
    Span,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Reader = Callable[[bytes, str], Iterator["WrittenAnswer"]]

_Value = TypeVar("_Value")
ERROR = "error"
"""The status of a question that could not be asked."""
_SEPARATOR = re.compile(r"[\s,]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMES = {str: "text", int: "a whole number", list: "a list", dict: "an object"}


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer in a file; ``line`` is where it begins, from 1.

    ``status`` is None for a question that could not be asked. ``text`` is the running text, None
    where the format has none beside the sentences. ``problems`` are where the file contradicts
    itself.
    """

    line: int
    question: str
    status: Status | None
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    text: str | None = None
    short_answer: str | None = None
    identifier: str | None = None
    disagreements: tuple[Disagreement, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def expected_text(self) -> str:
        """The running text that an answer of these parts has."""
        return Answer(
            question=self.question,
            standalone_question=self.question,
            status=self.status or Status.NOT_FOUND,
            sentences=self.sentences,
            citations=self.citations,
            passages=(),
            confidence=0.0,
            index=IndexStamp("", 0, ""),
            disagreements=self.disagreements,
        ).text


def read_answers(path: Path) -> list[WrittenAnswer]:
    """Read the answers in a file; its suffix tells the format, see `READERS`.

    Raises:
        InputError: the file cannot be read or does not hold answers; names the line.
    """
    name = READERS.get(path.suffix.casefold())
    if name is None:
        known = ", ".join(READERS)
        message = f"Expected a file of answers ({known}), but got {path}. Check its name."
        raise InputError(message)
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"Expected a file of answers at {path}, but: {error.strerror or error}."
        raise InputError(message) from error
    module, function = name.split(":")
    reader: Reader = getattr(import_module(module), function)
    answers = list(reader(content, str(path)))
    if not answers:
        message = f"Expected at least one answer in {path}, but there is none."
        raise InputError(message)
    return answers


def read_json(content: bytes, source: str) -> Iterator[WrittenAnswer]:
    """Yield the answers of a JSON file: one, or a list of them."""
    text = _decoded(content, source)
    value = _parsed(text, source, 1)
    if not isinstance(value, list):
        first = len(text) - len(text.lstrip())
        yield _Record(value, source, text.count("\n", 0, first) + 1).answer()
        return
    decoder = json.JSONDecoder()
    position, line = text.index("[") + 1, 1
    line += text.count("\n", 0, position)
    for _ in value:  # decoded once more, since only this tells where each begins
        match = _SEPARATOR.match(text, position)
        start = match.end() if match else position
        line += text.count("\n", position, start)
        element, position = decoder.raw_decode(text, start)
        yield _Record(element, source, line).answer()
        line += text.count("\n", start, position)


def read_json_lines(content: bytes, source: str) -> Iterator[WrittenAnswer]:
    """Yield the answers of a JSON Lines file; blank lines are passed over."""
    for number, line in enumerate(_decoded(content, source).split("\n"), start=1):
        if line.strip():
            yield _Record(_parsed(line, source, number), source, number).answer()


def answer_from_json(value: Any, source: str, line: int) -> WrittenAnswer:
    """Return the answer that a JSON value holds.

    Args:
        value: What `rag.types.Answer.to_dict` returns, or part of it.
        source: What messages call the file.
        line: Where in it the answer begins.

    Raises:
        InputError: a field is missing or is not what it should be.
    """
    return _Record(value, source, line).answer()


READERS = {
    ".json": "rag.answers_file:read_json",
    ".jsonl": "rag.answers_file:read_json_lines",
    ".xlsx": "rag.writing.excel_reading:read_excel",
    ".md": "rag.writing.markdown_reading:read_markdown",
    ".docx": "rag.writing.word_reading:read_word",
}
"""By suffix; a reader takes the file's bytes and its name for messages, and yields answers."""


class _Record:
    """A JSON value that must be an answer, and where it is."""

    def __init__(self, value: Any, source: str, line: int) -> None:
        self.source = source
        self.line = line
        self.value = self._typed(value, dict, "an answer")

    def answer(self) -> WrittenAnswer:
        """Return the answer.

        Raises:
            InputError: a field is missing or is not what it should be.
        """
        value = self.value
        sentences = self._field(value, "sentences", list)
        citations = self._field(value, "citations", list)
        return WrittenAnswer(
            line=self.line,
            question=self._field(value, "question", str),
            status=self._status(),
            sentences=tuple(self._sentence(item) for item in sentences),
            citations=tuple(self._citation(item) for item in citations),
            text=self._optional(value, "text", str),
            short_answer=self._optional(value, "short_answer", str),
            identifier=None if value.get("id") is None else str(value["id"]),
            disagreements=tuple(
                self._disagreement(item)
                for item in self._optional(value, "disagreements", list) or ()
            ),
        )

    def _status(self) -> Status | None:
        status = self._field(self.value, "status", str)
        if status == ERROR:
            return None
        if status not in set(Status):
            self._fail(f"status to be {' or '.join(Status)}", repr(status))
        return Status(status)

    def _sentence(self, value: Any) -> Sentence:
        value = self._typed(value, dict, "each of sentences")
        return Sentence(self._field(value, "text", str), self._numbers(value))

    def _disagreement(self, value: Any) -> Disagreement:
        value = self._typed(value, dict, "each of disagreements")
        positions = [
            self._typed(item, dict, "each of positions")
            for item in self._field(value, "positions", list)
        ]
        return Disagreement(
            self._field(value, "about", str),
            tuple(
                Position(self._field(item, "value", str), self._numbers(item)) for item in positions
            ),
        )

    def _numbers(self, value: dict[str, Any]) -> tuple[int, ...]:
        numbers = self._field(value, "citations", list)
        return tuple(self._typed(number, int, "each number of citations") for number in numbers)

    def _citation(self, value: Any) -> Citation:
        value = self._typed(value, dict, "each of citations")
        span = Span(self._field(value, "start", int), self._field(value, "end", int))
        page = self._optional(value, "page", int)
        label = self._optional(value, "page_label", str)
        names = self._optional(value, "other_names", list) or []
        sha256 = self._field(value, "sha256", str)
        if not _SHA256.fullmatch(sha256):
            self._fail("sha256 to be 64 hexadecimal digits", repr(sha256))
        return Citation(
            number=self._field(value, "n", int),
            document=self._field(value, "document", str),
            metadata=Metadata(
                *(self._optional(value, key, str) for key in ("title", "author", "date", "kind"))
            ),
            page=None if page is None else Page(page, label, span),
            span=span,
            quote=self._field(value, "quote", str),
            sha256=sha256,
            score=0.0,
            other_names=tuple(self._typed(name, str, "each of other_names") for name in names),
        )

    def _field(self, value: dict[str, Any], key: str, kind: type[_Value]) -> _Value:
        if key not in value:
            self._fail(f"an answer with {key!r}", "none")
        return self._typed(value[key], kind, repr(key))

    def _optional(self, value: dict[str, Any], key: str, kind: type[_Value]) -> _Value | None:
        return None if value.get(key) is None else self._typed(value[key], kind, repr(key))

    def _typed(self, value: Any, kind: type[_Value], what: str) -> _Value:
        if not isinstance(value, kind) or isinstance(value, bool):
            self._fail(f"{what} to be {_NAMES[kind]}", type(value).__name__)
        return value

    def _fail(self, expected: str, seen: str) -> NoReturn:
        message = f"{self.source}, line {self.line}: expected {expected}, but got {seen}."
        raise InputError(message)


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"{source}, line {line}: expected UTF-8, but {error.reason}."
        raise InputError(message) from error


def _parsed(text: str, source: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = (
            f"{source}, line {line + error.lineno - 1}: expected JSON, but: {error.msg} "
            f"at column {error.colno}."
        )
        raise InputError(message) from error
    except (RecursionError, ValueError) as error:  # nested too deeply, or a number too long
        message = f"{source}, line {line}: expected an answer, but: {error}."
        raise InputError(message) from error
