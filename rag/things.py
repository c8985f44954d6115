"""What numbers count: nouns for the same things, sorts of things, and groups of them.

A number can count a group without the noun of a question right after it: "a staff of 90".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.quantities import QUALIFIER, QUANTITY
from rag.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

SAME_THINGS = tuple(
    frozenset(terms(nouns))
    for nouns in (
        "country state nation member government",
        "soldier troop personnel serviceman",
        "death fatality",
        "people person individual inhabitant resident",
        "child kid",
        "employee worker staff",
        "company firm business",
        "job position",
        "pupil student schoolchild",
        "hostage captive",
        "house home dwelling",
        "ship vessel",
        "aircraft plane",
        "tonne ton",
    )
)
"""Nouns of which a number can count the same things."""
_HUMANS = """people person individual inhabitant resident man woman child kid civilian member victim
    casualty death fatality soldier troop personnel serviceman officer employee worker staff pupil
    student schoolchild teacher passenger refugee voter"""
SORTS = tuple(
    frozenset(terms(nouns))
    for nouns in (
        "country state nation member government",
        _HUMANS,
        "house home dwelling flat apartment building school hospital",
        "second minute hour day week month year decade century",
        "metre meter kilometre kilometer km mile foot feet inch",
        "percent percentage",
        "dollar euro pound rupee riyal",
    )
)
"""A number of one sort is none of another: 5,000 troops are no number of countries."""
_MEMBERS = {
    "crew": "sailor",
    "membership": "member",
    "population": "people",
    "staff": "staff",
    "workforce": "staff",
}
"""What the noun of each group is made of; people whom something employs are its staff."""
_NUMBER = rf"(?:(?:{QUALIFIER}|just|only)\s+){{0,2}}(?P<number>{QUANTITY})(?!\w|[.,]\d)"
_COUNTS = (
    re.compile(
        rf"\b(?P<group>employ)(?:s|ed|ing)?\s+{_NUMBER}\s+(?:people|persons)\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<group>{'|'.join(_MEMBERS)})\s+(?:of|is|was)\s+{_NUMBER}"
        r"(?!\s*(?:%|per\s?cent|percent|years?|months?|weeks?|days?|hours?)(?!\w))",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.,-])(?P<number>{QUANTITY})\s+members\s+of\s+(?:(?:its|the|their)\s+)?"
        r"(?P<group>crew|staff)\b",
        re.IGNORECASE,
    ),
)


def of_same_things(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether nouns among two sets of terms can name the same things, as soldiers and troops do."""
    return any(left & group and right & group for group in SAME_THINGS)


def group_counts(sentence: str) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Yield where a sentence says how large a group is, with the term of what it is made of."""
    for pattern in _COUNTS:
        for match in pattern.finditer(sentence):
            group = match["group"].lower()
            things = {group, _MEMBERS.get(group, "staff")}
            yield match.span("number"), frozenset(terms(" ".join(things)))
