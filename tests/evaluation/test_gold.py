from __future__ import annotations

import pytest

from rag.errors import InputError
from rag.evaluation.answers import exact_match
from rag.evaluation.gold import examine_gold, read_gold
from rag.evaluation.labels import Kind, Split
from tests.evaluation.conftest import ROWS


def changed(index=0, **changes):
    row = {**ROWS[index], **changes}
    return {key: value for key, value in row.items() if value is not None}


def test_a_question_is_read_as_it_is_written(gold):
    first, conflict, nothing, follow_up = gold.questions
    assert first.kind is Kind.FACT
    assert first.split is Split.DEVELOPMENT
    assert first.groups == ((0,),)
    assert first.factual
    assert conflict.groups == ((0,), (1,))
    assert conflict.positions == (("42", "forty-two"), ("37",))
    assert not nothing.answerable
    assert nothing.groups == ()
    assert follow_up.history == ("Which frigate sailed from Bergen?",)


def test_evidence_without_groups_is_one_group_of_alternatives(write_gold):
    row = changed(1, kind="why", positions=None, groups=None)
    assert read_gold(write_gold([row])).questions[0].groups == ((0, 1),)


def test_a_part_holds_only_its_split(gold):
    assert [item.identifier for item in gold.part(Split.TEST).questions] == ["q2", "q4"]
    assert gold.part(None) is gold


def test_a_split_without_questions_is_an_error(write_gold):
    gold = read_gold(write_gold([ROWS[0]]))
    with pytest.raises(InputError, match="split test"):
        gold.part(Split.TEST)


def test_counts_are_by_kind_and_split(gold):
    assert gold.counts()["fact"] == {"development": 1}
    assert gold.counts()["conflict"] == {"test": 1}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (changed(kind="riddle"), "kind"),
        (changed(split="training"), "split"),
        (changed(question="  "), "question"),
        (changed(evidence=[]), "the question is answerable"),
        (changed(extra=1), "Unknown key 'extra'"),
        (changed(history=["Earlier?"]), "history"),
        (changed(wording="odd"), "wording"),
        (changed(wording=["same"]), 'wording to be "same" or "other"'),
        (changed(wording={"same": 1}), 'wording to be "same" or "other"'),
        (changed(answers="Bergen"), "answers to be a list"),
        (changed(answers=[""]), "letters or digits in each of the answers, but got ''"),
        (changed(answers=["Bergen", " - "]), "letters or digits in each of the answers"),
        (changed(positions=[["a"], ["b"]]), "positions"),
        (changed(groups=[[0], [1]]), "group of indexes"),
        (changed(groups=[[True]]), "group of indexes"),
        (changed(evidence=[{"document": "a.txt"}]), "document and quote"),
        (changed(evidence=[{"document": "a.txt", "quote": "..."}]), "letters or digits"),
        (
            changed(
                evidence=[{"document": "a", "start": 5, "end": 5, "document_sha256": "0"}],
            ),
            "0 <= start < end",
        ),
        (changed(1, positions=[["42"]]), "two or more positions"),
        (changed(1, positions=[["42"], ["37"], ["1"]]), "one group for each position"),
        (changed(1, groups=[[0], [0]]), "groups that use every piece"),
        (changed(2, answers=["3422"]), "nothing answers"),
        (changed(1, positions=[["42"], ["..."]]), "a position as a list of its spellings"),
        (changed(3, history=None), "history"),
        (changed(3, history=["Who leads it?", " "]), "a question in words in the history"),
    ],
)
def test_a_broken_rule_is_named_with_its_line(write_gold, row, message):
    with pytest.raises(InputError, match=r"gold\.jsonl, line 2: .*") as caught:
        read_gold(write_gold([ROWS[2], row | {"id": "x"}]))
    assert message in str(caught.value)


@pytest.mark.parametrize("answer", ["A", "5", "€", "C++", "½", "北京", "the"])
def test_an_answer_may_be_as_short_as_a_letter_or_a_sign(write_gold, answer):
    gold = read_gold(write_gold([changed(answers=[answer], wording="same")]))
    assert gold.questions[0].answers == (answer,)
    assert exact_match(answer, gold.questions[0].answers) == 1


def test_every_problem_is_found_at_once(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": 1}\n[]\n{nonsense\n', encoding="utf-8")
    gold, problems = examine_gold(path)
    assert gold.questions == ()
    assert [problem.split(":")[0] for problem in problems] == [
        f"gold.jsonl, line {line}" for line in (1, 2, 3)
    ]
    with pytest.raises(InputError, match="2 more"):
        read_gold(path)


def test_an_id_is_used_once(write_gold):
    with pytest.raises(InputError, match="line 2: Expected another id than 'q1', which line 1"):
        read_gold(write_gold([ROWS[0], ROWS[0]]))


def test_an_empty_file_is_an_error(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(InputError, match="at least one question"):
        read_gold(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe{"])
def test_an_unreadable_file_is_an_error(tmp_path, content):
    path = tmp_path / "gold.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="in UTF-8"):
        read_gold(path)


def test_line_separators_inside_a_question_do_not_end_it(write_gold):
    row = ROWS[0] | {"question": "Which\u2028port?"}
    path = write_gold([row])
    path.write_text(path.read_text(encoding="utf-8").replace("\\u2028", "\u2028"), encoding="utf-8")
    assert read_gold(path).questions[0].question == "Which\u2028port?"
