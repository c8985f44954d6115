"""Refusal figures by hand and against scikit-learn, counted once and in resamples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from rag.evaluation import abstention

REFUSED = [True, True, False, False, True, False]
ANSWERABLE = [False, True, True, False, False, True]


def once(statistic, size):
    return float(statistic(np.ones((1, size)))[0])


def test_rates_by_hand():
    assert once(abstention.precision(REFUSED, ANSWERABLE), 6) == 2 / 3
    assert once(abstention.f1(REFUSED, ANSWERABLE), 6) == 2 / 3


def test_precision_without_refusals_is_undefined():
    assert np.isnan(once(abstention.precision([False], [True]), 1))


def random_case(seed, size=60):
    generator = np.random.default_rng(seed)
    answerable = generator.random(size) < 0.7
    confidences = np.round(generator.beta(2, 2, size) * 0.6 + 0.4 * answerable, 1)
    counts = generator.multinomial(size, np.full(size, 1 / size), 30).astype(float)
    return list(map(float, confidences)), list(map(bool, answerable)), counts


@pytest.mark.parametrize("seed", range(5))
def test_rates_are_those_of_scikit_learn_in_each_resample(seed):
    confidences, answerable, counts = random_case(seed)
    refused = [confidence < 0.5 for confidence in confidences]
    truth = [not item for item in answerable]
    ours = [
        abstention.precision(refused, answerable)(counts),
        abstention.f1(refused, answerable)(counts),
        abstention.auroc(confidences, answerable)(counts),
    ]
    for row, weights in enumerate(counts):
        options = {"sample_weight": weights}
        assert [figure[row] for figure in ours] == pytest.approx(
            [
                metrics.precision_score(truth, refused, **options),
                metrics.f1_score(truth, refused, **options),
                metrics.roc_auc_score(answerable, confidences, **options),
            ]
        )


def test_auroc_of_one_class_is_undefined():
    assert np.isnan(once(abstention.auroc([0.5, 0.7], [True, True]), 2))
    assert np.isnan(once(abstention.auroc([0.5], [False]), 1))


def test_risk_and_coverage_by_hand():
    points = abstention.risk_coverage([0.9, 0.2, 0.6, 0.4], [False, True, True, False])
    assert [point.coverage for point in points] == [0.25, 0.5, 0.75, 1.0]
    assert [point.risk for point in points] == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert [point.threshold for point in points] == [0.9, 0.6, 0.4, 0.2]


def test_aurc_is_the_mean_risk():
    wrong = [False, True, True, False]
    area = once(abstention.aurc([0.9, 0.2, 0.6, 0.4], wrong), 4)
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


def test_among_equal_confidences_wrong_answers_come_first():
    assert once(abstention.aurc([0.5, 0.5], [False, True]), 2) == pytest.approx((1 + 1 / 2) / 2)
    assert once(abstention.aurc([0.5, 0.5], [True, False]), 2) == pytest.approx((1 + 1 / 2) / 2)


def test_aurc_of_a_resample_weighs_each_question_as_often_as_it_was_drawn():
    statistic = abstention.aurc([0.9, 0.6], [False, True])
    assert statistic(np.array([[2.0, 0.0], [1.0, 1.0]])) == pytest.approx([0, 1 / 4])


def test_calibration_error_by_hand():
    """Two bins: 0.8 and 0.9 against 1 of 2 right, 0.1 against 0 of 1."""
    confidences, right = [0.85, 0.87, 0.1], [True, False, False]
    expected = 2 / 3 * abs(0.5 - 0.86) + 1 / 3 * abs(0 - 0.1)
    assert once(abstention.calibration_error(confidences, right), 3) == pytest.approx(expected)
    bins = abstention.calibration_bins(confidences, right)
    assert [(item.questions, item.right) for item in bins] == [(1, 0), (2, 0.5)]
    assert [item.confidence for item in bins] == pytest.approx([0.1, 0.86])


def test_a_confidence_of_one_is_in_the_last_bin():
    assert once(abstention.calibration_error([1.0, 0.0], [True, False]), 2) == 0


@pytest.mark.parametrize("seed", range(3))
def test_calibration_error_is_the_weighted_gap_of_the_bins(seed):
    confidences, right, _ = random_case(seed)
    bins = abstention.calibration_bins(confidences, right)
    gaps = sum(item.questions * abs(item.right - item.confidence) for item in bins)
    error = once(abstention.calibration_error(confidences, right), len(right))
    assert error == pytest.approx(gaps / len(right))
