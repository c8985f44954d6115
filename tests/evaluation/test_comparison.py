from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.errors import InputError
from rag.evaluation import Split, evaluate
from rag.evaluation.comparison import compare
from rag.evaluation.run import evaluation_of


@pytest.fixture
def run(pipeline, gold):
    return evaluate(pipeline, gold)


def with_record(run, identifier, **changes):
    records = tuple(
        replace(record, **changes) if record.identifier == identifier else record
        for record in run.records
    )
    return evaluation_of(records, run.made_with)


def test_a_run_does_not_differ_from_itself(run):
    found = compare(run, run)
    assert found.questions == ()
    assert found.settings == ()
    assert all(item.difference == 0 for item in found.differences.values())
    assert found.differences["hit@5"].p_value == 1
    assert found.differences["hit@5"].test == "McNemar"
    assert found.differences["ndcg@10"].test in {"McNemar", "paired bootstrap"}


def test_changed_questions_are_told(run):
    before = run.records[0].scores
    worse = with_record(run, "q1", scores=before | {"evidence_cited": 0.0}, refused=True)
    found = compare(run, worse)
    (question,) = found.questions
    assert question.identifier == "q1"
    assert question.changes == ("answered -> refused", "evidence_cited: 1 -> 0")
    assert question.better is False
    assert compare(worse, run).questions[0].better is True
    assert found.differences["evidence_cited"].difference == pytest.approx(-1 / 3)


def test_mixed_changes_are_neither_better_nor_worse(run):
    scores = run.records[0].scores | {"evidence_cited": 0.0, "short_answer_right": 1.0}
    (question,) = compare(run, with_record(run, "q1", scores=scores)).questions
    assert question.better is None


def test_a_wrong_answer_refused_is_better(run):
    before = with_record(run, "q3", refused=False)
    after = with_record(run, "q3", refused=True)
    assert compare(before, after).questions[0].better is True


def test_settings_that_differ_are_told(run):
    settings = json.loads(json.dumps(run.made_with["settings"]))
    settings["answering"]["threshold"] = 0.9
    other = replace(run, made_with=run.made_with | {"settings": settings})
    assert compare(run, other).settings == (("answering.threshold", 0.55, 0.9),)


def test_runs_over_other_questions_are_refused(pipeline, gold, run):
    with pytest.raises(InputError, match="same questions"):
        compare(run, evaluate(pipeline, gold, Split.TEST))
    other = replace(
        run, made_with=run.made_with | {"gold": {"sha256": "0", "name": "x", "split": ""}}
    )
    with pytest.raises(InputError, match="same questions"):
        compare(run, other)


def test_text_and_json_hold_the_same(run):
    worse = with_record(run, "q1", scores=run.records[0].scores | {"hit@5": 0.0})
    found = compare(run, worse)
    text = found.to_text()
    assert "hit@5" in text
    assert "- q1 [fact]" in text
    assert "hit@20" in found.to_text(everything=True)
    assert "hit@20" not in text
    value = json.loads(json.dumps(found.to_dict()))
    assert value["questions"][0]["identifier"] == "q1"
    assert value["metrics"]["hit@5"]["difference"] == pytest.approx(-1 / 3, abs=1e-4)
