"""Excel files of answers read back: what people see is what is checked."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from rag.answers_file import ERROR, answer_from_json
from rag.errors import InputError
from rag.writing.excel import ANSWERS, CITATION_COLUMNS, CITATIONS, NUMBER
from rag.writing.tables import COLUMNS, listed
from rag.writing.wording import DIFFER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.answers_file import WrittenAnswer

_MARKS = re.compile(r" ((?:\[\d+\])+)(?: |$)")
_POSITION = re.compile(r"(.+?) ((?:\[\d+\])+)(; |\. ?)", re.DOTALL)
_LISTED = ("sources", "page", "quotes")
"""Columns of the sheet of answers that repeat what the sheet of citations says."""


def read_excel(content: bytes, source: str) -> Iterator[WrittenAnswer]:
    """Yield the answers of an Excel file.

    Raises:
        InputError: it is no Excel file, or lacks a sheet or column that answers have.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        answers = list(_table(book, ANSWERS, (NUMBER, *COLUMNS), source))
        citations: dict[Any, list[dict[str, Any]]] = {}
        for record in _table(book, CITATIONS, CITATION_COLUMNS, source):
            names = record["other_names"]
            record["other_names"] = names.split("\n") if names else []
            citations.setdefault(record[NUMBER], []).append(record)
    except (BadZipFile, KeyError, SyntaxError, TypeError, ValueError) as error:
        message = f"Expected an Excel file of answers in {source}, but: {error}."
        raise InputError(message) from error
    for line, record in enumerate(answers, start=2):
        yield _answer(record, citations.get(record[NUMBER], []), source, line)


def _table(book: Any, sheet: str, columns: Sequence[str], source: str) -> Iterator[dict[str, Any]]:
    rows = book[sheet].iter_rows(values_only=True)
    names = [str(name) for name in next(rows, ())]
    missing = [name for name in columns if name not in names]
    if missing:
        message = f"Expected the columns {', '.join(missing)} on sheet {sheet} of {source}."
        raise InputError(message)
    for row in rows:
        if any(value is not None for value in row):
            yield dict(zip(names, row, strict=False))


def _answer(
    record: dict[str, Any], citations: list[dict[str, Any]], source: str, line: int
) -> WrittenAnswer:
    text = record["answer"] or ""
    rest, disagreements = _disagreements(text, record["question"])
    identifier = record.get("id")
    value = record | {
        "id": f"row {record[NUMBER]}" if identifier is None else identifier,
        "question": record["question"] or "",
        "text": text,
        "sentences": _sentences(rest, {item["n"]: item["quote"] for item in citations}),
        "citations": citations,
        "disagreements": disagreements,
    }
    answer = answer_from_json(value, source, line)
    if record["status"] == ERROR:
        return answer
    expected = listed(answer.citations)
    problems = tuple(
        f"the cell {name} is not what sheet {CITATIONS} says"
        for name in _LISTED
        if (record[name] or "") != (expected[name] or "")
    )
    return replace(answer, problems=problems)


def _disagreements(text: str, about: str) -> tuple[str, list[dict[str, Any]]]:
    """Return what follows the lines "Sources differ: 41 [1]; 42 [2].", and what they say."""
    found = []
    while text.startswith(DIFFER):
        place = len(DIFFER)
        positions: list[dict[str, Any]] = []
        while match := _POSITION.match(text, place):
            positions.append({"value": match[1], "citations": _numbers(match[2])})
            place = match.end()
            if match[3] != "; ":
                break
        if not positions:
            break
        found.append({"about": about, "positions": positions})
        text = text[place:]
    return text, found


def _sentences(text: str, quotes: dict[int, str]) -> list[dict[str, Any]]:
    """Return the sentences of a running text with the numbers behind each.

    Where the quote that comes next stands at the beginning it is the sentence, since it may hold
    marks of its own; else the text up to the next mark is.
    """
    sentences: list[dict[str, Any]] = []
    following = 1
    while text:
        quote = quotes.get(following, "")
        begun = len(quote) if quote and text.startswith(quote) else 0
        match = _MARKS.match(text, begun) if begun else _MARKS.search(text)
        if match is None:
            sentences.append({"text": text, "citations": []})
            break
        numbers = _numbers(match[1])
        sentences.append({"text": text[: match.start()], "citations": numbers})
        following = max(numbers) + 1
        text = text[match.end() :]
    return sentences


def _numbers(marks: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", marks)]
