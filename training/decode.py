"""How the reader's outputs become a span, a null score and a probability. Only numpy.

This is the definition that an application has to follow; README.md says the same in words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_PIECES = 384
MAX_QUESTION = 64
STRIDE = 128
LONGEST_ANSWER = 30
CLS, SEP = 101, 102


@dataclass(frozen=True)
class Reading:
    """The best span of a passage, in piece numbers of the passage, and its scores."""

    first: int
    last: int
    score: float
    null: float
    verdict: float

    @property
    def margin(self) -> float:
        """Return by how much the span's score exceeds the null score."""
        return self.score - self.null


def windows(question: Sequence[int], passage: Sequence[int]) -> list[tuple[int, list[int], int]]:
    """Return (first passage piece, model input, where the passage starts in it) per window.

    The question is cut to 64 pieces. A window takes as many passage pieces as 384 allow; the next
    one starts 128 pieces later, until one reaches the passage's end.
    """
    asked = list(question)[:MAX_QUESTION]
    room = MAX_PIECES - len(asked) - 3
    found, begin = [], 0
    while True:
        part = list(passage)[begin : begin + room]
        found.append((begin, [CLS, *asked, SEP, *part, SEP], len(asked) + 2))
        if begin + room >= len(passage):
            return found
        begin += STRIDE


def read_window(start: np.ndarray, end: np.ndarray, verdict: float, first: int) -> Reading:
    """Return the best span of one window from its logits; the passage starts at piece first.

    The last position holds [SEP] and is no part of the passage. Piece numbers in the result count
    from the window's first passage piece. Of equal sums the first start, then the first end wins.
    """
    starts = np.asarray(start[first:-1], np.float64)
    ends = np.asarray(end[first:-1], np.float64)
    null = float(start[0]) + float(end[0])
    if not len(starts):
        return Reading(0, -1, -math.inf, null, float(verdict))
    sums = starts[:, None] + ends[None, :]
    gap = np.arange(len(ends))[None, :] - np.arange(len(starts))[:, None]
    sums = np.where((gap >= 0) & (gap < LONGEST_ANSWER), sums, -np.inf)
    begin, stop = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return Reading(int(begin), int(stop), float(sums[begin, stop]), null, float(verdict))


def read_passage(parts: Sequence[tuple[int, Reading]]) -> Reading:
    """Return the reading of the window with the largest margin, moved to passage numbers."""
    begin, best = max(parts, key=lambda p: (p[1].margin, -p[0]))
    return Reading(best.first + begin, best.last + begin, best.score, best.null, best.verdict)


def answerable(reading: Reading, calibration: Mapping[str, object]) -> float:
    """Return the calibrated probability that the passage answers the question."""
    weights: Mapping[str, float] = calibration["weights"]  # type: ignore[assignment]
    margin = max(-30.0, min(30.0, reading.margin))
    total = weights["margin"] * margin + weights["verdict"] * reading.verdict
    logit = (total + float(calibration["bias"])) / float(calibration["temperature"])  # type: ignore[arg-type]
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))
