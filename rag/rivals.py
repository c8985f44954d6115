"""What other documents answer: sentences with another value than the best one's.

Whether "412,000 children were reached" and "367,000 children were immunised" answer one question
is told by a logistic function: from what the reader thinks of the second, what it has in common with
the first and with the question, and how near the two values are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.changes import asks_about_start, counts_another_time
from rag.counting import counted_number
from rag.logistic import log_odds, logistic
from rag.names import names_in, share_named
from rag.quantities import YEAR, Numbers
from rag.questions import Expected, Form
from rag.short_answer import with_qualifier
from rag.terms import jaccard, terms
from rag.things import of_same_things
from rag.types import Span
from rag.values import Dates, Value, parse_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.questions import QuestionKind

RIVAL_WEIGHTS = {
    "answerable": 0.55,
    "overlap": 2.28,
    "similarity": 1.13,
    "shared": 1.02,
    "fits": -1.11,
    "named": 1.16,
    "counted": 0.8,
    "unit": 0.81,
    "apart": -1.33,
    "near": 1.49,
    "date": 0.35,
    "person": -1.04,
    "place": -0.2,
    "post": 0.72,
    "bias": -2.48,
}
"""A logistic function of `rival_features`, fitted by ``training/fit_disagreement.py``."""
SURE = 0.5
"""The reader's probability (0..1) from which on what it marked goes before a number that counts."""
MIN_UNCOUNTED = 0.3
"""The same of a number without the noun that the question counts."""
NEAR = 0.4
"""Difference of two numbers' natural logarithms up to which they may well be of one quantity."""
MIN_NEAR_COUNT, NEAR_COUNT, NEAR_COUNT_PROBABILITY = 10, 0.22, 0.5
"""Two counts of the same things, from the first on, that differ by no more than the second (of their
logarithms: a fifth) have at least the third: "42 states", "the 41-member group"."""
MIN_SHARE_NAMED, LEAD_CHARACTERS = 0.5, 1000
"""Of the question's names, in the passage of such a count or the beginning of its document."""
MOST_APART = 4.0
"""A greater difference tells nothing more."""
LIKELIEST = 40
"""Sentences looked at, by score."""
UNIT_CHARACTERS, UNIT_WORDS = 30, 2
"""After a number, in which stands what it counts, or its unit."""
_YEAR = re.compile(rf"(?<![\w.,])(?:{YEAR})(?![\w,]*\w)")
_ENTRY_DATE = re.compile(rf"^[^\w]*(?:[\w,.]+\s+){{0,3}}?{YEAR}\s*[–—:-]\s")
"""The date with which an entry begins: when something was said, and of no year in it."""
_OF_YEAR = rf"\b(?:during|for|in|of)\s+(?:the\s+(?:fiscal\s+|financial\s+)?year\s+)?(?P<year>{YEAR})(?![\w/–—-])"
_FEW_WORDS = r"(?:[^\w.;]+[a-z%][\w%-]*){0,4}"
_YEAR_BEFORE = re.compile(rf"{_OF_YEAR}{_FEW_WORDS}[^\w.;]*$", re.IGNORECASE)
_YEAR_AFTER = re.compile(rf"{_FEW_WORDS}[^\w.;]+{_OF_YEAR}", re.IGNORECASE)
"""The year of a value beside it; not the one when somebody said so ("5 December 2024 - …")."""
LONGEST_TO_YEAR = 100
"""Characters before a value in which its year may stand."""
_UNIT_WORD = re.compile(r"[^\W\d_]+|%")


@dataclass(frozen=True, slots=True)
class Rival:
    """A sentence with the value that it gives, and how likely (0..1) it answers the question.

    ``counts`` says that the value is a number of just what the question counts ("41 members").
    """

    candidate: Candidate
    value: Value
    counts: bool = False
    probability: float = 1.0


def rivals(ranked: Sequence[Candidate], kind: QuestionKind, question: str) -> list[Rival]:
    """Return the best sentence, then the likeliest one of each other document, with their values.

    Only one sentence of a document counts, so that a figure for an earlier time beside the
    current one in the same text is no disagreement.

    Args:
        ranked: Scored candidates with the reader's spans, best first.
        kind: What the question asks for; for open questions nothing is compared.
        question: Self-contained text.

    Returns:
        The likeliest first after the best; nothing where the best has no value to compare.
    """
    found = with_values(ranked, kind, question)
    likeliest: dict[str, Rival] = {}
    for item in found[1:]:
        name = item.candidate.document.name
        if name == found[0].candidate.document.name or of_another_year(item, question):
            continue
        features = rival_features(item, found[0], kind, question)
        probability = logistic(features, RIVAL_WEIGHTS)
        if item.counts and _may_be_one_count(item, found[0], question):
            probability = max(probability, NEAR_COUNT_PROBABILITY)
        if name not in likeliest or probability > likeliest[name].probability:
            likeliest[name] = replace(item, probability=probability)
    return [*found[:1], *sorted(likeliest.values(), key=lambda rival: -rival.probability)]


def of_another_year(item: Rival, question: str) -> bool:
    """Whether a sentence gives its value for a year, and the question asks for another.

    "The budget for 2025 is 58 million" says nothing of 2024.
    """
    asked = set(_YEAR.findall(question))
    candidate = item.candidate
    if not asked or isinstance(item.value, Dates) or candidate.answer is None:
        return False
    if asked & set(_YEAR.findall(_ENTRY_DATE.sub("", candidate.text))):
        return False
    start, end = (
        candidate.answer.start - candidate.span.start,
        candidate.answer.end - candidate.span.start,
    )
    before, after = candidate.text[: max(start, 0)], candidate.text[end:]
    return bool(_YEAR_BEFORE.search(before[-LONGEST_TO_YEAR:]) or _YEAR_AFTER.match(after))


