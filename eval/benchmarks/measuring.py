"""One process that opens an index and measures it: opening, memory, search, ask, recall.

`growth.py` starts it once for each size, so that nothing is in memory but what the index needs:

    python eval/benchmarks/measuring.py INDEX QUESTIONS.json VECTORS.npy [--ask N]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.embedding import Embedder
    from rag.pipeline import Pipeline
    from rag.store.protocol import Snapshot
    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk

WARM_UP = 20
SEARCHES = 200
RECALLED = 60
FILTERED = "Author 3"
"""The metadata that one passage in ten has, see `material.document_changes`."""
DEPTH = 10
TIE = 1e-5


class Ready:
    """An embedder that knows the vectors of its texts, so that a search is timed without it."""

    def __init__(self, embedder: Embedder, vectors: dict[str, Vector]) -> None:
        """Answer for *embedder*."""
        self.fingerprint, self.dimension = embedder.fingerprint, embedder.dimension
        self.max_tokens, self.count_tokens = embedder.max_tokens, embedder.count_tokens
        self._vectors = vectors

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return the known vectors."""
        return np.stack([self._vectors[text] for text in texts])

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vector]:
        """Return the known vectors, of no sentence."""
        return [self.embed([chunk.embedded_text]) for chunk in chunks]


def timed(call: Callable[[Any], Any], items: Iterable[Any]) -> dict[str, float]:
    """Return median and 95th percentile of a call for each item, in milliseconds.

    ``cpu`` is the time of this thread alone, which a busy machine changes least.
    """
    wall, cpu = [], []
    for item in items:
        began, used = time.perf_counter(), time.thread_time()
        call(item)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.thread_time() - used))
    return {
        "p50": statistics.median(wall),
        "p95": statistics.quantiles(wall, n=20)[-1],
        "cpu": statistics.median(cpu),
    }


def memory() -> dict[str, float]:
    """Return this process's megabytes: all that is resident, and what no file backs."""
    found = psutil.Process().memory_full_info()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"resident": found.rss / 1e6, "private": found.uss / 1e6, "peak": peak}


def measure(index: Path, questions: list[str], vectors: Vector, asked: int) -> dict[str, Any]:
    """Measure the index in *index* with *questions* and their vectors, (n, dimension)."""
    from rag.pipeline import Pipeline, open_pipeline
    from rag.settings import Settings

    result: dict[str, Any] = {"memory_before_mb": memory()}
    began = time.perf_counter()
    pipeline = open_pipeline(index, Settings())
    result["open_pipeline_s"] = time.perf_counter() - began
    began, used = time.perf_counter(), time.process_time()
    with pipeline.store.snapshot() as snapshot:
        result["open_index_s"] = time.perf_counter() - began
        result["open_index_cpu_s"] = time.process_time() - used
        result["passages"] = snapshot.document_frequencies([])[1]
    result["memory_open_mb"] = memory()
    ready = Pipeline(
        pipeline.store,
        Ready(pipeline.embedder, dict(zip(questions, vectors, strict=True))),
        pipeline.settings,
    )
    warm, rest = questions[:WARM_UP], questions[WARM_UP : WARM_UP + SEARCHES]
    result["first_search"] = timed(ready.search, warm)
    result["search_without_embedding"] = timed(ready.search, rest)
    result["search"] = timed(pipeline.search, rest)
    result["stages"] = stages(ready, rest, vectors[WARM_UP : WARM_UP + SEARCHES])
    result["memory_searched_mb"] = memory()
    with pipeline.store.snapshot() as snapshot:
        result["recall@10"] = recall(snapshot, vectors[:RECALLED], None)
        result["recall@10_filtered"] = recall(snapshot, vectors[:RECALLED], FILTERED)
    result["filtered_search"] = filtered(ready, rest)
    if asked:
        pipeline.ask(questions[0])
        result["ask"] = timed(pipeline.ask, rest[:asked])
        result["memory_asked_mb"] = memory()
    return result


def stages(pipeline: Pipeline, questions: list[str], vectors: Vector) -> dict[str, Any]:
    """Time the parts of a search that are the store's."""
    from rag.terms import query_terms

    depth = pipeline.settings.retrieval.candidates
    with pipeline.store.snapshot() as snapshot:
        dense = timed(lambda vector: snapshot.search_dense(vector, depth, None), vectors)
        words = [query_terms(question) for question in questions]
        lexical = timed(lambda own: snapshot.search_lexical(own, depth, None), words)
        found = [
            [item.chunk for item in snapshot.search_dense(v, 2 * DEPTH, None)] for v in vectors
        ]
        fetch = timed(snapshot.chunks, found)
        chunks = [snapshot.chunks(some[:DEPTH]) for some in found]
        documents = timed(lambda some: [snapshot.document(one.document) for one in some], chunks)
    opening = timed(open_and_close, [pipeline] * 20)
    return {
        "dense": dense,
        "lexical": lexical,
        "fetch": fetch,
        "documents": documents,
        "snapshot": opening,
    }


def open_and_close(pipeline: Pipeline) -> None:
    """Take a snapshot of an index that is open already."""
    with pipeline.store.snapshot():
        pass


def filtered(pipeline: Pipeline, questions: list[str]) -> dict[str, float]:
    """Time searches in the documents of one author of ten."""
    from rag.store import Filters

    chosen = Filters(author=FILTERED)
    pipeline.search(questions[0], filters=chosen)
    return timed(lambda question: pipeline.search(question, filters=chosen), questions[:50])


def recall(snapshot: Snapshot, vectors: Vector, author: str | None) -> float:
    """Return the share of the exact first ten that dense search finds; ties count as found.

    A search for a sixteenth of all passages scores every one of them.
    """
    from rag.store import Filters

    among = snapshot.matching(Filters(author=author)) if author else None
    total, found = snapshot.document_frequencies([])[1], 0
    for vector in vectors:
        lowest = snapshot.search_dense(vector, max(DEPTH, total // 16), among)[DEPTH - 1].score
        seen = snapshot.search_dense(vector, 50, among)[:DEPTH]
        found += sum(item.score >= lowest - TIE for item in seen)
    return found / (DEPTH * len(vectors))


def main() -> None:
    """Measure one index and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--ask", type=int, default=0)
    options = parser.parse_args()
    questions = json.loads(options.questions.read_bytes())
    result = measure(options.index, questions, np.load(options.vectors), options.ask)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
