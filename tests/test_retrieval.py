"""Fusion, near-identical passages and filters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.pipeline import open_pipeline
from rag.retrieval import fuse, rerank, search
from rag.store import Filters, Scored
from rag.store.memory import MemoryStore
from rag.terms import terms
from rag.types import Chunk, Hit, Scores, Span
from rag.variety import collapse, others_first
from tests.conftest import changes_for, make_document

TEXTS = {
    "column.txt": "The coalition has 41 members, as the columnist Simbal Khan says in a column on it.",
    "paper.txt": "The alliance of 42 states has its seat in Riyadh.",
    "essay.txt": "Zarb-e-Azb was a military operation. Raheel Sharif led the army.",
    "copy.txt": "The coalition has 41 members, as the columnist Simbal Khan also says in a column on it.",
}


@pytest.fixture
def store(settings, embedder, manifest):
    store = MemoryStore()
    documents = [make_document(name, text, kind=name[:-4]) for name, text in TEXTS.items()]
    store.apply(
        [change for doc in documents for change in changes_for(doc, settings, embedder)], manifest
    )
    return store


def found(store, embedder, settings, question, **options):
    with store.snapshot() as snapshot:
        hits = search(snapshot, embedder, question, settings.retrieval, count=4, **options)
    return [hit.chunk.document for hit in hits]


def test_scores_are_scaled_to_their_ranking_and_weighted():
    dense = [Scored(1, 0.8), Scored(2, 0.6), Scored(3, 0.4)]
    lexical = [Scored(2, 10.0), Scored(4, 5.0)]
    sentences = [Scored(1, 0.9), Scored(2, 0.5), Scored(3, 0.3), Scored(4, 0.7)]
    fused = fuse(dense, sentences, lexical, 0.6)
    assert fused[1] == Scores(dense=0.8, sentence=0.9, lexical=None, fused=0.6)
    assert fused[2].fused == pytest.approx(0.6 * 0.2 * 0.5 + 0.4)  # its sentence is the third
    assert fused[3].fused == 0
    assert fused[4].fused == pytest.approx(0.6 * 0.8 * 0.5)  # its sentence is the second
    assert fused[4] == Scores(sentence=0.7, lexical=5.0, fused=fused[4].fused)


def test_a_single_result_counts_fully():
    assert fuse([], [Scored(7, 0.2)], [Scored(7, 3.0)], 0.5)[7].fused == 0.5
    assert fuse([], [], [], 0.5) == {}


def test_one_sentence_that_asks_the_same_beats_a_passage_that_is_about_it(
    settings, embedder, manifest
):
    others = "Oil prices fell. Ships left port. Rain flooded fields. Teachers went on strike."
    texts = {
        "about.txt": "Troops guard the long northern frontier and the southern coast.",
        "says.txt": f"{others} Troops guard the frontier. Wheat was sold. Trains stood still.",
    }
    store = MemoryStore()
    documents = [make_document(name, text) for name, text in texts.items()]
    store.apply(
        [change for doc in documents for change in changes_for(doc, settings, embedder)], manifest
    )
    by_vectors = replace(settings, retrieval=replace(settings.retrieval, dense_weight=1.0))
    with store.snapshot() as snapshot:
        question = "troops guard the frontier"
        first, second = search(snapshot, embedder, question, by_vectors.retrieval, count=2)
    assert [first.chunk.document, second.chunk.document] == ["says.txt", "about.txt"]
    assert first.scores.dense < second.scores.dense
    assert first.scores.sentence == pytest.approx(1, abs=0.01)
    assert second.scores.sentence < 0.9


def test_names_and_compounds_are_found(store, embedder, settings):
    assert found(store, embedder, settings, "Zarb-e-Azb")[0] == "essay.txt"
    assert found(store, embedder, settings, "RAHEEL SHARIF'S army")[0] == "essay.txt"


def test_near_identical_passages_are_shown_once(store, embedder, settings):
    names = found(store, embedder, settings, "How many members has the coalition?")
    assert len({"column.txt", "copy.txt"} & set(names)) == 1
    assert names[0] in {"column.txt", "copy.txt"}


def test_collapsing_keeps_the_better_one():
    chunks = [Chunk(n, "a", Span(0, 1), text) for n, text in enumerate(["x y z", "z y x", "q r"])]
    own_terms = {chunk.identifier: frozenset(terms(chunk.text)) for chunk in chunks}
    assert [chunk.identifier for chunk in collapse(chunks, own_terms, 0.9)] == [0, 2]


def test_one_document_does_not_hide_others():
    names = ["a", "a", "b", "a", "a", "a", "a", "c", "a", "d"]
    values = [1.0, 0.9, 0.9, 0.9, 0.8, 0.8, 0.7, 0.6, 0.4, 0.3]
    chunks = [Chunk(n, name, Span(0, 1), "x") for n, name in enumerate(names)]
    scores = {n: Scores(fused=value) for n, value in enumerate(values)}
    found = [chunk.identifier for chunk in others_first(chunks, scores)]
    assert found == [0, 1, 2, 3, 4, 7, 5, 6, 8, 9]
    assert others_first(chunks[:2], scores) == chunks[:2]
    assert others_first([], scores) == []


def test_an_answer_considers_other_documents_than_the_nearest(
    settings, manifest, embedder, monkeypatch
):
    monkeypatch.setattr("rag.variety.LEAST_OF_OTHERS", 0.0)
    store = MemoryStore()
    goods = "apples barley cheese diesel eggs flour grapes honey".split()
    long = "\n\n".join(
        f"The ferry to Iona carries {good} in its {len(good)} cabins on a {good} day, {good} only."
        for good in goods
    )
    small = replace(settings.chunking, max_tokens=32, overlap_sentences=0)
    settings = replace(settings, chunking=small)
    for name, text in (
        ("ferries.txt", long),
        ("port.txt", "The port has a crane for each ferry."),
    ):
        document = make_document(name, text)
        store.apply(list(changes_for(document, settings, embedder)), manifest)
    question = "How many cabins has the ferry to Iona?"
    with store.snapshot() as snapshot:
        plain, varied = (
            [
                hit.chunk.document
                for hit in search(
                    snapshot, embedder, question, settings.retrieval, count=5, varied=varied
                )
            ]
            for varied in (False, True)
        )
    assert plain == ["ferries.txt"] * 5
    assert varied == ["ferries.txt"] * 4 + ["port.txt"]


def test_an_author_is_found_where_she_speaks_of_what_is_asked(settings, embedder, manifest):
    texts = {
        "profile.txt": "Simbal Khan lives in Islamabad. Simbal Khan has a say.",
        "article.txt": "Iran may stir up sects, as many have feared.",
    }
    store = MemoryStore()
    documents = [make_document(name, text, author="Simbal Khan") for name, text in texts.items()]
    store.apply(
        [change for doc in documents for change in changes_for(doc, settings, embedder)], manifest
    )
    by_meaning = replace(settings.retrieval, dense_weight=1.0)
    with store.snapshot() as snapshot:
        question = "What does Simbal Khan say about Iran?"
        [first, _] = search(snapshot, embedder, question, by_meaning, count=2)
    assert first.chunk.document == "article.txt"


def test_what_the_reader_thinks_moves_passages():
    scores = [
        Scores(fused=0.9, answerable=0.1),
        Scores(fused=0.8, answerable=0.9),
        Scores(fused=0.7),
    ]
    hits = [
        Hit(rank, Chunk(rank, "a", Span(0, 1), "x"), score)
        for rank, score in enumerate(scores, start=1)
    ]
    again = rerank(hits)
    assert [(hit.rank, hit.chunk.identifier) for hit in again] == [(1, 2), (2, 1), (3, 3)]


def test_filters_limit_the_search(store, embedder, settings):
    assert found(store, embedder, settings, "members", filters=Filters(kind="paper")) == [
        "paper.txt"
    ]
    assert found(store, embedder, settings, "members", filters=Filters(kind="map")) == []


def test_ranks_count_from_one_and_scores_fall(store, embedder, settings):
    with store.snapshot() as snapshot:
        hits = search(snapshot, embedder, "seat in Riyadh", settings.retrieval, count=3)
    assert [hit.rank for hit in hits] == [1, 2, 3]
    scores = [hit.scores.fused for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert hits[0].to_dict()["text"] == TEXTS["paper.txt"]


def test_there_is_no_pipeline_without_an_index(tmp_path, settings):
    with pytest.raises(Exception, match="rag index"):
        open_pipeline(tmp_path / "nothing", settings)
