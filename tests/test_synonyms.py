"""A passage is asked in its own words."""

from __future__ import annotations

import pytest

from rag.evidence import with_overlap
from rag.names import in_words_of, names_in, with_synonyms
from rag.synonyms import SYNONYM_SHARE, asked_in_words_of, synonyms_of
from rag.terms import terms
from tests.test_near_misses import candidate

PASSAGE = (
    "Pakistan has belonged to the United Nations since 1947. It joined the alliance that was "
    "announced in Riyadh, and guards its border with Iran."
)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When did Islamabad join the UN?", "When did Pakistan join the United Nations?"),
        ("What did Saudi Arabia announce?", "What did Riyadh announce?"),
        ("When did Pakistan join?", "When did Pakistan join?"),
        ("What do Iranian and Turkish leaders say?", "What do Iranian and Turkish leaders say?"),
        ("What did Ankara say?", "What did Ankara say?"),
    ],
)
def test_states_are_called_as_the_passage_calls_them(question, asked):
    assert in_words_of(question, PASSAGE) == asked


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who proclaimed the bloc?", "Who announced the alliance?"),
        ("How long is Islamabad's frontier?", "How long is Pakistan's border?"),
        ("Who entered the alliance?", "Who joined the alliance?"),
        ("What does the Frontier Corps do?", "What does the Frontier Corps do?"),
        ("What did the orchestra play?", "What did the orchestra play?"),
    ],
)
def test_a_word_that_the_passage_lacks_becomes_one_that_it_has(question, asked):
    assert asked_in_words_of(PASSAGE, question) == asked


def test_a_group_of_words_holds_without_the_word_itself():
    [border] = terms("borders")
    assert synonyms_of(border) == set(terms("boundary frontier"))
    assert synonyms_of("orchestra") == frozenset()


def test_a_state_by_another_name_is_there():
    names = names_in("When did Islamabad join?")
    assert with_synonyms(names, terms("Pakistan joined.")) == {"pakistan", "join", "islamabad"}
    assert with_synonyms(names, terms("Iran joined.")) == {"iran", "join"}


class EvenTerms:
    """An index in which every term is equally rare."""

    def document_frequencies(self, words):
        return dict.fromkeys(words, 1), 10


@pytest.mark.parametrize(
    ("sentence", "overlap"),
    [
        ("Pakistan guards the frontier.", 1.0),
        ("Islamabad guards the border.", (2 + SYNONYM_SHARE) / 3),
        ("Iran protects a fence.", SYNONYM_SHARE / 3),
        ("Wheat grows in spring.", 0.0),
    ],
)
def test_a_synonym_counts_for_most_of_a_word(sentence, overlap):
    [found] = with_overlap([candidate(sentence)], "Does Pakistan guard the frontier?", EvenTerms())
    assert found.overlap == pytest.approx(overlap)
