"""Embedding."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rag.embedding import (
    OpenVinoEmbedder,
    SentenceTransformersEmbedder,
    open_embedder,
)
from rag.errors import ModelError
from rag.models import check_sha256, find_model
from rag.settings import EmbeddingSettings
from rag.types import Chunk, Span
from rag.word_pieces import batches_by_length

WORDS = "coalition riyadh border troops treaty Zürich parliament 2015 IMCTC 41 zarb-e-azb".split()


def texts(count: int) -> list[str]:
    rng = random.Random(5)
    return [" ".join(rng.choices(WORDS, k=rng.choice([1, 7, 40, 120, 400]))) for _ in range(count)]


def chunk(text: str, context: str = "") -> Chunk:
    return Chunk(0, "a.txt", Span(0, len(text)), text, context)


@pytest.fixture(scope="module")
def embedder() -> OpenVinoEmbedder:
    return open_embedder(EmbeddingSettings())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_openvino_equals_sentence_transformers_over_lengths_and_batches(embedder):
    reference = SentenceTransformersEmbedder("all-MiniLM-L6-v2", find_model("all-MiniLM-L6-v2"))
    some = texts(40)
    expected = reference.embed(some)
    exact = OpenVinoEmbedder("all-MiniLM-L6-v2", find_model("all-MiniLM-L6-v2"), "f32")
    single = np.vstack([exact.embed([text]) for text in some])
    np.testing.assert_allclose(single, expected, atol=2e-5)
    np.testing.assert_allclose(exact.embed(some), expected, atol=2e-5)
    cosines = np.sum(embedder.embed(some) * expected, axis=1)  # bfloat16
    assert cosines.min() > 0.998
    assert reference.count_tokens(some) == embedder.count_tokens(some)
    assert reference.fingerprint == embedder.fingerprint
    assert (reference.dimension, reference.max_tokens) == (embedder.dimension, embedder.max_tokens)


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_a_graph_read_back_gives_the_same_vectors(tmp_path, monkeypatch, precision):
    monkeypatch.setattr("rag.compiled.user_cache_path", lambda _: tmp_path)
    folder = find_model("all-MiniLM-L6-v2")
    built, kept = (
        OpenVinoEmbedder("all-MiniLM-L6-v2", folder, precision).embed(["two words", "member " * 90])
        for _ in range(2)
    )
    assert len(list(tmp_path.glob("graphs/*.blob"))) == 1
    np.testing.assert_array_equal(kept, built)


def test_vectors_have_length_one_and_keep_the_order(embedder):
    some = texts(30)
    together = embedder.embed(some)
    assert together.shape == (30, 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)
    alone = np.vstack([embedder.embed([text]) for text in some])
    assert (np.sum(together * alone, axis=1) > 0.998).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_sentence_is_the_mean_of_its_tokens_read_with_the_whole_text():
    folder = find_model("all-MiniLM-L6-v2")
    reference = SentenceTransformersEmbedder("all-MiniLM-L6-v2", folder)
    exact = OpenVinoEmbedder("all-MiniLM-L6-v2", folder, "f32")
    sentences = ["Raheel Sharif, 60, retired in Zürich.", "He then led the coalition's troops."]
    text = " ".join(sentences)
    tokens = reference._model.encode(text, output_value="token_embeddings").numpy()
    first, second = reference.count_tokens(sentences)
    means = [
        tokens[1 : 1 + first].mean(axis=0),
        tokens[1 + first : 1 + first + second].mean(axis=0),
    ]
    expected = [mean / np.linalg.norm(mean) for mean in means]
    found, other = exact.embed_with_sentences([chunk(text), chunk("One sentence only.")])
    np.testing.assert_allclose(found[1:], expected, atol=2e-5)
    np.testing.assert_array_equal(found[:1], exact.embed([text]))
    assert other.shape == (2, 384)


def test_the_context_is_read_but_is_no_sentence(embedder):
    [vectors] = embedder.embed_with_sentences([chunk("It leads. It pays.", "Saudi Arabia")])
    [alone] = embedder.embed_with_sentences([chunk("It leads. It pays.")])
    asked = embedder.embed(["Who pays, Saudi Arabia or Iran?"])[0]
    assert vectors.shape == alone.shape == (3, 384)
    assert (vectors[1:] @ asked > alone[1:] @ asked + 0.2).all()


def test_sentences_that_the_model_does_not_read_are_near_nothing(embedder):
    long = " ".join(f"Member number {n} joined the coalition in the year 2015." for n in range(40))
    [vectors] = embedder.embed_with_sentences([chunk(long)])
    assert len(vectors) == 41
    lengths = np.linalg.norm(vectors, axis=1)
    read = int((lengths > 0).sum())
    assert 15 < read < 30  # 256 word pieces of forty sentences of some twelve
    np.testing.assert_allclose(lengths[:read], 1, atol=1e-3)
    assert not lengths[read:].any()
    assert embedder.embed_with_sentences([]) == []


def test_other_embedders_read_each_sentence_alone():
    hashing = open_embedder(EmbeddingSettings(model="hashing"))
    one, two = hashing.embed_with_sentences(
        [chunk("Saudi Arabia leads."), chunk("Iran is out. Qatar is in.")]
    )
    np.testing.assert_array_equal(one, hashing.embed(["Saudi Arabia leads."] * 2))
    expected = hashing.embed(["Iran is out. Qatar is in.", "Iran is out.", "Qatar is in."])
    np.testing.assert_array_equal(two, expected)


def test_a_question_always_has_the_same_bytes(embedder):
    question = "How many members are there?"
    assert embedder.embed([question]).tobytes() == embedder.embed([question]).tobytes()


def test_nothing_to_embed_is_an_empty_matrix(embedder):
    assert embedder.embed([]).shape == (0, 384)


def test_meaning_is_near(embedder):
    near, far, query = embedder.embed(
        ["The army chief retired.", "Bread needs flour.", "The general left his post."]
    )
    assert near @ query > far @ query + 0.3


def test_batches_are_by_length_and_bounded():
    batches = batches_by_length([5, 100, 7, 100, 6], batch_tokens=230)
    assert batches == [[1, 3], [2, 4, 0]]
    assert batches_by_length([30, 20, 5], batch_tokens=2000) == [[0, 1, 2]]  # one start is cheaper
    assert batches_by_length([], batch_tokens=10) == []
    assert batches_by_length([40, 40], batch_tokens=10) == [[0], [1]]


def test_an_unknown_model_is_an_error_that_names_it(tmp_path):
    with pytest.raises(ModelError, match="no-such-model"):
        open_embedder(EmbeddingSettings(model=str(tmp_path / "no-such-model"), backend="openvino"))


def test_changed_weights_are_refused(tmp_path):
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"changed")
    with pytest.raises(ModelError, match="changed or damaged"):
        check_sha256(file, "0" * 64)
