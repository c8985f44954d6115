"""Draws one page of a PDF and finds a quote on it; runs as a process of its own.

A damaged or hostile PDF can crash or stall the library that draws it, so this process, not the
server, is what it takes down. It reads a JSON object from standard input and writes one line of
JSON, then the picture.
"""

from __future__ import annotations

import ctypes
import io
import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH_PIXELS = 1400
LARGEST_PIXELS = 8_000_000
LEAST_MATCH = 16
"""Letters that the part of a quote on this page must have to be marked."""
_SAME_LINE = 0.5
"""Two characters are on a line where their heights overlap by at least this share."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares (0..1) of the page, from its upper left corner."""


def main() -> None:
    """Answer the request on standard input."""
    if sys.platform != "win32":
        import resource

        memory = 3 << 30
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    request = json.load(sys.stdin)
    head, picture = draw(request["path"], request["page"], request["quote"], request["skip"])
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + picture)


def draw(path: str, number: int, quote: str, skip: int) -> tuple[dict[str, Any], bytes]:
    """Return where *quote* is on a page and the page's picture.

    Args:
        path: The PDF.
        number: Its page, from 1.
        quote: What to find; spaces, hyphens and punctuation are passed over.
        skip: How many earlier occurrences on the page to pass over.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH_PIXELS / width, (LARGEST_PIXELS / (width * height)) ** 0.5)
    image = page.render(scale=scale).to_pil().convert("RGB")
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=88, method=2)
    head = {"width": image.width, "height": image.height, "boxes": _boxes(page, quote, skip)}
    return head, stream.getvalue()


def letters_of(characters: Iterable[str]) -> tuple[str, list[int]]:
    """Return the letters and digits of *characters* in one form, and where each comes from."""
    letters, places = [], []
    for place, character in enumerate(characters):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def find(page: str, quote: str, skip: int = 0) -> tuple[int, int] | None:
    """Return where *quote* is in *page*, or the part of it that a page break left there.

    Both are letters as `letters_of` gives them.
    """
    start = page.find(quote) if quote else -1
    for _ in range(skip):
        start = following if (following := page.find(quote, start + 1)) >= 0 else start
    if start >= 0:
        return start, start + len(quote)
    for length in range(len(quote) - 1, LEAST_MATCH - 1, -1):
        if page.endswith(quote[:length]):
            return len(page) - length, len(page)
        if page.startswith(quote[-length:]):
            return 0, length
    return _longest_end(page, quote)


def _longest_end(page: str, quote: str) -> tuple[int, int] | None:
    """Return where the longest beginning or end of *quote* is, None if that is short."""
    best: tuple[int, int] | None = None
    for is_beginning in (True, False):
        low, high = 0, len(quote)
        while low < high:
            middle = (low + high + 1) // 2
            part = quote[:middle] if is_beginning else quote[-middle:]
            low, high = (middle, high) if part in page else (low, middle - 1)
        part = quote[:low] if is_beginning else quote[len(quote) - low :]
        if low >= LEAST_MATCH and (best is None or low > best[1] - best[0]):
            best = (page.index(part), page.index(part) + low)
    return best


def _boxes(page: Any, quote: str, skip: int) -> list[Box]:
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    count = text.count_chars()
    characters = [chr(pdfium.FPDFText_GetUnicode(text, index)) for index in range(count)]
    letters, places = letters_of(characters)
    found = find(letters, letters_of(quote)[0], skip)
    if found is None:
        return []
    chosen = range(places[found[0]], places[found[1] - 1] + 1)
    return merged([_on_page(page, text.get_charbox(index, loose=True)) for index in chosen])


def _on_page(page: Any, box: tuple[float, float, float, float]) -> Box:
    """Return a box of the text as it lies on the drawn page, turned and cropped like it."""
    import pypdfium2.raw as pdfium

    size = 100_000
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        left, top = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, size, size, 0, x, y, left, top)
        corners.append((left.value / size, top.value / size))
    (one_x, one_y), (two_x, two_y) = corners
    return min(one_x, two_x), min(one_y, two_y), max(one_x, two_x), max(one_y, two_y)


def merged(boxes: Sequence[Box]) -> list[Box]:
    """Join the boxes of characters into one box a line."""
    lines: list[Box] = []
    for box in boxes:
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        if lines and _share_line(lines[-1], box):
            last = lines.pop()
            box = (  # noqa: PLW2901 - grows by the line before
                min(last[0], box[0]),
                min(last[1], box[1]),
                max(last[2], box[2]),
                max(last[3], box[3]),
            )
        lines.append(box)
    return lines


def _share_line(one: Box, two: Box) -> bool:
    overlap = min(one[3], two[3]) - max(one[1], two[1])
    return overlap >= _SAME_LINE * min(one[3] - one[1], two[3] - two[1])


if __name__ == "__main__":
    main()
