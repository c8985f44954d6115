"""Write the PDF and Word files of corpus/ from the manuscripts in docs/corpus/sources/.

Usage:
    python docs/corpus/make_corpus.py [FOLDER]

FOLDER is corpus/ unless given. The same manuscripts give the same bytes on every run, so a test may
write into a temporary folder and compare. It needs reportlab and python-docx.
"""

from __future__ import annotations

import sys
from pathlib import Path

import book
import manuscript
import word

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
CORPUS = HERE.parents[1] / "corpus"
WRITERS = {"pdf": book.write, "docx": word.write}
FORMATS = {
    "alliances-compared": "pdf",
    "five-sources-compared": "docx",
    "pakistan-between-riyadh-and-tehran": "pdf",
    "regional-counter-terrorism-briefing": "docx",
    "troops-and-commitments": "pdf",
}


def make(folder: Path = CORPUS) -> list[Path]:
    """Write every file into `folder`, which is made if need be, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, suffix in sorted(FORMATS.items()):
        path = folder / f"{name}.{suffix}"
        WRITERS[suffix](manuscript.read(SOURCES / f"{name}.md"), path)
        paths.append(path)
    return paths


def main() -> None:
    """Write the files and name them."""
    for path in make(*map(Path, sys.argv[1:2])):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
