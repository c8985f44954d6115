"""How much of a question the place of its best sentence speaks of.

A question that nothing answers names what the documents speak of: "What is the director's salary?"
over a text that has the director, and a budget. The reader, which looks for the likeliest span,
takes the budget. What gives it away is the word that is nowhere near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.evidence import around
from rag.names import names_in
from rag.rarity import rarity
from rag.sentences import preceding
from rag.speakers import authors_named, speaker_terms, without_speaker
from rag.synonyms import synonyms_of
from rag.terms import query_terms, terms

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from rag.evidence import Candidate
    from rag.names import Name
    from rag.store import Snapshot


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a question is there.

    ``names`` is the share (0..1), by rarity, of the names and numbers in it that stand in the
    passage, before the sentence or in the headings and title over it, in any form; 1 if it has none.
    ``missing`` is the rarity (0..1, 1 for a word that no passage has) of the rarest other word of which
    neither the sentence nor what stands before it and over it has a form or a synonym.
    """

    names: float
    missing: float


def coverage(question: str, candidate: Candidate, snapshot: Snapshot) -> Coverage:
    """Return how much of *question* the place of *candidate* speaks of.

    Whose words the sentence is counts as named, and what asks for somebody's words as no word.
    """
    before = preceding(candidate.document.text, candidate.span.start)
    near = speaker_terms(question, candidate).union(
        authors_named(question, candidate.document.metadata.author),
        terms(f"{around(candidate)} {before} {candidate.text}"),
    )
    chunk = candidate.hit.chunk
    passage = near.union(terms(f"{chunk.context} {chunk.text}"))
    names = names_in(question)
    naming = {term for name in names for term in (*name.own, *_parts(name))}
    others = [term for term in query_terms(without_speaker(question)) if term not in naming]
    weights = rarity([*naming, *others], snapshot)
    by_name = [(sum(weights[term] for term in name.own), _is_in(name, passage)) for name in names]
    total = sum(weight for weight, _ in by_name)
    missing = (
        weights[term] for term in others if term not in near and near.isdisjoint(synonyms_of(term))
    )
    return Coverage(
        names=sum(weight for weight, there in by_name if there) / total if total else 1.0,
        missing=max(missing, default=0.0),
    )


def _is_in(name: Name, present: AbstractSet[str]) -> bool:
    """Whether a text with the terms *present* has a name in any form, or all parts of it."""
    parts = _parts(name)
    return name.is_in(present) or (bool(parts) and parts <= present)


def _parts(name: Name) -> frozenset[str]:
    """Return the parts of a compound: of "covid-19" "covid" and "19"."""
    return frozenset(terms(" ".join(name.own))).difference(name.own)
