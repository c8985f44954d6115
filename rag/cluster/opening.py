"""A cluster made ready for one of the two things that it does."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag import __version__
from rag.cluster import asking, preparing
from rag.cluster.connection import connected
from rag.cluster.worker import Facts, Job, facts_of
from rag.embedding import SentenceTransformersEmbedder
from rag.indexing import manifest_for
from rag.store.opening import scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.cluster.asking import ClusterPipeline
    from rag.cluster.preparing import ClusterPreparation
    from rag.embedding import Embedder
    from rag.pipeline import Pipeline
    from rag.settings import Settings


@contextmanager
def preparation_on(
    address: str, settings: Settings, embedder: Embedder, warn: Callable[[str], None]
) -> Iterator[ClusterPreparation]:
    """Be able to prepare documents on the cluster at *address*; see `connected` and `Pool`.

    Raises:
        ClusterError: it cannot be reached.
    """
    facts = Facts(__version__, manifest_for(settings, embedder))
    on_gpu = {"embed"} if isinstance(embedder, SentenceTransformersEmbedder) else set()
    with connected(address):
        from rag.cluster.pool import Pool

        with Pool(Job(settings), facts, preparing.METHODS, frozenset(on_gpu), warn) as pool:
            yield preparing.ClusterPreparation(pool, settings.loading)


@contextmanager
def pipeline_on(
    address: str, pipeline: Pipeline, index: str, warn: Callable[[str], None]
) -> Iterator[ClusterPipeline]:
    """Be able to ask many questions on the cluster at *address*; see `connected`.

    Args:
        address: Of the cluster.
        pipeline: Opened from *index*.
        index: The address of the index: a folder that every node has under the same path, or a
            database.
        warn: See `Pool`.

    Raises:
        ClusterError: it cannot be reached.
    """
    shared = index if scheme_of(index) else str(Path(index).resolve())
    with connected(address):
        from rag.cluster.pool import Pool

        job, on_gpu = Job(pipeline.settings, shared), _reading_on_gpu(pipeline)
        with Pool(job, facts_of(pipeline), asking.METHODS, on_gpu, warn) as pool:
            yield asking.ClusterPipeline(pipeline, pool)


def _reading_on_gpu(pipeline: Pipeline) -> frozenset[str]:
    """Return which methods gain from a GPU: OpenVINO's models compute on processors."""
    from rag.reading import FootnoteReader

    on_processors = isinstance(pipeline.reader, FootnoteReader | None) and not isinstance(
        pipeline.embedder, SentenceTransformersEmbedder
    )
    return frozenset() if on_processors else frozenset(asking.METHODS)
