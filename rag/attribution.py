"""Whose words a sentence reports: "Khan" in "for Khan its commander" says so, and commands nothing.

Texts about opinions name their sources in every second sentence. A name that stands there as the
source of what is said is no answer to who did it, unless the question asks who says so; nor is the
year of a source ("Byman's 2019 study") when it happened, unless the question asks for the source.
"""

from __future__ import annotations

import re

_REPORTS = (
    "argue|assert|believe|call|caution|claim|comment|complain|conclude|contend|count|credit|"
    "criticise|criticize|describe|doubt|emphasise|emphasize|estimate|judge|maintain|mention|note|"
    "observe|quote|reckon|remark|report|state|stress|suggest|warn"
)
_SAID = (
    rf"(?:{_REPORTS})(?:s|e?d)?|says?|said|speaks? of|spoke of|thinks?|thought|writes?|wrote|"
    "points? out|pointed out"
)
_WORKS = "account|article|book|column|count|essay|estimate|figure|opinion|paper|report|study|view"
_BEFORE = re.compile(
    r"(?:\b(?:according to|in the (?:words|view|opinion|eyes) of|(?:cited|quoted|reported) by|"
    r"quoting|citing)|(?:^|[,;]\s)for)\s+(?:(?:general|gen\.|dr\.?|prof\.?|mr\.?|mrs?\.?)\s+)?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"['’]s?\s(?:\w+\s)?(?:{_WORKS})s?\b|\s+et al\b|\s*\((?:\w+,? )?\d{{4}}|"
    r"(?:\s+and (?:his|her|their|other) (?:co-?authors?|colleagues|others))?"
    r"(?:\s*[\[(][^\])]*[\])])?,?(?:\s+of (?:the )?[A-Z]\w+(?:\s[A-Z]\w+)*)?"
    r"(?:,\s[^,.;:]{1,60},)?(?:\s+(?:is|are|was|were)\s\w+\sto)?"
    rf"\s+(?:\w+ly\s+|also\s+|later\s+)?(?:{_SAID})\b"
)
_AUTHOR = r"(?:[A-ZÀ-Þ][\w'’.-]*,?|&|and|et al\.?,?)"
_WORK_OF = rf"{_AUTHOR}(?: {_AUTHOR})* (?:19|20)\d\d[a-z]?(?:, pp?\. ?[\d–-]+)?"
_CITED = re.compile(rf"\((?:see |cf\. |e\.g\.,? )?{_WORK_OF}(?:; {_WORK_OF})*\)")
"""Works in brackets: (Rizvi, 2020; Abbas, 2019, p. 4)."""
_YEAR = re.compile(r"(?:19|20)\d\d[a-z]?")
_NAMED = re.compile(r"[A-ZÀ-Þ][\w'’-]+(?: et al\.?| and (?:his|her|their) \w+(?:-\w+)?)? \($")
_OWNED = re.compile(r"(?:['’]s?|\b(?:a|an|the|his|her|their)) $", re.IGNORECASE)
_WORK_NEXT = re.compile(rf"\s(?:\w+\s)?(?:{_WORKS})s?\b")
_ASKS = re.compile(
    rf"\b(?:(?:who|which \w+)\s+(?:\w+ly\s+|also\s+|else\s+)?(?:{_SAID})|according|authors?|"
    r"analysts?|critics?|columnists?|writers?|scholars?|sources?|experts?|researchers?|observers?|"
    r"opinions?|views?|words?|by whom)\b",
    re.IGNORECASE,
)

_ASKS_WORK = re.compile(
    rf"\b(?:{_WORKS}|publish\w*|publication|appear\w*|writes?|written|wrote)s?\b", re.IGNORECASE
)


def is_source(sentence: str, start: int, end: int) -> bool:
    """Whether the name at *start* to *end* of a sentence is that of the one who says it."""
    cited = any(it.start() < start and end < it.end() for it in _CITED.finditer(sentence))
    return cited or bool(_BEFORE.search(sentence[:start]) or _AFTER.match(sentence[end:]))


def is_year_of_source(sentence: str, start: int, end: int) -> bool:
    """Whether the year at *start* to *end* of a sentence says when its source was written."""
    if not _YEAR.fullmatch(sentence[start:end]):
        return False
    bracketed = _NAMED.search(sentence[:start]) and sentence.startswith(")", end)
    cited = any(it.start() < start and end < it.end() for it in _CITED.finditer(sentence))
    owned = _OWNED.search(sentence[:start]) and _WORK_NEXT.match(sentence[end:])
    return bool(bracketed or cited or owned)


def asks_for_source(question: str) -> bool:
    """Whether a question asks who says, thinks or writes something."""
    return bool(_ASKS.search(question))


def asks_for_work(question: str) -> bool:
    """Whether a question asks for something written, which has a year of its own."""
    return bool(_ASKS_WORK.search(question))
