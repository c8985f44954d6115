"""The formats of files of questions: csv, JSON Lines, Excel and plain text."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

QUESTION_NAMES = ("question", "questions", "query", "prompt", "q")
"""Columns that hold the question, in order of preference; upper and lower case are the same."""
IDENTIFIER_NAMES = ("id", "question_id", "qid", "identifier")
LONGEST_LINE = 1_000_000
"""Characters; a longer line is a row with an error, so that a wrong file does not fill the memory."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNDECODED = re.compile("[\udc80-\udcff]")


class Found(NamedTuple):
    """A row of a file: the question, why it cannot be asked, the id and the other columns."""

    question: str
    error: str | None = None
    identifier: Any = None
    columns: Mapping[str, Any] = {}


def read_text(file: io.BufferedReader, column: str | None, source: str) -> Iterator[Found]:
    """Yield the lines that are not blank."""
    if column is not None:
        message = f"Expected no --column for {source}: a text file has one question a line."
        raise InputError(message)
    for _, line, error in _lines(file):
        if line.strip() or error:
            yield Found(line.strip(), error)


def read_json_lines(file: io.BufferedReader, column: str | None, source: str) -> Iterator[Found]:
    """Yield the objects, or plain texts, of the lines that are not blank."""
    key: str | None = None
    for number, line, undecoded in _lines(file):
        if not line.strip() and undecoded is None:
            continue
        value, error = (None, undecoded) if undecoded else _parsed(line, number)
        if error is not None:
            yield Found(line.strip(), error)
        elif isinstance(value, dict):
            if key is None:
                names = list(value)
                key = names[_question_position(names, column, source)]
            yield _of_object(value, key, number)
        elif isinstance(value, str):
            yield Found(value)
        else:
            kind = type(value).__name__
            yield Found(line.strip(), f"Expected a JSON object on line {number}, but got {kind}.")


def read_csv(file: io.BufferedReader, column: str | None, source: str) -> Iterator[Found]:
    """Yield the records; the first line that is not blank names the columns.

    Comma, semicolon or tab separate, whichever that line has most of.
    """
    with _text(file) as text:
        head = next((line for line in _chunks(text) if line.strip()), "")
        records = csv.reader(chain([head], _chunks(text)), delimiter=_delimiter(head))
        names = next((values for values, error in _csv_records(records) if not error), [])
        yield from _of_records(_csv_records(records), names, column, source)


def read_excel(file: io.BufferedReader, column: str | None, source: str) -> Iterator[Found]:
    """Yield the rows of the first sheet; its first row that is not empty names the columns."""
    from zipfile import BadZipFile

    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # those in the file may be wrong, and hide what is beyond them
        rows = sheet.iter_rows(values_only=True)
        filled = (list(row) for row in rows if any(value is not None for value in row))
        head = _without_empty_end(next(filled, []), 0)
        names = ["" if name is None else str(name) for name in head]
        records = ((_without_empty_end(row, len(names)), None) for row in filled)
        yield from _of_records(records, names, column, source)
    except (BadZipFile, KeyError, IndexError, SyntaxError, TypeError, ValueError) as error:
        # XML that is not well-formed is a SyntaxError; wrong parts are one of the others.
        message = f"Expected an Excel file (.xlsx) in {source}, but: {error}. Save it again."
        raise InputError(message) from error


FORMATS: dict[str, Callable[[io.BufferedReader, str | None, str], Iterator[Found]]] = {
    "csv": read_csv,
    "jsonl": read_json_lines,
    "xlsx": read_excel,
    "txt": read_text,
}
"""By suffix; takes an open file, the column with the question, and what to call the file."""


def look_of(file: io.BufferedReader) -> str:
    """Return which of `FORMATS` a stream is by how it begins; nothing is taken from it.

    A first line with a field called as a question's column is called is that of a csv file.
    """
    start = file.peek(4)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    text = start.decode(_encoding(start), "replace").lstrip()
    line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    names, _ = next(_csv_records(csv.reader([line], delimiter=_delimiter(line))), ([], None))
    if any(name.strip().casefold() in QUESTION_NAMES for name in names):
        return "csv"
    return "jsonl" if text[:1] in {"{", '"'} else "txt"


def _of_records(
    records: Iterable[tuple[Sequence[Any], str | None]],
    names: Sequence[str],
    column: str | None,
    source: str,
) -> Iterator[Found]:
    """Yield the rows of a table, blank ones left out."""
    if not names:
        return
    names = _distinct(names)
    place = _question_position(names, column, source)
    id_place = next(
        (index for index, name in enumerate(names) if _is_identifier(name) and index != place), None
    )
    for record, broken in records:
        if broken is None and not any(value not in {None, ""} for value in record):
            continue
        error = broken
        if error is None and len(record) > len(names):
            error = (
                f"Expected {len(names)} fields, but got {len(record)}. "
                "Put quotes around a field with the separator in it."
            )
        values = [_plain(value) for value in record[: len(names)]]
        values += [None] * (len(names) - len(values))
        texts = [value for value in values if isinstance(value, str)]
        if error is None and any(_UNDECODED.search(text) for text in texts):
            error = "Expected UTF-8, but some bytes are not. Save the file as UTF-8."
        values = [_decoded(value) if isinstance(value, str) else value for value in values]
        question = "" if values[place] is None else str(values[place])
        columns = {
            name: value
            for index, (name, value) in enumerate(zip(names, values, strict=True))
            if index not in {place, id_place}
        }
        identifier = None if id_place is None else values[id_place]
        yield Found(question, error, identifier, columns)


