"""Which values of other documents can be of what is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.disagreement import Stance, stances
from rag.questions import Expected, classify
from rag.rivals import Rival, of_another_year, rivals
from rag.values import parse_value
from tests.test_near_misses import candidate


def rival(sentence, marked, expected=Expected.NUMBER, name="b.txt"):
    item = replace(candidate(sentence, marked, name=name), answerable=0.9, fits=True, score=0.5)
    return Rival(item, parse_value(marked, expected))


@pytest.mark.parametrize(
    ("sentence", "marked", "question", "another"),
    [
        ("The budget for 2031 is 31 million.", "31 million", "budget for 2030?", True),
        ("The budget for 2031: €31m.", "31m", "What was the budget of 2030?", True),
        ("It spent 31 million euros in 2031.", "31 million", "What did it spend in 2030?", True),
        ("It spent 31 million in the year 2031.", "31 million", "its spending in 2030?", True),
        ("It spent 31 million euros in 2031.", "31 million", "What did it spend?", False),
        ("It spent 31 million in 2031, 30 in 2030.", "31 million", "spent in 2030?", False),
        ("5 May 2031 – The budget is 31 million.", "31 million", "budget for 2030?", False),
        ("5 May 2030 – It adopts the budget for 2031: 31 million.", "31 million", "in 2030?", True),
        ("May 5, 2030: It spent 31 million in 2031.", "31 million", "in 2030?", True),
        ("In May 2030 the budget for 2031 was 31 million.", "31 million", "in 2030?", False),
        ("In May 2031 it set 31 million.", "31 million", "budget for 2030?", False),
        ("It spent 31 million in 2030–31.", "31 million", "spent in 2031?", False),
        ("Of the board of 2031. Still 31 million.", "31 million", "budget for 2030?", False),
    ],
)
def test_a_value_for_another_year_is_told(sentence, marked, question, another):
    assert of_another_year(rival(sentence, marked), question) is another


def test_a_date_is_of_the_year_that_it_says():
    item = rival("It met on 4 May of 2031.", "4 May of 2031", Expected.DATE)
    assert not of_another_year(item, "When did it meet in 2030?")


def values(question, *sentences):
    """The numbers that documents give, each with the probability of a rival set aside."""
    ranked = [
        rival(text, marked, name=f"{number}.txt").candidate
        for number, (text, marked) in enumerate(sentences)
    ]
    found = rivals(ranked, classify(question), question)
    return [
        stance.wording for stance in stances([replace(item, probability=1.0) for item in found])
    ]


def test_other_years_and_rounded_numbers_are_no_disagreement():
    question = "How high was the budget for 2030?"
    first = ("The budget for 2030 was 29.8 million.", "29.8 million")
    assert values(question, first, ("The budget for 2031 is 31 million.", "31 million")) == []
    assert values(question, first, ("The budget was 30 million.", "30 million")) == []
    about = ("The budget was about 29 million.", "29 million")
    assert values(question, first, about) == []
    less = ("The budget was at most 25 million.", "25 million")
    assert values(question, first, less) == ["29.8 million", "at most 25 million"]


def test_a_position_keeps_the_stop_of_a_time():
    item = rival("It sailed at 4 p.m. on Sunday.", "4 p.m.").candidate
    assert Stance(parse_value("4 p.m.", Expected.NUMBER), (item,)).wording == "4 p.m."
