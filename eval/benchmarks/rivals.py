"""Search of other tools over the same passages and vectors, each in a process of its own.

    python eval/benchmarks/rivals.py --data FOLDER [--sizes 1000 10000] [--cache FOLDER]

txtai and haystack are installed beside the cache, without their dependencies that are there
already, so that all run on the same versions of torch and FAISS. A tool that cannot be installed
is left out and named. All get ready vectors of passages and questions: what is compared is the
store. haystack's store in memory compares with every vector in Python, so it is asked up to
10,000 passages only. Footnote's figures, in the same run, are those of searching both by vectors
and by words and of fetching the passages checked against their hashes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from machine import described
from material import Material

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.store.sentence_vectors import Vector

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
INSTALLED = (
    "txtai", "haystack-ai", "lazy-imports", "msgpack", "docstring-parser", "filetype", "posthog",
    "backoff", "networkx", "more-itertools", "openai", "distro", "jiter",
)  # fmt: skip
"""Only those of haystack's dependencies that its store and retriever import."""
HAYSTACK_UP_TO = 10_000
SHOWN = 10
WARM_UP, SEARCHES = 10, 100


def langchain(texts: list[str], vectors: Vector, folder: Path) -> Callable[[Vector], Any]:
    """Return a search of langchain-community's FAISS store, saved and opened again."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import DeterministicFakeEmbedding

    model = DeterministicFakeEmbedding(size=vectors.shape[1])
    made = FAISS.from_embeddings(list(zip(texts, vectors.tolist(), strict=True)), model)
    made.save_local(str(folder))
    opened = FAISS.load_local(str(folder), model, allow_dangerous_deserialization=True)
    return lambda vector: opened.similarity_search_by_vector(vector.tolist(), k=SHOWN)


READY_VECTORS: dict[str, Vector] = {}
"""What txtai gets instead of a model; it finds `ready_vectors` again by its name."""


def ready_vectors(inputs: Sequence[str]) -> Vector:
    """Return the vectors of texts that have one, in order."""
    return np.stack([READY_VECTORS[one] for one in inputs])


def txtai(texts: list[str], vectors: Vector, folder: Path) -> Callable[[Vector], Any]:
    """Return a search of txtai's embeddings database with its contents, saved and opened again."""
    from txtai import Embeddings

    READY_VECTORS.update(zip(texts, vectors, strict=True))
    by_name = f"{__name__}.{ready_vectors.__name__}"
    made = Embeddings({"method": "external", "transform": by_name, "content": True})
    made.index(texts)
    made.save(str(folder))
    opened = Embeddings()
    opened.load(str(folder))

    def found(vector: Vector) -> Any:
        READY_VECTORS["?"] = vector
        return opened.search("?", SHOWN)

    return found


def haystack(texts: list[str], vectors: Vector, folder: Path) -> Callable[[Vector], Any]:
    """Return a search of haystack's store in memory, saved and opened again."""
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    made = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    made.write_documents(
        [Document(content=t, embedding=v.tolist()) for t, v in zip(texts, vectors, strict=True)]
    )
    folder.mkdir(parents=True)
    made.save_to_disk(str(folder / "store.json"))
    opened = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
    return lambda vector: opened.embedding_retrieval(vector.tolist(), top_k=SHOWN)


def footnote(texts: list[str], vectors: Vector, folder: Path) -> Callable[[Vector], Any]:
    """Return a search by vectors and words of Footnote's store, opened again."""
    from material import Text, document_changes

    from rag.store.embedded import EmbeddedStore
    from rag.store.protocol import Manifest
    from rag.terms import query_terms

    manifest = Manifest("ready vectors", vectors.shape[1], "", 0)
    owns = (vectors[row : row + 1] for row in range(len(texts)))
    changes = (
        change
        for row, (text, own) in enumerate(zip(texts, owns, strict=True))
        for change in document_changes(f"{row}.txt", Text("", [text], own, [own]))
    )
    EmbeddedStore(folder).apply(changes, manifest)
    store, words = EmbeddedStore(folder), query_terms("When was the first university founded?")

    def found(vector: Vector) -> Any:
        with store.snapshot() as snapshot:
            dense = snapshot.search_dense(vector, 50, None)
            snapshot.search_lexical(words, 50, None)
            snapshot.sentence_cosines(vector, [item.chunk for item in dense])
            return snapshot.chunks([item.chunk for item in dense[:SHOWN]])

    return found


