"""The commands eval, compare and gold check."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import BRIDGE, QUESTION, run

GOLD = [
    {
        "id": "b1",
        "question": QUESTION,
        "kind": "fact",
        "answers": ["1874"],
        "evidence": [{"document": "bridge.md", "quote": BRIDGE}],
        "split": "test",
    },
    {
        "id": "b2",
        "question": "Which opera house stands in Vienna?",
        "kind": "unanswerable: off topic",
        "answers": [],
        "evidence": [],
        "split": "test",
    },
]


@pytest.fixture
def gold(library, tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in GOLD))
    return path


def test_eval_measures_and_writes_a_run_that_compare_reads(gold, tmp_path):
    result = run("eval", str(gold), "--json", "--report", str(tmp_path / "report.html"))
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert content["metrics"]["recall@5"]["value"] == 1.0
    assert content["metrics"]["exact_quotes"]["value"] == 1.0
    assert "<html" in (tmp_path / "report.html").read_text()
    (tmp_path / "run.json").write_text(result.stdout)
    compared = run("compare", str(tmp_path / "run.json"), str(tmp_path / "run.json"))
    assert compared.exit_code == 0
    assert "recall@5" in compared.stdout


def test_eval_fails_below_what_was_asked_for(gold):
    assert run("eval", str(gold), "--fail-under", "recall@5=0.9").exit_code == 0
    assert run("eval", str(gold), "--fail-under", "refusal_recall=1.1").exit_code == 1
    unknown = run("eval", str(gold), "--fail-under", "beauty=1")
    assert unknown.exit_code == 2
    assert "beauty" in unknown.stderr


def test_gold_check_finds_what_is_not_in_the_index(gold):
    assert run("gold", "check", str(gold), "--index", "index/default").exit_code == 0
    broken = [{**GOLD[0], "evidence": [{"document": "bridge.md", "quote": "Not written there."}]}]
    gold.write_text(json.dumps(broken[0]) + "\n")
    assert run("gold", "check", str(gold)).exit_code == 0
    result = run("gold", "check", str(gold), "--index", "index/default")
    assert result.exit_code == 1
    assert "Not written there." in result.stdout


def test_gold_draft_writes_candidates_that_gold_check_reads(library, tmp_path):
    path = tmp_path / "drafts.jsonl"
    result = run("gold", "draft", "-o", str(path))
    assert result.exit_code == 0
    assert 'set "accepted" to true' in result.stdout
    drafts = [json.loads(line) for line in path.read_text().splitlines()]
    assert all(not item["accepted"] and item["evidence"] for item in drafts)
    assert run("gold", "check", str(path), "--index", "index/default").exit_code == 0
    assert run("gold", "draft", "-o", str(path)).exit_code == 2


def test_sweep_tries_settings_on_development_questions(gold, tmp_path):
    gold.write_text(gold.read_text().replace('"test"', '"development"'))
    grid = ["--chunk-tokens", "", "--dense-weight", "0.5", "--depth", "", "--threshold", "0.01,0.9"]
    plot = tmp_path / "sweep.svg"
    result = run("sweep", str(gold), *grid, "--plot", str(plot))
    assert result.exit_code == 0, result.stderr
    assert "2 development questions of gold.jsonl" in result.stdout
    assert "<svg" in plot.read_text()
    content = json.loads(run("sweep", str(gold), *grid, "--json").stdout)
    assert content["best"]["figures"]["hit@5"] == 1.0
    assert len(content["points"]) == 2 * 2


def test_sweep_refuses_test_questions(gold):
    result = run("sweep", str(gold))
    assert result.exit_code == 2
    assert "split development" in result.stderr
