"""What single lines are taken for: dates, page numbers, headings, names, references."""

from __future__ import annotations

import pytest

from rag.cleaning.dates import find_date, is_date_line
from rag.cleaning.names import is_name, is_name_list
from rag.cleaning.numerals import page_value, roman_value
from rag.cleaning.shapes import is_heading_line, is_reference


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 December 2017", "2017-12-04"),
        ("Monday, Dec. 4, 2017", "2017-12-04"),
        ("2017-12-04T10:00:00Z", "2017-12-04"),
        ("published in December 2017", "2017-12"),
        ("20/01/2026", "2026-01-20"),
        ("01/20/2026", "2026-01-20"),
        ("03/04/2020", "2020"),
        ("3.4.2020", "2020-04-03"),
        ("31 February 2020", "2020-02"),
        ("in 2017", "2017"),
        ("page 2017-18 of 12", None),
        ("May 12", None),
        ("", None),
    ],
)
def test_dates_are_as_precise_as_written(text, expected):
    assert find_date(text) == expected


def test_a_date_line_is_a_date_and_nothing_else():
    assert is_date_line("Published: 4 December 2017")
    assert not is_date_line("On 4 December 2017 the ministers met.")
    assert not is_date_line("2017")


@pytest.mark.parametrize(
    ("text", "value"),
    [("iv", 4), ("XII", 12), ("xcix", 99), ("iiii", None), ("Iv", None), ("", None), ("mix", None)],
)
def test_roman_numerals(text, value):
    assert roman_value(text) == value


def test_page_values_know_both_styles():
    assert page_value("12") == ("arabic", 12)
    assert page_value("vi") == ("roman", 6)
    assert page_value("A-1") is None


@pytest.mark.parametrize(
    "line",
    [
        "Introduction",
        "2.1 The Members of the Pact",
        "RECOMMENDATIONS",
        "Key Takeaways:",
        "Is It a NATO of Its Own?",
        "Recent history of the alliance",
    ],
)
def test_heading_shapes(line):
    assert is_heading_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "It ended there.",
        "and so it went on",
        "the members are",
        "“We are ready”",
        "2017",
        "- item",
        "He said that the ministers would meet in the",
        "info@example.org",
    ],
)
def test_lines_that_are_no_headings(line):
    assert not is_heading_line(line)


@pytest.mark.parametrize(
    "name",
    ["Mary Hunter", "Dr. Simbal Khan", "Muhammad bin Salman", "J. R. Smith", "Shahbaz Gull Khan⁴"],
)
def test_names(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "line",
    ["Way ahead", "Saudi Arabia", "India's Approach", "Conclusion", "Military Command", "one two"],
)
def test_lines_that_are_no_names(line):
    assert not is_name(line)


def test_name_lists():
    assert is_name_list("Rizwan Ali Shah¹, Dr. Sapna Mumtaz² and Fiza Batool³")
    assert not is_name_list("Riyadh, Islamabad and Tehran")


def test_reference_shapes():
    assert is_reference("Abbas, H. (2019). A dilemma. Middle East Policy, 26(4), 95-110.")
    assert is_reference("Javaid, U., & Mushtaq, M. (2020). A balancing act. Asian Affairs, 51(3).")
    assert not is_reference("In 2019, H. Abbas wrote (as others did) that the pact had a price.")
