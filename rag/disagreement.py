"""Where documents give different values for the same question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.counting import asks_about_start, counted_number, counts_another_time
from rag.names import names_in, share_named
from rag.quantities import Numbers
from rag.questions import Expected, Form
from rag.terms import terms
from rag.types import Disagreement, Position, Span
from rag.values import Value, agree, parse_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.counting import Counted
    from rag.evidence import Candidate
    from rag.questions import QuestionKind
    from rag.types import Citation

MIN_ANSWERABLE = 0.5
"""The reader's probability (0..1) that a sentence needs for its value to count."""
MIN_ANSWERABLE_OF_COUNT = 0.3
"""The same for a sentence with a number of just what the question counts ("41 members")."""
MIN_NEAR_COUNT = 10
NEAR_COUNT = 0.2
"""Two counts of the same things from `MIN_NEAR_COUNT` on that differ by at most this share of the
greater ("42 states", "41 members") are of one quantity, however little else the sentence repeats.
"""
MIN_SHARE_NAMED = 0.5
"""Of the question's names, in the passage of a count that is only near."""
MAX_RATIO_OF_COUNTS = 3.0
"""Counts further apart than this are of a part, or of something else, more often than not."""
MIN_SHARE_OF_BEST = 0.5
"""Of the best sentence's score; a weaker sentence is about something else more often."""
MIN_SHARE_OF_OVERLAP = 0.7
"""Of the best sentence's overlap with the question's terms."""
_COMPARED = frozenset({Expected.NUMBER, Expected.DATE, Expected.PERSON})


@dataclass(frozen=True, slots=True)
class Stance:
    """A value and the sentences that give it, best first, one a document."""

    value: Value
    candidates: tuple[Candidate, ...]

    @property
    def wording(self) -> str:
        """The value as the best sentence words it."""
        best = self.candidates[0]
        return best.document.slice(best.answer) if best.answer else ""


def stances(ranked: Sequence[Candidate], kind: QuestionKind, question: str) -> list[Stance]:
    """Return the different values that documents give, best first; none if they agree.

    Only each document's best sentence counts, so that a figure for an earlier time beside the
    current one in the same text is no disagreement.

    Args:
        ranked: Scored candidates with the reader's spans, best first.
        kind: Only questions for a number, date or person have values that can be compared.
        question: Self-contained text.
    """
    if kind.form is Form.OPEN or kind.expected not in _COMPARED or not ranked:
        return []
    found: list[Stance] = []
    documents: set[str] = set()
    for item in ranked:
        if item.document.name in documents:
            continue
        candidate = _position(item, ranked[0], kind, question, found[0].value if found else None)
        value = _value(candidate, kind) if candidate else None
        if candidate is None or value is None:
            continue
        documents.add(item.document.name)
        for index, stance in enumerate(found):
            if agree(stance.value, value):
                found[index] = Stance(stance.value, (*stance.candidates, candidate))
                break
        else:
            found.append(Stance(value, (candidate,)))
    return found if len(found) > 1 else []


def disagreements(
    about: str, found: Sequence[Stance], citations: Sequence[Citation]
) -> tuple[Disagreement, ...]:
    """Return the disagreement with the numbers of the citations that give each value."""
    positions = []
    for stance in found:
        numbers = tuple(
            citation.number
            for citation in citations
            for candidate in stance.candidates
            if (citation.document, citation.span) == (candidate.document.name, candidate.span)
        )
        if numbers:
            positions.append(Position(stance.wording, numbers))
    return (Disagreement(about, tuple(positions)),) if len(positions) > 1 else ()


def _position(
    item: Candidate, best: Candidate, kind: QuestionKind, question: str, first: Value | None
) -> Candidate | None:
    """Return a sentence that speaks to the question, with the value it takes; None if it does not.

    One that counts just what the question counts needs less of the rest, and least where it comes
    near the *first* value.
    """
    probability = item.answerable or 0.0
    counted = kind.counted
    count = counted_number(item.text, counted, question) if counted else None
    marked = item.answer.start - item.span.start if item.answer else 0
    if counted and counts_another_time(item.text, count[0] if count else marked, question):
        return None
    if counted and count:
        start = item.span.start
        sure = item.fits and probability >= MIN_ANSWERABLE
        counting = item if sure else replace(item, answer=Span(start + count[0], start + count[1]))
        near = _is_near(_value(counting, kind), first) and _may_be_meant(item, counted, question)
        if near or probability >= MIN_ANSWERABLE_OF_COUNT:
            return counting if _can_be_one_count(_value(counting, kind), first) else None
    if item is best:
        return item if item.fits else None
    speaks = (
        probability >= MIN_ANSWERABLE
        and item.score >= MIN_SHARE_OF_BEST * best.score
        and item.overlap >= MIN_SHARE_OF_OVERLAP * best.overlap
    )
    one_count = counted is None or _can_be_one_count(_value(item, kind), first)
    return item if speaks and one_count else None


def _may_be_meant(item: Candidate, counted: Counted, question: str) -> bool:
    """Whether a passage speaks of what the question names and narrows, and the question of now.

    Another firm's number of employees comes near, too, as does that of male ones to the female.
    """
    present = frozenset(terms(item.hit.chunk.indexed_text))
    named = share_named(names_in(question), present)
    narrowed = counted.narrowed <= present
    return named >= MIN_SHARE_NAMED and narrowed and not asks_about_start(question)


def _is_near(value: Value | None, first: Value | None) -> bool:
    counts = _counts(value, first)
    return counts is not None and MIN_NEAR_COUNT <= counts[0] >= (1 - NEAR_COUNT) * counts[1]


def _can_be_one_count(value: Value | None, first: Value | None) -> bool:
    counts = _counts(value, first)
    return counts is None or counts[1] <= MAX_RATIO_OF_COUNTS * counts[0]


def _counts(value: Value | None, first: Value | None) -> tuple[float, float] | None:
    """Return the lower and the higher of two counts, None where one is no number."""
    if not isinstance(value, Numbers) or not isinstance(first, Numbers):
        return None
    low, high = sorted((value.numbers[-1], first.numbers[-1]))
    return low, high


def _value(candidate: Candidate, kind: QuestionKind) -> Value | None:
    if candidate.answer is None or (kind.expected is Expected.PERSON and not candidate.fits):
        return None
    return parse_value(candidate.document.slice(candidate.answer), kind.expected)
