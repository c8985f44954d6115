"""Boilerplate: notices, disclaimers, invitations to share, tables of contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_BOILERPLATE = re.compile(
    r"(?:©|\(c\)\s|copyright\b(?!\s+(?:law|act|infring))).{0,250}$|.{0,80}all rights reserved\.?.{0,80}$|"
    r"disclaimer\s*:|(?:the\s+)?(?:views|opinions)\s+(?:and\s+\w+\s+)?expressed\s|"
    r"(?:also|further)\s+read\s*:?\s|read\s+(?:more|also|next)\b.{0,140}$|"
    r"(?:share|tweet|pin|print|follow)(?:\s+(?:this|on|us|with|via|article|page|it))?"
    r"(?:\s*[:|].{0,120}|\s+\w+){0,1}$|subscribe(?:\s+(?:to|now|today|here)\b.{0,120})?$|"
    r"sign\s+up\s+(?:for|to)\b.{0,120}$|(?:leave|post|add|write)\s+a\s+(?:comment|reply)\b.{0,60}$|"
    r"(?:log|sign)\s?in\b.{0,80}$|welcome!\s+log\s?in.{0,80}$|remember\s+me\b.{0,60}$|"
    r"(?:lost|forgot(?:ten)?)\s+(?:your\s+)?password\b.{0,20}$|"
    r"(?:related|recommended|popular|trending)\s+(?:articles?|posts?|stories|news|reading)\b.{0,60}$|"
    r"(?:figure|fig\.|photo|image|picture)\s*(?:\d+\s*)?(?:credit|source|courtesy|by)\s*:.{0,120}$|"
    r"(?:photo|image|picture)(?:\s+credit|\s+courtesy)?\s*[:/]\s*.{0,120}$|credit\s*:\s.{0,100}$|"
    r"this\s+(?:is\s+an\s+open\s+access|article\s+is\s+(?:distributed|licensed)|work\s+is\s+licensed)|"
    r"creative\s+commons\b.{0,200}$|(?:we\s+use|this\s+(?:web)?site\s+uses)\s+cookies\b|"
    r"to\s+cite\s+this\s+article\s*:|(?:table\s+of\s+)?contents$",
    re.IGNORECASE,
)
_DOT_LEADERS = re.compile(r".{2,}?(?:\s*\.){4,}\s*(?:\d{1,4}|[ivxlc]{1,7})?\s*", re.IGNORECASE)
_CONTENTS = re.compile(
    r"^(?:table\s+of\s+)?contents\b.{0,60}$|\bTABLE OF CONTENTS\b|\b(?-i:INDEX)$", re.IGNORECASE
)
_PAGE_AT_END = re.compile(r"(?:\||\.{2,}|\s)\s*(?:\d{1,4}|[ivxlc]{1,6})$")
_MAX_LEADER_CHARS = 300
_MAX_CONTENTS_CHARS = 160
_LOOK_AHEAD = 6
_MIN_TITLES = 3
_PAGE_CHARS = 16
"""A page number and what stands before it; searching a whole paragraph for its end is slow."""


def is_boilerplate(text: str) -> bool:
    """Whether a block says nothing about the subject of its document."""
    return _BOILERPLATE.match(text) is not None or has_dot_leaders(text)


def has_dot_leaders(text: str) -> bool:
    """Whether a line leads the eye to a page number with dots."""
    return len(text) <= _MAX_LEADER_CHARS and _DOT_LEADERS.fullmatch(text) is not None


def in_contents(drafts: Sequence[Draft], index: int, *, inside: bool) -> bool:
    """Whether a block belongs to a table of contents, its heading included.

    Its lines end in page numbers; one that does not, because it is wrapped or heads a part, has
    such a line soon after it. Or they have no numbers and are the headings of the document.

    Args:
        drafts: All blocks.
        index: Which block.
        inside: Whether the block before it belongs to one.
    """
    text = drafts[index].text
    if not inside:
        if _CONTENTS.search(text) is None:
            return False
        return _numbered_after(drafts, index) > 1 or _lists_headings(drafts, index + 1)
    if _ends_in_page(text) or _lists_headings(drafts, index):
        return True
    short = len(text) <= _MAX_CONTENTS_CHARS and not text.endswith(".")
    return short and _numbered_after(drafts, index) > 0


def _numbered_after(drafts: Sequence[Draft], index: int) -> int:
    """How many of the next blocks end in a page number."""
    return sum(_ends_in_page(draft.text) for draft in drafts[index + 1 : index + 1 + _LOOK_AHEAD])


def _ends_in_page(text: str) -> bool:
    return _PAGE_AT_END.search(text, max(0, len(text) - _PAGE_CHARS)) is not None


def _lists_headings(drafts: Sequence[Draft], index: int) -> bool:
    """Whether a block is made of headings that come after it, at least three."""
    if index >= len(drafts):
        return False
    text = drafts[index].text
    titles = [
        draft.text
        for draft in drafts[index + 1 :]
        if draft.kind is BlockKind.HEADING and draft.text in text
    ]
    return len(titles) >= _MIN_TITLES and sum(map(len, titles)) > len(text) / 2
