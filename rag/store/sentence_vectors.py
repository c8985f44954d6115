"""The vectors of passages and of their sentences, as stores keep them.

The vectors of one passage are a matrix of (1 + sentences, dimension), float32, each row of length
1: its own vector first. That is what dense search compares. The sentences' vectors only rank what
was found, so that a byte for each number is enough: the direction is kept, and the length is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Vector = np.ndarray[Any, np.dtype[np.float32]]
    Bytes = np.ndarray[Any, np.dtype[np.int8]]

STORED_VECTOR = np.float16
"""What passages' vectors are kept as: half the bytes, and cosines change by less than 0.001."""
_LARGEST, _NOTHING = 127, 1e-6


def sentences_of(vectors: Vector) -> Bytes:
    """Return the sentences' part of a passage's *vectors* as it is stored.

    Returns:
        (sentences, dimension), at least one: a passage without a sentence is its own. Sentences
        of which a model knows no word, whose vector is zero, are left out.
    """
    rows = np.asarray(vectors[1:], np.float32)
    rows = rows[np.abs(rows).max(axis=1, initial=0) > _NOTHING]
    rows = rows if len(rows) else np.asarray(vectors[:1], np.float32)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled: Bytes = np.rint(rows * (_LARGEST / np.maximum(largest, _NOTHING))).astype(np.int8)
    return scaled


def joined(vector: Any, sentences: Bytes) -> Vector:
    """Return a passage's vectors from its stored parts: (1 + sentences, dimension), float32."""
    rows = sentences.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)  # 0 of a zero vector
    return np.vstack([np.asarray(vector, np.float32), rows])


def from_bytes(vector: Any, sentences: bytes) -> Vector:
    """Return a passage's vectors, given its own and the bytes of `sentences_of`."""
    return joined(vector, np.frombuffer(sentences, np.int8).reshape(-1, len(vector)))


def stored(vectors: Vector) -> Vector:
    """Return a passage's *vectors* as they come back from a store."""
    return joined(np.asarray(vectors[0], STORED_VECTOR), sentences_of(vectors))


def best_cosines(vector: Vector, sentences: Bytes, counts: Sequence[int]) -> list[float]:
    """Return for each passage the highest cosine of *vector* to one of its sentences.

    Args:
        vector: Shape (dimension,), length 1.
        sentences: Those of all passages, one after another: (sentences, dimension).
        counts: How many each passage has, at least one.
    """
    if not counts:
        return []
    rows = sentences.astype(np.float32)
    cosines = (rows @ vector) / np.sqrt(np.maximum(np.einsum("ij,ij->i", rows, rows), 1))
    starts = np.cumsum([0, *counts[:-1]])
    return [float(best) for best in np.maximum.reduceat(cosines, starts)]