def with_values(ranked: Sequence[Candidate], kind: QuestionKind, question: str) -> list[Rival]:
    """Return the sentences that give a value of the kind asked for, in their order.

    Nothing if the first gives none, the question is open, or there is no reader.
    """
    if kind.form is Form.OPEN or not ranked or ranked[0].answerable is None:
        return []
    found = [_with_value(item, kind, question) for item in ranked[:LIKELIEST]]
    if not found[0]:
        return []
    return [item for item in found if item and (item is found[0] or _speaks(item, kind))]


def rival_features(item: Rival, best: Rival, kind: QuestionKind, question: str) -> dict[str, float]:
    """Return what tells that a sentence answers what the best one answers with another value."""
    candidate = item.candidate
    own, other = frozenset(terms(candidate.text)), frozenset(terms(best.candidate.text))
    passage = frozenset(terms(candidate.hit.chunk.indexed_text))
    apart = _apart(item.value, best.value)
    return {
        "answerable": log_odds(candidate.answerable),
        "overlap": candidate.overlap,
        "similarity": candidate.similarity,
        "shared": jaccard(own, other),
        "fits": float(candidate.fits),
        "named": share_named(names_in(question), passage),
        "counted": float(item.counts),
        "unit": _same_unit(candidate, best.candidate, kind),
        "apart": min(apart or 0.0, MOST_APART),
        "near": float(apart is not None and apart < NEAR),
        "date": float(kind.expected is Expected.DATE),
        "person": float(kind.expected is Expected.PERSON),
        "place": float(kind.expected is Expected.PLACE),
        "post": float(kind.expected is Expected.POST),
    }


def _with_value(item: Candidate, kind: QuestionKind, question: str) -> Rival | None:
    """Return a sentence with its value, the number that counts what the question counts first."""
    counted = kind.counted
    count = counted_number(item.text, counted, question) if counted else None
    marked = item.answer.start - item.span.start if item.answer else 0
    if counted and counts_another_time(item.text, count[0] if count else marked, question):
        return None
    if counted and count and not counted.narrowed <= set(terms(item.hit.chunk.indexed_text)):
        count = None  # male employees are no female ones
    if not (count or (item.fits and item.answerable)):
        return None
    if count and not (item.fits and (item.answerable or 0.0) >= SURE):
        start = item.span.start
        item = replace(item, answer=Span(start + count[0], start + count[1]))
    value = _value(item, kind)
    return Rival(item, value, count is not None) if value is not None else None


def _speaks(item: Rival, kind: QuestionKind) -> bool:
    """Whether a number counts what is asked for, or the reader thinks that it does."""
    return (
        kind.counted is None or item.counts or (item.candidate.answerable or 0.0) >= MIN_UNCOUNTED
    )


def _value(item: Candidate, kind: QuestionKind) -> Value | None:
    if item.answer is None:
        return None
    number = kind.expected in (Expected.NUMBER, Expected.ANY)
    place = with_qualifier(item, about=True) if number else item.answer
    return parse_value(item.document.slice(place), kind.expected)


def _may_be_one_count(item: Rival, best: Rival, question: str) -> bool:
    """Whether a count comes so near to the best's that both are of one thing, whoever reads it.

    Not where neither the passage nor its document's first characters have what the question names,
    nor where it asks about the beginning.
    """
    apart = _apart(item.value, best.value)
    if apart is None or apart > NEAR_COUNT or asks_about_start(question):
        return False
    least = min(value.numbers[-1] for value in (item.value, best.value))  # type: ignore[union-attr]
    candidate = item.candidate
    about = f"{candidate.document.text[:LEAD_CHARACTERS]} {candidate.hit.chunk.indexed_text}"
    named = share_named(names_in(question), frozenset(terms(about)))
    return least >= MIN_NEAR_COUNT and named >= MIN_SHARE_NAMED


def _apart(value: Value, other: Value) -> float | None:
    """Return the difference of two numbers' logarithms, None where one is no positive number."""
    if not isinstance(value, Numbers) or not isinstance(other, Numbers):
        return None
    left, right = value.numbers[-1], other.numbers[-1]
    positive = 0 < left < math.inf and 0 < right < math.inf
    return abs(math.log(left) - math.log(right)) if positive else None


def _same_unit(item: Candidate, best: Candidate, kind: QuestionKind) -> float:
    """Return 1 if two numbers are of the same things or in one unit, -1 if not, 0 if unknown."""
    if kind.expected not in (Expected.NUMBER, Expected.ANY):
        return 0.0
    units, others = _unit(item), _unit(best)
    if not units or not others:
        return 0.0
    return 1.0 if units & others or of_same_things(units, others) else -1.0


def _unit(item: Candidate) -> frozenset[str]:
    """Return the terms of the words in an answer and right after it."""
    if item.answer is None:
        return frozenset()
    end = item.answer.end
    after = item.document.slice(Span(end, max(end, min(end + UNIT_CHARACTERS, item.span.end))))
    words = _UNIT_WORD.findall(item.document.slice(item.answer))
    return frozenset(terms(" ".join([*words, *_UNIT_WORD.findall(after)[:UNIT_WORDS]])))
