"""Values in answer spans."""

from __future__ import annotations

import pytest

from rag.quantities import Numbers, qualified_from, whole_number, whole_range
from rag.questions import Expected
from rag.values import Dates, agree, comparable, only_repeats, parse_value, value_fits


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("42", (42,)),
        ("forty-two", (42,)),
        ("41-member", (41,)),
        ("three thousand five hundred", (3500,)),
        ("one hundred and five", (105,)),
        ("3,000 to 5,000", (3000, 5000)),
        ("$3.5 million", (3_500_000,)),
        ("two million three hundred thousand", (2_300_000,)),
        ("1.2bn", (1_200_000_000,)),
        ("two dozen", (2, 12)),
        ("zero", (0,)),
        ("three to five thousand", (3000, 5000)),
        ("3–5 million", (3_000_000, 5_000_000)),
        ("a hundred", (100,)),
        ("a million people", (1_000_000,)),
        ("one and a half million", (1_500_000,)),
        ("half a million", (500_000,)),
        ("a quarter of a million", (250_000,)),
        ("two and a half", (2.5,)),
        ("one and a half to two million", (1_500_000, 2_000_000)),
        ("two quarters", (2,)),
        ("10 000 troops", (10_000,)),
        ("1\u202f250\u00a0000.5", (1_250_000.5,)),
        ("15 000–20 000", (15_000, 20_000)),
        ("in 2015 100 men", (2015, 100)),
        ("41 1000", (41, 1000)),
        ("in 2015 and a third of it in 2016", (2015, 0.333, 2016)),
        ("a third of 300", (0.333, 300)),
    ],
)
def test_numbers_are_read_in_digits_and_words(text, numbers):
    value = parse_value(text, Expected.NUMBER)
    assert value == Numbers(numbers)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Dec. 15, 2015", (2015, 12, 15)),
        ("15 December 2015", (2015, 12, 15)),
        ("the 15th of December, 2015", (2015, 12, 15)),
        ("2015-12-15", (2015, 12, 15)),
        ("in December 2015", (2015, 12)),
        ("2015", (2015,)),
        ("4 March 2017²", (2017, 3, 4)),
        ("on 9 May, a month after it", (0, 5, 9)),
        ("March 12th", (0, 3, 12)),
        ("14 October until 27 November 2019", (2019, 11, 27)),
    ],
)
def test_dates_are_read_as_precisely_as_they_are_given(text, parts):
    assert parse_value(text, Expected.DATE) == Dates(parts)


