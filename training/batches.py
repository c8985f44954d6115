"""Batches of packed examples, and the loss on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from passages import KINDS
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BLOCKED = -1e4


@dataclass
class Batch:
    """Packed sequences and what is known of them."""

    ids: Tensor
    types: Tensor
    lengths: list[int]
    starts: list[int]
    kinds: Tensor
    groups: list[int]
    spans: Tensor


class Examples:
    """The tokenised examples of one npz file."""

    def __init__(self, path: Path) -> None:
        """Load the arrays."""
        with np.load(path) as arrays:
            self.ids = arrays["ids"]
            self.rows = arrays["rows"]
            self.spans = arrays["spans"]
            self.weights = arrays["weights"]
        self.begin = np.concatenate([[0], np.cumsum(self.rows[:, 0])])
        self.span_begin = np.searchsorted(self.spans[:, 0], np.arange(len(self.rows) + 1))

    def batch(self, rows: Sequence[int]) -> Batch:
        """Pack some examples; spans has rows (example, first, last, log weight)."""
        parts = [self.ids[self.begin[r] : self.begin[r + 1]] for r in rows]
        lengths, starts = self.rows[rows, 0].tolist(), self.rows[rows, 1].tolist()
        types = [np.arange(n) >= s for n, s in zip(lengths, starts, strict=True)]
        spans = [
            (at, self.spans[k, 1], self.spans[k, 2], float(np.log(self.weights[k])))
            for at, r in enumerate(rows)
            for k in range(self.span_begin[r], self.span_begin[r + 1])
        ]
        return Batch(
            torch.from_numpy(np.concatenate(parts).astype(np.int64)),
            torch.from_numpy(np.concatenate(types).astype(np.int64)),
            lengths,
            starts,
            torch.from_numpy(self.rows[rows, 2].astype(np.int64)),
            self.rows[rows, 3].tolist(),
            torch.tensor(spans, dtype=torch.float64).reshape(-1, 4),
        )

    def steps(
        self,
        pieces: int,
        ranks: int,
        seed: int,
        keep: Sequence[float],
    ) -> Iterator[list[list[int]]]:
        """Yield for each step the rows of each rank: about as many pieces for each of them.

        Examples of one group (one question's) stay in one rank's batch. keep is the share of the
        examples of each kind to use.
        """
        rng = np.random.default_rng(seed)
        used = np.flatnonzero(rng.random(len(self.rows)) < np.asarray(keep)[self.rows[:, 2]])
        groups = np.split(used, np.flatnonzero(np.diff(self.rows[used, 3])) + 1)
        sizes = [int(self.rows[g, 0].sum()) for g in groups]
        taken: list[int] = []
        for number in rng.permutation(len(groups)):
            taken.append(int(number))
            if sum(sizes[t] for t in taken) < pieces * ranks:
                continue
            rows: list[list[int]] = [[] for _ in range(ranks)]
            load = [0] * ranks
            for group in sorted(taken, key=lambda t: -sizes[t]):
                rank = load.index(min(load))
                rows[rank] += groups[group].tolist()
                load[rank] += sizes[group]
            taken = []
            yield rows


def log_probabilities(logits: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return start and end log probabilities, examples by longest length.

    Position 0 is the null answer; the question's positions and padding are shut out.
    """
    padded = torch.nn.utils.rnn.pad_sequence(
        list(logits.split(batch.lengths)),
        batch_first=True,
        padding_value=BLOCKED,
    )
    place = torch.arange(padded.shape[1]).unsqueeze(0)
    first = torch.tensor(batch.starts).unsqueeze(1)
    last = torch.tensor(batch.lengths).unsqueeze(1) - 1
    shut = ((place > 0) & (place < first)) | (place >= last)
    padded = padded.masked_fill(shut.unsqueeze(-1), BLOCKED)
    logs = padded.log_softmax(1)
    return logs[..., 0], logs[..., 1]


def losses(logits: Tensor, verdict: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Return the sums over examples of span loss, answerability loss and pair loss."""
    start, end = log_probabilities(logits, batch)
    count = len(batch.lengths)
    null = start[:, 0] + end[:, 0]
    owner, first, last = (batch.spans[:, i].long() for i in range(3))
    each = batch.spans[:, 3].float() + start[owner, first] + end[owner, last]
    top = torch.full((count,), -torch.inf).scatter_reduce(0, owner, each.detach(), "amax")
    total = torch.zeros(count).index_add(0, owner, (each - top[owner]).exp())
    found = total.clamp_min(1e-30).log() + top.nan_to_num(neginf=0.0)
    right = batch.kinds == 0
    span = -torch.where(right, found, null)
    bce = functional.binary_cross_entropy_with_logits(verdict, right.float(), reduction="none")
    pairs = [
        (i, j)
        for i in range(count)
        for j in range(count)
        if batch.groups[i] == batch.groups[j] and batch.kinds[i] == 0 and batch.kinds[j] != 0
    ]
    pair = torch.zeros(())
    if pairs:
        good, bad = (torch.tensor(side) for side in zip(*pairs, strict=True))
        pair = functional.softplus(verdict[bad] - verdict[good]).sum()
    return {"span": span.sum(), "bce": bce.sum(), "pair": pair}


@torch.no_grad()
def online(logits: Tensor, verdict: Tensor, batch: Batch) -> np.ndarray:
    """Return sums by kind: count, right span (or null), right verdict; kinds by 3."""
    start, end = log_probabilities(logits, batch)
    table = np.zeros((len(KINDS), 3))
    first, last = start.argmax(1).tolist(), end.argmax(1).tolist()
    wanted: dict[int, set[tuple[int, int]]] = {}
    for owner, begin, stop, _ in batch.spans.tolist():
        wanted.setdefault(int(owner), set()).add((int(begin), int(stop)))
    for at, kind in enumerate(batch.kinds.tolist()):
        good = (first[at], last[at]) in wanted.get(at, {(0, 0)})
        table[kind] += (1, good, (float(verdict[at]) > 0) == (kind == 0))
    return table
