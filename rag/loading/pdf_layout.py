"""From lines with a place to blocks: paragraphs, headings by size, table rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.loading.pdf_tables import table_rows, with_whole_rows
from rag.loading.raw import RawBlock
from rag.types import CELL_SEPARATOR, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.loading.pdf_text import Line

_STARTS_ITEM = re.compile(
    r"\s*(?:[•▪◦·●■○‣*]\s|[–-]\s+\S|\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})[.)]\s|\[\d{1,3}\]\s)"
)
_DOT_LEADERS = re.compile(r"(?:\s?\.){4,}\s*\S{1,6}$")
ENDS_SENTENCE = re.compile(r"[.!?…][\"'”’)\]¹²³⁴⁵⁶⁷⁸⁹⁰]*$")
_YEARS = re.compile(r"(?:1[5-9]|20)\d\d(?:\s?(?:[–/-]|to)\s?(?:\d\d){1,2})?")
BIGGER = 1.12
"""A heading's letters are at least this much bigger than the body's."""
_SAME_SIZE = 0.08
_GAP = 1.3
"""A paragraph break is this much wider than the usual distance of lines."""
_SHORT_LINE = 0.82
_FAR_EM = 4.0
_INDENT_EM = 0.8
_MAX_HEADING_LINES = 3
_MAX_HEADING_CHARS = 200
_MAX_STRONG_CHARS = 120


@dataclass(frozen=True, slots=True)
class TypeScale:
    """The letter sizes of a document: the body's, and those of headings from big to small."""

    body: float
    headings: tuple[float, ...]

    def level(self, size: float) -> int:
        """Return the heading level, 1 to 6, of a size; strong headings in body size come last."""
        for level, heading in enumerate(self.headings, 1):
            if size >= heading * (1 - _SAME_SIZE / 2):
                return min(level, 6)
        return min(len(self.headings) + 1, 6)


def type_scale(pages: Sequence[Sequence[Line]]) -> TypeScale:
    """Measure a document's letter sizes, weighted by characters.

    Of the sizes that only the first page uses, only the largest is a level of its own: title
    pages mix many.
    """
    weights: Counter[float] = Counter()
    later: set[float] = set()
    for number, page in enumerate(pages):
        for line in page:
            size = round(line.size * 2) / 2
            weights[size] += len(line.text)
            if number:
                later.add(size)
    if not weights:
        return TypeScale(1.0, ())
    body = max(weights, key=lambda size: (weights[size], -size))
    headings: list[float] = []
    for size in sorted((size for size in weights if size >= BIGGER * body), reverse=True):
        distinct = not headings or size < headings[-1] * (1 - _SAME_SIZE)
        if distinct and (not headings or size in later or len(pages) == 1):
            headings.append(size)
    return TypeScale(body, tuple(headings))


def page_blocks(lines: list[Line], scale: TypeScale) -> list[RawBlock]:
    """Return the blocks of one page."""
    if not lines:
        return []
    lines = with_whole_rows(lines)
    rows = table_rows(lines)
    inside = [any(rows[max(0, i - 3) : i]) and any(rows[i + 1 : i + 4]) for i in range(len(rows))]
    leading = _leading(lines)
    blocks: list[RawBlock] = []
    current: list[Line] = []
    for line, is_row, in_table in zip(lines, rows, inside, strict=True):
        # Inside a table each line is a row of its own, unless it goes on with a wrapped label.
        apart = in_table and not line.text[0].islower()
        if is_row:
            blocks += _block(current, scale)
            current = []
            row = CELL_SEPARATOR.join(cell.strip() for cell in line.cells)
            blocks.append(RawBlock((row,), BlockKind.TABLE_ROW))
        elif current and (apart or _starts_block(current, line, leading, lines)):
            blocks += _block(current, scale)
            current = [line]
        else:
            current.append(line)
    return _without_wrapped_years([*blocks, *_block(current, scale)])


def _without_wrapped_years(blocks: list[RawBlock]) -> list[RawBlock]:
    """Return *blocks* with a year right under a heading made none: it may be the heading's end."""
    return [
        replace(block, kind=None, level=0)
        if above is not None
        and above.kind is block.kind is BlockKind.HEADING
        and _YEARS.fullmatch(block.lines[0])
        else block
        for above, block in zip([None, *blocks], blocks, strict=False)
    ]


