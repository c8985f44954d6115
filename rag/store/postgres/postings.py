"""BM25 over postings that are kept as arrays, one for each term and segment.

A segment holds a range of chunks. What a generation adds becomes a segment of its own; neighbours
are merged when they are of similar size, so that there are few and each chunk is written seldom.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.store.memory import BM25_B, BM25_K1, one_byte_length
from rag.store.protocol import Scored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    Array = np.ndarray[Any, np.dtype[Any]]

POSTING = np.dtype([("chunk", "<u4"), ("frequency", "<u2"), ("length", "<u2")])
"""A chunk, how often the term is in it, and how many terms it has, as a one-byte norm keeps it."""
LARGEST_CHUNK = 2**32 - 1
MERGED_BELOW = 4
"""A segment is merged with the newer ones when it is less than this many times as large."""
SEGMENT_CHUNKS_AT_MOST = 1_000_000
PURGED_ABOVE_REMOVED = 0.25
"""Share of removed chunks above which a segment is written anew."""
_LARGEST_COUNT = 2**16 - 1


class TermPostings(NamedTuple):
    """The postings of a term in a segment, in order of chunks."""

    term: str
    chunks: int
    content: bytes


class Segment(NamedTuple):
    """A range of chunks; ``removed`` of its ``chunks`` are gone since it was written."""

    identifier: int
    first_chunk: int
    last_chunk: int
    chunks: int
    removed: int


class SegmentBuilder:
    """Collects the terms of chunks, added in ascending order."""

    def __init__(self) -> None:
        """Start empty."""
        self.chunks = array("Q")
        self._numbers = array("I")
        self._lengths = array("I")
        self._vocabulary = _Vocabulary()

    def add(self, chunk: int, terms: Sequence[str]) -> None:
        """Add a chunk with its terms, repeats included."""
        self.chunks.append(chunk)
        self._lengths.append(len(terms))
        self._numbers.extend(map(self._vocabulary.__getitem__, terms))

    def postings(self) -> Iterator[TermPostings]:
        """Yield the postings of every term, in order of terms."""
        lengths = np.frombuffer(self._lengths, np.uint32).astype(np.int64)
        owners = np.repeat(np.arange(len(lengths)), lengths)
        numbers = np.frombuffer(self._numbers, np.uint32).astype(np.int64)
        keys, counts = np.unique(numbers * len(lengths) + owners, return_counts=True)
        which = keys % max(1, len(lengths))
        rows = np.empty(len(keys), POSTING)
        rows["chunk"] = np.frombuffer(self.chunks, np.uint64)[which]
        rows["frequency"] = np.minimum(counts, _LARGEST_COUNT)
        norms = [min(one_byte_length(int(length)), _LARGEST_COUNT) for length in lengths]
        rows["length"] = np.array(norms, np.uint16)[which]
        terms = len(self._vocabulary)
        bounds = np.searchsorted(keys, np.arange(terms + 1) * max(1, len(lengths)))
        for term, number in sorted(self._vocabulary.items()):
            content = rows[bounds[number] : bounds[number + 1]]
            yield TermPostings(term, len(content), content.tobytes())


class Ranges:
    """Ranges of chunks, both ends included, that do not overlap."""

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Take (first, last) *pairs* in ascending order."""
        bounds = np.array(pairs, np.int64).reshape(len(pairs), 2)
        self._first, self._last = bounds[:, 0], bounds[:, 1]

    def __len__(self) -> int:
        return len(self._first)

    def hold(self, chunks: Array) -> Array:
        """Return for each of *chunks* whether a range holds it."""
        if not len(self):
            return np.zeros(len(chunks), bool)
        at = np.searchsorted(self._first, chunks.astype(np.int64), side="right") - 1
        held: Array = (at >= 0) & (chunks <= self._last[np.maximum(at, 0)])
        return held


class Statistics(NamedTuple):
    """What BM25 needs to know of a generation."""

    chunks: int
    terms: int
    """All terms of all chunks, repeats included."""
    frequencies: Mapping[str, int]
    """In how many chunks each term asked for occurs."""


def best(
    found: Mapping[int, Sequence[TermPostings]],
    statistics: Statistics,
    count: int,
    removed: Ranges,
    among: Ranges | None,
) -> list[Scored]:
    """Return the *count* chunks of highest BM25 score, best first, equal ones by identifier.

    Okapi BM25 as in `rag.store.memory.MemorySnapshot.search_lexical`.

    Args:
        found: Postings of the terms asked for, by segment.
        statistics: Of all chunks.
        count: How many at most.
        removed: Chunks that are gone.
        among: Chunks to search in; None means all.
    """
    average = statistics.terms / max(1, statistics.chunks)
    best_chunks, best_scores = np.empty(0, np.int64), np.empty(0)
    for postings in found.values():
        chunks, scores = _scores(postings, statistics, average)
        kept = ~removed.hold(chunks)
        if among is not None:
            kept &= among.hold(chunks)
        best_chunks = np.concatenate([best_chunks, chunks[kept]])
        best_scores = np.concatenate([best_scores, scores[kept]])
        if len(best_chunks) > count:
            lowest = np.partition(best_scores, len(best_scores) - count)[-count]
            best_chunks = best_chunks[best_scores >= lowest]
            best_scores = best_scores[best_scores >= lowest]
    order = np.lexsort((best_chunks, -best_scores))[:count]
    return [Scored(int(best_chunks[at]), float(best_scores[at])) for at in order]


def _scores(
    postings: Sequence[TermPostings], statistics: Statistics, average: float
) -> tuple[Array, Array]:
    """Return the chunks of a segment that have any of the terms, and their scores."""
    chunks, weights = [], []
    for term, _, content in postings:
        rows = np.frombuffer(content, POSTING)
        seen = statistics.frequencies[term]
        idf = math.log(1 + (statistics.chunks - seen + 0.5) / (seen + 0.5))
        frequency = rows["frequency"].astype(np.float64)
        norm = BM25_K1 * (1 - BM25_B + BM25_B * rows["length"] / average)
        chunks.append(rows["chunk"].astype(np.int64))
        weights.append(idf * frequency * (BM25_K1 + 1) / (frequency + norm))
    all_chunks = np.concatenate(chunks)
    first = int(all_chunks.min())
    totals = np.bincount(all_chunks - first, np.concatenate(weights))
    found = np.flatnonzero(totals)
    return found + first, totals[found]


def to_merge(segments: Sequence[Segment]) -> list[Segment]:
    """Return those of the *segments*, in order of chunks, that are to become one.

    The newest ones of similar size, or else one with many removed chunks; none in most cases.
    """
    if not segments:
        return []
    start, total = len(segments) - 1, segments[-1].chunks
    while start and segments[start - 1].chunks < MERGED_BELOW * total:
        if total + segments[start - 1].chunks > SEGMENT_CHUNKS_AT_MOST:
            break
        start -= 1
        total += segments[start].chunks
    if start < len(segments) - 1:
        return list(segments[start:])
    worn = (item for item in segments if item.removed > PURGED_ABOVE_REMOVED * item.chunks)
    return list(worn)[:1]


def without(content: bytes, removed: Ranges) -> bytes:
    """Return postings without those of *removed* chunks."""
    rows = np.frombuffer(content, POSTING)
    gone = removed.hold(rows["chunk"])
    return rows[~gone].tobytes() if gone.any() else content


class _Vocabulary(dict[str, int]):
    """Numbers terms in the order in which they are first asked for."""

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        return number
