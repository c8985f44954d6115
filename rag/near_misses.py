"""Sentences that say nearly what is asked: of another state or year, as a wish, without the number.

The reader takes "Pakistan shares a 1,000-kilometre border with Iran" for the length of Pakistan's
border with Afghanistan: nearly all words fit. What such sentences are worth was counted by hand, see
``docs/decisions/answers.md``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.attribution import asks_for_source, asks_for_work, without_cited_years
from rag.names import states_in
from rag.quantities import WRITTEN_NUMBER, YEAR
from rag.questions import Expected, Form, wants_yes_or_no
from rag.sentences import preceding
from rag.synonyms import synonyms_of
from rag.terms import query_terms, terms
from rag.units import Unit, has_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.names import Name
    from rag.questions import QuestionKind

_YEAR = re.compile(
    r"(?<![\w–-])(?<!since )(?<!after )(?<!before )(?<!until )(?<!till )(?<!by )(?<!from )(?<!to )"
    r"(?<!and )(?<!between )(?<!past )(?<!beyond )(?<!around )(?<!about )"
    rf"{YEAR}(?![\w–-])",
    re.IGNORECASE,
)
"""A year in which something was; "since 2015" and "by 2030" name the edge of a time."""
_ANY_YEAR = re.compile(YEAR)
_POINTS_BACK = re.compile(
    r"\W*(?:he|her|his|it|its|she|that|their|they|this|these|those|"
    r"the (?:country|government|kingdom|nation|republic|state))\b|.*\bthe (?:emirate|kingdom|sultanate)\b",
    re.IGNORECASE | re.DOTALL,
)
"""At the head of a sentence; anywhere in it, a realm has been named before."""
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
_ORDINARY = re.compile(r"(?<![\w'’-])[a-z][\w'’-]*")
"""In lower case, so no part of a name."""
WORDS_OF_WISH = 6
"""After "is keen to", in which stands what is wanted."""
OPENING_CHARACTERS = 1000
"""Of a document, in which the year that all of it is about can stand."""


def without_near_misses(
    candidates: Sequence[Candidate], question: str, kind: QuestionKind
) -> list[Candidate]:
    """Return the candidates that say what *question* asks, of the states and years that it names.

    States are looked for where one value is asked for: for a list or a comparison each sentence
    names its own.
    """
    states = states_in(question) if kind.form is Form.FACT else []
    years = set(_YEAR.findall(question))
    return [
        item
        for item in candidates
        if not (
            _is_of_another_state(item, states, question)
            or _is_of_another_year(item, years, question)
            or _is_wish(item, question, kind)
            or _lacks_number(item, question, kind)
        )
    ]


def _is_of_another_state(item: Candidate, states: Sequence[Name], question: str) -> bool:
    """Whether a sentence lacks one of the states and names another, which is not its answer."""
    before = preceding(item.document.text, item.span.start) if _POINTS_BACK.match(item.text) else ""
    present = set(terms(f"{item.hit.chunk.headings} {before} {item.text}"))
    if all(state.is_in(present) for state in states):
        return False
    answer = item.document.slice(item.answer) if item.answer else ""
    asked = set(terms(question))
    others = [name for name in states_in(item.text) if not name.is_in(asked)]
    return bool(others) and (wants_yes_or_no(question) or not states_in(answer))


def _is_of_another_year(item: Candidate, years: set[str], question: str) -> bool:
    """Whether neither a sentence's passage nor what its document says of itself has the year.

    The year in which a cited work appeared counts only for questions about works or their authors.
    """
    if not years:
        return False
    document, chunk = item.document, item.hit.chunk
    about = f"{document.name} {document.metadata.date or ''} {document.text[:OPENING_CHARACTERS]}"
    text = f"{about} {chunk.context} {chunk.text} {item.text}"
    if not (asks_for_source(question) or asks_for_work(question)):
        text = without_cited_years(text, question)
    return years.isdisjoint(_ANY_YEAR.findall(text))


def _is_wish(item: Candidate, question: str, kind: QuestionKind) -> bool:
    """Whether the person marked only wants to do what is asked: "Pakistan is keen to lead"."""
    if kind.expected is not Expected.PERSON or item.answer is None:
        return False
    after = item.text[max(item.answer.end - item.span.start, 0) :]
    wish = _WISHES.match(after)
    if not wish or _ASKS_FOR_WISH.search(question):
        return False
    asked = query_terms(" ".join(_ORDINARY.findall(question)))
    wanted = terms(after[wish.end() :])[:WORDS_OF_WISH]
    return any(term in wanted or not synonyms_of(term).isdisjoint(wanted) for term in asked)


def _lacks_number(item: Candidate, question: str, kind: QuestionKind) -> bool:
    """Whether a sentence says of nothing how many or how long it is."""
    if kind.unit is Unit.EXTENT:
        return not has_unit(item.text, Unit.EXTENT)
    return bool(_HOW_MANY.search(question)) and not _MANY.search(item.text)
