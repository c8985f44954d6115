"""What every store must do, by values compared with the in-memory reference."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rag.errors import IndexLockedError, IndexMismatchError, IndexMissingError, InputError
from rag.settings import ChunkingSettings, Settings
from rag.store import Filters, Manifest, RemoveFile, SetFile, SourceFile, generation
from rag.store.embedded import EmbeddedStore
from rag.store.memory import MemoryStore
from rag.store.opening import open_store
from rag.store.protocol import vector_key
from rag.store.sentence_vectors import stored
from rag.terms import query_terms
from rag.types import Span
from tests.conftest import changes_for, make_document

WORDS = (
    "coalition member riyadh iran saudi border troops treaty parliament yemen zarb-e-azb "
    "general sharif council minister report figure 41 42 34 alliance islamic nato summit"
).split()


EXACT_UP_TO = 16
"""So few passages that the stores of these tests have the approximate type of FAISS."""


@pytest.fixture(params=["memory", "embedded", "approximate", "postgres", "approximate postgres"])
def store(request, tmp_path):
    match request.param:
        case "memory":
            yield MemoryStore()
        case "embedded":
            yield EmbeddedStore(tmp_path / "index")
        case "approximate":
            yield EmbeddedStore(tmp_path / "index", exact_up_to=EXACT_UP_TO)
        case kind:
            address = request.getfixturevalue("postgres_address")
            store = open_store(address)
            if kind.startswith("approximate"):
                store = type(store)(address, exact_up_to=EXACT_UP_TO)
            yield store
            store.close()


def random_document(seed: int, paragraphs: int = 4):
    rng = random.Random(seed)
    parts = [
        " ".join(rng.choice(WORDS) for _ in range(rng.randint(8, 60))).capitalize() + "."
        for _ in range(paragraphs)
    ]
    return make_document(
        f"document-{seed:02}.txt",
        "\n\n".join(parts),
        title=f"Title {seed}",
        author="Dr. Äsa Khan" if seed % 2 else "B. Writer",
        date=f"20{10 + seed % 10}",
        kind="paper" if seed % 3 else "op-ed",
    )


def apply_documents(store, documents, settings, embedder, manifest, extra=()):
    changes = [change for doc in documents for change in changes_for(doc, settings, embedder)]
    return store.apply([*changes, *extra], manifest)


def content(snapshot, scored):
    """Chunks by document and place, since identifiers differ between stores."""
    chunks = snapshot.chunks([item.chunk for item in scored])
    return [
        (round(item.score, 3), chunk.document, chunk.span.start, chunk.text)
        for item, chunk in zip(scored, chunks, strict=True)
    ]


def sentence_cosines(snapshot, vector):
    """The cosines of every chunk's sentences, by document and place."""
    every = [item.chunk for item in snapshot.search_dense(vector, 10_000, None)][::-1]
    chunks = snapshot.chunks(every)
    cosines = snapshot.sentence_cosines(vector, every)
    return {(c.document, c.span.start): cosine for c, cosine in zip(chunks, cosines, strict=True)}


def same_ranking(left, right):
    """Equal but for the order of equal scores, as faiss's own comparison has it."""
    assert [row[0] for row in left] == pytest.approx([row[0] for row in right], abs=2e-3)
    lowest = right[-1][0] if right else 0
    whole = [{row[1:] for row in rows if row[0] > lowest + 5e-3} for rows in (left, right)]
    assert whole[0] == whole[1]


def test_an_empty_store_has_no_generation(store):
    assert store.manifest() is None
    assert store.files() == []
    with pytest.raises(IndexMissingError, match="rag index"), store.snapshot():
        pass


def test_documents_come_back_as_they_went_in(store, settings, embedder, manifest):
    document = random_document(1)
    assert apply_documents(store, [document], settings, embedder, manifest) == 1
    with store.snapshot() as snapshot:
        assert snapshot.generation == 1
        assert snapshot.document(document.name) == document
        assert snapshot.catalog() == {document.name: document.metadata}
        assert dict(snapshot.chunk_counts()) == {document.name: 1}
        with pytest.raises(InputError, match="nowhere"):
            snapshot.document("nowhere.txt")
    assert store.manifest() == manifest
    assert [file.name for file in store.files()] == [document.name]


