"""Indexing, cold start and search, each as a ratio against langchain in the same run.

Both sides index the same passages with the same weights: Footnote through its store, langchain
through `HuggingFaceEmbeddings` and `FAISS.from_texts`. Every figure is the median of several
interleaved runs, since machines are noisy; nothing here fails on speed.

    python eval/benchmarks/speed.py --data FOLDER [--passages 2000] [--out eval/results/speed.json]

FOLDER holds ``squad11_train/docs.jsonl.gz`` with one JSON object a line: id, title, text
(paragraphs of SQuAD 1.1, from https://rajpurkar.github.io/SQuAD-explorer/).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from machine import described

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS = (
    "When was the university founded?",
    "How many people live in the city?",
    "Who wrote the first symphony?",
    "Why did the empire decline?",
    "Which river flows through the capital?",
    "What is the largest export of the country?",
)
LANGCHAIN_ASK = """
import sys
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
embeddings = HuggingFaceEmbeddings(model_name=sys.argv[1])
store = FAISS.load_local(sys.argv[2], embeddings, allow_dangerous_deserialization=True)
print(store.similarity_search(sys.argv[3], k=3))
"""


def read_passages(folder: Path, count: int) -> list[tuple[str, str, str]]:
    """Return (id, title, text) of the first *count* paragraphs."""
    path = folder / "squad11_train" / "docs.jsonl.gz"
    if not path.is_file():
        sys.exit(
            f"Expected paragraphs at {path}: SQuAD 1.1 comes from "
            "https://rajpurkar.github.io/SQuAD-explorer/. Give their folder with --data."
        )
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in itertools.islice(lines, count)]
    return [(row["id"], row["title"], row["text"]) for row in rows]


def footnote_index(passages: list[tuple[str, str, str]], folder: Path) -> int:
    """Index the passages as documents and return how many there were.

    Some are cut into two by the splitter; the rate counts what went in, as for langchain, which
    leaves out what a passage has beyond the model's 256 word pieces.
    """
    from rag.chunking import chunk_document
    from rag.embedding import open_embedder
    from rag.indexing import manifest_for
    from rag.settings import Settings
    from rag.store import AddDocument, SetFile, SourceFile
    from rag.store.embedded import EmbeddedStore
    from rag.types import Document, Metadata

    settings = Settings()
    embedder = open_embedder(settings.embedding)
    documents, chunks = [], []
    for name, title, text in passages:
        sha256 = hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()
        document = Document(f"{name}.txt", sha256, text, Metadata(title=title))
        documents.append(document)
        chunks.append(
            chunk_document(document, settings.chunking, embedder.count_tokens, embedder.max_tokens)
        )
    vectors = embedder.embed_with_sentences([chunk for own in chunks for chunk in own])
    changes: list[Any] = []
    start = 0
    for document, own in zip(documents, chunks, strict=True):
        changes.append(AddDocument(document, tuple(own), vectors[start : start + len(own)]))
        changes.append(SetFile(SourceFile(document.name, "", document.sha256, len(document.text))))
        start += len(own)
    EmbeddedStore(folder).apply(changes, manifest_for(settings, embedder))
    return len(passages)


def langchain_index(texts: list[str], model: Path, folder: Path) -> int:
    """Index the same texts with langchain's defaults."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    store = FAISS.from_texts(texts, HuggingFaceEmbeddings(model_name=str(model)))
    store.save_local(str(folder))
    return len(texts)


def timed(call: Callable[[], int]) -> float:
    """Return passages a second of one call."""
    began = time.perf_counter()
    count = call()
    return count / (time.perf_counter() - began)


def process_seconds(command: list[str]) -> float:
    """Return the wall-clock seconds of a whole process."""
    began = time.perf_counter()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode not in {0, 3}:
        sys.exit(f"{command[:3]} failed: {result.stderr[-2000:]}")
    return time.perf_counter() - began


def measure_indexing(
    passages: list[tuple[str, str, str]], model: Path, folder: Path, runs: int
) -> dict[str, Any]:
    """Index the same passages with both, in turns, after one warm-up of each."""
    texts = [text for _, _, text in passages]
    footnote_index(passages[:64], folder / "warm")
    langchain_index(texts[:64], model, folder / "warm-langchain")
    ours, theirs = [], []
    for run in range(runs):
        ours.append(timed(partial(footnote_index, passages, folder / f"ours{run}")))
        theirs.append(timed(partial(langchain_index, texts, model, folder / f"theirs{run}")))
        print(f"indexing run {run + 1}: {ours[-1]:.1f} against {theirs[-1]:.1f}", file=sys.stderr)
    return summary("passages_per_second", ours, theirs, higher_is_better=True)


def measure_cold(model: Path, folder: Path, runs: int) -> dict[str, Any]:
    """Ask one question as a whole process with both, in turns."""
    question = QUESTIONS[0]
    rag = [sys.executable, "-m", "rag.cli", "ask", question, "--index", str(folder / "ours0")]
    plain = [sys.executable, "-c", LANGCHAIN_ASK, str(model), str(folder / "theirs0"), question]
    process_seconds(rag)
    process_seconds(plain)
    pairs = [(process_seconds(rag), process_seconds(plain)) for _ in range(runs)]
    return summary(
        "seconds",
        [ours for ours, _ in pairs],
        [theirs for _, theirs in pairs],
        higher_is_better=False,
    )


def measure_warm(folder: Path, rounds: int) -> dict[str, float]:
    """Return the median and 95th percentile of search and ask in an open pipeline."""
    from rag.pipeline import open_pipeline
    from rag.settings import Settings

    pipeline = open_pipeline(folder, Settings())
    figures = {}
    for name, call in (("search", pipeline.search), ("ask", pipeline.ask)):
        for question in QUESTIONS:
            call(question)
        times = []
        for question in QUESTIONS * rounds:
            began = time.perf_counter()
            call(question)
            times.append(1000 * (time.perf_counter() - began))
        figures[f"{name}_p50_ms"] = statistics.median(times)
        figures[f"{name}_p95_ms"] = statistics.quantiles(times, n=20)[-1]
    return figures


def summary(
    unit: str, ours: list[float], theirs: list[float], *, higher_is_better: bool
) -> dict[str, Any]:
    """Return both medians, the range of each, and how many times better Footnote is."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    return {
        f"footnote_{unit}": mine,
        f"langchain_{unit}": other,
        f"footnote_{unit}_range": [min(ours), max(ours)],
        f"langchain_{unit}_range": [min(theirs), max(theirs)],
        "ratio": mine / other if higher_is_better else other / mine,
    }


def main() -> None:
    """Run everything and write one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1000, help="for the indexing comparison")
    parser.add_argument("--warm-passages", type=int, default=10_000, help="for search and ask")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("eval/results/speed.json"))
    arguments = parser.parse_args()
    from rag.models import find_model

    model = find_model("all-MiniLM-L6-v2")
    if model is None:
        sys.exit("Expected the bundled model all-MiniLM-L6-v2: run make install.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        passages = read_passages(arguments.data, arguments.warm_passages)
        result: dict[str, Any] = {
            **described(),
            "passages": arguments.passages,
            "indexing": measure_indexing(
                passages[: arguments.passages], model, folder, arguments.runs
            ),
            "cold_ask": measure_cold(model, folder, arguments.runs),
        }
        if arguments.warm_passages:
            result["warm_passages"] = footnote_index(passages, folder / "warm-large")
            result["warm"] = measure_warm(folder / "warm-large", rounds=20)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
