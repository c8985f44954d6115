"""Questions answered on a cluster."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any

from rag.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.cluster.pool import Pool
    from rag.errors import RagError
    from rag.store import Filters
    from rag.types import Answer

METHODS = ("ask",)
QUESTIONS_A_TASK = 16
"""Enough for full batches of the models; so many are asked again when an actor is lost."""


class ClusterPipeline(Pipeline):
    """A pipeline whose `ask_many` asks the actors of a pool, which open the same index."""

    def __init__(self, pipeline: Pipeline, pool: Pool) -> None:
        """Stand for *pipeline*, with the methods `METHODS` of *pool*."""
        super().__init__(pipeline.store, pipeline.embedder, pipeline.settings, pipeline.reader)
        self._pool = pool

    def ask_many(
        self, questions: Iterable[str], filters: Filters | None = None
    ) -> Iterator[Answer | RagError]:
        """Answer many questions on the cluster, in order; see `Pipeline.ask_many`.

        Raises:
            ClusterError: no node can do the work.
        """
        with closing(self._pool.map("ask", _tasks(questions, filters))) as results:
            for _, outcomes in results:
                yield from outcomes


def _tasks(questions: Iterable[str], filters: Filters | None) -> Iterator[tuple[None, Any]]:
    source = iter(questions)
    while some := list(islice(source, QUESTIONS_A_TASK)):
        yield None, (some, filters)
