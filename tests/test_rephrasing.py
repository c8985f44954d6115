"""Set phrases of questions, put as documents put them."""

from __future__ import annotations

import pytest

from rag.rephrasing import rephrased, searched_as


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How big is the coalition?", "How many members does the coalition have?"),
        (
            "And how large has the Arab League become now?",
            "And how many members does the Arab League have?",
        ),
        ("What's the size of the bloc?", "How many members does the bloc have?"),
        ("Where is the IMCTC based?", "Where is the IMCTC headquartered?"),
        (
            "Which countries joined, and in which city is the league located?",
            "Which countries joined, and in which city is the league headquartered?",
        ),
        ("Where does the central bank sit?", "Where is the central bank headquartered?"),
        ("Who’s in charge of procurement?", "Who leads procurement?"),
        ("Who was at the helm of the firm in 2014?", "Who led the firm in 2014?"),
        ("Who runs the alliance?", "Who leads the alliance?"),
        ("How old is the African Union?", "When was the African Union established?"),
        ("When did the coalition come into being?", "When was the coalition established?"),
        ("What is the founding date of ASEAN?", "When was ASEAN established?"),
        ("Whose idea was the corridor?", "Who proposed the corridor?"),
        ("Who came up with the plan?", "Who proposed the plan?"),
        ("Who had the idea of a union?", "Who proposed a union?"),
        ("Who is behind the coalition?", "Who established the coalition?"),
        (
            "Which states are not members of the coalition?",
            "Which countries were excluded from the coalition?",
        ),
        ("Who was left out of NATO?", "Which countries were excluded from NATO?"),
        ("What does the bloc want?", "What is the main objective of the bloc?"),
        ("What is NATO for?", "What is the main objective of NATO?"),
        ("Why does the coalition exist?", "What is the main objective of the coalition?"),
        ("Who belongs to the bloc?", "Which countries are members of the bloc?"),
    ],
)
def test_set_phrases_are_put_as_documents_put_them(question, asked):
    assert rephrased(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "How big is the union’s budget?",
        "How large is the army of the coalition?",
        "How old is the cathedral?",
        "Where is the treaty based on?",
        "Where is the mine located?",
        "Who had the highest score?",
        "Who runs the fastest mile?",
        "What is the size of the union of two sets?",
        "When did the war start?",
        "How many members does the coalition have?",
    ],
)
def test_other_questions_stay_as_they_are(question):
    assert rephrased(question) == question


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When was the IMCTC founded?", "When was the IMCTC founded or announced?"),
        ("Who set up the bloc?", "Who set up or announced the bloc?"),
        ("In which year was it formed?", "In which year was it formed or announced?"),
        ("What form does it take?", "What form does it take?"),
        ("Why was the IMCTC founded?", "Why was the IMCTC founded?"),
    ],
)
def test_what_was_founded_is_searched_as_announced_too(question, text):
    assert searched_as(question) == text