@pytest.mark.parametrize(
    ("left", "right", "expected", "same"),
    [
        ("42", "forty-two member states", Expected.NUMBER, True),
        ("42", "41", Expected.NUMBER, False),
        ("nearly 1,000 kilometres", "959 kilometres", Expected.NUMBER, True),
        ("1,000 kilometres", "959 kilometres", Expected.NUMBER, False),
        ("3,000 to 5,000", "5,000", Expected.NUMBER, True),
        ("2.74 million", "2.7 million", Expected.NUMBER, True),
        ("2.76 million", "2.7 million", Expected.NUMBER, False),
        ("2.75 million", "2.8 million", Expected.NUMBER, True),
        ("2.75 million", "2.7 million", Expected.NUMBER, False),
        ("€32m", "€31.8m", Expected.NUMBER, True),
        ("€32m", "€33m", Expected.NUMBER, False),
        ("two million", "1.6 million", Expected.NUMBER, False),
        ("three million", "2,900,000", Expected.NUMBER, True),
        ("14,000 men", "13,912 men", Expected.NUMBER, True),
        ("14,000 men", "14,700 men", Expected.NUMBER, False),
        ("40 states", "41 states", Expected.NUMBER, False),
        ("nearly 40 states", "39 states", Expected.NUMBER, True),
        ("at most 40 states", "39 states", Expected.NUMBER, True),
        ("1,200 men", "1,190 men", Expected.NUMBER, False),
        ("31.4 per cent", "31 per cent", Expected.NUMBER, True),
        ("a third of the teachers", "33 per cent", Expected.NUMBER, True),
        ("two-thirds", "67%", Expected.NUMBER, True),
        ("two-thirds", "two thirds of them", Expected.NUMBER, True),
        ("half", "50 per cent", Expected.NUMBER, True),
        ("half", "0.5", Expected.NUMBER, True),
        ("a quarter", "a third", Expected.NUMBER, False),
        ("three-quarters", "70 per cent", Expected.NUMBER, False),
        ("half a million", "50", Expected.NUMBER, False),
        ("a hundred", "100", Expected.NUMBER, True),
        ("Dec. 15, 2015", "15 December 2015", Expected.DATE, True),
        ("December 2015", "15 December 2015", Expected.DATE, True),
        ("January 2016", "15 December 2015", Expected.DATE, False),
        ("9 May", "16 May 2022", Expected.DATE, False),
        ("Cairo", "Alexandria", Expected.PLACE, False),
        ("Geneva, Switzerland", "Geneva", Expected.PLACE, True),
        ("On 4 May 2019, 57 people", "57", Expected.NUMBER, True),
        ("On 4 May 2019, 57 people", "4", Expected.NUMBER, False),
        ("9 May", "May 9, 2022", Expected.DATE, True),
        ("9 May", "2022", Expected.DATE, True),
        ("Riyadh", "Riyadh's diplomatic quarter", Expected.PLACE, True),
        ("Keldorf", "Brunnau", Expected.PLACE, False),
        ("31 cents", "44 cents", Expected.ANY, False),
        ("7.1", "magnitude 7.1", Expected.ANY, True),
        ("commander", "Military Commander", Expected.POST, True),
        ("coordinator", "adviser", Expected.POST, False),
        ("Raheel Sharif", "Gen. Sharif", Expected.PERSON, True),
        ("General Raheel Sharif", "Khawaja Asif", Expected.PERSON, False),
        ("CEO Tim Cook", "Apple's Tim Cook", Expected.PERSON, True),
        ("Pakistan's Raheel Sharif", "retired general Raheel Sharif", Expected.PERSON, True),
        ("Pakistan's Raheel Sharif", "Pakistan's Nawaz Sharif", Expected.PERSON, False),
        ("King Salman", "Crown Prince Mohammed bin Salman", Expected.PERSON, False),
        ("bin Salman", "Crown Prince Mohammed bin Salman", Expected.PERSON, True),
        ("Norway's finance ministry", "Sweden's finance ministry", Expected.PERSON, False),
        ("Turki bin Salman", "Mohammed bin Salman", Expected.PERSON, False),
        ("King Salman", "Salman bin Abdulaziz", Expected.PERSON, True),
        ("J. Smith", "A. Smith", Expected.PERSON, False),
        ("J. Smith", "Jane Smith", Expected.PERSON, True),
        ("J. Smith", "Dr Smith", Expected.PERSON, True),
        ("U.S. envoy John Smith", "John Smith", Expected.PERSON, True),
        ("5 m deep", "5 metres deep", Expected.NUMBER, True),
        ("5m deep", "5 metres", Expected.NUMBER, True),
        ("300 K", "300 kelvin", Expected.NUMBER, True),
        ("40 km2", "40 square kilometres", Expected.NUMBER, True),
        ("$1.5m", "$1,500,000", Expected.NUMBER, True),
        ("€ 3 m", "3 million euros", Expected.NUMBER, True),
        ("USD 5 m", "$5 million", Expected.NUMBER, True),
        ("5m people", "five million people", Expected.NUMBER, True),
        ("300k", "300,000", Expected.NUMBER, True),
    ],
)
def test_wordings_of_one_value_agree_and_other_values_do_not(left, right, expected, same):
    assert agree(parse_value(left, expected), parse_value(right, expected)) is same


@pytest.mark.parametrize(
    ("sentence", "marked", "whole"),
    [
        ("It sent 3,000 to 5,000 troops.", "5,000", "3,000 to 5,000"),
        ("It sent three thousand to five thousand.", "five", "three thousand to five thousand"),
        ("Between 40 and 42 states are in it.", "42", "Between 40 and 42"),
        ("It sent 15 000 to 20 000 troops.", "20 000", "15 000 to 20 000"),
        ("It grew by 7 members to 42 members.", "42", "42"),
        ("It has 41 members and 12 observers.", "41", "41"),
        ("It fell from 52 hours in 2019 to 17 hours.", "17", "17"),
        ("Sales rose from 900 in 2019 to 2,300.", "2,300", "2,300"),
        ("It sent 1500 to 2500 troops.", "2500", "1500 to 2500"),
        ("It lasted from 2019 to 2021.", "2021", "2019 to 2021"),
    ],
)
def test_a_number_of_a_range_is_shown_with_all_of_it(sentence, marked, whole):
    start = sentence.index(marked)
    assert sentence[slice(*whole_range(sentence, start, start + len(marked)))] == whole


