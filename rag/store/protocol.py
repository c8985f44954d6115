"""What a store has to do. `rag.store.memory` is the plain reference that tests compare with."""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk, Document, Metadata


class Scored(NamedTuple):
    """A chunk and its score; higher is better."""

    chunk: int
    score: float


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the library. ``reason`` and ``message`` are None unless it was skipped."""

    name: str
    path: str
    sha256: str
    size_bytes: int
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made with; another manifest means another index.

    ``embedder`` is the embedding model's fingerprint and ``dimension`` the length of its vectors,
    ``settings`` are the loading and chunking settings, ``format`` counts incompatible changes of
    this package's own cleaning, chunking or layout on disk.
    """

    embedder: str
    dimension: int
    settings: str
    format: int


@dataclass(frozen=True, slots=True)
class AddDocument:
    """A document, its chunks and their vectors; it replaces one of the same bytes.

    ``vectors`` are for each chunk (1 + sentences, dimension), float32, each row of length 1: its
    own vector, then those of its sentences (see `rag.store.sentence_vectors`).
    """

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: Sequence[Vector]


@dataclass(frozen=True, slots=True)
class SetFile:
    """A file was added or has other bytes; its document is already there or was just added."""

    file: SourceFile


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """A file is gone; its document goes too unless another file has the same bytes."""

    name: str


Change = AddDocument | SetFile | RemoveFile


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a search may use; every condition given must hold.

    ``documents`` are names with ``*`` and ``?``; ``author`` is part of the author's name;
    ``date_from`` and ``date_to`` are ISO dates of any precision, both inclusive.
    """

    documents: tuple[str, ...] = ()
    author: str | None = None
    kind: str | None = None
    date_from: str | None = None
    date_to: str | None = None

    def accepts(self, names: Sequence[str], metadata: Metadata) -> bool:
        """Whether a document with these *names* and this *metadata* passes."""
        if self.documents and not any(
            fnmatch.fnmatchcase(name, pattern) for name in names for pattern in self.documents
        ):
            return False
        if self.author and self.author.casefold() not in (metadata.author or "").casefold():
            return False
        if self.kind and self.kind.casefold() != (metadata.kind or "").casefold():
            return False
        date = metadata.date or ""
        if self.date_from and (
            not date or date[: len(self.date_from)] < self.date_from[: len(date)]
        ):
            return False
        return not (self.date_to and (not date or date[: len(self.date_to)] > self.date_to))


class Snapshot(Protocol):
    """One whole generation, unchanged for as long as it is open."""

    generation: int

    def search_dense(
        self, vector: Vector, count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest cosine to *vector*, best first.

        Args:
            vector: Shape (dimension,), length 1.
            count: How many at most.
            among: Document names to search in; None means all.
        """

    def search_lexical(
        self, terms: Sequence[str], count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest BM25 score for *terms*, best first.

        Chunks without any of the terms are left out.
        """

    def sentence_cosines(
        self, vector: Vector, identifiers: Sequence[int]
    ) -> list[tuple[float, ...]]:
        """Return the cosine of *vector* to each sentence of each chunk, in their order.

        Sentences are those of the chunk's text, as `rag.sentences` cuts it. A chunk without any
        has one cosine, its own.
        """

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """Return the chunks of *identifiers*, in that order."""

    def contents(self, names: Iterable[str]) -> Iterator[AddDocument]:
        """Yield the documents of these first names, with their chunks and vectors, in that order.

        Raises:
            InputError: there is none of that name.
        """

    def document(self, name: str) -> Document:
        """Return the document called *name*, its first name or any other.

        Raises:
            InputError: there is none.
        """

    def catalog(self) -> Mapping[str, Metadata]:
        """Return the metadata of every document by its first name, in order of names."""

    def matching(self, filters: Filters) -> frozenset[str]:
        """Return the first names of the documents that *filters* accept."""

    def chunk_counts(self) -> Mapping[str, int]:
        """Return how many chunks each document has, by its first name."""

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many chunks each term occurs, and how many chunks there are."""


class Store(Protocol):
    """An index."""

    name: str

    def manifest(self) -> Manifest | None:
        """Return what the index was made with, None while it is empty."""

    def files(self) -> list[SourceFile]:
        """Return the files of the published generation, in order of names."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the right to write, which one process at a time can.

        Raises:
            IndexLockedError: another process holds it.
        """

    def apply(self, changes: Iterable[Change], manifest: Manifest, *, anew: bool = False) -> int:
        """Publish the changes as one generation and return its number, all of them or none.

        Args:
            changes: Taken one after another; a `SetFile` follows its `AddDocument`.
            manifest: What the documents were made with.
            anew: Start from nothing instead of the published generation.

        Raises:
            IndexLockedError: another process is writing.
            IndexMismatchError: the index was made with another manifest, and *anew* is false.
        """

    def known_vectors(self, keys: Sequence[str], manifest: Manifest) -> dict[str, Vector]:
        """Return the stored vectors by `vector_key` for those *keys* that have some.

        Each is (1 + sentences, dimension), as in `AddDocument`.
        """

    def remember_vectors(self, vectors: Mapping[str, Vector], manifest: Manifest) -> None:
        """Keep vectors at once, so that an interrupted run need not compute them again."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open the published generation.

        Raises:
            IndexMissingError: nothing was published.
            IndexDamagedError: a part of the index is missing or changed.
        """

    def check(self) -> None:
        """Read everything and compare it with the recorded hashes.

        Raises:
            IndexDamagedError: naming the first part that is missing or changed.
        """

    def size_bytes(self) -> dict[str, int]:
        """Return the bytes that each part of the index takes."""

    def methods(self) -> dict[str, str]:
        """Return in words how the index searches: ``dense`` and ``lexical``."""

    def close(self) -> None:
        """Close what is open; the store opens it again when it is used again."""


def vector_key(chunk: Chunk) -> str:
    """Return the SHA-256 of what the model reads of a chunk, in hexadecimal."""
    return hashlib.sha256(chunk.embedded_text.encode()).hexdigest()


def mismatch_message(address: str | Path, made_with: Manifest | None, manifest: Manifest) -> str:
    """Say in which settings an index differs from those in force."""
    differences = [
        f"{field} is {getattr(made_with, field)!r} in the index and {getattr(manifest, field)!r} now"
        for field in ("embedder", "settings", "format")
        if getattr(made_with, field) != getattr(manifest, field)
    ]
    return (
        f"Index {address} was made with other settings: {'; '.join(differences)}. "
        "Run rag index --rebuild, or restore the settings."
    )
