"""Word documents: order, styles, tables, properties, and packages made to harm."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml

from rag.errors import DamagedError, EmptyError, EncryptedError, LoadError, UnsupportedFormatError
from rag.types import BlockKind

COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def sample(tmp_path):
    document = docx.Document()
    document.core_properties.title = "A Briefing on the Pact"
    document.core_properties.author = "Regional Desk"
    document.core_properties.subject = "report; 25 May 2026"
    document.add_heading("A Briefing on the Pact", 0)
    document.add_heading("Members", 1)
    document.add_paragraph("The pact has 41 members, its secretariat says.")
    document.add_paragraph("Pakistan", style="List Bullet")
    document.add_paragraph("Turkey", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [*table.rows[0].cells, *table.rows[1].cells],
        ["Country", "Troops", "Iran", "none"],
        strict=True,
    ):
        cell.text = text
    document.add_heading("Money", 2)
    document.add_paragraph("Most of it comes from Riyadh.")
    path = tmp_path / "a.docx"
    document.save(path)
    return path


def repacked(path, changes):
    """Return the bytes of a package with some parts replaced."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, changes.get(name, source.read(name)))
    return output.getvalue()


def test_blocks_come_in_the_order_of_the_body(sample, read):
    document = read(sample)
    assert [(block.kind, block.level, document.slice(block.span)) for block in document.blocks] == [
        (BlockKind.HEADING, 1, "A Briefing on the Pact"),
        (BlockKind.HEADING, 2, "Members"),
        (BlockKind.PARAGRAPH, 0, "The pact has 41 members, its secretariat says."),
        (BlockKind.LIST_ITEM, 0, "Pakistan"),
        (BlockKind.LIST_ITEM, 0, "Turkey"),
        (BlockKind.TABLE_ROW, 0, "Country | Troops"),
        (BlockKind.TABLE_ROW, 0, "Iran | none"),
        (BlockKind.HEADING, 3, "Money"),
        (BlockKind.PARAGRAPH, 0, "Most of it comes from Riyadh."),
    ]


def test_properties_give_the_metadata(sample, read):
    metadata = read(sample).metadata
    assert metadata.title == "A Briefing on the Pact"
    assert metadata.author == "Regional Desk"
    assert metadata.date == "2026-05-25"
    assert metadata.kind == "report"


def test_the_date_of_the_template_is_no_date(tmp_path, read):
    document = docx.Document()
    document.core_properties.author = "python-docx"
    document.add_paragraph("One paragraph.")
    document.save(tmp_path / "a.docx")
    metadata = read(tmp_path / "a.docx").metadata
    assert (metadata.author, metadata.date) == (None, None)


def test_the_date_of_making_is_used_when_nothing_better_is_there(tmp_path, read):
    document = docx.Document()
    document.core_properties.created = dt.datetime(2019, 3, 4, tzinfo=dt.UTC)
    document.add_paragraph("One paragraph.")
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").metadata.date == "2019-03-04"


def test_a_year_in_the_subject_is_not_the_date(tmp_path, read):
    document = docx.Document()
    document.core_properties.subject = "Saudi Vision 2030"
    document.core_properties.keywords = "economy; 2025"
    document.add_heading("The Plan of the Kingdom", 0)
    document.add_paragraph("Published: 4 March 2019")
    document.add_paragraph("The plan of the kingdom has three themes, its ministers say.")
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").metadata.date == "2019-03-04"


def test_a_document_without_text_is_empty(tmp_path, read):
    docx.Document().save(tmp_path / "a.docx")
    with pytest.raises(EmptyError):
        read(tmp_path / "a.docx")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but no more", b"plain words"])
def test_garbage_is_damaged(write, read, content):
    with pytest.raises(DamagedError):
        read(write("a.docx", content))


