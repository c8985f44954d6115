"""What docs/operating.md tells to do: backups that restore, and two models side by side."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from rag.copying import copy_index
from rag.errors import IndexDamagedError, IndexMismatchError
from rag.indexing import manifest_for
from rag.pipeline import open_pipeline
from rag.store.embedded import EmbeddedStore
from rag.store.opening import open_store
from tests.conftest import make_document
from tests.contract.test_store import apply_documents
from tests.postgres_server import Server

QUESTION = "How many ships has the northern harbour?"


@pytest.fixture
def documents():
    return [
        make_document(f"{town}.txt", f"The {town} harbour has {number} ships.\n\nIt lies in a bay.")
        for number, town in enumerate(("northern", "southern", "eastern", "western"), start=40)
    ]


@pytest.fixture
def servers(postgres_programs):
    """Make servers that end with the test."""
    made = []

    def make(name, copy_of=None):
        made.append(Server(postgres_programs, name, copy_of))
        return made[-1]

    yield make
    for server in made:
        server.stop()


def answer_of(address, settings):
    pipeline = open_pipeline(address, settings)
    hits = [(hit.chunk.text, round(hit.scores.fused, 5)) for hit in pipeline.search(QUESTION, 5)]
    pipeline.store.check()
    pipeline.store.close()
    return hits


@pytest.mark.slow
def test_a_dump_restores_on_another_server(servers, documents, settings, embedder, manifest):
    one, other = servers("dumped").start(), servers("restored").start()
    store = open_store(one.address("library"))
    store.initialise(["reader"], ["writer"])
    apply_documents(store, documents, settings, embedder, manifest)
    before = answer_of(one.address("library"), settings)
    dump = one.data.parent / "library.dump"
    run = one.programs.run
    connect = ("-h", "127.0.0.1", "-U", "postgres")
    run("pg_dump", *connect, "-p", str(one.port), "-Fc", "-f", str(one.data / "dump"), "postgres")
    shutil.move(one.data / "dump", dump)
    run(
        "pg_restore",
        "--no-owner",
        "--no-acl",
        *connect,
        "-p",
        str(other.port),
        "-d",
        "postgres",
        str(dump),
    )
    assert answer_of(other.address("library"), settings) == before
    restored = open_store(other.address("library"))
    assert restored.initialise(["reader"], ["writer"]) == ["reader", "writer"]
    assert answer_of(other.address("library", "reader"), settings) == before
    more = [make_document("inland.txt", "The inland town has no harbour.")]
    assert apply_documents(restored, more, settings, embedder, manifest) == 2
    for one_store in (store, restored):
        one_store.close()


@pytest.mark.slow
def test_a_base_backup_starts_as_a_server(servers, documents, settings, embedder, manifest):
    one = servers("backed-up").start()
    store = open_store(one.address("library"))
    apply_documents(store, documents, settings, embedder, manifest)
    before = answer_of(one.address("library"), settings)
    backup = servers("backup", copy_of=one)
    store.close()
    one.stop()
    (backup.data / "standby.signal").unlink()
    backup.start()
    assert answer_of(backup.address("library"), settings) == before


def test_a_copied_folder_is_an_index(tmp_path, documents, settings, embedder, manifest):
    store = EmbeddedStore(tmp_path / "index")
    apply_documents(store, documents, settings, embedder, manifest)
    before = answer_of(tmp_path / "index", settings)
    store.close()
    shutil.copytree(tmp_path / "index", tmp_path / "plain")
    assert answer_of(tmp_path / "plain", settings) == before
    copy = EmbeddedStore(tmp_path / "copied")
    copy_index(store, copy, manifest)
    assert answer_of(tmp_path / "copied", settings) == before
    damaged = next((tmp_path / "plain" / "derived").glob("*/vectors/*"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(IndexDamagedError):
        EmbeddedStore(tmp_path / "plain").check()


def test_two_models_are_used_side_by_side(
    postgres_address, documents, settings, embedder, manifest
):
    other = replace(settings, chunking=replace(settings.chunking, max_tokens=64))
    addresses = (f"{postgres_address}_old", f"{postgres_address}_new")
    for address, own in zip(addresses, (settings, other), strict=True):
        store = open_store(address)
        apply_documents(store, documents, own, embedder, manifest_for(own, embedder))
        store.close()
    old, new = (answer_of(a, s) for a, s in zip(addresses, (settings, other), strict=True))
    assert old[0][0] == new[0][0] == "The northern harbour has 40 ships.\n\nIt lies in a bay."
    with pytest.raises(IndexMismatchError, match="made with other settings"):
        answer_of(addresses[1], settings)
