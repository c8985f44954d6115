"""Rows of a table as lines, in which every cell keeps its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import CELL_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence


def row_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return each row of a table as a line, an empty cell as a gap between two separators.

    Columns without any text, which set others apart or come from cells across several, are left
    out. A row with text in its first cell alone is that text: nothing after it has a place to keep.

    Args:
        rows: The text of the cells, "" for an empty one; rows may differ in length.
    """
    width = max(map(len, rows), default=0)
    columns = [
        index for index in range(width) if any(row[index] for row in rows if index < len(row))
    ]
    lines = []
    for row in rows:
        cells = [row[index] for index in columns if index < len(row)]
        lines.append(CELL_SEPARATOR.join(cells) if any(cells[1:]) else "".join(cells))
    return lines
