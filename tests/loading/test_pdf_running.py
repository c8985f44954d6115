"""Large lines at the head of PDF pages: headings that repeat or count, and running heads."""

from __future__ import annotations

import pytest

from rag.types import BlockKind

INTRODUCTION = [
    "# Chronology of the coalition",
    "",
    "This brief tells what happened in each year since the alliance was founded, as far as",
    "it is known from the newspapers.",
]
CHAPTERS = [
    [
        "The coalition trained four hundred officers in Riyadh during that spring, and its",
        "ministers met twice in the capital to speak of the budget.",
        "",
        "Nothing was said of the costs of the headquarters.",
    ],
    [
        "Sudan sent six thousand soldiers to the border in the summer, which were paid by",
        "the fund of the Gulf states.",
        "",
        "The first of them went home after half a year.",
    ],
    [
        "Pakistan lent its former chief of army to command the force, a step which divided",
        "its parliament for months.",
        "",
        "He asked that Iran be told of the plan.",
    ],
    [
        "Oman joined late in the winter as the forty-first state and asked for observers to",
        "be sent to the meetings of experts.",
        "",
        "They were admitted in the year that followed.",
    ],
]
CUT = [
    ["The ministers of the member states met in Riyadh and spoke of the budget, which the"],
    ["kingdom had paid alone. The others promised to share the costs of the fund, and the"],
    ["secretary of the alliance was asked to write a plan for the next year that named the"],
    ["share of each state. He was given half a year for it, and it was never published, as"],
    ["far as it is known."],
]


def headed(heads: list[str], bodies: list[list[str]] = CHAPTERS) -> list[list[str]]:
    return [[f"# {head}", "", *body] for head, body in zip(heads, bodies, strict=True)]


@pytest.mark.parametrize(
    "heads",
    [
        ["2015", "2016", "2017", "2018"],
        ["Recommendation 1", "Recommendation 2", "Recommendation 3", "Recommendation 4"],
        ["Key findings"] * 4,
    ],
)
def test_large_lines_over_whole_paragraphs_are_headings(write_pdf, read, texts, heads):
    document = read(write_pdf("a.pdf", [INTRODUCTION, *headed(heads)]))
    assert texts(document, BlockKind.HEADING) == [INTRODUCTION[0][2:], *heads]
    assert [page.label for page in document.pages] == [None] * 5
    assert not document.dropped


def test_years_that_count_with_the_pages_leave_their_numbers_alone(write_pdf, read, texts):
    pages = [INTRODUCTION, *headed(["2015", "2016", "2017", "2018"])]
    document = read(write_pdf("a.pdf", pages, footers=["7", "8", "9", "10", "11"]))
    assert texts(document, BlockKind.HEADING)[1:] == ["2015", "2016", "2017", "2018"]
    assert [page.label for page in document.pages] == ["7", "8", "9", "10", "11"]


def test_a_large_year_over_one_short_paragraph_is_its_entry(write_pdf, read, texts):
    chapters = [chapter[:2] for chapter in CHAPTERS]
    pages = [INTRODUCTION, *headed(["2015", "2016", "2017", "2018"], chapters)]
    paragraphs = texts(read(write_pdf("a.pdf", pages)), BlockKind.PARAGRAPH)
    assert paragraphs[2] == f"2016 {' '.join(chapters[1])}"


def test_large_page_numbers_over_text_that_goes_on_are_labels(write_pdf, read):
    numbers = ["1801", "1802", "1803", "1804", "1805"]
    document = read(write_pdf("a.pdf", headed(numbers, CUT)))
    assert [page.label for page in document.pages] == numbers
    assert document.text == " ".join(line for page in CUT for line in page)


def test_numbers_in_the_size_of_the_text_are_labels_whatever_their_value(write_pdf, read):
    numbers = ["2015", "2016", "2017", "2018"]
    document = read(write_pdf("a.pdf", CHAPTERS, headers=numbers))
    assert [page.label for page in document.pages] == numbers


def test_a_large_running_head_over_text_that_goes_on_is_dropped(write_pdf, read):
    first = ["# The Budget of the Alliance", "", *CUT[0]]
    pages = [first, *headed(["Policy Brief"] * 4, CUT[1:])]
    document = read(write_pdf("a.pdf", pages))
    assert "Policy Brief" not in document.text
    assert "which the kingdom had paid alone" in document.text


def test_a_large_line_on_every_page_is_dropped(write_pdf, read):
    document = read(write_pdf("a.pdf", headed(["Institute of Studies"] * 4)))
    assert "Institute" not in document.text
    assert len(document.dropped) == 4


def test_a_title_that_runs_in_small_letters_over_the_other_pages_stays(write_pdf, read, texts):
    pages = [INTRODUCTION, *CHAPTERS]
    title = INTRODUCTION[0][2:]
    document = read(write_pdf("a.pdf", pages, headers=["", *[title] * 4]))
    assert texts(document, BlockKind.HEADING) == [title]
    assert document.text.count(title) == 1


def test_a_title_printed_twice_is_kept_once(write_pdf, read, texts):
    title = INTRODUCTION[0]
    pages = [[title, "", "Institute of Studies, Islamabad"], INTRODUCTION, *CHAPTERS]
    document = read(write_pdf("a.pdf", pages))
    assert texts(document, BlockKind.HEADING) == [title[2:]]


def test_a_year_that_ends_a_wrapped_heading_is_no_heading(write_pdf, read, texts):
    page = ["# Report under the Exchange Act of", "", "", "# 1934", "", *CHAPTERS[0]]
    document = read(write_pdf("a.pdf", [page]))
    assert texts(document, BlockKind.HEADING) == [page[0][2:]]
    assert "1934" in texts(document, BlockKind.PARAGRAPH)
