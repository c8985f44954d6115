"""Files to documents cut into chunks, and passages to vectors: the work that machines can share."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rag.chunking import chunk_document
from rag.errors import LoadError
from rag.loading import load_each

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from rag.embedding import Embedder, Vectors
    from rag.settings import Settings
    from rag.types import Chunk, Document

STAGES = ("load", "chunk", "embed")


class ChunkedDocument(NamedTuple):
    """A document and its chunks, in order."""

    document: Document
    chunks: list[Chunk]


class Preparation(Protocol):
    """Prepares documents for a store; where the work is done changes nothing about its results."""

    seconds: dict[str, float]
    """How long the caller waited for each of the `STAGES`."""

    def chunk_each(
        self, files: Sequence[tuple[Path, str]]
    ) -> Generator[ChunkedDocument | LoadError, None, None]:
        """Read and cut files, some ahead of the one that is asked for.

        Args:
            files: The path of each file and the name that its document gets.

        Yields:
            For each file, in their order, its document and chunks, or why it cannot be read.
        """

    def embed_each(
        self, batches: Iterable[Sequence[Chunk]]
    ) -> Generator[list[Vectors], None, None]:
        """Embed batches of passages, which may be taken ahead of the one that is asked for.

        Yields:
            For each batch, in their order, the vectors of its passages and their sentences, as
            `rag.embedding.Embedder.embed_with_sentences` returns them.
        """


class LocalPreparation:
    """Files are read on all cores of this machine, passages embedded meanwhile."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        """Start nothing yet."""
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self._settings = settings
        self._embedder = embedder

    def chunk_each(
        self, files: Sequence[tuple[Path, str]]
    ) -> Generator[ChunkedDocument | LoadError, None, None]:
        """Read and cut files; see `Preparation.chunk_each`."""
        with closing(load_each(files, self._settings.loading)) as loading:
            for _ in files:
                began = time.perf_counter()
                document = next(loading)
                loaded = time.perf_counter()
                self.seconds["load"] += loaded - began
                if isinstance(document, LoadError):
                    yield document
                    continue
                chunked = chunked_document(document, self._settings, self._embedder)
                self.seconds["chunk"] += time.perf_counter() - loaded
                yield chunked

    def embed_each(
        self, batches: Iterable[Sequence[Chunk]]
    ) -> Generator[list[Vectors], None, None]:
        """Embed one batch after another; see `Preparation.embed_each`."""
        for chunks in batches:
            began = time.perf_counter()
            vectors = self._embedder.embed_with_sentences(chunks)
            self.seconds["embed"] += time.perf_counter() - began
            yield vectors


def chunked_document(document: Document, settings: Settings, embedder: Embedder) -> ChunkedDocument:
    """Cut a document into chunks that *embedder* can read whole."""
    chunks = chunk_document(document, settings.chunking, embedder.count_tokens, embedder.max_tokens)
    return ChunkedDocument(document, chunks)