def test_an_old_word_file_is_unsupported(write, read):
    with pytest.raises(UnsupportedFormatError, match="old Word file"):
        read(write("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)))


def test_a_password_is_an_encrypted_error(write, read):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(EncryptedError):
        read(write("a.docx", content))


def test_a_zip_bomb_ends_in_a_load_error(sample, write, read):
    bomb = b"<w:document>" + b" " * 300_000_000 + b"</w:document>"
    with pytest.raises(LoadError, match="bomb"):
        read(write("bomb.docx", repacked(sample, {"word/document.xml": bomb})))


def test_an_entity_bomb_ends_in_a_load_error(sample, write, read):
    with zipfile.ZipFile(sample) as package:
        body = package.read("word/document.xml").decode()
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    start = body.index("<w:document")
    bomb = body[:start] + f"<!DOCTYPE d [{entities}]>" + body[start:].replace("Riyadh", "&a11;")
    with pytest.raises(LoadError):
        read(write("bomb.docx", repacked(sample, {"word/document.xml": bomb.encode()})))


def add_raised(paragraph, *pieces):
    """Add runs to a paragraph, those that begin with a caret raised."""
    for piece in pieces:
        run = paragraph.add_run(piece.removeprefix("^"))
        run.font.superscript = piece.startswith("^") or None
    return paragraph


def test_a_raised_number_is_no_part_of_the_number_before(tmp_path, read):
    document = docx.Document()
    pieces = ("It has 41", "^2", " states, paid 500", "^1", "^3 ", "on the 1", "^st", " of May.")
    add_raised(document.add_paragraph(), *pieces, "^4,5", " H", "^[6]")
    document.add_paragraph("CO").add_run("2").font.subscript = True
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").text == (
        "It has 41² states, paid 500¹³ on the 1st of May.⁴,⁵ H[6]\n\nCO2"
    )


def test_the_exponent_of_a_formula_is_raised(tmp_path, read):
    document = docx.Document()
    formula = (
        f'<m:oMath xmlns:m="{MATH}"><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e>'
        "<m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    document.add_paragraph("They spent ")._p.append(parse_xml(formula))
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").text == "They spent 10⁶"


def add_table(parent, *rows):
    """Add a table of strings to a document or cell."""
    table = parent.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def test_an_empty_cell_keeps_its_place(tmp_path, read):
    document = docx.Document()
    rows = [["", "2019", "2020"], ["Qatar", "", "300"], ["Chad", "7", ""], ["", "", ""]]
    table = add_table(document, *rows, ["Asia", "", ""], ["Iran, Iraq", "", "5"], ["Oman", "", "6"])
    table.cell(4, 0).merge(table.cell(4, 2))
    table.cell(5, 0).merge(table.cell(5, 1))
    table.cell(5, 2).merge(table.cell(6, 2))
    table.cell(5, 2).text = "5"
    last = table.rows[6]._tr
    last.remove(last.tc_lst[0])
    last.get_or_add_trPr().append(
        parse_xml(f'<w:gridBefore xmlns:w="{WORD}" w:val="1"/>'),
    )
    last.tc_lst[0].p_lst[0].add_r().text = "8"
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").text.split("\n") == [
        "| 2019 | 2020",
        "Qatar | | 300",
        "Chad | 7 |",
        "Asia",
        "Iran, Iraq | | 5",
        "| 8 |",
    ]


def test_a_table_in_a_cell_is_read_once(tmp_path, read):
    document = docx.Document()
    table = add_table(document, ["Aid", "by state"], ["Note", "in dollars"])
    inner = add_table(table.cell(0, 1), ["Qatar", "", "300"], ["Chad", "4", "5"])
    add_table(inner.cell(1, 2), ["deep", "er"])
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").text.split() == (
        "Aid | by state Qatar | | 300 Chad | 4 | 5 deep | er Note | in dollars".split()
    )


def test_a_text_box_in_a_cell_is_read_once(tmp_path, read):
    document = docx.Document()
    cell = add_table(document, ["Aid", "300"]).cell(0, 0)
    box = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>"
    cell.paragraphs[0]._p.append(
        parse_xml(
            f'<w:r xmlns:w="{WORD}" xmlns:mc="{COMPATIBILITY}"><mc:AlternateContent>'
            f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").text == "Aid boxed | 300"


def test_a_cell_across_absurdly_many_columns_does_no_harm(tmp_path, read):
    document = docx.Document()
    table = add_table(document, ["Aid", "300"])
    table.cell(0, 0)._tc.grid_span = 10**9
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").text == "Aid | 300"
