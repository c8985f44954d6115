"""Questions drawn from sentences: plain English, or none."""

from __future__ import annotations

import pytest

from rag.evaluation.proposals import proposals

COMMON = frozenset({"members", "the", "coalition", "engineers", "both"})


def first(sentence):
    return next(((item.question, item.answer) for item in proposals(sentence, COMMON)), None)


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "The stone bridge over the river Vell was opened in 1874.",
            "When was the stone bridge over the river Vell opened?",
            "1874",
        ),
        (
            "The stone bridge was opened in 1874 by engineer Ada Quill.",
            "When was the stone bridge opened by engineer Ada Quill?",
            "1874",
        ),
        (
            "On 4 May 1931, the frigate Aurora left Bergen for Iceland.",
            "When did the frigate Aurora leave Bergen for Iceland?",
            "4 May 1931",
        ),
        ("The ISAF mission closed in 2014.", "When did the ISAF mission close?", "2014"),
        (
            "In 2004, however, Norway joined the Nordic Ferry Union.",
            "When did Norway join the Nordic Ferry Union?",
            "2004",
        ),
        (
            "Peru has been a member of the United Nations since 1945 (Hunter, 2021).",
            "Since when has Peru been a member of the United Nations?",
            "1945",
        ),
        (
            "The Nordic Ferry Union has 41 members in Europe.",
            "How many members does the Nordic Ferry Union have in Europe?",
            "41",
        ),
        (
            "More than 60,000 engineers were trained in Lisbon.",
            "How many engineers were trained in Lisbon?",
            "60,000",
        ),
        (
            "The Vell Council consists of twelve members from Norway.",
            "How many members does the Vell Council consist of from Norway?",
            "twelve",
        ),
        (
            "General Ingrid Solberg commanded the Nordic Fleet in 1931, when it was new.",
            "Who commanded the Nordic Fleet in 1931?",
            "General Ingrid Solberg",
        ),
        (
            "The first director of the Vell Institute was Dr. Ada Quill.",
            "Who was the first director of the Vell Institute?",
            "Dr. Ada Quill",
        ),
        (
            "The headquarters of the Nordic Fleet are in Bergen.",
            "Where are the headquarters of the Nordic Fleet?",
            "Bergen",
        ),
        (
            "Saudi Arabia gives the Vell Institute money and advice.",
            "Which country gives the Vell Institute money and advice?",
            "Saudi Arabia",
        ),
        (
            "Members of the Islamic Military Counter Terrorism Coalition (IMCTC) met.",
            "What does IMCTC stand for?",
            "Islamic Military Counter Terrorism Coalition",
        ),
    ],
)
def test_a_simple_sentence_gives_a_question_in_plain_english(sentence, question, answer):
    found = [(item.question, item.answer) for item in proposals(sentence, COMMON)]
    assert (question, answer) in found
    assert answer in sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "It was opened in 1874.",  # who reads only the question does not know what
        "The bridge was opened in 1874.",  # no name
        "The frigate Aurora, which left Bergen in 1931, was lost.",
        "The frigate Aurora left Bergen in 1931 and 1932.",
        "She said that the frigate Aurora left Bergen in 1931.",
        "The engineer of the Vell bridge designed in 1874 was Ada.",
        "When was the Vell bridge opened in 1874?",
        "“The Vell bridge was opened in 1874.”",
        "The Vell Institute designed and built a bridge in 1874.",
        "Bergen.",
        "",
    ],
)
def test_what_is_not_simple_gives_nothing(sentence):
    assert first(sentence) is None


def test_an_abbreviation_must_be_made_of_the_initials():
    assert first("The Nordic Ferry Union (XYZ) met.") is None


def test_a_word_that_is_no_name_loses_its_capital_inside_the_question():
    sentence = "Engineers of the Vell Institute opened the Quill bridge in 1874."
    assert first(sentence) == (
        "When did engineers of the Vell Institute open the Quill bridge?",
        "1874",
    )
