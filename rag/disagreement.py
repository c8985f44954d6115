"""Where documents give different values for the same question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.quantities import Numbers
from rag.short_answer import with_qualifier, without_marks
from rag.types import CELL_SEPARATOR, Disagreement, Position
from rag.values import Value, agree, comparable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.rivals import Rival
    from rag.types import Citation

TOLD = 0.35
"""The probability (0..1) from which on another document's value is told as a disagreement."""
SHOWN = 0.1
"""The same from which on its sentence is in the answer, for people to judge."""

_GOES_ON = re.compile(r"[,;] (?![\d(])")
"""After it, a span says more than the value; "May 4, 2019" goes on with the year."""
_AROUND_VALUE = f" ,;:.{CELL_SEPARATOR}"


@dataclass(frozen=True, slots=True)
class Stance:
    """A value and the sentences that give it, best first, one a document."""

    value: Value
    candidates: tuple[Candidate, ...]

    @property
    def wording(self) -> str:
        """The value as the best sentence words it."""
        best = self.candidates[0]
        if best.answer is None:
            return ""
        place = with_qualifier(best) if isinstance(self.value, Numbers) else best.answer
        span = without_marks(best.document.slice(place), _AROUND_VALUE, best.text)
        return _GOES_ON.split(span, maxsplit=1)[0]


def stances(found: Sequence[Rival]) -> list[Stance]:
    """Return the different values that documents give, the best first; none if they agree."""
    different: list[Stance] = []
    for rival in found:
        unsure = rival.probability < TOLD or not comparable(rival.value, found[0].value)
        if different and unsure:
            continue
        for index, stance in enumerate(different):
            if agree(stance.value, rival.value):
                different[index] = Stance(stance.value, (*stance.candidates, rival.candidate))
                break
        else:
            different.append(Stance(rival.value, (rival.candidate,)))
    return different if len(different) > 1 else []


def sentences_needed(found: Sequence[Rival], told: Sequence[Stance]) -> list[Candidate]:
    """Return the sentences that an answer needs to give each value, best first.

    Where no disagreement is told, that of another value which may be one, after the best.
    """
    if told:
        return [stance.candidates[0] for stance in told]
    return next(
        (
            [found[0].candidate, rival.candidate]
            for rival in found[1:]
            if rival.probability >= SHOWN and not agree(found[0].value, rival.value)
        ),
        [],
    )


def disagreements(
    about: str, told: Sequence[Stance], citations: Sequence[Citation]
) -> tuple[Disagreement, ...]:
    """Return the disagreement with the numbers of the citations that give each value."""
    positions = []
    for stance in told:
        numbers = tuple(
            citation.number
            for citation in citations
            for candidate in stance.candidates
            if (citation.document, citation.span) == (candidate.document.name, candidate.span)
        )
        if numbers:
            positions.append(Position(stance.wording, numbers))
    return (Disagreement(about, tuple(positions)),) if len(positions) > 1 else ()
