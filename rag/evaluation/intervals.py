"""How sure a figure is: bootstrap intervals and paired tests over questions.

Every metric is a function of how often each question counts. Counting each once gives the figure
itself; counting them as often as a resample drew them gives one figure of the bootstrap.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, np.dtype[np.float64]]
Statistic = Callable[[Array], Array]
"""Counts of shape (resamples, questions) to one figure a resample; NaN where it is undefined."""

RESAMPLES = 10_000
CONFIDENCE = 0.95
SEED = 20_240_501
BLOCK_CELLS = 4_000_000
"""Counts held in memory at once: 32 MB."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure, its interval, and how many questions it is taken over.

    All three are None where no question counts, or the figure is undefined.
    """

    value: float | None
    low: float | None
    high: float | None
    questions: int

    def to_dict(self) -> dict[str, Any]:
        """Return the metric as plain JSON, figures to 4 decimals."""
        return {
            "value": _rounded(self.value),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "questions": self.questions,
        }


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """*b* less *a* over the same questions; ``p_value`` is two-sided.

    ``p_value`` is McNemar's exact one for yes-or-no scores, else the bootstrap's.
    """

    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    test: str


def mean_of(scores: Sequence[float | None]) -> Statistic:
    """Return the mean over the questions that have a score."""
    values, counted = _values_and_mask(scores)
    return lambda counts: _ratio(counts @ values, counts @ counted)


def ratio_of(numerators: Sequence[float], denominators: Sequence[float]) -> Statistic:
    """Return the sum of *numerators* over the sum of *denominators*, as a precision is."""
    above, below = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    return lambda counts: _ratio(counts @ above, counts @ below)


def quantile_of(values: Sequence[float], share: float) -> Statistic:
    """Return the lowest of *values* that at least *share* (0..1) of the questions do not exceed."""
    own = np.asarray(values, np.float64)
    order = np.argsort(own, kind="stable")

    def statistic(counts: Array) -> Array:
        below = counts[:, order].cumsum(1)
        total = below[:, -1]
        first = (below >= share * total[:, None]).argmax(1)
        return np.where(total > 0, own[order][first], np.nan)

    return statistic


class Resamples:
    """Bootstrap resamples of *size* questions: how often each one draws each question.

    They are drawn once and used for every metric, so that metrics vary together.
    """

    def __init__(self, size: int, *, seed: int = SEED, count: int = RESAMPLES) -> None:
        """Draw *count* resamples."""
        self.size = size
        generator = np.random.default_rng(seed)
        rows = max(1, BLOCK_CELLS // max(1, size))
        shares = np.full(size, 1 / max(1, size))
        self._blocks = [
            generator.multinomial(size, shares, min(rows, count - done)).astype(np.uint16)
            for done in range(0, count if size else 0, rows)
        ]

    def once(self, statistic: Statistic) -> float:
        """Return the figure itself: each question counts once."""
        return float(statistic(np.ones((1, self.size)))[0]) if self.size else math.nan

    def drawn(self, statistic: Statistic) -> Array:
        """Return the figure of each resample, without those where it is undefined."""
        drawn = np.concatenate([statistic(block.astype(np.float64)) for block in self._blocks])
        known: Array = drawn[~np.isnan(drawn)]
        return known

    def measured(self, statistic: Statistic, counted: int) -> Metric:
        """Return a figure with its 95 % percentile bootstrap interval.

        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: questions are
        drawn with replacement; the interval runs from the 2.5th to the 97.5th percentile.

        Args:
            statistic: What to measure.
            counted: How many questions the figure is about; 0 means that there is no figure.
        """
        value = self.once(statistic) if counted else math.nan
        if math.isnan(value):
            return Metric(None, None, None, counted)
        low, high = _percentiles(self.drawn(statistic))
        return Metric(value, low, high, counted)

    def compared(self, a: Statistic, b: Statistic) -> PairedDifference:
        """Return how *b* differs from *a* on the same questions, by the paired bootstrap.

        Berg-Kirkpatrick et al. 2012, https://aclanthology.org/D12-1091: both runs are measured on
        the same resamples. The p value is twice the smaller share of differences on one side of 0.
        """
        first, second = self.once(a), self.once(b)
        if math.isnan(first) or math.isnan(second):
            return PairedDifference(_known(first), _known(second), None, None, None, None, "none")
        drawn = self.drawn(lambda counts: b(counts) - a(counts))
        low, high = _percentiles(drawn)
        one_side = min(np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0))
        p_value = min(1.0, 2 * (one_side + 1) / (len(drawn) + 1))
        difference = second - first
        return PairedDifference(first, second, difference, low, high, p_value, "paired bootstrap")


def mcnemar(only_a: int, only_b: int) -> float:
    """Return McNemar's exact two-sided p value.

    McNemar 1947, in the exact binomial form: of the questions that only one run got right, how
    likely is so uneven a share if either run were as likely to be the one.

    Args:
        only_a: Questions that only the first run got right.
        only_b: Questions that only the second did.
    """
    total, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(math.comb(total, right) for right in range(fewer + 1))
    return float(min(1.0, 2 * tail / 2**total))


def _percentiles(drawn: Array) -> tuple[float | None, float | None]:
    if not len(drawn):
        return None, None
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)


def _values_and_mask(scores: Sequence[float | None]) -> tuple[Array, Array]:
    values = np.array([0.0 if score is None else float(score) for score in scores])
    return values, np.array([0.0 if score is None else 1.0 for score in scores])


def _ratio(above: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
