"""What an actor does, and how its results are put together, without a cluster."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from rag.cluster import asking, preparing
from rag.cluster.connection import connected
from rag.cluster.worker import Facts, Job, Worker, facts_of
from rag.embedding import HashingEmbedder
from rag.errors import ClusterError, InputError, RagError
from rag.indexing import manifest_for, update_index
from rag.pipeline import open_pipeline
from rag.preparing import LocalPreparation
from rag.settings import LoadingSettings
from rag.store.embedded import EmbeddedStore
from rag.types import Chunk, Span
from tests.conftest import write_files

FILES = {
    f"{number:02}.txt": f"Report {number} counts {number * 7} members of the coalition in Riyadh."
    for number in range(40)
} | {"empty.txt": "", "large.txt": "x" * 3_000_000, "notes.xyz": "of no known format"}


class OneWorker:
    """A pool of one actor in this process."""

    def __init__(self, job: Job) -> None:
        self.worker = Worker(job, cpus=0)
        self.facts = self.worker.begin()
        self.tasks = 0

    def map(self, method, tasks):
        for carried, argument in tasks:
            self.tasks += 1
            yield carried, getattr(self.worker, method)(argument)


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path / "library", FILES)


def test_files_give_what_they_give_here(folder, settings, embedder):
    settings = replace(settings, loading=LoadingSettings(max_file_megabytes=2))
    files = [(path, path.name) for path in sorted(folder.iterdir())]
    files.append((folder / "gone.txt", "gone.txt"))
    pool = OneWorker(Job(settings))
    there = list(preparing.ClusterPreparation(pool, settings.loading).chunk_each(files))
    here = list(LocalPreparation(settings, embedder).chunk_each(files))
    assert list(map(plain, there)) == list(map(plain, here))
    assert sum(isinstance(found, RagError) for found in there) == 4
    assert pool.tasks == 3


def test_batches_of_any_size_give_their_vectors(settings, embedder):
    chunks = [Chunk(0, "a.txt", Span(0, 9), f"passage {n}. It is short.") for n in range(150)]
    batches = [chunks[:size] for size in (0, 1, 64, 150)]
    pool = OneWorker(Job(settings))
    found = preparing.ClusterPreparation(pool, settings.loading).embed_each(iter(batches))
    for batch, vectors in zip(batches, found, strict=True):
        expected = embedder.embed_with_sentences(batch)
        assert [own.tolist() for own in vectors] == [own.tolist() for own in expected]


def test_questions_are_answered_in_order(folder, settings, embedder, tmp_path):
    index = tmp_path / "index"
    update_index(EmbeddedStore(index), [folder], settings, embedder)
    pipeline = open_pipeline(index, settings)
    pool = OneWorker(Job(settings, str(index)))
    questions = [f"How many members does report {number} count?" for number in range(20)] + [""]
    there = list(asking.ClusterPipeline(pipeline, pool).ask_many(questions))
    here = list(pipeline.ask_many(questions))
    assert list(map(plain, there)) == list(map(plain, here))
    assert isinstance(there[-1], InputError)
    assert pool.facts == facts_of(pipeline)


def test_other_settings_are_other_facts(settings):
    assert OneWorker(Job(settings)).facts == Facts(
        OneWorker(Job(settings)).facts.version, manifest_for(settings, HashingEmbedder())
    )
    other = replace(settings, chunking=replace(settings.chunking, max_tokens=64))
    assert OneWorker(Job(other)).facts != OneWorker(Job(settings)).facts


@pytest.mark.parametrize("address", ["", "nowhere", "http://127.0.0.1:80", "host:many"])
def test_an_address_of_another_form_is_refused(address):
    with pytest.raises(InputError, match="address of a Ray cluster such as"), connected(address):
        pass


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_where_nothing_listens_nothing_is_started(address):
    with (
        pytest.raises(ClusterError, match=r"at .*127.0.0.1:1, but: .*refused. Nothing was started"),
        connected(address),
    ):
        pass


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(ClusterError, match="pip install 'footnote-rag.cluster.'"),
        connected("auto"),
    ):
        pass


def plain(found):
    """What can be compared: an answer without its timings, an error as its words."""
    if isinstance(found, RagError):
        return type(found), str(found)
    return replace(found, timings_ms={}) if hasattr(found, "timings_ms") else found
