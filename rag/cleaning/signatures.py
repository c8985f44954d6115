"""The persons that a byline names, without the outlet, institute or date that follows them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.cleaning.names import has_title, may_be_name
from rag.cleaning.shapes import is_heading_line
from rag.types import CELL_SEPARATOR, BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_BY = re.compile(r"^by\s+(?=[A-ZÀ-Þ])", re.IGNORECASE)
_PARTS = re.compile(r"(\s*(?:,|;)\s*(?:(?:and|&)\s)?\s*|\s+(?:and|&)\s+|\s*[|•·–—]\s*)")
_RULE = re.compile(r"[|•·–—]")
_LINKS_LAST = re.compile(r"and|&")
_WORD = re.compile(r"[A-ZÀ-Þ][\w.’'-]*[¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§]*|(?:al|el)-[A-ZÀ-Þ][\w’'-]+")
_PARTICLE = re.compile(
    r"(?:bin|ibn|al|el|de|del|della|van|von|der|den|la|le|ur|ul|abu|da|dos|di|du|y)"
)
_OUTLET = re.compile(
    r"\b(?:affairs|agency|agencies|analyst|bbc|blog|bulletin|bureau|chronicle|correspondent|courier|"
    r"daily|desk|dispatch|express|forum|foundation|gazette|guardian|herald|journal|magazine|mail|"
    r"media|mirror|monthly|news|newspaper|observer|post|press|quarterly|record|reporter|review|"
    r"school|service|society|standard|star|telegraph|times|tribune|wire|weekly)\b",
    re.IGNORECASE,
)
_SPEAKS = re.compile(r"[:?!]")
"""In a line that names a place and goes on: "Quill Reef, one year on: six days"."""
_HEAD_BLOCKS = 8
_MOST_WORDS = 6
_MOST_WORDS_OF_LINE = 30
_LONGEST_LINE = 90


def persons(text: str) -> str | None:
    """Return the persons whom *text*, a byline without its "by", begins with.

    After the name that "and" links there is no further one. None if it begins with no name.
    """
    parts = _PARTS.split(text)
    end = 0
    for index in range(0, len(parts), 2):
        if index and _RULE.search(parts[index - 1]):
            break
        if not _is_person(parts[index].strip()):
            break
        end = index + 1
        if index and _LINKS_LAST.search(parts[index - 1]):
            break
    return "".join(parts[:end]).strip() or None


def is_signature(lines: Sequence[str]) -> bool:
    """Whether lines are "By …" and then, each apart, where and when a text came out."""
    opens = _BY.match(lines[0])
    if len(lines) == 1 or opens is None or persons(lines[0][opens.end() :]) is None:
        return False
    return all(len(line) <= _LONGEST_LINE and not line.endswith((".", "!", "?")) for line in lines)


def with_headline(drafts: list[Draft]) -> list[Draft]:
    """Make the line over the first byline, which only short lines may precede, the title.

    Over "By …" that is a heading or a question, over names alone a question or a line in capitals.
    """
    for index, (draft, below) in enumerate(pairwise(drafts[:_HEAD_BLOCKS])):
        if draft.words > _MOST_WORDS_OF_LINE:
            break
        if is_credit_line(below.text):
            if _is_headline(draft, opens=_BY.match(below.text) is not None):
                return [*drafts[:index], draft.as_kind(BlockKind.HEADING, 1), *drafts[index + 1 :]]
            break
    return drafts


def is_credit_line(text: str) -> bool:
    """Whether a line begins with "By" and persons, or with persons and says nothing of them.

    A longer one goes on in cells: "By Ann Bell | 4 May 2023 | 6 minutes to read".
    """
    first = text.split(CELL_SEPARATOR.strip(), maxsplit=1)[0].strip()
    opens = _BY.match(first)
    if opens is None and (len(text) > _LONGEST_LINE or _SPEAKS.search(text)):
        return False
    return len(first) <= _LONGEST_LINE and persons(first[opens.end() if opens else 0 :]) is not None


def _is_headline(draft: Draft, *, opens: bool) -> bool:
    if draft.kind is BlockKind.HEADING:
        return opens and draft.inferred
    asks = draft.text.endswith("?") and is_heading_line(draft.text[:-1])
    return asks or (draft.text.isupper() and draft.words > 1)


def _is_person(text: str) -> bool:
    words = text.split()
    named = [word for word in words if _WORD.fullmatch(word)]
    if len(named) <= (not has_title(text)) or len(words) > _MOST_WORDS or _OUTLET.search(text):
        return False
    fitting = all(word in named or _PARTICLE.fullmatch(word) for word in words)
    return fitting and may_be_name(text)
