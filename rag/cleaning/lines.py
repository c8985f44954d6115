"""Joining the lines of a paragraph, hyphenated ends included."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.cleaning.characters import SOFT_HYPHEN

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)*")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:[-‐‑][^\W\d_]+)*)[-‐]$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_HYPHENS = re.compile("[‐‑]")
_SUSPENDED = frozenset({"and", "or", "to", "und", "oder", "et", "y", "nor"})
"""In "short- and long-term" the hyphen is no line break inside a word."""
_MIN_WORD_CHARS = 3
"""Shorter left parts ("in-", "co-", "re-") are mostly syllables."""
_SYLLABLES = frozenset(
    [
        "con",
        "com",
        "dis",
        "per",
        "pre",
        "pro",
        "sub",
        "tion",
        "ing",
        "ment",
        "ship",
        "ness",
        "less",
        "ful",
        "able",
        "hood",
        "wise",
        "ward",
        "wards",
        "dom",
        "age",
        "ism",
        "ist",
        "ity",
    ]
)
"""Parts that are words too ("ship") but mostly the beginning or end of one."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a document, lower case, with how often each occurs within a line."""

    counts: Counter[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Vocabulary:
        """Count the words of *lines*; a word broken at a line end does not count."""
        counts: Counter[str] = Counter()
        for line in lines:
            end = len(line) - len(line.rstrip("-‐" + SOFT_HYPHEN))
            words = [_HYPHENS.sub("-", word.lower()) for word in _WORD.findall(line)]
            counts.update(words[:-1] if end else words)
        return cls(counts)

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether "left-" at a line end and "right" on the next are a hyphenated compound."""
        left, right = _HYPHENS.sub("-", left.lower()), right.lower()
        hyphenated = self.counts[f"{left}-{right}"]
        joined = self.counts[f"{left}{right}"]
        if hyphenated or joined:
            return hyphenated >= joined
        if len(left) < _MIN_WORD_CHARS or left in _SYLLABLES or right in _SYLLABLES:
            return False
        return "-" in left or (self.counts[left] > 0 and self.counts[right] > 0)


def joined(lines: Iterable[str], vocabulary: Vocabulary) -> str:
    """Return *lines* as one line; a soft hyphen at its end stays, for a page that goes on."""
    text = ""
    for line in lines:
        left, glue = seam(text, line, vocabulary) if text else ("", "")
        text = left + glue + line
    return text.strip()


def seam(text: str, line: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return how *text* ends and what stands between it and *line* when they are joined."""
    if text.endswith(SOFT_HYPHEN):
        return text.rstrip(SOFT_HYPHEN), ""
    if text.endswith(("-", "‐")):
        return _hyphenated_seam(text, line, vocabulary)
    return text, " "


def _hyphenated_seam(text: str, line: str, vocabulary: Vocabulary) -> tuple[str, str]:
    # Looked for in the last word only: a search through a long text is slow.
    left, right = _LAST_WORD.search(text, text.rfind(" ") + 1), _FIRST_WORD.match(line)
    if left is None:
        # A range or a compound with a number, "2015-" and "2017", has no space either.
        glued = text.endswith("-") and text[-2:-1].isdigit() and line[:1].isdigit()
        return text, "" if glued else " "
    if right is None:
        return text, "" if line[:1].isdigit() else " "
    if right[0].lower() in _SUSPENDED:
        return text, " "
    if right[0][0].isupper() or vocabulary.keeps_hyphen(left[1], right[0]):
        return text, ""
    return text[:-1], ""
