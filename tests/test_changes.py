"""Numbers of the beginning and of now."""

from __future__ import annotations

import pytest

from rag.changes import counts_another_time, later_number, later_of_two


@pytest.mark.parametrize(
    ("sentence", "later"),
    [
        ("It was initially composed of 34 states, later expanding to 42, they say.", "42"),
        ("It started with 34 members and later grew to forty-two.", "forty-two"),
        ("The alliance is said to begin with 34 states and grow to 42.", "42"),
        ("At first it had 34 members; the year was 2015.", None),
        ("It has 41 members.", None),
    ],
)
def test_of_a_change_the_later_number_counts(sentence, later):
    place = later_number(sentence, "How many members does it have?")
    assert (sentence[slice(*place)] if place else None) == later
    assert later_number(sentence, "How many members did it have at first?") is None


@pytest.mark.parametrize(
    ("sentence", "marked", "question", "later"),
    [
        ("The staff grew from 120 to 150 employees.", "120", "How many are there?", "150"),
        ("The staff grew from 120 to 150 employees.", "120 to 150", "How many are there?", "150"),
        ("It cut staff, down from 3 to 2 thousand.", "2", "How many are there?", "2 thousand"),
        ("It grew from 120 to 150 men.", "120", "How many men make up the force?", "150"),
        ("It rose from 10 000 to 12 000 men.", "to 12 000 men", "How many?", "12 000 men"),
        ("The staff grew from 120 to 150 employees.", "120", "How much did it grow?", None),
        ("The staff grew from 120 to 150 employees.", "120", "How many were there at first?", None),
        ("It sends from 120 to 150 men.", "120", "How many are there?", None),
        ("It grew from 12 to 15 parts in 2018, with 900 men.", "900", "How many men?", None),
    ],
)
def test_of_a_growth_the_number_in_the_end_counts(sentence, marked, question, later):
    start = sentence.index(marked)
    place = later_of_two(sentence, start, start + len(marked), question)
    assert (sentence[slice(*place)] if place else None) == later


@pytest.mark.parametrize(
    ("sentence", "number", "at_first", "now"),
    [
        ("The 41-member alliance met.", "41", True, False),
        ("It initially had 34 members.", "34", False, True),
        ("It starts with 34 states and has its seat in Riyadh.", "34", False, True),
        ("Initially it had 34, later expanding to 42 members.", "42", False, False),
        ("The first commander asked for 5,000 troops.", "5,000", False, False),
        ("Nobody says who joined between the count of 34 and the later ones.", "34", True, True),
    ],
)
def test_a_count_is_of_its_time(sentence, number, at_first, now):
    place = sentence.index(number)
    asked = "How many members did it have at first?"
    assert counts_another_time(sentence, place, asked) is at_first
    assert counts_another_time(sentence, place, "How many members does it have?") is now