@pytest.mark.parametrize(
    ("sentence", "marked", "whole"),
    [
        ("The rate was 12.7 per cent.", "12", "12.7"),
        ("It cost 3.2 million crowns.", "3", "3.2 million"),
        ("It cost 3.2 million crowns.", "3.2", "3.2 million"),
        ("It cost €61.8m.", "61", "61.8m"),
        ("It cost two million crowns.", "two", "two million"),
        ("It was on 10.4.2021.", "10", "10"),
        ("A 41-member group met.", "41", "41"),
        ("Two-thirds of 300 came.", "Two", "Two"),
        ("It won 3, 4.5 million less.", "3", "3"),
    ],
)
def test_a_number_that_was_cut_is_whole(sentence, marked, whole):
    start = sentence.index(marked)
    assert sentence[slice(*whole_number(sentence, start, start + len(marked)))] == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Riyadh", Expected.NUMBER),
        ("soon", Expected.DATE),
        ("the general", Expected.PERSON),
        ("Saudi Arabia", Expected.PLACE),
        ("a treaty", Expected.ANY),
    ],
)
def test_a_span_without_such_a_value_has_none(text, expected):
    assert parse_value(text, expected) is None


@pytest.mark.parametrize(
    ("span", "fits"),
    [
        ("42", True),
        ("42 states since January 2016", True),
        ("Pakistan officially joined in January 2016", False),
        ("December 15, 2015", False),
        ("some states", False),
        ("a quarter of the budget", True),
        ("A third", True),
        ("a third country", False),
        ("a third-party claim", False),
        ("a million", True),
        ("thousands of protesters", True),
    ],
)
def test_a_date_with_its_month_is_no_number_of_anything(span, fits):
    assert value_fits(span, Expected.NUMBER) is fits


@pytest.mark.parametrize(
    ("span", "question", "repeats"),
    [
        ("General Raheel Sharif", "Who opposed Raheel Sharif's appointment?", True),
        ("Sharif’s", "Who succeeded Raheel Sharif?", True),
        ("General Bajwa", "Who succeeded Raheel Sharif?", False),
        ("the General", "Who leads it?", False),
        ("the general", "Who made the general its commander?", True),
    ],
)
def test_a_span_repeats_what_the_question_names_titles_apart(span, question, repeats):
    assert only_repeats(span, question) is repeats


def test_a_person_with_a_title_is_no_place():
    assert not value_fits("Ambassador Aizaz Chaudhary", Expected.PLACE)
    assert not value_fits("Dr. Qamar Cheema", Expected.PLACE)
    assert value_fits("Riyadh", Expected.PLACE)


def test_a_month_is_no_person():
    assert not value_fits("the announcement of December 2015", Expected.PERSON)
    assert value_fits("Theresa May", Expected.PERSON)
    assert value_fits("Ali in December 2015", Expected.PERSON)
    assert value_fits("the General Assembly", Expected.PLACE)


@pytest.mark.parametrize(
    "text",
    """12 marines|3 decades|20 junior officers|8 markets|10 separate attacks|25 declined|
    up to 12 may be missing|45 may have died|46 deaths""".replace("\n", "").split("|"),
)
def test_a_number_before_a_word_like_a_month_is_a_number(text):
    assert value_fits(text.strip(), Expected.NUMBER)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("in May", True),
        ("June", True),
        ("last month", True),
        ("the 1990s", True),
        ("two centuries ago", True),
        ("at 18.42", True),
        ("3.17 a.m.", True),
        ("the following Sunday", True),
        ("version 3.11", False),
        ("$4.25 million", False),
        ("4.25%", False),
        ("Section 4.25", False),
        ("he may have died", False),
    ],
)
def test_times_without_a_date_say_when(text, fits):
    assert value_fits(text, Expected.DATE) is fits


@pytest.mark.parametrize(
    ("sentence", "limited", "qualified"),
    [
        ("It has at least 40 ships.", "at least 40", "at least 40"),
        ("It has about 40 ships.", "40", "about 40"),
        ("It has an estimated 40 ships.", "40", "40"),
        ("It has nearly an estimated 40 ships.", "40", "nearly an estimated 40"),
        ("They talked about 40 ships.", "40", "40"),
    ],
)
def test_what_qualifies_a_number_stands_before_it(sentence, limited, qualified):
    start = sentence.index("40")
    assert sentence[qualified_from(sentence, start) : start + 2] == limited
    assert sentence[qualified_from(sentence, start, about=True) : start + 2] == qualified


def test_dates_that_share_nothing_cannot_be_compared():
    year, day, month = Dates((1978,)), Dates((0, 5, 3)), Dates((2019, 5))
    assert not comparable(year, day)
    assert comparable(day, month)
    assert comparable(year, month)
    assert not comparable(year, Numbers((1978,)))
