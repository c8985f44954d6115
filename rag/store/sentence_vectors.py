"""The vectors of passages and of their sentences, as stores keep them.

The vectors of one passage are a matrix of (1 + sentences, dimension), float32, each row of length
1: its own vector first. That is what dense search compares. The sentences' vectors only rank what
was found, so that four bits for each number are enough: the direction is nearly kept, and the
length is known. Two numbers share a byte, the first in its lower half.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Vector = np.ndarray[Any, np.dtype[np.float32]]
    Packed = np.ndarray[Any, np.dtype[np.uint8]]

STORED_VECTOR = np.float16
"""What passages' vectors are kept as: half the bytes, and cosines change by less than 0.001."""
_LARGEST, _NOTHING = 7, 1e-6
_ZERO = 8
"""What 0 is kept as; the numbers from -7 to 7 are kept from 1 to 15."""


def packed_width(dimension: int) -> int:
    """Return how many bytes a sentence's vector takes."""
    return (dimension + 1) // 2


def no_sentences(dimension: int) -> Packed:
    """Return the stored form of no sentence at all: (0, packed_width(dimension))."""
    return np.empty((0, packed_width(dimension)), np.uint8)


def sentences_of(vectors: Vector) -> Packed:
    """Return the sentences' part of a passage's *vectors* as it is stored.

    Returns:
        (sentences, packed_width(dimension)), at least one: a passage without a sentence is its
        own. A vector of zeros, of a sentence in which a model knows no word, stays one.
    """
    rows = np.asarray(vectors[1:] if len(vectors) > 1 else vectors[:1], np.float32)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    levels = np.full((len(rows), 2 * packed_width(rows.shape[1])), _ZERO, np.uint8)
    scaled = np.rint(rows * (_LARGEST / np.maximum(largest, _NOTHING)))
    levels[:, : rows.shape[1]] = scaled.astype(np.int8) + _ZERO
    return np.bitwise_or(levels[:, ::2], np.left_shift(levels[:, 1::2], np.uint8(4)))


def joined(vector: Any, sentences: Packed) -> Vector:
    """Return a passage's vectors from its stored parts: (1 + sentences, dimension), float32."""
    own = np.asarray(vector, np.float32)
    return np.vstack([own, _unpacked(sentences, len(own))])


def from_bytes(vector: Any, sentences: bytes) -> Vector:
    """Return a passage's vectors, given its own and the bytes of `sentences_of`."""
    return joined(vector, rows_of_bytes(sentences, len(vector)))


def rows_of_bytes(sentences: bytes, dimension: int) -> Packed:
    """Return the rows whose bytes these are, one after another."""
    return np.frombuffer(sentences, np.uint8).reshape(-1, packed_width(dimension))


def stored(vectors: Vector) -> Vector:
    """Return a passage's *vectors* as they come back from a store."""
    return joined(np.asarray(vectors[0], STORED_VECTOR), sentences_of(vectors))


def sentence_cosines(
    vector: Vector, sentences: Packed, counts: Sequence[int]
) -> list[tuple[float, ...]]:
    """Return for each passage the cosine of *vector* to each of its sentences, in their order.

    Args:
        vector: Shape (dimension,), length 1.
        sentences: Those of all passages, one after another, as they are stored.
        counts: How many each passage has, at least one.
    """
    cosines = (_unpacked(sentences, len(vector)) @ vector).tolist()
    ends = list(accumulate(counts))
    return [tuple(cosines[end - count : end]) for end, count in zip(ends, counts, strict=True)]


def _unpacked(sentences: Packed, dimension: int) -> Vector:
    """Return rows of length 1, or 0 where nothing but zeros is stored."""
    levels = np.empty((len(sentences), 2 * sentences.shape[1]), np.float32)
    levels[:, ::2] = sentences & 15
    levels[:, 1::2] = sentences >> 4
    rows = levels[:, :dimension] - _ZERO
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, np.newaxis]
    unit: Vector = rows / np.maximum(lengths, 1)
    return unit
