"""Many questions at once give the very answers that they give alone."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from rag.embedding import HashingEmbedder, open_embedder
from rag.errors import InputError, ModelError
from rag.pipeline import Pipeline
from rag.reading import ToRead, open_reader
from rag.settings import (
    AnsweringSettings,
    EmbeddingSettings,
    ReadingSettings,
    RetrievalSettings,
    Settings,
)
from rag.store.memory import MemoryStore
from rag.types import Answer, Span
from tests.conftest import changes_for, make_document
from tests.test_pipeline import COLUMN, PAPER, REPORT, MarkingReader

QUESTIONS = [
    "How many members does the coalition have?",
    "When did Pakistan join the coalition?",
    "Who announced the coalition?",
    "Why do critics call its mandate unclear?",
    "Where did the coalition meet?",
    "Which bread is baked in Lima?",
]


class CountingEmbedder(HashingEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts):
        self.texts += texts
        return super().embed(texts)


class CountingReader(MarkingReader):
    """Remembers how many questions it was given at once."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.sizes: list[int] = []

    def read_several(self, tasks):
        self.sizes.append(len(tasks))
        return super().read_several(tasks)


@pytest.fixture
def pipeline(manifest):
    settings = Settings(
        embedding=EmbeddingSettings(model="hashing"),
        reading=ReadingSettings(reader="none"),
        retrieval=RetrievalSettings(candidates=5),
        answering=AnsweringSettings(threshold=0.3),
    )
    store, embedder = MemoryStore(), CountingEmbedder()
    for name, text in (("column.txt", COLUMN), ("paper.txt", PAPER), ("report.txt", REPORT)):
        store.apply(list(changes_for(make_document(name, text), settings, embedder)), manifest)
    return Pipeline(store, embedder, settings, CountingReader(r"4\d|forty-two|Pakistan|Riyadh"))


def content(answer: Answer) -> str:
    values = answer.to_dict()
    del values["timings_ms"]
    return json.dumps(values)


def test_answers_are_those_of_asking_one_after_another(pipeline):
    questions = [f"{question} {'really ' * (n % 7)}" for n, question in enumerate(QUESTIONS * 20)]
    alone = [content(pipeline.ask(question)) for question in questions]
    together = [content(answer) for answer in pipeline.ask_many(questions)]
    assert together == alone
    assert len({*alone}) > 12


def test_without_a_reader_too(pipeline):
    pipeline.reader = None
    alone = [content(pipeline.ask(question)) for question in QUESTIONS]
    assert [content(answer) for answer in pipeline.ask_many(QUESTIONS)] == alone


def test_questions_are_read_together_and_a_text_is_embedded_once(pipeline):
    pipeline.embedder.texts.clear()
    questions = [f"{question} Case {n}?" for n in range(8) for question in QUESTIONS]
    assert len(list(pipeline.ask_many(questions))) == 48
    assert max(pipeline.reader.sizes) >= 16  # a group, whichever thread runs first
    assert len(pipeline.reader.sizes) < 12
    texts = pipeline.embedder.texts
    assert max(texts.count(text) for text in texts) <= 2  # once in each of the two groups


def test_a_repeated_question_is_answered_once(pipeline):
    questions = [QUESTIONS[0], f"  {QUESTIONS[0]} ", QUESTIONS[0]] * 10
    answers = list(pipeline.ask_many(questions))
    assert sum(pipeline.reader.sizes) == 2  # its passages, and its best sentence alone
    assert [answer.question for answer in answers] == questions
    assert {content(answer) for answer in answers[::3]} == {content(pipeline.ask(QUESTIONS[0]))}


def test_a_bad_question_is_an_error_in_its_place(pipeline):
    outcomes = list(pipeline.ask_many([QUESTIONS[0], "", "?", "x" * 3000, QUESTIONS[1]]))
    assert [type(outcome) for outcome in outcomes] == [
        Answer, InputError, InputError, InputError, Answer,
    ]  # fmt: skip


def test_a_failing_model_fails_each_question_and_nothing_hangs(pipeline):
    def fail(_tasks):
        message = "the model is gone"
        raise ModelError(message)

    pipeline.reader.read_several = fail
    outcomes = list(pipeline.ask_many(QUESTIONS))
    assert [str(outcome) for outcome in outcomes] == ["the model is gone"] * 6


def test_an_unexpected_error_is_raised_where_the_answer_is_taken(pipeline):
    def fail(_tasks):
        raise ZeroDivisionError

    pipeline.reader.read_several = fail
    with pytest.raises(ZeroDivisionError):
        list(pipeline.ask_many(QUESTIONS))


def test_questions_are_read_as_answers_are_taken_and_threads_end(pipeline):
    before = threading.active_count()
    taken = 0

    def questions():
        nonlocal taken
        while True:
            taken += 1
            yield f"How many members does the coalition have in case {taken}?"

    answers = pipeline.ask_many(questions())
    for _ in range(3):
        next(answers)
    assert taken < 100
    answers.close()
    assert threading.active_count() == before
    assert list(pipeline.ask_many([])) == []


LENGTHS = (1, 7, 14, 15, 30, 47, 63, 90, 98, 127, 148, 190, 198, 221, 228, 254)


def test_a_vector_has_the_same_bits_whatever_shares_its_batch():
    embedder = open_embedder(EmbeddingSettings())
    texts = [" ".join(f"word{n % 9} river" for n in range(count // 2 + 1)) for count in LENGTHS]
    together = embedder.embed(texts)
    for row, text in enumerate(texts):
        assert np.array_equal(embedder.embed([text])[0], together[row])


def test_a_reading_has_the_same_bits_whatever_shares_its_batch():
    reader = open_reader()
    passage = "The stone bridge was opened in 1874 by Ada Quill. A ferry ran before it. "
    tasks = [
        ToRead(question, [(passage * 8)[: 15 * n], passage * (n % 4)], [[Span(0, 10)], []])
        for n, question in enumerate(["When was it opened?", "Who opened the bridge?"] * 8)
    ]
    together = reader.read_several(tasks)
    assert together == [reader.read_sentences(*task) for task in tasks]
