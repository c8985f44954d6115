"""Footnotes of PDF files: apart from the sentence that goes on over the page, on their own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from rag.sentences import sentence_spans
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.types import Document

FIRST = [
    "The alliance was announced in December 2015. According to officials, the first contingent",
    "of the force came from Sudan and Pakistan, and by the end of that year the number of",
]
SECOND = [
    "troops under its command had risen to thirty thousand. Most of them were stationed near",
    "the southern border, where the estimates of analysts put the costs of the first year at a",
]
THIRD = ["sum that was paid by the kingdom alone. A review was promised in 2018."]
SOURCES = [
    ["Interview with an official of the ministry of defence, Riyadh, 12 May 2017"],
    ["Saeed Shah, Pakistan and the Alliance, Arab Affairs Quarterly, 2018, p. 33."],
    ["Press release of the ministry, 4 May 2018."],
]


class Sheet:
    """Draws pages of lines at a place, in a size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._canvas = Canvas(str(path), pagesize=(595, 842), invariant=1)

    def lines(self, y: float, lines: Sequence[str], size: float = 11, x: float = 72) -> float:
        """Draw lines downwards and return where the next would be."""
        for line in lines:
            self._canvas.setFont("Times-Roman", size)
            self._canvas.drawString(x, y, line)
            y -= 1.25 * size
        return y

    def raised(self, y: float, mark: str, x: float = 72) -> None:
        """Draw a mark of 6 points above the line at *y*."""
        self.lines(y + 3, [mark], 6, x)

    def note(self, y: float, mark: str, lines: Sequence[str], x: float = 72) -> float:
        """Draw a note of 9 points with a raised mark."""
        self.raised(y, mark, x)
        return self.lines(y, lines, 9, x + 4 * len(mark))

    def end(self, footer: str = "") -> None:
        """End the page."""
        self.lines(50, [footer] if footer else [], 10, 290)
        self._canvas.showPage()

    def save(self) -> Path:
        """Write the file."""
        self._canvas.save()
        return self.path


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "notes.pdf")


def page_of(document: Document, text: str) -> int:
    """The number of the page on which *text* begins."""
    start = document.text.index(text)
    return next(page.number for page in document.pages if start < page.span.end)


def sentences(document: Document) -> list[str]:
    return [
        document.slice(span)
        for block in document.blocks
        for span in sentence_spans(document.text, block.span)
    ]


def test_a_sentence_goes_on_behind_the_footnotes_of_its_page(sheet, read, texts):
    for number, (body, source) in enumerate(zip((FIRST, SECOND, THIRD), SOURCES, strict=True), 1):
        sheet.lines(300, body)
        sheet.note(115, str(number), source)
        sheet.end(str(number))
    document = read(sheet.save())
    cut = (
        "According to officials, the first contingent of the force came from Sudan and Pakistan, "
        "and by the end of that year the number of troops under its command had risen to thirty "
        "thousand."
    )
    again = " ".join([*SECOND, THIRD[0]]).partition("thousand. ")[2].partition(" A review")[0]
    assert {cut, again} <= set(sentences(document))
    notes = texts(document, BlockKind.REFERENCE)
    assert notes == [f"{mark} {source}" for mark, (source,) in zip("¹²³", SOURCES, strict=True)]
    assert [page_of(document, note) for note in notes] == [1, 2, 3]
    assert [page_of(document, cut), page_of(document, again)] == [1, 2]
    assert page_of(document, "troops under its command") == 2
    assert page_of(document, "sum that was paid") == 3
    assert [page.label for page in document.pages] == ["1", "2", "3"]


def test_notes_of_several_lines_are_a_block_each_and_go_on_over_the_page(sheet, read, texts):
    sheet.lines(300, FIRST)
    y = sheet.note(130, "9", ["Ibid., p. 12."])
    sheet.note(
        y, "10", ["A longer note that takes two lines, the second", "2017 line, and ends with"]
    )
    sheet.end("4")
    sheet.lines(300, SECOND[:1])
    y = sheet.lines(126, ["the first line of the next page."], 9)
    sheet.note(y, "11", ["Khan, Memoirs."])
    sheet.end("5")
    assert texts(read(sheet.save()), BlockKind.REFERENCE) == [
        "⁹ Ibid., p. 12.",
        "¹⁰ A longer note that takes two lines, the second 2017 line, and ends with",
        "the first line of the next page.",
        "¹¹ Khan, Memoirs.",
    ]


