"""Set phrases of questions, put as documents put them."""

from __future__ import annotations

import pytest

from rag.rephrasing import rephrased, searched_as


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How big is the coalition?", "How many members does the coalition have?"),
        (
            "And how large has the western alliance become now?",
            "And how many members does the western alliance have?",
        ),
        ("What's the size of the bloc?", "How many members does the bloc have?"),
        (
            "What is the size of the Saudi-led coalition's membership?",
            "How many members does the Saudi-led coalition have?",
        ),
        ("Where is the IMCTC based?", "Where is the IMCTC headquartered?"),
        ("Where's NATO based?", "Where is NATO headquartered?"),
        (
            "Which countries joined, and in which city is the bloc located?",
            "Which countries joined, and in which city is the bloc headquartered?",
        ),
        ("Where does the bloc sit?", "Where is the bloc headquartered?"),
        ("Who’s in charge of the coalition?", "Who leads the coalition?"),
        ("Who runs the alliance?", "Who leads the alliance?"),
        (
            "How old is the Islamic Military Counter Terrorism Coalition?",
            "When was the Islamic Military Counter Terrorism Coalition established?",
        ),
        ("When did the coalition come into being?", "When was the coalition established?"),
        ("When was the bloc born?", "When was the bloc established?"),
        ("What is the founding date of ASEAN?", "When was ASEAN established?"),
        ("Whose idea was the Islamic NATO?", "Who proposed the Islamic NATO?"),
        ("Who came up with the plan?", "Who proposed the plan?"),
        ("Who had the idea of a union?", "Who proposed a union?"),
        ("Who is behind the coalition?", "Who established the coalition?"),
        ("What does the bloc want?", "What is the main objective of the bloc?"),
        ("What is the alliance for?", "What is the main objective of the alliance?"),
        ("Why does the coalition exist?", "What is the main objective of the coalition?"),
        (
            "Which states are not members of the coalition?",
            "Which countries were excluded from the coalition?",
        ),
        ("Which nations are outside the EU?", "Which countries were excluded from the EU?"),
        ("Who was left out of NATO?", "Which countries were excluded from NATO?"),
        ("Who belongs to the bloc?", "Which countries are members of the bloc?"),
        ("Do the sources differ on who wrote the brief?", "Who wrote the brief?"),
        (
            "Is there disagreement about when the IMCTC was announced?",
            "When was the IMCTC announced?",
        ),
        ("do documents agree on how old the bridge is", "How old is the bridge?"),
        (
            "Do the two papers contradict each other on how many planes Norvia had?",
            "How many planes did Norvia have?",
        ),
        (
            "Do all of the reports agree on the length of the canal?",
            "What is the length of the canal?",
        ),
        (
            "Are there differences between the sources in how many people have been hurt in Ambra?",
            "How many people have been hurt in Ambra?",
        ),
        ("Do the sources differ on which states were invited?", "Which states were invited?"),
        ("Do the articles conflict on what the aim of Ruvia was?", "What was the aim of Ruvia?"),
        (
            "Do the sources disagree over the size of the bloc?",
            "How many members does the bloc have?",
        ),
    ],
)
def test_set_phrases_are_put_as_documents_put_them(question, asked):
    assert rephrased(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "How big is the alliance’s budget?",
        "What is the size of the coalition's budget?",
        "How big is the threat to the alliance?",
        "How large is the army of the coalition?",
        "How old is the cathedral?",
        "How old is NATO’s secretary general?",
        "How big was the Soviet Union?",
        "Where was the alliance based?",
        "Where is the mine located?",
        "Where is the ATM located?",
        "Where does the committee sit?",
        "Who is in charge of paying the fines?",
        "Who is in control of the city?",
        "Who was behind the attack on the coalition?",
        "Who is not a member of the club?",
        "Who came up with the money?",
        "Who had the highest score?",
        "Who runs the fastest mile?",
        "Whose idea was rejected by the council?",
        "When was JFK born?",
        "When did the war against the coalition start?",
        "What did NATO do?",
        "What does DNA do?",
        "How many members does the coalition have?",
        "Is there a conflict over water in Sudan?",
        "Do the sources differ on whether Iran joined?",
        "Where do the documents disagree?",
        "What does the report say about Iran?",
        "Which report says how many died?",
        "Which source of energy is the cheapest?",
        "Who says the coalition has 41 members?",
        "Which author says that the coalition is symbolic?",
        "Do analysts agree on the aim of the coalition?",
    ],
)
def test_other_questions_stay_as_they_are(question):
    assert rephrased(question) == question


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When was the IMCTC founded?", "When was the IMCTC founded or announced?"),
        ("Who set up the bloc?", "Who set up or announced the bloc?"),
        ("In which year was NATO formed?", "In which year was NATO formed or announced?"),
        ("When was the university founded?", "When was the university founded?"),
        ("Where are red blood cells formed?", "Where are red blood cells formed?"),
        ("When was the bloc formed and announced?", "When was the bloc formed and announced?"),
        ("Why was the IMCTC founded?", "Why was the IMCTC founded?"),
    ],
)
def test_what_was_founded_is_searched_as_announced_too(question, text):
    assert searched_as(question) == text
