"""Tables: the cell of a row that stands under the head a question names."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.terms import query_terms, terms
from rag.types import CELL_SEPARATOR, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Block, Document

_WORD = re.compile(r"\w+")
_BRACKETS = re.compile(r"\([^)]*\)")
MOST_ROWS = 5000
"""Of a table that are looked at."""
MIN_LABEL_SHARE = 0.5
"""Of the terms of a row's first cell that a question has which names the row."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row and the first one, its label, in characters of the document.

    ``named`` says how much (0..1) of the head the question names, brackets aside; 0 where it does
    not name the label, or names another label of the table as well.
    """

    span: Span
    label: Span
    named: float


def cell_asked_for(document: Document, row: Block, question: str) -> Cell | None:
    """Return the cell of a table's row under the head that has most of the question's terms.

    "Schools | 3,860 | 4,415" under "Item | 2020 | 2021" answers "How many schools were there in 2021?"
    with 4,415.

    Args:
        document: Where the table stands.
        row: One of its rows, of kind `BlockKind.TABLE_ROW`.
        question: Self-contained text.

    Returns:
        None where no head or several have most terms, that cell is empty, the row is itself the
        head, or cells cannot be matched to heads.
    """
    rows = _table_of(document, row)
    heads, cells = _cells(document, rows[0].span), _cells(document, row.span)
    missing = len(cells) - len(heads)  # an empty corner is left out of some texts
    if missing not in (0, 1) or row == rows[0]:
        return None
    asked = set(query_terms(_parted(question)))
    under = _most_alike(document, heads[1 - missing :], asked)
    if under is None or not len(cells[under + 1]):
        return None
    head = _BRACKETS.sub("", document.slice(heads[1 - missing + under]))
    named = _share_in(head, asked) if _is_named(document, row, rows[1:], asked) else 0.0
    return Cell(cells[under + 1], cells[0], named)


def _is_named(document: Document, row: Block, rows: Sequence[Block], asked: set[str]) -> bool:
    """Whether the terms *asked* name a row's label, and no other label has the words named."""
    own = _label(document, row)
    if _share_in(own, asked) < MIN_LABEL_SHARE:
        return False
    words = {word for word in _WORD.findall(own) if asked.intersection(terms(word))}
    labels = (_label(document, other) for other in rows if other.span != row.span)
    return not any(words <= set(_WORD.findall(label)) for label in labels)


def _label(document: Document, row: Block) -> str:
    return document.slice(row.span).partition(CELL_SEPARATOR.strip())[0].casefold()


def head_over(document: Document, row: Block) -> str:
    """Return the first row of a table's row, nothing for the first row itself."""
    head = _table_of(document, row)[0]
    return "" if head == row else document.slice(head.span)


def _most_alike(document: Document, places: Sequence[Span], asked: set[str]) -> int | None:
    """Return which of the *places* has most of the terms *asked*, None if none or several have."""
    shared = [len(asked & set(terms(_parted(document.slice(place))))) for place in places]
    most = max(shared, default=0)
    return shared.index(most) if most and shared.count(most) == 1 else None


def _share_in(text: str, asked: set[str]) -> float:
    own = set(terms(_parted(text)))
    return len(own & asked) / len(own) if own else 0.0


def _parted(text: str) -> str:
    return text.replace("/", " ")  # "2021/22" is a year's head, too


def _table_of(document: Document, row: Block) -> list[Block]:
    """Return the rows among which *row* stands, without anything between."""
    blocks = document.blocks
    first = bisect.bisect_left(blocks, row.span.start, key=lambda block: block.span.start)
    last = first
    while first > 0 and blocks[first - 1].kind is BlockKind.TABLE_ROW and last - first < MOST_ROWS:
        first -= 1
    most = min(first + MOST_ROWS, len(blocks))
    while last + 1 < most and blocks[last + 1].kind is BlockKind.TABLE_ROW:
        last += 1
    return list(blocks[first : last + 1])


def _cells(document: Document, row: Span) -> list[Span]:
    """Return where the cells of a row stand, without surrounding space."""
    cells, start = [], row.start
    for part in document.slice(row).split(CELL_SEPARATOR.strip()):
        text = part.strip()
        begin = start + (part.find(text) if text else 0)
        cells.append(Span(begin, begin + len(text)))
        start += len(part) + len(CELL_SEPARATOR.strip())
    return cells
