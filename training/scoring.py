"""Scores: SQuAD's exact match and F1, bootstrap intervals, AUROC, calibration error."""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Scores = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_PUNCTUATION = set(string.punctuation)


def normalise(text: str) -> str:
    """Normalise an answer as SQuAD's official script does."""
    bare = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def exact(found: str, wanted: Sequence[str]) -> float:
    """Return 1 if the answer equals one of those wanted."""
    return float(any(normalise(found) == normalise(w) for w in wanted))


def overlap(found: str, wanted: Sequence[str]) -> float:
    """Return the best F1 of an answer's words against those wanted."""
    best = 0.0
    mine = normalise(found).split()
    for text in wanted:
        gold = normalise(text).split()
        shared = sum((Counter(mine) & Counter(gold)).values())
        if shared:
            precision, recall = shared / len(mine), shared / len(gold)
            best = max(best, 2 * precision * recall / (precision + recall))
    return best


def interval(values: Sequence[float], seed: int = 0, rounds: int = 2000) -> list[float]:
    """Return the mean and its 95 % bootstrap interval, rounded to four places."""
    data = np.asarray(values, np.float64)
    draws = np.random.default_rng(seed).integers(0, len(data), (rounds, len(data)))
    means = data[draws].mean(1)
    return [round(float(v), 4) for v in (data.mean(), *np.percentile(means, [2.5, 97.5]))]


def auroc(good: Sequence[float] | Scores, bad: Sequence[float] | Scores) -> float:
    """Return the chance that a good example scores above a bad one (ties count half)."""
    ordered = np.sort(np.asarray(bad))
    below = np.searchsorted(ordered, good, "left") + np.searchsorted(ordered, good, "right")
    return float(np.mean(below) / 2 / len(ordered))


def auroc_interval(good: Sequence[float], bad: Sequence[float], rounds: int = 500) -> list[float]:
    """Return the AUROC and its 95 % bootstrap interval."""
    rng = np.random.default_rng(0)
    one, two = np.asarray(good), np.asarray(bad)
    draws = [auroc(rng.choice(one, len(one)), rng.choice(two, len(two))) for _ in range(rounds)]
    return [round(float(v), 4) for v in (auroc(one, two), *np.percentile(draws, [2.5, 97.5]))]


def calibration_error(chance: Sequence[float], truth: Sequence[bool], bins: int = 15) -> float:
    """Return the expected calibration error over bins of equal width."""
    p, y = np.asarray(chance), np.asarray(truth, np.float64)
    place = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [
        abs(p[place == b].mean() - y[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return round(float(sum(gaps)), 4)
