"""One generation of an embedded store, open for reading."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.errors import IndexDamagedError, InputError
from rag.store.database import REBUILD_HINT
from rag.store.dense import FILE_NAME as FAISS_FILE_NAME
from rag.store.dense import DenseIndex
from rag.store.files import verify
from rag.store.lexical import FOLDER_NAME as LEXICAL
from rag.store.lexical import LexicalFolder
from rag.store.protocol import AddDocument
from rag.store.sentence_vectors import joined, no_sentences, sentence_cosines
from rag.store.vectors import FOLDER_NAME as VECTORS
from rag.store.vectors import StoredVectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.store.catalog import Catalog
    from rag.store.protocol import Filters, Scored
    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk, Document, Metadata

VERIFIED_ON_OPENING_BYTES = 256_000_000
"""Derived files up to this total are hashed whenever they are opened, larger ones by check()."""
CACHED_CHARACTERS = 16_000_000
"""Documents used last are kept up to this total length."""


class Listing(NamedTuple):
    """All documents of a generation, in order of first names."""

    rows: dict[str, int]
    """The row of a document by its first name."""
    names: dict[int, tuple[str, ...]]
    """All names of a document by its row."""
    metadata: dict[int, Metadata]


class Generation:
    """What all snapshots of one generation share."""

    def __init__(self, folder: Path, catalog: Catalog, *, verify_all: bool = False) -> None:
        """Open the derived files of the published generation in *folder*.

        Raises:
            IndexDamagedError: one is missing, was changed, or holds another number of chunks.
        """
        expected = catalog.derived()
        hashed = (
            verify_all or sum(size for size, _ in expected.values()) <= VERIFIED_ON_OPENING_BYTES
        )
        for path, (size, sha256) in expected.items():
            verify(folder / path, size, sha256, hashed=hashed)
        self.number = catalog.generation()
        manifest = catalog.manifest()
        stored = StoredVectors(folder / VECTORS, manifest.dimension if manifest else 0)
        lists = folder / FAISS_FILE_NAME if FAISS_FILE_NAME in expected else None
        self.dense = DenseIndex(stored, lists)
        self.lexical = LexicalFolder(folder / LEXICAL)
        count = catalog.count_chunks()
        for part, held in (
            (VECTORS, len(stored)),
            (FAISS_FILE_NAME, len(self.dense)),
            (LEXICAL, len(self.lexical)),
        ):
            if held != count:
                message = f"{folder / part} holds {held} passages, but the catalog {count}. {REBUILD_HINT}"
                raise IndexDamagedError(message)
        self.documents = DocumentCache()
        self._listing: Listing | None = None
        self._rows: tuple[frozenset[str], list[int]] = (frozenset(), [])

    def listing(self, catalog: Catalog) -> Listing:
        """Return all documents, read on first use: opening does not depend on how many there are."""
        if self._listing is None:
            found = catalog.documents()
            self._listing = Listing(
                {names[0]: row for row, names, _ in found},
                {row: names for row, names, _ in found},
                {row: metadata for row, _, metadata in found},
            )
        return self._listing

    def rows(self, catalog: Catalog, among: frozenset[str] | None) -> list[int] | None:
        """Return the rows of the documents called so, in ascending order; None means all."""
        if among is None:
            return None
        names, rows = self._rows  # both searches of a question ask for the same
        if names is not among:
            known = self.listing(catalog).rows
            rows = sorted(known[name] for name in among if name in known)
            self._rows = (among, rows)
        return rows


class DocumentCache:
    """The documents used last."""

    def __init__(self) -> None:
        """Start empty."""
        self._documents: OrderedDict[int, Document] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def __contains__(self, row: object) -> bool:
        return row in self._documents

    def get(self, row: int, read: Callable[[int], Document]) -> Document:
        """Return the document of a row, reading it if it is not kept."""
        with self._lock:
            if row in self._documents:
                self._documents.move_to_end(row)
                return self._documents[row]
        document = read(row)
        with self._lock:
            if row not in self._documents:
                self._documents[row] = document
                self._characters += len(document.text)
            while self._characters > CACHED_CHARACTERS and len(self._documents) > 1:
                _, oldest = self._documents.popitem(last=False)
                self._characters -= len(oldest.text)
        return document


class EmbeddedSnapshot:
    """Reads one generation inside a transaction of the catalog."""

    def __init__(self, catalog: Catalog, data: Generation) -> None:
        """Read through *catalog*, whose transaction is open."""
        self._catalog = catalog
        self._data = data
        self.generation = data.number

    def search_dense(
        self, vector: Vector, count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest cosine to *vector*, best first."""
        return self._data.dense.search(vector, count, self._data.rows(self._catalog, among))

    def search_lexical(
        self, terms: Sequence[str], count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest BM25 score, best first."""
        return self._data.lexical.search(terms, count, self._data.rows(self._catalog, among))

    def sentence_cosines(
        self, vector: Vector, identifiers: Sequence[int]
    ) -> list[tuple[float, ...]]:
        """Return the cosine of *vector* to each sentence of each chunk, in their order."""
        stored = self._data.dense.stored
        sentences = stored.sentences(stored.rows_of(np.array(identifiers, np.int64)))
        every = np.concatenate([no_sentences(stored.dimension), *sentences])
        return sentence_cosines(vector, every, [len(own) for own in sentences])

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """Return the chunks of *identifiers*, in that order."""
        return self._catalog.read_chunks(identifiers, self._document)

    def vectors(self, keys: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors by `rag.store.protocol.vector_key` of those *keys* that have some."""
        chunks = self._catalog.chunks_with(keys)
        return dict(zip(chunks, self._vectors(list(chunks.values())), strict=True))

    def contents(self, names: Iterable[str]) -> Iterator[AddDocument]:
        """Yield the documents of these first names, with their chunks and vectors."""
        for name in names:
            row = self._row_called(name)
            identifiers = self._catalog.chunks_in(row)
            chunks = self._catalog.read_chunks(identifiers, self._document)
            yield AddDocument(self._document(row), tuple(chunks), self._vectors(identifiers))

    def document(self, name: str) -> Document:
        """Return the document called *name*, its first name or any other.

        Raises:
            InputError: there is none.
        """
        return self._document(self._row_called(name))

    def catalog(self) -> dict[str, Metadata]:
        """Return the metadata of every document by its first name, in order of names."""
        return {name: self._listing.metadata[row] for name, row in self._listing.rows.items()}

    def matching(self, filters: Filters) -> frozenset[str]:
        """Return the first names of the documents that *filters* accept."""
        return frozenset(
            names[0]
            for row, names in self._listing.names.items()
            if filters.accepts(names, self._listing.metadata[row])
        )

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document has, by its first name."""
        counts = self._catalog.chunk_counts()
        return {name: counts.get(row, 0) for name, row in self._listing.rows.items()}

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many chunks each term occurs, and how many chunks there are."""
        found = {term: self._data.lexical.frequency(term) for term in terms}
        return found, len(self._data.dense)

    @cached_property
    def _listing(self) -> Listing:
        return self._data.listing(self._catalog)

    def _vectors(self, identifiers: Sequence[int]) -> list[Vector]:
        """Return the vectors of each chunk and its sentences."""
        stored = self._data.dense.stored
        rows = stored.rows_of(np.array(identifiers, np.int64))
        return list(map(joined, stored.stored(rows), stored.sentences(rows)))

    def _row_called(self, name: str) -> int:
        row = self._catalog.row_called(name)
        if row is None:
            message = f"Expected a document of the index, but there is none called {name!r}."
            raise InputError(message)
        return row

    def _document(self, row: int) -> Document:
        return self._data.documents.get(row, self._catalog.read_document)
