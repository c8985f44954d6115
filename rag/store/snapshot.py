"""One generation of an embedded store, open for reading."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import IndexDamagedError, InputError
from rag.store.catalog import REBUILD_HINT
from rag.store.lexical import LexicalFolder
from rag.store.vectors import FAISS_FILE_NAME, FaissFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.store.catalog import Catalog
    from rag.store.protocol import Filters, Scored, Vector
    from rag.types import Chunk, Document, Metadata

VERIFIED_ON_OPENING_BYTES = 256_000_000
"""Derived files up to this total are hashed whenever they are opened, larger ones by check()."""
CACHED_DOCUMENTS = 64


@dataclass(slots=True)
class Loaded:
    """What all snapshots of one generation share."""

    generation: int
    vectors: FaissFile
    lexical: LexicalFolder
    rows: dict[str, int]
    """The row of a document by its first name."""
    names: dict[int, tuple[str, ...]]
    """All names of a document by its row."""
    metadata: dict[int, Metadata]
    documents: OrderedDict[int, Document] = field(default_factory=OrderedDict)
    """The documents used last."""

    @classmethod
    def open(cls, folder: Path, catalog: Catalog, *, verify_all: bool = False) -> Loaded:
        """Open the derived files of the published generation.

        Raises:
            IndexDamagedError: one is missing, was changed, or holds another number of chunks.
        """
        catalog.check_files()
        expected = catalog.derived()
        total = sum(size for size, _ in expected.values())
        for path, (size, sha256) in expected.items():
            _verify(
                folder / path, size, sha256, hashed=verify_all or total <= VERIFIED_ON_OPENING_BYTES
            )
        vectors = FaissFile((folder / FAISS_FILE_NAME).read_bytes())
        lexical = LexicalFolder(folder / "lexical")
        count = catalog.count_chunks()
        for part, held in ((FAISS_FILE_NAME, len(vectors)), ("lexical", len(lexical))):
            if held != count:
                message = f"{folder / part} holds {held} passages, but the catalog {count}. {REBUILD_HINT}"
                raise IndexDamagedError(message)
        documents = catalog.documents()
        return cls(
            generation=catalog.generation(),
            vectors=vectors,
            lexical=lexical,
            rows={names[0]: row for row, _, names, _ in documents},
            names={row: names for row, _, names, _ in documents},
            metadata={row: metadata for row, _, _, metadata in documents},
        )


class EmbeddedSnapshot:
    """Reads one generation inside a transaction of the catalog."""

    def __init__(self, catalog: Catalog, loaded: Loaded) -> None:
        """Read through *catalog*, whose transaction is open."""
        self._catalog = catalog
        self._loaded = loaded
        self.generation = loaded.generation

    def search_dense(
        self, vector: Vector, count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest cosine to *vector*, best first."""
        chunks = None
        if among is not None:
            rows = {self._loaded.rows[name] for name in among if name in self._loaded.rows}
            chunks = self._catalog.chunks_of(rows)
        return self._loaded.vectors.search(vector, count, chunks)

    def search_lexical(
        self, terms: Sequence[str], count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest BM25 score, best first."""
        rows = None
        if among is not None:
            rows = [self._loaded.rows[name] for name in among if name in self._loaded.rows]
        return self._loaded.lexical.search(terms, count, rows)

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """Return the chunks of *identifiers*, in that order."""
        owners = self._catalog.owners(identifiers)
        return [
            self._catalog.read_chunk(identifier, self._document(owners.get(identifier, 0)))
            for identifier in identifiers
        ]

    def document(self, name: str) -> Document:
        """Return the document called *name*, its first name or any other.

        Raises:
            InputError: there is none.
        """
        for row, names in self._loaded.names.items():
            if name in names:
                return self._document(row)
        message = f"Expected a document of the index, but there is none called {name!r}."
        raise InputError(message)

    def catalog(self) -> dict[str, Metadata]:
        """Return the metadata of every document by its first name, in order of names."""
        return {name: self._loaded.metadata[row] for name, row in self._loaded.rows.items()}

    def matching(self, filters: Filters) -> frozenset[str]:
        """Return the first names of the documents that *filters* accept."""
        return frozenset(
            names[0]
            for row, names in self._loaded.names.items()
            if filters.accepts(names, self._loaded.metadata[row])
        )

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document has, by its first name."""
        counts = self._catalog.chunk_counts()
        return {name: counts.get(row, 0) for name, row in self._loaded.rows.items()}

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many chunks each term occurs, and how many chunks there are."""
        found = {term: self._loaded.lexical.frequency(term) for term in terms}
        return found, len(self._loaded.vectors)

    def _document(self, row: int) -> Document:
        cached = self._loaded.documents
        document = cached.pop(row, None)
        if document is None:
            names = self._loaded.names.get(row, ("an unknown document",))
            document = self._catalog.read_document(row, names)
        cached[row] = document
        while len(cached) > CACHED_DOCUMENTS:
            cached.popitem(last=False)
        return document


def _verify(path: Path, size: int, sha256: str, *, hashed: bool) -> None:
    try:
        seen = path.stat().st_size
        if seen == size and hashed:
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        else:
            same = seen == size
    except OSError as error:
        message = f"{path} is missing or unreadable: {error.strerror}. {REBUILD_HINT}"
        raise IndexDamagedError(message) from error
    if not same:
        message = f"{path} was changed since it was written. {REBUILD_HINT}"
        raise IndexDamagedError(message)
