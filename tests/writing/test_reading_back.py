"""What is written is read back as it was, and what is changed by hand is found."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from rag.answers_file import read_answers
from rag.errors import InputError
from rag.types import Citation, Disagreement, Position, Sentence, Status
from rag.verification import answer_problems
from rag.writing.files import replacing
from rag.writing.reports import REPORTS
from rag.writing.rows import Row, report_of
from tests.writing.conftest import FIRST, SECOND, THIRD, answered, citation, not_found

FORMATS = ("jsonl", "xlsx", "md", "docx")
MARKED = "He wrote [2] that it has **41** `members` [1] *and* more: \\ [^1] _x_."


def rows() -> list[Row]:
    marked = answered(
        question="# Is *this* [a] | `question`?",
        short_answer="41",
        sentences=(Sentence(MARKED, (1,)), Sentence("- 41 | <br> > one.", (2, 3))),
        citations=(
            citation(1, MARKED, document="odd `name` | x.md", page=None, other_names=("b|`.md",)),
            citation(2, "- 41 | <br> > one."),
            citation(3, "- 41 | <br> > one.", sha256="c" * 64),
        ),
        disagreements=(),
    )
    return [
        Row(1, "How many members & tasks?", answered(), identifier="q1", columns={"n": 3}),
        Row(2, "Who baked the bread?", not_found()),
        Row(3, "", error="Expected a question in words, but got ''.", columns={"n": None}),
        Row(4, marked.question, marked, identifier=7),
    ]


@pytest.fixture(params=FORMATS)
def written(request, tmp_path):
    path = tmp_path / f"answers.{request.param}"
    with replacing(path) as file:
        REPORTS[request.param](report_of(rows(), "Answers <1> & [2]"), file)
    return path


def key(item: Citation) -> tuple:
    label = item.page and item.page.label
    return item.document, item.span, item.quote, item.sha256, item.page and item.page.number, label


def test_answers_are_read_back_as_they_were(written):
    answers = read_answers(written)
    assert [answer.status for answer in answers] == [
        Status.ANSWERED, Status.NOT_FOUND, None, Status.ANSWERED,
    ]  # fmt: skip
    assert [" ".join(answer.question.split()) for answer in answers] == [
        row.question for row in rows()
    ]
    assert [answer.short_answer for answer in answers] == ["41", None, None, "41"]
    assert [answer_problems(answer) for answer in answers] == [[], [], [], []]
    for answer, row in zip(answers, rows(), strict=True):
        given = row.answer.citations if row.answer else ()
        assert {*map(key, answer.citations)} == {*map(key, given)}
        sentences = row.answer.sentences if row.answer else ()
        assert [item.text for item in answer.sentences] == [item.text for item in sentences]
        quotes = {item.number: item.quote for item in answer.citations}
        for sentence, expected in zip(answer.sentences, sentences, strict=True):
            assert len(sentence.citations) == len(expected.citations)
            assert quotes[sentence.citations[0]] == expected.text
    [disagreement] = answers[0].disagreements
    assert [position.value for position in disagreement.positions] == ["41", "42"]
    names = {item.document: item.other_names for item in answers[3].citations}
    assert names["odd `name` | x.md"] == ("b|`.md",)


def test_answers_are_named_by_id_or_place(written):
    names = [answer.identifier for answer in read_answers(written)]
    assert (names[0], names[3]) == ("q1", "7")
    expected = {"jsonl": "2", "xlsx": "row 2", "md": "question 2", "docx": "question 2"}
    assert names[1] == expected[written.suffix.removeprefix(".")]


def tampered(path, old: str, new: str) -> list[str]:
    """Change a text in a written file as an editor would; return the problems of its answers."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [cell for row in book["Answers"].iter_rows() for cell in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace(old, new)
        book.save(path)
    elif path.suffix == ".docx":
        change_part(path, "word/document.xml", old, new)
    else:
        lines = path.read_text("utf-8").split("\n")
        changed = [line if line.startswith("[^") else line.replace(old, new) for line in lines]
        assert changed != lines
        path.write_text("\n".join(changed), "utf-8")
    return [problem for answer in read_answers(path) for problem in answer_problems(answer)]