SEARCHES_BY = {"footnote": footnote, "langchain": langchain, "txtai": txtai, "haystack": haystack}


def measure(name: str, folder: Path) -> dict[str, Any]:
    """Index what lies in *folder* with one tool, and time its searches."""
    texts = json.loads((folder / "texts.json").read_bytes())
    vectors = np.load(folder / "vectors.npy")
    questions = np.load(folder / "questions.npy")
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    began = time.perf_counter()
    search = SEARCHES_BY[name](texts, vectors, place)
    seconds = time.perf_counter() - began
    wall, cpu = [], []
    for question in questions[: WARM_UP + SEARCHES]:
        began, used = time.perf_counter(), time.process_time()
        search(question)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - used))
    return {
        "write_and_open_s": seconds,
        "search_p50_ms": statistics.median(wall[WARM_UP:]),
        "search_p95_ms": statistics.quantiles(wall[WARM_UP:], n=20)[-1],
        "search_cpu_ms": statistics.median(cpu[WARM_UP:]),
        "resident_mb": psutil.Process().memory_info().rss / 1e6,
        "bytes": sum(path.stat().st_size for path in place.rglob("*") if path.is_file()),
    }


def install(folder: Path) -> str | None:
    """Install the rivals into *folder*; return what went wrong, None if nothing did."""
    if folder.is_dir():
        return None
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--target", str(folder), *INSTALLED]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stderr.strip().splitlines()[-1] if found.returncode else None


def compare(folder: Path, rivals: Path, size: int) -> dict[str, Any]:
    """Measure every tool in a process of its own, one after another."""
    path = os.pathsep.join([str(rivals), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "HAYSTACK_TELEMETRY_ENABLED": "False"}
    environment["ALLOW_RESOLVE_TRANSFORM"] = "True"  # txtai: that ready vectors are handed in
    results: dict[str, Any] = {}
    for name in SEARCHES_BY:
        if name == "haystack" and size > HAYSTACK_UP_TO:
            continue
        command = [sys.executable, __file__, "--one", name, str(folder)]
        found = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        lines = (found.stderr if found.returncode else found.stdout).strip().splitlines()
        results[name] = {"failed": lines[-1]} if found.returncode else json.loads(lines[-1])
        print(size, name, results[name], file=sys.stderr, flush=True)
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all tools at every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=(1_000, 10_000))
    parser.add_argument("--sentences", type=int, default=30_000)
    parser.add_argument("--cache", type=Path, default=Path("index/benchmarks"))
    parser.add_argument("--out", type=Path, default=RESULTS / "rivals.json")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(measure(options.one[0], Path(options.one[1]))))
        return
    from rag.embedding import open_embedder
    from rag.settings import Settings

    rivals = (options.cache / "rivals").resolve()
    failed = install(rivals)
    embedder = open_embedder(Settings().embedding)
    material = Material(options.data, embedder, options.cache, options.sentences)
    sizes = {}
    for size in options.sizes:
        folder = (options.cache / f"compared-{size}").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        texts = list(material.texts(size))
        paragraphs = [item for text in texts for item in text.paragraphs]
        (folder / "texts.json").write_text(json.dumps(paragraphs))
        np.save(folder / "vectors.npy", np.concatenate([text.vectors for text in texts]))
        np.save(folder / "questions.npy", material.question_vectors)
        sizes[str(size)] = compare(folder, rivals, size)
    result = {**described(), "not_installed": failed, "sizes": sizes}
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
