"""The pipeline as the page uses it: by many people at once, while documents are added."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rag.errors import RagError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.embedding import Embedder, Vectors
    from rag.pipeline import Pipeline
    from rag.store import Filters, Store
    from rag.types import Answer, Document, Hit, Metadata, Turn

IDLE_CHECK_S = 0.05


class Engine:
    """A pipeline that any number of threads may call.

    The models of a pipeline serve one call at a time, so calls wait for each other here; reading
    documents and the catalog waits for nothing.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Take over *pipeline*."""
        self._pipeline = pipeline
        self._models = threading.RLock()
        self._waiting: set[object] = set()
        self.settings = pipeline.settings
        self.embedder: Embedder = SharedEmbedder(pipeline.embedder, self._models)

    @property
    def store(self) -> Store:
        """The index."""
        return self._pipeline.store

    @property
    def threshold(self) -> float:
        """From which confidence (0..1) an answer is given."""
        return self.settings.answering.threshold

    def ask(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer a question; see `rag.pipeline.Pipeline.ask`."""
        waiting = object()
        self._waiting.add(waiting)
        try:
            with self._models:
                return self._pipeline.ask(question, history, filters)
        finally:
            self._waiting.discard(waiting)

    def ask_when_idle(self, question: str) -> Answer:
        """Answer a question that nobody waits for: those of people go first."""
        while self._waiting:
            time.sleep(IDLE_CHECK_S)
        with self._models:
            return self._pipeline.ask(question)

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the *k* best passages; see `rag.pipeline.Pipeline.search`."""
        with self._models:
            return self._pipeline.search(question, k, filters)

    def document(self, name: str) -> Document:
        """Return an indexed document; see `rag.pipeline.Pipeline.document`."""
        return self._pipeline.document(name)

    def catalog(self) -> Mapping[str, Metadata]:
        """Return the metadata of every document; nothing while the index cannot be read."""
        try:
            with self.store.snapshot() as snapshot:
                return snapshot.catalog()
        except RagError:
            return {}

    def generation(self) -> int:
        """Return the published generation, 0 while the index cannot be read."""
        try:
            with self.store.snapshot() as snapshot:
                return snapshot.generation
        except RagError:
            return 0


class SharedEmbedder:
    """An embedder that waits for its turn before each call."""

    def __init__(self, embedder: Embedder, lock: threading.RLock) -> None:
        """Use *embedder* only while holding *lock*."""
        self._embedder = embedder
        self._lock = lock
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens
        self.fingerprint = embedder.fingerprint

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has."""
        with self._lock:
            return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension)."""
        with self._lock:
            return self._embedder.embed(texts)
