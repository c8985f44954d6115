"""Rows of tables in PDF pages: cells mended, wrapped cells made whole."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.loading.pdf_text import Line

_NUMBER = re.compile(
    r"[(\[]?[-–—+]?\s*[$€£¥]?\s*\d[\d.,\s]*\s*(?:%|bn|m|k)?[)\]]?%?\*?|[—–-]|n/?a\.?|N/?A"
)
_AMOUNT = r"[$€£]?\s?\(?[$€£]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)?\s?%?(?=\s|$)"
_TRAILING_NUMBERS = re.compile(rf"^(\D.*?\S)((?:\s+{_AMOUNT}|\s+[—–](?=\s)){{2,}})\s*$")
_TRAILING_CURRENCY = re.compile(r"^(.*\S)\s+([$€£¥])$")
_ENUMERATOR = re.compile(
    r"[•▪◦·●■○‣–*o-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d+(?:\.\d+)+\.?|"
    r"(?:Item|Note|Part|Section|Chapter|Article|Annex|Appendix|Table|Figure)\s[\dA-Z]{1,4}[.:]?",
    re.IGNORECASE,
)
_OPENERS = frozenset({"$", "€", "£", "¥", "(", "($"})
_PUNCTUATION = frozenset({".", ",", ":", ";"})
_CLOSERS = frozenset({")", "%", ")%", "*"})
_LETTERED = re.compile(r"\(?[a-z]{1,3}[.)]\s")
_WRAP_STEP = 1.4
"""Lines of one cell are at most this many font sizes apart; rows mostly are further."""
_ALIGNED_EM = 0.6
_NEAR = 3
_SAME_COLUMN_EM = 0.1
_MAX_CELL_CHARS = 60
_CLOSE = 0.8
"""Lines of one row are nearer to each other than this share of the distance between rows."""


def with_whole_rows(lines: list[Line]) -> list[Line]:
    """Return *lines* with their cells mended, and the lines of wrapped cells joined to their row."""
    lines = [
        _parted(line, lines[max(0, i - _NEAR) : i + _NEAR + 1]) for i, line in enumerate(lines)
    ]
    whole: list[Line] = []
    heights = [math.inf, *(above.y - line.y for above, line in pairwise(lines)), math.inf]
    last = 0  # the line with which the row began
    for index, line in enumerate(lines):
        # Closer to its row than rows are to each other: its label goes on, in whatever letters.
        room = _CLOSE * min(heights[last], heights[index + 1])
        close = 0 < heights[index] <= room < math.inf
        columns = _columns_continued(whole[-1], line, heights[index], close=close) if whole else []
        if columns:
            for column, cell in zip(columns, line.cells, strict=True):
                whole[-1].cells[column] = f"{whole[-1].cells[column].strip()} {cell.strip()}"
        else:
            whole.append(replace(line, cells=list(line.cells)))
            last = index
    for line in whole:
        line.cells = _mended(line.cells)
    return whole


def _parted(line: Line, near: list[Line]) -> Line:
    """Return *line* with cells parted where a column of the lines *near* begins.

    Columns may stand so close that a full cell leaves no more than a wide space before the next.
    """
    if not line.gaps:
        return line
    columns = [start for other in near if len(other.cells) > 1 for start in other.starts[1:]]
    cells, starts = list(line.cells), list(line.starts)
    for cell, offset, x in reversed(line.gaps):
        begun = sum(abs(start - x) <= _SAME_COLUMN_EM * line.size for start in columns)
        if begun > 1 and offset <= _MAX_CELL_CHARS:  # prose beside a table has longer lines
            cells[cell : cell + 1] = [cells[cell][:offset], cells[cell][offset:]]
            starts.insert(cell + 1, x)
    return replace(line, cells=cells, starts=starts)


def _columns_continued(row: Line, line: Line, step: float, *, close: bool) -> list[int]:
    """The columns of *row* that the cells of *line* go on with; empty where it is a row itself."""
    if len(row.cells) < 2 or not 0 < step <= _WRAP_STEP * line.size:  # noqa: PLR2004
        return []
    if len(row.cells) == len(line.cells) and all(
        cell.strip().endswith((",", "-")) for cell in row.cells
    ):
        return list(range(len(row.cells)))
    columns = []
    for cell, start in zip(line.cells, line.starts, strict=True):
        aligned = [
            column
            for column, other in enumerate(row.starts)
            if abs(start - other) <= _ALIGNED_EM * line.size
        ]
        lower = cell.strip()[:1].islower() and not _LETTERED.match(cell.strip())
        if not aligned or (aligned[0] == 0 and not lower and not close):
            return []
        columns.append(aligned[0])
    # A row without a label has numbers only; a wrapped cell has words.
    numbers = sum(_NUMBER.fullmatch(cell.strip()) is not None for cell in line.cells)
    return columns if numbers < (1 if 0 in columns else len(columns)) else []


def _mended(cells: list[str]) -> list[str]:
    """Join currency signs with their amounts, and enumerators with their text."""
    mended: list[str] = []
    opener = ""
    for cell in (cell.strip() for cell in cells):
        if not cell:
            continue
        if cell in _OPENERS:
            opener += cell + ("" if cell.endswith("(") else " ")
        elif cell in _CLOSERS and mended:
            mended[-1] += cell
        else:
            currency = _TRAILING_CURRENCY.match(cell)
            mended.append(opener + (currency[1] if currency else cell))
            opener = f"{currency[2]} " if currency else ""
    if opener.strip():
        mended.append(opener.strip())
    if any(cell in _PUNCTUATION for cell in mended):
        return [" ".join(mended)]
    if len(mended) > 1 and _ENUMERATOR.fullmatch(mended[0]):
        mended[:2] = [f"{mended[0]} {mended[1]}"]
    if len(mended) == 1:
        return _split_numbers(mended[0])
    return [part for cell in mended for part in _split_amounts(cell)]


def _split_amounts(cell: str) -> list[str]:
    """Part amounts that a narrow table draws in one piece."""
    amounts = re.findall(rf"{_AMOUNT}|[—–]", cell)
    same = "".join(cell.split()) == "".join("".join(amounts).split())
    return [amount.strip() for amount in amounts] if same and len(amounts) > 1 else [cell]


def _split_numbers(text: str) -> list[str]:
    """Part a row's label from its numbers where the file draws them in one piece."""
    match = _TRAILING_NUMBERS.match(text)
    if match is None or re.search(r"[.!?]\s+[A-Z]", match[1]):
        return [text]
    numbers = re.findall(rf"{_AMOUNT}|[—–]", match[2])
    if not any("," in number or "." in number or "$" in number for number in numbers):
        return [text]
    return [match[1], *(" ".join(number.split()) for number in numbers)]


def table_rows(lines: list[Line]) -> list[bool]:
    """Which lines are table rows: three cells, or two with a number or beside other rows."""
    counts = [len(line.cells) for line in lines]
    rows = []
    for index, line in enumerate(lines):
        numeric = any(_NUMBER.fullmatch(cell.strip()) for cell in line.cells[1:])
        around = counts[max(0, index - 1) : index] + counts[index + 1 : index + 2]
        beside = any(count > 1 for count in around)
        rows.append(counts[index] > 2 or (counts[index] == 2 and (numeric or beside)))  # noqa: PLR2004
    return rows
