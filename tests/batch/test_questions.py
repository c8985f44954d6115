"""Files of questions, row by row."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from rag.batch.formats import look_of
from rag.batch.questions import QuestionFile, QuestionRow, format_of, read_questions
from rag.checks import MAX_QUESTION_CHARACTERS
from rag.errors import InputError


def read(content: bytes, form: str, column: str | None = None) -> list[QuestionRow]:
    return list(read_questions(io.BufferedReader(io.BytesIO(content)), form, column, "the file"))


def test_csv_finds_question_and_id_and_carries_the_rest():
    content = b'\xef\xbb\xbfID,Question,note\r\n7,"Why, then?",x\r\n\r\n,"Two\nlines?",\r\n'
    assert read(content, "csv") == [
        QuestionRow(1, "Why, then?", None, "7", {"note": "x"}),
        QuestionRow(2, "Two\nlines?", None, "", {"note": ""}),
    ]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_csv_takes_semicolons_and_tabs(mark):
    content = f'question{mark}"a, b"\nWhy, then?{mark}1\n'.encode()
    assert read(content, "csv") == [QuestionRow(1, "Why, then?", None, None, {"a, b": "1"})]


def test_csv_in_utf_16_is_read():
    assert read("question\nCafé?\n".encode("utf-16"), "csv") == [QuestionRow(1, "Café?")]


@pytest.mark.parametrize("column", ["b", " B ", "2"])
def test_a_column_is_taken_by_name_or_number(column):
    assert read(b"a,b\n1,Why?\n", "csv", column)[0].question == "Why?"


@pytest.mark.parametrize(("column", "expected"), [(None, "'question' or"), ("c", "called 'c'")])
def test_without_the_column_the_file_cannot_be_used(column, expected):
    with pytest.raises(InputError, match=expected) as caught:
        read(b"a,b\n1,2\n", "csv", column)
    assert "it has 'a', 'b'. Name one with --column." in str(caught.value)


def test_a_bad_row_of_csv_is_a_row_with_an_error():
    content = b'id,question\n1,caf\xe9?\n2,one, two\n3\n4,Why?\n5,"' + b"x" * 140_000 + b"\n"
    rows = read(content, "csv")
    assert [row.identifier for row in rows] == ["1", "2", "3", "4", None]
    assert [row.question for row in rows] == ["caf\ufffd?", "one", "", "Why?", ""]
    errors = [row.error for row in rows]
    assert errors[0].startswith("Expected UTF-8, but some bytes are not.")
    assert errors[1].startswith("Expected 2 fields, but got 3.")
    assert errors[2:4] == [None, None]  # an empty question is refused where it is asked
    assert errors[4].startswith("Expected a record of a csv file, but: field larger than")


def test_columns_without_a_name_or_with_one_twice_are_numbered():
    rows = read(b"question,,note,note\nWhy?,1,2,3\n", "csv")
    assert rows[0].columns == {"column 2": "1", "note": "2", "note (4)": "3"}


def test_json_lines_hold_objects_or_texts():
    lines = b'{"id": 3, "query": "Why?", "list": [1]}\n\n"Who?"\n'
    assert read(lines, "jsonl") == [
        QuestionRow(1, "Why?", None, 3, {"list": [1]}),
        QuestionRow(2, "Who?"),
    ]


def test_a_bad_line_of_json_is_a_row_with_an_error():
    lines = b'{"question": "Why?"}\n{"question": \n[1]\n{"question": 4}\n{"x": 1}\n\xff\n'
    lines += b'{"question": "Why \\ud83d\\ude42?"}\n{"question": "Why \\ud800?"}\n'
    rows = read(lines, "jsonl")
    assert [row.error and row.error[:44] for row in rows] == [
        None,
        "Expected JSON on line 2, but: Expecting valu",
        "Expected a JSON object on line 3, but got li",
        "Expected a text for 'question' on line 4, bu",
        "Expected a text for 'question' on line 5, bu",
        "Expected UTF-8 on line 6. Save the file as U",
        None,
        "Expected whole characters on line 8, but one",
    ]
    assert rows[6].question == "Why 🙂?"


def test_text_has_a_question_a_line():
    rows = read(b"Why?\r\n\r\n  Who? \nCaf\xe9?\n" + b"z" * 1_000_001, "txt")
    assert [row.question for row in rows[:3]] == ["Why?", "Who?", "Caf\ufffd?"]
    assert [row.error for row in rows[:2]] == [None, None]
    assert rows[2].error.startswith("Expected UTF-8 on line 4.")
    assert rows[3].error == "Expected at most 1000000 characters on line 5."
    assert len(rows) == 4
    with pytest.raises(InputError, match="Expected no --column"):
        read(b"Why?", "txt", "a")


def test_a_question_that_is_too_long_keeps_its_beginning():
    [row] = read(b"x" * 3000, "txt")
    assert row.question == "x" * MAX_QUESTION_CHARACTERS + "…"
    assert row.error.startswith("Expected a question of at most 2000 characters, but got 3000.")


def test_excel_takes_the_first_sheet(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        [None, None],
        ["Question", "n", "day"],
        ["Why?", 3, dt.date(2017, 12, 4)],
        [None, None, None],
        [None, 4.5, True],
        [41, None, None, "stray"],
    ):
        book.active.append(row)
    book.create_sheet("Other").append(["question"])
    path = tmp_path / "q.xlsx"
    book.save(path)
    rows = list(QuestionFile(path, "xlsx", None, "q.xlsx"))
    assert [row.question for row in rows] == ["Why?", "", "41"]
    assert rows[0].columns == {"n": 3, "day": "2017-12-04 00:00:00"}
    assert rows[1].columns == {"n": 4.5, "day": True}
    assert rows[2].error.startswith("Expected 3 fields, but got 4.")
    path.write_bytes(b"PK no zip")
    with pytest.raises(InputError, match=r"Expected an Excel file \(.xlsx\) in q.xlsx"):
        list(QuestionFile(path, "xlsx", None, "q.xlsx"))


@pytest.mark.parametrize("dimension", ["A1", "A1:B2", "C9:D9"])
def test_excel_is_read_beyond_a_wrong_dimension(tmp_path, dimension):
    book, path, wrong = openpyxl.Workbook(), tmp_path / "q.xlsx", tmp_path / "wrong.xlsx"
    for row in (["id", "question", "note"], [1, "Why?", "x"], [2, "Who?"], [3, "When?", "y"]):
        book.active.append(row)
    book.save(path)
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(wrong, "w") as changed:
        for name in given.namelist():
            content = given.read(name)
            if name == sheet:
                assert content.count(b'<dimension ref="A1:C4"') == 1
                content = content.replace(b'ref="A1:C4"', f'ref="{dimension}"'.encode())
            changed.writestr(name, content)
    assert list(QuestionFile(wrong, "xlsx", None, "q.xlsx")) == [
        QuestionRow(1, "Why?", None, 1, {"note": "x"}),
        QuestionRow(2, "Who?", None, 2, {"note": None}),
        QuestionRow(3, "When?", None, 3, {"note": "y"}),
    ]


@pytest.mark.parametrize("blank", ["\n", "\r\n \r\n", "\ufeff\n\t\n"])
def test_csv_may_begin_with_blank_lines(blank):
    content = f"{blank}id;question\r\n1;Why, then?\r\n".encode()
    assert read(content, "csv") == [QuestionRow(1, "Why, then?", None, "1")]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("id,question\n1,Who?\n", "csv"),
        ("\r\nID;Query ;note\r\n", "csv"),
        ('"topic"\t"Question"', "csv"),
        ("question\nWho?\n", "csv"),
        ('"q"\n"Who, then?"\n', "csv"),
        ('{"id": 1, "question": "Who?"}\n', "jsonl"),
        ('\n"Who asks the question, and when?"\n', "jsonl"),
        ("Is this a question?\nid,question\n", "txt"),
        ("Who asked, and what was the question?\n", "txt"),
        ("1,Who leads the coalition?\n", "txt"),
        ("\n", "txt"),
        ("", "txt"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_stream_is_known_by_its_first_line(content, form, encoding):
    file = io.BufferedReader(io.BytesIO(content.encode(encoding)))
    assert look_of(file) == form
    assert file.read() == content.encode(encoding)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", "csv"),
        (b"\n\n", "csv"),
        (b"id,question\n,\n", "csv"),
        (b"", "jsonl"),
        (b"\n", "jsonl"),
        (b" \n\n", "txt"),
    ],
)
def test_a_file_without_questions_is_refused(content, form):
    with pytest.raises(InputError, match=f"in the file, but it has none. It was read as {form}."):
        read(content, form)


def test_an_excel_file_without_questions_is_refused(tmp_path):
    path = tmp_path / "q.xlsx"
    for rows in ([], [["id", "question"]]):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        with pytest.raises(InputError, match="in q.xlsx, but it has none. It was read as xlsx."):
            list(QuestionFile(path, "xlsx", None, "q.xlsx"))


def test_a_format_is_known_by_its_suffix(tmp_path):
    assert format_of(tmp_path / "A.CSV", ("csv", "txt"), "the questions") == "csv"
    with pytest.raises(InputError, match=r"Expected the questions to be a file of type \.csv"):
        format_of(tmp_path / "a.pdf", ("csv", "txt"), "the questions")
    with pytest.raises(InputError, match="No such file"):
        list(QuestionFile(tmp_path / "none.csv", "csv", None, "none.csv"))
