"""The persons that a byline names, without the outlet, institute or date that follows them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.cleaning.names import has_title, may_be_name
from rag.cleaning.shapes import is_heading_line
from rag.types import BlockKind

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
_HEAD_BLOCKS = 6
_MOST_WORDS = 6
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


def with_question(drafts: list[Draft]) -> list[Draft]:
    """Make the question over the first byline, which headings alone may precede, the title."""
    for index, (draft, below) in enumerate(pairwise(drafts[:_HEAD_BLOCKS])):
        if draft.kind is BlockKind.HEADING:
            continue
        by = _BY.match(below.text)
        signed = len(below.text) <= _LONGEST_LINE and persons(below.text[by.end() if by else 0 :])
        if draft.text.endswith("?") and signed and is_heading_line(draft.text[:-1]):
            return [*drafts[:index], draft.as_kind(BlockKind.HEADING, 1), *drafts[index + 1 :]]
        break
    return drafts


def _is_person(text: str) -> bool:
    words = text.split()
    named = [word for word in words if _WORD.fullmatch(word)]
    if len(named) <= (not has_title(text)) or len(words) > _MOST_WORDS or _OUTLET.search(text):
        return False
    fitting = all(word in named or _PARTICLE.fullmatch(word) for word in words)
    return fitting and may_be_name(text)
