"""What of a marked span is shown as the short answer."""

from __future__ import annotations

import pytest

from rag.questions import classify
from rag.short_answer import short_answer
from tests.test_near_misses import candidate

CLOCK = (
    "The clock is located in the suprachiasmatic nucleus (SCN), a pair of distinct groups of cells "
    "that lie in the hypothalamus of all mammals."
)


@pytest.mark.parametrize(
    ("question", "sentence", "marked", "shown"),
    [
        (
            "Which part of the brain holds the clock?",
            CLOCK,
            CLOCK[len("The clock is located in the ") : -1],
            "suprachiasmatic nucleus",
        ),
        (
            "Which kingdom joined in the end?",
            "In 2015, the old kingdom of the north and of the south that had been so proud joined it.",
            "In 2015, the old kingdom of the north and of the south that had been so proud",
            None,
        ),
        ("Who leads it?", "Gen. Sharif, its commander, leads it.", "Gen. Sharif", "Gen. Sharif"),
        (
            "Who leads it?",
            "General Raheel Sharif leads it.",
            "General Raheel",
            "General Raheel Sharif",
        ),
        (
            "Which model is it?",
            "It follows the 2+X model (Ali, 2018).",
            "2+X model (Ali",
            "2+X model",
        ),
        ("How many men did Qatar send?", "Qatar | | 300 men", "Qatar | | 300 men", "300 men"),
        ("Why is it so?", "It is so because of Iran.", "because of Iran", None),
        ("Is it large?", "It is large.", "large", None),
        (
            "What did he say?",
            "He said that all of the many members of it had to do what none of them would do.",
            "that all of the many members of it had to do what none of them would do",
            None,
        ),
    ],
)
def test_the_value_alone(question, sentence, marked, shown):
    assert short_answer(candidate(sentence, marked), classify(question), question) == shown
