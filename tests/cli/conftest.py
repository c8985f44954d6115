"""A small library for the commands, and ways to run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import rag
from rag.cli import app

CHECKOUT = Path(rag.__file__).parents[1]
BRIDGE = "The stone bridge over the river Vell was opened in 1874 by engineer Ada Quill."
FERRY = "Before that year a ferry carried passengers across the river for two coins."
MARKET = "The weekly market moved from the old harbour to the town square in 1902."
HEAD = "---\ntitle: {}\nauthor: {}\ndate: {}\nkind: {}\n---\n\n"
QUESTION = "When was the stone bridge over the river Vell opened?"
# The threshold is low so that tests do not depend on how confidence is computed.
SETTINGS = """
[embedding]
model = "hashing"
[reading]
reader = "none"
[answering]
threshold = 0.01
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory with documents in ``corpus`` and settings that need no model."""
    write_library(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def indexed(folder):
    """The same, indexed into ``index/default``."""
    assert run("index").exit_code == 0
    return folder


@pytest.fixture(scope="session")
def _shared_library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    write_library(folder)
    assert process("index", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def library(_shared_library, monkeypatch):
    """An indexed working directory that tests share and leave as it is."""
    monkeypatch.chdir(_shared_library)
    return _shared_library


def write_library(folder: Path) -> None:
    corpus = folder / "corpus"
    corpus.mkdir()
    bridge = HEAD.format("Bridges of Vell", "Ada Quill", "2017-12-04", "op-ed")
    market = HEAD.format("Town Markets", "Bo Lind", "2019", "report")
    (corpus / "bridge.md").write_text(f"{bridge}{BRIDGE} {FERRY}\n", encoding="utf-8")
    (corpus / "market.md").write_text(f"{market}{MARKET}\n", encoding="utf-8")
    (folder / "rag.toml").write_text(SETTINGS, encoding="utf-8")


def run(*arguments: str, **options):
    """Run a command in this process."""
    return CliRunner().invoke(app, list(arguments), prog_name="rag", **options)


def process(*arguments: str, **options) -> subprocess.CompletedProcess:
    """Run a command in a process of its own; warnings end it."""
    settings = {"env": environment(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "rag.cli", *arguments]
    return subprocess.run(command, check=False, timeout=120, **(settings | options))


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTHONWARNINGS": "error"}


def json_of(*arguments: str):
    """Run a command with --json and return what it wrote."""
    result = run(*arguments, "--json")
    assert result.stderr == ""
    return json.loads(result.stdout)