def _of_object(value: dict[str, Any], key: str, number: int) -> Found:
    question = value.get(key)
    id_key = next((name for name in value if _is_identifier(name) and name != key), None)
    identifier = value[id_key] if id_key is not None else None
    columns = {name: item for name, item in value.items() if name not in {key, id_key}}
    if isinstance(question, str):
        return Found(question, None, identifier, columns)
    seen = "none" if question is None else type(question).__name__
    error = f"Expected a text for {key!r} on line {number}, but got {seen}."
    return Found("" if question is None else str(question), error, identifier, columns)


def _question_position(names: Sequence[str], column: str | None, source: str) -> int:
    """Return which column holds the question.

    Raises:
        InputError: none is called as it should be.
    """
    folded = [name.strip().casefold() for name in names]
    wanted = QUESTION_NAMES if column is None else (column.strip().casefold(),)
    for name in wanted:
        if name in folded:
            return folded.index(name)
    if column is not None and column.isdecimal() and 1 <= int(column) <= len(names):
        return int(column) - 1
    expected = f"a column called {' or '.join(repr(name) for name in wanted)}"
    known = ", ".join(repr(name) for name in names)
    message = f"Expected {expected} in {source}, but it has {known}. Name one with --column."
    raise InputError(message)


def _is_identifier(name: str) -> bool:
    return name.strip().casefold() in IDENTIFIER_NAMES


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names of columns without blanks around them, empty and repeated ones numbered."""
    found: dict[str, None] = {}
    for number, given in enumerate(names, start=1):
        name = given.strip() or f"column {number}"
        found[name if name not in found else f"{name} ({number})"] = None
    return list(found)


def _csv_records(records: Iterator[list[str]]) -> Iterator[tuple[list[str], str | None]]:
    while True:
        try:
            yield next(records), None
        except StopIteration:
            return
        except csv.Error as error:  # such as a quoted field that does not end
            yield [], f"Expected a record of a csv file, but: {error}. Check its quotes."


def _delimiter(head: str) -> str:
    """Return what occurs most often in the line with the names, a comma if nothing does."""
    unquoted = re.sub(r'"[^"]*"', "", head)
    return max(",;\t", key=lambda mark: (unquoted.count(mark), mark == ","))


@contextmanager
def _text(file: io.BufferedReader) -> Iterator[io.TextIOWrapper]:
    """Lend the file as text; bytes that are no UTF-8 become lone surrogates."""
    encoding = _encoding(file.peek(2))
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    text = io.TextIOWrapper(file, encoding, errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def _encoding(start: bytes) -> str:
    return "utf-16" if start[:2] in _UTF16 else "utf-8-sig"


def _chunks(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines; what is longer than `LONGEST_LINE` comes in pieces."""
    return iter(lambda: text.readline(LONGEST_LINE), "")


def _lines(file: io.BufferedReader) -> Iterator[tuple[int, str, str | None]]:
    """Yield the number of each line, from 1, the line, and what is wrong with it."""
    number, whole = 0, True
    with _text(file) as text:
        for chunk in _chunks(text):
            ended = chunk.endswith(("\n", "\r"))
            if whole:
                number += 1
                yield number, _decoded(chunk.rstrip("\r\n")), _wrong(chunk, number, ended=ended)
            whole = ended


def _wrong(line: str, number: int, *, ended: bool) -> str | None:
    """Return what is wrong with a line, None if nothing is."""
    if not ended and len(line) >= LONGEST_LINE:
        return f"Expected at most {LONGEST_LINE} characters on line {number}."
    if _UNDECODED.search(line):
        return f"Expected UTF-8 on line {number}. Save the file as UTF-8."
    return None


def _decoded(text: str) -> str:
    """Return *text* with a mark in place of each byte that is no UTF-8."""
    return _UNDECODED.sub("\ufffd", text)


def _parsed(line: str, number: int) -> tuple[Any, str | None]:
    try:
        value = json.loads(line)
        if "\\ud" in line.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None, f"Expected whole characters on line {number}, but one is half of a pair."
    except (ValueError, RecursionError) as error:
        return None, f"Expected JSON on line {number}, but: {error}."
    return value, None


def _plain(value: Any) -> Any:
    """Return a cell's value as JSON holds it: dates and times as ISO 8601."""
    return value if isinstance(value, str | int | float | None) else str(value)


def _without_empty_end(row: list[Any], count: int) -> list[Any]:
    """Leave out empty cells right of the named columns."""
    while len(row) > count and row[-1] is None:
        row.pop()
    return row
