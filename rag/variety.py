"""Passages that say something else: near-identical ones once, and not all of one document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.terms import jaccard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.types import Chunk, Scores

MOST_OF_ONE_DOCUMENT = 4
"""Passages that an answer considers before those of others, see ``docs/decisions/retrieval.md``."""
LEAST_OF_OTHERS = 0.5
"""Share of the best passage's score that another document's needs to come before them."""


def collapse(
    chunks: Sequence[Chunk],
    own_terms: Mapping[int, frozenset[str]],
    near_duplicate: float,
) -> list[Chunk]:
    """Return the chunks without those whose terms are nearly a better one's.

    Args:
        chunks: Best first.
        own_terms: The terms of the chunks' texts by identifier.
        near_duplicate: The Jaccard similarity of the sets of terms, 0..1, from which on.
    """
    kept: list[Chunk] = []
    seen: list[frozenset[str]] = []
    for chunk in chunks:
        own = own_terms[chunk.identifier]
        if all(jaccard(own, other) < near_duplicate for other in seen):
            kept.append(chunk)
            seen.append(own)
    return kept


def others_first(chunks: Sequence[Chunk], scores: Mapping[int, Scores]) -> list[Chunk]:
    """Return the chunks, those after the first `MOST_OF_ONE_DOCUMENT` of a document behind others.

    Not behind chunks with less than `LEAST_OF_OTHERS` of the first one's score, which stay last.

    Args:
        chunks: Best first.
        scores: Of each by its identifier.
    """
    seen: Counter[str] = Counter()
    first: list[Chunk] = []
    further: list[Chunk] = []
    last: list[Chunk] = []
    for chunk in chunks:
        seen[chunk.document] += 1
        if scores[chunk.identifier].fused < LEAST_OF_OTHERS * scores[chunks[0].identifier].fused:
            last.append(chunk)
        elif seen[chunk.document] <= MOST_OF_ONE_DOCUMENT:
            first.append(chunk)
        else:
            further.append(chunk)
    return [*first, *further, *last]
