"""Documents prepared on a cluster. Files travel with the tasks: nodes need not see them."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from rag.cluster.worker import Shipped
from rag.errors import LoadError
from rag.loading.process import checked_reader
from rag.preparing import STAGES, ChunkedDocument

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.cluster.pool import Pool
    from rag.embedding import Vectors
    from rag.settings import LoadingSettings
    from rag.types import Chunk

METHODS = ("embed", "chunk")
"""Embedding goes first: chunks that wait for it take memory."""
FILES_A_TASK = 16
BYTES_A_TASK = 4 * 1024 * 1024
"""A task has no further files once it has as many bytes."""
PASSAGES_A_TASK = 64
"""A second of one core: little is lost with a node, and none waits long for the last."""


class ClusterPreparation:
    """Files are read and cut, and passages embedded, by the actors of a pool."""

    def __init__(self, pool: Pool, settings: LoadingSettings) -> None:
        """Use *pool*, whose methods are `METHODS`."""
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self._pool = pool
        self._settings = settings

    def chunk_each(
        self, files: Sequence[tuple[Path, str]]
    ) -> Generator[ChunkedDocument | LoadError, None, None]:
        """Read and cut files; see `rag.preparing.Preparation.chunk_each`."""
        with closing(self._pool.map("chunk", self._bundles(files))) as results:
            for bundle, chunked in self._timed(results, "load"):
                outcomes = iter(chunked)
                for found in bundle:
                    yield next(outcomes) if found is None else found

    def embed_each(
        self, batches: Iterable[Sequence[Chunk]]
    ) -> Generator[list[Vectors], None, None]:
        """Embed batches in parts; see `rag.preparing.Preparation.embed_each`."""
        collected: list[Vectors] = []
        with closing(self._pool.map("embed", _parts(batches))) as results:
            for last, vectors in self._timed(results, "embed"):
                collected += vectors
                if last:
                    yield collected
                    collected = []

    def _bundles(
        self, files: Sequence[tuple[Path, str]]
    ) -> Iterator[tuple[list[LoadError | None], list[Shipped]]]:
        """Yield files a task; the errors are of files that cannot be shipped, None for others."""
        errors: list[LoadError | None] = []
        shipped: list[Shipped] = []
        for path, name in files:
            content = _content(path, name, self._settings)
            if isinstance(content, LoadError):
                errors.append(content)
            else:
                errors.append(None)
                shipped.append(Shipped(name, path.suffix, content))
            size = sum(len(file.content) for file in shipped)
            if len(shipped) == FILES_A_TASK or size >= BYTES_A_TASK:
                yield errors, shipped
                errors, shipped = [], []
        if errors:
            yield errors, shipped

    def _timed(self, results: Iterator[Any], stage: str) -> Iterator[Any]:
        """Add what each result took, without what other stages took meanwhile."""
        while True:
            began, others = time.perf_counter(), self._waited(but=stage)
            result = next(results, None)
            took = time.perf_counter() - began
            self.seconds[stage] += took - (self._waited(but=stage) - others)
            if result is None:
                return
            yield result

    def _waited(self, but: str) -> float:
        return sum(seconds for stage, seconds in self.seconds.items() if stage != but)


def _content(path: Path, name: str, settings: LoadingSettings) -> bytes | LoadError:
    try:
        checked_reader(path, name, settings)
        return path.read_bytes()
    except LoadError as error:
        return error
    except OSError as error:
        message = f"Expected to read {name}, but: {error.strerror or error}."
        return LoadError(message)


def _parts(batches: Iterable[Sequence[Chunk]]) -> Iterator[tuple[bool, Sequence[Chunk]]]:
    """Yield batches in parts, each with whether it is the last of its batch."""
    for batch in batches:
        for start in range(0, max(1, len(batch)), PASSAGES_A_TASK):
            end = start + PASSAGES_A_TASK
            yield end >= len(batch), batch[start:end]
