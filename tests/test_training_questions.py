"""The questions written for training, and how they are read."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from rag.evaluation.gold import read_gold

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "training" / "written"
COUNTS = {"passages": (2166, 5, {4, 5}), "questions": (3592, 4, {3})}
"""Of each file: paragraphs, and of each of these answerable questions and near misses."""
TOPICS = 139
"""Of `topics.jsonl`."""


@pytest.fixture(scope="module")
def corpus():
    """The module of training that reads; the folder is no package."""
    spec = importlib.util.spec_from_file_location(
        "training_corpus", ROOT / "training" / "corpus.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def tokenizer(corpus):
    return corpus.open_tokenizer(ROOT / "rag" / "weights" / "reader")


@pytest.fixture(scope="module")
def written():
    return {
        name: [
            json.loads(line)
            for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for name in COUNTS
    }


@pytest.mark.parametrize("name", COUNTS)
def test_each_paragraph_comes_once_with_questions_of_both_kinds(written, name):
    paragraphs, answerable, near_misses = COUNTS[name]
    assert len(written[name]) == len({record["id"] for record in written[name]}) == paragraphs
    for record in written[name]:
        assert len(record["questions"]) == answerable
        assert len(record["near_misses"]) in near_misses
        asked = [row["question"] for row in record["questions"]] + record["near_misses"]
        assert len(set(asked)) == len(asked), record["id"]
        assert all(0 <= row["start"] < row["end"] for row in record["questions"])


def test_nothing_of_what_accuracy_is_measured_on_is_among_them(written):
    asked = {
        question
        for records in written.values()
        for record in records
        for question in [row["question"] for row in record["questions"]] + record["near_misses"]
    }
    lines = (FOLDER / "topics.jsonl").read_text(encoding="utf-8").splitlines()
    topics = [json.loads(line) for line in lines]
    asked |= {row["question"] for topic in topics for row in topic["questions"]}
    asked |= {question for topic in topics for question in topic["nowhere"]}
    gold = {
        question.question
        for name in ("seeds", "corpus", "sources")
        for question in read_gold(ROOT / "eval" / "gold" / f"{name}.jsonl").questions
    }
    assert len(asked) > 45_000
    assert not asked & gold
    for record in [*written["passages"], *topics]:
        text = json.dumps(record, ensure_ascii=False)
        assert not [word for word in ("IMCTC", "Islamic Military", "Raheel") if word in text]


def test_answers_are_whole_words_of_our_own_passages(corpus, tokenizer, tmp_path):
    (tmp_path / "passages.jsonl").write_bytes((FOLDER / "passages.jsonl").read_bytes())
    (tmp_path / "questions.jsonl").write_text("")
    passages, written = corpus.read_written(tmp_path, [], tokenizer)
    assert len(passages) == len(written) == 2166
    aside = [item for item in written if item.is_kept_aside]
    assert 130 <= len(aside) <= 230
    [first] = [item for item in written if item.paragraph == "notes-a-3"]
    [paragraph] = [item for item in passages if item.key == "notes-a-3"]
    assert first.questions[0].text == ("Who mediated the settlement between Arvendia and Solheim?")
    assert first.questions[0].answer == "Maarja Kask"
    [(begin, end, sentence, weight)] = corpus.locate(paragraph, first.questions[0])
    assert tokenizer.decode(paragraph.ids[begin : end + 1]) == "maarja kask"
    assert "mediation of former Estonian judge" in paragraph.sentence_text(sentence)
    assert weight == 1


def test_only_the_occurrence_that_is_meant_is_right(corpus, tokenizer):
    text = "In 1990 it was planned. It was built in 1995 and opened in 1990 plus six."
    [paragraph] = corpus.make_paragraphs([{"id": "a#1", "title": "A", "text": text}], tokenizer)
    anywhere = corpus.Question("q", "When was it planned?", "1990", "a#1")
    second = corpus.Question("q", "When was it planned?", "1990", "a#1", text.rindex("1990"))
    assert len(corpus.locate(paragraph, anywhere)) == 2
    assert [found[2] for found in corpus.locate(paragraph, second)] == [1]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"id": "b#1"}, "1 paragraphs that are not there"),
        ({"id": "a#1", "start": 1}, "characters 1 to 4 are not whole words"),
    ],
)
def test_questions_that_do_not_fit_the_paragraphs_are_named(
    corpus, tokenizer, tmp_path, record, message
):
    given = corpus.make_paragraphs([{"id": "a#1", "title": "A", "text": "Lima won."}], tokenizer)
    question = {"question": "Who won?", "start": record.get("start", 0), "end": 4}
    line = {"id": record["id"], "questions": [question], "near_misses": ["Who lost?"]}
    (tmp_path / "passages.jsonl").write_text("")
    (tmp_path / "questions.jsonl").write_text(json.dumps(line))
    with pytest.raises(ValueError, match=message):
        corpus.read_written(tmp_path, given, tokenizer)


@pytest.fixture
def topics(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "training"))
    before = set(sys.modules)
    yield importlib.import_module("topics")
    for name in {path.stem for path in (ROOT / "training").glob("*.py")} - before:
        sys.modules.pop(name, None)


def test_each_topic_says_which_passages_answer_and_which_do_not(topics, tokenizer):
    found = topics.read_topics(FOLDER / "topics.jsonl", tokenizer)
    assert len(found) == len({topic.name for topic in found}) == TOPICS
    assert 5 <= sum(topic.is_kept_aside for topic in found) <= 20
    for topic in found:
        assert len(topic.paragraphs) == 10
        keys = {paragraph.key for paragraph in topic.paragraphs}
        texts = [asked.text for asked in topic.asked]
        assert len(texts) == len(set(texts))
        assert sum(not asked.answers for asked in topic.asked) >= 7
        for asked in topic.asked:
            assert not set(asked.answers) & set(asked.others)
            assert set(asked.answers) | set(asked.others) <= keys


def test_a_topic_names_each_answer_in_its_passage(topics, tokenizer):
    found = topics.read_topics(FOLDER / "topics.jsonl", tokenizer)
    [topic] = [topic for topic in found if topic.name.startswith("topic-c-1-")]
    [asked] = [
        asked
        for asked in topic.asked
        if asked.text == "How big is the Lakes Counter-Terrorism Coalition now?"
    ]
    answers = {key.rpartition("/")[2]: found.answer for key, found in asked.answers.items()}
    assert answers == {"3a": "26 members", "4a": "24", "5a": "27 members"}
    assert f"{topic.name}/1a" not in asked.others  # arguable: how many there were at first
    assert len(asked.others) == 6


def test_a_topic_whose_answer_is_not_whole_words_is_named(topics, tokenizer, tmp_path):
    documents = [{"title": "A", "passages": ["Lima won.", "Oslo lost."]}]
    question = {"question": "Who won?", "answers": {"1a": [0, 3]}, "leave": []}
    line = {"id": "t", "documents": documents, "questions": [question], "nowhere": []}
    (tmp_path / "topics.jsonl").write_text(json.dumps(line))
    with pytest.raises(ValueError, match="t/1a: characters 0 to 3 are not whole words"):
        topics.read_topics(tmp_path / "topics.jsonl", tokenizer)


def test_a_question_comes_with_what_answers_it_and_what_does_not(topics, tokenizer):
    [examples, passages] = map(importlib.import_module, ("topic_examples", "passages"))
    found = topics.read_topics(FOLDER / "topics.jsonl", tokenizer)
    [topic] = [topic for topic in found if topic.name.startswith("topic-c-1-")]
    store = passages.Store(tokenizer)
    examples.TopicMaker([topic], tokenizer, None).add_pass(store, seed=1)
    groups = {}
    for at, (length, _, kind, group) in enumerate(store.rows):
        groups.setdefault(group, []).append((at, length, passages.KINDS[kind]))
    assert len(groups) == len(topic.asked)
    marked = {
        row: tokenizer.decode(store.ids[row][first : last + 1].tolist())
        for row, first, last, _ in store.spans
    }
    for asked, rows in zip(topic.asked, groups.values(), strict=True):
        positive = [at for at, _, kind in rows if kind == "positive"]
        assert len(positive) == min(2, len(asked.answers))
        wanted = {
            tokenizer.decode(tokenizer.encode(answer.answer, add_special_tokens=False).ids)
            for answer in asked.answers.values()
        }
        assert {marked[at] for at in positive} <= wanted
        others = [at for at, _, kind in rows if kind == "written"]
        assert len(others) == min(3 if asked.answers else 2, len(asked.others))
        assert not set(others) & set(marked)
