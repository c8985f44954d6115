"""The figures of runs that are made up of a few questions, by hand and against scikit-learn."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn import metrics

from rag.evaluation.comparison import compare
from rag.evaluation.intervals import Resamples
from rag.evaluation.metrics import measured, measures
from rag.evaluation.records import QuestionRecord
from rag.evaluation.run import evaluation_of

MADE_WITH = {"gold": {"sha256": "0", "name": "x", "split": None}, "settings": {}}


def record(number, *, answerable, refused, right=False, **scores):
    return QuestionRecord(
        identifier=f"q{number}",
        question="What is it?",
        standalone_question="What is it?",
        kind="fact" if answerable else "unanswerable: off topic",
        wording=None,
        split=None,
        answerable=answerable,
        refused=refused,
        confidence=0.5,
        right=right,
        short_answer=None,
        sentences=(),
        cited=(),
        disagreements=(),
        gold_answers=(),
        missing=(),
        scores=scores,
    )


def run(*rows):
    """Each row is whether a question is answerable and whether it was refused."""
    records = [
        record(number, answerable=answerable, refused=refused)
        for number, (answerable, refused) in enumerate(rows)
    ]
    return evaluation_of(tuple(records), MADE_WITH)


ANSWERED, OVER_REFUSED = (True, False), (True, True)
REFUSED, MISSED = (False, True), (False, False)


def test_each_figure_of_refusals_tells_how_many_questions_it_is_over():
    """6 unanswerable, 4 of them refused; 10 answerable, 1 of them refused."""
    found = run(*[REFUSED] * 4, *[MISSED] * 2, OVER_REFUSED, *[ANSWERED] * 9).metrics
    expected = {
        "refusal_recall": (4 / 6, 6),
        "over_refusal": (1 / 10, 10),
        "refusal_precision": (4 / 5, 5),
        "refusal_f1": (8 / 11, 7),
        "risk": (11 / 11, 11),
        "auroc": (0.5, 16),
        "latency_p50_ms": (0, 16),
    }
    assert {name: (found[name].value, found[name].questions) for name in expected} == {
        name: (pytest.approx(value), questions) for name, (value, questions) in expected.items()
    }


def test_without_refusals_their_precision_is_over_nothing():
    found = run(MISSED, ANSWERED).metrics
    assert found["refusal_precision"].questions == 0
    assert found["refusal_precision"].value is None
    assert (found["refusal_recall"].value, found["refusal_recall"].questions) == (0, 1)
    assert (found["over_refusal"].value, found["over_refusal"].questions) == (0, 1)


def test_questions_of_one_sort_have_only_its_figures():
    nothing = {"refusal_precision", "refusal_f1", "auroc"}
    answerable = run(ANSWERED, OVER_REFUSED).metrics
    assert answerable["over_refusal"].value == 0.5
    assert not answerable.keys() & {*nothing, "refusal_recall"}
    unanswerable = run(REFUSED, MISSED).metrics
    assert unanswerable["refusal_recall"].value == 0.5
    assert not unanswerable.keys() & {*nothing, "over_refusal"}


def test_a_part_counts_its_own_questions():
    records = run(*[REFUSED] * 3, MISSED, ANSWERED, OVER_REFUSED).records
    chosen = records[2:5]
    found = measured(records, Resamples(len(records)), chosen.__contains__)
    assert (found["refusal_recall"].value, found["refusal_recall"].questions) == (0.5, 2)
    assert (found["refusal_precision"].value, found["refusal_precision"].questions) == (1, 1)
    assert (found["risk"].value, found["risk"].questions) == (1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_refusals_are_those_of_scikit_learn_in_each_resample(seed):
    generator = np.random.default_rng(seed)
    rows = (generator.random((60, 2)) < (0.7, 0.4)).tolist()
    found = measures(run(*rows).records)
    unanswerable = [not answerable for answerable, _ in rows]
    refused = [item for _, item in rows]
    counts = generator.multinomial(60, np.full(60, 1 / 60), 30).astype(float)
    for row in counts:
        recall = partial(metrics.recall_score, unanswerable, refused, sample_weight=row)
        once = {name: measure.statistic(row[None])[0] for name, measure in found.items()}
        assert once["refusal_recall"] == pytest.approx(recall())
        assert once["over_refusal"] == pytest.approx(1 - recall(pos_label=False))


def test_refusals_are_compared_by_the_exact_test():
    """5 of 6 that change one way are not significant: 2 * (1/2)^5."""
    common = [ANSWERED] * 10
    before, after = run(*[MISSED] * 6, *common), run(*[REFUSED] * 5, MISSED, *common)
    found = compare(before, after).differences
    assert found["refusal_recall"].test == "McNemar"
    assert found["refusal_recall"].p_value == pytest.approx(0.0625)
    assert found["refusal_recall"].difference == pytest.approx(5 / 6)
    more = run(*[MISSED] * 6, *[OVER_REFUSED] * 7, *[ANSWERED] * 3)
    found = compare(before, more).differences
    assert found["over_refusal"].test == "McNemar"
    assert found["over_refusal"].p_value == pytest.approx(2 / 2**7)


def test_scores_of_other_questions_are_compared_by_the_bootstrap():
    """A precision is of the answers given, so that a run that refuses more has fewer."""

    def cited(scores):
        name = "citation_precision_span"
        records = [
            record(
                number,
                answerable=True,
                refused=score is None,
                **({} if score is None else {name: score}),
            )
            for number, score in enumerate(scores)
        ]
        return evaluation_of(tuple(records), MADE_WITH)

    before, fewer = cited([1.0] * 7 + [0.0] * 3), cited([1.0] * 7 + [None] * 3)
    found = compare(before, fewer).differences["citation_precision_span"]
    assert found.test == "paired bootstrap"
    assert (found.a, found.b) == (0.7, 1.0)
    assert found.p_value < 0.1
    same = compare(before, cited([1.0] * 5 + [0.0] * 5)).differences["citation_precision_span"]
    assert same.test == "McNemar"
    assert same.p_value == pytest.approx(0.5)
