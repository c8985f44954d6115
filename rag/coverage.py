"""How much of a question the place of its best sentence speaks of.

A question that nothing answers names what the documents speak of: "What is the director's salary?"
over a text that has the director, and a budget. The reader, which looks for the likeliest span,
takes the budget. What gives it away is the word that is nowhere near.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.evidence import around
from rag.names import names_in, with_synonyms
from rag.rarity import rarity
from rag.sentences import preceding
from rag.synonyms import share_present, synonyms_of
from rag.terms import query_terms, terms

if TYPE_CHECKING:
    from rag.evidence import Candidate
    from rag.store import Snapshot


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a question is there.

    ``names`` is the share (0..1), by rarity, of its names and numbers that the passage has or the
    headings over it, 1 if it has none; ``missing`` the rarity (0..1, 1 for a word that no passage has) of
    the rarest other word that neither the sentence has nor what stands before it, nor a synonym.
    """

    names: float
    missing: float


def coverage(question: str, candidate: Candidate, snapshot: Snapshot) -> Coverage:
    """Return how much of *question* the place of *candidate* speaks of."""
    names = names_in(question)
    naming = {term for name in names for term in name.own}
    weights = rarity(query_terms(question), snapshot)
    before = preceding(candidate.document.text, candidate.span.start)
    near = f"{around(candidate)} {before} {candidate.text}"
    chunk = candidate.hit.chunk
    near_terms = with_synonyms(names, terms(near))
    passage_terms = near_terms | with_synonyms(names, terms(f"{chunk.context} {chunk.text}"))
    named = {term: weight for term, weight in weights.items() if term in naming}
    missing = (
        weight
        for term, weight in weights.items()
        if term not in naming
        and term not in near_terms
        and near_terms.isdisjoint(synonyms_of(term))
    )
    return Coverage(
        names=share_present(named, passage_terms) if named else 1.0,
        missing=max(missing, default=0.0) / _most(snapshot),
    )


def _most(snapshot: Snapshot) -> float:
    """Return the weight of a term that no passage has."""
    _, count = snapshot.document_frequencies(())
    return math.log(2 + count)
