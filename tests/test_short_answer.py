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
        ("When did it sail?", "It sailed at 4:15 a.m. on Sunday.", "4:15 a.m.", "4:15 a.m."),
        ("When did it sail?", "It sailed at 4:15 a.m. on Sunday.", "4:15 a.m", "4:15 a.m."),
        ("When did it sail?", "It sailed at 6 p.m.", "6 p.m.", "6 p.m."),
        ("When did it sail?", "It sailed in May.", "May.", "May"),
        (
            "How many guests may come?",
            "There may be no more than sixteen guests.",
            "sixteen",
            "no more than sixteen",
        ),
        ("How high is the fee?", "It is at most 0.7 crowns.", "0.7 crowns", "at most 0.7 crowns"),
        ("How much did it cost?", "It cost over $7 million.", "$7 million", "over $7 million"),
        ("How much did it cost?", "It cost about $7 million.", "$7 million", "$7 million"),
        ("How much did it cost?", "It cost up to €7 million.", "7 million", "up to €7 million"),
        ("How many men came?", "More than half of the men came.", "half", "More than half"),
        ("How many islands has it?", "They took over 12 islands.", "12", "12"),
        ("When was it?", "It was about 12 May.", "12 May", "12 May"),
        (
            "Which countries founded it?",
            "In 1997 Chile, the Ivory Coast, Peru and the Isle of Man founded it.",
            "Chile",
            "Chile, the Ivory Coast, Peru and the Isle of Man",
        ),
        (
            "Who were the first directors?",
            "The first directors were Ann Lee, Bo Ek, and Cy de Vries.",
            "Bo Ek",
            "Ann Lee, Bo Ek, and Cy de Vries",
        ),
        ("Which country left it?", "Chile, Peru and Cuba left it.", "Peru", "Peru"),
        ("Which countries did it leave?", "In Chile, a row about Peru began.", "Chile", "Chile"),
        (
            "Which towns joined it?",
            f"Towns that joined it are {', '.join(f'Town{letter}' for letter in 'ABCDEFGHIJKLMNOPQ')} and Ulm.",
            "TownB",
            f"{', '.join(f'Town{letter}' for letter in 'ABCDEFGHIJKLMNOPQ')} and Ulm",
        ),
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
