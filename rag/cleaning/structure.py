"""From raw blocks to blocks with kinds: headings, list items and rows that markup did not name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.cleaning.drafts import Draft
from rag.cleaning.lines import Vocabulary, joined
from rag.cleaning.shapes import heading_level, is_heading_line
from rag.cleaning.signatures import is_signature
from rag.types import CELL_SEPARATOR, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.loading.raw import RawBlock

_BULLET = re.compile(r"(?:[•▪◦·●■○‣]\s*|[*+]\s+|[-–]\s+)(?=\S)")
_NUMBERED = re.compile(
    r"(?:\(\d{1,2}\)|\d{1,3}[.)]|\(?(?:[a-zA-Z]|[ivx]{1,5})[.)])\s+(?=\S)|\[\d{1,3}\]\s+(?=\S)"
)
_COLUMNS = re.compile(r"\t+| {3,}|\s\|\s")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,}|\*{3,}|_{3,})\s*")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*?)\s*#*\s*")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'”’)\]]*$")
_SHORT_LINE_CHARS = 60
_SHORT_LAST_LINE = 0.75


@dataclass(frozen=True, slots=True)
class Context:
    """What blocks are judged by: their format and the words of the document."""

    vocabulary: Vocabulary
    wrapped: bool
    paginated: bool
    width: int


def drafts_of(block: RawBlock, page: int, context: Context) -> Iterator[Draft]:
    """Yield the blocks that a raw block holds, at least one unless it is blank."""
    if block.kind in (None, BlockKind.PARAGRAPH) and is_signature(block.lines):
        for line in block.lines:
            yield Draft(line, page, BlockKind.BYLINE, 0, block.group, inferred=True)
    elif block.kind is not None:
        text = joined(block.lines, context.vocabulary)
        level = min(max(block.level, 1), 6) if block.kind is BlockKind.HEADING else 0
        if text:
            yield Draft(text, page, block.kind, level, block.group, is_note=block.is_note)
    else:
        yield from _guessed(block, page, context)


def _guessed(block: RawBlock, page: int, context: Context) -> Iterator[Draft]:
    tabular = sum(_cells(line) > 1 for line in block.lines) > 1
    for lines in _parts(list(block.lines), context):
        if len(lines) == 1 and (_cells(lines[0]) > 2 or (tabular and _cells(lines[0]) > 1)):  # noqa: PLR2004
            yield _row(lines[0], page, block.group)
        else:
            yield from _draft(lines, page, block.group, context)


def _parts(lines: list[str], context: Context) -> Iterator[list[str]]:
    """Split the lines of a block where a paragraph, item or row ends."""
    if context.paginated:
        yield lines  # the loader has split by place on the page
        return
    current: list[str] = []
    for line in lines:
        if current and _parted(current, line, context):
            yield current
            current = []
        current.append(line)
    if current:
        yield current


def _parted(current: list[str], line: str, context: Context) -> bool:
    if _UNDERLINE.fullmatch(line):
        return False
    if _UNDERLINE.fullmatch(current[-1]) or is_item(line) or _HASHES.fullmatch(line):
        return True
    if _COLUMNS.search(line) or _COLUMNS.search(current[-1]):
        return True
    open_text = " ".join(current)
    if open_text.count("(") > open_text.count(")") or open_text.count("**") % 2:
        return False
    if not context.wrapped:
        return True
    last = current[-1]
    short = len(last) < _SHORT_LAST_LINE * context.width
    return short and _ENDS_SENTENCE.search(last) is not None


def is_item(line: str) -> bool:
    """Whether a line starts like a list item."""
    return _BULLET.match(line) is not None or _NUMBERED.match(line) is not None


def _draft(lines: list[str], page: int, group: int, context: Context) -> Iterator[Draft]:
    underlined = len(lines) > 1 and _UNDERLINE.fullmatch(lines[-1]) is not None
    lines = [line for line in lines if not _UNDERLINE.fullmatch(line)]
    text = joined((" ".join(line.split("\t")) for line in lines), context.vocabulary)
    if not context.paginated:
        text = _EMPHASIS.sub(r"\2", text)
    if not text:
        return
    hashes = _HASHES.fullmatch(text)
    if hashes:
        yield Draft(hashes[2], page, BlockKind.HEADING, len(hashes[1]), group)
    elif underlined and len(lines) == 1:
        yield Draft(text, page, BlockKind.HEADING, 2, group)
    elif len(lines) == 1 and is_heading_line(text, strict=context.paginated):
        level = heading_level(text)
        yield Draft(text, page, BlockKind.HEADING, level, group, inferred=True)
    elif _BULLET.match(text):
        item = _BULLET.sub("", text, count=1)
        yield Draft(item, page, BlockKind.LIST_ITEM, 0, group, inferred=True)
    elif _NUMBERED.match(text):
        yield Draft(text, page, BlockKind.LIST_ITEM, 0, group, inferred=True)
    else:
        yield Draft(text, page, BlockKind.PARAGRAPH, 0, group, inferred=True)


def _cells(line: str) -> int:
    return sum(1 for cell in _COLUMNS.split(line.strip()) if cell.strip())


def _row(line: str, page: int, group: int) -> Draft:
    cells = (cell.strip() for cell in _COLUMNS.split(line.strip()))
    row = CELL_SEPARATOR.join(cell for cell in cells if cell)
    return Draft(row, page, BlockKind.TABLE_ROW, 0, group, inferred=True)
