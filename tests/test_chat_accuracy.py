"""Settings of the page, and measuring from it."""

from __future__ import annotations

import json
import threading
import time

import pytest

from rag.chat.choices import CHOICES, chosen, differing
from rag.chat.engine import Engine
from rag.chat.figures import comparison_html, run_html, runs_html
from rag.chat.measuring import Measuring
from rag.chat.progress import CancelledError, followed, run_with_progress
from rag.chat.runs import GoldFiles, Runs
from rag.chat.scope import Scope
from rag.errors import InputError
from rag.evaluation import read_evaluation
from rag.evaluation.comparison import compare
from rag.indexing import update_index
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore
from tests.conftest import write_files

FILES = {"boats.txt": "Boats carry timber to the north.", "salt.md": "# Salt\n\nOld mines."}
GOLD = [
    {
        "id": "boats",
        "question": "What do boats carry to the north?",
        "kind": "fact",
        "answers": ["timber"],
        "evidence": [{"document": "boats.txt", "quote": "Boats carry timber to the north."}],
    },
    {
        "id": "nasty",
        "question": "<script>alert(1)</script> zebra?",
        "kind": "unanswerable: off topic",
    },
]


@pytest.fixture
def engine(tmp_path, settings, embedder):
    store = EmbeddedStore(tmp_path / "index")
    update_index(store, [write_files(tmp_path / "corpus", FILES)], settings, embedder)
    return Engine(Pipeline(store, embedder, settings))


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "boats.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in GOLD), encoding="utf-8")
    return path


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "kept")


def test_every_choice_is_a_setting_with_its_default_in_range():
    for choice in CHOICES:
        assert choice.low <= choice.value(Settings()) <= choice.high


def test_choices_are_taken_from_an_address_and_moved_into_their_range():
    settings = chosen(Settings(), {"sure": "0.3", "sentences": "99", "read": "x", "other": "1"})
    assert settings.answering.threshold == 0.3
    assert settings.answering.max_sentences == 12
    assert settings.reading == Settings().reading
    assert chosen(Settings(), {"sure": "nan", "meaning": "inf"}) == Settings()
    shown = [(choice.key, now, usual) for choice, now, usual in differing(settings, Settings())]
    assert shown == [("sure", "30 %", "45 %"), ("sentences", "12", "5")]


def test_what_is_not_as_usual_is_told_above_the_question(engine):
    usual = Scope(engine.settings)
    assert usual.drawn(engine.settings) == ""
    scope = usual.with_choices({"sure": 0.3}).limited_to(["boats.txt", "no such"], engine)
    assert scope.within == ("boats.txt",)
    line = scope.drawn(engine.settings)
    assert "boats.txt" in line
    assert "How sure an answer must be: <strong>30 %</strong> instead of 45 %" in line


def test_a_question_is_answered_with_the_settings_chosen(engine):
    question = "What do boats carry?"
    sure = chosen(engine.settings, {"sure": 0.99})
    assert engine.ask(question, settings=sure).index.settings_sha256 == sure.sha256()
    assert engine.ask(question).index.settings_sha256 == engine.settings.sha256()
    assert engine.pipeline(sure).settings.answering.threshold == 0.99
    assert engine.pipeline().settings == engine.settings


def test_what_nobody_waits_for_lets_people_go_first(engine):
    entered, leave = threading.Event(), threading.Event()

    def asking():
        with engine._person_waiting():
            entered.set()
            leave.wait(10)

    person = threading.Thread(target=asking)
    person.start()
    entered.wait(10)
    threading.Timer(0.2, leave.set).start()
    began = time.monotonic()
    engine.let_people_go_first()
    person.join()
    assert time.monotonic() - began >= 0.15
    engine.let_people_go_first()


def test_a_measured_run_is_kept_listed_and_readable_by_the_command_line(
    engine, gold, runs, tmp_path
):
    measuring = Measuring(engine, runs)
    identifier = measuring.measure(gold, "", chosen(engine.settings, {"sure": 0}))
    assert measuring.progress is None
    assert [run.identifier for run in Runs(tmp_path / "kept").listed()] == [identifier]
    evaluation = read_evaluation(tmp_path / "kept" / "runs" / f"{identifier}.json")
    assert evaluation == runs.run(identifier).evaluation
    assert [record.identifier for record in evaluation.records] == ["boats", "nasty"]
    assert evaluation.metrics["recall@5"].value == 1.0
    assert json.loads(runs.text(identifier))["settings"]["answering"]["threshold"] == 0
    runs.delete(identifier)
    assert runs.listed() == []


def test_runs_and_comparisons_are_drawn_with_nothing_of_a_question_as_html(engine, gold, runs):
    measuring = Measuring(engine, runs)
    before = runs.run(measuring.measure(gold, "", chosen(engine.settings, {"sure": 0})))
    after = runs.run(measuring.measure(gold, "", chosen(engine.settings, {"sure": 0.99})))
    html = run_html(after, runs.listed(), engine.settings)
    assert "answering.threshold 0.99" in html
    assert html.count("<svg") == 3
    assert "refused, but it is answerable" in html
    assert f'<option value="{before.identifier}">' in html
    listed = runs_html(runs.listed(), engine.settings, after.identifier)
    assert listed.count("<li") == 2
    found = compare(before.evaluation, after.evaluation)
    compared = comparison_html(before, after, found)
    assert "answering.threshold 0.0 → 0.99" in compared
    assert "answered -&gt; refused" in compared
    for text in (html, listed, compared):
        assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; zebra?" in html


def test_a_measurement_can_be_cancelled_and_keeps_nothing(engine, gold, runs):
    measuring = Measuring(engine, runs)
    steps = run_with_progress(lambda: measuring.measure(gold, "", engine.settings), measuring, 0.01)
    with engine._person_waiting():  # so that it stops after its first question
        progress = next(step for step in steps if step.done == 1)
        assert progress.total == 2
        measuring.cancel()
    with pytest.raises(CancelledError):
        list(steps)
    assert runs.listed() == []
    assert list(followed(measuring)) == []


def test_two_measurements_do_not_run_at_once(engine, gold, runs):
    measuring = Measuring(engine, runs)
    with measuring._running, pytest.raises(InputError, match="running already"):
        measuring.measure(gold, "", engine.settings)


@pytest.mark.parametrize("identifier", ["../../etc/passwd", "20260101-000000-00000000", "", "x"])
def test_a_run_is_named_by_its_identifier_and_by_no_path(runs, identifier):
    for call in (runs.run, runs.text):
        with pytest.raises(InputError, match="no such run"):
            call(identifier)


def test_gold_files_are_checked_before_they_are_kept(gold, tmp_path):
    files = GoldFiles(tmp_path / "kept")
    name = files.add(gold)
    assert name == "added/boats.jsonl"
    assert files.path(name).read_bytes() == gold.read_bytes()
    (tmp_path / "bad.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(InputError, match="bad.jsonl, line 1"):
        files.add(tmp_path / "bad.jsonl")
    for unknown in ("../boats.jsonl", "added/bad.jsonl", ""):
        with pytest.raises(InputError, match="no such gold file"):
            files.path(unknown)


def test_feedback_is_offered_as_a_gold_file(gold, tmp_path):
    (tmp_path / "candidate-gold.jsonl").write_bytes(gold.read_bytes())
    assert GoldFiles(tmp_path).path("feedback") == tmp_path / "candidate-gold.jsonl"
    assert "feedback" not in GoldFiles(tmp_path / "empty").known()
