"""What an update costs: one changed file, a tenth of all files changed, and the run after that.

    python eval/benchmarks/updating.py --data FOLDER [--passages 100000] [--cache FOLDER]

The library is a folder of text files, 25 passages each, indexed and updated by `update_index` as
`rag index` does. Vectors of the first run are made up, since embedding so much takes an hour;
those of the changed files are computed by the model. Results go to ``eval/results/updating.json``.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from machine import described
from material import PARAGRAPH_BREAK, PASSAGES_A_DOCUMENT, Material

from rag.embedding import open_embedder
from rag.indexing import update_index
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.embedding import Embedder
    from rag.index_report import IndexReport
    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk

RESULTS = Path(__file__).resolve().parents[1] / "results"


class MadeUp:
    """Vectors of random directions instead of a model's, for filling an index quickly."""

    def __init__(self, embedder: Embedder) -> None:
        """Stand in for *embedder*."""
        self.fingerprint, self.dimension = embedder.fingerprint, embedder.dimension
        self.max_tokens, self.count_tokens = embedder.max_tokens, embedder.count_tokens
        self._rng = np.random.default_rng(7)

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return vectors of length 1."""
        rows = self._rng.normal(size=(len(texts), self.dimension))
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vector]:
        """Return a vector of each passage and of each of its sentences."""
        return [self.embed([""] * (1 + len(sentence_spans(chunk.text)))) for chunk in chunks]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill an index, change files, and write what each run took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--sentences", type=int, default=30_000)
    parser.add_argument("--cache", type=Path, default=Path("index/benchmarks"))
    parser.add_argument("--made-up-churn", action="store_true", help="made-up vectors there too")
    parser.add_argument("--out", type=Path, default=RESULTS / "updating.json")
    options = parser.parse_args(arguments)
    settings = Settings()
    embedder = open_embedder(settings.embedding)
    embedder.embed(["The model is compiled before anything is timed."])
    folder, index = options.cache / "files", options.cache / "updated"
    for path in (folder, index):
        shutil.rmtree(path, ignore_errors=True)
    material = Material(options.data, embedder, options.cache, options.sentences)
    files = write_library(folder, material, options.passages)
    made_up = MadeUp(embedder)
    runs: dict[str, Any] = {"first": run(index, folder, settings, made_up)}
    for number in range(3):
        change(files[number : number + 1], f"Changed for run {number}.")
        runs[f"one file changed, {number + 1}"] = run(index, folder, settings, embedder)
    churn = made_up if options.made_up_churn else embedder
    change(files[10 : 10 + len(files) // 10], "A tenth was changed.")
    runs["a tenth changed"] = run(index, folder, settings, churn)
    change(files[:1], "Changed after the tenth.")
    runs["one file changed after that"] = run(index, folder, settings, embedder)
    runs["nothing changed"] = run(index, folder, settings, embedder)
    result = {**described(), "files": len(files), "churn": type(churn).__name__, "runs": runs}
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def write_library(folder: Path, material: Material, passages: int) -> list[Path]:
    """Write text files of about *passages* passages in all."""
    folder.mkdir(parents=True)
    paragraphs = [item for text in material.texts(passages) for item in text.paragraphs]
    files = []
    for start in range(0, len(paragraphs), PASSAGES_A_DOCUMENT):
        path = folder / f"{start:07}.txt"
        path.write_text(PARAGRAPH_BREAK.join(paragraphs[start : start + PASSAGES_A_DOCUMENT]))
        files.append(path)
    return files


def change(files: Sequence[Path], sentence: str) -> None:
    """Put a sentence before each file's text."""
    for path in files:
        path.write_text(f"{sentence}{PARAGRAPH_BREAK}{path.read_text()}")


def run(index: Path, folder: Path, settings: Settings, embedder: Embedder) -> dict[str, Any]:
    """Update the index and return what that took, the bytes written and how it is stored."""
    store = EmbeddedStore(index)
    written = resource.getrusage(resource.RUSAGE_SELF).ru_oublock
    began, used = time.perf_counter(), time.process_time()
    report: IndexReport = update_index(store, [folder], settings, embedder)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    written = 512 * (resource.getrusage(resource.RUSAGE_SELF).ru_oublock - written)
    sizes = store.size_bytes()
    with store.snapshot() as snapshot:
        passages = snapshot.document_frequencies([])[1]
    store.close()
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "stages_s": report.seconds,
        "files_changed": len(report.added) + len(report.changed),
        "passages": passages,
        "passages_embedded": report.passages_embedded,
        "written_bytes": written,
        "index_bytes": sum(sizes.values()),
    }


if __name__ == "__main__":
    main()
