from __future__ import annotations

import json

import pytest

from rag.errors import InputError
from rag.evaluation import read_gold
from rag.evaluation.commands import check_gold
from rag.evaluation.drafts import from_documents, from_verdict, write_drafts
from rag.evaluation.gold import examine_gold
from rag.store.memory import MemoryStore
from tests.conftest import changes_for, make_document
from tests.evaluation.conftest import ROWS

TEXTS = {
    "a.txt": "The frigate Aurora left Bergen in 1931. The Nordic Ferry Union (NFU) paid for it.",
    "b.txt": "Reports by the Nordic Ferry Union (NFU) were lost.\n\nNothing else is known.",
}
ANSWER = {
    "standalone_question": "Who was captain of the Aurora?",
    "status": "answered",
    "short_answer": "Ingrid Solberg",
    "citations": [{"document": "ships.txt", "quote": "Her captain was Ingrid Solberg."}],
}
REFUSAL = {"status": "not_found", "short_answer": None, "citations": []}


@pytest.fixture
def snapshot(settings, embedder, manifest):
    store = MemoryStore()
    for name, text in TEXTS.items():
        store.apply(changes_for(make_document(name, text), settings, embedder), manifest)
    with store.snapshot() as found:
        yield found


def verdict(*, right=True, passage=None, note="", within=(), **answer):
    said = {"right": right, "passage": passage, "note": note, "within": within}
    return said | {"answer": ANSWER | answer}


def test_drafts_come_from_each_document_in_turn_with_exact_quotes(snapshot):
    first, second = from_documents(snapshot, 10)
    assert first["question"] == "When did the frigate Aurora leave Bergen?"
    assert first["answers"] == ["1931"]
    assert first["evidence"] == [
        {"document": "a.txt", "quote": "The frigate Aurora left Bergen in 1931."}
    ]
    assert first["accepted"] is False
    assert first["split"] in {"development", "test"}
    assert second["question"] == "What does NFU stand for?"
    assert [item["document"] for item in second["evidence"]] == ["b.txt", "a.txt"]
    assert second["answers"] == ["Nordic Ferry Union"]
    assert from_documents(snapshot, 1) == [first]


def test_a_right_answer_gives_its_quotes_as_evidence():
    draft = from_verdict(verdict())
    assert draft["question"] == "Who was captain of the Aurora?"
    assert (draft["kind"], draft["answers"]) == ("fact", ["Ingrid Solberg"])
    assert draft["evidence"] == ANSWER["citations"]


def test_a_right_refusal_gives_a_question_that_nothing_answers():
    draft = from_verdict(verdict(**REFUSAL))
    assert draft["kind"] == "unanswerable: near miss"
    assert draft["evidence"] == draft["answers"] == []


def test_a_line_from_before_questions_could_be_limited_is_read_on():
    line = verdict(**REFUSAL)
    del line["within"]
    assert from_verdict(line)["kind"] == "unanswerable: near miss"


def test_a_refusal_within_chosen_documents_says_nothing_of_the_others():
    assert from_verdict(verdict(within=["ships.txt"], **REFUSAL)) is None
    marked = ["b.txt", "The mast broke."]
    wrong = from_verdict(verdict(right=False, passage=marked, within=["b.txt"], **REFUSAL))
    assert wrong["evidence"] == [{"document": "b.txt", "quote": "The mast broke."}]
    assert from_verdict(verdict(within=["ships.txt"]))["evidence"] == ANSWER["citations"]


def test_a_wrong_answer_gives_the_passage_that_was_marked_instead():
    draft = from_verdict(verdict(right=False, passage=["b.txt", "The mast broke."], note="see b"))
    assert draft["evidence"] == [{"document": "b.txt", "quote": "The mast broke."}]
    assert draft["answers"] == []
    assert draft["note"] == "see b"
    assert from_verdict(verdict(right=False)) is None


def test_drafts_are_written_once_and_checked(snapshot, tmp_path):
    feedback = tmp_path / "feedback.jsonl"
    lines = [verdict(), verdict(right=False, short_answer="Ingrid")]
    feedback.write_text("".join(json.dumps(line) + "\n" for line in lines))
    path = tmp_path / "drafts.jsonl"
    report = write_drafts(snapshot, path, feedback)
    assert (report.from_documents, report.from_feedback, report.unusable) == (2, 1, 1)
    assert "1 verdicts say only that an answer was wrong" in report.to_text()
    check = check_gold(path)
    assert check.passed
    assert "3 drafts are not asked" in check.to_text()
    content = path.read_bytes()
    with pytest.raises(InputError, match="exists"):
        write_drafts(snapshot, path)
    assert path.read_bytes() == content


def test_the_last_verdict_on_an_answer_counts(snapshot, tmp_path):
    other = {"standalone_question": "Who paid?\u2028"}
    lines = [
        verdict(),
        verdict(**other),
        verdict(right=False),
        verdict(right=False, passage=["b.txt", "The mast broke."], **other),
    ]
    feedback = tmp_path / "feedback.jsonl"
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    feedback.write_text(text, encoding="utf-8")
    report = write_drafts(snapshot, tmp_path / "drafts.jsonl", feedback, 0)
    assert (report.from_feedback, report.unusable) == (1, 1)
    (draft,) = map(json.loads, (tmp_path / "drafts.jsonl").read_text("utf-8").split("\n")[:-1])
    assert draft["evidence"] == [{"document": "b.txt", "quote": "The mast broke."}]


@pytest.mark.parametrize("line", ["{", "[]", '{"right": true}', '{"answer": null, "right": true}'])
def test_another_file_is_no_feedback(snapshot, tmp_path, line):
    feedback = tmp_path / "feedback.jsonl"
    feedback.write_text(line + "\n")
    with pytest.raises(InputError, match="line 1"):
        write_drafts(snapshot, tmp_path / "drafts.jsonl", feedback)
    assert not (tmp_path / "drafts.jsonl").exists()


def test_nothing_to_draft_is_an_error(settings, embedder, manifest, tmp_path):
    store = MemoryStore()
    store.apply(changes_for(make_document("c.txt", "It is so."), settings, embedder), manifest)
    with store.snapshot() as snapshot, pytest.raises(InputError, match="simple enough"):
        write_drafts(snapshot, tmp_path / "drafts.jsonl")
    assert not (tmp_path / "drafts.jsonl").exists()


def test_only_accepted_questions_are_asked(write_gold):
    gold = read_gold(write_gold([ROWS[0], ROWS[2] | {"accepted": False}]))
    assert [item.identifier for item in gold.questions] == ["q1"]
    assert [item.identifier for item in gold.drafts] == ["q3"]
    assert read_gold(write_gold([ROWS[0] | {"accepted": True}])).questions == gold.questions


def test_a_file_of_drafts_alone_cannot_be_measured(write_gold):
    with pytest.raises(InputError, match="all 1 are drafts"):
        read_gold(write_gold([ROWS[0] | {"accepted": False}]))


def test_accepted_is_true_or_false(write_gold):
    _, problems = examine_gold(write_gold([ROWS[0] | {"accepted": "yes"}]))
    assert "accepted to be true or false" in problems[0]
