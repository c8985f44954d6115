"""Indexing: what a run reads, keeps, skips and publishes."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import sqlite3
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rag.embedding import HashingEmbedder
from rag.errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    InputError,
    StoreError,
)
from rag.finding import find_files
from rag.indexing import update_index
from rag.pipeline import Pipeline, open_pipeline
from rag.settings import ChunkingSettings
from rag.store import database, lexical
from rag.store.embedded import EmbeddedStore
from rag.store.memory import MemoryStore
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "a.txt": "Riyadh is the seat of the coalition. It was founded in 2015.",
    "b/c.md": "# Members\n\nThe coalition has 41 members, says the column.",
    "d.txt": "Parliament voted to stay neutral in the Yemen war.",
}


def content(store):
    """Everything of a generation, whatever numbers its rows have."""
    embedder = HashingEmbedder()
    with store.snapshot() as snapshot:
        everything = snapshot.search_dense(embedder.embed(["riyadh"])[0], 100_000, None)
        chunks = snapshot.chunks([item.chunk for item in everything])
        scores = {
            (chunk.document, chunk.span, chunk.context, chunk.text): round(item.score, 3)
            for chunk, item in zip(chunks, everything, strict=True)
        }
        return {name: snapshot.document(name) for name in snapshot.catalog()}, scores


def update(store, folder, settings, **options):
    return update_index(store, [folder], settings, HashingEmbedder(), **options)


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path / "library", FILES)


@pytest.fixture
def store(tmp_path):
    return EmbeddedStore(tmp_path / "index")


def test_names_are_relative_and_hidden_files_are_left_out(folder, tmp_path):
    write_files(folder, {".hidden.txt": "no", ".git/x.txt": "no"})
    assert list(find_files([folder])) == ["a.txt", "b/c.md", "d.txt"]
    other = write_files(tmp_path / "other", {"a.txt": "Another."})
    assert list(find_files([folder, other])) == [
        "library/a.txt",
        "library/b/c.md",
        "library/d.txt",
        "other/a.txt",
    ]
    assert list(find_files([folder / "a.txt"])) == ["a.txt"]
    with pytest.raises(InputError, match="both be called a.txt"):
        find_files([folder / "a.txt", other / "a.txt"])
    with pytest.raises(InputError, match="nowhere"):
        find_files([tmp_path / "nowhere"])


def test_a_second_run_does_nothing(store, folder, settings):
    first = update(store, folder, settings)
    assert (first.generation, first.added) == (1, ["a.txt", "b/c.md", "d.txt"])
    assert first.passages_embedded == 3
    second = update(store, folder, settings)
    assert (second.generation, second.unchanged, second.published) == (1, 3, False)
    assert second.passages_embedded == 0


def test_only_what_changed_is_embedded(store, folder, settings):
    parts = [f"# Part {n}\n\n" + f"Words of part {n} follow here. " * 30 for n in range(6)]
    write_files(folder, {"e.md": "\n\n".join(parts)})
    assert update(store, folder, settings).passages_embedded == 9
    write_files(folder, {"e.md": "\n\n".join(parts) + "\n\nA new end."})
    report = update(store, folder, settings)
    assert report.changed == ["e.md"]
    assert (report.passages_embedded, report.passages_reused) == (1, 5)


def test_renamed_copied_and_removed_files(store, folder, settings):
    update(store, folder, settings)
    (folder / "a.txt").rename(folder / "z.txt")
    shutil.copy(folder / "d.txt", folder / "copy.txt")
    (folder / "b" / "c.md").unlink()
    report = update(store, folder, settings)
    assert report.passages_embedded == 0
    assert (report.added, report.removed) == (["copy.txt", "z.txt"], ["a.txt", "b/c.md"])
    documents, _ = content(store)
    assert sorted(documents) == ["copy.txt", "z.txt"]
    assert documents["copy.txt"].other_names == ("d.txt",)


def test_an_updated_index_equals_a_fresh_one(store, folder, settings):
    update(store, folder, settings)
    write_files(folder, {"a.txt": "Iran was left out.", "n.txt": "A new one about troops."})
    (folder / "d.txt").unlink()
    update(store, folder, settings)
    fresh = MemoryStore()
    update(fresh, folder, settings)
    assert content(store) == content(fresh)


def test_unreadable_files_are_skipped_with_their_reason(store, folder, settings):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "movie.xyz").write_bytes(b"\0\1\2")
    report = update(store, folder, settings)
    assert {file.name: file.reason for file in report.skipped} == {
        "broken.pdf": "damaged",
        "empty.txt": "empty",
        "movie.xyz": "unsupported format",
    }
    assert all(file.message for file in report.skipped)
    assert len(content(store)[0]) == 3


def test_a_run_that_could_read_nothing_leaves_the_index(store, folder, settings, tmp_path):
    update(store, folder, settings)
    before = content(store)
    bad = tmp_path / "bad"
    bad.mkdir()
    with pytest.raises(InputError, match="no files"):
        update(store, bad, settings)
    (bad / "x.pdf").write_bytes(b"nothing")
    with pytest.raises(InputError, match="none of the 1 files"):
        update(store, bad, settings)
    assert content(store) == before


def test_other_settings_are_refused_until_a_rebuild(store, folder, settings):
    update(store, folder, settings)
    other = replace(settings, chunking=ChunkingSettings(max_tokens=64))
    with pytest.raises(IndexMismatchError, match="--rebuild"):
        update(store, folder, other)
    with pytest.raises(IndexMismatchError, match="--rebuild"):
        open_pipeline(store.folder, other)
    assert update(store, folder, other, rebuild=True).generation == 2
    assert open_pipeline(store.folder, other).search("seat of the coalition")[0].chunk.document


def test_progress_reaches_all_files(store, folder, settings):
    seen = []
    update(store, folder, settings, report_progress=seen.append)
    assert [step.files for step in seen if step.name][-1] == 3
    assert {step.total_files for step in seen} == {3}


def index_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.stat().st_size
        and not path.name.startswith("writer")
        and not path.name.endswith(".lock")
    )


def noticed(store, folder, settings) -> str:
    """Use and check the index as commands do; return what is said."""
    fresh = EmbeddedStore(store.folder)
    try:
        Pipeline(fresh, HashingEmbedder(), settings).ask("Where is the seat?")
        fresh.check()
    except IndexDamagedError as error:
        return str(error)
    finally:
        fresh.close()
    return ""


def test_a_flipped_byte_anywhere_is_noticed_and_mended(store, folder, settings):
    update(store, folder, settings)
    expected = content(store)
    store.close()
    rng = random.Random(11)
    for path in index_files(store.folder):
        original = path.read_bytes()
        size = len(original)
        for position in sorted(rng.sample(range(size), min(size, 6))):
            damaged = bytearray(original)
            damaged[position] ^= 1 << rng.randrange(8)
            path.write_bytes(damaged)
            message = noticed(store, folder, settings)
            if message:
                named = path.name in message or path.suffix == ""
                assert named or path.parent.name in message, (path, message)
                assert "--rebuild" in message
            else:  # unused bytes of a SQLite page: the content must be untouched
                assert path.suffix == ".sqlite", path
                assert content(EmbeddedStore(store.folder)) == expected
            path.write_bytes(original)
    damaged = bytearray(original := (store.folder / "catalog.sqlite").read_bytes())
    damaged[0] ^= 1
    (store.folder / "catalog.sqlite").write_bytes(damaged)
    assert "catalog.sqlite" in noticed(store, folder, settings)
    assert len(original) == len(damaged)
    update(EmbeddedStore(store.folder), folder, settings, rebuild=True)
    assert noticed(store, folder, settings) == ""
    assert content(EmbeddedStore(store.folder)) == expected


def test_vectors_that_an_earlier_version_did_not_publish_are_computed_anew(store, folder, settings):
    store.folder.mkdir()
    with sqlite3.connect(store.folder / "embeddings.sqlite") as older:
        older.executescript(
            "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
            "CREATE TABLE embeddings (key BLOB PRIMARY KEY, vector BLOB NOT NULL, crc32 INTEGER);"
            "INSERT INTO facts VALUES ('embedder', 'hashing@256'); PRAGMA user_version = 2;"
        )
    older.close()
    report = update(store, folder, settings)
    assert (report.passages_embedded, report.passages_reused) == (3, 0)


def test_a_name_that_is_no_utf_8_is_skipped_and_the_rest_indexed(store, folder, settings):
    (folder / "bad\udcff.txt").write_text("It stands in Riyadh.")
    report = update(store, folder, settings)
    assert [(file.name, file.reason) for file in report.skipped] == [("bad\\xff.txt", "unreadable")]
    assert report.skipped[0].message == (
        "Expected a name in UTF-8, but it is bad\\xff.txt. Rename the file or folder."
    )
    assert sorted(content(store)[0]) == ["a.txt", "b/c.md", "d.txt"]


def test_an_index_in_the_folder_is_no_document(folder, settings):
    store = EmbeddedStore(folder / "index")
    assert update(store, folder, settings).added == ["a.txt", "b/c.md", "d.txt"]
    again = update(store, folder, settings)
    assert (again.generation, again.unchanged, again.skipped) == (1, 3, [])


def test_damaged_vectors_are_not_taken_over_by_an_update(store, folder, settings):
    update(store, folder, settings)
    store.close()
    [path] = store.folder.rglob("*.vectors.f16")
    damaged = bytearray(path.read_bytes())
    damaged[40] ^= 4
    path.write_bytes(damaged)
    (folder / "a.txt").write_text("Jeddah is the seat of the coalition.")
    with pytest.raises(IndexDamagedError, match=r"vectors\.f16 was changed .* --rebuild"):
        update(EmbeddedStore(store.folder), folder, settings)
    assert path.name in noticed(store, folder, settings)


def states(folder):
    """When each file was changed, but those that SQLite keeps beside its own while it is open."""
    files = (path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    return {path: path.stat().st_mtime_ns for path in files if path.is_file()}


def test_an_index_that_may_not_be_written_is_read(store, folder, settings, monkeypatch):
    update(store, folder, settings)
    expected = content(store)
    store.close()
    before = states(store.folder)
    for module in (database, lexical):
        monkeypatch.setattr(module, "is_writable", lambda path: False)
    reader = EmbeddedStore(store.folder)
    assert content(reader) == expected
    with reader.snapshot() as snapshot:
        assert [item.score > 0 for item in snapshot.search_lexical(["riyadh"], 5, None)] == [True]
    assert states(store.folder) == before
    with pytest.raises(StoreError, match="readonly"):
        update(reader, folder, settings, rebuild=True)


def test_the_name_of_an_index_is_that_of_its_folder(store, folder, settings, monkeypatch):
    update(store, folder, settings)
    monkeypatch.chdir(store.folder)
    assert EmbeddedStore(".").name == store.name == "index"


def test_a_missing_file_is_named_and_mended(store, folder, settings):
    update(store, folder, settings)
    expected = content(store)
    store.close()
    for name in (
        "catalog.sqlite",
        ".vectors.f16",
        ".sentences.i4",
        ".keys.i64",
        "removed.i64",
        "meta.json",
    ):
        [path] = [path for path in store.folder.rglob("*") if path.name.endswith(name)]
        path.unlink()
        if path.name == "catalog.sqlite":
            with pytest.raises(Exception, match="rag index"):
                open_pipeline(store.folder, settings)
        else:
            assert path.name in noticed(store, folder, settings)
            with pytest.raises(IndexDamagedError, match="--rebuild"):
                update(store, folder, settings)
        update(store, folder, settings, rebuild=True)
        assert content(store) == expected
        store.close()


def test_a_second_writer_stops_with_the_first_ones_process_id(store, folder, settings):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=_hold_lock, args=(store.folder, ready, done))
    process.start()
    try:
        assert ready.wait(60)
        with pytest.raises(IndexLockedError, match=f"process {process.pid}"):
            update(store, folder, settings)
    finally:
        done.set()
        process.join()
    assert update(store, folder, settings).generation == 1


def _hold_lock(folder, ready, done):
    with EmbeddedStore(folder).writing():
        ready.set()
        done.wait(60)


def test_a_reader_is_answered_without_interruption_while_updates_run(store, folder, settings):
    update(store, folder, settings)
    pipeline = Pipeline(store, HashingEmbedder(), settings)
    stop, failures, generations = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            try:
                answer = pipeline.ask("Where is the seat of the coalition?")
                names = {hit.chunk.document for hit in answer.passages}
                extra = {name for name in names if name.startswith("extra")}
                if extra != {f"extra{answer.index.generation - 1}.txt"} - {"extra0.txt"}:
                    failures.append((answer.index.generation, names))
                generations.append(answer.index.generation)
            except Exception as error:  # noqa: BLE001 - any failure is what the test looks for
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    writer = EmbeddedStore(store.folder)
    for number in range(1, 6):
        (folder / f"extra{number - 1}.txt").unlink(missing_ok=True)
        write_files(folder, {f"extra{number}.txt": f"Number {number} is the seat of a coalition."})
        assert update(writer, folder, settings).skipped == []
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(generations)) >= 3


def _index_in_process(index: Path, folder: Path, settings) -> None:
    update_index(EmbeddedStore(index), [folder], settings, HashingEmbedder())


def change_folder(folder: Path, rng: random.Random) -> None:
    """Add, change, remove or rename some files."""
    words = "riyadh iran saudi border troops treaty parliament yemen general 41 42".split()
    files = sorted(folder.glob("*.txt"))
    for _ in range(rng.randint(1, 3)):
        text = " ".join(rng.choice(words) for _ in range(rng.randint(20, 400))) + "."
        action = rng.choice(["add", "change", "remove", "rename"])
        if action == "add" or len(files) < 4:
            (folder / f"file{rng.randrange(10_000)}.txt").write_text(text)
        elif action == "change":
            rng.choice(files).write_text(text)
        elif action == "remove":
            files.pop(rng.randrange(len(files))).unlink(missing_ok=True)
        else:
            source = files.pop(rng.randrange(len(files)))
            if source.exists():
                source.rename(folder / f"renamed{rng.randrange(10_000)}.txt")


def listing(folder: Path) -> set[tuple[str, int]]:
    return {(path.name, path.stat().st_size) for path in folder.glob("*.txt")}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_100_random_moments_the_index_stays_whole(store, tmp_path, settings):
    rng = random.Random(2026)
    folder = tmp_path / "changing"
    folder.mkdir()
    for _ in range(8):
        change_folder(folder, rng)
    update(store, folder, settings)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rag.indexing", "rag.store.embedded", "faiss", "tantivy"])
    published, killed, duration = listing(folder), 0, 2.0
    for _ in range(300):
        if killed == 100:
            break
        change_folder(folder, rng)
        began = time.perf_counter()
        process = context.Process(target=_index_in_process, args=(store.folder, folder, settings))
        process.start()
        process.join(rng.random() * duration)
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            killed += 1
        else:  # it was done before; aim at shorter times from now on
            duration = 0.9 * (time.perf_counter() - began)
        reopened = EmbeddedStore(store.folder)
        reopened.check()
        seen = {(file.name, file.size_bytes) for file in reopened.files()}
        assert seen in (published, listing(folder))
        assert Pipeline(reopened, HashingEmbedder(), settings).search("border troops", k=3)
        if rng.random() < 0.1:
            update(reopened, folder, settings)
            fresh = MemoryStore()
            update(fresh, folder, settings)
            assert content(reopened) == content(fresh)
        published = {(file.name, file.size_bytes) for file in reopened.files()}
        reopened.close()
    assert killed == 100
    update(store, folder, settings)
    fresh = MemoryStore()
    update(fresh, folder, settings)
    assert content(store) == content(fresh)
    store.check()
