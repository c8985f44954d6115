"""How fast two nodes work, how fast PostgreSQL searches by size, and how fast indexes are copied.

    python eval/benchmarks/cluster.py --data FOLDER [--sizes 3000 10000 30000 100000]

Everything runs on this machine: Ray nodes of one processor on 127.0.0.2 and 127.0.0.3, and a
PostgreSQL server from a package, without waiting for the disk. What the passages and their vectors
are is told in `material.py`. Results go to ``eval/results/cluster.json``, where parts that are not
measured now are kept; `planning.py` computes from them. Nothing here fails on speed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from machine import described
from material import Material, build, read_articles
from measuring import SEARCHES, WARM_UP, Ready

from rag import __version__
from rag.copying import copy_index
from rag.embedding import open_embedder
from rag.indexing import manifest_for
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore
from rag.store.opening import open_store
from rag.types import Chunk, Span

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1]))  # servers are started as the tests start them

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cluster.pool import Pool
    from rag.store.protocol import Store

RESULTS = HERE.parent / "results"
PARTS = ("embedding", "search", "copy")
SIZES = (3_000, 10_000, 30_000, 100_000)
ROUNDS = 3
START_TIMEOUT_S = 120.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--passages", type=int, default=1_000, help="to embed on the nodes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--sentences", type=int, default=30_000, help="to embed for the material")
    parser.add_argument("--cache", type=Path, default=Path("index/benchmarks"))
    parser.add_argument("--out", type=Path, default=RESULTS / "cluster.json")
    options = parser.parse_args(arguments)
    found = json.loads(options.out.read_bytes()) if options.out.is_file() else {}
    if "embedding" in options.parts:
        texts = [text for _, own in read_articles(options.data) for text in own]
        chunks = [Chunk(0, "", Span(0, len(text)), text) for text in texts[: options.passages]]
        found["embedding"] = described() | embedding(chunks)
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    if {"search", "copy"} & set(options.parts):
        embedder = open_embedder(Settings().embedding)
        material = Material(options.data, embedder, options.cache, options.sentences)
        for part, result in in_postgres(material, options.sizes, options.parts, options.cache):
            found[part] = described() | result
            options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def embedding(chunks: list[Chunk]) -> dict[str, Any]:
    """Measure one node and two in turn, after their models are loaded."""
    from tests.cluster.nodes import start_cluster

    rates: dict[int, list[float]] = {1: [], 2: []}
    cluster = start_cluster()
    os.environ.update(cluster.environment)
    try:
        for _ in range(ROUNDS):
            rates[1].append(embedding_rate(cluster.head, 1, chunks))
            worker = cluster.start_worker()
            rates[2].append(embedding_rate(cluster.head, 2, chunks))
            worker.stop()
    finally:
        cluster.stop()
    one, two = (statistics.median(rates[nodes]) for nodes in (1, 2))
    return {
        "passages": len(chunks),
        "passages_per_second": {str(nodes): found for nodes, found in rates.items()},
        "one_node": one,
        "two_nodes": two,
        "share_of_twice_one": two / (2 * one),
    }


def embedding_rate(address: str, nodes: int, chunks: list[Chunk]) -> float:
    """Return the passages a second of so many nodes."""
    from rag.cluster.connection import connected
    from rag.cluster.preparing import METHODS, ClusterPreparation
    from rag.cluster.worker import Facts, Job

    settings = Settings()
    facts = Facts(__version__, manifest_for(settings, open_embedder(settings.embedding)))
    with connected(address):
        from rag.cluster.pool import Pool

        with Pool(Job(settings), facts, METHODS) as pool:
            preparation = ClusterPreparation(pool, settings.loading)
            warm_up(pool, preparation, nodes, chunks)
            began = time.perf_counter()
            count = sum(len(vectors) for vectors in preparation.embed_each([chunks]))
            return count / (time.perf_counter() - began)


def warm_up(pool: Pool, preparation: Any, nodes: int, chunks: list[Chunk]) -> None:
    """Wait until an actor on each node has its model in memory."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while pool.ready() < nodes and time.monotonic() < deadline:
        list(preparation.embed_each([chunks[:64]]))
    list(preparation.embed_each([chunks[: 256 * nodes]]))


def in_postgres(material: Material, sizes: Sequence[int], parts: Sequence[str], cache: Path) -> Any:
    """Yield the name and results of each part that needs a server."""
    from tests.postgres_server import Programs, Server

    programs = Programs()
    server = Server(programs, "measured").start()
    try:
        if "search" in parts:
            yield "search", search(server, material, sizes)
        if "copy" in parts:
            yield "copy", copy(server, material, max(sizes), cache / "copied")
    finally:
        server.stop()
        programs.remove()


def search(server: Any, material: Material, sizes: Sequence[int]) -> dict[str, Any]:
    """Measure building and searching indexes of several sizes, and of two shards at once."""
    measured = {}
    for size in sizes:
        store = open_store(server.address(f"n{size}"))
        began = time.perf_counter()
        text_bytes, making = build(store, material, Settings(), size)
        seconds = time.perf_counter() - began - making
        latencies = searched([store], material)
        measured[str(size)] = {
            "passages_per_second": size / seconds,
            "text_bytes": text_bytes,
            "parts_bytes": store.size_bytes(),
            "milliseconds": latencies,
            "p50": statistics.median(latencies),
            "p95": statistics.quantiles(latencies, n=20)[-1],
        }
        print(json.dumps({size: {**measured[str(size)], "milliseconds": "…"}}), flush=True)
        store.close()
    size = sizes[-2] if len(sizes) > 1 else sizes[0]
    shards = [open_store(server.address(f"n{size}")) for _ in range(2)]
    latencies = searched(shards, material)
    for store in shards:
        store.close()
    fanned = {"passages_each": size, "p50": statistics.median(latencies)}
    fanned["p95"] = statistics.quantiles(latencies, n=20)[-1]
    return {"sizes": measured, "two_shards": fanned}


def searched(stores: Sequence[Store], material: Material) -> list[float]:
    """Return milliseconds until the slowest of the stores has answered, for each question."""
    vectors = dict(zip(material.questions, material.question_vectors, strict=True))
    ready = Ready(material.embedder, vectors)
    shards = [Pipeline(store, ready, Settings()) for store in stores]
    found = []
    with ThreadPoolExecutor(len(shards)) as executor:
        for question in material.questions[: WARM_UP + SEARCHES]:
            began = time.perf_counter()
            list(executor.map(lambda shard, text=question: shard.search(text), shards))
            found.append(1000 * (time.perf_counter() - began))
    return found[WARM_UP:]


def copy(server: Any, material: Material, size: int, folder: Path) -> dict[str, Any]:
    """Measure copying an index to PostgreSQL and back."""
    settings = Settings()
    shutil.rmtree(folder, ignore_errors=True)
    here, there = EmbeddedStore(folder / "from"), open_store(server.address("copied"))
    back = EmbeddedStore(folder / "back")
    build(here, material, settings, size)
    manifest = manifest_for(settings, material.embedder)
    found: dict[str, Any] = {"passages": size}
    for name, source, target in (("to_postgres", here, there), ("to_folder", there, back)):
        report = copy_index(source, target, manifest)
        found[name] = {
            "passages_per_second": size / (report.seconds - report.seconds_checking),
            "passages_per_second_with_check": size / report.seconds,
        }
    for store in (here, there, back):
        store.close()
    shutil.rmtree(folder, ignore_errors=True)
    return found


if __name__ == "__main__":
    main()
