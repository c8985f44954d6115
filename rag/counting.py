"""How many: what a question counts, and the numbers of a sentence that count it.

A coalition's "countries" are its "member states" in the next document. Nouns that name the same
things are one group here, so that "41 member states" answers how many countries there are, and
"5,000 troops" does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.changes import counts_another_time, later_of_two, shortly_before
from rag.quantities import QUANTITY, RANGE, WRITTEN_NUMBER, YEAR
from rag.terms import STOP_WORDS, query_terms, terms
from rag.things import SAME_THINGS, SORTS, group_counts
from rag.wording.lexicon import is_plural

_HOW_MANY = re.compile(
    r"\b(?:how many|number of|counted in)\s+"
    r"(?P<part>(?:of|other|more|further|additional|these|those)\s+)*"
    r"(?:(?:the|its|their|his|her|all|these|those)\s+)?",
    re.IGNORECASE,
)
_NOT_NARROWING = frozenset(terms("member participant participating various different"))
"""Words before the noun that leave none of them out: the participating countries are all."""
_WORD = re.compile(r"[\w'’-]+")
LONGEST_NAME_OF_THINGS = 4
"""Words after "how many" that can name what is counted."""
_NO_THINGS = STOP_WORDS | frozenset("ago each every last next per since".split())
"""Words with which what a number counts has not begun, or is over."""

_NEXT_WORD = rf"(?:\s+|-)(?!{WRITTEN_NUMBER}\b)[\w'’-]+"
_COUNT = re.compile(
    rf"(?<![\w.,-])(?:{RANGE}|{QUANTITY})\b(?P<things>(?:{_NEXT_WORD}){{1,4}})", re.IGNORECASE
)
_THINGS = re.compile(rf"(?:{_NEXT_WORD}){{1,2}}", re.IGNORECASE)
_OF_OTHERS = re.compile(r"\b(?:another|other|such|these|those)\s+$", re.IGNORECASE)
_ALL = re.compile(r"\ball\s+$", re.IGNORECASE)
_OTHERS = re.compile(
    r"\s+(?:additional|further|more|other|of (?:the|them|these|those))\b", re.IGNORECASE
)
"""A count of more, or of a part, is none of all."""
_UNITED = frozenset(terms("United"))
"""The United States are no states, the United Nations no nations."""
_AT_LEAST = re.compile(r"\s+or (?:fewer|less|more)\b", re.IGNORECASE)
_YEAR = re.compile(YEAR)
_WHOLE = re.compile(
    rf"(?<![\w.,-])(?P<whole>{QUANTITY})[^.;:()]{{0,60}}?,? "
    r"(?:including|among (?:them|whom|which)|of (?:them|whom|which)) (?:the |some |about |at least )?$",
    re.IGNORECASE,
)
"""Before the number of a part: "nine dead, including two"."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a question counts: the terms of its ``own`` noun, and of others for the ``same`` things.

    ``narrowed`` are the terms of the words before that noun that leave some out ("female
    employees"); ``part`` says
    that the question itself asks for some of them or for more ("how many of the members").
    """

    own: frozenset[str]
    same: frozenset[str] = frozenset()
    narrowed: frozenset[str] = frozenset()
    part: bool = False


def what_is_counted(question: str) -> Counted | None:
    """Return what "how many …" counts, None for other questions.

    The words up to the first plural noun name it: "countries" of "how many countries joined the
    alliance".
    """
    asked = _HOW_MANY.search(question)
    if not asked:
        return None
    part = asked["part"] is not None
    words: list[str] = []
    following = _WORD.findall(question[asked.end() :])[:LONGEST_NAME_OF_THINGS]
    for word, after in zip(following, [*following[1:], ""], strict=True):
        if word in STOP_WORDS:
            break
        words.append(word)
        if _names_things(word) and (after in STOP_WORDS or not _names_things(after)):
            return _counted_by(words, part=part)
    return Counted(frozenset(query_terms(" ".join(words))), part=part) if words else None


def _counted_by(words: list[str], *, part: bool) -> Counted:
    own = frozenset(terms(words[-1]))
    same = own.union(*(group for group in SAME_THINGS if group & own)) - own
    narrowed = frozenset(terms(" ".join(words[:-1]))) - own - same - _NOT_NARROWING
    return Counted(own, same, narrowed, part)


def counted_number(sentence: str, counted: Counted, question: str) -> tuple[int, int] | None:
    """Return where a sentence says how many there are of what a question counts.

    That is the last number before one of the counted terms ("41 members", "41-member"), the
    question's own before others, without years, those that count a part and those that the
    sentence gives for the beginning when the question does not ask about it.
    """
    own, same = None, None
    for match in _COUNT.finditer(sentence):
        place = match.start(), match.start("things")
        before = shortly_before(sentence, match.start())
        if (
            counts_another_time(sentence, match.start(), question)
            or (_is_part(before, match["things"]) and not counted.part)
            or _AT_LEAST.match(match["things"])
            or _YEAR.fullmatch(sentence[slice(*place)])
        ):
            continue
        own = place if _is_of(match["things"], counted.own, counted) else own
        same = place if _is_of(match["things"], counted.same, counted) else same
    found = own or same or _size_of_group(sentence, counted, question)
    return (later_of_two(sentence, *found, question) or found) if found else None


def _size_of_group(sentence: str, counted: Counted, question: str) -> tuple[int, int] | None:
    wanted = counted.own | counted.same
    places = (
        place
        for place, things in group_counts(sentence)
        if things & wanted and not counts_another_time(sentence, place[0], question)
    )
    return None if counted.part else next(places, None)


def counts_another(sentence: str, start: int, end: int, counted: Counted) -> bool:
    """Whether the number at *start* to *end* of a sentence counts a part, a least, or another sort.

    Of nouns whose sort is not known here, nothing is another sort.
    """
    after = sentence[end:]
    if _AT_LEAST.match(after):
        return True
    if not counted.part and _is_part(shortly_before(sentence, start), after):
        return True
    things = _THINGS.match(after)
    asked = [sort for sort in SORTS if sort & counted.own]
    if not things or not asked:
        return False
    for word in _things(things[0]):
        if word & counted.own.union(counted.same, *asked):
            return False
        if any(word & sort for sort in SORTS):
            return True
    return False


def _is_part(before: str, after: str) -> bool:
    if _ALL.search(before):  # "all 410 of them"
        return False
    return bool(_OF_OTHERS.search(before) or _OTHERS.match(after))


def _is_of(after: str, wanted: frozenset[str], counted: Counted) -> bool:
    """Whether the words *after* a number are of one of the *wanted* nouns and of nothing else.

    "40 percent of members", "40 staff members" and "40 United States troops" are no members, no
    member states and no states.
    """
    others = [sort for sort in SORTS if not sort & counted.own]
    words = _things(after, part=counted.part)
    for index, word in enumerate(words):
        if word & wanted:
            following = words[index + 1] if index + 1 < len(words) else frozenset()
            united = index > 0 and words[index - 1] == _UNITED
            return not united and not any(following & sort - counted.same for sort in others)
        if any(word & sort for sort in others):
            return False
    return False


def _things(after: str, *, part: bool = False) -> list[frozenset[str]]:
    """Return the terms of each word after a number, up to one that cannot be of what it counts.

    Of a compound only the last part counts, so "state-owned" is no state.
    """
    found = []
    words = _WORD.findall(after.lstrip("-"))
    if part and words[:1] == ["of"]:
        words = words[2:]
    for word in words:
        if word in _NO_THINGS:
            break
        found.append(frozenset(terms(word.rpartition("-")[2])))
    return found


def whole_of_part(sentence: str, start: int, end: int, question: str) -> tuple[int, int] | None:
    """Return where the number stands of which that at *start* to *end* is a part.

    "Nine dead, including two in hospital" answers how many died with nine. None for other numbers,
    and where the question has most of what narrows the part ("in hospital").
    """
    before = shortly_before(sentence, start)
    whole = _WHOLE.search(before)
    if whole is None:
        return None
    narrowed = query_terms(re.split(r"[,.;:]", sentence[end:], maxsplit=1)[0])
    asked = set(query_terms(question))
    if 2 * sum(term in asked for term in narrowed) > len(narrowed):
        return None
    passed_over = start - len(before)
    return passed_over + whole.start("whole"), passed_over + whole.end("whole")


def _names_things(word: str) -> bool:
    """Whether a word can be a plural noun; a capital makes it part of a name ("United States")."""
    return word.isalpha() and word.islower() and is_plural(word)
