"""A cluster gives what one machine gives, whatever dies meanwhile."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rag.batch.questions import QuestionFile
from rag.batch.running import Target, run_batch
from rag.embedding import HashingEmbedder, open_embedder
from rag.indexing import update_index
from rag.pipeline import open_pipeline
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore
from rag.store.protocol import vector_key
from tests.cluster import driver

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
CORPUS = Path(__file__).parents[2] / "corpus"
DRIVER = Path(driver.__file__)
PASSAGES = 1600


def content(index: Path) -> dict:
    """Everything that a generation holds."""
    store = EmbeddedStore(index)
    with store.snapshot() as snapshot:
        count = sum(snapshot.chunk_counts().values())
        chunks = snapshot.chunks(range(1, count + 1))
        vectors = snapshot.vectors([vector_key(chunk) for chunk in chunks])
        return {
            "manifest": store.manifest(),
            "files": store.files(),
            "documents": {name: snapshot.document(name) for name in snapshot.catalog()},
            "chunks": chunks,
            "vectors": {key: vector.tobytes() for key, vector in vectors.items()},
        }


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> Path:
    """Two hundred documents of some eight passages, two of them equal and one unreadable."""
    folder = tmp_path_factory.mktemp("library")
    words = random.Random(7)
    for number in range(200):
        paragraphs = (
            " ".join(f"word{words.randrange(5000)}" for _ in range(150)) + "." for _ in range(8)
        )
        (folder / f"{number:03}.txt").write_text("\n\n".join(paragraphs))
    (folder / "copy.txt").write_bytes((folder / "007.txt").read_bytes())
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    return folder


@pytest.fixture(scope="session")
def local(library, tmp_path_factory) -> dict:
    """What one machine makes of the library."""
    index = tmp_path_factory.mktemp("local") / "index"
    update_index(EmbeddedStore(index), [library], driver.SETTINGS, HashingEmbedder())
    return content(index)


def run(cluster, *arguments: object, **options: object) -> subprocess.CompletedProcess:
    """Run Python with *arguments*, let into the cluster."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command,
        env=cluster.environment | options.pop("environment", {}),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        **options,
    )


def indexed(cluster, library: Path, folder: Path, address: str, *options: object) -> dict:
    report = folder / "report.json"
    done = run(cluster, DRIVER, library, folder / "index", address, report, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text())


@pytest.fixture(scope="session")
def corpus_index(two_nodes, tmp_path_factory) -> Path:
    """The shipped corpus, indexed by the command on two nodes with the real model."""
    index = tmp_path_factory.mktemp("cluster") / "index"
    done = run(two_nodes, "-m", "rag.cli", "index", CORPUS, "--index", index, "--cluster", "auto")
    assert done.returncode == 0, done.stderr
    return index


def test_two_nodes_make_the_index_of_one_machine(corpus_index, tmp_path):
    settings = Settings()
    embedder = open_embedder(settings.embedding)
    update_index(EmbeddedStore(tmp_path / "index"), [CORPUS], settings, embedder)
    assert content(tmp_path / "index") == content(corpus_index)


def test_a_batch_gives_the_answers_of_one_machine(two_nodes, corpus_index, tmp_path):
    asked = [
        "How many member states does the coalition have?",
        "",
        "Who leads the coalition?",
        "What is the boiling point of tungsten?",
    ]
    questions = tmp_path / "questions.jsonl"
    rows = [{"id": f"q{n}", "question": asked[n % len(asked)]} for n in range(40)]
    questions.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    there, here = tmp_path / "there.jsonl", tmp_path / "here.jsonl"
    command = ("-m", "rag.cli", "batch", questions, "--index", corpus_index, "-o", there)
    done = run(two_nodes, *command, "--cluster", two_nodes.client)
    assert done.returncode == 0, done.stderr
    assert "40 questions" in done.stderr
    asked = QuestionFile(questions, "jsonl", None, questions.name)
    run_batch(open_pipeline(corpus_index), asked, Target(here, "jsonl", "Answers"))
    here, there = (
        [json.loads(line) for line in path.read_text().splitlines()] for path in (here, there)
    )
    for row in (*here, *there):
        row.pop("timings_ms", None)
    assert [row["id"] for row in there] == [row["id"] for row in rows]
    assert there == here


def test_a_node_that_is_killed_costs_nothing_but_time(two_nodes, library, local, tmp_path):
    """A third node joins and dies in the run; what it had under way is done by the others."""
    doomed = two_nodes.start_worker()
    try:
        nodes = len([node for node in two_nodes.nodes if node.process.poll() is None])
        kill = ("--kill", doomed.raylet, "--actors", nodes)
        report = indexed(two_nodes, library, tmp_path, two_nodes.head, *kill)
    finally:
        doomed.stop()
    assert report["killed"] == 1
    assert len(report["losses"]) == 1
    assert report["passages_embedded"] == len(local["vectors"]) >= PASSAGES
    assert content(tmp_path / "index") == local


def test_a_run_whose_driver_is_killed_goes_on(two_nodes, library, local, tmp_path):
    """The second run embeds on the node that says that it has a GPU."""
    address, report = two_nodes.client, tmp_path / "report.json"
    killed = run(two_nodes, DRIVER, library, tmp_path / "index", address, report, "--kill", 0)
    assert killed.returncode == -signal.SIGKILL
    assert EmbeddedStore(tmp_path / "index").files() == []
    report = indexed(two_nodes, library, tmp_path, address, "--gpu")
    assert report["passages_reused"] >= driver.PASSAGES_BEFORE_KILL
    assert report["passages_reused"] + report["passages_embedded"] == len(local["vectors"])
    assert content(tmp_path / "index") == local


def test_another_token_is_refused(two_nodes, library, tmp_path):
    command = ("-m", "rag.cli", "index", library, "--cluster", two_nodes.head)
    other = {"RAY_AUTH_TOKEN": "f" * 64, "RAY_NUM_REDIS_GET_RETRIES": "2"}
    done = run(two_nodes, *command, cwd=tmp_path, environment=other)
    assert done.returncode == 2
    assert f"error: Expected a Ray cluster at {two_nodes.head}, but: " in done.stderr
    assert not (tmp_path / "index").exists()
