"""Whether an answer shows that sources differ, and only when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.evaluation.answers import contains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Answer

SIDES_OF_A_CONFLICT = 2


def positions_flagged(answer: Answer, positions: Sequence[Sequence[str]]) -> int:
    """Return how many gold positions one of the answer's disagreements tells apart.

    A disagreement that puts two positions into one value tells them apart no more than one.
    """
    best = 0
    for disagreement in answer.disagreements:
        values = [position.value for position in disagreement.positions]
        taken: set[int] = set()
        found = 0
        for spellings in positions:
            free = (i for i, value in enumerate(values) if i not in taken)
            match = next((i for i in free if _is_one(values[i], spellings)), None)
            if match is not None:
                taken.add(match)
                found += 1
        best = max(best, found)
    return best


def positions_in_text(answer: Answer, positions: Sequence[Sequence[str]]) -> int:
    """Return how many gold positions the sentences of the answer give."""
    text = " ".join(sentence.text for sentence in answer.sentences)
    return sum(contains(text, spellings) for spellings in positions)


def shown(answer: Answer, positions: Sequence[Sequence[str]]) -> float:
    """Return 1 if at least two gold positions are flagged as differing, or stand in the text."""
    best = max(positions_flagged(answer, positions), positions_in_text(answer, positions))
    return float(best >= SIDES_OF_A_CONFLICT)


def flagged(answer: Answer, positions: Sequence[Sequence[str]]) -> float:
    """Return 1 if one disagreement of the answer sets two gold positions against each other."""
    return float(positions_flagged(answer, positions) >= SIDES_OF_A_CONFLICT)


def is_about_values(positions: Sequence[Sequence[str]]) -> bool:
    """Return whether each position has a spelling with a digit: sources differ on a figure."""
    return all(any(char.isdigit() for text in item for char in text) for item in positions)


def _is_one(value: str, spellings: Sequence[str]) -> bool:
    return contains(value, spellings) or any(contains(text, [value]) for text in spellings)
