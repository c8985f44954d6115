"""What a line looks like by itself: a heading, an entry of a bibliography."""

from __future__ import annotations

import re

MAX_HEADING_CHARS = 120
MAX_HEADING_WORDS = 14
_STRICT_WORDS = 10
_SECTION_NUMBER = re.compile(
    r"(?:(\d{1,2}(?:\.\d{1,2}){0,3})\.?|([IVX]{1,5})\.|[A-H]\.)\s+(?=[A-Z\W])"
)
_SECTIONS = frozenset(
    [
        "abstract",
        "summary",
        "introduction",
        "background",
        "methods",
        "methodology",
        "results",
        "discussion",
        "conclusion",
        "conclusions",
        "recommendations",
        "references",
        "bibliography",
        "acknowledgements",
        "acknowledgments",
        "notes",
        "appendix",
        "contents",
        "foreword",
        "preface",
        "glossary",
        "endnotes",
        "footnotes",
        "keywords",
    ]
)
_SECTION_PHRASES = frozenset(
    {
        "executive summary",
        "works cited",
        "literature review",
        "key takeaways",
        "key findings",
        "table of contents",
        "list of abbreviations",
        "about the author",
        "about the authors",
        "further reading",
        "historical background",
        "research gap",
    }
)
_ENDS_OPEN = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "or",
        "in",
        "on",
        "at",
        "to",
        "for",
        "with",
        "by",
        "from",
        "as",
        "is",
        "are",
        "was",
        "were",
        "that",
        "which",
        "its",
        "their",
        "than",
        "but",
    ]
)
_SMALL_WORDS = _ENDS_OPEN | frozenset(
    ["be", "into", "over", "vs", "via", "not", "per", "nor", "so", "yet", "up", "off"]
)
_REFERENCE = re.compile(
    r"^(?:\[?\d{1,3}[\].)]\s+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+\s*)?"
    r"[A-ZÀ-Þ][\w’'\-À-ÿ]+(?:\s[A-ZÀ-Þ][\w’'\-]+)*,\s(?:[A-ZÀ-Þ]\.[\s,-]?)+.{0,200}?"
    r"\((?:19|20)\d\d[a-z]?(?:,\s[A-Z][a-z]+(?:\s\d{1,2})?)?\)[.,:]"
)
_CITES_ONLY = re.compile(
    r"^\[?\d{1,3}[\].)]?\s+(?:Ibid|See\s|[A-Z]\.\s?[A-Z]?\.?\s?[A-Z][a-z]+,\s[“\"]|https?://)"
)


def is_heading_line(text: str, *, strict: bool = False) -> bool:
    """Whether a line standing alone looks like a heading.

    Args:
        text: The line.
        strict: Only lines with a number, in capitals or with a usual section name: for formats
            that show headings by their letters, and whose tables have short lines too.
    """
    if not _has_heading_form(text):
        return False
    capitals = text.isupper() and len(text) > 3  # noqa: PLR2004 - "UN" and "Q&A" are none
    if capitals or is_section_name(text):
        return True
    if _SECTION_NUMBER.match(text):
        return text.count(" ") <= _STRICT_WORDS and (not strict or _is_titled(text))
    return not strict and (not text.endswith(("?", ":")) or _is_titled(text))


def is_section_name(text: str) -> bool:
    """Whether a line is a usual section name: "References", "2. Conclusion:"."""
    bare = _SECTION_NUMBER.sub("", text).strip(" :.").lower()
    return bare in _SECTIONS or bare in _SECTION_PHRASES


def heading_level(text: str) -> int:
    """Return the level that a section number tells, else 2: the title alone has 1."""
    number = _SECTION_NUMBER.match(text)
    if number is not None and number[1]:
        return min(number[1].count(".") + 2, 6)
    return 2


def is_reference(text: str) -> bool:
    """Whether a paragraph is shaped like an entry of a bibliography."""
    return _REFERENCE.match(text) is not None or _CITES_ONLY.match(text) is not None


def _has_heading_form(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    if len(text) > MAX_HEADING_CHARS or letters < 3 or letters < 0.5 * len(text):  # noqa: PLR2004
        return False
    first = next(character for character in text if character.isalnum())
    if first.islower() or text[0] in "“\"‘'(@":
        return False
    words = text.split()
    if len(words) > MAX_HEADING_WORDS or words[-1].lower().strip(":") in _ENDS_OPEN:
        return False
    return not text.endswith((".", ",", ";", "!", "-", "”", "…")) and "@" not in text


def _is_titled(text: str) -> bool:
    """Whether the longer words begin with capitals."""
    words = re.findall(r"[^\W\d_][\w’'-]*", text)
    big = [word for word in words if word.lower() not in _SMALL_WORDS]
    return bool(big) and all(word[0].isupper() or not word[0].isalpha() for word in big)
