"""From a PDF page to lines with their place, size and cells.

PDFium gives the text of a page in the order of the content stream, which follows the columns of a
page; an order by height would read a two-column page across. `rag.loading.pdf_pieces` adds the
places, of which lines, cells, heading sizes and paragraph gaps are made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from rag.loading.pdf_pieces import CELL_GAP_EM, WIDE_SPACE_EM, WORD_GAP_EM, Piece, page_pieces
from rag.loading.raised import SUPERSCRIPTS

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_SAME_LINE_EM = 0.3
_RAISED_EM = 0.75
_SMALL = 0.82
"""A piece below this share of its line's size may be a superscript."""
_MERGE_BACK_LINES = 6
_MERGE_BACK_CHARS = 40


class Gap(NamedTuple):
    """A wide space in a line: in which cell, at which of its characters it ends, and where."""

    cell: int
    offset: int
    x: float


@dataclass(slots=True)
class Line:
    """One printed line; ``cells`` are its parts between wide gaps, ``starts`` where they begin.

    ``gaps`` are the less wide ones, which part cells if the lines beside have a column there.
    ``size`` is that of most of its letters; ``strong`` means that all are bold or italic.
    """

    x: float
    y: float
    size: float
    strong: bool
    right: float
    longest: int
    cells: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The cells as running text."""
        return " ".join(cell.strip() for cell in self.cells if cell.strip())


def page_lines(page: PdfTextPage) -> list[Line]:
    """Return the lines of a page in reading order, blank ones left out.

    Text turned against most of the page (margin stamps, watermarks) is left out.
    """
    pieces = page_pieces(page)
    if not pieces:
        return []
    angles: dict[int, int] = {}
    for piece in pieces:
        angles[piece.angle] = angles.get(piece.angle, 0) + len(piece.text)
    main_angle = max(angles, key=lambda angle: (angles[angle], -angle))
    lines = _grouped([piece for piece in pieces if piece.angle == main_angle])
    return _ends_in_place(lines)


def _grouped(pieces: list[Piece]) -> list[Line]:
    lines: list[Line] = []
    for piece in pieces:
        line = _line_of(lines, piece)
        if line is None:
            lines.append(_line(piece))
        else:
            _append(line, piece)
    return lines


def _line(piece: Piece) -> Line:
    length = len(piece.text.strip())
    return Line(
        piece.x,
        piece.y,
        piece.size,
        piece.strong,
        piece.right,
        length,
        cells=[piece.text],
        starts=[piece.x],
        gaps=[Gap(0, offset, x) for offset, x in piece.gaps],
    )


def _line_of(lines: list[Line], piece: Piece) -> Line | None:
    """The line that the piece continues: the last, or a short one just before.

    Cells of a table row may be drawn column by column; only short lines are looked back to, so
    that the columns of a text are never mixed.
    """
    if lines and _on_line(lines[-1], piece):
        return lines[-1]
    if len(piece.text) > _MERGE_BACK_CHARS:
        return None
    for line in reversed(lines[-_MERGE_BACK_LINES:]):
        level = abs(line.y - piece.y) <= _SAME_LINE_EM * line.size
        beside = piece.x > line.right + line.size
        if level and beside and len(line.text) <= 3 * _MERGE_BACK_CHARS:
            return line
    return None


def _on_line(line: Line, piece: Piece) -> bool:
    rise = abs(piece.y - line.y)
    if rise <= _SAME_LINE_EM * max(line.size, piece.size):
        return piece.x >= line.x - line.size
    small = piece.size <= _SMALL * line.size or line.size <= _SMALL * piece.size
    near = abs(piece.x - line.right) <= 2 * max(line.size, piece.size)
    return small and near and rise <= _RAISED_EM * max(line.size, piece.size)


def _append(line: Line, piece: Piece) -> None:
    text = piece.text
    small = piece.size <= _SMALL * line.size
    if _is_raised_before(line, piece):
        line.cells = [line.cells[0].strip().translate(SUPERSCRIPTS)]
    if small and text.strip().isdigit() and piece.y - line.y > 0.1 * line.size:
        # "Khan" and a raised "1" are no "Khan1", and 10 with a raised 2 is no 102.
        text = text.strip().translate(SUPERSCRIPTS)
    gap = piece.x - line.right
    if gap > CELL_GAP_EM * line.size:
        line.cells.append(text)
        line.starts.append(piece.x)
        begins = 0
    else:
        # Pieces drawn apart have no space between them in the file.
        apart = gap > WORD_GAP_EM * line.size and not (line.cells[-1] + " ")[-2:].isspace()
        line.cells[-1] += " " if apart and not text[0].isspace() else ""
        begins = len(line.cells[-1])
        if gap > WIDE_SPACE_EM * line.size:
            line.gaps.append(Gap(len(line.cells) - 1, begins, piece.x))
        line.cells[-1] += text
    line.gaps += [Gap(len(line.cells) - 1, begins + offset, x) for offset, x in piece.gaps]
    if len(text.strip()) > line.longest:
        line.size, line.y, line.longest = piece.size, piece.y, len(text.strip())
    line.right = max(line.right, piece.right)
    line.strong = line.strong and (piece.strong or small or not text.strip())


def _is_raised_before(line: Line, piece: Piece) -> bool:
    """Whether a line is, so far, a small raised number: the mark of the note that begins."""
    number = len(line.cells) == 1 and line.cells[0].strip().isdigit()
    raised = line.y - piece.y > 0.1 * piece.size
    return number and raised and line.size <= _SMALL * piece.size


def _ends_in_place(lines: list[Line]) -> list[Line]:
    """Move a footer drawn first to the end and a header drawn last to the front."""
    if len(lines) < 3:  # noqa: PLR2004 - nothing lies between
        return lines
    low = median(line.y for line in lines)
    head = [line for line in lines if line.y > low]
    top, bottom = max(line.y for line in lines), min(line.y for line in lines)
    while head and lines[0].y == bottom and lines[0].y != top:
        lines = [*lines[1:], lines[0]]
        bottom = min((line.y for line in lines[:-1]), default=bottom)
        if lines[0].y != bottom:
            break
    if lines[-1].y == top:
        lines = [lines[-1], *lines[:-1]]
    return lines
