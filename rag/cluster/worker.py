"""What an actor does: the functions of one machine, with models that it opens once.

Nothing here knows of Ray.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag import __version__
from rag.batch.running import documents_sha256
from rag.compiled import bound_threads
from rag.embedding import open_embedder
from rag.errors import LoadError, RagError
from rag.indexing import manifest_for
from rag.loading import Loader
from rag.pipeline import open_pipeline
from rag.preparing import ChunkedDocument, chunked_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.embedding import Embedder, Vectors
    from rag.pipeline import Pipeline
    from rag.settings import Settings
    from rag.store.protocol import Filters, Manifest
    from rag.types import Answer, Chunk


@dataclass(frozen=True, slots=True)
class Job:
    """What every actor of a run is made with; ``index`` is None unless it answers questions."""

    settings: Settings
    index: str | None = None


class Facts(NamedTuple):
    """What must be the same on every machine for the results to be the same."""

    version: str
    manifest: Manifest
    generation: int | None = None
    documents_sha256: str | None = None


class Shipped(NamedTuple):
    """A file's content; ``name`` is what its document gets, ``suffix`` tells its format."""

    name: str
    suffix: str
    content: bytes


class Worker:
    """One actor. Models are opened by `begin` and kept."""

    def __init__(self, job: Job, cpus: int) -> None:
        """Take the *job*; computing uses at most as many threads as the actor has *cpus*."""
        self._job = job
        self._cpus = cpus
        self._embedder: Embedder
        self._pipeline: Pipeline
        self._loader = Loader(job.settings.loading)

    def begin(self) -> Facts:
        """Open the models, and the index where there is one.

        Raises:
            RagError: a model is missing here, or the index cannot be opened from here.
        """
        bound_threads(self._cpus)
        settings, index = self._job.settings, self._job.index
        if index is None:
            self._embedder = open_embedder(settings.embedding)
            return Facts(__version__, manifest_for(settings, self._embedder))
        self._pipeline = open_pipeline(index, settings)
        return facts_of(self._pipeline)

    def chunk(self, files: Sequence[Shipped]) -> list[ChunkedDocument | LoadError]:
        """Read and cut files; for each, in order, its document or why it cannot be read."""
        return [self._chunked(file) for file in files]

    def embed(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences."""
        return self._embedder.embed_with_sentences(chunks)

    def ask(self, task: tuple[Sequence[str], Filters | None]) -> list[Answer | RagError]:
        """Return what asking each question with the filters gives, in order."""
        questions, filters = task
        return list(self._pipeline.ask_many(questions, filters))

    def _chunked(self, file: Shipped) -> ChunkedDocument | LoadError:
        with tempfile.NamedTemporaryFile(prefix="footnote-", suffix=file.suffix) as copy:
            copy.write(file.content)
            copy.flush()
            try:
                document = self._loader.load(Path(copy.name), file.name)
            except LoadError as error:
                return error
        return chunked_document(document, self._job.settings, self._embedder)


def facts_of(pipeline: Pipeline) -> Facts:
    """Return what answers of *pipeline* depend on."""
    with pipeline.store.snapshot() as snapshot:
        generation = snapshot.generation
        documents = documents_sha256(pipeline.store)
    manifest = manifest_for(pipeline.settings, pipeline.embedder)
    return Facts(__version__, manifest, generation, documents)
