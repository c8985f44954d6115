"""Index a folder on a cluster and write the report as JSON to a file; a process of its own.

    driver.py FOLDER INDEX ADDRESS REPORT [--kill PID] [--actors NUMBER] [--gpu]

With --kill the process PID (this one, if it is 0) is killed once `PASSAGES_BEFORE_KILL` are
embedded. Work begins when the NUMBER of actors have opened their models.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rag import __version__
from rag.cluster.connection import connected
from rag.cluster.preparing import METHODS, ClusterPreparation
from rag.cluster.worker import Facts, Job
from rag.embedding import HashingEmbedder
from rag.indexing import manifest_for, update_index
from rag.settings import EmbeddingSettings, ReadingSettings, Settings
from rag.store.embedded import EmbeddedStore
from rag.types import Chunk, Span

PASSAGES_BEFORE_KILL = 200
"""Few enough that, with all tasks that are ahead, some are left to hand out after it."""
TIMEOUT_S = 100
SETTINGS = Settings(
    embedding=EmbeddingSettings(model="hashing"), reading=ReadingSettings(reader="none")
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("address")
    parser.add_argument("report", type=Path)
    parser.add_argument("--kill", type=int)
    parser.add_argument("--actors", type=int, default=0)
    parser.add_argument("--gpu", action="store_true")
    options = parser.parse_args()
    killed, warned = [], []

    def report_progress(progress) -> None:
        if options.kill is not None and progress.passages >= PASSAGES_BEFORE_KILL and not killed:
            killed.append(progress)
            nodes = alive()
            os.kill(options.kill or os.getpid(), signal.SIGKILL)
            wait_until(lambda: alive() < nodes)  # its actors work on for a moment

    embedder = HashingEmbedder()
    facts = Facts(__version__, manifest_for(SETTINGS, embedder))
    on_gpu = frozenset({"embed"}) if options.gpu else frozenset()
    with ExitStack() as stack:
        stack.enter_context(connected(options.address))
        from rag.cluster.pool import Pool

        pool = stack.enter_context(Pool(Job(SETTINGS), facts, METHODS, on_gpu, warned.append))
        embedded = partial(pool.map, "embed", [(None, [Chunk(0, "", Span(0, 9), "a passage")])])
        wait_until(lambda: list(embedded()) and pool.ready() >= options.actors)
        report = update_index(
            EmbeddedStore(options.index),
            [options.folder],
            SETTINGS,
            embedder,
            report_progress=report_progress,
            preparation=ClusterPreparation(pool, SETTINGS.loading),
        )
    losses = [line for line in warned if "lost" in line]
    found = asdict(report) | {"killed": len(killed), "losses": losses}
    options.report.write_text(json.dumps(found))


def alive() -> int:
    """Return how many nodes the cluster has."""
    import ray

    return sum(node["Alive"] for node in ray.nodes())


def wait_until(found) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not found():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


if __name__ == "__main__":
    main()
