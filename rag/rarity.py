"""How rare a question's terms are in an index, and which of them it does not know at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rag.names import other_terms, states_in
from rag.terms import query_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.store import Snapshot


def rarity(question_terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """Return the weight of each term: log(1 + chunks / chunks with it), never 0."""
    frequencies, count = snapshot.document_frequencies(question_terms)
    return {
        term: math.log(1 + (count + 1) / (frequencies.get(term, 0) + 1)) for term in question_terms
    }


def unknown_share(question: str, snapshot: Snapshot) -> float:
    """Return the share (0..1) of a question's terms, by rarity, that no passage of the index has.

    A state counts as known if any of its names is there.
    """
    asked = query_terms(question)
    others = other_terms(question)
    weights = rarity([*asked, *others], snapshot)
    frequencies, _ = snapshot.document_frequencies([*asked, *others])
    named = {term for name in states_in(question) for term in name.own}
    known = named if any(frequencies.get(term) for term in others) else set()
    total = sum(weights[term] for term in asked)
    unknown = sum(
        weights[term] for term in asked if not frequencies.get(term) and term not in known
    )
    return unknown / total if total else 0.0
