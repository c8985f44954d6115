"""Answers, passages and status as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.presentation import (
    answer_to_markdown,
    answer_to_text,
    citation_label,
    disagreement_line,
    excerpt,
    hits_to_text,
    markdown_escaped,
    one_line,
    page_label,
    source_line,
    visible,
)
from rag.types import (
    Answer,
    Chunk,
    Citation,
    Disagreement,
    Hit,
    IndexStamp,
    Metadata,
    Page,
    Position,
    Scores,
    Sentence,
    Span,
    Status,
)

SHA256 = "a" * 64
ESSAY = Metadata("On Alliances", "M. Hunter", "2017-12", "op-ed")
REPORT = Metadata("Counting Members", "Data Desk", "2026", "report")
PAGE = Page(3, "iii", Span(0, 100))
FIRST = Citation(1, "a.pdf", ESSAY, PAGE, Span(10, 31), "It has 41 members now.", SHA256, 0.9)
SECOND = Citation(2, "b.txt", REPORT, None, Span(0, 22), "It had 34 states once.", SHA256, 0.8)
HIT = Hit(
    1,
    Chunk(7, "a.pdf", Span(10, 60), "A passage about\nmembers.", "On Alliances > Members"),
    Scores(dense=0.5, lexical=2.25, fused=0.75),
    PAGE,
)
ANSWERED = Answer(
    question="How many members?",
    standalone_question="How many members?",
    status=Status.ANSWERED,
    sentences=(Sentence("It has 41 members now.", (1, 2)),),
    citations=(FIRST, SECOND),
    passages=(HIT,),
    confidence=0.9,
    index=IndexStamp("default", 1, SHA256),
    short_answer="41",
    disagreements=(Disagreement("the members", (Position("41", (1,)), Position("34", (2,)))),),
)
NOT_FOUND = replace(
    ANSWERED,
    status=Status.NOT_FOUND,
    sentences=(),
    citations=(),
    short_answer=None,
    disagreements=(),
)


def test_answer_shows_short_answer_sentences_sources_and_disagreement():
    assert answer_to_text(ANSWERED) == (
        "41\n"
        "\n"
        "Sources differ: 41 [1]; 34 [2].\n"
        "\n"
        "It has 41 members now. [1][2]\n"
        "\n"
        "Sources\n"
        '[1] "On Alliances", M. Hunter, opinion, 2017-12, a.pdf, p. 3 (iii)\n'
        '[2] "Counting Members", Data Desk, report, 2026, b.txt\n'
        "    “It had 34 states once.”\n"
    )


def test_not_found_says_that_the_nearest_passages_do_not_answer():
    assert answer_to_text(NOT_FOUND) == (
        "The documents do not answer this question.\n"
        "\n"
        "Nearest passages, which do not answer it:\n"
        "1. a.pdf, p. 3 (iii): On Alliances > Members\n"
        "   A passage about members.\n"
    )


def test_not_found_without_passages_is_one_sentence():
    answer = replace(NOT_FOUND, passages=())
    assert answer_to_text(answer) == "The documents do not answer this question.\n"
    assert answer_to_markdown(answer) == (
        "## How many members?\n\nThe documents do not answer this question.\n"
    )


def test_text_wraps_at_the_width_and_keeps_labels_apart():
    lines = answer_to_text(ANSWERED, width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert '[1] "On Alliances", M. Hunter, opinion,' in lines
    assert "    2017-12, a.pdf, p. 3 (iii)" in lines


def test_only_styled_text_has_ansi_codes():
    assert "\x1b" not in answer_to_text(ANSWERED)
    assert "\x1b" not in answer_to_text(NOT_FOUND)
    assert answer_to_text(ANSWERED, styled=True).startswith("\x1b[1m41\x1b[0m\n")
    assert answer_to_text(NOT_FOUND, styled=True).startswith("\x1b[1mThe documents do not")


def test_markdown_has_numbered_footnotes_with_quotes():
    assert answer_to_markdown(ANSWERED) == (
        "## How many members?\n"
        "\n"
        "**41**\n"
        "\n"
        "Sources differ: 41 [^1]; 34 [^2].\n"
        "\n"
        "It has 41 members now.[^1][^2]\n"
        "\n"
        '[^1]: "On Alliances", M. Hunter, opinion, 2017-12, a.pdf, p. 3 (iii): '
        "“It has 41 members now.”\n"
        '[^2]: "Counting Members", Data Desk, report, 2026, b.txt: “It had 34 states once.”\n'
    )


def test_markdown_of_not_found_lists_the_nearest_passages():
    assert answer_to_markdown(NOT_FOUND) == (
        "## How many members?\n"
        "\n"
        "The documents do not answer this question.\n"
        "\n"
        "Nearest passages, which do not answer it:\n"
        "\n"
        "1. a.pdf, p. 3 (iii): On Alliances \\> Members: A passage about members.\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("<script>*x*</script>", r"\<script\>\*x\*\</script\>"),
        ("[link](http://x)", r"\[link\](http://x)"),
        ("# heading", r"\# heading"),
        ("1. item", r"1\. item"),
        ("- item", r"\- item"),
        ("$x$ & `y` | z", r"\$x\$ \& \`y\` \| z"),
    ],
)
def test_markdown_of_documents_is_shown_and_not_obeyed(text, expected):
    assert markdown_escaped(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\u202eb", r"a\u202eb"),
        ("name\udcff.txt", r"name\udcff.txt"),
        ("naïve 日本 🎉\n\ttab", "naïve 日本 🎉\n\ttab"),
    ],
)
def test_control_characters_are_spelled_out(text, expected):
    assert visible(text) == expected


def test_one_line_joins_lines():
    assert one_line("  a\r\n b\x85c\u2028d ") == "a b c d"


def test_no_field_of_an_answer_carries_control_characters_to_the_terminal():
    bad = "\x1b]0;x\x07"
    metadata = Metadata(*[bad] * 4)
    citation = replace(
        FIRST,
        document=bad,
        metadata=metadata,
        page=Page(1, bad, Span(0, 1)),
        quote=bad,
        other_names=(bad,),
    )
    answer = replace(
        ANSWERED,
        question=bad,
        sentences=(Sentence(f"{bad}.", (1,)),),
        citations=(citation,),
        short_answer=bad,
        disagreements=(Disagreement(bad, (Position(bad, (1,)),)),),
    )
    hit = replace(HIT, chunk=Chunk(1, bad, Span(0, 1), bad, bad))
    shown = [
        answer_to_text(answer),
        answer_to_markdown(answer),
        answer_to_text(replace(NOT_FOUND, passages=(hit,))),
        answer_to_markdown(replace(NOT_FOUND, passages=(hit,))),
        hits_to_text([hit]),
    ]
    assert [text for text in shown if "\x1b" in text or "\x07" in text] == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (None, None),
        (Page(3, None, Span(0, 1)), "p. 3"),
        (Page(3, "3", Span(0, 1)), "p. 3"),
        (Page(3, "", Span(0, 1)), "p. 3"),
        (Page(3, "iii", Span(0, 1)), "p. 3 (iii)"),
    ],
)
def test_page_label_shows_what_is_printed_where_it_differs(page, expected):
    assert page_label(page) == expected


def test_source_line_leaves_out_what_is_not_known():
    assert source_line(Metadata(), "notes.txt", None) == "notes.txt"
    assert source_line(Metadata(title="T", date="2017"), "n.txt", None) == '"T", 2017, n.txt'


def test_citation_label_is_the_source_line_of_its_document():
    assert citation_label(FIRST) == source_line(ESSAY, "a.pdf", PAGE)


def test_other_names_of_the_same_file_are_listed():
    answer = replace(ANSWERED, citations=(replace(FIRST, other_names=("copy.pdf",)),))
    assert "    the same file: copy.pdf\n" in answer_to_text(answer)


def test_disagreement_line_joins_all_citations_of_a_value():
    line = disagreement_line(Disagreement("x", (Position("1", (1, 3)), Position("2", (2,)))))
    assert line == "Sources differ: 1 [1][3]; 2 [2]."


def test_excerpt_ends_between_words():
    assert excerpt("one two three", 9) == "one two …"
    assert excerpt("one two") == "one two"


def test_hits_show_every_score_that_a_stage_gave():
    assert hits_to_text([HIT]) == (
        "1. a.pdf, p. 3 (iii): On Alliances > Members\n"
        "   fused 0.750, dense 0.500, lexical 2.250; characters 10-60\n"
        "   A passage about members.\n"
    )
    assert hits_to_text([]) == "No passages found.\n"
