from __future__ import annotations

import json
import os
import sys

import pytest

from rag.errors import IndexMissingError, InputError
from rag.evaluation import commands
from rag.evaluation.sweep import Grid
from rag.evaluation.sweep_report import run_sweep
from rag.indexing import update_index
from rag.store.embedded import EmbeddedStore
from tests.conftest import write_files
from tests.evaluation.conftest import ROWS, TEXTS


@pytest.fixture
def index(tmp_path, settings, embedder):
    folder = write_files(tmp_path / "library", TEXTS)
    update_index(EmbeddedStore(tmp_path / "index"), [folder], settings, embedder)
    return tmp_path / "index"


@pytest.fixture
def gold_file(write_gold):
    return write_gold(ROWS)


def test_an_evaluation_is_run_reported_and_compared(gold_file, index, settings, tmp_path):
    report = tmp_path / "report.html"
    result = commands.run_evaluation(
        gold_file, index, settings=settings, report=report, fail_under="hit@5=0.9, over_refusal=1"
    )
    assert result.passed
    assert report.is_file()
    assert "hit@5" in result.to_text()
    assert "hit@20" in result.to_text(everything=True)
    run = tmp_path / "run.json"
    run.write_text(json.dumps(result.to_dict()), encoding="utf-8")
    assert commands.run_comparison(run, run).questions == ()


def assert_refused_first(gold_file, index, settings, report, message):
    """A report that cannot be made is told before a question is asked."""
    told = []
    with pytest.raises(InputError, match=message):
        commands.run_evaluation(
            gold_file,
            index,
            settings=settings,
            report=report,
            tell=lambda *step: told.append(step),
        )
    assert told == []


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing/r.html", r"there is no folder .*missing\."), ("library", "it is a folder")],
)
def test_a_report_that_cannot_be_written_is_told_before_anything_is_asked(
    gold_file, index, settings, tmp_path, name, message
):
    expected = f"write a report to .*{name}, but {message}"
    assert_refused_first(gold_file, index, settings, tmp_path / name, expected)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_report_in_a_folder_that_may_not_be_written_is_told_first(
    gold_file, index, settings, tmp_path
):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    assert_refused_first(gold_file, index, settings, folder / "r.html", "it may not be written")


def test_without_matplotlib_a_report_is_refused_before_anything_is_asked(
    gold_file, index, settings, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    expected = "matplotlib for the plots of a report"
    assert_refused_first(gold_file, index, settings, tmp_path / "r.html", expected)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/p.png", "there is no folder"),
        ("library", "it is a folder"),
        ("p.gold", r"\.gold is no format"),
    ],
)
def test_a_plot_that_cannot_be_written_is_told_before_anything_is_asked(
    gold_file, index, settings, tmp_path, name, message
):
    told = []
    with pytest.raises(InputError, match=f"write a plot to .*{name}, but {message}"):
        run_sweep(
            gold_file,
            index,
            grid=Grid(),
            settings=settings,
            keep=tmp_path / "sweep",
            plot=tmp_path / name,
            tell=lambda *step: told.append(step),
        )
    assert told == []


def test_what_is_asked_for_and_missed_is_told(gold_file, index, settings):
    result = commands.run_evaluation(
        gold_file,
        index,
        settings=settings,
        split="development",
        fail_under="token_f1=0.5,words=1000",
    )
    assert not result.passed
    text = result.to_text()
    assert "FAILED: token_f1 is 0.000, wanted at least 0.5" in text
    assert "FAILED: words" in text
    assert "(development)" in text


def test_a_figure_that_was_not_measured_fails(gold_file, index, settings):
    result = commands.run_evaluation(
        gold_file, index, settings=settings, split="development", fail_under="conflict_shown=0"
    )
    assert "FAILED: conflict_shown is not measured" in result.to_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("recall@5=0.9", [("recall@5", 0.9)]),
        (" hit@1 = 1 ,, aurc=0.2", [("hit@1", 1.0), ("aurc", 0.2)]),
    ],
)
def test_requirements_are_parsed(text, expected):
    found = commands.parse_requirements(text)
    assert [(item.name, item.bound) for item in found] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recall=0.9", "'recall'"),
        ("hit@5", "write hit@5=0.9"),
        ("hit@5=high", "a number for hit@5"),
        ("hit@5=nan", "finite"),
    ],
)
def test_a_broken_requirement_is_named(text, message):
    with pytest.raises(InputError, match=message):
        commands.parse_requirements(text)


def test_lower_is_better_means_at_most(gold_file, index, settings):
    result = commands.run_evaluation(
        gold_file, index, settings=settings, fail_under="false_alarm=0,aurc=1"
    )
    assert result.passed


@pytest.mark.parametrize(("split", "message"), [("training", "one of development, test")])
def test_another_split_is_refused(gold_file, index, settings, split, message):
    with pytest.raises(InputError, match=message):
        commands.run_evaluation(gold_file, index, settings=settings, split=split)


def test_without_an_index_nothing_is_measured(gold_file, tmp_path, settings):
    with pytest.raises(IndexMissingError):
        commands.run_evaluation(gold_file, tmp_path / "none", settings=settings)


def test_a_good_gold_file_passes(gold_file, index, settings):
    result = commands.check_gold(gold_file, index, settings=settings)
    assert result.passed
    assert result.located
    text = result.to_text()
    assert "4 questions, 1 of them unanswerable (25%)" in text
    assert "passed; evidence found in the index" in text
    assert result.to_dict()["counts"]["fact"] == {"development": 1}


def test_all_problems_of_a_gold_file_are_listed(write_gold, index, settings):
    lost = ROWS[0] | {"evidence": [{"document": "ships.txt", "quote": "A whale sank."}]}
    result = commands.check_gold(
        write_gold([lost, ROWS[1] | {"kind": "riddle"}]), index, settings=settings
    )
    assert len(result.problems) == 2
    assert not result.passed
    assert "line 1: Question q1" in result.to_text()
    assert "FAILED: 2 problems" in result.to_text()


def test_a_gold_file_can_be_checked_without_an_index(gold_file):
    result = commands.check_gold(gold_file)
    assert result.passed
    assert "not looked up" in result.to_text()
