"""How many: what a question counts, and the numbers of a sentence that count it.

A coalition's "countries" are its "member states" in the next document. Nouns that name the same
things are one group here, so that "41 member states" answers how many countries there are, and
"5,000 troops" does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.quantities import QUANTITY, RANGE, WRITTEN_NUMBER
from rag.terms import STOP_WORDS, query_terms, terms

_SAME_THINGS = tuple(
    frozenset(terms(nouns))
    for nouns in (
        "country state nation member",
        "soldier troop personnel serviceman",
        "death fatality",
        "people person individual",
        "employee worker staff",
        "company firm business",
    )
)
"""Nouns of which a number can count the same things."""
_HUMANS = """people person individual man woman child civilian member victim casualty death fatality
    soldier troop personnel serviceman officer employee worker staff"""
_SORTS = tuple(
    frozenset(terms(nouns))
    for nouns in (
        "country state nation member",
        _HUMANS,
        "second minute hour day week month year decade century",
        "metre meter kilometre kilometer km mile foot feet inch",
        "percent percentage",
        "dollar euro pound rupee riyal",
    )
)
"""A number of one sort is none of another: 5,000 troops are no number of countries."""
_PLURALS_WITHOUT_S = frozenset(
    "people men women children personnel staff troops police feet servicemen".split()
)
_HOW_MANY = re.compile(
    r"\b(?:how many|number of|counted in)\s+(?:of\s+)?(?:(?:the|its|their|his|her|all)\s+)?",
    re.IGNORECASE,
)
_HOW_BIG = re.compile(
    r"\bhow (?:big|large)\b.*\b(?:alliance|association|bloc|coalition|league|organi[sz]ation|union)\b|"
    r"\bsize of\b.*\bmembership\b",
    re.IGNORECASE,
)
"""What has members is as big as they are many."""
_WORD = re.compile(r"[\w'’-]+")
LONGEST_NAME_OF_THINGS = 4
"""Words after "how many" that can name what is counted."""
_AUXILIARIES = frozenset("has have had will would can could may might must shall".split())

_START = re.compile(
    r"\b(?:initial\w*|original\w*|at first|first|start\w*|beg[aiu]n\w*|found\w*|at the outset)\b",
    re.IGNORECASE,
)
_SINCE = (
    r"(?:later|now|grew|grows?|grown|expand\w*|rose|risen|increas\w*|today|currently|eventually)"
)
_SINCE_WORD = re.compile(rf"\b{_SINCE}\b", re.IGNORECASE)
_CHANGE = re.compile(
    rf"\b(?:initially|originally|at first|start(?:s|ed)?|beg[aiu]ns?)\b[^.;]*?\b{_SINCE}\b"
    rf"[^.;\d]*?\b(?P<later>{WRITTEN_NUMBER})\b",
    re.IGNORECASE,
)
_NEXT_WORD = rf"(?:\s+|-)(?!{WRITTEN_NUMBER}\b)[\w'’-]+"
_COUNT = re.compile(
    rf"\b(?:{RANGE}|{QUANTITY})\b(?P<things>(?:{_NEXT_WORD}){{1,3}})", re.IGNORECASE
)
_THINGS = re.compile(rf"(?:{_NEXT_WORD}){{1,2}}", re.IGNORECASE)
_OF_OTHERS = re.compile(r"\b(?:another|other|such|these|those)\s+$", re.IGNORECASE)
_OTHERS = re.compile(
    r"\s+(?:additional|further|more|other|or (?:fewer|less|more)|of (?:the|them|these|those))\b",
    re.IGNORECASE,
)
"""A count of more, or of a part, is none of all."""
_SENTENCE_PART = re.compile(r"[.;:]")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a question counts: the terms of its ``own`` words, and of others for the ``same`` things."""

    own: frozenset[str]
    same: frozenset[str] = frozenset()


def what_is_counted(question: str) -> Counted | None:
    """Return what "how many …" counts, None for other questions.

    The words up to the first plural noun name it: "countries" of "how many countries joined the
    alliance".
    """
    asked = _HOW_MANY.search(question)
    if not asked:
        return _counted_by("members") if _HOW_BIG.search(question) else None
    words: list[str] = []
    for word in _WORD.findall(question[asked.end() :])[:LONGEST_NAME_OF_THINGS]:
        if word.lower() in STOP_WORDS | _AUXILIARIES:
            break
        words.append(word)
        if _is_plural(word):
            return _counted_by(word)
    return Counted(frozenset(query_terms(" ".join(words)))) if words else None


def _counted_by(noun: str) -> Counted:
    own = frozenset(terms(noun))
    return Counted(own, own.union(*(group for group in _SAME_THINGS if group & own)) - own)


def asks_about_start(question: str) -> bool:
    """Whether a question asks how many there were in the beginning."""
    return _START.search(question) is not None


def counted_number(sentence: str, counted: Counted, question: str) -> tuple[int, int] | None:
    """Return where a sentence says how many there are of what a question counts.

    That is the last number before one of the counted terms ("41 members", "41-member"), the
    question's own before others, without those that count a part or that the sentence gives for
    the beginning when the question does not ask about it.
    """
    own, same = None, None
    for match in _COUNT.finditer(sentence):
        before = sentence[: match.start()]
        clause = _SENTENCE_PART.split(before)[-1]
        early = _last(_START, clause) > _last(_SINCE_WORD, clause) and not asks_about_start(
            question
        )
        if early or _OF_OTHERS.search(before) or _OTHERS.match(match["things"]):
            continue
        things = frozenset(terms(match["things"]))
        place = match.start(), match.start("things")
        own = place if things & counted.own else own
        same = place if things & counted.same else same
    return own or same


def counts_another(sentence: str, start: int, end: int, counted: Counted) -> bool:
    """Whether the number at *start* to *end* of a sentence counts a part, or another sort."""
    after = sentence[end:]
    if _OF_OTHERS.search(sentence[:start]) or _OTHERS.match(after):
        return True
    things = _THINGS.match(after)
    found = frozenset(terms(things[0])) if things else frozenset[str]()
    wanted = counted.own.union(counted.same, *(sort for sort in _SORTS if sort & counted.own))
    return not found & wanted and any(found & sort for sort in _SORTS)


def later_number(sentence: str, question: str) -> tuple[int, int] | None:
    """Return where a sentence that tells of a change says the later number.

    "It started with 34 members and later grew to 42" answers a question about now with 42. None
    when the sentence tells of no change or the question asks about the beginning.
    """
    if asks_about_start(question):
        return None
    change = _CHANGE.search(sentence)
    return change.span("later") if change else None


def _is_plural(word: str) -> bool:
    """Whether a word can be a plural noun; a capital makes it part of a name ("United States")."""
    if word.lower() in _PLURALS_WITHOUT_S:
        return True
    return word.islower() and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
