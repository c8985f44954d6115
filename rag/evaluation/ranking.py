"""How well passages are ranked, judged by the gold evidence that they cover.

A passage is relevant if it covers at least a share θ of a piece of evidence. Evidence comes in
groups (one piece of each group is needed), so a question asks for ``groups`` things and each
passage answers to a set of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluation.locating import Located
    from rag.types import Chunk

COVERAGE = 0.5
"""Share of a piece of evidence, in characters, that a passage must hold to count."""


def groups_covered(
    chunk: Chunk,
    evidence: Sequence[Located],
    groups: Sequence[Sequence[int]],
    coverage: float = COVERAGE,
) -> frozenset[int]:
    """Return which groups a passage answers to.

    Args:
        chunk: The passage.
        evidence: Where each piece of evidence is.
        groups: Indexes into *evidence*.
        coverage: θ, 0..1.
    """
    return frozenset(
        number
        for number, group in enumerate(groups)
        if any(_covers(chunk, evidence[index], coverage) for index in group)
    )


def hit(ranking: Sequence[frozenset[int]], k: int) -> float:
    """Return hit@k: 1 if any of the first *k* passages answers to any group."""
    return float(any(ranking[:k]))


def all_hit(ranking: Sequence[frozenset[int]], groups: int, k: int) -> float:
    """Return all-hit@k: 1 if the first *k* passages together answer to every group."""
    return float(len(_found(ranking, k)) == groups)


def recall(ranking: Sequence[frozenset[int]], groups: int, k: int) -> float:
    """Return recall@k: the share of groups that the first *k* passages answer to."""
    return len(_found(ranking, k)) / groups


def reciprocal_rank(ranking: Sequence[frozenset[int]]) -> float:
    """Return 1 / rank of the first passage that answers to any group, 0 without one.

    Its mean is MRR (Voorhees 1999, https://trec.nist.gov/pubs/trec8/papers/qa_report.pdf).
    """
    return next((1 / rank for rank, found in enumerate(ranking, start=1) if found), 0.0)


def ndcg(ranking: Sequence[frozenset[int]], groups: int, k: int) -> float:
    """Return nDCG@k over groups: DCG = Σ gain_i / log2(i + 1), divided by the best possible.

    Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418. Each group is gained once,
    with the first passage that answers to it: passages overlap, and a second passage with the same
    evidence is no gain. A passage that answers to several groups counts as that many places.
    """
    gains = novel_gains(ranking)[:k]
    gained = sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))
    best = sum(1 / math.log2(place + 1) for place in range(1, min(groups, k) + 1))
    return gained / best


def novel_gains(ranking: Sequence[frozenset[int]]) -> list[int]:
    """Return a 1 for each group found for the first time and a 0 for each passage with none."""
    seen: set[int] = set()
    gains: list[int] = []
    for found in ranking:
        gains += [1] * len(found - seen) or [0]
        seen |= found
    return gains


def _found(ranking: Sequence[frozenset[int]], k: int) -> frozenset[int]:
    return frozenset[int]().union(*ranking[:k])


def _covers(chunk: Chunk, evidence: Located, coverage: float) -> bool:
    if chunk.document != evidence.document.name:
        return False
    return any(
        min(chunk.span.end, span.end) - max(chunk.span.start, span.start) >= coverage * len(span)
        for span in evidence.spans
    )
