"""The order of an answer's sentences."""

from __future__ import annotations

from rag.answering import Chosen, ordered
from rag.questions import classify
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
