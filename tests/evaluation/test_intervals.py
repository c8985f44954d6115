"""The bootstrap on synthetic data, and exact tests against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from rag.evaluation.intervals import Resamples, mcnemar, mean_of, quantile_of, ratio_of


def test_a_metric_is_its_mean_over_the_questions_that_have_a_score():
    metric = Resamples(4).measured(mean_of([1.0, None, 0.0, 0.5]), 3)
    assert metric.value == 0.5
    assert metric.questions == 3
    assert 0 <= metric.low <= 0.5 <= metric.high <= 1


def test_nothing_to_measure_is_no_figure():
    for size, scores in ((2, [None, None]), (0, [])):
        metric = Resamples(size).measured(mean_of(scores), 0)
        assert metric.to_dict() == {"value": None, "low": None, "high": None, "questions": 0}


def test_a_constant_has_no_spread():
    metric = Resamples(5).measured(mean_of([1.0] * 5), 5)
    assert (metric.low, metric.high) == (1.0, 1.0)


def test_a_ratio_is_of_sums():
    assert Resamples(2).once(ratio_of([1, 1], [1, 3])) == 0.5
    assert math.isnan(Resamples(1).once(ratio_of([0], [0])))


def test_a_quantile_is_the_lowest_value_that_covers_its_share():
    values = [40.0, 10.0, 30.0, 20.0]
    assert Resamples(4).once(quantile_of(values, 0.5)) == 20
    assert Resamples(4).once(quantile_of(values, 0.95)) == 40
    counts = np.array([[0, 3.0, 0, 1], [4, 0, 0, 0], [0, 0, 0, 0]])
    assert quantile_of(values, 0.5)(counts)[:2].tolist() == [10, 40]
    assert math.isnan(quantile_of(values, 0.5)(counts)[2])


def test_the_same_seed_gives_the_same_interval():
    statistic = mean_of([0.31, 0.12, 0.87, 0.55, 0.02])
    first = Resamples(5).measured(statistic, 5)
    assert Resamples(5).measured(statistic, 5) == first
    assert (Resamples(5, seed=1).drawn(statistic) != Resamples(5).drawn(statistic)).any()


def test_each_resample_draws_as_many_questions_as_there_are():
    drawn = Resamples(7, count=50).drawn(lambda counts: counts.sum(1))
    assert drawn.tolist() == [7.0] * 50


def test_the_percentiles_are_those_of_plain_resampling():
    """Against the textbook form: draw indexes, take means."""
    scores = np.random.default_rng(3).random(50)
    metric = Resamples(50).measured(mean_of(scores.tolist()), 50)
    drawn = np.random.default_rng(4).integers(0, 50, (10_000, 50))
    low, high = np.percentile(scores[drawn].mean(1), [2.5, 97.5])
    assert metric.low == pytest.approx(low, abs=0.005)
    assert metric.high == pytest.approx(high, abs=0.005)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    generator = np.random.default_rng(11)
    samples, size, truth = 300, 80, 0.7
    covered = 0
    for _ in range(samples):
        scores = (generator.random(size) < truth).astype(float).tolist()
        metric = Resamples(size, count=500).measured(mean_of(scores), size)
        covered += metric.low <= truth <= metric.high
    assert 0.90 <= covered / samples <= 0.98


def test_a_paired_difference_is_narrower_than_its_parts():
    generator = np.random.default_rng(5)
    base = generator.random(60)
    a, b = mean_of(base.tolist()), mean_of((base + 0.1).tolist())
    difference = Resamples(60).compared(a, b)
    assert difference.difference == pytest.approx(0.1)
    assert difference.high - difference.low < 1e-9
    assert difference.p_value < 0.001


def test_runs_that_are_alike_do_not_differ():
    scores = mean_of([0.0, 1.0, 1.0])
    difference = Resamples(3).compared(scores, scores)
    assert (difference.difference, difference.low, difference.high) == (0, 0, 0)
    assert difference.p_value == 1


def test_paired_p_values_are_small_as_often_as_they_say():
    generator = np.random.default_rng(8)
    small = 0
    for _ in range(200):
        a, b = generator.random(60), generator.random(60)
        found = Resamples(60, count=400).compared(mean_of(a.tolist()), mean_of(b.tolist()))
        small += found.p_value < 0.05
    assert small / 200 < 0.11


def test_an_undefined_figure_has_no_difference():
    difference = Resamples(2).compared(mean_of([None, None]), mean_of([1.0, 0.0]))
    assert difference.difference is None
    assert difference.a is None
    assert difference.b == 0.5


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 0), (5, 1), (10, 10), (3, 17)])
def test_mcnemar_is_the_exact_binomial_test(a, b):
    expected = binomtest(a, a + b, 0.5).pvalue if a + b else 1.0
    assert mcnemar(a, b) == pytest.approx(expected)
    assert mcnemar(b, a) == mcnemar(a, b)
