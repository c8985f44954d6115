"""From a PDF page to lines with their place, size and cells.

pypdf's plain extraction reports each piece of text with its position. Its order is that of the
content stream, which follows the columns of a page; the order by height of its layout mode would
read a two-column page across.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pypdf import PageObject

    from rag.loading.pdf_fonts import FontWidths

CELL_GAP_EM = 1.25
"""A wider gap than this many font sizes parts cells; justified words stay well below."""
_WORD_GAP_EM = 0.2
_SAME_LINE_EM = 0.3
_RAISED_EM = 0.75
_SMALL = 0.82
"""A piece below this share of its line's size may be a superscript."""
_MERGE_BACK_LINES = 6
_MERGE_BACK_CHARS = 40
_STRONG = re.compile(r"bold|black|heavy|semib|cmbx|demi|ital|obliq|cmti", re.IGNORECASE)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text drawn at one go; ``x`` and ``y`` in points, ``y`` grows upwards.

    ``strong`` means bold or italic letters.
    """

    text: str
    x: float
    y: float
    size: float
    strong: bool
    angle: int
    right: float


@dataclass(slots=True)
class Line:
    """One printed line; ``cells`` are its parts between wide gaps, ``starts`` where they begin.

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

    @property
    def text(self) -> str:
        """The cells as running text."""
        return " ".join(cell.strip() for cell in self.cells if cell.strip())


def page_lines(page: PageObject, widths: FontWidths) -> list[Line]:
    """Return the lines of a page in reading order, blank ones left out.

    Text turned against most of the page (margin stamps, watermarks) is left out.
    """
    pieces = _pieces(page, widths)
    if not pieces:
        return []
    angles: dict[int, int] = {}
    for piece in pieces:
        angles[piece.angle] = angles.get(piece.angle, 0) + len(piece.text.strip())
    main_angle = max(angles, key=lambda angle: (angles[angle], -angle))
    lines = _grouped([piece for piece in pieces if piece.angle == main_angle])
    return _ends_in_place([line for line in lines if line.text])


def _pieces(page: PageObject, widths: FontWidths) -> list[Piece]:
    pieces: list[Piece] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        text = text.replace("\n", "")
        if text:
            pieces.append(_piece(text, cm, tm, font=font, size=size, widths=widths))

    extract: Callable[..., str] = page.extract_text
    extract(visitor_text=visit)
    return pieces


def _piece(
    text: str,
    cm: Sequence[float],
    tm: Sequence[float],
    *,
    font: Any,
    size: float,
    widths: FontWidths,
) -> Piece:
    a = tm[0] * cm[0] + tm[1] * cm[2]
    b = tm[0] * cm[1] + tm[1] * cm[3]
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    angle = 0
    if abs(b) > abs(a):
        angle = 90 if b > 0 else 270
        x, y = (y, -x) if b > 0 else (-y, x)
    elif a < 0:
        angle = 180
        x, y = -x, -y
    name = str(font.get("/BaseFont", "")) if hasattr(font, "get") else ""
    height = (a * a + b * b) ** 0.5 * abs(size)
    right = x + widths.of(text.rstrip(), font) * (height or 1.0)
    return Piece(text, x, y, height or 1.0, _STRONG.search(name) is not None, angle, right)


def _grouped(pieces: list[Piece]) -> list[Line]:
    lines: list[Line] = []
    for piece in pieces:
        if not piece.text.strip():
            if lines and lines[-1].cells and _on_line(lines[-1], piece):
                lines[-1].cells[-1] += " "
            continue
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
    if small and text.strip().isdigit() and piece.y - line.y > 0.1 * line.size:
        # "Khan" and a raised "1" are no "Khan1", and 10 with a raised 2 is no 102.
        text = text.strip().translate(_SUPERSCRIPTS)
    gap = piece.x - line.right
    if gap > CELL_GAP_EM * line.size:
        line.cells.append(text)
        line.starts.append(piece.x)
    else:
        # Pieces drawn apart have no space between them in the file.
        apart = gap > _WORD_GAP_EM * line.size and not (line.cells[-1] + " ")[-2:].isspace()
        line.cells[-1] += (" " if apart and not text[0].isspace() else "") + text
    if len(text.strip()) > line.longest:
        line.size, line.y, line.longest = piece.size, piece.y, len(text.strip())
    line.right = max(line.right, piece.right)
    line.strong = line.strong and (piece.strong or small or not text.strip())


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
