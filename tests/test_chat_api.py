"""What programs get from the endpoints, over plain HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.indexing import update_index
from rag.store.embedded import EmbeddedStore
from tests.conftest import write_files

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "boats.txt": "Boats carry salt to the north. Boats carry wool to the south.",
    "copy.txt": "Boats carry salt to the north. Boats carry wool to the south.",
    "salt/mines [1].md": "# Salt\n\nMiners carry salt to the boats in the spring.\n",
}
QUESTION = "Who carries salt to the boats?"
PROGRAM = """
import json, sys
import gradio as gr
from gradio.routes import App
from starlette.testclient import TestClient
from rag.chat.api import add_endpoints
from rag.chat.engine import Engine
from rag.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.settings import EmbeddingSettings, ReadingSettings, Settings
from rag.store.embedded import EmbeddedStore

settings = Settings(
    embedding=EmbeddingSettings(model="hashing"), reading=ReadingSettings(reader="none")
)
with gr.Blocks(analytics_enabled=False) as page:
    add_endpoints(Engine(Pipeline(EmbeddedStore(sys.argv[1]), HashingEmbedder(), settings)))
with TestClient(App.create_app(page)) as client:
    for line in sys.stdin:
        name, data = json.loads(line)
        print(client.post(f"/gradio_api/run/{name}", json={"data": data}).text)
"""
NO_SUCH = (
    "Expected names of documents, but none is called {!r}. "
    "Send those that /documents lists, or none for all."
)
NO_TEXT = (
    "Expected names of documents as text, but got {!r}. "
    "Send those that /documents lists, or none for all."
)
NO_COUNT = (
    "Expected a whole number of passages from 1 to 100, but got {!r}. Send a number such as 10."
)


@pytest.fixture
def replies(tmp_path, settings, embedder):
    """Send calls, each a name and its data, to the endpoints over `FILES`; return the replies."""
    folder = write_files(tmp_path / "corpus", FILES)
    update_index(EmbeddedStore(tmp_path / "index"), [folder], settings, embedder)

    def sent(calls):
        found = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path / "index")],
            input="".join(json.dumps(call) + "\n" for call in calls),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            timeout=120,
        )
        return [json.loads(line) for line in found.stdout.splitlines()]

    return sent


def test_only_the_documents_that_were_named_are_looked_in(replies):
    both = {"boats.txt", "salt/mines [1].md"}
    expected = {
        "null": both,
        "[]": both,
        '""': both,
        '["boats.txt"]': {"boats.txt"},
        '"boats.txt"': {"boats.txt"},
        '"copy.txt"': {"boats.txt"},
        '["salt/mines [1].md"]': {"salt/mines [1].md"},
        '["copy.txt", "salt/mines [1].md"]': both,
    }
    named = [json.loads(documents) for documents in expected]
    found = replies(
        [("search", [QUESTION, 10, documents]) for documents in named]
        + [("ask", [QUESTION, documents]) for documents in named]
    )
    hits = [reply["data"][0] for reply in found[: len(named)]]
    passages = [reply["data"][0]["passages"] for reply in found[len(named) :]]
    for several in (hits, passages):
        assert [{hit["document"] for hit in one} for one in several] == list(expected.values())


def test_what_names_no_document_is_an_error_and_no_refusal(replies):
    wrong = {
        '["boat.txt"]': NO_SUCH.format("boat.txt"),
        '"boat.txt"': NO_SUCH.format("boat.txt"),
        '["boats.txt", "*.md"]': NO_SUCH.format("*.md"),
        '[""]': NO_SUCH.format(""),
        "[1]": NO_TEXT.format(1),
        "[null]": NO_TEXT.format(None),
        "0": NO_TEXT.format(0),
        '{"name": "boats.txt"}': NO_TEXT.format({"name": "boats.txt"}),
    }
    named = [json.loads(documents) for documents in wrong]
    found = replies(
        [("ask", [QUESTION, documents]) for documents in named]
        + [("search", [QUESTION, 10, documents]) for documents in named]
    )
    assert [reply["error"] for reply in found] == list(wrong.values()) * 2


def test_passages_are_counted_in_whole_numbers(replies):
    wrong = ["ten", None, 0, -2, 2.5, True, [], "", "9" * 5000]
    right = [1, 1.0, "1", 1000]
    found = replies([("search", [QUESTION, count, None]) for count in [*right, *wrong]])
    assert [len(reply["data"][0]) for reply in found[:4]] == [1, 1, 1, 2]
    errors = [reply["error"] for reply in found[4:]]
    assert errors[:-1] == [NO_COUNT.format(count) for count in wrong[:-1]]
    assert errors[-1].startswith("Expected a whole number of passages from 1 to 100, but got '999")
    assert len(errors[-1]) < 200