def test_a_plain_number_marks_a_note_where_the_text_has_it_raised(sheet, read, texts):
    body = ["The alliance was announced in December 2015.", "Sudan sent soldiers in 2016."]

    def draw(mark: str) -> list[str]:
        one = Sheet(sheet.path)
        one.lines(300, body)
        one.raised(287, mark, 72 + stringWidth(body[1], "Times-Roman", 11))
        one.lines(120, ["3. Interview with an official, Riyadh."], 9)
        one.end()
        one.lines(300, SECOND[:1])
        one.end()
        return texts(read(one.save()), BlockKind.REFERENCE)

    assert draw("3") == ["3. Interview with an official, Riyadh."]
    assert draw("4") == []


def test_a_plain_number_under_a_cut_sentence_marks_a_note(sheet, read, texts):
    for body, note in zip(
        (FIRST, SECOND, THIRD), ("1 Arab News.", "2. Dawn.", "3 Ibid."), strict=True
    ):
        sheet.lines(700, body)
        sheet.lines(100, [note], 8)
        sheet.end()
    document = read(sheet.save())
    assert texts(document, BlockKind.REFERENCE) == ["1 Arab News.", "2. Dawn."]
    assert "the number of troops under its command had risen" in document.text


def test_a_starred_note_on_the_author_stays_prose(sheet, read, texts):
    sheet.lines(600, ["Jane Doe*"])
    sheet.lines(560, FIRST)
    sheet.lines(120, ["* Jane Doe has written about armies since the war of 1991."], 9)
    sheet.end()
    sheet.lines(700, SECOND[:1])
    sheet.end()
    document = read(sheet.save())
    assert any("the number of troops under its command" in text for text in sentences(document))
    assert "* Jane Doe has written about armies since the war of 1991." in texts(
        document, BlockKind.PARAGRAPH
    )


def test_the_notes_of_two_columns_stand_apart_from_both(sheet, read, texts):
    columns = [
        [
            "The members met in Riyadh. They agreed on",
            "the wages of the first contingent and on",
            "the budget of the first year, which was",
        ],
        [
            "paid by the kingdom alone and was never",
            "shown to the other members, and was not",
            "made public, as far as anybody knows and",
        ],
    ]
    for x, column, mark in ((60, columns[0], "1"), (320, columns[1], "2")):
        sheet.lines(300, column, x=x)
        sheet.note(100, mark, ["Interview, Riyadh, May 2017."], x)
    sheet.end("1")
    sheet.lines(700, ["was told by those who were there."])
    sheet.end("2")
    document = read(sheet.save())
    assert texts(document, BlockKind.REFERENCE) == [
        f"{mark} Interview, Riyadh, May 2017." for mark in "¹²"
    ]
    assert "first year, which was paid by the kingdom" in document.text
    assert "as far as anybody knows and was told by those" in document.text
    assert page_of(document, "² Interview") == 1


def test_a_sentence_that_fills_a_page_stays_whole_and_its_note_is_kept(sheet, read):
    middle = [
        "troops of the kingdom, of Sudan and of Pakistan that were paid by the Gulf states and"
    ]
    last = ["stood at the border of Yemen had risen to thirty thousand."]
    for number, body in enumerate((FIRST, middle, last), 1):
        sheet.lines(300, body)
        sheet.note(115, str(number), SOURCES[number - 1])
        sheet.end()
    document = read(sheet.save())
    whole = " ".join([*FIRST, *middle, *last]).partition("2015. ")[2]
    assert whole in sentences(document)
    assert page_of(document, whole) == 1
    assert all(document.text.count(source) == 1 for (source,) in SOURCES)


def test_other_small_text_at_the_foot_of_a_page_is_no_note(sheet, read, texts):
    foots = [
        ["Figure 1: The members of the alliance in 2016."],
        ["1. Sudan sent soldiers to the border.", "2. Pakistan sent its former chief of army."],
        ["* Oman asked for observers."],
        ["“He was asked by the minister", "and he said that he would come.”"],
        ["1 Sudan", "2 Pakistan"],
    ]
    for foot in foots:
        sheet.lines(300, ["The ministers agreed on the plan that was laid before them."])
        sheet.lines(260, foot, 9)
        sheet.end()
    document = read(sheet.save())
    assert not texts(document, BlockKind.REFERENCE)
    positions = [document.text.index(foot[0].lstrip("* ")) for foot in foots]
    assert positions == sorted(positions)


def test_small_raised_numbers_above_the_foot_are_no_notes(sheet, read, texts):
    sheet.lines(700, ["The ministers agreed on the plan that was laid before them."])
    sheet.note(660, "1", ["A table's own note stands under it and not at the foot."])
    sheet.lines(620, ["The plan was read by all of them in the course of a week."] * 5)
    sheet.end()
    assert not texts(read(sheet.save()), BlockKind.REFERENCE)
