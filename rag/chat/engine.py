"""The pipeline as the page uses it: by many people at once, while documents are added."""

from __future__ import annotations

import copy
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import RagError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.chat.metrics import Metrics
    from rag.embedding import Embedder
    from rag.pipeline import Pipeline
    from rag.settings import Settings
    from rag.store import Filters, Store
    from rag.types import Answer, Document, Hit, Metadata, Turn

PATIENCE_S = 5.0
"""The longest that one question of a measurement or suggestion waits for people."""


class Engine:
    """A pipeline that any number of threads may call; it knows whether people are waiting."""

    def __init__(self, pipeline: Pipeline, metrics: Metrics | None = None) -> None:
        """Take over *pipeline*; *metrics* count what is asked."""
        self._pipeline = pipeline
        self._metrics = metrics
        self._asking = 0
        self._changed = threading.Condition()
        self.settings: Settings = pipeline.settings
        """Those that the page was started with."""
        self.embedder: Embedder = pipeline.embedder

    @property
    def store(self) -> Store:
        """The index."""
        return self._pipeline.store

    def pipeline(self, settings: Settings | None = None) -> Pipeline:
        """Return the pipeline, with other *settings* for asking if given."""
        if settings is None or settings == self.settings:
            return self._pipeline
        other = copy.copy(self._pipeline)
        other.settings = settings
        return other

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        settings: Settings | None = None,
    ) -> Answer:
        """Answer a question of a person; see `rag.pipeline.Pipeline.ask`.

        Args:
            question: As typed.
            history: Earlier turns, the oldest first.
            filters: Which documents may answer; None means all.
            settings: For this question; None means those that the page was started with.
        """
        with self._person_waiting():
            if self._metrics is None:
                return self.pipeline(settings).ask(question, history, filters)
            with self._metrics.question() as tell:
                answer = self.pipeline(settings).ask(question, history, filters)
                tell(answer)
                return answer

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the *k* best passages; see `rag.pipeline.Pipeline.search`."""
        with self._person_waiting():
            return self._pipeline.search(question, k, filters)

    def let_people_go_first(self) -> None:
        """Wait until nobody waits for an answer, at most `PATIENCE_S`."""
        with self._changed:
            self._changed.wait_for(lambda: not self._asking, PATIENCE_S)

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

    @contextmanager
    def _person_waiting(self) -> Iterator[None]:
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()
