"""Word reports, opened again with python-docx and as XML."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from lxml import etree

from rag.writing import write_docx
from rag.writing.rows import Row, report_of, rows_of
from rag.writing.word import write_word_report
from tests.writing.conftest import FIRST, SECOND, answered, citation, not_found

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def part(path, name):
    return etree.fromstring(zipfile.ZipFile(path).read(name))


def text_of(element) -> str:
    return "".join(
        "\n" if item.tag == f"{W}br" else item.text or ""
        for item in element.iter(f"{W}t", f"{W}br")
    )


def paragraphs(path) -> list[tuple[str, str]]:
    return [(item.style.name, item.text) for item in Document(path).paragraphs]


def test_a_report_shows_questions_answers_and_sources(tmp_path):
    path = tmp_path / "report.docx"
    write_docx([answered(), not_found()], path, "A <title> & more")
    document = Document(path)
    assert [(item.style.name, item.text) for item in document.paragraphs] == [
        ("Title", "A <title> & more"),
        (
            "Report Note",
            (
                "2 questions: 1 answered, 1 not answered by the documents. "
                "Index default, generation 3, settings abababab."
            ),
        ),
        ("Report Note", document.paragraphs[2].text),
        ("Question", "1. How many members & tasks?"),
        ("Question Details", "confidence 0.93"),
        ("Short Answer", "41"),
        ("Disagreement", "Sources differ: 41; 42."),
        ("Answer Text", f"{FIRST}, {SECOND}"),
        ("Question", "2. Who baked the bread?"),
        ("Question Details", "confidence 0.10"),
        ("Not Answered", "The documents do not answer this question."),
        ("Nearest Passage", "Nearest passages, which do not answer it:"),
        ("Nearest Passage", "1. b.txt: A passage about something."),
        ("Heading 1", "Sources"),
    ]
    [table] = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["No.", "Source", "File", "SHA-256"],
        ["1", "no title, author or date known", "b.txt", "b" * 64],
        [
            "2",
            '"On <Alliances> & “Pacts”", S. Khan, paper, 2017-12',
            "papers/on alliances, 2nd ed.pdf\nthe same file: copy.pdf",
            "a" * 64,
        ],
    ]


def test_footnotes_cite_document_page_characters_and_quote(tmp_path):
    path = tmp_path / "report.docx"
    write_docx([answered(), answered()], path, "Report")
    notes = part(path, "word/footnotes.xml").findall(f"{W}footnote")
    assert [note.get(f"{W}id") for note in notes] == ["-1", "0", "1", "2", "3", "4", "5", "6"]
    assert [text_of(note) for note in notes[2:5]] == [
        (
            ' "On <Alliances> & “Pacts”", S. Khan, paper, 2017-12, papers/on alliances, 2nd ed.pdf, '
            f"p. 3 (iii), characters 100–132: “{FIRST}”"
        ),
        " b.txt, characters 200–226: “By 2018 it had 42 members.”",
        (
            ' "On <Alliances> & “Pacts”", S. Khan, paper, 2017-12, papers/on alliances, 2nd ed.pdf, '
            f"p. 3 (iii), characters 300–{300 + len(SECOND)}: “{SECOND}”"
        ),
    ]


def test_each_footnote_has_one_mark_and_repeats_are_fields(tmp_path):
    path = tmp_path / "report.docx"
    write_docx([answered()], path, "Report")
    body = part(path, "word/document.xml")
    marks = [item.get(f"{W}id") for item in body.iter(f"{W}footnoteReference")]
    fields = [item.get(f"{W}instr").strip() for item in body.iter(f"{W}fldSimple")]
    assert marks == ["1", "2", "3"]
    assert fields == ["NOTEREF _Ref1 \\h", "NOTEREF _Ref2 \\h"]


def test_two_versions_of_a_file_are_told_apart(tmp_path):
    other = citation(1, FIRST, sha256="c" * 64)
    second = answered(citations=(other, *answered().citations[1:]), disagreements=())
    path = tmp_path / "report.docx"
    write_docx([answered(), second], path, "Report")
    notes = [text_of(note) for note in part(path, "word/footnotes.xml")]
    assert "2nd ed.pdf, aaaaaaaa, p. 3 (iii)" in notes[2]
    assert "2nd ed.pdf, cccccccc, p. 3 (iii)" in notes[5]


def test_errors_ids_and_columns_are_shown():
    rows = [
        Row(1, "", error="Expected a question in words, but got ''.", identifier=7),
        Row(2, "Why?", not_found(), identifier="q\x1b2", columns={"topic": "Yemen", "n": 3}),
    ]
    file = io.BytesIO()
    write_word_report(report_of(rows, "Report"), file)
    lines = paragraphs(file)
    assert lines[3:6] == [
        ("Question", "1. "),
        ("Question Details", "7"),
        ("Row Error", "No answer: Expected a question in words, but got ''."),
    ]
    assert lines[7] == ("Question Details", "q\\x1b2 · confidence 0.10 · topic: Yemen · n: 3")


def test_what_xml_cannot_hold_is_spelled_out(tmp_path):
    path = tmp_path / "report.docx"
    write_docx(
        [answered(question="a\x00b\x0b\ud800\uffff", short_answer="\u202e41")], path, "T\x01"
    )
    texts = [text for _, text in paragraphs(path)]
    assert texts[0] == "T\\x01"
    assert "1. a\\x00b \\ud800\ufffd" in texts
    assert "\\u202e41" in texts


def test_the_same_answers_give_the_same_bytes(tmp_path):
    for name in ("a.docx", "b.docx"):
        write_docx([answered(), not_found()], tmp_path / name, "Report")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_a_failed_report_leaves_what_was_there(tmp_path):
    path = tmp_path / "report.docx"
    path.write_bytes(b"before")
    with pytest.raises(KeyError):
        write_docx([answered(citations=())], path, "Report")
    assert [item.name for item in tmp_path.iterdir()] == ["report.docx"]
    assert path.read_bytes() == b"before"


def test_no_answers_give_an_empty_report(tmp_path):
    path = tmp_path / "report.docx"
    write_docx([], path, "Report")
    assert paragraphs(path)[1] == (
        "Report Note",
        "0 questions: 0 answered, 0 not answered by the documents.",
    )
    assert rows_of([]) == []
