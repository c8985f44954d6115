"""Answers as rows: JSON Lines and csv, and what a row of a table says."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import IO, TYPE_CHECKING, Any

from rag.presentation import citation_label, visible
from rag.writing.rows import without_clashes
from rag.writing.wording import pages_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Citation
    from rag.writing.rows import Report, Row

COLUMNS = (
    "question",
    "short_answer",
    "answer",
    "status",
    "confidence",
    "sources",
    "page",
    "quotes",
    "error",
)
_FORMULA = re.compile(r"[=@\t\r]|[-+](?!\d[\d.,]*\s*%?$)")
"""How a text begins that a spreadsheet would compute; a number is none."""


def json_line(row: Row) -> bytes:
    """Return a row as a line of JSON Lines, see `Row.to_dict`."""
    return json.dumps(row.to_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def write_json_lines(report: Report, file: IO[bytes]) -> None:
    """Write a line of JSON a row to an open file."""
    for row in report.rows:
        file.write(json_line(row))


def write_csv(report: Report, file: IO[bytes]) -> None:
    """Write a table to an open file: UTF-8 with a mark that lets spreadsheets know."""
    text = io.TextIOWrapper(file, "utf-8-sig", "backslashreplace", newline="")
    extra = without_clashes(dict.fromkeys(report.summary.columns), ("id", *COLUMNS))
    table = csv.writer(text)
    table.writerow(["id", *COLUMNS, *extra])
    for row in report.rows:
        identifier = row.number if row.identifier is None else row.identifier
        own = [_harmless(value) for value in cells(row).values()]
        given = [plain(row.columns.get(name)) for name in report.summary.columns]
        table.writerow([plain(identifier), *own, *given])
    text.flush()
    text.detach()


def cells(row: Row) -> dict[str, Any]:
    """Return what a table says of a row, by `COLUMNS`; None where there is nothing to say."""
    answer = row.answer
    return {
        "question": row.question,
        "short_answer": answer.short_answer if answer else None,
        "answer": (answer.text or None) if answer else None,
        "status": row.status,
        "confidence": round(answer.confidence, 4) if answer else None,
        **listed(answer.citations if answer else ()),
        "error": row.error,
    }


def listed(citations: Sequence[Citation]) -> dict[str, str | None]:
    """Return what a table says of an answer's citations; None where there are none."""
    sources = (f"[{item.number}] {citation_label(item)}" for item in citations)
    quotes = (f"[{item.number}] “{item.quote}”" for item in citations)
    return {
        "sources": "\n".join(sources) or None,
        "page": pages_label([item.page for item in citations]) or None,
        "quotes": "\n".join(quotes) or None,
    }


def plain(value: Any) -> Any:
    """Return a value that a cell can hold; lists and objects become JSON."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return visible(value) if isinstance(value, str) else value


def _harmless(value: Any) -> Any:
    """Return a cell such that no spreadsheet takes a text of a document for a formula."""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if _FORMULA.match(text) else text
