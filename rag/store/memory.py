"""The plain reference store: dictionaries, a matrix product and BM25 written out.

It forgets everything when the process ends. Tests compare every other store with it.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexLockedError, IndexMismatchError, IndexMissingError, InputError
from rag.store.protocol import (
    AddDocument,
    Change,
    Filters,
    Manifest,
    RemoveFile,
    Scored,
    SetFile,
    SourceFile,
)
from rag.store.sentence_vectors import stored
from rag.terms import terms as terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk, Document, Metadata

BM25_K1 = 1.2
BM25_B = 0.75


@dataclass(slots=True)
class _Generation:
    number: int = 0
    manifest: Manifest | None = None
    files: dict[str, SourceFile] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    """By SHA-256 of the source."""
    chunks: dict[int, Chunk] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    """The SHA-256 of each chunk's document."""
    vectors: dict[int, Vector] = field(default_factory=dict)

    def copy(self) -> _Generation:
        return _Generation(
            self.number,
            self.manifest,
            dict(self.files),
            dict(self.documents),
            dict(self.chunks),
            dict(self.owners),
            dict(self.vectors),
        )


class MemoryStore:
    """An index in this process's memory."""

    def __init__(self, name: str = "memory") -> None:
        """Start empty."""
        self.name = name
        self._published = _Generation()
        self._vectors: dict[str, Vector] = {}
        self._embedder: str | None = None
        self._next_chunk = 1
        self._lock = threading.RLock()

    def manifest(self) -> Manifest | None:
        """Return what the index was made with, None while it is empty."""
        return self._published.manifest

    def files(self) -> list[SourceFile]:
        """Return the files of the published generation, in order of names."""
        return [self._published.files[name] for name in sorted(self._published.files)]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write."""
        if not self._lock.acquire(blocking=False):
            message = f"Index {self.name} is being written to by this process. Wait for it to end."
            raise IndexLockedError(message)
        try:
            yield
        finally:
            self._lock.release()

    def apply(self, changes: Iterable[Change], manifest: Manifest, *, anew: bool = False) -> int:
        """Publish the changes as one generation; see `rag.store.protocol.Store.apply`."""
        made_with = self._published.manifest
        if made_with not in {None, manifest} and not anew:
            message = f"Index {self.name} was made with {made_with}, but got {manifest}."
            raise IndexMismatchError(message)
        with self.writing():
            draft = _Generation(self._published.number) if anew else self._published.copy()
            for change in changes:
                self._take(draft, change)
            _drop_unnamed(draft)
            draft.number += 1
            draft.manifest = manifest
            self._published = draft
        return draft.number

    def known_vectors(self, keys: Sequence[str], manifest: Manifest) -> dict[str, Vector]:
        """Return the stored vectors for those *keys* that have one."""
        if manifest.embedder != self._embedder:
            return {}
        return {key: self._vectors[key] for key in keys if key in self._vectors}

    def remember_vectors(self, vectors: Mapping[str, Vector], manifest: Manifest) -> None:
        """Keep vectors for `known_vectors`."""
        if manifest.embedder != self._embedder:
            self._vectors.clear()
            self._embedder = manifest.embedder
        self._vectors.update({key: stored(vector) for key, vector in vectors.items()})

    @contextmanager
    def snapshot(self) -> Iterator[MemorySnapshot]:
        """Open the published generation."""
        if self._published.number == 0:
            message = f"Expected documents in index {self.name}, but it is empty. Run rag index."
            raise IndexMissingError(message)
        yield MemorySnapshot(self._published)

    def check(self) -> None:
        """Nothing can be damaged here."""

    def size_bytes(self) -> dict[str, int]:
        """Return nothing: no bytes on disk."""
        return {}

    def methods(self) -> dict[str, str]:
        """Return in words how the index searches."""
        return {"dense": "every vector", "lexical": "BM25"}

    def close(self) -> None:
        """Nothing is open."""

    def _take(self, draft: _Generation, change: Change) -> None:
        match change:
            case AddDocument(document, chunks, vectors):
                if document.sha256 in draft.documents:
                    owners = draft.owners.items()
                    draft.owners = {key: own for key, own in owners if own != document.sha256}
                draft.documents[document.sha256] = document
                for chunk, own in zip(chunks, vectors, strict=True):
                    draft.chunks[self._next_chunk] = replace(chunk, identifier=self._next_chunk)
                    draft.owners[self._next_chunk] = document.sha256
                    draft.vectors[self._next_chunk] = stored(own)
                    self._next_chunk += 1
            case SetFile(file):
                draft.files[file.name] = file
            case RemoveFile(name):
                draft.files.pop(name, None)


class MemorySnapshot:
    """One generation of a `MemoryStore`."""

    def __init__(self, generation: _Generation) -> None:
        """Keep *generation*, which is never changed once published."""
        self._data = generation
        self.generation = generation.number
        self._names: dict[str, list[str]] = {}
        for file in sorted(generation.files.values(), key=lambda file: file.name):
            if file.reason is None:
                self._names.setdefault(file.sha256, []).append(file.name)

    def search_dense(
        self, vector: Vector, count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest cosine to *vector*, best first."""
        scored = [
            Scored(identifier, float(np.dot(self._data.vectors[identifier][0], vector)))
            for identifier in self._searched(among)
        ]
        return sorted(scored, key=lambda item: (-item.score, item.chunk))[:count]

    def search_lexical(
        self, terms: Sequence[str], count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest BM25 score, best first.

        Okapi BM25 (Robertson and Zaragoza 2009, https://doi.org/10.1561/1500000019) with k1 = 1.2,
        b = 0.75 and the idf of Lucene; lengths are rounded down as Lucene's one-byte norms do.
        """
        counts = {key: Counter(lexical_terms(chunk)) for key, chunk in self._data.chunks.items()}
        average = sum(c.total() for c in counts.values()) / max(1, len(counts))
        frequencies, total = self.document_frequencies(terms)
        scored = []
        for identifier in self._searched(among):
            length = one_byte_length(counts[identifier].total())
            norm = BM25_K1 * (1 - BM25_B + BM25_B * length / average)
            score = 0.0
            for term in dict.fromkeys(terms):
                frequency = counts[identifier][term]
                seen = frequencies.get(term, 0)
                idf = math.log(1 + (total - seen + 0.5) / (seen + 0.5))
                score += idf * frequency * (BM25_K1 + 1) / (frequency + norm)
            if score > 0:
                scored.append(Scored(identifier, score))
        return sorted(scored, key=lambda item: (-item.score, item.chunk))[:count]

    def sentence_cosines(
        self, vector: Vector, identifiers: Sequence[int]
    ) -> list[tuple[float, ...]]:
        """Return the cosine of *vector* to each sentence of each chunk, in their order."""
        return [tuple((self._data.vectors[key][1:] @ vector).tolist()) for key in identifiers]

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """Return the chunks of *identifiers*, in that order."""
        return [
            replace(self._data.chunks[key], document=self._names[self._data.owners[key]][0])
            for key in identifiers
        ]

    def contents(self, names: Iterable[str]) -> Iterator[AddDocument]:
        """Yield the documents of these first names, with their chunks and vectors."""
        for name in names:
            document = self.document(name)
            keys = [key for key, sha256 in self._data.owners.items() if sha256 == document.sha256]
            vectors = [self._data.vectors[key] for key in keys]
            yield AddDocument(document, tuple(self.chunks(keys)), vectors)

    def document(self, name: str) -> Document:
        """Return the document called *name*."""
        for sha256, names in self._names.items():
            if name in names:
                document = self._data.documents[sha256]
                return replace(document, name=names[0], other_names=tuple(names[1:]))
        message = f"Expected a document of the index, but there is none called {name!r}."
        raise InputError(message)

    def catalog(self) -> dict[str, Metadata]:
        """Return the metadata of every document by its first name, in order of names."""
        return {
            names[0]: self._data.documents[sha256].metadata
            for sha256, names in sorted(self._names.items(), key=lambda item: item[1])
        }

    def matching(self, filters: Filters) -> frozenset[str]:
        """Return the first names of the documents that *filters* accept."""
        return frozenset(
            names[0]
            for sha256, names in self._names.items()
            if filters.accepts(names, self._data.documents[sha256].metadata)
        )

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document has, by its first name."""
        counts = Counter(self._data.owners.values())
        return {names[0]: counts[sha256] for sha256, names in self._names.items()}

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many chunks each term occurs, and how many chunks there are."""
        present = [set(lexical_terms(chunk)) for chunk in self._data.chunks.values()]
        return {term: sum(term in one for one in present) for term in terms}, len(present)

    def _searched(self, among: frozenset[str] | None) -> list[int]:
        return [
            key
            for key, sha256 in self._data.owners.items()
            if among is None or self._names[sha256][0] in among
        ]


def lexical_terms(chunk: Chunk) -> list[str]:
    """Return the terms under which a chunk is found: those of its context and its text."""
    return terms_of(chunk.indexed_text)


def one_byte_length(length: int) -> int:
    """Round a length down to what Lucene's one-byte norm can hold: exact below 40.

    Four significant bits are kept above an offset of 24 (``SmallFloat.intToByte4``).
    """
    exact = 24
    if length < exact + 16:
        return length
    rest = length - exact
    shift = rest.bit_length() - 4
    return exact + ((rest >> shift) << shift)


def _drop_unnamed(draft: _Generation) -> None:
    """Leave out documents that no file has any more."""
    named = {file.sha256 for file in draft.files.values() if file.reason is None}
    draft.documents = {key: value for key, value in draft.documents.items() if key in named}
    draft.owners = {key: value for key, value in draft.owners.items() if value in named}
    draft.chunks = {key: draft.chunks[key] for key in draft.owners}
    draft.vectors = {key: draft.vectors[key] for key in draft.owners}
