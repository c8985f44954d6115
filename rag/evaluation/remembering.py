"""An embedder and a reader that do nothing twice, for measuring one library in many ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.embedding import Embedder, Vectors
    from rag.reading import PassageReading, Reader
    from rag.types import Chunk, Reading, Span


class RememberingEmbedder:
    """Embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        """Embed with *embedder*."""
        self._embedder = embedder
        self._known: dict[str, Any] = {}
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension), float32."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        if missing:
            self._known |= zip(missing, self._embedder.embed(missing), strict=True)
        rows = [self._known[text] for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimension)

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences; an index keeps them anyway."""
        return self._embedder.embed_with_sentences(chunks)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the model's special ones."""
        return self._embedder.count_tokens(texts)


class RememberingReader:
    """Reads each passage once for each question; ``passages_read`` counts these readings."""

    def __init__(self, reader: Reader) -> None:
        """Read with *reader*."""
        self._reader = reader
        self._known: dict[tuple[str, str, tuple[Span, ...]], PassageReading] = {}

    @property
    def passages_read(self) -> int:
        """How many passages were read in fact."""
        return len(self._known)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return the best span and the answerability of each passage, in their order."""
        return [item.best for item in self.read_sentences(question, passages, [()] * len(passages))]

    def read_sentences(
        self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[PassageReading]:
        """Return the same, and the best span inside each of the *sentences* of each passage."""
        keys = [
            (question, passage, tuple(spans))
            for passage, spans in zip(passages, sentences, strict=True)
        ]
        missing = list(dict.fromkeys(key for key in keys if key not in self._known))
        if missing:
            found = self._reader.read_sentences(
                question, [passage for _, passage, _ in missing], [spans for *_, spans in missing]
            )
            self._known |= zip(missing, found, strict=True)
        return [self._known[key] for key in keys]

    def read_several(self, tasks: Sequence[Any]) -> list[list[PassageReading]]:
        """Return what `read_sentences` returns for each of the *tasks*."""
        return [self.read_sentences(*task) for task in tasks]
