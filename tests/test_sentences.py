"""Sentence boundaries."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentence_spans, without_list_mark
from rag.types import Span
from tests.conftest import sentences_of

CASES = [
    ["Gen. Raheel Sharif took over on 6 Jan. 2017.", "He leads it."],
    ["Dr. Simbal Khan (CISS) wrote it for the U.S. government.", "It was short."],
    ["He lives at 301-A. Street 59-A. in Islamabad.", "It is quiet."],
    ["The U.S. joined.", "Iran did not."],
    [
        "The alliance, e.g. in Riyadh, has 41 members, i.e. all but Iran, Iraq et al. in 2016.",
        "So.",
    ],
    ["“We will act,” he said.", "“It is not against any country.”", "Critics disagree."],
    ["According to Shah et al. (2020), p. 34, the figure is 42.", "See Vol. 3, No. 2, pp. 11–20."],
    ["J. K. Rowling met M. A. Jinnah vs. the rest.", "They spoke."],
    ["Is it a NATO?", "No!", "It costs $3.5 million (approx. Rs. 400 m.) a year."],
    ["Maj. Gen. Asif Ghafoor and Lt. Col. Khan left at 5 p.m. on Dec. 15.", "Bajwa stayed."],
    ["Kamal (2020), reported by Shah et al. [2], names another.", "It is small."],
    ["Mr. Khan, Ph.D., asked: “Why now?”", "Nobody knew."],
    ["Sen. Rabbani objected (see Art. 40 of the constitution).", "The Hon. Minister replied."],
    ["It began on Sept. 11, 2001.", "Nine years later it ended."],
    ["It has two parts.", "1. Ideology comes first."],
    ["NATO. North Atlantic Treaty Organisation.", "It has 32 members."],
    ["Vision 2030. The Saudi programme that puts economic growth first."],
    ['"Muslim NATO". A nickname of the coalition.', "Critics use it."],
    ["15 December 2015. The prince announces it.", "It starts with 34 states."],
    ["1979 to 1989. The Soviet army is in Afghanistan."],
    ["Talks began.", "2 May 2016. The minister left.", "SCO. The Shanghai body."],
    ["Daesh, ISIS. Two names of one organisation.", "Khan prefers the first."],
    ["It began in 2017.¹", "The next began.² ³", "41 states joined.⁴,⁵", "Why?¹²"],
    ["He said “so.”¹", "It has 41² states.", "An area of 10² metres."],
    ["¹ Khan, 2019, page 4.", "² Ali, 2018, page 7."],
    ["| It has 41 members.", "It is small. | |"],
    ["Critics disagree.", "They went home.", "He left.", "That was in Iran."],
    ["The recorder weighs 300 g.", "The filter must be replaced."],
    ["The delay is 20 ms.", "A third of it is new.", "It falls at 5 m/s.", "In short, it is bad."],
    [
        "It is kept at 4 °C.",
        "A sample of 2ml.",
        "It needs 12 V.",
        "This lasts 3 h.",
        "If not, wait.",
    ],
    ["He rose 30 m. Smith saw it."],
    ["No.", "Unlike a loan, a grant is never paid back."],
    ["Q: Is it open?", "A: No.", "It closed last year.", "B: Yes.", "I saw it."],
    ["Is it No. 5?", "No. 12 of 2019 is meant.", "Opus No. One is short, and No. IV long."],
    ["“No. We will stay,” she said."],
    ["Writ 3 v. The State and Street 59-A. In Islamabad are one."],
    ["See pp. 3 g. A. Smith, and Vol. 3 in 12 min. of 3 h. a day."],
]


@pytest.mark.parametrize("sentences", CASES, ids=lambda case: case[0][:24])
def test_abbreviations_and_quotes_do_not_end_sentences(sentences):
    assert sentences_of(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("3. To train the guards.", "To train the guards."),
        ("(12) To train.", "To train."),
        ("b) To train.", "To train."),
        ("– To train.", "To train."),
        ("2015. A year.", "2015. A year."),
        ("5,000 men left.", "5,000 men left."),
        ("3.", "3."),
    ],
)
def test_a_quote_does_not_begin_with_the_number_of_a_list(text, quoted):
    span = without_list_mark(text, Span(0, len(text)))
    assert text[span.start : span.end] == quoted


def test_text_without_full_stops_is_cut_between_words():
    text = f"It began there. Too {'many words ' * 300}and {'x' * 1500}"
    spans = sentence_spans(text)
    parts = [text[span.start : span.end] for span in spans]
    assert parts[0] == "It began there."
    assert max(map(len, parts)) <= 1000
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(part.endswith(("many", "words")) for part in parts[1:4])
    assert [len(part) for part in parts[-2:]] == [1000, 500]


def test_only_the_part_asked_for_is_cut():
    text = "One here. Two here. Three here."
    assert sentence_spans(text, Span(10, 19)) == [Span(10, 19)]


@given(st.text(alphabet="ab. !?\n\r\t\"“”’')(A1é🙂עa\u0301\u200d", max_size=80))
def test_spans_cover_all_visible_characters_in_order(text):
    spans = sentence_spans(text)
    covered = "".join(text[span.start : span.end] for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    for span in spans:
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        assert piece
