"""Vectors of passages and sentences as stores keep them."""

from __future__ import annotations

import numpy as np
import pytest

from rag.store.sentence_vectors import joined, sentence_cosines, sentences_of, stored


def unit(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_stored_direction_is_nearly_the_same_and_stays_as_it_is():
    vectors = unit(np.random.default_rng(3).normal(size=(200, 384)))
    once = stored(vectors)
    assert once.shape == vectors.shape
    np.testing.assert_allclose(np.linalg.norm(once[1:], axis=1), 1, atol=1e-6)
    assert (np.sum(once * vectors, axis=1) > 0.98).all()
    assert np.abs((once - vectors) @ vectors.T).max() < 0.04
    np.testing.assert_array_equal(stored(once), once)


def test_a_passage_without_a_sentence_is_its_own():
    vectors = unit([[3, 4, 0]])
    assert sentences_of(vectors).tolist() == [[(5 + 8) | (7 + 8) << 4, 8 | 8 << 4]]
    np.testing.assert_allclose(stored(vectors)[1], vectors[0], atol=0.02)


@pytest.mark.filterwarnings("error")
def test_a_sentence_of_which_a_model_knows_no_word_is_near_nothing():
    own, known, nothing = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
    asked = np.array(known, np.float32)
    partly = sentences_of(np.array([own, nothing, known], np.float32))
    assert partly.tolist() == [[8 | 8 << 4], [8 | (7 + 8) << 4]]
    neither = sentences_of(np.array([nothing, nothing], np.float32))
    assert neither.tolist() == [[8 | 8 << 4]]
    assert joined(nothing, neither).tolist() == [nothing, nothing]
    cosines = sentence_cosines(asked, np.concatenate([partly, neither]), [2, 1])
    assert cosines == [(0.0, 1.0), (0.0,)]


def test_each_sentence_has_its_cosine():
    sentences = sentences_of(unit([[1, 1], [1, 0], [0, 1], [-1, 0], [3, 4]]))
    asked = np.array([1, 0], np.float32)
    cosines = sentence_cosines(asked, sentences, [2, 1, 1])
    assert [len(own) for own in cosines] == [2, 1, 1]
    assert sum(cosines, ()) == pytest.approx((1, 0, -1, 0.6), abs=0.02)
    assert sentence_cosines(asked, sentences[:0], []) == []
