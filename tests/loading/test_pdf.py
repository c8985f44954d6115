"""PDF files: pages, labels, running text, paragraphs, tables, and files that cannot be read."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import NameObject, StreamObject
from reportlab.pdfgen.canvas import Canvas

from rag.errors import DamagedError, EmptyError, EncryptedError, ScannedError
from rag.types import BlockKind

BODY = [
    "The coalition was announced on 15 December 2015 with thirty-four members, and its",
    "headquarters opened in Riyadh two years after that, when the defence ministers of the",
    "member states met there for the first time.",
]


def body(number: int) -> list[str]:
    """A page of text that differs from others in numbers only."""
    return [
        f"Paragraph {number} tells that the budget of year {number} was agreed by the ministers",
        f"in session {number}, and that nothing else was settled before the talks were ended.",
    ]


def test_pages_tile_the_text_and_number_from_one(write_pdf, read):
    document = read(write_pdf("a.pdf", [body(1), body(2), body(3)]))
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.pages[0].span.start == 0
    assert document.pages[-1].span.end == len(document.text)
    for left, right in zip(document.pages, document.pages[1:], strict=False):
        assert left.span.end == right.span.start
    assert document.slice(document.pages[1].span).startswith("Paragraph 2")


def test_lines_of_a_paragraph_are_joined_by_spaces(write_pdf, read):
    document = read(write_pdf("a.pdf", [BODY]))
    assert document.text == " ".join(BODY)
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH]


def test_declared_page_labels_are_kept(write_pdf, read, tmp_path):
    path = write_pdf("a.pdf", [body(n) for n in range(1, 6)])
    writer = PdfWriter(clone_from=PdfReader(path))
    writer.set_page_label(0, 2, style=PageLabelStyle.LOWERCASE_ROMAN, start=3)
    writer.set_page_label(3, 4, style=PageLabelStyle.DECIMAL, prefix="A-")
    labelled = tmp_path / "labelled.pdf"
    writer.write(labelled)
    labels = [page.label for page in read(labelled).pages]
    assert labels == ["iii", "iv", "v", "A-1", "A-2"]


def test_printed_page_numbers_become_labels_where_none_are_declared(write_pdf, read):
    pages = [body(n) for n in range(1, 6)]
    document = read(write_pdf("a.pdf", pages, footers=["i", "ii", "1", "2", "3"]))
    assert [page.label for page in document.pages] == ["i", "ii", "1", "2", "3"]
    assert [entry.reason for entry in document.dropped] == ["page number"] * 5


def test_a_single_roman_front_page_is_labelled(write_pdf, read):
    pages = [body(n) for n in range(1, 5)]
    document = read(write_pdf("a.pdf", pages, footers=["i", "1", "2", "3"]))
    assert [page.label for page in document.pages] == ["i", "1", "2", "3"]


def test_numbers_in_running_footers_become_labels(write_pdf, read):
    pages = [body(n) for n in range(1, 5)]
    footers = [f"Institute of Studies | {number}" for number in ("iv", "v", "1", "2")]
    document = read(write_pdf("a.pdf", pages, footers=footers))
    assert [page.label for page in document.pages] == ["iv", "v", "1", "2"]
    assert "Institute" not in document.text


def test_without_labels_and_numbers_the_label_is_none(write_pdf, read):
    document = read(write_pdf("a.pdf", [body(1), body(2)]))
    assert [page.label for page in document.pages] == [None, None]


def test_running_headers_and_footers_are_dropped_and_recorded(write_pdf, read):
    pages = [body(n) for n in range(1, 5)]
    footers = [f"Page {n} of 4" for n in range(1, 5)]
    document = read(
        write_pdf("a.pdf", pages, headers=["Regional Security Review"] * 4, footers=footers)
    )
    assert "Regional Security Review" not in document.text
    assert "of 4" not in document.text
    recorded = {(entry.reason, entry.text, entry.page) for entry in document.dropped}
    assert ("running header", "Regional Security Review", 3) in recorded
    assert any(text == "Page 3 of 4" and page == 3 for _, text, page in recorded)


def test_alternating_headers_that_count_up_are_dropped(write_pdf, read):
    headers = [
        f"{n}   Journal of Policy" if n % 2 == 0 else f"The Coalition at Ten   {n}"
        for n in range(12, 20)
    ]
    document = read(write_pdf("a.pdf", [body(n) for n in range(8)], headers=headers))
    assert "Journal" not in document.text
    assert "at Ten" not in document.text
    assert [page.label for page in document.pages] == [str(n) for n in range(12, 20)]


def test_first_lines_that_differ_in_more_than_a_counter_stay(write_pdf, read):
    pages = [
        [f"In {year} the fund paid {amount} million.", *body(year)]
        for year, amount in ((2015, 34), (2016, 39), (2017, 41), (2018, 42))
    ]
    document = read(write_pdf("a.pdf", pages))
    assert "In 2016 the fund paid 39 million." in document.text
    assert not document.dropped


def test_a_paragraph_over_a_page_break_is_one_block(write_pdf, read):
    first = ["The secretariat said that the members had agreed to share intelligence about the"]
    second = ["financing of armed groups before the end of the year in which it was founded."]
    document = read(write_pdf("a.pdf", [first, second], footers=["1", "2"]))
    assert len(document.blocks) == 1
    assert document.text == f"{first[0]} {second[0]}"
    boundary = document.pages[1].span.start
    assert document.text[boundary:].startswith("financing")


def test_hyphenated_line_ends_are_joined(write_pdf, read):
    lines = [
        "The counter-terrorism centre was opened, and the ministers promised more infor-",
        "mation about its budget. They called counter-",
        "terrorism the first task of all member states of the coalition.",
    ]
    text = read(write_pdf("a.pdf", [lines])).text
    assert "promised more information about" in text
    assert "called counter-terrorism the" in text


def test_big_lines_are_headings(write_pdf, read, texts):
    lines = ["# The Coalition at Ten", "", *BODY, "", "# Members", "", *body(2)]
    document = read(write_pdf("a.pdf", [lines]))
    assert texts(document, BlockKind.HEADING) == ["The Coalition at Ten", "Members"]
    assert document.metadata.title == "The Coalition at Ten"


def test_table_rows_join_their_cells(write_pdf, read, texts):
    lines = [
        *BODY,
        "",
        "Country | Troops | Joined",
        "Pakistan | 5,000 | 2016",
        "Turkey | 1,200 | 2015",
        "",
        *body(2),
    ]
    document = read(write_pdf("a.pdf", [lines]))
    assert texts(document, BlockKind.TABLE_ROW) == [
        "Country | Troops | Joined",
        "Pakistan | 5,000 | 2016",
        "Turkey | 1,200 | 2015",
    ]
    assert "Country | Troops | Joined\nPakistan | 5,000 | 2016\nTurkey" in document.text


def test_wrapped_cells_are_whole_and_lettered_rows_stay_apart(tmp_path, read, texts):
    path = tmp_path / "table.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setFont("Helvetica", 10)
    for x, y, text in (
        (72, 700, "Tie"),
        (180, 700, "Training and advice"),
        (180, 689, "since the 1960s"),
        (320, 700, "Shared border"),
        (72, 672, "a) Money"),
        (180, 672, "12,000"),
        (320, 672, "none"),
        (72, 660, "b) Troops"),
        (180, 660, "3,000"),
        (320, 660, "none"),
    ):
        canvas.drawString(x, y, text)
    canvas.save()
    assert texts(read(path), BlockKind.TABLE_ROW) == [
        "Tie | Training and advice since the 1960s | Shared border",
        "a) Money | 12,000 | none",
        "b) Troops | 3,000 | none",
    ]


def test_raised_digits_stay_superscripts(tmp_path, read):
    path = tmp_path / "raised.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, 700, "An area of 10")
    canvas.setFont("Helvetica", 7)
    canvas.drawString(72 + canvas.stringWidth("An area of 10", "Helvetica", 11), 704, "2")
    canvas.setFont("Helvetica", 11)
    x = 72 + canvas.stringWidth("An area of 10", "Helvetica", 11) + 5
    canvas.drawString(x, 700, " metres was given to the guards of the camp.")
    canvas.save()
    assert read(path).text == "An area of 10² metres was given to the guards of the camp."


def test_document_information_gives_title_and_author(write_pdf, read):
    metadata = read(write_pdf("a.pdf", [BODY], title="Ten Years On", author="A. Writer")).metadata
    assert (metadata.title, metadata.author) == ("Ten Years On", "A. Writer")


@pytest.mark.parametrize("junk", ["Microsoft Word - draft3.doc", "untitled", "report_v2.pdf"])
def test_junk_titles_yield_to_the_first_heading(write_pdf, read, junk):
    lines = ["# A Pact and Its Price", "", *BODY]
    metadata = read(write_pdf("a.pdf", [lines], title=junk, author="admin")).metadata
    assert metadata.title == "A Pact and Its Price"
    assert metadata.author is None


def test_an_empty_user_password_opens(write_pdf, read, tmp_path):
    writer = PdfWriter(clone_from=PdfReader(write_pdf("a.pdf", [BODY])))
    writer.encrypt("", "owner", algorithm="AES-256")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    assert read(path).text == " ".join(BODY)


def test_a_real_password_is_an_encrypted_error(write_pdf, read, tmp_path):
    writer = PdfWriter(clone_from=PdfReader(write_pdf("a.pdf", [BODY])))
    writer.encrypt("secret", "owner", algorithm="AES-128")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    with pytest.raises(EncryptedError, match="password"):
        read(path)


def test_pages_without_any_text_are_scanned(write_pdf, read):
    with pytest.raises(ScannedError, match="none of the 3 pages"):
        read(write_pdf("a.pdf", [[], [], []]))


def test_some_blank_pages_are_recorded_and_fine(write_pdf, read):
    document = read(write_pdf("a.pdf", [body(1), [], body(3)]))
    assert [entry.page for entry in document.dropped] == [2]
    assert len(document.pages[1].span) == 0
    third = document.page_at(document.text.index("Paragraph 3"))
    assert third is not None
    assert third.number == 3


def test_a_file_without_pages_is_empty(read, tmp_path):
    path = tmp_path / "none.pdf"
    PdfWriter().write(path)
    with pytest.raises(EmptyError):
        read(path)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"no pdf at all", bytes(range(256)) * 40])
def test_garbage_is_damaged(write, read, content):
    with pytest.raises((DamagedError, EmptyError)):
        read(write("a.pdf", content))


def test_a_cut_file_is_damaged_or_read(write_pdf, write, read):
    content = write_pdf("a.pdf", [body(n) for n in range(5)]).read_bytes()
    with pytest.raises((DamagedError, EmptyError, ScannedError)):
        read(write("cut.pdf", content[: len(content) // 4]))


def test_the_same_bytes_give_the_same_document(write_pdf, read):
    path = write_pdf("a.pdf", [body(1), body(2)], footers=["1", "2"])
    assert read(path) == read(path)


def test_dot_leaders_are_boilerplate(write_pdf, read, texts):
    lines = [
        "# Contents",
        "",
        "Introduction ........................ 3",
        "Members ............................. 7",
        "",
        *BODY,
    ]
    document = read(write_pdf("a.pdf", [lines]))
    assert len(texts(document, BlockKind.BOILERPLATE)) == 3
    assert texts(document, BlockKind.PARAGRAPH) == [" ".join(BODY)]


def test_two_columns_are_read_one_after_the_other(tmp_path, read):
    left = [f"left column line {n} goes on without a stop" for n in range(12)]
    right = [f"right column line {n} goes on without a stop" for n in range(12)]
    output = io.BytesIO()
    canvas = Canvas(output, invariant=1)
    for x, lines in ((50, left), (320, right)):
        canvas.setFont("Helvetica", 10)
        for index, line in enumerate(lines):
            canvas.drawString(x, 700 - 12 * index, line)
    canvas.save()
    path = tmp_path / "columns.pdf"
    path.write_bytes(output.getvalue())
    text = read(path).text
    assert " ".join(left) in text
    assert " ".join(right) in text


def test_letters_drawn_one_by_one_keep_their_doubles(tmp_path, read):
    """A slanted f over an f is taken for its shadow by PDFium where the page is scaled down."""
    sentence = "The effect of the tariff on staff off duty differs, if any office is affected."
    path = tmp_path / "letters.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.scale(0.675, 0.675)
    canvas.setFont("Times-Italic", 13.33)
    x = 100.0
    for letter in sentence:
        if letter != " ":
            canvas.drawString(x, 900, letter)
        x += canvas.stringWidth(letter, "Times-Italic", 13.33)
    canvas.save()
    assert read(path).text == sentence


def test_text_on_a_turned_page_is_read_and_a_stamp_in_its_margin_is_not(tmp_path, read):
    path = tmp_path / "turned.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, 30, "Downloaded by a reader")
    canvas.rotate(90)
    for index, line in enumerate(BODY):
        canvas.drawString(72, -100 - 14 * index, line)
    canvas.save()
    assert read(path).text == " ".join(BODY)


def test_characters_outside_the_basic_plane_do_not_move_what_follows(tmp_path, read):
    canvas = Canvas(str(tmp_path / "plain.pdf"), pageCompression=0, invariant=1)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, 700, "~ Alpha beta | Gamma")
    canvas.drawString(400, 700, "Delta")
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "plain.pdf"))
    mapping = StreamObject()
    mapping.set_data(
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"2 beginbfrange <20> <7D> <0020> <7F> <FF> <007F> endbfrange\n"
        b"1 beginbfchar <7E> <D83DDE00> endbfchar"
    )
    fonts = writer.pages[0]["/Resources"]["/Font"]
    fonts["/F1"][NameObject("/ToUnicode")] = writer._add_object(mapping)
    path = tmp_path / "plane.pdf"
    writer.write(path)
    assert read(path).text == "\U0001f600 Alpha beta | Gamma Delta"


def test_a_centred_title_in_capitals_ends_where_its_capitals_end(tmp_path, read, texts):
    path = tmp_path / "centred.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setFont("Helvetica-Bold", 11)
    for index, line in enumerate(
        ("COALITION FUND", "STATEMENT OF CONTRIBUTIONS", "Riyadh, for the year that ended in June")
    ):
        canvas.drawCentredString(300, 760 - 13 * index, line)
    canvas.setFont("Helvetica", 11)
    for index, line in enumerate(BODY):
        canvas.drawString(72, 700 - 13 * index, line)
    canvas.save()
    document = read(path)
    assert texts(document, BlockKind.HEADING)[0] == "COALITION FUND STATEMENT OF CONTRIBUTIONS"
    assert texts(document, BlockKind.PARAGRAPH)[-1] == " ".join(BODY)


def test_a_cell_that_fills_its_column_is_parted_from_the_next(tmp_path, read, texts):
    path = tmp_path / "narrow.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setFont("Helvetica", 10)
    start = 72 + canvas.stringWidth("Islamic NATO", "Helvetica", 10) + 7
    rows = [
        ("Form", "Status", "Main task"),
        ("NATO", "Ally since 2004", "Collective defence"),
        ("Islamic NATO", "Proposer, 2024", "Collective defence"),
        ("SCO", "Full member", "Regional security"),
    ]
    for index, row in enumerate(rows):
        for x, cell in zip((72, start, 300), row, strict=True):
            canvas.drawString(x, 700 - 16 * index, cell)
    canvas.save()
    assert texts(read(path), BlockKind.TABLE_ROW) == [" | ".join(row) for row in rows]


def test_a_wrapped_label_with_a_capital_stays_with_its_row(tmp_path, read, texts):
    path = tmp_path / "wrapped.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setFont("Helvetica", 9)
    for x, y, text in (
        (72, 700, "NATO"),
        (180, 700, "Ally since 2004"),
        (300, 700, "Defence"),
        (72, 683, "ISAF with"),
        (180, 683, "Partner since 2007"),
        (300, 683, "Security"),
        (72, 672, "JIOC"),
        (72, 655, "SCO"),
        (180, 655, "Full member"),
        (300, 655, "Trade"),
    ):
        canvas.drawString(x, y, text)
    canvas.save()
    assert texts(read(path), BlockKind.TABLE_ROW) == [
        "NATO | Ally since 2004 | Defence",
        "ISAF with JIOC | Partner since 2007 | Security",
        "SCO | Full member | Trade",
    ]


@pytest.mark.parametrize(
    ("subject", "date"),
    [
        ("Saudi Vision 2030", "2019-03-04"),
        ("Form 10-Q filed on 2022-11-18 for the period ending 2022-10-30", "2022-11-18"),
    ],
)
def test_a_year_in_the_subject_is_not_the_date(write_pdf, read, subject, date):
    lines = ["# The Plan of the Kingdom", "", "Published: 4 March 2019", "", "It has three themes."]
    path = write_pdf("a.pdf", [lines], subject=subject)
    assert read(path).metadata.date == date
