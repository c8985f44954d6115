"""From a PDF page to pieces: words that follow each other on a line in letters of one size.

A page has thousands of characters and every call into PDFium costs about a microsecond. So the
text is taken at once, and places are asked for by word: where its first and its last character
stand. Size and font are asked for only where the height of the letters or their line changes.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2.raw as pdfium

from rag.loading.pdf_doubles import lost_doubles

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

WORD_GAP_EM = 0.2
"""Words drawn apart, with a wider gap than this many font sizes, have a space between them."""
CELL_GAP_EM = 1.25
"""A wider gap than this many font sizes parts cells; justified words stay well below."""
WIDE_SPACE_EM = 0.45
"""A wider gap than this many font sizes parts cells if a column begins where it ends."""
_HYPHEN = "\ufffe"
"""What PDFium gives for a hyphen at the end of a line."""
_WORD = re.compile(rf"[^\s{_HYPHEN}]+{_HYPHEN}?|{_HYPHEN}")
_DIGITS = re.compile(r"\d+(?=\D)")
_STRONG = re.compile(rb"bold|black|heavy|semib|cmbx|demi|ital|obliq|cmti", re.IGNORECASE)
_MAX_FONT_NAME_BYTES = 128
_SAME_HEIGHT = 0.06
"""Characters whose edges differ by less than this share of their height are set alike."""
_OVERLAP_EM = 0.5


@dataclass(slots=True)
class Piece:
    """Words on one line; ``x`` and ``y`` in points, ``y`` is the base line and grows upwards.

    The places of text at another ``angle`` (90, 180, 270) are turned so that it runs to the right.
    ``strong`` means bold or italic letters. A space begins ``text`` where one stands before it.
    ``gaps`` are the wide spaces inside: the offset in ``text`` and the place where each ends.
    """

    text: str
    x: float
    y: float
    size: float
    strong: bool
    angle: int
    right: float
    gaps: list[tuple[int, float]] = field(default_factory=list)


class _Place(NamedTuple):
    """The box of a character, turned so that its text runs to the right."""

    left: float
    right: float
    bottom: float
    top: float


class _Word(NamedTuple):
    """Characters of one size without a space, as (start, end) in the page's text."""

    start: int
    end: int
    first: _Place
    last: _Place


def page_pieces(page: PdfTextPage) -> list[Piece]:
    """Return the pieces of a page, in the order in which the file draws them."""
    return _PieceReader(page).read()


