"""Which sentences an answer has, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering import Chosen, choose, confidence_by_reading, ordered
from rag.coverage import Coverage
from rag.questions import classify
from rag.settings import AnsweringSettings
from tests.test_near_misses import candidate


def chosen(*places):
    """Sentences by (document, words before it), the best first."""
    return [
        Chosen(candidate("It is so.", before="x " * before, name=name)) for name, before in places
    ]


def order(question, *places):
    found = chosen(*places)
    return [found.index(item) for item in ordered(found, classify(question))]


def test_the_best_sentence_is_first_and_the_others_stand_as_in_their_texts():
    places = (("a.txt", 9), ("b.txt", 5), ("a.txt", 2), ("b.txt", 1), ("a.txt", 11))
    assert order("Why is it so?", *places) == [0, 2, 4, 3, 1]
    assert order("Which countries are it?", *places) == [0, 2, 4, 3, 1]


def test_sentences_of_a_fact_stay_in_the_order_of_merit():
    assert order("When was it so?", ("a.txt", 9), ("b.txt", 5), ("a.txt", 2)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("question", "fits", "answerable", "sentences"),
    [
        ("When was it signed?", True, 0.6, 2),
        ("When was it signed?", False, 0.6, 1),
        ("When was it signed?", True, 0.05, 1),
        ("Why was it signed?", False, 0.05, 2),
    ],
)
def test_a_further_sentence_of_a_fact_has_to_hold_a_value(question, fits, answerable, sentences):
    texts = "They signed the pact in May 2014.", "Critics have called for a new one since."
    best, other = (replace(candidate(text, name=text), score=0.8) for text in texts)
    ranked = [
        replace(best, answerable=0.9, fits=True),
        replace(other, answerable=answerable, fits=fits, score=0.7),
    ]
    found = choose(ranked, classify(question), AnsweringSettings())
    assert [item.candidate.text for item in found] == list(texts[:sentences])


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ({"answerable": 0.2}, Coverage(names=1.0, missing=0.0)),
        ({"alone": 0.05}, Coverage(names=1.0, missing=0.0)),
        ({"fits": False}, Coverage(names=1.0, missing=0.0)),
        ({}, Coverage(names=0.2, missing=0.0)),
        ({}, Coverage(names=1.0, missing=0.9)),
    ],
)
def test_what_lowers_the_confidence(change, covered):
    best = replace(candidate("They signed it in May."), answerable=0.6, alone=0.6, fits=True)
    sure = confidence_by_reading([best], Coverage(names=1.0, missing=0.0))
    assert confidence_by_reading([replace(best, **change)], covered) < sure - 0.01


def test_what_was_not_read_alone_counts_as_it_was_read():
    covered = Coverage(names=1.0, missing=0.0)
    row = replace(candidate("May | 3 | 5"), answerable=0.4)
    assert confidence_by_reading([row], covered) == confidence_by_reading(
        [replace(row, alone=0.4)], covered
    )


def test_a_sentence_that_is_needed_is_in_the_answer():
    best, other = (
        replace(candidate(text, name=text), answerable=0.9, fits=True, score=score)
        for text, score in (("It has 42 members now.", 0.8), ("The 41-member group met.", 0.01))
    )
    kind = classify("How many members does it have?")
    assert len(choose([best, other], kind, AnsweringSettings())) == 1
    assert [
        item.candidate for item in choose([best, other], kind, AnsweringSettings(), [best, other])
    ] == [best, other]