@pytest.mark.parametrize("query", ["saudi border treaty", "Zarb-e-Azb", "41 members", "nothing"])
def test_searches_equal_the_reference(store, settings, embedder, manifest, query):
    documents = [random_document(seed) for seed in range(30)]
    reference = MemoryStore()
    apply_documents(store, documents, settings, embedder, manifest)
    apply_documents(reference, documents, settings, embedder, manifest)
    vector = embedder.embed([query])[0]
    among = frozenset(document.name for document in documents[::3])
    with store.snapshot() as seen, reference.snapshot() as expected:
        for names in (None, among, frozenset()):
            same_ranking(
                content(seen, seen.search_dense(vector, 12, names)),
                content(expected, expected.search_dense(vector, 12, names)),
            )
            same_ranking(
                content(seen, seen.search_lexical(query_terms(query), 12, names)),
                content(expected, expected.search_lexical(query_terms(query), 12, names)),
            )
        words = query_terms(query)
        assert seen.document_frequencies(words) == expected.document_frequencies(words)
        found, wanted = sentence_cosines(seen, vector), sentence_cosines(expected, vector)
        assert list(found) == list(wanted)
        for own, other in zip(found.values(), wanted.values(), strict=True):
            assert own == pytest.approx(other)


def test_rankings_after_updates_equal_a_fresh_store(store, settings, embedder, manifest):
    documents = [random_document(seed) for seed in range(12)]
    apply_documents(store, documents[:8], settings, embedder, manifest)
    gone = [RemoveFile(document.name) for document in documents[:4]]
    assert apply_documents(store, documents[8:], settings, embedder, manifest, gone) == 2
    fresh = MemoryStore()
    apply_documents(fresh, documents[4:], settings, embedder, manifest)
    vector = embedder.embed(["iran border troops"])[0]
    with store.snapshot() as seen, fresh.snapshot() as expected:
        assert seen.catalog() == expected.catalog()
        same_ranking(
            content(seen, seen.search_dense(vector, 50, None)),
            content(expected, expected.search_dense(vector, 50, None)),
        )
        same_ranking(
            content(seen, seen.search_lexical(["iran", "border"], 50, None)),
            content(expected, expected.search_lexical(["iran", "border"], 50, None)),
        )


def test_each_sentence_of_a_passage_has_its_cosine(store, settings, embedder, manifest):
    document = make_document("a.txt", "Riyadh is the seat. Troops guard the border. Oil is sold.")
    apply_documents(store, [document], settings, embedder, manifest)
    vectors = embedder.embed(["Who guards the border?", "Oil is sold.", "Ankara"])
    sentences = embedder.embed(["Riyadh is the seat.", "Troops guard the border.", "Oil is sold."])
    with store.snapshot() as snapshot:
        [chunk] = [item.chunk for item in snapshot.search_dense(vectors[0], 5, None)]
        for vector in vectors:
            first, second = snapshot.sentence_cosines(vector, [chunk, chunk])
            assert first == second == pytest.approx(tuple(sentences @ vector), abs=0.05)
        assert snapshot.sentence_cosines(vectors[0], []) == []


def test_equal_scores_rank_by_identifier(store, settings, embedder, manifest):
    documents = [make_document(f"{n}.txt", f"Same words here.\n\nNumber {n}.") for n in range(5)]
    apply_documents(store, documents, settings, embedder, manifest)
    with store.snapshot() as snapshot:
        found = snapshot.search_lexical(["same"], 10, None)
    assert found == sorted(found, key=lambda item: (-item.score, item.chunk))
    assert len(found) == 5


def test_same_bytes_under_two_names_are_kept_once(store, settings, embedder, manifest):
    document = random_document(3)
    store.apply(list(changes_for(document, settings, embedder, "a-copy.txt")), manifest)
    with store.snapshot() as snapshot:
        assert list(snapshot.catalog()) == ["a-copy.txt"]
        found = snapshot.document(document.name)
        assert (found.name, found.other_names) == ("a-copy.txt", (document.name,))
        texts = Counter(
            row[3]
            for row in content(
                snapshot, snapshot.search_dense(embedder.embed(["riyadh"])[0], 50, None)
            )
        )
        assert set(texts.values()) == {1}
    store.apply([RemoveFile("a-copy.txt")], manifest)
    with store.snapshot() as snapshot:
        assert list(snapshot.catalog()) == [document.name]
    store.apply(
        [RemoveFile(document.name), *changes_for(random_document(4), settings, embedder)], manifest
    )
    with store.snapshot() as snapshot:
        assert list(snapshot.catalog()) == ["document-04.txt"]


