"""Lines that are names of people."""

from __future__ import annotations

import re

_TITLES = r"(?:Dr|Prof|Professor|Mr|Mrs|Ms|Gen|Lt|Col|Maj|Brig|Capt|Adm|Amb|Ambassador|Sir|Sheikh)"
_NAME_WORD = r"(?:[A-Z][a-zÀ-ÿ’'-]+(?:-[A-Z][a-zÀ-ÿ]+)?|[A-Z]\.|[A-Z]{2,}(?=\s|$)|al-[A-Z][a-z]+)"
_PARTICLE = r"(?:bin|ibn|al|el|de|del|della|van|von|der|den|la|le|ur|ul|abu|da|dos|di|du|y)"
_NAME = re.compile(
    rf"(?:{_TITLES}\.?\s+)*{_NAME_WORD}(?:\s+(?:{_PARTICLE}\s+)?{_NAME_WORD}){{1,4}}"
    r"(?:,?\s(?:Jr|Sr|PhD|Ph\.D|MD)\.?)?[¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§,]*"
)
_TITLED = re.compile(rf"{_TITLES}\.?\s")
_NOT_NAMES = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "of",
        "in",
        "on",
        "for",
        "to",
        "is",
        "are",
        "introduction",
        "conclusion",
        "summary",
        "abstract",
        "references",
        "report",
        "policy",
        "security",
        "military",
        "coalition",
        "institute",
        "university",
        "centre",
        "center",
        "department",
        "ministry",
        "council",
        "group",
        "united",
        "nations",
        "states",
        "islamic",
        "pakistan",
        "saudi",
        "arabia",
        "iran",
        "middle",
        "east",
        "north",
        "south",
        "west",
        "asia",
        "africa",
        "europe",
        "role",
        "key",
        "takeaways",
        "note",
        "part",
        "chapter",
        "section",
        "item",
        "table",
        "figure",
        "annex",
        "appendix",
        "history",
        "background",
        "regional",
        "international",
        "national",
        "executive",
        "about",
        "our",
        "strategy",
        "strategic",
        "war",
        "peace",
        "terrorism",
        "counter",
        "counterterrorism",
        "cooperation",
        "operations",
        "inc",
        "ltd",
        "corp",
        "company",
        "corporation",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "recent",
        "early",
        "members",
        "member",
        "leadership",
        "command",
        "headquarters",
        "funding",
        "finance",
        "relations",
        "lost",
        "password",
        "remember",
        "leave",
        "comment",
        "read",
        "more",
        "related",
        "articles",
        "see",
        "also",
        "new",
        "world",
        "what",
        "how",
        "why",
        "when",
        "where",
        "who",
        "total",
        "net",
        "cash",
        "other",
        "first",
        "second",
        "third",
        "final",
        "next",
        "previous",
        "research",
        "gap",
        "literature",
        "review",
        "works",
        "cited",
        "data",
        "analysis",
        "methods",
        "results",
        "discussion",
        "economic",
        "political",
        "social",
        "legal",
        "framework",
        "future",
        "prospects",
        "challenges",
    ]
)


def is_name(text: str) -> bool:
    """Whether a line is a person's name and nothing else."""
    if not _NAME.fullmatch(text) or text.isupper() or re.search(r"[’']s\b", text):
        return False
    return may_be_name(text)


def may_be_name(text: str) -> bool:
    """Whether none of the words is one that names of people do not have."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return not any(word in _NOT_NAMES for word in words)


def has_title(text: str) -> bool:
    """Whether a name begins with a title: "Dr.", "Gen."."""
    return _TITLED.match(text) is not None


def is_name_list(text: str) -> bool:
    """Whether a line is several names with commas: the authors under a title."""
    parts = [part.strip() for part in re.split(r",|;|\s(?:and|&)\s", text) if part.strip()]
    parts = [part for part in parts if part.strip("¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§ ")]
    return len(parts) > 1 and all(is_name(part) for part in parts)
