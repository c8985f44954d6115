"""Logistic functions: of features and their weights, and back to log-odds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_PROBABILITY = 1e-6
"""And the highest is one less it, so that log-odds are finite."""


def logistic(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the probability (0..1) that *weights*, with a ``bias``, give to *features*."""
    return sigmoid(weights["bias"] + sum(weights[name] * features[name] for name in features))


def sigmoid(value: float) -> float:
    """Return the probability (0..1) of log-odds."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def log_odds(probability: float | None) -> float:
    """Return the log-odds of a probability, of None as of 0."""
    bounded = min(max(probability or 0.0, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY)
    return math.log(bounded / (1 - bounded))
