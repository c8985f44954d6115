"""The command as a whole: help, errors, terminals, encodings."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

import rag
from rag.cli.output import write_json
from tests.cli.conftest import BRIDGE, QUESTION, environment, process, run

HEAVY = {
    *("numpy", "faiss", "openvino", "tantivy", "tokenizers", "torch", "sentence_transformers"),
    *("rich", "gradio", "pypdf", "trafilatura", "docx", "lxml", "sentencex", "pydantic", "ray"),
}


def test_help_shows_commands_examples_and_exit_codes():
    result = run("--help")
    assert result.exit_code == 0
    assert [
        line.split()[0] for line in result.stdout.split("Commands:\n")[1].splitlines()[:13]
    ] == [
        *("index", "ask", "search", "batch", "verify", "status"),
        *("eval", "compare", "sweep", "copy", "chat", "gold", "store"),
    ]
    assert '  rag ask "Where are the coalition\'s headquarters?"\n' in result.stdout
    assert "Exit codes: 0 done, 1 a check failed, 2 an error, 3 not found" in result.stdout


@pytest.mark.parametrize(
    "command",
    "index ask search batch verify status eval compare sweep copy chat".split(),
)
def test_every_option_of_every_command_has_help(command):
    text = run(command, "--help").stdout
    options = [line for line in text.splitlines() if line.startswith("  -")]
    assert options
    assert [line for line in options if len(line.split("  ")) < 3 and len(line) < 25] == []


def test_version_is_that_of_the_package():
    assert run("--version").stdout == f"rag {rag.__version__}\n"


@pytest.mark.parametrize("arguments", [["unknown"], ["ask"], ["ask", "a", "b"], ["ask", "--x"]])
def test_wrong_usage_exits_2(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage: rag" in result.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "import rag",
        "import rag.cli",
        "import sys; sys.argv[1:] = ['--help']; import rag.cli; rag.cli.app(standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_imported(statement):
    code = f"{statement}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, check=True
    )
    modules = {name.split(".")[0] for name in json.loads(result.stdout.splitlines()[-1])}
    assert modules & HEAVY == set()


def test_a_real_process_answers_without_ansi_codes(library):
    answer = process("ask", QUESTION)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert answer.stdout.decode().startswith(BRIDGE)
    assert b"\x1b" not in answer.stdout
    missing = process("ask", QUESTION, "--index", "none")
    assert missing.returncode == 2
    assert missing.stdout == b""
    assert missing.stderr.startswith(b"error: Expected an index in none")


def test_an_interrupt_exits_130_without_a_traceback(library):
    code = """
import os, signal, sys
import rag.cli
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell ignore it
class Input:
    @property
    def buffer(self):
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
sys.stdin, sys.argv = Input(), ["rag", "ask", "-"]
rag.cli.main()
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 130
    assert (result.stdout, result.stderr) == (b"", b"error: interrupted\n")


def test_a_reader_that_went_away_is_no_error_message(library):
    reading, writing = os.pipe()
    os.close(reading)
    result = process("search", QUESTION, stdout=writing)
    os.close(writing)
    assert (result.returncode, result.stderr) == (141, b"")


def test_a_progress_bar_is_shown_on_a_terminal_only(folder):
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "index"],
        env=environment() | {"TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    stdout, _ = child.communicate(timeout=60)
    os.close(master)
    assert child.returncode == 0
    assert b"Indexing" in shown
    assert b"passages" in shown
    assert stdout.startswith(b"index/default, generation 1: 2 added")
    assert b"\x1b" not in stdout
    assert process("index", "--index", "index/other").stderr == b""


def test_file_names_cannot_command_the_terminal(folder):
    (folder / "corpus" / "\x1b[31mred\x07.bin").write_bytes(b"\x00")
    (folder / "corpus" / "\x1b[2J.txt").write_text("Words about lamps and oil.\n", "utf-8")
    outputs = [
        run("index", "--verbose"),
        run("status"),
        run("status", "--json"),
        run("search", "lamps and oil"),
        run("search", "lamps and oil", "--json"),
        run("ask", "lamps and oil", "--index", "\x1b[31m"),
    ]
    for result in outputs:
        assert "\x1b" not in result.output
        assert "\x07" not in result.output
    assert "\\x1b[2J.txt" in outputs[1].stdout
    names = [item["document"] for item in json.loads(outputs[2].stdout)["documents"]]
    assert "\x1b[2J.txt" in names


def test_json_escapes_what_a_terminal_would_obey(capsys):
    value = {"text": "é \x1b\x9b\x7f\u202e\udcff 🎉"}
    write_json(value)
    written = capsys.readouterr().out
    assert written == '{\n  "text": "é \\u001b\\u009b\\u007f\\u202e\\udcff 🎉"\n}\n'
    assert json.loads(written) == value


def test_a_file_system_error_is_one_line(indexed):
    if os.geteuid() != 0:
        (indexed / "index" / "default" / "catalog.sqlite").chmod(0)
    else:
        catalog = indexed / "index" / "default" / "catalog.sqlite"
        catalog.unlink()
        catalog.mkdir()
    result = run("status")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_the_encoding_of_the_terminal_is_no_obstacle(indexed):
    source = indexed / "corpus" / "café.md"
    source.write_text("The café “Ölberg” burned down in 1911 after a storm.\n", "utf-8")
    run("index")
    question = "When did the café Ölberg burn down after a storm?"
    ascii_only = environment() | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "rag.cli", "ask", question]
    text = subprocess.run(command, env=ascii_only, capture_output=True, check=True)
    assert b"The caf\\xe9" in text.stdout
    as_json = subprocess.run([*command, "--json"], env=ascii_only, capture_output=True, check=True)
    assert "The café “Ölberg” burned" in as_json.stdout.decode()


def test_a_closed_output_is_no_error():
    command = f"{sys.executable} -m rag.cli --help"
    closed = subprocess.run(
        ["/bin/sh", "-c", f"{command} >&-"], check=False, env=environment(), capture_output=True
    )
    assert (closed.returncode, closed.stderr) == (0, b"")
