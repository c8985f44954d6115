"""The commands ask, search and chat."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rag
from rag.cli.asking import page_module
from rag.errors import InputError
from tests.cli.conftest import BRIDGE, FERRY, QUESTION, json_of, run


def test_ask_shows_the_quote_and_its_source(library):
    result = run("ask", QUESTION)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == (
        f"{BRIDGE} [1]\n"
        "\n"
        "Sources\n"
        '[1] "Bridges of Vell", Ada Quill, opinion, 2017-12-04, bridge.md\n'
    )


def test_ask_json_is_the_answer_and_nothing_else(library):
    answer = json_of("ask", QUESTION)
    assert answer["status"] == "answered"
    assert answer["text"] == f"{BRIDGE} [1]"
    (citation,) = answer["citations"]
    assert {key: citation[key] for key in ("n", "document", "kind", "page", "quote")} == {
        "n": 1,
        "document": "bridge.md",
        "kind": "op-ed",
        "page": None,
        "quote": BRIDGE,
    }
    expected = rag.open_pipeline("index/default").ask(QUESTION).to_dict()
    assert answer | {"timings_ms": 0} == expected | {"timings_ms": 0}


def test_ask_exits_3_when_the_documents_do_not_answer(library, monkeypatch):
    question = "Who won the chess championship in Reykjavik?"
    monkeypatch.setenv("RAG_ANSWERING_THRESHOLD", "1")
    result = run("ask", question)
    assert result.exit_code == 3
    assert result.stdout.startswith("The documents do not answer this question.\n\nNearest")
    answer = json.loads(run("ask", question, "--json").stdout)
    assert (answer["status"], answer["citations"]) == ("not_found", [])


def test_a_question_is_read_from_standard_input(library):
    assert run("ask", "-", input=f"{QUESTION}\n").stdout.startswith(BRIDGE)
    wrong = run("ask", "-", input=b"\xff\xfe")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("error: Expected a question in UTF-8")


@pytest.mark.parametrize("question", ["", "   ", "?!"])
def test_a_question_without_words_is_an_error(library, question):
    result = run("ask", question)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: Expected a question in words")


def test_without_an_index_every_command_says_to_make_one(folder):
    (folder / "answers.json").write_text("[]", encoding="utf-8")
    commands = (("ask", "x"), ("search", "x"), ("status",), ("verify", "answers.json"))
    for command in commands:
        result = run(*command)
        assert result.exit_code == 2
        assert result.stderr == (
            "error: Expected an index in index/default, but there is none. Run rag index first.\n"
        )


@pytest.mark.parametrize(
    ("options", "documents"),
    [
        ([], ["bridge.md", "market.md"]),
        (["--document", "mark*"], ["market.md"]),
        (["--document", "mark*", "--document", "b?idge.md"], ["bridge.md", "market.md"]),
        (["--author", "quill"], ["bridge.md"]),
        (["--kind", "opinion"], ["bridge.md"]),
        (["--kind", "Report"], ["market.md"]),
        (["--from", "2018"], ["market.md"]),
        (["--to", "2017-12"], ["bridge.md"]),
        (["--from", "2017", "--to", "2017-12-31"], ["bridge.md"]),
    ],
)
def test_filters_choose_the_documents(library, options, documents):
    hits = json_of("search", "bridge market town river", *options)
    assert sorted({hit["document"] for hit in hits}) == documents


def test_filters_that_no_document_passes_are_a_warning(library):
    result = run("ask", QUESTION, "--document", "none*", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["passages"] == []
    assert result.stderr.startswith("warning: no document passes the filters")


@pytest.mark.parametrize(
    "options", [["--from", "17"], ["--to", "2017-13"], ["--kind", "novel"], ["--from", "soon"]]
)
def test_filters_that_cannot_be_are_usage_errors(library, options):
    result = run("search", QUESTION, *options)
    assert result.exit_code == 2
    assert "expected " in result.stderr


def test_search_lists_hits_as_the_pipeline_finds_them(library):
    hits = json_of("search", QUESTION, "-k", "1")
    assert hits == [hit.to_dict() for hit in rag.open_pipeline("index/default").search(QUESTION, 1)]
    assert [hit["document"] for hit in hits] == ["bridge.md"]


def test_search_shows_each_score(library):
    lines = run("search", QUESTION, "-k", "1").stdout.splitlines()
    assert lines[0] == "1. bridge.md: Bridges of Vell"
    assert lines[1].startswith("   fused ")
    assert "dense " in lines[1]
    assert "lexical " in lines[1]
    assert lines[2] == f"   {BRIDGE} {FERRY}"


def test_search_for_no_passages_is_a_usage_error(library):
    assert run("search", QUESTION, "-k", "0").exit_code == 2


def test_chat_runs_the_page_beside_the_package(tmp_path):
    (tmp_path / "app.py").write_text(
        "def main(index, host, port):\n    return f'{index} {host} {port}'\n", encoding="utf-8"
    )
    module = page_module(tmp_path)
    assert module.main(index=Path("i"), host="h", port=1) == "i h 1"
    with pytest.raises(InputError, match="Expected the chat page at"):
        page_module(tmp_path / "elsewhere")


def test_chat_refuses_an_impossible_port():
    assert run("chat", "--port", "70000").exit_code == 2
