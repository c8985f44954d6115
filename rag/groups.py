"""Numbers that count a group without the noun of a question right after them: "a staff of 90"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.quantities import QUANTITY
from rag.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

_STAFF = frozenset(terms("employee worker staff"))
_GROUPS = {
    "crew": frozenset(terms("crew sailor")),
    "membership": frozenset(terms("member")),
    "population": frozenset(terms("inhabitant resident people")),
    "staff": _STAFF,
    "workforce": _STAFF,
}
"""The things of which each group is made."""
_NUMBER = (
    r"(?:(?:about|almost|around|at|just|least|more|nearly|only|over|roughly|some|than|under|up to)\s+)"
    rf"{{0,3}}(?P<number>{QUANTITY})(?!\w|[.,]\d)"
)
_COUNTS = (
    re.compile(
        rf"\b(?P<group>employ)(?:s|ed|ing)?\s+{_NUMBER}\s+(?:people|persons)\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<group>{'|'.join(_GROUPS)})\s+(?:of|is|was)\s+{_NUMBER}"
        r"(?!\s*(?:%|per\s?cent|percent|years?|months?|weeks?|days?|hours?)(?!\w))",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.,-])(?P<number>{QUANTITY})\s+members\s+of\s+(?:(?:its|the|their)\s+)?"
        r"(?P<group>crew|staff)\b",
        re.IGNORECASE,
    ),
)


def group_counts(sentence: str) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Yield where a sentence says how large a group is, with the terms of what it is made of.

    People whom something employs are its staff.
    """
    for pattern in _COUNTS:
        for match in pattern.finditer(sentence):
            yield match.span("number"), _GROUPS.get(match["group"].lower(), _STAFF)
