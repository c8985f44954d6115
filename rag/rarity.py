"""How rare a question's terms are in an index."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.store import Snapshot


def rarity(question_terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """Return the weight of each term: log(1 + chunks / chunks with it), never 0."""
    frequencies, count = snapshot.document_frequencies(question_terms)
    return {term: _weight(frequencies.get(term, 0), count) for term in question_terms}


def relative_rarity(question_terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """Return the weight of each term as a share (0..1) of that of a term that no chunk has."""
    frequencies, count = snapshot.document_frequencies(question_terms)
    most = _weight(0, count)
    return {term: _weight(frequencies.get(term, 0), count) / most for term in question_terms}


def _weight(frequency: int, count: int) -> float:
    return math.log(1 + (count + 1) / (frequency + 1))
