"""Read the manuscripts in sources/: front matter and a few kinds of blocks, nothing else.

A manuscript is a small part of markdown. Front matter stands between two ``---`` lines, one
``key: value`` a line. Blocks are parted by empty lines: ``#`` and ``##`` headings, ``- `` and
``1. `` lists, tables whose caption stands before them as ``Table: ...``, and paragraphs, in which
``*...*`` marks italics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class BlockKind(Enum):
    """What a block is, and so how it is set."""

    HEADING = "heading"
    SUBHEADING = "subheading"
    PARAGRAPH = "paragraph"
    BULLETS = "bullets"
    NUMBERS = "numbers"
    CAPTION = "caption"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its kind, and its lines (list items, table rows as `|` lines, or one text)."""

    kind: BlockKind
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The block as one text."""
        return " ".join(self.lines)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a table, without the rule under its head."""
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in self.lines]
        return [row for row in rows if not all(set(cell) <= set("-: ") and cell for cell in row)]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document before it is set: its front matter and its blocks."""

    name: str
    title: str
    author: str
    day: date
    kind: str
    keywords: str
    running: str
    abstract: str
    note: str
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> list[str]:
        """The main headings in order, for a list of contents."""
        return [block.text for block in self.blocks if block.kind is BlockKind.HEADING]

    @property
    def long_date(self) -> str:
        """The date as a reader expects it, in English whatever the locale: 29 June 2026."""
        return f"{self.day.day} {_MONTHS[self.day.month - 1]} {self.day.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MARKS = (
    ("## ", BlockKind.SUBHEADING),
    ("# ", BlockKind.HEADING),
    ("- ", BlockKind.BULLETS),
    ("Table: ", BlockKind.CAPTION),
    ("|", BlockKind.TABLE),
)
_NUMBER = re.compile(r"\d+\. ")


def _block(raw: str) -> Block:
    """Tell the kind of a block by its first characters and strip the marks."""
    lines = raw.splitlines()
    for mark, kind in _MARKS:
        if raw.startswith(mark):
            keep = 0 if kind is BlockKind.TABLE else len(mark)
            return Block(kind, tuple(line[keep:].strip() for line in lines))
    if _NUMBER.match(raw):
        return Block(BlockKind.NUMBERS, tuple(_NUMBER.sub("", line, count=1) for line in lines))
    return Block(BlockKind.PARAGRAPH, tuple(line.strip() for line in lines))


def curl(text: str) -> str:
    """Turn straight quotation marks and apostrophes into printed ones."""
    text = re.sub(r'(^|[\s(\[*])"', "\\1\u201c", text).replace('"', "\u201d")
    return re.sub(r"(^|[\s(\[])'", "\\1\u2018", text).replace("'", "\u2019")


def read(path: Path) -> Manuscript:
    """Read one manuscript.

    Raises:
        ValueError: a front matter line has no colon, or the title, author, date or kind is missing.

    """
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields: dict[str, str] = {}
    for line in front.splitlines():
        key, colon, value = line.partition(": ")
        if not colon:
            message = f"{path.name}: expected 'key: value' in the front matter, saw {line!r}"
            raise ValueError(message)
        fields[key] = curl(value)
    missing = [key for key in ("title", "author", "date", "kind") if key not in fields]
    if missing:
        message = f"{path.name}: the front matter lacks {', '.join(missing)}"
        raise ValueError(message)
    return Manuscript(
        name=path.stem,
        title=fields["title"],
        author=fields["author"],
        day=date.fromisoformat(fields["date"]),
        kind=fields["kind"],
        keywords=fields.get("keywords", ""),
        running=fields.get("running", fields["title"]),
        abstract=fields.get("abstract", ""),
        note=fields.get("note", ""),
        blocks=tuple(_block(curl(raw)) for raw in body.strip().split("\n\n")),
    )
