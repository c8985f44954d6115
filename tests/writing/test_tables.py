"""JSON Lines, csv and Excel."""

from __future__ import annotations

import csv
import io
import json

import openpyxl

from rag.writing.excel import write_excel
from rag.writing.rows import Report, Row, answer_from_dict, report_of, summarize
from rag.writing.tables import write_csv, write_json_lines
from tests.writing.conftest import FIRST, SECOND, THIRD, answered, not_found

LABEL = '"On <Alliances> & “Pacts”", S. Khan, paper, 2017-12, papers/on alliances, 2nd ed.pdf'


def rows() -> list[Row]:
    columns = {"topic": "Yemen", "status": "open", "list": [1, "é"]}
    return [
        Row(1, "How many members & tasks?", answered(), identifier="q1", columns=columns),
        Row(2, "", error="Expected a question.", columns={"topic": "=1+1"}),
        Row(3, "Who?", not_found()),
    ]


def written(write, report=None) -> bytes:
    file = io.BytesIO()
    write(report or report_of(rows(), "Answers"), file)
    return file.getvalue()


def test_an_answer_comes_back_from_its_json():
    for answer in (answered(), not_found()):
        assert answer_from_dict(answer.to_dict()).to_dict() == answer.to_dict()


def test_json_lines_hold_the_whole_answer_the_id_and_the_columns():
    first, second, third = map(json.loads, written(write_json_lines).splitlines())
    assert first == answered().to_dict() | {
        "id": "q1",
        "topic": "Yemen",
        "status (input)": "open",
        "list": [1, "é"],
    }
    assert second == {
        "id": 2,
        "question": "",
        "status": "error",
        "error": "Expected a question.",
        "sentences": [],
        "citations": [],
        "topic": "=1+1",
    }
    assert third == not_found().to_dict() | {"id": 3}


def test_csv_has_a_column_for_each_part():
    text = written(write_csv).decode("utf-8-sig")
    first, second, third = csv.DictReader(io.StringIO(text))
    assert first == {
        "id": "q1",
        "question": "How many members & tasks?",
        "short_answer": "41",
        "answer": answered().text,
        "status": "answered",
        "confidence": "0.93",
        "sources": f"[1] {LABEL}, p. 3 (iii)\n[2] b.txt\n[3] {LABEL}, p. 3 (iii)",
        "page": "3 (iii)",
        "quotes": f"[1] “{FIRST}”\n[2] “{THIRD}”\n[3] “{SECOND}”",
        "error": "",
        "topic": "Yemen",
        "status (input)": "open",
        "list": '[1, "é"]',
    }
    assert (second["id"], second["status"], second["error"]) == (
        "2",
        "error",
        "Expected a question.",
    )
    assert (second["topic"], third["topic"], third["status"]) == ("=1+1", "", "not_found")


def test_no_text_of_a_document_is_a_formula():
    answers = [answered(short_answer=text) for text in ("=A1", "@x", "-5 %", "-5+A1", "+1,000.5")]
    report = report_of([Row(n, "q", answer) for n, answer in enumerate(answers)], "T")
    table = csv.DictReader(io.StringIO(written(write_csv, report).decode("utf-8-sig")))
    assert [row["short_answer"] for row in table] == ["'=A1", "'@x", "-5 %", "'-5+A1", "+1,000.5"]
    book = openpyxl.load_workbook(io.BytesIO(written(write_excel, report)))
    assert {cell.data_type for cell in book["Answers"]["C"]} == {"s"}
    assert book["Answers"]["C2"].value == "=A1"


def test_an_excel_file_has_answers_citations_and_links():
    report = Report(rows(), "T", summarize(rows()), {"b.txt": "../docs/b%20c.txt"})
    book = openpyxl.load_workbook(io.BytesIO(written(write_excel, report)))
    assert book.sheetnames == ["Answers", "Citations", "About"]
    answers, citations = book["Answers"], book["Citations"]
    assert [cell.value for cell in answers[1]] == [
        "row", "id", "question", "short_answer", "answer", "status", "confidence", "sources",
        "page", "quotes", "error", "topic", "status (input)", "list",
    ]  # fmt: skip
    assert [cell.value for cell in answers[2]][:4] == [1, "q1", "How many members & tasks?", "41"]
    assert answers["H2"].hyperlink.location == "'Citations'!A2"
    assert answers["L3"].value == "=1+1"
    assert answers["L3"].data_type == "s"
    assert answers.auto_filter.ref == "A1:N4"
    assert [cell.value for cell in citations[3]] == [
        1, 2, "b.txt", None, None, THIRD, None, None, None, None, 200, 200 + len(THIRD), "b" * 64,
        None,
    ]  # fmt: skip
    assert citations["C3"].hyperlink.target == "../docs/b%20c.txt"
    assert citations["C2"].hyperlink is None
    assert citations["A4"].hyperlink.location == "'Answers'!A2"
    assert citations["F4"].value == SECOND
    assert book["About"]["A2"].value.startswith("3 questions: 1 answered, 1 not answered")


def test_without_ids_there_is_no_column_for_them():
    report = report_of([Row(1, "q", answered())], "T")
    book = openpyxl.load_workbook(io.BytesIO(written(write_excel, report)))
    assert [cell.value for cell in book["Answers"][1]][:2] == ["row", "question"]
