"""Amounts of money and parts of a whole."""

from __future__ import annotations

import pytest

from rag.questions import Expected, Form, classify
from rag.units import Unit, has_unit


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How much does Pakistan spend on defence?", Unit.MONEY),
        ("What did the headquarters cost?", Unit.MONEY),
        ("What is the annual budget of the IMCTC?", Unit.MONEY),
        ("Gas pipeline: total construction cost", Unit.MONEY),
        ("What is the corridor worth?", Unit.MONEY),
        ("How big was the reward for him?", Unit.MONEY),
        ("What does a tonne cost on the market?", Unit.MONEY),
        ("What portion of them can read it?", Unit.SHARE),
        ("What is the cost of the fence?", Unit.MONEY),
        ("What was Nanjing’s GDP in 2013?", Unit.MONEY),
        ("What budget does the ministry have?", Unit.MONEY),
        ("What did the railway cost in total?", Unit.MONEY),
        ("How expensive did the line turn out to be?", Unit.MONEY),
        ("What is the cost of living?", None),
        ("What is the infrastructure bill?", None),
        ("What philosophy did Price support?", None),
        ("What caused the debt crisis?", None),
        ("Which fine arts museum is in Boston?", None),
        ("Why did the total cost rise?", None),
        ("How did the budget change?", None),
        ("What were the costs of staying neutral?", None),
        ("How much did trade grow?", None),
        ("What share of its people is Shia?", Unit.SHARE),
        ("Who has the largest share?", None),
        ("How many members share the cost?", None),
        ("How long is the border?", Unit.EXTENT),
        ("For how long has she worked there?", Unit.EXTENT),
        ("When was the long border drawn?", None),
        ("How far is the port from the mine?", Unit.EXTENT),
        ("How far from the mine does the port lie?", Unit.EXTENT),
        ("How far back do the records go?", Unit.EXTENT),
        ("And how far could the missile fly?", Unit.EXTENT),
        ("The port is how far?", Unit.EXTENT),
        ("How far has the ministry carried out the advice of the audit?", None),
        ("How far has the total cost risen?", None),
        ("How far is Norway dependent on gas from Russia?", None),
        ("How far-reaching are the reforms?", None),
        ("How long-lasting is the effect?", None),
    ],
)
def test_in_what_unit_a_number_is_asked_for(question, unit):
    kind = classify(question)
    assert kind.unit is unit
    assert unit is None or (kind.form, kind.expected) == (Form.FACT, Expected.NUMBER)


@pytest.mark.parametrize(
    ("text", "unit", "has"),
    [
        ("it cost $1.2 billion", Unit.MONEY, True),
        ("some 300 crore rupees a year", Unit.MONEY, True),
        ("later expanding to 42", Unit.MONEY, False),
        ("put the price at 900 crowns", Unit.MONEY, True),
        ("a cost of Rs 300 crore", Unit.MONEY, True),
        ("some 200,000 rials", Unit.MONEY, True),
        ("3.5 metres high", Unit.MONEY, False),
        ("some 15% of the people", Unit.SHARE, True),
        ("less than one-sixth of the bannermen", Unit.SHARE, True),
        ("three in four of them", Unit.SHARE, True),
        ("in 1995", Unit.SHARE, False),
        ("nearly two-thirds of them", Unit.SHARE, True),
        ("only one member has it", Unit.SHARE, False),
        ("a 1,000-kilometre border", Unit.EXTENT, True),
        ("some 40km of it", Unit.EXTENT, True),
        ("since the 1960s", Unit.EXTENT, True),
        ("at least 80,000 casualties", Unit.EXTENT, False),
        ("lasts 12 h on a full charge", Unit.EXTENT, True),
        ("within 24h of it", Unit.EXTENT, True),
        ("takes 90 min after that", Unit.EXTENT, True),
        ("about five hrs", Unit.EXTENT, True),
        ("a time of 10 s", Unit.EXTENT, True),
        ("is 20 ms.", Unit.EXTENT, True),
        ("some 3 µs later", Unit.EXTENT, True),
        ("is valid indefinitely", Unit.EXTENT, True),
        ("it dries overnight", Unit.EXTENT, True),
        ("served two full terms", Unit.EXTENT, True),
        ("a 256-bit key", Unit.EXTENT, True),
        ("six F-16s flew", Unit.EXTENT, False),
        ("in terms of 12 hopes", Unit.EXTENT, False),
        ("5 Msida boats", Unit.EXTENT, False),
        ("the five permanent members", Unit.EXTENT, False),
        ("the bank's 5 staff", Unit.EXTENT, False),
    ],
)
def test_the_unit_of_a_number_stands_beside_it(text, unit, has):
    assert has_unit(text, unit) is has
