"""The vectors of a generation: immutable segments of half-precision rows, mapped from disk.

A segment is three files: ``<number>.vectors.f16``, the rows, ``<number>.sentences.i4``, those of
their sentences, and ``<number>.keys.i64``, for each row the chunk, the row of its document in the
catalog, and how many sentences it has. Segments are in ascending order of chunks, as
their numbers are. ``removed.i64`` names the documents whose rows no longer count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexMismatchError
from rag.store.files import link
from rag.store.sentence_vectors import STORED_VECTOR, packed_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rag.store.sentence_vectors import Packed, Vector

    Integers = np.ndarray[Any, np.dtype[np.int64]]

FOLDER_NAME = "vectors"
REMOVED_FILE_NAME = "removed.i64"
_ROWS, _SENTENCES, _KEYS = ".vectors.f16", ".sentences.i4", ".keys.i64"
_KEYS_A_ROW = 3
ROWS_A_BLOCK = 16_384
"""Rows that are turned into float32 at once: 25 MB at 384 dimensions."""


class Segment:
    """One segment."""

    def __init__(self, folder: Path, number: int, dimension: int) -> None:
        """Map the rows and read the keys.

        Raises:
            IndexMismatchError: an earlier version wrote them.
        """
        self.number = number
        self.files = segment_files(folder, number)
        if not self.files[2].exists():
            message = f"{folder} is of an earlier version of Footnote. Run rag index --rebuild."
            raise IndexMismatchError(message)
        keys = np.fromfile(self.files[2], np.int64).reshape(-1, _KEYS_A_ROW)
        self.chunks: Integers = np.ascontiguousarray(keys[:, 0])
        self.documents: Integers = np.ascontiguousarray(keys[:, 1])
        self.counts: Integers = np.ascontiguousarray(keys[:, 2])
        self._ends = np.cumsum(self.counts)
        total = int(self._ends[-1]) if len(keys) else 0
        self.rows = _mapped(self.files[0], STORED_VECTOR, (len(keys), dimension))
        self._sentences = _mapped(self.files[1], np.uint8, (total, packed_width(dimension)))

    def __len__(self) -> int:
        return len(self.chunks)

    def sentences(self, places: Integers) -> Packed:
        """Return the sentences of the rows at *places*, one row's after another's."""
        counts = self.counts[places]
        ends = np.cumsum(counts)
        first = self._ends[places] - counts - (ends - counts)
        found: Packed = self._sentences[np.repeat(first, counts) + np.arange(counts.sum())]
        return found


class StoredVectors:
    """The rows of a generation that count, numbered from 0 in ascending order of chunks."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Open the segments in *folder*, which hold rows of *dimension* numbers."""
        numbers = sorted(int(path.name.removesuffix(_ROWS)) for path in folder.glob(f"*{_ROWS}"))
        self.dimension = dimension
        self.segments = [Segment(folder, number, dimension) for number in numbers]
        self.removed: Integers = np.fromfile(folder / REMOVED_FILE_NAME, np.int64)
        self._starts = np.cumsum([0, *(len(segment) for segment in self.segments)])
        chunks = _joined([segment.chunks for segment in self.segments])
        documents = _joined([segment.documents for segment in self.segments])
        if len(self.removed):
            self._places = np.flatnonzero(~np.isin(documents, self.removed))
            chunks, documents = chunks[self._places], documents[self._places]
        else:
            self._places = np.arange(len(chunks))
        self.chunks, self.documents = chunks, documents

    def __len__(self) -> int:
        return len(self.chunks)

    @property
    def removed_share(self) -> float:
        """Which part of the rows on disk no longer counts, 0..1."""
        held = int(self._starts[-1])
        return 1 - len(self) / held if held else 0.0

    def rows_of(self, chunks: Integers) -> Integers:
        """Return the rows of chunks that are there."""
        return np.searchsorted(self.chunks, chunks)

    def stored(self, rows: Integers) -> Any:
        """Return the vectors of *rows*, (len(rows), dimension), as they are stored."""
        places = self._places[rows]
        found = np.empty((len(rows), self.dimension), STORED_VECTOR)
        owners = np.searchsorted(self._starts, places, side="right") - 1
        for number in _occurring(owners):
            own = owners == number
            found[own] = self.segments[number].rows[places[own] - self._starts[number]]
        return found

    def sentences(self, rows: Integers) -> list[Packed]:
        """Return the sentences of each of *rows*, one or more, as they are stored."""
        places = self._places[rows]
        owners = np.searchsorted(self._starts, places, side="right") - 1
        found: list[Packed] = [np.empty((0, 0), np.uint8)] * len(rows)
        for number in _occurring(owners):
            segment, own = self.segments[number], np.flatnonzero(owners == number)
            within = places[own] - self._starts[number]
            parts = np.split(segment.sentences(within), np.cumsum(segment.counts[within])[:-1])
            for row, part in zip(own, parts, strict=True):
                found[row] = part
        return found

    def blocks(self, rows: Integers) -> Iterator[tuple[Integers, Vector]]:
        """Yield *rows* and their vectors, (some, dimension), in float32, block by block."""
        for start in range(0, len(rows), ROWS_A_BLOCK):
            some = rows[start : start + ROWS_A_BLOCK]
            yield some, self.stored(some).astype(np.float32)

    def scores(self, vector: Vector, rows: Integers) -> Vector:
        """Return the inner products of *vector*, (dimension,), with *rows*."""
        parts = [block @ vector for _, block in self.blocks(rows)]
        return np.concatenate([np.empty(0, np.float32), *parts])


