"""Names in questions and the other names of states."""

from __future__ import annotations

import pytest

from rag.names import names_in, other_terms, share_named, spells_out
from rag.terms import terms


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("What is the capital of Peru?", ["peru"]),
        ("When did Islamabad enter the UN?", ["islamabad", "un"]),
        ("Why are Iranian leaders wary of the Riyadh-led group?", ["iranian", "riyadh"]),
        (
            "What did Gen. Raheel Sharif say about IMCTC in 2017?",
            ["raheel", "sharif", "imctc", "2017"],
        ),
        ("IMCTC members?", ["imctc"]),
        ("Who leads the coalition?", []),
        ("Compare both proposals.", []),
        ("Where does South Sudan stand on 2+X?", ["south sudan", "2+x"]),
    ],
)
def test_names_are_states_and_words_with_a_capital_or_a_digit(question, own):
    assert [" ".join(name.own) for name in names_in(question)] == own


@pytest.mark.parametrize(
    ("question", "added"),
    [
        ("What would Riyadh gain?", ["saudi", "arabia"]),
        ("Saudi motives", ["arabia"]),
        ("Saudi Arabia's motives", []),
        ("When did Islamabad enter the UN?", ["pakistan", "unit", "nation"]),
        ("Who leads the coalition?", []),
    ],
)
def test_a_state_is_also_searched_by_its_name(question, added):
    assert other_terms(question) == added


def test_a_text_names_a_state_in_any_form():
    asked = names_in("What did Riyadh tell Raheel Sharif?")
    assert share_named(asked, set(terms("Saudi leaders told General Sharif"))) == pytest.approx(
        2 / 3
    )
    assert share_named(asked, set(terms("An unrelated text"))) == 0.0


def test_a_question_without_names_is_named_in_full():
    assert share_named(names_in("Who leads it?"), set()) == 1.0


def test_what_an_acronym_stands_for_is_known_by_its_capitals():
    question = "Who leads the IMCTC?"
    assert spells_out("The Islamic Military Counter Terrorism Coalition of states", question)
    assert not spells_out("General Raheel Sharif", question)
    assert not spells_out("Umar Naeem", "Who spoke at the UN?")
