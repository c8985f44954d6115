"""Whether an answer is refused when, and only when, the documents do not answer.

A refusal is the positive case: "the documents do not answer this question". Rates are statistics
of how often each question counts, see `rag.evaluation.intervals`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluation.intervals import Array, Statistic

BINS = 10
"""Of equal width, for the calibration error and its plot."""
PAIRS_AT_ONCE = 500
"""Resamples for which the pairs of `auroc` are counted together."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Of the questions that the system is surest of, the share ``risk`` is answered wrongly.

    ``coverage`` is their share of all questions and ``threshold`` the lowest confidence among them.
    """

    coverage: float
    risk: float
    threshold: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Questions of like confidence: their number, mean confidence and share of right answers."""

    questions: int
    confidence: float
    right: float


def precision(refused: Sequence[bool], answerable: Sequence[bool]) -> Statistic:
    """Return the share of refusals that are right: the question was unanswerable."""
    right = _array([r and not a for r, a in zip(refused, answerable, strict=True)])
    given = _array(refused)
    return lambda counts: _ratio(counts @ right, counts @ given)


def f1(refused: Sequence[bool], answerable: Sequence[bool]) -> Statistic:
    """Return 2 * right refusals / (refusals + unanswerable questions)."""
    right = _array([r and not a for r, a in zip(refused, answerable, strict=True)])
    both = _array(refused) + _array([not a for a in answerable])
    return lambda counts: _ratio(2 * (counts @ right), counts @ both)


def auroc(confidences: Sequence[float], answerable: Sequence[bool]) -> Statistic:
    """Return how likely an answerable question has a higher confidence than an unanswerable one.

    The Mann-Whitney form (Hanley and McNeil 1982, https://doi.org/10.1148/radiology.143.1.7063747):
    ties count one half.
    """
    scores, positive = _array(confidences), np.asarray(answerable, bool)
    high, low = scores[positive][:, None], scores[~positive][None, :]
    wins = (high > low) + 0.5 * (high == low)

    def statistic(counts: Array) -> Array:
        parts = []
        for start in range(0, len(counts), PAIRS_AT_ONCE):
            block = counts[start : start + PAIRS_AT_ONCE]
            yes, no = block[:, positive], block[:, ~positive]
            won = np.einsum("ri,ri->r", yes @ wins, no) if wins.size else np.zeros(len(block))
            parts.append(_ratio(won, yes.sum(1) * no.sum(1)))
        return np.concatenate(parts)

    return statistic


def aurc(confidences: Sequence[float], wrong: Sequence[bool]) -> Statistic:
    """Return the area under the risk-coverage curve, the mean of its risks; lower is better.

    Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500. At each coverage the surest
    questions are answered, and the risk is the share of wrong ones among them. Among equal
    confidences the wrong ones come first, so that ties never flatter.
    """
    order = _surest_first(confidences, wrong)
    errors = _array(wrong)[order]

    def statistic(counts: Array) -> Array:
        ordered = counts[:, order]
        answered = ordered.cumsum(1)
        risks = _ratio((ordered * errors).cumsum(1), answered)
        return _ratio((np.nan_to_num(risks) * ordered).sum(1), ordered.sum(1))

    return statistic


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> list[CurvePoint]:
    """Return the risk-coverage curve, one point for each number of answered questions."""
    errors, points = 0, []
    for answered, index in enumerate(_surest_first(confidences, wrong), start=1):
        errors += wrong[index]
        coverage = answered / len(confidences)
        points.append(CurvePoint(coverage, errors / answered, float(confidences[index])))
    return points


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> Statistic:
    """Return the expected calibration error over bins of equal width; lower is better.

    Σ over bins of (n_b / n) · |share right in b - mean confidence in b|
    (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
    """
    members = np.zeros((len(confidences), BINS))
    for index, confidence in enumerate(confidences):
        members[index, _bin(confidence)] = 1
    gaps = (_array(right) - _array(confidences))[:, None] * members
    return lambda counts: _ratio(np.abs(counts @ gaps).sum(1), counts.sum(1))


def calibration_bins(confidences: Sequence[float], right: Sequence[bool]) -> list[CalibrationBin]:
    """Return the bins of `calibration_error` that hold questions, in order of confidence."""
    bins = []
    for number in range(BINS):
        inside = [i for i, confidence in enumerate(confidences) if _bin(confidence) == number]
        if inside:
            mean = sum(confidences[i] for i in inside) / len(inside)
            share = sum(bool(right[i]) for i in inside) / len(inside)
            bins.append(CalibrationBin(len(inside), mean, share))
    return bins


def _surest_first(confidences: Sequence[float], wrong: Sequence[bool]) -> list[int]:
    return sorted(range(len(confidences)), key=lambda i: (-confidences[i], not wrong[i], i))


def _bin(confidence: float) -> int:
    return min(BINS - 1, max(0, int(confidence * BINS)))


def _array(values: Sequence[float] | Sequence[bool]) -> Array:
    return np.asarray(values, np.float64)


def _ratio(above: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
