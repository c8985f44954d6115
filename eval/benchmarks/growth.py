"""How the cost of everything grows with the library, from 1,000 passages to a million.

    python eval/benchmarks/growth.py --data FOLDER [--sizes 1000 10000 100000] [--cache FOLDER]

What the passages and their vectors are is told in `material.py`. For each size the index is built
in this process and measured in one of its own; results go to ``eval/results/growth.json``, where
sizes that are not measured now are kept, and a plot to ``eval/results/growth.svg``. Nothing here
fails on speed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from machine import described
from material import Material, build

from rag.embedding import open_embedder
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
SIZES = (1_000, 10_000, 100_000)
CURVES = {
    "build_s": "store: writing the index, s",
    "open_index_s": "opening, s",
    "search_without_embedding.p50": "search without the question's embedding, median, ms",
    "stages.dense.p50": "its dense part, median, ms",
    "stages.lexical.p50": "its lexical part, median, ms",
    "ask.p50": "ask, median, ms",
    "memory_searched_mb.resident": "resident memory, MB",
    "index_bytes": "index, bytes",
}
"""The figures that are plotted, as paths into a size's results."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size and write results and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--sentences", type=int, default=30_000, help="to embed")
    parser.add_argument("--ask", type=int, default=20, help="questions that are also asked")
    parser.add_argument("--cache", type=Path, default=Path("index/benchmarks"))
    parser.add_argument("--out", type=Path, default=RESULTS / "growth.json")
    options = parser.parse_args(arguments)
    settings = Settings()
    material = Material(
        options.data, open_embedder(settings.embedding), options.cache, options.sentences
    )
    (options.cache / "questions.json").write_text(json.dumps(material.questions))
    np.save(options.cache / "questions.npy", material.question_vectors)
    measured = json.loads(options.out.read_bytes())["sizes"] if options.out.is_file() else {}
    for size in options.sizes:
        folder = options.cache / f"passages-{size}"
        result = built(folder, material, settings, size) | opened(
            folder, options.cache, options.ask
        )
        measured[str(size)] = {**described(), "sentences": options.sentences, **result}
        print(json.dumps({str(size): result}, indent=1), flush=True)
        value = {"sizes": dict(sorted(measured.items(), key=lambda item: int(item[0])))}
        value["exponents"] = exponents(value["sizes"])
        options.out.write_text(json.dumps(value, indent=1) + "\n")
    plot(value, options.out.with_suffix(".svg"))


def built(folder: Path, material: Material, settings: Settings, size: int) -> dict[str, Any]:
    """Build an index and return what it cost; vectors are there already."""
    shutil.rmtree(folder, ignore_errors=True)
    store = EmbeddedStore(folder)
    began = time.perf_counter()
    text_bytes, making = build(store, material, settings, size)
    seconds = time.perf_counter() - began - making
    parts = store.size_bytes()
    store.close()
    total = sum(parts.values())
    return {
        "build_s": seconds,
        "passages_per_second": size / seconds,
        "text_bytes": text_bytes,
        "index_bytes": total,
        "index_bytes_beyond_text": total - text_bytes,
        "parts_bytes": parts,
    }


def opened(folder: Path, cache: Path, asked: int) -> dict[str, Any]:
    """Measure an index in a process of its own."""
    command = [sys.executable, str(HERE / "measuring.py"), str(folder)]
    command += [str(cache / "questions.json"), str(cache / "questions.npy"), "--ask", str(asked)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if found.returncode:
        sys.exit(f"{command[1]} failed: {found.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return result


def figure(result: dict[str, Any], path: str) -> float | None:
    """Return a figure by its path, None if it was not measured."""
    value: Any = result
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None else float(value)


def exponents(sizes: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return k of cost = c * n^k for each curve, fitted by least squares of logarithms."""
    fitted = {}
    for path in CURVES:
        points = [(int(n), figure(result, path)) for n, result in sizes.items()]
        known = [(math.log(n), math.log(value)) for n, value in points if value]
        if len(known) > 1:
            x, y = np.array(known).T
            fitted[path] = round(float(np.polyfit(x, y, 1)[0]), 3)
    return fitted


def plot(value: dict[str, Any], path: Path) -> None:
    """Draw every curve relative to its smallest size, on logarithmic axes."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot as plt

    _, axes = plt.subplots(figsize=(8, 5))
    for name, label in CURVES.items():
        points = [(int(n), figure(result, name)) for n, result in value["sizes"].items()]
        known = [(n, cost) for n, cost in points if cost]
        if len(known) > 1:
            power = value["exponents"][name]
            axes.plot(
                [n for n, _ in known],
                [cost / known[0][1] for _, cost in known],
                marker="o",
                label=f"{label}: n^{power:.2f}",
            )
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="times the smallest size")
    axes.legend(fontsize=7)
    plt.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close()


if __name__ == "__main__":
    main()
