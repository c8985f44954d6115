"""How fast PDF files are read, and how faithfully: words, order, hyphens, tables, headings.

    python eval/benchmarks/loading.py FOLDER... [--manuscripts docs/corpus/sources] [--out FILE]

Every PDF file of each FOLDER is read by Footnote (PDFium with places, then cleaning), by PDFium
alone and by pypdf alone. Where a manuscript of the same name lies in the folder that
``--manuscripts`` names, it is the truth; without one, what pypdf reads is what the others are
compared with, page by page. Seconds are of the processor, so that a busy machine matters less.
Company reports to measure on: the ten-Q filings of https://www.sec.gov/edgar.
"""

from __future__ import annotations

import argparse
import difflib
import io
import json
import re
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
from machine import described
from pypdf import PdfReader

from rag.cleaning import clean
from rag.loading.pdf import read
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.types import Document

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "corpus"))
import manuscript as manuscripts

RESULTS = Path(__file__).resolve().parents[1] / "results"
_WORD = re.compile(r"[^\W_]+")
_LINE_END_HYPHEN = re.compile("(\\w+)[-\N{SOFT HYPHEN}]\\s*\n\\s*(\\w+)")
_MEANS = ("found", "sound", "order")


@dataclass
class Reading:
    """What one way of reading did with all files.

    ``found`` is the share (0..1) of the reference's words that it has, ``sound`` the share of its
    words that the reference has, and ``order`` the similarity (0..1) of the two as sequences: one
    of each for a file.
    """

    pages: int = 0
    seconds: float = 0.0
    found: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)
    order: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Return the means, and pages a second."""
        means = {key: _mean(values) for key, values in asdict(self).items() if key in _MEANS}
        return {
            "pages": self.pages,
            "pages_per_second": round(self.pages / self.seconds, 1),
            **means,
        }


def with_footnote(content: bytes) -> Document:
    """Read and clean a file as indexing does."""
    return clean(read(content), "a.pdf", "0" * 64)


def with_pdfium(content: bytes) -> list[str]:
    """Return the text of each page as PDFium orders it."""
    document = pdfium.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def with_pypdf(content: bytes) -> list[str]:
    """Return the text of each page as pypdf's plain mode orders it."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def compare(pages: Sequence[str], reference: Sequence[str]) -> tuple[float, float, float]:
    """Return found, sound and order of *pages*, against pages or against one whole text."""
    if len(reference) == 1:
        pages = ["\n".join(pages)]
    words = [_WORD.findall(page.lower()) for page in pages]
    wanted = [_WORD.findall(page.lower()) for page in reference]
    shared = matched = 0
    for left, right in zip(words, wanted, strict=True):
        shared += (Counter(left) & Counter(right)).total()
        alike = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
        matched += sum(block.size for block in alike)
    total, expected = sum(map(len, words)), sum(map(len, wanted))
    return shared / max(expected, 1), shared / max(total, 1), 2 * matched / (total + expected or 1)


def structure(document: Document, pages: Sequence[str], source: Path | None) -> Counter[str]:
    """Count what cleaning made of a file, and against its manuscript how much of it is right."""
    rows = _texts(document, BlockKind.TABLE_ROW)
    plain = "".join("".join(_WORD.findall(page)) for page in pages)
    counts = Counter(
        {
            "headings": len(_texts(document, BlockKind.HEADING)),
            "table rows": len(rows),
            "table rows in pypdf's order": sum(
                "".join(_WORD.findall(row)) in plain for row in rows
            ),
            "running lines dropped": len(document.dropped),
        }
    )
    counts.update(_hyphens(document, pages))
    if source is not None:
        counts.update(_against(document, manuscripts.read(source)))
    return counts


def _hyphens(document: Document, pages: Sequence[str]) -> dict[str, int]:
    """Count line-end hyphens, and those whose two parts stand together in the cleaned text."""
    text = document.text.lower()
    broken = [match for page in pages for match in _LINE_END_HYPHEN.findall(page.lower())]
    mended = sum(left + right in text or f"{left}-{right}" in text for left, right in broken)
    return {"hyphens at line ends": len(broken), "hyphens at line ends joined": mended}


def _against(document: Document, truth: manuscripts.Manuscript) -> dict[str, int]:
    headings = set(_texts(document, BlockKind.HEADING))
    rows = set(_texts(document, BlockKind.TABLE_ROW))
    marks = (manuscripts.BlockKind.HEADING, manuscripts.BlockKind.SUBHEADING)
    wanted = [block.text for block in truth.blocks if block.kind in marks]
    tables = [block for block in truth.blocks if block.kind is manuscripts.BlockKind.TABLE]
    whole = [" | ".join(filter(None, row)) for table in tables for row in table.rows]
    return {
        "headings of the manuscripts": len(wanted),
        "headings of the manuscripts found": sum(heading in headings for heading in wanted),
        "table rows of the manuscripts": len(whole),
        "table rows of the manuscripts found whole": sum(row in rows for row in whole),
    }


def _texts(document: Document, kind: BlockKind) -> list[str]:
    return [document.slice(block.span) for block in document.blocks if block.kind is kind]


def manuscript_text(path: Path) -> str:
    """Return the words that a manuscript puts on its pages, in order."""
    text = manuscripts.read(path)
    blocks = (block.text.replace("*", "").replace("|", " ") for block in text.blocks)
    return "\n".join([text.title, text.author, text.abstract, *blocks, text.note])


def timed(reading: Reading, call: Callable[[bytes], Any], content: bytes) -> Any:
    """Return what *call* makes of *content*, its time added to *reading*."""
    began = time.process_time()
    result = call(content)
    reading.seconds += time.process_time() - began
    return result


def measure(folder: Path, sources: Path | None) -> dict[str, Any]:
    """Return the figures of one folder."""
    readings = {name: Reading() for name in ("footnote", "pdfium alone", "pypdf alone")}
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.pdf")):
        content = path.read_bytes()
        document = timed(readings["footnote"], with_footnote, content)
        texts = {
            "footnote": [document.slice(page.span) for page in document.pages],
            "pdfium alone": timed(readings["pdfium alone"], with_pdfium, content),
            "pypdf alone": timed(readings["pypdf alone"], with_pypdf, content),
        }
        source = sources / f"{path.stem}.md" if sources else None
        source = source if source is not None and source.is_file() else None
        reference = [manuscript_text(source)] if source else texts["pypdf alone"]
        for name, reading in readings.items():
            found, sound, order = compare(texts[name], reference)
            reading.pages += len(texts[name])
            reading.found.append(found)
            reading.sound.append(sound)
            reading.order.append(order)
        counts.update(structure(document, texts["pypdf alone"], source))
    return {
        "files": len(readings["footnote"].order),
        "readings": {name: reading.summary() for name, reading in readings.items()},
        "structure": dict(counts),
    }


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / max(len(values), 1), 4)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="of PDF files")
    parser.add_argument("--manuscripts", type=Path, help="folder of the texts they were made from")
    parser.add_argument("--out", type=Path, default=RESULTS / "loading.json")
    options = parser.parse_args()
    for folder in options.folders:
        if not any(folder.glob("*.pdf")):
            sys.exit(f"Expected PDF files in {folder}, but there are none. Check the folder.")
    figures = {
        **described(),
        "folders": {
            folder.name: measure(folder, options.manuscripts) for folder in options.folders
        },
    }
    text = json.dumps(figures, indent=2) + "\n"
    sys.stdout.write(text)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
