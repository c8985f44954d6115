"""Footnotes of PDF pages: what stands in small letters at the foot of a column, with a mark.

A sentence that the page break cuts goes on behind the notes, so they must be told from the body.
Small letters alone do not tell: captions, tables and quotes have them too. A note begins with a
raised number, or with a number or sign that the text above it carries as its mark, or with a number
right under a sentence that is cut.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.loading.pdf_layout import BIGGER, ENDS_SENTENCE
from rag.loading.raised import PLAIN, RAISED, SUPERSCRIPTS
from rag.loading.raw import RawBlock
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.loading.pdf_text import Line

_SMALLER = 0.92
"""The letters of notes are at most this share of the body's."""
_STEP = 2.2
"""Lines of notes are at most this many of their sizes apart; a footer is further."""
_MAX_LINES_BELOW = 3
_MARK = re.compile(rf"(?:(?P<raised>[{RAISED}]{{1,3}})|(?P<plain>\d{{1,3}})\.?\s|[*†‡§]+)\s*(?=\S)")
_FULL_LINE = 0.82
_ENDS_CLAUSE = re.compile(r"[.!?…:;][\"'”’)\]⁰¹²³⁴⁵⁶⁷⁸⁹]*$")


class Part(NamedTuple):
    """Lines of a page that follow each other: one note, or what is none."""

    lines: list[Line]
    is_note: bool


def parted_pages(pages: Sequence[list[Line]], body: float) -> Iterator[list[Part]]:
    """Yield the parts of each page in their order.

    Args:
        pages: Lines in reading order.
        body: The size of the body's letters, in points.
    """
    unfinished = False
    for page in pages:
        parts: list[Part] = []
        begin = 0
        for start, end in _runs(page, body):
            notes = _notes(page, start, end, body, unfinished=unfinished)
            if notes:
                first = end - sum(len(note) for note in notes)
                parts += [Part(page[begin:first], is_note=False)] if first > begin else []
                parts += [Part(note, is_note=True) for note in notes]
                begin = end
        parts += [Part(page[begin:], is_note=False)] if begin < len(page) else []
        yield parts
        last = [part for part in parts if part.is_note][-1:]
        unfinished = bool(last) and ENDS_SENTENCE.search(last[0].lines[-1].text) is None


def note_block(lines: Sequence[Line]) -> RawBlock:
    """Return a note as a block; a sign marks what is said of the author, a number a source."""
    text = lines[0].text
    mark = _MARK.match(text)
    if mark is not None and mark["raised"]:
        text = f"{mark[0].strip()} {text[mark.end() :]}"
    signed = mark is not None and not mark["raised"] and not mark["plain"]
    kind = BlockKind.PARAGRAPH if signed else BlockKind.REFERENCE
    return RawBlock((text, *(line.text for line in lines[1:])), kind, is_note=True)


def _runs(page: list[Line], body: float) -> Iterator[tuple[int, int]]:
    """Lines in small letters that end a column, as (start, end); body text stands above them."""
    start = 0
    while start < len(page):
        end = start + 1
        while end < len(page) and _follows(page[end - 1], page[end], body):
            end += 1
        if page[start].size <= _SMALLER * body and _ends_column(page, start, end, body):
            yield start, end
        start = end


def _follows(line: Line, below: Line, body: float) -> bool:
    small = max(line.size, below.size) <= _SMALLER * body
    return small and 0 < line.y - below.y <= _STEP * max(line.size, below.size)


def _ends_column(page: list[Line], start: int, end: int, body: float) -> bool:
    first, last = page[start], page[end - 1]
    left, right = (
        min(line.x for line in page[start:end]),
        max(line.right for line in page[start:end]),
    )
    column = [line for line in page if line.x < right and line.right > left]
    above = any(line.y > first.y and _SMALLER * body < line.size < BIGGER * body for line in column)
    return above and sum(line.y < last.y for line in column) <= _MAX_LINES_BELOW


def _notes(
    page: list[Line], start: int, end: int, body: float, *, unfinished: bool
) -> list[list[Line]]:
    """The notes that end a run of small lines, each with its lines."""
    marks = " ".join(line.text for line in page[:start] if line.size > _SMALLER * body)
    first = _MARK.match(page[start].text)
    behind_cut = first is not None and first["plain"] is not None and _is_cut(page[:start], body)
    notes: list[list[Line]] = []
    number = 0
    for line in page[start:end]:
        mark = _MARK.match(line.text)
        value = _number(mark) if mark else 0
        next_one = not number or value in {0, number + 1}
        if mark and next_one and (_is_marked(mark, marks) or (behind_cut and value)):
            notes.append([line])
            number = value or number
        elif notes:
            notes[-1].append(line)
        elif unfinished and line is page[start] and line.text[0].islower():
            notes.append([line])  # goes on from the page before
    return notes


def _number(mark: re.Match[str]) -> int:
    """The number of a mark, 0 for a sign."""
    return int((mark["raised"] or mark["plain"] or "0").translate(PLAIN))


def _is_cut(above: Sequence[Line], body: float) -> bool:
    """Whether lines end with a full line of a paragraph whose last sentence does not end there."""
    if len(above) < 2:  # noqa: PLR2004
        return False
    line, last = above[-2:]
    if not all(_SMALLER * body < size < BIGGER * body for size in (line.size, last.size)):
        return False
    paragraph = 0 < line.y - last.y <= _STEP * last.size and len(line.cells) == len(last.cells) == 1
    full = last.right >= last.x + _FULL_LINE * (line.right - last.x)
    return paragraph and full and _ENDS_CLAUSE.search(last.text) is None


def _is_marked(mark: re.Match[str], above: str) -> bool:
    """Whether a line that begins with a mark is a note to the text above it."""
    if mark["raised"]:
        return True
    if mark["plain"]:
        raised = mark["plain"].translate(SUPERSCRIPTS)
        return re.search(rf"(?<![{RAISED}]){raised}(?![{RAISED}])", above) is not None
    return re.search(rf"[^\s*†‡§]{re.escape(mark[0].strip())}(?![*†‡§])", above) is not None
