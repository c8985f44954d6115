"""Plain text files: decoding, the head lines, blocks at blank lines."""

from __future__ import annotations

import re

from rag.loading.encodings import decode
from rag.loading.front_matter import split_head
from rag.loading.raw import RawBlock, RawDocument, RawPage

_LINE_ENDS = re.compile("\r\n|[\r\v\x1c-\x1e\x85\u2028]")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+|\u2029")
WRAPPED_CHARS = 120
"""No paragraph of a hard-wrapped file has a longer line."""
_WRAPPED_SHARE = 0.98


def read(content: bytes) -> RawDocument:
    """Return the blocks of a text file: the stretches between blank lines.

    Form feeds, which programs that print leave in, part pages: what repeats on them is a running
    header. They are not pages to be cited.
    """
    text = _LINE_ENDS.sub("\n", decode(content))
    declared, dropped, text = split_head(text)
    pages = tuple(
        RawPage(number, tuple(_blocks(part))) for number, part in enumerate(text.split("\f"), 1)
    )
    return RawDocument(
        pages=pages, wrapped=_is_wrapped(text), declared=declared, dropped=tuple(dropped)
    )


def _blocks(text: str) -> list[RawBlock]:
    blocks = []
    for part in _BLANK_LINES.split(text):
        lines = tuple(line for line in part.split("\n") if line.strip())
        if lines:
            blocks.append(RawBlock(lines))
    return blocks


def _is_wrapped(text: str) -> bool:
    """Whether lines are broken at a margin, judged by the lack of long ones."""
    lengths = [len(line) for line in text.split("\n") if line.strip()]
    short = sum(length <= WRAPPED_CHARS for length in lengths)
    return short >= _WRAPPED_SHARE * len(lengths)