class _PieceReader:
    """Reads one page; ``_angle`` and ``_set`` are those of the word before."""

    def __init__(self, page: PdfTextPage) -> None:
        self._page = page.raw
        self._text = _text_of(page)
        self._doubles = lost_doubles(page, self._text)
        self._pieces: list[Piece] = []
        self._angle = 0
        self._set: _Place | None = None
        self._ended = 0
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._font_name = ctypes.create_string_buffer(_MAX_FONT_NAME_BYTES)

    def read(self) -> list[Piece]:
        for match in _WORD.finditer(self._text):
            word = self._word(*match.span())
            if self._is_even(word):
                self._add(word)
                continue
            if self._turn(word.start):  # what looked uneven may be turned
                word = self._word(*match.span())
            for part in [word] if self._is_even(word) else self._parts(word):
                self._add(part)
        return self._pieces

    def _word(self, start: int, end: int) -> _Word:
        first = self._place(start)
        return _Word(start, end, first, first if end - start == 1 else self._place(end - 1))

    def _turn(self, index: int) -> bool:
        """Take the angle of a character for that of the next places; whether it is another."""
        matrix = self._matrix
        pdfium.FPDFText_GetMatrix(self._page, index, matrix)
        before = self._angle
        if abs(matrix.b) > abs(matrix.a):
            self._angle = 90 if matrix.b > 0 else 270
        else:
            self._angle = 180 if matrix.a < 0 else 0
        return self._angle != before

    def _place(self, index: int) -> _Place:
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._page, index, box)
        if self._angle == 0:
            return _Place(box.left, box.right, box.bottom, box.top)
        if self._angle == 90:  # noqa: PLR2004 - degrees
            return _Place(box.bottom, box.top, -box.right, -box.left)
        if self._angle == 180:  # noqa: PLR2004
            return _Place(-box.right, -box.left, -box.top, -box.bottom)
        return _Place(-box.top, -box.bottom, box.left, box.right)

    def _is_even(self, word: _Word) -> bool:
        """Whether no character is raised: its ends are alike, and so is each number within."""
        if not _alike(word.first, word.last):
            return False
        number = _DIGITS.search(self._text, word.start, word.end)
        while number is not None:
            if not _alike(word.first, self._place(number.end() - 1)):
                return False
            number = _DIGITS.search(self._text, number.end(), word.end)
        return True

    def _parts(self, word: _Word) -> list[_Word]:
        """Split a word where its letters change."""
        parts: list[_Word] = []
        for index in range(word.start, word.end):
            place = self._place(index)
            if parts and _alike(parts[-1].last, place):
                parts[-1] = parts[-1]._replace(end=index + 1, last=place)
            else:
                parts.append(_Word(index, index + 1, place, place))
        return parts

    def _add(self, word: _Word) -> None:
        text = self._text[word.start : word.end].replace(_HYPHEN, "-")
        if self._is_spaced(word):
            text = f" {text}"
        if self._doubles:
            word, text = self._doubled(word, text)
        text = _with_pairs(text)
        if self._set is None or not _alike(self._set, word.first):
            word = self._begin_line(word, text)
        else:
            piece = self._pieces[-1]
            gap = (word.first.left - piece.right) / piece.size
            follows = -_OVERLAP_EM <= gap <= CELL_GAP_EM
            if follows and not (piece.strong and not self._is_strong(word.start)):
                if gap > WIDE_SPACE_EM:
                    piece.gaps.append((len(piece.text) + 1, word.first.left))
                piece.text += text
                piece.right = word.last.right
            else:
                strong = self._is_strong(word.start)
                self._pieces.append(
                    Piece(
                        text,
                        word.first.left,
                        piece.y,
                        piece.size,
                        strong,
                        piece.angle,
                        word.last.right,
                    )
                )
        self._set, self._ended = word.first, word.end

    def _is_spaced(self, word: _Word) -> bool:
        """Whether a space stands before a word.

        A line break of PDFium is none: a raised number comes after one too. Nor is the gap that a
        lost letter leaves.
        """
        between = self._text[self._ended : word.start]
        if not between or "\n" in between:
            return False
        if self._ended - 1 not in self._doubles:
            return True
        piece = self._pieces[-1]
        return word.first.left - piece.right > WORD_GAP_EM * piece.size

    def _doubled(self, word: _Word, text: str) -> tuple[_Word, str]:
        """Put the letters back that PDFium left out."""
        lost = [index for index in range(word.start, word.end) if index in self._doubles]
        lead = len(text) - (word.end - word.start)
        for index in reversed(lost):
            place = lead + index - word.start
            text = text[:place] + text[place] + text[place:]
        if word.end - 1 in self._doubles:
            word = word._replace(last=word.last._replace(right=self._doubles[word.end - 1]))
        return word, text

    def _begin_line(self, word: _Word, text: str) -> _Word:
        """Add a piece that is set otherwise than the one before; return the word as it is turned."""
        index = word.start
        if self._turn(index):
            word = self._word(index, word.end)
        matrix, angle = self._matrix, self._angle
        scale = (matrix.c * matrix.c + matrix.d * matrix.d) ** 0.5
        size = pdfium.FPDFText_GetFontSize(self._page, index) * scale or 1.0
        pdfium.FPDFText_GetCharOrigin(self._page, index, self._x, self._y)
        x, y = self._x.value, self._y.value
        base_line = {0: y, 90: -x, 180: -y, 270: x}[angle]
        strong = self._is_strong(index)
        self._pieces.append(
            Piece(text, word.first.left, base_line, size, strong, angle, word.last.right)
        )
        return word

    def _is_strong(self, index: int) -> bool:
        name = self._font_name
        length = pdfium.FPDFText_GetFontInfo(self._page, index, name, _MAX_FONT_NAME_BYTES, None)
        return 0 < length <= _MAX_FONT_NAME_BYTES and _STRONG.search(name.value) is not None


def _text_of(page: PdfTextPage) -> str:
    """Return the text with one code point for each character that PDFium counts.

    It counts a character outside the basic plane as two surrogates.
    """
    count = page.count_chars()
    units = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(page.raw, 0, count, units)
    text = bytes(units)[: 2 * (written - 1)].decode("utf-16-le", "surrogatepass")
    if len(text) == count:
        return text
    return "".join(chr(pdfium.FPDFText_GetUnicode(page.raw, i)) for i in range(count))


def _alike(place: _Place, other: _Place) -> bool:
    """Whether two characters are of one height and stand on one line."""
    room = _SAME_HEIGHT * (place.top - place.bottom)
    return abs(place.bottom - other.bottom) <= room and abs(place.top - other.top) <= room


def _with_pairs(text: str) -> str:
    """Return *text* with each pair of surrogates as the character that it stands for."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