class SegmentWriter:
    """Writes a new segment, row by row."""

    def __init__(self, folder: Path, number: int) -> None:
        """Begin the segment called *number* in *folder*."""
        folder.mkdir(parents=True, exist_ok=True)
        self.files = segment_files(folder, number)
        self._keys: list[Integers] = []
        self._rows = self.files[0].open("wb")
        self._sentences = self.files[1].open("wb")

    def add(
        self,
        chunks: Integers,
        document: int | Integers,
        vectors: Any,
        sentences: Packed,
        counts: Integers | Sequence[int],
    ) -> None:
        """Add rows; chunks ascend from call to call.

        Args:
            chunks: Their identifiers.
            document: The row of their document, or of that of each.
            vectors: (len(chunks), dimension).
            sentences: Those of all rows, one row's after another's.
            counts: How many of them each row has.
        """
        keys = np.empty((len(chunks), _KEYS_A_ROW), np.int64)
        keys[:, 0], keys[:, 1], keys[:, 2] = chunks, document, counts
        self._keys.append(keys)
        self._rows.write(np.ascontiguousarray(vectors, STORED_VECTOR).data)
        self._sentences.write(np.ascontiguousarray(sentences, np.uint8).data)

    def __len__(self) -> int:
        return sum(len(keys) for keys in self._keys)

    def close(self) -> None:
        """Write the keys."""
        self._rows.close()
        self._sentences.close()
        keys = np.concatenate([np.empty((0, _KEYS_A_ROW), np.int64), *self._keys])
        keys.tofile(self.files[2])


def segment_files(folder: Path, number: int) -> tuple[Path, Path, Path]:
    """Return the files of a segment: rows, sentences, keys."""
    rows, sentences, keys = (folder / f"{number}{end}" for end in (_ROWS, _SENTENCES, _KEYS))
    return rows, sentences, keys


def _mapped(path: Path, kind: Any, shape: tuple[int, int]) -> Any:
    """Return a file's rows, mapped; a file without a row cannot be."""
    return np.memmap(path, kind, "r", shape=shape) if shape[0] else np.empty(shape, kind)


def _occurring(owners: Integers) -> Integers:
    """Return each number once, in order; `np.unique` would load the modules for masked arrays."""
    return np.flatnonzero(np.bincount(owners))


def _joined(parts: list[Integers]) -> Integers:
    return np.concatenate([np.empty(0, np.int64), *parts])


def compact(stored: StoredVectors, folder: Path, number: int) -> None:
    """Write the rows that count as one segment into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = SegmentWriter(folder, number)
    for start in range(0, len(stored), ROWS_A_BLOCK):
        rows = np.arange(start, min(start + ROWS_A_BLOCK, len(stored)))
        sentences = stored.sentences(rows)
        writer.add(
            stored.chunks[rows],
            stored.documents[rows],
            stored.stored(rows),
            np.concatenate(sentences),
            [len(own) for own in sentences],
        )
    writer.close()
    np.empty(0, np.int64).tofile(folder / REMOVED_FILE_NAME)


def extend(
    folder: Path,
    before: StoredVectors | None,
    added: Segment,
    removed: Integers,
    number: int,
    check: Callable[[Path], None],
) -> None:
    """Complete a generation's segments: those *before* it, and *added*, merged where they are small.

    Each segment is more than twice as large as the one after it, so that there are few of them and
    a row is rarely written again.

    Args:
        folder: Where to.
        before: The generation before; its segments are linked.
        added: The new rows, in another folder.
        removed: Rows of documents that go now.
        number: Of the segment that is written.
        check: Called with each file of the generation before that is written anew, so that no
            damage to it is taken over.
    """
    kept = list(before.segments) if before else []
    merged, size = [added], len(added)
    while kept and len(kept[-1]) <= 2 * size:
        merged.insert(0, kept.pop())
        size += len(merged[0])
        for file in merged[0].files:
            check(file)
    gone = np.union1d(before.removed, removed) if before else removed
    folder.mkdir(parents=True, exist_ok=True)
    for segment in kept:
        for file in segment.files:
            link(file, folder / file.name)
    if size:
        writer = SegmentWriter(folder, number)
        for segment in merged:
            live = np.flatnonzero(~np.isin(segment.documents, gone))
            for start in range(0, len(live), ROWS_A_BLOCK):
                rows = live[start : start + ROWS_A_BLOCK]
                writer.add(
                    segment.chunks[rows],
                    segment.documents[rows],
                    segment.rows[rows],
                    segment.sentences(rows),
                    segment.counts[rows],
                )
        writer.close()
    still = [np.intersect1d(segment.documents, gone) for segment in kept]
    _joined(still).tofile(folder / REMOVED_FILE_NAME)