def test_a_document_replaces_that_of_the_same_bytes(store, settings, embedder, manifest):
    first, other = random_document(1), random_document(2)
    apply_documents(store, [first, other], settings, embedder, manifest)
    again = replace(random_document(3), name=first.name, sha256=first.sha256)
    apply_documents(store, [again], settings, embedder, manifest)
    expected = MemoryStore()
    apply_documents(expected, [again, other], settings, embedder, manifest)
    vector = embedder.embed(["riyadh"])[0]
    with store.snapshot() as snapshot, expected.snapshot() as reference:
        assert snapshot.document(first.name) == again
        assert snapshot.chunk_counts() == reference.chunk_counts()
        for left, right in (
            (snapshot.search_dense(vector, 50, None), reference.search_dense(vector, 50, None)),
            (
                snapshot.search_lexical(["riyadh"], 50, None),
                reference.search_lexical(["riyadh"], 50, None),
            ),
        ):
            same_ranking(content(snapshot, left), content(reference, right))
    store.check()


def test_a_failing_change_publishes_nothing(store, settings, embedder, manifest):
    apply_documents(store, [random_document(1)], settings, embedder, manifest)

    def changes():
        yield from changes_for(random_document(2), settings, embedder)
        msg = "the parser died"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="the parser died"):
        store.apply(changes(), manifest)
    with store.snapshot() as snapshot:
        assert snapshot.generation == 1
        assert list(snapshot.catalog()) == ["document-01.txt"]
    assert apply_documents(store, [random_document(2)], settings, embedder, manifest) == 2


def test_an_open_snapshot_keeps_its_generation(store, settings, embedder, manifest):
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    vector = embedder.embed(["saudi"])[0]
    with store.snapshot() as old:
        before = content(old, old.search_dense(vector, 9, None))
        apply_documents(
            store,
            [random_document(2)],
            settings,
            embedder,
            manifest,
            [RemoveFile("document-01.txt")],
        )
        assert content(old, old.search_dense(vector, 9, None)) == before
        assert old.document("document-01.txt").text == random_document(1).text
        with store.snapshot() as new:
            assert (old.generation, new.generation) == (1, 2)
            assert list(new.catalog()) == ["document-02.txt"]


def test_another_manifest_is_refused_unless_anew(store, settings, embedder, manifest):
    apply_documents(store, [random_document(1)], settings, embedder, manifest)
    other = Manifest("another model", manifest.dimension, manifest.settings, manifest.format)
    with pytest.raises(IndexMismatchError, match="another model"):
        apply_documents(store, [random_document(2)], settings, embedder, other)
    changes = list(changes_for(random_document(2), settings, embedder))
    assert store.apply(changes, other, anew=True) == 2
    with store.snapshot() as snapshot:
        assert list(snapshot.catalog()) == ["document-02.txt"]


def test_only_one_thread_writes(store):
    failures = []

    def write():
        try:
            with store.writing():
                pass
        except IndexLockedError as error:
            failures.append(str(error))

    with store.writing(), store.writing():  # the same thread may ask again
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    write()
    assert len(failures) == 1
    assert "process" in failures[0]


def test_vectors_are_remembered_by_text_and_model(store, settings, embedder, manifest):
    [change, _] = changes_for(make_document("a.txt", "Riyadh is the seat."), settings, embedder)
    keys = [vector_key(chunk) for chunk in change.chunks]
    assert store.known_vectors(keys, manifest) == {}
    with store.writing():
        store.remember_vectors(dict(zip(keys, change.vectors, strict=True)), manifest)
    np.testing.assert_allclose(
        store.known_vectors(keys, manifest)[keys[0]], change.vectors[0], atol=1e-3
    )
    other = Manifest("another model", manifest.dimension, manifest.settings, manifest.format)
    assert store.known_vectors(keys, other) == {}


def test_filters_choose_documents(store, settings, embedder, manifest):
    documents = [random_document(seed) for seed in range(10)]
    apply_documents(store, documents, settings, embedder, manifest)
    with store.snapshot() as snapshot:
        names = {
            "documents": snapshot.matching(Filters(documents=("document-0[12].txt",))),
            "author": snapshot.matching(Filters(author="äsa")),
            "kind": snapshot.matching(Filters(kind="OP-ED")),
            "dates": snapshot.matching(Filters(date_from="2013-05", date_to="2015")),
        }
    assert names["documents"] == {"document-01.txt", "document-02.txt"}
    assert names["author"] == {f"document-{seed:02}.txt" for seed in (1, 3, 5, 7, 9)}
    assert names["kind"] == {f"document-{seed:02}.txt" for seed in (0, 3, 6, 9)}
    assert names["dates"] == {f"document-{seed:02}.txt" for seed in (3, 4, 5)}


