"""Who says so: title, author, date and kind, from what the file declares or its head prints."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from rag.cleaning.authors import clean_author, printed_author
from rag.cleaning.dates import CAME_OUT, dateline_date, find_date, is_date_line, stated_date
from rag.cleaning.kinds import declared_kind, printed_kind
from rag.cleaning.shapes import is_section_name
from rag.types import BlockKind, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.cleaning.drafts import Draft

_JUNK_TITLE = re.compile(
    r"microsoft\s+(?:word|powerpoint|excel)\b.*|untitled.*|(?:new\s+)?(?:document|dokument)\s*\d*|"
    r"(?:slide|layout|page)\s*\d*|powerpoint presentation|title|anonymous|none|null|unspecified|"
    r"[^\s]+\.(?:docx?|pdf|txt|html?|indd|qxd|tex|dvi|rtf|odt|pages|pptx?|xlsx?|md|ps)|"
    r"[\W\d_]*|[\w-]*\d[\w-]*_[\w-]*|draft\s*\d*|home|index",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"form\s+\S+|(?:annual|quarterly|final)?\s*report|abstract|introduction", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?:for\s+immediate\s+release|(?:press|news|media)\s+(?:release|statement)|"
    r"(?:policy|research|issue)\s+brief(?:ing)?)(?:\s+(?:no\.?\s*)?[\d/.-]+)?\W*",
    re.IGNORECASE,
)
"""What kind of text a sheet is, printed above its headline."""
_SENDER = re.compile(
    r"(?:the\s+)?(?:ministry|department|office|embassy|bureau|directorate|secretariat|institute|"
    r"cent(?:re|er)|forum|council|commission|agency)\s+(?:of|for)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r";\s*")
_CREATED = "created "
_CAME_OUT = re.compile(rf"{CAME_OUT}\b", re.IGNORECASE)
_HEAD_BLOCKS = 15
_FOOT_BLOCKS = 5
_LINE_WORDS = 25
_MAX_TITLE_CHARS = 250
_MIN_TITLE_CHARS = 4


def metadata_of(declared: Metadata, drafts: Sequence[Draft], default_kind: str | None) -> Metadata:
    """Return the bibliographic facts of a document, each None unless there is a source for it.

    Args:
        declared: What the file says, junk included.
        drafts: The cleaned blocks.
        default_kind: The kind of this format when nothing else is known.
    """
    return Metadata(
        title=_declared_title(declared.title) or _printed_title(drafts),
        author=clean_author(declared.author) or printed_author(drafts),
        date=_date(declared, drafts),
        kind=declared_kind(declared.kind) or printed_kind(drafts) or default_kind,
    )


def _declared_title(title: str | None) -> str | None:
    text = " ".join((title or "").split())
    if len(text) < _MIN_TITLE_CHARS or _JUNK_TITLE.fullmatch(text):
        return None
    return text[:_MAX_TITLE_CHARS]


def _printed_title(drafts: Sequence[Draft]) -> str | None:
    """The headline of a release; else the highest heading near the head, the first of equals."""
    head = drafts[:_HEAD_BLOCKS]
    headings = [
        draft
        for draft in _under_label(head) or head
        if draft.kind is BlockKind.HEADING
        and len(draft.text) >= _MIN_TITLE_CHARS
        and not _GENERIC.fullmatch(draft.text)
        and not _LABEL.fullmatch(draft.text)
        and not is_section_name(draft.text)
    ]
    if headings:
        return min(headings, key=lambda draft: draft.level).text[:_MAX_TITLE_CHARS]
    return None


def _under_label(head: Sequence[Draft]) -> list[Draft]:
    """The headings between "PRESS RELEASE" and the text, without who sends it."""
    labels = [index for index, draft in enumerate(head) if _LABEL.fullmatch(draft.text)]
    if not labels:
        return []
    below = takewhile(lambda draft: draft.kind is not BlockKind.PARAGRAPH, head[labels[-1] + 1 :])
    headings = [draft for draft in below if draft.kind is BlockKind.HEADING]
    while len(headings) > 1 and _SENDER.match(headings[0].text):
        del headings[0]
    return [draft for draft in headings if not is_section_name(draft.text)][:1]


def _date(declared: Metadata, drafts: Sequence[Draft]) -> str | None:
    """Declared dates come first; that of the file's making last: it need not be the text's.

    Subject and keywords, which the kind holds, count only with a month: a year there may be
    anything's ("Saudi Vision 2030").
    """
    parts = _SPLIT.split(declared.date or "")
    for part in parts:
        found = None if part.startswith(_CREATED) else find_date(part)
        if found is not None:
            return found
    found = find_date(declared.kind or "", years=False) or _printed_date(drafts)
    if found is not None:
        return found
    created = [part for part in parts if part.startswith(_CREATED)]
    return next((find_date(part) for part in created), None)


def _printed_date(drafts: Sequence[Draft]) -> str | None:
    head = [draft for draft in drafts[:_HEAD_BLOCKS] if draft.kind is BlockKind.BYLINE]
    for draft in head:
        if is_date_line(draft.text):
            return find_date(draft.text)
    for word in ("published", "posted", "date", "issued", "accepted", "updated", "vol", "by "):
        for draft in head:
            place = draft.text.lower().find(word)
            if place >= 0:
                found = find_date(draft.text[place : place + 80])
                if found is not None:
                    return found
    dates = [find_date(draft.text, years=False) for draft in head]
    dates += _unsigned_dates(drafts)
    return next((found for found in dates if found is not None), None)


def _unsigned_dates(drafts: Sequence[Draft]) -> Iterator[str | None]:
    """Yield the dates of a dateline, and of lines at head or foot that say when a text came out."""
    opening = list(takewhile(lambda draft: draft.words <= _LINE_WORDS, drafts[:_HEAD_BLOCKS]))
    first = drafts[len(opening) : len(opening) + 1]
    yield from (dateline_date(draft.text) for draft in (*opening, *first))
    yield from (stated_date(draft.text) for draft in opening)
    foot = (draft.text for draft in drafts[-_FOOT_BLOCKS:])
    yield from (find_date(text) for text in foot if _CAME_OUT.match(text) and is_date_line(text))
