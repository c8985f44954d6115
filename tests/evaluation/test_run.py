"""A whole evaluation of the tiny index, whose figures are known."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.errors import InputError
from rag.evaluation import Split, evaluate, read_evaluation, read_gold
from rag.evaluation.metrics import LATENCIES
from rag.evaluation.run import current_commit, evaluation_of
from rag.types import Answer, Status
from tests.evaluation.conftest import ROWS


@pytest.fixture
def evaluation(pipeline, gold):
    return evaluate(pipeline, gold)


def record_of(evaluation, identifier):
    return next(record for record in evaluation.records if record.identifier == identifier)


def without_times(value):
    value = json.loads(json.dumps(value))
    for figures in (value["metrics"], *value["by_kind"].values(), *value["by_wording"].values()):
        for name in LATENCIES:
            figures.pop(name, None)
    for question in value["questions"]:
        del question["milliseconds"]
    return value


def test_retrieval_is_scored_by_evidence(evaluation):
    scores = record_of(evaluation, "q1").scores
    assert (scores["hit@1"], scores["mrr"], scores["ndcg@5"]) == (1, 1, 1)
    conflict = record_of(evaluation, "q2").scores
    assert conflict["recall@3"] == 1
    assert conflict["recall@1"] == 0.5
    assert conflict["hit@1"] == 1
    assert conflict["all_hit@1"] == 0


def test_answers_are_scored_against_gold(evaluation):
    record = record_of(evaluation, "q1")
    assert record.sentences[0] == "The frigate Aurora sailed from Bergen in 1931."
    assert record.scores["first_sentence_right"] == 1
    assert record.scores["answer_right"] == 1
    assert record.scores["evidence_cited"] == 1
    assert record.scores["citation_recall_span"] == 1
    assert record.scores["exact_quotes"] == 1
    assert record.scores["alce_recall"] == 1
    assert record.scores["words"] >= 8
    assert record.right
    assert record.missing == ()


def test_an_unanswerable_question_has_no_evidence_scores(evaluation):
    record = record_of(evaluation, "q3")
    assert not record.answerable
    assert not record.right
    assert "hit@5" not in record.scores
    assert "evidence_cited" not in record.scores


def test_figures_come_from_the_questions(evaluation):
    metrics = evaluation.metrics
    assert metrics["hit@5"].questions == 3
    assert metrics["refusal_recall"].questions == 1
    recalls = [record.scores["recall@1"] for record in evaluation.records if record.answerable]
    assert metrics["recall@1"].value == pytest.approx(sum(recalls) / 3)
    assert metrics["exact_quotes"].value == 1
    assert set(evaluation.by_kind) == {row["kind"] for row in ROWS}
    assert evaluation.by_kind["fact"]["hit@1"].value == 1
    assert "refusal_recall" not in evaluation.by_kind["fact"]
    assert evaluation.by_wording == {}


def test_figures_are_told_by_wording(pipeline, write_gold):
    rows = [row | {"wording": "other" if row["id"] == "q4" else "same"} for row in ROWS]
    evaluation = evaluate(pipeline, read_gold(write_gold(rows)))
    assert set(evaluation.by_wording) == {"other", "same"}
    assert evaluation.by_wording["same"]["hit@5"].questions == 2
    assert evaluation.by_wording["other"]["hit@5"].questions == 1
    assert "refusal_recall" not in evaluation.by_wording["same"]


def test_a_follow_up_is_asked_after_its_history(pipeline, gold, monkeypatch):
    asked = []
    plain = pipeline.ask
    monkeypatch.setattr(
        pipeline,
        "ask",
        lambda question, history=(): (
            asked.append((question, [turn.question for turn in history]))
            or plain(question, history)
        ),
    )
    evaluate(pipeline, gold.part(Split.TEST))
    assert ("Who was her captain?", ["Which frigate sailed from Bergen?"]) in asked


def test_a_refusal_is_judged_by_what_it_held_back(settings, pipeline, gold):
    pipeline.settings = replace(settings, answering=replace(settings.answering, threshold=1.0))
    evaluation = evaluate(pipeline, gold)
    assert all(record.refused for record in evaluation.records)
    record = record_of(evaluation, "q1")
    assert record.right
    assert record.scores["evidence_cited"] == 0
    assert record.missing == ("ships.txt: The frigate Aurora sailed from Bergen in 1931.",)
    assert evaluation.metrics["refusal_precision"].value == 1 / 4
    assert evaluation.metrics["over_refusal"].value == 1
    assert pipeline.settings.answering.threshold == 1.0


def test_risk_coverage_and_what_was_handled(settings, pipeline, gold):
    """Below any threshold, three answers are with evidence, one to what nothing answers."""
    pipeline.settings = replace(settings, answering=replace(settings.answering, threshold=0.0))
    metrics = evaluate(pipeline, gold).metrics
    assert [metrics[name].value for name in ("coverage", "risk", "handled")] == [1, 1 / 4, 3 / 4]
    assert metrics["risk"].questions == 4
    pipeline.settings = replace(settings, answering=replace(settings.answering, threshold=1.0))
    refusing = evaluate(pipeline, gold).metrics
    assert [refusing[name].value for name in ("coverage", "handled")] == [0, 1 / 4]
    assert "risk" not in refusing


def test_latency_has_an_interval_over_all_and_by_kind(evaluation):
    times = sorted(record.milliseconds for record in evaluation.records)
    median = evaluation.metrics["latency_p50_ms"]
    assert median.value == times[1]
    assert times[0] <= median.low <= median.value <= median.high <= times[-1]
    assert evaluation.metrics["latency_p95_ms"].value == times[-1]
    assert evaluation.by_kind["fact"]["latency_p50_ms"].questions == 1


def test_the_index_is_told_by_a_hash(evaluation, pipeline, gold):
    index = evaluation.made_with["index"]
    assert len(index["sha256"]) == 64
    assert evaluate(pipeline, gold).made_with["index"]["sha256"] == index["sha256"]


def test_what_is_not_answered_still_counts(pipeline, gold):
    """The denominator comes from the gold, not from what was answered."""
    pipeline.ask = lambda question, history=(): Answer(
        question, question, Status.NOT_FOUND, (), (), (), 0.0, plain_stamp(pipeline)
    )
    evaluation = evaluate(pipeline, gold)
    assert evaluation.metrics["evidence_cited"].questions == 3
    assert evaluation.metrics["evidence_cited"].value == 0
    assert evaluation.metrics["answer_right"].questions == 2
    assert "words" not in evaluation.metrics


def plain_stamp(pipeline):
    return type(pipeline).ask(pipeline, "anything").index


def test_only_the_split_asked_for_is_measured(pipeline, gold):
    evaluation = evaluate(pipeline, gold, Split.TEST)
    assert [record.identifier for record in evaluation.records] == ["q2", "q4"]
    assert evaluation.made_with["gold"]["split"] == "test"


def test_progress_is_told(pipeline, gold):
    told = []
    evaluate(pipeline, gold, tell=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_missing_evidence_stops_before_anything_is_asked(pipeline, write_gold):
    row = ROWS[0] | {"evidence": [{"document": "ships.txt", "quote": "A whale sank."}]}
    with pytest.raises(InputError, match="Question q1"):
        evaluate(pipeline, read_gold(write_gold([row])))


def test_two_runs_give_the_same_json_but_for_times(pipeline, gold, evaluation):
    again = evaluate(pipeline, gold)
    assert without_times(again.to_dict()) == without_times(evaluation.to_dict())


def test_a_run_says_what_it_was_made_with(evaluation, pipeline, gold):
    value = evaluation.to_dict()
    assert value["gold"]["sha256"] == gold.sha256
    assert value["settings"]["retrieval"]["dense_weight"] == (
        pipeline.settings.retrieval.dense_weight
    )
    assert value["index"]["generation"] == 1
    assert set(value["index"]["files"]) == {"bees.txt", "ships.txt", "hive-count.txt"}
    assert value["versions"]["numpy"]


def test_a_run_is_read_back(tmp_path, evaluation):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(evaluation.to_dict()), encoding="utf-8")
    again = read_evaluation(path)
    assert again.records == evaluation.records
    assert again.to_dict() == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 99}', '{"format": 1}'])
def test_another_file_is_no_run(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="Expected a run"):
        read_evaluation(path)


def test_figures_can_be_made_again_from_the_records(evaluation):
    assert evaluation_of(evaluation.records, evaluation.made_with).metrics == evaluation.metrics


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert current_commit() is None
    monkeypatch.setenv("PATH", "")
    assert current_commit() is None
