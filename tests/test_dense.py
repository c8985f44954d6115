"""The two types of FAISS index over stored vectors, compared with exact arithmetic."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rag.store import dense
from rag.store.dense import DenseIndex, write_lists
from rag.store.sentence_vectors import packed_width
from rag.store.vectors import Segment, SegmentWriter, StoredVectors, compact, extend

DIMENSION = 96
TOPICS = 40
NEARLY_ALL = 0.9
"""Of vectors without the order that texts have; eval/benchmarks measures real ones."""


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors():
    """1,500 vectors around 40 topics, 5 of a document, as passages of documents are."""
    rng = np.random.default_rng(3)
    topics = rng.normal(size=(TOPICS, DIMENSION))
    return unit(topics[np.arange(1500) // 5 % TOPICS] + 0.7 * rng.normal(size=(1500, DIMENSION)))


@pytest.fixture(scope="module")
def questions(vectors):
    rng = np.random.default_rng(4)
    chosen = vectors[rng.choice(len(vectors), 15, replace=False)]
    return unit(chosen + 0.15 * rng.normal(size=chosen.shape))


def write_segments(folder, vectors, bounds, removed=()):
    """Segments of the chunks 2, 4, 6, ... in documents 1, 2, ..., five chunks each."""
    folder.mkdir(parents=True)
    for number, (start, end) in enumerate(pairwise(bounds), start=1):
        writer = SegmentWriter(folder, number)
        rows = np.arange(start, end)
        writer.add(2 * rows + 2, rows // 5 + 1, vectors[start:end], *sentences_of(rows))
        writer.close()
    np.array(removed, np.int64).tofile(folder / "removed.i64")
    return StoredVectors(folder, DIMENSION)


def sentences_of(rows):
    """One to three sentences for each row, told by it, and how many each has."""
    counts = rows % 3 + 1
    return np.repeat(rows % 100, counts)[:, None] * np.ones(
        packed_width(DIMENSION), np.uint8
    ), counts


def check_sentences(stored):
    rows = stored.chunks // 2 - 1
    for row, own in zip(rows, stored.sentences(np.arange(len(stored))), strict=True):
        np.testing.assert_array_equal(own, sentences_of(np.array([row]))[0])
    shuffled = np.array([5, 2, len(stored) - 1, 2])
    found = [own[0, 0] for own in stored.sentences(shuffled)]
    assert found == (rows[shuffled] % 100).tolist()


def with_lists(stored, path, before=None, gone=(), first_new=0):
    write_lists(path, stored, before, np.array(gone, np.int64), first_new)
    return DenseIndex(stored, path)


def recall(index, vectors, questions, chunks, documents=None, count=10):
    """The share of the exact first *count* that are found; the scores must be exact."""
    found = 0
    stored = vectors[chunks // 2 - 1].astype(np.float16).astype(np.float32)
    for question in questions:
        scores = stored @ question
        expected = set(chunks[np.lexsort((chunks, -scores))[:count]].tolist())
        seen = index.search(question, count, documents)
        assert len(seen) == min(count, len(chunks))
        own = scores[np.searchsorted(chunks, [item.chunk for item in seen])]
        np.testing.assert_allclose([item.score for item in seen], own, atol=1e-5)
        assert seen == sorted(seen, key=lambda item: (-item.score, item.chunk))
        found += len(expected.intersection(item.chunk for item in seen))
    return found / (len(questions) * min(count, len(chunks)))


@pytest.mark.parametrize("bounds", [(0, 1500), (0, 1000, 1450, 1500)])
def test_the_exact_type_is_exact(tmp_path, vectors, questions, bounds):
    stored = write_segments(tmp_path / "vectors", vectors, bounds)
    index = DenseIndex(stored, None)
    assert len(index) == 1500
    assert recall(index, vectors, questions, stored.chunks) == 1


@pytest.mark.parametrize("bounds", [(0, 1500), (0, 1000, 1450, 1500)])
def test_the_approximate_type_finds_nearly_all(tmp_path, vectors, questions, bounds, monkeypatch):
    monkeypatch.setattr(dense, "PROBED_LISTS", 64)
    stored = write_segments(tmp_path / "vectors", vectors, bounds)
    index = with_lists(stored, tmp_path / "lists")
    assert len(index) == 1500
    assert recall(index, vectors, questions, stored.chunks) >= NEARLY_ALL


@pytest.mark.parametrize("approximate", [False, True])
@pytest.mark.parametrize("scored", [0, 20_000])
def test_filters_are_right_with_either_type(
    tmp_path, vectors, questions, approximate, scored, monkeypatch
):
    monkeypatch.setattr(dense, "SCORED_ROWS", scored)
    monkeypatch.setattr(dense, "PROBED_LISTS", 64)
    stored = write_segments(tmp_path / "vectors", vectors, (0, 1000, 1500), removed=[7, 250])
    index = with_lists(stored, tmp_path / "lists") if approximate else DenseIndex(stored, None)
    for documents in ([3], [7, 8], list(range(1, 301, 2)), list(range(100, 301)), [9999]):
        chunks = stored.chunks[np.isin(stored.documents, documents)]
        wanted = NEARLY_ALL if approximate else 1
        if len(chunks):
            assert recall(index, vectors, questions, chunks, documents) >= wanted
        else:
            assert index.search(questions[0], 10, documents) == []
    assert index.search(questions[0], 10, []) == []


def test_all_passages_can_be_asked_for(tmp_path, vectors, questions):
    stored = write_segments(tmp_path / "vectors", vectors, (0, 1500))
    index = with_lists(stored, tmp_path / "lists")
    assert recall(index, vectors, questions[:2], stored.chunks, count=5000) == 1


def test_updated_lists_hold_what_is_there_and_nothing_else(
    tmp_path, vectors, questions, monkeypatch
):
    monkeypatch.setattr(dense, "PROBED_LISTS", 64)
    old = write_segments(tmp_path / "old", vectors, (0, 1000))
    first = tmp_path / "first"
    with_lists(old, first)
    stored = write_segments(tmp_path / "new", vectors, (0, 1000, 1500), removed=range(1, 51))
    gone = old.chunks[old.documents <= 50]
    index = with_lists(stored, tmp_path / "second", first, gone, 750)
    assert len(index) == len(stored) == 1250
    assert recall(index, vectors, questions, stored.chunks) >= NEARLY_ALL


def test_lists_are_trained_again_when_there_are_many_more(tmp_path, vectors):
    small = write_segments(tmp_path / "small", vectors, (0, 100))
    with_lists(small, tmp_path / "first")
    large = write_segments(tmp_path / "large", vectors, (0, 100, 1500))
    index = with_lists(large, tmp_path / "second", tmp_path / "first", (), 100)
    assert len(index) == 1500
    sizes = [dense.read_lists(tmp_path / name).nlist for name in ("first", "second")]
    assert sizes == [32, 128]


def test_small_segments_are_merged_and_removed_rows_left_out(tmp_path, vectors):
    before = write_segments(tmp_path / "before", vectors, (0, 1000, 1100, 1150), removed=[1, 201])
    added = SegmentWriter(tmp_path / "added", 9)
    fresh = np.arange(1150, 1200)
    added.add(2 * fresh + 2, 231, vectors[1150:1200], *sentences_of(fresh))
    added.close()
    segment = Segment(tmp_path / "added", 9, DIMENSION)
    checked = []
    extend(tmp_path / "after", before, segment, np.array([202, 231]), 9, checked.append)
    assert sorted({path.name.split(".")[0] for path in checked}) == ["2", "3"]
    assert len(checked) == 6
    after = StoredVectors(tmp_path / "after", DIMENSION)
    assert [(item.number, len(item)) for item in after.segments] == [(1, 1000), (9, 140)]
    assert after.removed.tolist() == [1]
    kept = np.setdiff1d(before.chunks, before.chunks[before.documents == 202])
    assert after.chunks.tolist() == kept.tolist()
    np.testing.assert_array_equal(
        after.stored(np.arange(len(after))), vectors[kept // 2 - 1].astype(np.float16)
    )
    check_sentences(after)


def test_compacted_vectors_are_the_same(tmp_path, vectors):
    stored = write_segments(tmp_path / "before", vectors, (0, 50, 60), removed=[1, 2, 12])
    assert stored.removed_share == pytest.approx(0.25)
    compact(stored, tmp_path / "after", 4)
    after = StoredVectors(tmp_path / "after", DIMENSION)
    assert after.removed_share == 0
    assert after.chunks.tolist() == stored.chunks.tolist()
    rows = np.arange(len(stored))
    np.testing.assert_array_equal(after.stored(rows), stored.stored(rows))
    check_sentences(after)
