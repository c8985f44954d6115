"""Sentences that say nearly what is asked: of another state or year, as a wish, without the number.

The reader takes "Pakistan shares a 1,000-kilometre border with Iran" for the length of Pakistan's
border with Afghanistan: nearly all words fit. Where the first-ranked sentence lacked a state that
the question names and named another one, it was wrong for 17 of 18 development questions; where its
passage lacked the question's year, for 26 of 26 (1,400 questions over articles of SQuAD, half of
them without their paragraph, and our own).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.names import names_in
from rag.quantities import WRITTEN_NUMBER
from rag.questions import Expected, Form, wants_yes_or_no
from rag.terms import terms
from rag.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.names import Name
    from rag.questions import QuestionKind

_YEAR = re.compile(
    r"(?<![\w–-])(?<!since )(?<!after )(?<!before )(?<!until )(?<!till )(?<!by )(?<!from )(?<!to )"
    r"(?<!and )(?<!between )(?<!past )(?<!beyond )(?<!around )(?<!about )"
    r"(?:1[5-9]\d\d|20\d\d)(?![\w–-])",
    re.IGNORECASE,
)
"""A year in which something was; "since 2015" and "by 2030" name the edge of a time."""
_ANY_YEAR = re.compile(r"(?:1[5-9]\d\d|20\d\d)")
_POINTS_BACK = re.compile(
    r"\W*(?:he|her|his|it|its|she|that|their|they|this|these|those|"
    r"the (?:country|government|kingdom|nation|republic|state))\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r",?\s+(?:(?:is|are|was|were|has been|have been)\s+(?:\w+ly\s+)?(?:anxious|eager|hoping|keen|planning|"
    r"ready|seeking|trying|willing)\s+to|(?:aim|aspire|hope|intend|plan|seek|want|wish)(?:e?s)?\s+to|"
    r"(?:aimed|aspired|hoped|intended|planned|sought|wanted|wished)\s+to)\b",
    re.IGNORECASE,
)
_ASKS_FOR_WISH = re.compile(
    r"\b(?:aim|ambition|anxious|aspir|eager|hop(?:e|ing)|inten[dt]|keen|plan|ready|seek|try|tri(?:es|ed)|"
    r"want|willing|wish|would)\w*",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow (?:many|old)\b", re.IGNORECASE)
_MANY = re.compile(
    rf"\d|\b(?:{WRITTEN_NUMBER}|several|many|few|dozens?|hundreds?|thousands?|millions?|billions?|"
    r"decades?|century|centuries|years?|months?|all|both|half|most|no|none|once|twice|single)\b",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(r"\bhow (?:far|long|wide|high|tall|deep)\b", re.IGNORECASE)
_LONG = re.compile(
    r"(?:\b|\d)(?:km|k?m|cm|mm|kilo\w+|mile\w*|met(?:er|re)\w*|yards?|feet|foot|ft|inch\w*|hectares?|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|century|centuries|generations?|"
    r"ever|forever|always|since|still|till|until|through|throughout|from|end\w*|indefinite\w*|permanent\w*|"
    r"times|storeys?|stories|floors?|light-years?)\b|\d{4}",
    re.IGNORECASE,
)
PRECEDING_CHARACTERS = 250
"""Before a sentence that begins with "it" or "the country", in which the state can be named."""

OPENING_CHARACTERS = 1000
"""Of a document, in which the year that all of it is about can stand."""


def without_near_misses(
    candidates: Sequence[Candidate], question: str, kind: QuestionKind
) -> list[Candidate]:
    """Return the candidates that say what *question* asks, of the states and years that it names.

    States are looked for where one value is asked for: for a list or a comparison each sentence
    names its own.
    """
    one = kind.form is Form.FACT
    states = [name for name in names_in(question) if name.is_state] if one else []
    years = set(_YEAR.findall(question))
    return [
        item
        for item in candidates
        if not (
            _is_of_another_state(item, states, question)
            or _is_of_another_year(item, years)
            or _is_wish(item, question, kind)
            or _lacks_number(item, question)
        )
    ]


def _is_of_another_state(item: Candidate, states: Sequence[Name], question: str) -> bool:
    """Whether a sentence lacks one of the states and names another, which is not its answer."""
    present = set(terms(f"{item.hit.chunk.context} {_preceding(item)} {item.text}"))
    if all(state.is_in(present) for state in states):
        return False
    answer = item.document.slice(item.answer) if item.answer else ""
    asked = set(terms(question))
    others = [name for name in _states_of(item.text) if not name.is_in(asked)]
    return bool(others) and (wants_yes_or_no(question) or not _states_of(answer))


def _is_of_another_year(item: Candidate, years: set[str]) -> bool:
    """Whether neither a sentence's passage nor what its document says of itself has the year."""
    document, chunk = item.document, item.hit.chunk
    about = f"{document.name} {document.metadata.date or ''} {document.text[:OPENING_CHARACTERS]}"
    return bool(years) and not years & {
        *_ANY_YEAR.findall(f"{about} {chunk.context} {chunk.text} {item.text}")
    }


def _is_wish(item: Candidate, question: str, kind: QuestionKind) -> bool:
    """Whether the person marked only wants to do it: "Pakistan is keen to lead"."""
    if kind.expected is not Expected.PERSON or item.answer is None:
        return False
    after = item.text[max(item.answer.end - item.span.start, 0) :]
    return bool(_WISHES.match(after)) and not _ASKS_FOR_WISH.search(question)


def _lacks_number(item: Candidate, question: str) -> bool:
    """Whether a sentence says of nothing how many or how long it is."""
    return any(
        asks.search(question) and not gives.search(item.text)
        for asks, gives in ((_HOW_MANY, _MANY), (_HOW_LONG, _LONG))
    )


def _states_of(text: str) -> list[Name]:
    return [name for name in names_in(f". {text}") if name.is_state]


def _preceding(item: Candidate) -> str:
    """Return what stands before a sentence that points back to it."""
    if not _POINTS_BACK.match(item.text):
        return ""
    start = item.span.start
    return item.document.slice(Span(max(start - PRECEDING_CHARACTERS, 0), start))
