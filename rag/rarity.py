"""How rare a question's terms are in an index."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.store import Snapshot


def rarity(question_terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """Return the weight of each term (0..1, never 0): 1 for one that no chunk has.

    log(1 + chunks / chunks with it), each count one more, as a share of its highest value.
    """
    frequencies, count = snapshot.document_frequencies(question_terms)
    highest = math.log(2 + count)
    return {
        term: math.log(1 + (count + 1) / (frequencies.get(term, 0) + 1)) / highest
        for term in question_terms
    }
