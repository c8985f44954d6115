"""The command batch, and verify on what it wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import openpyxl
import pytest

from tests.cli.conftest import BRIDGE, QUESTION, environment, run

MARKET_QUESTION = "Where did the weekly market move from?"
QUESTIONS = f'id,question,topic\na,"{QUESTION}",x\nb,,y\nc,"{MARKET_QUESTION}",z\n'


@pytest.fixture
def asked(indexed):
    (indexed / "questions.csv").write_text(QUESTIONS, encoding="utf-8")
    return indexed


@pytest.mark.parametrize("form", ["jsonl", "xlsx", "md", "docx"])
def test_answers_pass_verify_and_fail_by_name_after_an_edit(asked, form):
    result = run("batch", "questions.csv", "-o", f"answers.{form}")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"answers.{form}: 3 questions: 2 answered, 0 not found, 1 with an error\n"
    )
    passed = run("verify", f"answers.{form}")
    assert passed.exit_code == 0
    assert passed.stdout.splitlines()[-1].startswith("passed: 3 answers, ")
    source = asked / "corpus" / "bridge.md"
    source.write_text(source.read_text("utf-8").replace("1874", "1878"), encoding="utf-8")
    failed = run("verify", f"answers.{form}", "--quiet")
    assert failed.exit_code == 1
    assert failed.stdout.splitlines()[0] == f"a: {QUESTION}"
    assert f"FAILED: altered: bridge.md: “{BRIDGE}”" in failed.stdout
    assert f"now: {BRIDGE.replace('1874', '[-1874-] {+1878+}')}" in failed.stdout
    report = json.loads(run("verify", f"answers.{form}", "--json").stdout)
    assert report["outcomes"]["altered"] >= 1
    source.unlink()
    report = json.loads(run("verify", f"answers.{form}", "--json").stdout)
    assert report["outcomes"]["missing source"] >= 1


def test_lines_go_through_standard_input_and_output(library):
    result = run("batch", "-", "-o", "-", input=f"{QUESTION}\n\n{MARKET_QUESTION}\n")
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["id"], first["question"]) == (1, QUESTION)
    assert "1874" in first["text"]
    assert second["question"] == MARKET_QUESTION
    objects = json.dumps({"id": "q", "question": QUESTION, "n": 3})
    [answer] = map(json.loads, run("batch", "-", "-o", "-", input=objects).stdout.splitlines())
    assert (answer["id"], answer["n"], answer["text"]) == ("q", 3, first["text"])


def test_standard_output_takes_other_formats(library):
    arguments = ("batch", "-", "-o", "-", "--output-format", "md", "--input-format", "csv", "-q")
    result = run(*arguments, "--title", "Bridges", input=QUESTIONS)
    assert result.stdout.startswith("# Bridges\n\n3 questions: 2 answered")
    assert result.stderr == ""


@pytest.mark.parametrize("questions", ["-", "questions.csv"])
def test_standard_output_has_its_bibliography(asked, questions):
    arguments = ("batch", questions, "-o", "-", "--bibliography", "sources.bib")
    result = run(*arguments, input=QUESTIONS)
    assert result.exit_code == 0
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "b", "c"]
    assert "title = {{Bridges of Vell}}" in (asked / "sources.bib").read_text("utf-8")
    (asked / "sources.bib").write_text("mine")
    refused = run(*arguments, input=QUESTIONS)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: Expected no file at sources.bib, or one that this")
    assert (asked / "sources.bib").read_text() == "mine"
    assert run(*arguments, "--restart", input=QUESTIONS).exit_code == 0
    assert "title = {{Bridges of Vell}}" in (asked / "sources.bib").read_text("utf-8")


def test_standard_input_is_answered_to_a_file(asked):
    result = run("batch", "-", "-o", "answers.jsonl", "-q", input=f"{QUESTION}\n")
    assert (result.exit_code, result.stderr) == (0, "")
    again = run("batch", "-", "-o", "answers.jsonl", input=f"{QUESTION}\n")
    assert again.stderr.endswith("1 question: 1 answered, 0 not found; 1 were there before\n")
    other = run("batch", "-", "-o", "answers.jsonl", input="Who?\n")
    assert other.exit_code == 2
    assert "begun with other questions" in other.stderr


def test_a_csv_on_standard_input_is_one_and_is_not_mixed_with_text(library, tmp_path):
    streamed = run("batch", "-", "-o", "-", input=QUESTIONS)
    rows = [json.loads(line) for line in streamed.stdout.splitlines()]
    assert [(row["id"], row["question"]) for row in rows] == [
        ("a", QUESTION),
        ("b", ""),
        ("c", MARKET_QUESTION),
    ]
    answers = tmp_path / "answers.jsonl"
    arguments = ("batch", "-", "-o", str(answers), "--input-format")
    assert run(*arguments, "txt", input=QUESTIONS).exit_code == 0
    assert json.loads(answers.read_bytes().splitlines()[0])["question"] == "id,question,topic"
    refused = run(*arguments, "csv", input=QUESTIONS)
    assert refused.exit_code == 2
    assert "begun with other questions (read as txt). Give another name" in refused.stderr
    assert run(*arguments, "csv", "--restart", input=QUESTIONS).exit_code == 0
    assert json.loads(answers.read_bytes().splitlines()[0])["question"] == QUESTION


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("questions.csv", "-o", "a.pdf"), "Expected the answers to be a file of type .jsonl"),
        (("questions.pdf", "-o", "a.csv"), "Expected the questions to be a file of type .csv"),
        (("none.csv", "-o", "a.csv"), "Expected a file of questions at none.csv, but: No such"),
        (("questions.csv", "-o", "no/a.csv"), "Expected a folder at no, but there is none"),
        (("questions.csv", "-o", "a.csv", "--column", "x"), "Expected a column called 'x'"),
        (("questions.csv", "-o", "a.csv", "--bibliography", "a.txt"), "Expected the bibliography"),
        (("questions.csv", "-o", "a.csv", "--input-format", "doc"), "Expected a format out of csv"),
        (("questions.csv", "-o", "questions.csv"), "Expected no file at questions.csv"),
    ],
)
def test_what_cannot_be_done_is_one_error_line(asked, arguments, expected):
    result = run("batch", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {expected}")
    assert result.stderr.count("\n") == 1
    assert (asked / "questions.csv").read_text("utf-8") == QUESTIONS


def test_a_killed_process_loses_nothing_and_repeats_nothing(asked):
    questions = [f"{QUESTION} Case {n}." for n in range(400)]
    (asked / "many.txt").write_text("\n".join(questions), encoding="utf-8")
    journal = asked / "answers.xlsx.journal.jsonl"
    command = [sys.executable, "-m", "rag.cli", "batch", "many.txt", "-o", "answers.xlsx"]
    for goal in (1, 60, 150):
        process = subprocess.Popen(command, env=environment(), cwd=asked, stderr=subprocess.DEVNULL)
        while process.poll() is None and lines_of(journal) <= goal:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (asked / "answers.xlsx").exists()
    done = lines_of(journal) - 1
    assert 150 <= done < 400
    ended = subprocess.run(
        command, env=environment(), cwd=asked, stderr=subprocess.PIPE, check=True
    )
    assert f"; {done} were there before" in ended.stderr.decode()
    rows = openpyxl.load_workbook(asked / "answers.xlsx")["Answers"].iter_rows(values_only=True)
    assert [row[1] for row in rows][1:] == questions


def lines_of(path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
