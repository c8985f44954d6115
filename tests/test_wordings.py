"""One question in many wordings, over the shipped corpus, with the real models."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.embedding import open_embedder
from rag.indexing import update_index
from rag.pipeline import open_pipeline
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore

CORPUS = Path(__file__).parents[1] / "corpus"
WORDINGS = (
    "How many countries joined the IMCTC?",
    "How many countries joined the coalition?",
    "How many countries are in the coalition?",
    "How many members does the coalition have?",
    "How many member states does the alliance have?",
    "How many Muslim countries are part of the Islamic military alliance?",
    "How many nations belong to the IMCTC?",
    "How many states are members of the Islamic Military Counter Terrorism Coalition?",
    "What is the number of member countries of the IMCTC?",
    "How large is the IMCTC?",
    "How many states make up the coalition today?",
    "What is the size of the coalition's membership?",
    "How many participating countries does the Saudi-led coalition have?",
)
SHOWN = 8
"""Of them, with both figures."""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    index, settings = tmp_path_factory.mktemp("index") / "corpus", Settings()
    store = EmbeddedStore(index)
    update_index(store, [CORPUS], settings, open_embedder(settings.embedding))
    store.close()
    return open_pipeline(index)


def test_a_difference_is_shown_however_the_question_is_worded(pipeline):
    shown = []
    for question in WORDINGS:
        answer = pipeline.ask(question)
        values = {item.value for found in answer.disagreements for item in found.positions}
        assert values <= {"41", "42", "forty-two"}, question
        shown.append(len(values) > 1)
    assert sum(shown) >= SHOWN


def test_a_set_phrase_is_searched_like_plain_words(pipeline):
    found, plain = (
        [hit.chunk.identifier for hit in pipeline.search(question)]
        for question in ("Who is in charge of the coalition?", "Who leads the coalition?")
    )
    assert found == plain


def test_a_difference_is_about_the_question_as_it_was_asked(pipeline):
    [found] = pipeline.ask("How big is the coalition?").disagreements
    assert found.about == "How big is the coalition?"


def test_the_beginning_is_no_present(pipeline):
    answer = pipeline.ask("How many countries were in the coalition initially?")
    assert answer.short_answer == "34"
    assert answer.disagreements == ()


@pytest.mark.parametrize(
    ("questions", "short_answer"),
    [
        (
            (
                "When was the coalition formed?",
                "When was the IMCTC established?",
                "When did the coalition come into being?",
                "How old is the coalition?",
            ),
            "December 2015",
        ),
        (
            (
                "Where is the coalition based?",
                "Where is the IMCTC based?",
                "In which city is the coalition located?",
            ),
            "Riyadh",
        ),
        (
            (
                "Who leads the coalition?",
                "Who runs the coalition?",
                "Who is in charge of the coalition?",
            ),
            "Raheel Sharif",
        ),
        (
            ("Who came up with the Islamic NATO?", "Whose idea was the Islamic NATO?"),
            "Khawaja Asif",
        ),
        (
            (
                "Which states are missing from the coalition?",
                "Who is not a member of the coalition?",
            ),
            "Iran",
        ),
    ],
)
def test_a_set_phrase_is_answered_like_plain_words(pipeline, questions, short_answer):
    for question in questions:
        answer = pipeline.ask(question)
        assert short_answer in (answer.short_answer or ""), question
        assert answer.standalone_question == question
