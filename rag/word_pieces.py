"""Rows of word pieces to the batches in which the embedder and the reader compute them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH_TOKENS = 4096
"""Word pieces of one batch; larger batches gained nothing on two cores."""
BATCH_COST_TOKENS = 100
"""What starting a batch costs, in word pieces that could be computed in that time."""
ALIGNED_TOKENS = 16
"""Rows are padded to a multiple of this. The kernels sum in blocks of it, and masked positions add
exact zeros, so a text gives the same bits whatever shares its batch; with other lengths of padding
it differs in the third decimal in bfloat16."""


def batches_by_length(lengths: Sequence[int], batch_tokens: int = BATCH_TOKENS) -> list[list[int]]:
    """Group the indexes of *lengths*, longest first, so that the least is computed.

    A batch costs its rows times the longest one's length, plus `BATCH_COST_TOKENS`; of all ways to
    cut the sorted rows the cheapest is found by dynamic programming.

    Args:
        lengths: Word pieces of each row.
        batch_tokens: At most so many word pieces, padding included, make a batch of several rows.
    """
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    padded_lengths = [aligned(lengths[index]) for index in order]
    costs, starts = [0], [0]
    for end in range(1, len(order) + 1):
        best, best_start = math.inf, 0
        for start in range(end - 1, -1, -1):
            tokens = (end - start) * padded_lengths[start]
            if tokens > batch_tokens and start < end - 1:
                break
            if (cost := costs[start] + tokens + BATCH_COST_TOKENS) <= best:
                best, best_start = cost, start
        costs.append(int(best))
        starts.append(best_start)
    batches, end = [], len(order)
    while end:
        batches.append(order[starts[end] : end])
        end = starts[end]
    return batches[::-1]


def aligned(tokens: int) -> int:
    """Return *tokens* rounded up to a multiple of `ALIGNED_TOKENS`."""
    return -(-tokens // ALIGNED_TOKENS) * ALIGNED_TOKENS


def padded(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return the rows filled up with zeros and their mask, both (rows, tokens) of int64.

    ``tokens`` is the length of the longest row, rounded up to a multiple of `ALIGNED_TOKENS`.
    """
    longest = aligned(max(len(row) for row in rows))
    ids = np.zeros((len(rows), longest), np.int64)
    mask = np.zeros((len(rows), longest), np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return ids, mask
