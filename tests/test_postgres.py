"""What PostgreSQL adds to a store: several writers, servers that die, indexes that outgrow a scan."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest

from rag import copying
from rag.copying import copy_index
from rag.errors import IndexMismatchError, InputError, StoreError
from rag.store import AddDocument, Manifest, RemoveFile, SetFile, SourceFile
from rag.store.embedded import EmbeddedStore
from rag.store.memory import MemoryStore
from rag.store.opening import open_store
from rag.types import Chunk, Span
from tests.conftest import changes_for, make_document
from tests.contract.test_store import apply_documents, content, random_document, same_ranking
from tests.postgres_server import Server

TAKEOVER_S = 20


@pytest.fixture
def opened():
    """Open stores that are closed at the end."""
    stores = []

    def open_one(address, **settings):
        found = open_store(address)
        found = type(found)(address, **settings) if settings else found
        stores.append(found)
        return found

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def servers(postgres_programs):
    """Make servers that a test may kill."""
    made = []

    def make(name, copy_of=None):
        made.append(Server(postgres_programs, f"{name}-{len(made)}-{time.monotonic_ns()}", copy_of))
        return made[-1].start()

    yield make
    for server in made:
        server.stop()


def equal_to_memory(store, documents, settings, embedder, manifest, words=("iran", "border")):
    fresh = MemoryStore()
    apply_documents(fresh, documents, settings, embedder, manifest)
    vector = embedder.embed([" ".join(words)])[0]
    with store.snapshot() as seen, fresh.snapshot() as expected:
        assert seen.catalog() == expected.catalog()
        assert seen.document_frequencies(words) == expected.document_frequencies(words)
        for method, asked in (("search_dense", vector), ("search_lexical", list(words))):
            same_ranking(
                content(seen, getattr(seen, method)(asked, 20, None)),
                content(expected, getattr(expected, method)(asked, 20, None)),
            )


def test_many_generations_equal_one(opened, postgres_address, settings, embedder, manifest):
    """Segments are merged and cleared of what was removed without a trace."""
    store, rng = opened(postgres_address), random.Random(5)
    there = {}
    for seed in range(14):
        added = random_document(seed, paragraphs=rng.randint(1, 30))
        gone = [name for name in there if rng.random() < 0.3]
        for name in gone:
            del there[name]
        there[added.name] = added
        removals = [RemoveFile(name) for name in gone]
        apply_documents(store, [added], settings, embedder, manifest, removals)
        store.check()
    equal_to_memory(store, list(there.values()), settings, embedder, manifest)


def test_four_writers_on_the_same_documents_end_exact(
    opened, postgres_address, settings, embedder, manifest
):
    documents = [random_document(seed) for seed in range(12)]
    failures = []

    def write(shift):
        store = opened(f"{postgres_address}&lock_wait_s=60")
        try:
            for start in range(0, 12, 3):
                some = (documents[shift * 3 :] + documents[: shift * 3])[start : start + 3]
                changes = [c for d in some for c in changes_for(d, settings, embedder)]
                added = [change for change in changes if isinstance(change, AddDocument)]
                for change in added:
                    store.remember_vectors(keyed(change), manifest)
                store.apply(changes, manifest)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = opened(postgres_address)
    store.check()
    with store.snapshot() as snapshot:
        assert snapshot.generation == 16
    equal_to_memory(store, documents, settings, embedder, manifest)


def keyed(change):
    from rag.store.protocol import vector_key

    return {
        vector_key(chunk): vector
        for chunk, vector in zip(change.chunks, change.vectors, strict=True)
    }


def test_readers_see_whole_generations_while_another_writes(
    opened, postgres_address, settings, embedder, manifest
):
    store, writer = opened(postgres_address), opened(postgres_address)
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    seen = []

    def changes():
        for seed in (2, 3):
            yield from changes_for(random_document(seed), settings, embedder)
            with store.snapshot() as snapshot:
                seen.append((snapshot.generation, list(snapshot.catalog())))

    writer.apply(changes(), manifest)
    assert seen == [(1, ["document-01.txt"])] * 2
    with store.snapshot() as snapshot:
        assert len(snapshot.catalog()) == 3


def test_others_read_while_one_thread_writes(
    opened, postgres, postgres_address, settings, embedder, manifest
):
    two = f"127.0.0.1:{postgres.port},127.0.0.1:{postgres.port}"
    store = opened(postgres_address.replace(f"127.0.0.1:{postgres.port}", two))
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    [added, _] = changes_for(random_document(2), settings, embedder)
    known = []

    def look():
        store.remember_vectors(keyed(added), manifest)
        known.append(store.known_vectors(list(keyed(added)), manifest))

    with store.writing():
        others = [threading.Thread(target=look, daemon=True) for _ in range(2)]
        for other in others:
            other.start()
        for other in others:
            other.join(TAKEOVER_S)
        assert [set(found) for found in known] == [set(keyed(added))] * 2


def test_a_cut_connection_is_not_noticed(
    opened, postgres, postgres_address, settings, embedder, manifest
):
    import psycopg

    store = opened(postgres_address)
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    with store.snapshot() as snapshot, psycopg.connect(postgres.address("")) as other:
        before = snapshot.search_lexical(["iran"], 5, None)
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'footnote %' AND pid <> pg_backend_pid()"
        )
        assert snapshot.search_lexical(["iran"], 5, None) == before


def test_a_lost_connection_and_another_generation_is_an_error(
    opened, postgres, postgres_address, settings, embedder, manifest
):
    import psycopg

    store = opened(postgres_address)
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    with store.snapshot() as snapshot, psycopg.connect(postgres.address("")) as other:
        apply_documents(
            opened(postgres_address), [random_document(2)], settings, embedder, manifest
        )
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'footnote %' AND pid <> pg_backend_pid()"
        )
        with pytest.raises(StoreError, match="expected generation 1, found 2. Ask again"):
            snapshot.document_frequencies(["iran"])


@pytest.mark.slow
def test_a_server_killed_in_mid_query_and_in_mid_write(
    opened, servers, settings, embedder, manifest
):
    server = servers("killed")
    address = f"{server.address('killed')}&failover_s={TAKEOVER_S}"
    store, writer = opened(address), opened(address)
    documents = [random_document(seed) for seed in range(4)]
    apply_documents(store, documents[:2], settings, embedder, manifest)

    def changes():
        yield from changes_for(documents[2], settings, embedder)
        with store.snapshot() as snapshot:
            before = snapshot.search_lexical(["iran"], 5, None)
            server.kill()
            restart = threading.Timer(0.5, server.start)
            restart.start()
            assert snapshot.search_lexical(["iran"], 5, None) == before
            restart.join()
        yield from changes_for(documents[3], settings, embedder)

    with pytest.raises(StoreError, match="What was published is unchanged"):
        writer.apply(changes(), manifest)
    store.check()
    equal_to_memory(store, documents[:2], settings, embedder, manifest)
    assert apply_documents(writer, documents[2:], settings, embedder, manifest) == 2
    equal_to_memory(store, documents, settings, embedder, manifest)


@pytest.mark.slow
def test_a_server_that_is_long_gone_is_used_as_soon_as_it_is_back(
    opened, servers, settings, embedder, manifest
):
    server = servers("gone")
    store = opened(f"{server.address('gone')}&failover_s=13")
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    assert has_generation(store, 1)
    server.kill()
    restart = threading.Timer(8, server.start)  # a delay that doubles asks at 7 s and at 15 s
    restart.start()
    assert has_generation(store, 1)
    restart.join()


@pytest.mark.slow
def test_a_standby_takes_over_without_a_wrong_answer(opened, servers, settings, embedder, manifest):
    primary = servers("primary")
    documents = [random_document(seed) for seed in range(6)]
    first = opened(primary.address("moved"))
    apply_documents(first, documents[:3], settings, embedder, manifest)
    standby = servers("standby", primary)
    apply_documents(first, documents[3:5], settings, embedder, manifest)
    alone = opened(standby.address("moved"))
    deadline = time.monotonic() + TAKEOVER_S
    while not has_generation(alone, 2):
        assert time.monotonic() < deadline
    with pytest.raises(StoreError, match="standby"):
        apply_documents(alone, documents[5:], settings, embedder, manifest)
    assert writes_past_a_lagging(standby, primary, opened, settings, embedder, manifest)
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    address = f"postgresql://postgres@{hosts}/postgres?schema=moved&failover_s={TAKEOVER_S}"
    store = opened(address)
    with store.snapshot() as snapshot:
        before = snapshot.search_lexical(["iran", "border"], 9, None)
        primary.kill()
        assert snapshot.search_lexical(["iran", "border"], 9, None) == before
    threading.Timer(0.5, standby.promote).start()
    assert apply_documents(store, documents[5:], settings, embedder, manifest) == 3
    equal_to_memory(store, documents, settings, embedder, manifest)


def writes_past_a_lagging(standby, primary, opened, settings, embedder, manifest):
    """Whether a writer sees its own generation though the first host has not got it yet."""
    import psycopg

    hosts = f"127.0.0.1:{standby.port},127.0.0.1:{primary.port}"
    with psycopg.connect(standby.address(""), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        store = opened(f"postgresql://postgres@{hosts}/postgres?schema=lagging")
        with store.writing():
            apply_documents(store, [random_document(9)], settings, embedder, manifest)
            seen = has_generation(store, 1) and len(store.files()) == 1
        connection.execute("SELECT pg_wal_replay_resume()")
    return seen


def has_generation(store, number):
    with store.snapshot() as snapshot:
        return snapshot.generation == number


def test_an_outgrown_index_finds_the_nearest_by_hnsw(opened, postgres_address):
    count = 3000
    store = opened(postgres_address, exact_up_to=1000)
    vectors = clustered(count, 64)
    apply_vectors(store, vectors)
    assert store.methods()["dense"] == "HNSW (pgvector), vectors in half"
    among = frozenset(f"{number:02}.txt" for number in range(15))
    found = wanted = 0
    with store.snapshot() as snapshot:
        for question in vectors[::100]:
            for names, held in ((None, count), (among, count // 2)):
                seen = snapshot.search_dense(question, 10, names)
                cosines = vectors[:held].astype(np.float16).astype(np.float32) @ question
                best = np.argsort(-cosines, kind="stable")[:10]
                found += len({item.chunk - 1 for item in seen} & set(best.tolist()))
                wanted += 10
                assert seen[0].score == pytest.approx(cosines.max(), abs=1e-4)
    assert found / wanted >= 0.98


def test_an_hnsw_index_that_gives_up_is_made_up_for_by_comparing_all(
    opened, postgres_address, monkeypatch
):
    from rag.store.postgres import connections

    store = opened(postgres_address, exact_up_to=50)
    vectors = clustered(3000, 8)
    vectors[:, 0] = np.where(np.arange(3000) < 100, -9, 9)  # the chosen are the farthest
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    few = connections._SETTINGS.rstrip() + ", set_config('hnsw.max_scan_tuples', '100', false)"
    few += (
        ", set_config('enable_bitmapscan', 'off', false), set_config('enable_sort', 'off', false)"
    )
    monkeypatch.setattr(connections, "_SETTINGS", few)
    apply_vectors(store, vectors)
    with store.snapshot() as snapshot:
        seen = snapshot.search_dense(vectors[-1], 10, frozenset({"00.txt"}))
        assert len(seen) == 10
        cosines = vectors[:100].astype(np.float16).astype(np.float32) @ vectors[-1]
        assert {item.chunk - 1 for item in seen} == set(np.argsort(-cosines)[:10].tolist())


def test_an_hnsw_index_that_cannot_be_made_is_a_warning(
    opened, postgres, postgres_address, monkeypatch
):
    import psycopg

    import rag.store.postgres.store as module

    told = []
    monkeypatch.setattr(module._log, "warning", lambda text, *values: told.append(text % values))
    opened(postgres.address("public")).initialise()  # has the function as well, on every path
    store, schema = opened(postgres_address, exact_up_to=50), postgres_address.split("schema=")[1]
    store.initialise()
    with psycopg.connect(postgres.address("")) as other:
        other.execute(f"DROP FUNCTION {schema}.build_dense_index(integer)")
    apply_vectors(store, clustered(100, 8))
    assert len(told) == 1
    assert told[0].startswith("The index is published")
    assert has_generation(store, 1)


def test_an_outgrown_index_is_made_anew_with_vectors_of_another_length(opened, postgres_address):
    store = opened(postgres_address, exact_up_to=1000)
    apply_vectors(store, clustered(1200, 64))
    vectors = clustered(1200, 24)
    apply_vectors(store, vectors, anew=True)
    store.check()
    with store.snapshot() as snapshot:
        [nearest] = snapshot.search_dense(vectors[7], 1, None)
        [chunk] = snapshot.chunks([nearest.chunk])
    assert (chunk.document, chunk.span.start) == ("00.txt", 7 * 9)


def clustered(count, dimension):
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(40, dimension))
    vectors = centres[rng.integers(40, size=count)] + 0.3 * rng.normal(size=(count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def apply_vectors(store, vectors, *, anew=False):
    """Fill *store* with a hundred passages a document, one for each vector."""
    changes, manifest = [], Manifest("made up", vectors.shape[1], "{}", 1)
    for number, rows in enumerate(np.split(vectors, len(vectors) // 100)):
        text = "".join(f"word{number * 100 + at:04} " for at in range(100))
        document = make_document(f"{number:02}.txt", text)
        spans = [Span(9 * at, 9 * at + 8) for at in range(100)]
        chunks = tuple(Chunk(0, document.name, span, document.slice(span)) for span in spans)
        file = SourceFile(document.name, f"/{document.name}", document.sha256, len(text))
        changes += [AddDocument(document, chunks, rows[:, None]), SetFile(file)]
    store.apply(changes, manifest, anew=anew)


def test_a_copy_that_was_stopped_goes_on(
    opened, postgres_address, tmp_path, settings, embedder, manifest, monkeypatch
):
    monkeypatch.setattr(copying, "PASSAGES_A_GENERATION", 1)
    source, target = EmbeddedStore(tmp_path / "index"), opened(postgres_address)
    skipped = SetFile(SourceFile("scan.pdf", "/scan.pdf", "00", 7, "scanned", "Use OCR."))
    documents = [random_document(seed) for seed in range(5)]
    apply_documents(source, documents, settings, embedder, manifest, [skipped])

    def stop(done, _total):
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_index(source, target, manifest, stop)
    report = copy_index(source, target, manifest)
    assert 0 < report.documents_copied < report.documents == 5
    assert target.files() == source.files()
    source.apply([RemoveFile(documents[0].name)], manifest)
    assert copy_index(source, target, manifest).documents_removed == 1
    equal_to_memory(target, documents[1:], settings, embedder, manifest)
    other = Manifest("another model", manifest.dimension, manifest.settings, manifest.format)
    filled = MemoryStore()
    apply_documents(filled, documents, settings, embedder, other)
    with pytest.raises(IndexMismatchError, match="another model"):
        copy_index(filled, target, other)


def test_a_copy_of_a_source_that_changes_is_of_one_generation(
    opened, postgres_address, settings, embedder, manifest, monkeypatch
):
    source, target = MemoryStore(), opened(postgres_address)
    first, second, third = (random_document(seed) for seed in range(3))
    apply_documents(source, [first], settings, embedder, manifest)
    late, files = [second], source.files

    def files_after_a_change():
        if late:
            apply_documents(source, [late.pop()], settings, embedder, manifest)
        return files()

    monkeypatch.setattr(source, "files", files_after_a_change)
    assert copy_index(source, target, manifest).documents == 2
    # A file without its document, as such a copy once left behind.
    lost = SourceFile(third.name, f"/{third.name}", third.sha256, 7)
    target.apply([SetFile(lost)], manifest)
    late.append(third)
    assert copy_index(source, target, manifest).documents_copied == 1
    equal_to_memory(target, [first, second, third], settings, embedder, manifest)


def test_a_service_and_options_reach_the_server(
    opened, postgres, postgres_address, tmp_path, monkeypatch
):
    host = f"host=127.0.0.1\nport={postgres.port}\nuser=postgres\ndbname=postgres\n"
    (tmp_path / "services").write_text(f"[library]\n{host}")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    schema = postgres_address.split("schema=")[1]
    options = "options=-c%20work_mem=8MB%20-c%20DateStyle=ISO"
    store = opened(f"postgresql:///?service=library&schema={schema}&{options}")
    apply_vectors(store, clustered(100, 8))
    assert opened(postgres_address).manifest() == store.manifest()
    began = time.monotonic()
    with pytest.raises(StoreError, match="no_such"):
        opened("postgresql:///?service=no_such").manifest()
    assert time.monotonic() - began < TAKEOVER_S


@pytest.mark.parametrize(
    ("address", "environment", "several"),
    [
        ("postgresql:///db?options=-c%20search_path=a+b", {}, False),
        ("postgresql://one,two/db", {}, True),
        ("postgresql://one/db", {"PGHOST": "one,two"}, False),
        ("postgresql:///db", {"PGHOST": "one,two"}, True),
        ("postgres:///?service=library", {}, True),
    ],
)
def test_an_address_says_where_to_read_and_where_to_write(
    postgres_programs, monkeypatch, address, environment, several
):
    from psycopg.conninfo import conninfo_to_dict

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    parsed = open_store(address).address
    assert parsed.several_hosts is several
    reading, writing = map(conninfo_to_dict, (parsed.reading, parsed.writing))
    assert writing == {**reading, "target_session_attrs": "read-write"}
    assert reading.get("dbname", "db") == "db"
    assert reading.get("options", "-c search_path=a+b") == "-c search_path=a+b"
    assert reading.get("service", "library") == "library"


@pytest.mark.parametrize("part", ["schema=a-b", "failover_s=soon", "no_such=1", "pool_size=-1"])
def test_an_address_that_cannot_be_read_is_told(postgres_programs, part):
    with pytest.raises(InputError, match=r"Expected"):
        open_store(f"postgresql://user@127.0.0.1/db?{part}")