def change_part(path, name: str, old: str, new: str) -> None:
    content = {}
    with zipfile.ZipFile(path) as package:
        content = {item: package.read(item) for item in package.namelist()}
    assert old.encode() in content[name]
    content[name] = content[name].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as package:
        for item, value in content.items():
            package.writestr(item, value)


@pytest.mark.parametrize("form", ["xlsx", "md", "docx"])
def test_a_sentence_changed_in_the_answer_is_a_problem(tmp_path, form):
    path = tmp_path / f"answers.{form}"
    plain = answered(
        sentences=(Sentence(THIRD, (1,)),),
        citations=(citation(1, THIRD),),
        short_answer=None,
        disagreements=(),
    )
    with replacing(path) as file:
        REPORTS[form](report_of([Row(1, "How many?", plain)], "T"), file)
    problems = tampered(path, "By 2018 it", "By 2019 it")
    assert "sentence 1 is not what its citations quote" in problems


def test_cells_of_an_excel_file_must_agree_with_its_citations(tmp_path):
    path = tmp_path / "answers.xlsx"
    with replacing(path) as file:
        REPORTS["xlsx"](report_of(rows()[:1], "T"), file)
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book["Answers"][1]]
    book["Answers"].cell(2, names.index("page") + 1).value = "9"
    book.save(path)
    [answer] = read_answers(path)
    assert answer_problems(answer) == ["the cell page is not what sheet Citations says"]


def test_a_footnote_that_lost_its_place_is_a_problem(tmp_path):
    path = tmp_path / "answers.docx"
    with replacing(path) as file:
        REPORTS["docx"](report_of(rows()[:1], "T"), file)
    change_part(path, "word/footnotes.xml", "characters 100–132", "somewhere")
    [answer] = read_answers(path)
    assert answer.problems == ("note 1 does not name a document, characters and a quote",)


def test_a_source_missing_from_the_table_is_a_problem(tmp_path):
    path = tmp_path / "answers.md"
    with replacing(path) as file:
        REPORTS["md"](report_of(rows()[:1], "T"), file)
    text = path.read_text("utf-8")
    path.write_text(text.replace("| `b.txt` |", "| `c.txt` |"), "utf-8")
    [answer] = read_answers(path)
    assert answer.problems == (
        "note 2 cites 'b.txt', which the table of sources does not list once",
    )


def test_remarks_of_a_reader_are_passed_over(tmp_path):
    path = tmp_path / "answers.md"
    with replacing(path) as file:
        REPORTS["md"](report_of(rows()[:1], "T"), file)
    text = path.read_text("utf-8")
    path.write_text(text.replace("**41**", "**41**\n\nI doubt that. [mine]\n\n> note"), "utf-8")
    [answer] = read_answers(path)
    assert answer_problems(answer) == []
    assert [item.text for item in answer.sentences] == [FIRST, SECOND]


def test_marks_are_those_of_the_whole_report(tmp_path):
    path = tmp_path / "answers.docx"
    with replacing(path) as file:
        REPORTS["docx"](report_of([rows()[0], rows()[0]], "T"), file)
    first, second = read_answers(path)
    assert first.disagreements == (
        Disagreement(first.question, (Position("41", (1,)), Position("42", (2,)))),
    )
    assert [item.citations for item in first.sentences] == [(1, 2), (3,)]
    assert [item.citations for item in second.sentences] == [(4, 5), (6,)]


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.md"])
def test_other_files_are_input_errors(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\xff\xfe no such file")
    with pytest.raises(InputError, match="Expected"):
        read_answers(path)
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as package:
        package.writestr("x", "y")
    path.write_bytes(empty.getvalue())
    with pytest.raises(InputError, match="Expected"):
        read_answers(path)
