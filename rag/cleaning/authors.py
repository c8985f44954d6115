"""The author: a declared one unless it is a user account, else a byline at head or tail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.cleaning.bylines import AFFILIATION
from rag.cleaning.names import is_name, is_name_list
from rag.cleaning.shapes import is_section_name
from rag.cleaning.signatures import persons
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_JUNK = re.compile(
    r"(?:user|admin|administrator|owner|author|unknown|anonymous|guest|root|test|none|null|"
    r"python-docx|microsoft(?:\s+\w+)*|windows\s+user|\(?unspecified\)?|default|pc|hp|dell|lenovo|"
    r"acer|asus|me|editor|office|staff|webmaster|wordpress|un-named|edgar\s+online.*)\W*\d*|[\W\d_]*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§]+")
_BY = re.compile(
    r"^(?:written\s+)?by:?\s+(.{3,120}?)(?=\s*(?:[|•·–—]|,?\s+on\s|\d{1,2}\s|$))", re.IGNORECASE
)
_LABEL = re.compile(r"^(?:authors?|written by|prepared by)\s*:\s*(.{3,160})$", re.IGNORECASE)
_DASHED = re.compile(r"^[—–-]+\s*((?:[A-Z][\w.’'-]*\s+){1,5}?)(?:is|was)\s+(?:a|an|the)\b")
_HEAD_BLOCKS = 12
_TAIL_BLOCKS = 10
_MAX_CHARS = 300


def clean_author(author: str | None) -> str | None:
    """Return a declared author, None where it is junk such as an account name."""
    text = " ".join((author or "").replace(";", ",").split()).strip(" ,")
    text = re.sub(r"^by\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"(?:\s*,)+", ",", text)
    if len(text) < 3 or _JUNK.fullmatch(text) or "://" in text:  # noqa: PLR2004 - initials
        return None
    return text[:_MAX_CHARS]


def printed_author(drafts: Sequence[Draft]) -> str | None:
    """Return the author that the text names, None when unsure."""
    head = drafts[:_HEAD_BLOCKS]
    for draft in (*head, *drafts[-_TAIL_BLOCKS:]):
        match = _DASHED.match(draft.text)
        if draft.kind is BlockKind.BYLINE:
            match = match or _LABEL.match(draft.text) or _BY.match(draft.text)
        if match:
            return clean_author(_MARKS.sub("", persons(match[1]) or match[1]))
    return _under_title(head) or _with_biography(drafts)


def _under_title(head: Sequence[Draft]) -> str | None:
    """Names between the title and the first section, each with its university or without."""
    headings = [
        (draft.level, at) for at, draft in enumerate(head) if draft.kind is BlockKind.HEADING
    ]
    title = min(headings)[1] if headings else 0
    with_bodies: list[str] = []
    for draft in head[title + 1 :]:
        if draft.kind is BlockKind.PARAGRAPH or is_section_name(draft.text):
            break
        if draft.kind is not BlockKind.BYLINE:
            continue
        if is_name_list(draft.text) or is_name(draft.text):
            return clean_author(_MARKS.sub("", draft.text))
        found = persons(draft.text) if AFFILIATION.search(draft.text) else None
        with_bodies += [found] if found else []
    return clean_author(_MARKS.sub("", ", ".join(with_bodies)))


def _with_biography(drafts: Sequence[Draft]) -> str | None:
    """A name standing alone, when a paragraph tells who that is."""
    for draft in drafts:
        if draft.kind is BlockKind.BYLINE and is_name(draft.text):
            start = re.compile(rf"(?:[—–-]\s*)?{re.escape(draft.text)},?\s+(?:is|was|has)\b")
            if any(start.match(other.text) for other in drafts):
                return clean_author(_MARKS.sub("", draft.text))
    return None
