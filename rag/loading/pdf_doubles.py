"""Letters that PDFium leaves out: the second f of "effect" where each letter is drawn by itself.

PDFium takes text that lies on the same text for a shadow and leaves it out. A slanted f reaches
far over its neighbours, so where a file draws letter by letter the second f of two is lost, and
"off" reads "of". The page's objects still have it.
"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_F = re.compile("f")
_SLANTED = re.compile(rb"ital|obliq|cmti", re.IGNORECASE)
_MAX_FONT_NAME_BYTES = 128
_SAME = 0.02
"""Of its height: the drawings of two letters that differ by less are the same."""
_LOOK_AHEAD = 4
"""The next character that is drawn comes after at most a space and a line break."""


def lost_doubles(page: PdfTextPage, text: str) -> dict[int, float]:
    """Return the characters that stand twice on the page but once in its text.

    Args:
        page: The page.
        text: Its text, one code point for each character that PDFium counts.

    Returns:
        By the index of such a character, where its double ends, in points from the left.
    """
    lost: dict[int, float] = {}
    places: dict[bytes, int] | None = None
    for match in _F.finditer(text):
        index = match.start()
        if not _is_drawn_alone(page, text, index):
            break  # the file draws words, not letters
        if not _is_slanted(page, index):
            continue
        if places is None:
            places = _places(page)
        end = _end_of_double(page, text, index, places)
        if end is not None:
            lost[index] = end
    return lost


def _is_drawn_alone(page: PdfTextPage, text: str, index: int) -> bool:
    beside = [other for other in (index - 1, index + 1) if text[other : other + 1].strip()]
    return all(_address(page, index) != _address(page, other) for other in beside)


def _address(page: PdfTextPage, index: int) -> bytes:
    """Which object draws a character: the bytes of the pointer to it, zeros where none does."""
    return bytes(pdfium.FPDFText_GetTextObject(page.raw, index))


def _is_slanted(page: PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(_MAX_FONT_NAME_BYTES)
    length = pdfium.FPDFText_GetFontInfo(page.raw, index, name, _MAX_FONT_NAME_BYTES, None)
    return 0 < length <= _MAX_FONT_NAME_BYTES and _SLANTED.search(name.value) is not None


def _places(page: PdfTextPage) -> dict[bytes, int]:
    """The place of each object in the order in which the page draws them, by its address."""
    handle = page.page.raw
    count = pdfium.FPDFPage_CountObjects(handle)
    return {bytes(pdfium.FPDFPage_GetObject(handle, place)): place for place in range(count)}


def _end_of_double(
    page: PdfTextPage, text: str, index: int, places: dict[bytes, int]
) -> float | None:
    """Where the next object ends, if it draws the same letter and no character is of it."""
    place = places.get(_address(page, index))
    if place is None or place + 1 == len(places):
        return None
    handle = page.page.raw
    letter, double = (pdfium.FPDFPage_GetObject(handle, place + step) for step in (0, 1))
    near = range(index + 1, min(index + 1 + _LOOK_AHEAD, len(text)))
    if any(_address(page, other) == bytes(double) for other in near):
        return None
    left, low, right, high = _bounds(letter)
    other_left, other_low, other_right, other_high = _bounds(double)
    size = high - low
    differ = (right - left - other_right + other_left, low - other_low, high - other_high)
    same = size > 0 and all(abs(difference) < _SAME * size for difference in differ)
    if not same or not left < other_left < right:
        return None
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(page.raw, index, x, y)
    return x.value + 2 * (other_left - left)  # the letters stand as far apart as each is wide


def _bounds(item: Any) -> tuple[float, float, float, float]:
    """The left, bottom, right and top of what an object draws; a space draws nothing."""
    edges = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(item, *edges)
    left, low, right, high = (edge.value for edge in edges)
    return left, low, right, high
