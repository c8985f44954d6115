"""Tables: the cell of a row that stands under the head a question names."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from rag.terms import query_terms, terms
from rag.types import CELL_SEPARATOR, BlockKind, Span

if TYPE_CHECKING:
    from rag.types import Block, Document

ROWS_ABOVE = 200
"""Further up, no head of a table is looked for."""


def cell_asked_for(document: Document, row: Block, answer: Span, question: str) -> Span | None:
    """Return the cell of a table's row under the head that has most of the question's terms.

    "Schools | 3,860 | 4,415" under "Item | 2020 | 2021" answers "How many schools were there in 2021?"
    with 4,415.

    Args:
        document: Where the table stands.
        row: One of its rows, of kind `BlockKind.TABLE_ROW`.
        answer: What the reader marked in the row.
        question: Self-contained text.

    Returns:
        In characters of the document, without surrounding space. None where the answer is the
        row's first cell or a part of the right one, where no head or several have most terms, where
        that cell is empty, the row is itself the head, or cells cannot be matched to heads.
    """
    heads = _cells(document, _head_of(document, row).span)
    cells = _cells(document, row.span)
    missing = len(cells) - len(heads)  # an empty corner is left out of some texts
    if missing not in (0, 1) or not any(cell.overlaps(answer) for cell in cells[1:]):
        return None
    asked = set(query_terms(_parted(question)))
    texts = (_parted(document.slice(head)) for head in heads[1 - missing :])
    shared = [len(asked & set(terms(text))) for text in texts]
    most = max(shared, default=0)
    if most == 0 or shared.count(most) > 1:
        return None
    cell = cells[shared.index(most) + 1]
    within = cell.start <= answer.start and answer.end <= cell.end
    return cell if len(cell) and not within and cells[0].start != heads[0].start else None


def _parted(text: str) -> str:
    return text.replace("/", " ")  # "2021/22" is a year's head, too


def _head_of(document: Document, row: Block) -> Block:
    """Return the first of the rows that stand above *row* without anything between."""
    blocks = document.blocks
    place = bisect.bisect_left(blocks, row.span.start, key=lambda block: block.span.start)
    furthest = max(place - ROWS_ABOVE, 0)
    while place > furthest and blocks[place - 1].kind is BlockKind.TABLE_ROW:
        place -= 1
    return blocks[place]


def _cells(document: Document, row: Span) -> list[Span]:
    """Return where the cells of a row stand, without surrounding space."""
    cells, start = [], row.start
    for part in document.slice(row).split(CELL_SEPARATOR.strip()):
        text = part.strip()
        begin = start + (part.find(text) if text else 0)
        cells.append(Span(begin, begin + len(text)))
        start += len(part) + len(CELL_SEPARATOR.strip())
    return cells
