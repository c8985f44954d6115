"""How fast folders of files become a published generation, stage by stage.

    python eval/benchmarks/stages.py --data FOLDER [--pdf FOLDER] [--out eval/results/stages.json]

Text files are the articles of SQuAD, PDF files those of ``--pdf``. Seconds are those that the one
thread spends that embeds and stores: files are parsed on other cores meanwhile, so "load" is only
how long it waited for them. The rate of embedding alone is measured after that, in the same run,
on the same passages.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from machine import described
from material import read_articles

from rag.embedding import open_embedder
from rag.indexing import PASSAGES_A_BATCH, update_index
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = Path(__file__).resolve().parents[1] / "results"


def main(arguments: Sequence[str] | None = None) -> None:
    """Index both kinds and write one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pdf", type=Path, help="folder of PDF files")
    parser.add_argument("--articles", type=int, default=40, help="of SQuAD, a text file each")
    parser.add_argument("--pdf-files", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS / "stages.json")
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {**described(), "kinds": {}}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        texts = folder / "texts"
        texts.mkdir()
        articles = itertools.islice(read_articles(options.data), options.articles)
        for number, (_, paragraphs) in enumerate(articles):
            (texts / f"{number}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
        kinds = {"txt": [texts]}
        if options.pdf and options.pdf.is_dir():
            kinds["PDF"] = sorted(options.pdf.glob("*.pdf"))[: options.pdf_files]
        for kind, paths in kinds.items():
            result["kinds"][kind] = measured(paths, folder / f"index-{kind}")
            print(kind, result["kinds"][kind], file=sys.stderr, flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n")


def measured(paths: list[Path], folder: Path) -> dict[str, Any]:
    """Index *paths* anew, and embed the same passages alone."""
    settings = Settings()
    embedder, store = open_embedder(settings.embedding), EmbeddedStore(folder)
    embedder.embed(["to open the model"])
    report = update_index(store, paths, settings, embedder)
    with store.snapshot() as snapshot:
        contents = list(snapshot.contents(snapshot.catalog()))
    texts = [chunk.embedded_text for content in contents for chunk in content.chunks]
    pages = sum(len(content.document.pages) for content in contents)
    began = time.perf_counter()
    for start in range(0, len(texts), PASSAGES_A_BATCH):
        embedder.embed(texts[start : start + PASSAGES_A_BATCH])
    alone = len(texts) / (time.perf_counter() - began)
    total = report.seconds["total"]
    return {
        "files": len(report.added),
        "pages": pages,
        "passages": len(texts),
        "seconds": report.seconds,
        "pages_per_second": pages / total,
        "passages_per_second": len(texts) / total,
        "embedding_alone_passages_per_second": alone,
        "share_of_embedding_rate": len(texts) / total / alone,
    }


if __name__ == "__main__":
    main()