def test_skipped_files_are_listed_with_their_reason(store, settings, embedder, manifest):
    skipped = SourceFile("scan.pdf", "/library/scan.pdf", "00", 7, "scanned", "Use OCR.")
    apply_documents(store, [random_document(1)], settings, embedder, manifest, [SetFile(skipped)])
    assert store.files()[1] == skipped
    with store.snapshot() as snapshot:
        assert list(snapshot.catalog()) == ["document-01.txt"]


def test_a_large_store_updates_without_writing_all_anew(store, embedder, manifest):
    small = Settings(chunking=ChunkingSettings(max_tokens=32, overlap_sentences=0))
    documents = [random_document(seed, paragraphs=150) for seed in range(8)]
    apply_documents(store, documents, small, embedder, manifest)
    apply_documents(
        store, [random_document(90)], small, embedder, manifest, [RemoveFile("document-00.txt")]
    )
    store.check()
    with store.snapshot() as snapshot:
        found = snapshot.search_lexical(["zarb-e-azb"], 5000, None)
        owners = {chunk.document for chunk in snapshot.chunks([item.chunk for item in found])}
    assert "document-00.txt" not in owners
    assert "document-90.txt" in owners


def test_chunks_hold_exactly_their_span(store, settings, embedder, manifest):
    document = make_document("a.txt", "Emoji 🙂 first. عربي text e\u0301.\n\nSecond part, longer.")
    apply_documents(store, [document], settings, embedder, manifest)
    with store.snapshot() as snapshot:
        found = snapshot.search_dense(embedder.embed(["emoji"])[0], 5, None)
        for chunk in snapshot.chunks([item.chunk for item in found]):
            assert document.slice(Span(chunk.span.start, chunk.span.end)) == chunk.text


def test_contents_are_documents_with_their_chunks_and_vectors(store, settings, embedder, manifest):
    documents = [random_document(seed) for seed in (3, 1, 2)]
    apply_documents(store, documents, settings, embedder, manifest)
    names = [document.name for document in documents]
    with store.snapshot() as snapshot:
        found = list(snapshot.contents(names))
        with pytest.raises(InputError, match="nowhere"):
            list(snapshot.contents(["nowhere.txt"]))
    assert [content.document for content in found] == documents
    for content, document in zip(found, documents, strict=True):
        [added, _] = changes_for(document, settings, embedder)
        spans = [(chunk.span, chunk.context) for chunk in content.chunks]
        assert spans == [(chunk.span, chunk.context) for chunk in added.chunks]
        for own, expected in zip(content.vectors, added.vectors, strict=True):
            np.testing.assert_array_equal(own, stored(expected))


def test_the_run_after_many_removals_clears_what_they_left(
    store, settings, embedder, manifest, monkeypatch
):
    monkeypatch.setattr(generation, "REWRITE_BELOW_CHUNKS", 0)
    documents = [random_document(seed) for seed in range(40)]
    apply_documents(store, documents[:36], settings, embedder, manifest)
    before = bytes_of(store)
    store.apply([RemoveFile(document.name) for document in documents[:14]], manifest)
    assert bytes_of(store) >= before  # nothing is written anew by the run that removes
    apply_documents(
        store, documents[36:], settings, embedder, manifest, [RemoveFile(documents[14].name)]
    )
    assert bytes_of(store) < before or before == 0
    store.check()
    fresh = MemoryStore()
    apply_documents(fresh, documents[15:], settings, embedder, manifest)
    vector = embedder.embed(["iran border troops"])[0]
    with store.snapshot() as seen, fresh.snapshot() as expected:
        assert seen.catalog() == expected.catalog()
        same_ranking(
            content(seen, seen.search_dense(vector, 50, None)),
            content(expected, expected.search_dense(vector, 50, None)),
        )
        found = [row[1:] for row in content(seen, seen.search_lexical(["iran"], 50, None))]
        wanted = [row[1:] for row in content(expected, expected.search_lexical(["iran"], 50, None))]
        assert set(found) == set(wanted)


def bytes_of(store):
    """The bytes of the vectors' files, 0 for a store that has none."""
    if not isinstance(store, EmbeddedStore):
        return 0
    return sum(path.stat().st_size for path in store.folder.rglob("*.vectors.f16"))
