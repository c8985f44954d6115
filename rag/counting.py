"""How many: what a question counts, and the numbers of a sentence that count it.

A coalition's "countries" are its "member states" in the next document. Nouns that name the same
things are one group here, so that "41 member states" answers how many countries there are, and
"5,000 troops" does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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

_START = re.compile(
    r"\b(?:initial\w*|original\w*|at first|first|start\w*|beg[aiu]n\w*|founded|founding|"
    r"at the outset)\b",
    re.IGNORECASE,
)
_AT_START = re.compile(
    r"\b(?:initial\w*|original\w*|at (?:first|the (?:beginning|outset|start))|"
    r"(?:start|beg[aiu]n)\w*(?: \w+)?(?: out| off)? with|found\w+ (?:by|with))\b",
    re.IGNORECASE,
)
"""Words before a number that can mean nothing else; "the first commander asked for 5,000" can."""
_SINCE = (
    r"(?:later|now|grew|grows?|grown|expand\w*|rose|risen|increas\w*|today|currently|eventually)"
)
_SINCE_WORD = re.compile(rf"\b{_SINCE}\b", re.IGNORECASE)
_LATER_NEXT = re.compile(
    rf"(?:{QUANTITY})\W+(?:[a-z]+\W+){{0,2}}?(?:and|before|then|to)\s+(?:the\s+)?later\b",
    re.IGNORECASE,
)
"""A number and what came after it: "the count of 34 and the later ones"."""
_CHANGE = re.compile(
    rf"\b(?:initially|originally|at first|start(?:s|ed)?|beg[aiu]ns?)\b[^.;]{{0,150}}?\b{_SINCE}\b"
    rf"[^.;\d]{{0,60}}?\b(?P<later>(?!one\b){WRITTEN_NUMBER})\b",
    re.IGNORECASE,
)
_GROWS = (
    r"(?:decline|decrease|drop|expand|fall|grow|increase|raise|reduce|rise|shrink)(?:s|d|ed|ped)?|"
    r"declining|decreasing|dropping|expanding|falling|growing|increasing|raising|reducing|rising|"
    r"fell|fallen|grew|grown|rose|risen|shrank|shrunk"
)
_FROM_TO = re.compile(
    rf"\b(?:{_GROWS}|up|down)\b[^.;\d]{{0,60}}?\bfrom\s+(?P<both>{QUANTITY}\s+to\s+(?P<later>{QUANTITY}))\b",
    re.IGNORECASE,
)
_ASKS_FOR_CHANGE = re.compile(
    rf"\b(?:{_GROWS}|growth|chang\w+|by how (?:many|much))\b", re.IGNORECASE
)
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
    rf"(?<![\w.,-])(?P<whole>{QUANTITY})(?P<things>[^.;:()]{{0,60}}?),? "
    r"(?:including|among (?:them|whom|which)|of (?:them|whom|which)) (?:the |some |about |at least )?$",
    re.IGNORECASE,
)
"""Before the number of a part: "nine dead, including two"."""
_CLAUSE = re.compile(r"[.;:]")
LONGEST_CLAUSE_CHARACTERS = 300
"""Before a number, in which a word can say that it was so in the beginning."""


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


def asks_about_start(question: str) -> bool:
    """Whether a question asks how many there were in the beginning."""
    return _START.search(question) is not None


def counts_another_time(sentence: str, place: int, question: str) -> bool:
    """Whether the number at *place* counts what there was at another time than the question's.

    Asked about the beginning, a sentence has to speak of it; asked about now, a number that is
    said to be of the beginning is none.
    """
    if asks_about_start(question):
        return not _START.search(sentence)
    clause = _CLAUSE.split(_shortly_before(sentence, place))[-1]
    later_next = _LATER_NEXT.match(sentence, place) is not None
    return later_next or _last(_AT_START, clause) > _last(_SINCE_WORD, clause)


def counted_number(sentence: str, counted: Counted, question: str) -> tuple[int, int] | None:
    """Return where a sentence says how many there are of what a question counts.

    That is the last number before one of the counted terms ("41 members", "41-member"), the
    question's own before others, without years, those that count a part and those that the
    sentence gives for the beginning when the question does not ask about it.
    """
    own, same = None, None
    for match in _COUNT.finditer(sentence):
        place = match.start(), match.start("things")
        before = _shortly_before(sentence, match.start())
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
    if not counted.part and _is_part(_shortly_before(sentence, start), after):
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


def _shortly_before(sentence: str, place: int) -> str:
    return sentence[max(0, place - LONGEST_CLAUSE_CHARACTERS) : place]


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


def later_number(sentence: str, question: str) -> tuple[int, int] | None:
    """Return where a sentence that tells of a change says the later number.

    "It started with 34 members and later grew to 42" answers a question about now with 42. None
    when the sentence tells of no change or the question asks about the beginning.
    """
    if asks_about_start(question):
        return None
    change = _CHANGE.search(sentence)
    return change.span("later") if change else None


def later_of_two(sentence: str, start: int, end: int, question: str) -> tuple[int, int] | None:
    """Return where the later of two numbers stands, one of which is at *start* to *end*.

    "It grew from 120 to 150" answers a question about now with 150. None for other numbers, and
    where the question asks about the change or the beginning.
    """
    if asks_about_start(question) or _ASKS_FOR_CHANGE.search(question):
        return None
    for change in _FROM_TO.finditer(sentence):
        if change.start("both") < end and start < change.end("both"):
            return change.start("later"), max(end, change.end("later"))
    return None


def whole_of_part(sentence: str, start: int, end: int, question: str) -> tuple[int, int] | None:
    """Return where the number stands of which that at *start* to *end* is a part.

    "Nine dead, including two in hospital" answers how many died with nine. None for other numbers,
    and where the question has most of what narrows the part ("in hospital").
    """
    whole = _WHOLE.search(_shortly_before(sentence, start))
    if whole is None:
        return None
    narrowed = query_terms(re.split(r"[,.;:]", sentence[end:], maxsplit=1)[0])
    asked = set(query_terms(question))
    if 2 * sum(term in asked for term in narrowed) > len(narrowed):
        return None
    shift = max(0, start - LONGEST_CLAUSE_CHARACTERS)
    return whole.start("whole") + shift, whole.end("whole") + shift


def _names_things(word: str) -> bool:
    """Whether a word can be a plural noun; a capital makes it part of a name ("United States")."""
    return word.isalpha() and word.islower() and is_plural(word)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
