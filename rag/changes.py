"""Numbers of another time: "34 members at first, 42 later" is one text's change and no disagreement."""

from __future__ import annotations

import re

from rag.quantities import QUANTITY, WRITTEN_NUMBER

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
_CLAUSE = re.compile(r"[.;:]")
LONGEST_CLAUSE_CHARACTERS = 300
"""Before a number, in which a word can say that it was so in the beginning."""


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
    clause = _CLAUSE.split(shortly_before(sentence, place))[-1]
    later_next = _LATER_NEXT.match(sentence, place) is not None
    return later_next or _last(_AT_START, clause) > _last(_SINCE_WORD, clause)


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


def shortly_before(sentence: str, place: int) -> str:
    """Return what stands before a place in which its clause can begin."""
    return sentence[max(0, place - LONGEST_CLAUSE_CHARACTERS) : place]


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
