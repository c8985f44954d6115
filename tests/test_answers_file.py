"""Answers read back from files, and files that hold none."""

from __future__ import annotations

import json

import pytest

from rag.answers_file import read_answers
from rag.errors import InputError
from rag.types import Citation, Metadata, Page, Sentence, Span, Status

CITATION = {
    "n": 1,
    "document": "a.pdf",
    "other_names": ["copy.pdf"],
    "title": "On Alliances",
    "author": None,
    "date": "2017",
    "kind": "paper",
    "page": 3,
    "page_label": "iii",
    "start": 10,
    "end": 20,
    "quote": "Forty-one.",
    "sha256": "a" * 64,
    "score": 0.9,
}
RECORD = {
    "id": 7,
    "question": "How many?",
    "status": "answered",
    "short_answer": None,
    "text": "Forty-one. [1]",
    "sentences": [{"text": "Forty-one.", "citations": [1]}],
    "citations": [CITATION],
}


def test_an_answer_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "answers.JSON"
    path.write_text(json.dumps(RECORD), encoding="utf-8")
    (answer,) = read_answers(path)
    assert (answer.line, answer.identifier, answer.status) == (1, "7", Status.ANSWERED)
    assert answer.sentences == (Sentence("Forty-one.", (1,)),)
    assert answer.disagreements == ()
    assert answer.citations == (
        Citation(
            number=1,
            document="a.pdf",
            metadata=Metadata("On Alliances", None, "2017", "paper"),
            page=Page(3, "iii", Span(10, 20)),
            span=Span(10, 20),
            quote="Forty-one.",
            sha256="a" * 64,
            score=0.0,
            other_names=("copy.pdf",),
        ),
    )


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", b'{\n"id": 1,\n}', "line 3: expected JSON"),
        ("a.jsonl", b'\n{"id": ', "line 2: expected JSON"),
        ("a.jsonl", b"[]\n", "line 1: expected an answer to be an object, but got list"),
        ("a.json", b"[{}, 3]", "line 1: expected an answer with 'sentences', but got none"),
        ("a.json", b"", "line 1: expected JSON"),
        ("a.json", b"[]", "Expected at least one answer"),
        ("a.json", b"\n\xff", "line 2: expected UTF-8"),
        ("a.json", b"[" * 200_000, "line 1: expected"),
        ("a.json", b'{"id": ' + b"1" * 5000 + b"}", "line 1: expected an answer"),
        ("a.docx", b"", "Expected a Word report of answers"),
        ("a.odt", b"", "Expected a file of answers (.json, .jsonl"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_answers(path)
    assert expected in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("start", "0", "expected 'start' to be a whole number, but got str"),
        ("start", True, "expected 'start' to be a whole number, but got bool"),
        ("quote", None, "expected 'quote' to be text, but got NoneType"),
        ("sha256", "abc", "expected sha256 to be 64 hexadecimal digits, but got 'abc'"),
        ("page", "3", "expected 'page' to be a whole number, but got str"),
    ],
)
def test_a_wrong_field_of_a_citation_is_named(tmp_path, key, value, expected):
    record = RECORD | {"citations": [CITATION | {key: value}]}
    path = tmp_path / "answers.jsonl"
    path.write_text(f"\n\n{json.dumps(record)}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_answers(path)
    assert str(caught.value) == f"{path}, line 3: {expected}."


def test_an_unknown_status_is_malformed(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(RECORD | {"status": "maybe"}), encoding="utf-8")
    with pytest.raises(InputError, match="expected status to be answered or not_found"):
        read_answers(path)


def test_a_missing_answers_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_answers(tmp_path / "none.json")