def _leading(lines: list[Line]) -> float:
    """The usual distance between two lines of a paragraph, in points."""
    steps = Counter(
        round(above.y - below.y)
        for above, below in pairwise(lines)
        if 0 < above.y - below.y < 3 * above.size
    )
    if not steps:
        return 1.2 * lines[0].size
    # Of distances about equally common, the smaller is the one inside paragraphs.
    most = max(steps.values())
    return float(min(step for step, count in steps.items() if count >= most / 2))


def _right_edge(lines: Sequence[Line], line: Line) -> float:
    """Where the full lines of this line's column end."""
    return max(other.right for other in lines if abs(other.x - line.x) < 4 * line.size)


def _starts_block(current: list[Line], line: Line, leading: float, page: Sequence[Line]) -> bool:
    """Whether a line begins a new block, judged by distance, letters, and then by its place."""
    last = current[-1]
    step = last.y - line.y
    far = step <= 0 or step > _GAP * max(leading, 1.15 * last.size) + 1
    other = abs(line.size - last.size) > _SAME_SIZE * last.size or line.strong != last.strong
    listed = _STARTS_ITEM.match(line.text) or _DOT_LEADERS.search(last.text)
    if far or other or listed:
        return True
    in_item = _STARTS_ITEM.match(current[0].text) is not None
    if in_item and line.x > current[0].x + _INDENT_EM * line.size:
        return False
    return _starts_paragraph(current, line, _right_edge(page, line))


def _starts_paragraph(current: list[Line], line: Line, right: float) -> bool:
    last, em = current[-1], line.size
    ended = ENDS_SENTENCE.search(last.text) is not None
    short = last.right < line.x + _SHORT_LINE * (right - line.x)
    beside = abs(line.x - last.x) > _FAR_EM * em and abs(_center(line) - _center(last)) > 2 * em
    # Titles in capitals are centred or end early; where the capitals end, another line begins.
    shouted = last.text.isupper() and not (line.text.isupper() or line.text[0].islower())
    centred = abs(_center(line) - _center(last)) < em
    if (short and (ended or beside)) or (shouted and (short or centred)):
        return True
    if line.x - last.x > _INDENT_EM * em:
        hanging = len(current) == 1 or current[-2].x >= last.x - em / 2
        return ended and hanging
    # Back at the margin after indented lines: the next entry of a list with hanging lines.
    outdented = last.x - line.x > _INDENT_EM * em
    return outdented and len(current) > 1 and current[0].x <= line.x + em / 2


def _center(line: Line) -> float:
    return (line.x + line.right) / 2


def _block(lines: list[Line], scale: TypeScale) -> Iterator[RawBlock]:
    if not lines:
        return
    texts = tuple(line.text for line in lines)
    kind, level = _heading(lines, " ".join(texts), scale)
    yield RawBlock(texts, kind, level, is_large=_is_large(lines, scale))


def _is_large(lines: list[Line], scale: TypeScale) -> bool:
    return lines[0].size >= BIGGER * scale.body


def _heading(lines: list[Line], text: str, scale: TypeScale) -> tuple[BlockKind | None, int]:
    size = lines[0].size
    if _YEARS.fullmatch(text) and _is_large(lines, scale):
        return BlockKind.HEADING, max(scale.level(size), 2)  # never the title
    if len(lines) > _MAX_HEADING_LINES or len(text) > _MAX_HEADING_CHARS:
        return None, 0
    letters = sum(character.isalpha() for character in text)
    if letters < 3 or text.endswith((",", ";")):  # noqa: PLR2004 - "UN" and "4.2" are none
        return None, 0
    if _is_large(lines, scale):
        return BlockKind.HEADING, scale.level(size)
    strong = all(line.strong for line in lines) and size >= 0.9 * scale.body
    if strong and len(text) <= _MAX_STRONG_CHARS and not text.endswith(".") and text[0] != "(":
        return BlockKind.HEADING, scale.level(scale.body)
    return None, 0
