"""Real files for the loading tests, and one loader for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from rag.loading import Loader
from rag.settings import LoadingSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rag.types import BlockKind, Document

LEADING = 14
TOP = 760
LEFT = 72


@pytest.fixture(scope="session")
def loader() -> Iterator[Loader]:
    """One worker for all tests: it must stand being used for many files."""
    with Loader(LoadingSettings(timeout_s=60, memory_megabytes=2048)) as one:
        yield one


@pytest.fixture
def read(loader: Loader) -> Callable[[Path], Document]:
    """Read a file under its own name."""
    return lambda path: loader.load(path, path.name)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file and return its path."""

    def writer(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


@pytest.fixture
def write_pdf(tmp_path: Path) -> Callable[..., Path]:
    """Write a PDF file from the lines of its pages; see `draw_page`."""

    def writer(name: str, pages: Sequence[Sequence[str]], **options: object) -> Path:
        path = tmp_path / name
        canvas = Canvas(str(path), pagesize=A4, invariant=1, encrypt=options.get("encrypt"))
        canvas.setTitle(str(options.get("title", "untitled")))
        canvas.setAuthor(str(options.get("author", "anonymous")))
        canvas.setSubject(str(options.get("subject", "unspecified")))
        headers = options.get("headers", [""] * len(pages))
        footers = options.get("footers", [""] * len(pages))
        for lines, header, footer in zip(pages, headers, footers, strict=True):
            draw_page(canvas, lines, header, footer)
        canvas.save()
        return path

    return writer


def draw_page(canvas: Canvas, lines: Sequence[str], header: str, footer: str) -> None:
    """Draw lines downwards; "" leaves a gap, "# " is a big line, " | " parts cells."""
    canvas.setFont("Helvetica", 9)
    # Drawn before the text, as page templates do: its place tells, not its order.
    canvas.drawString(LEFT, 40, footer)
    canvas.drawString(LEFT, 810, header)
    y = TOP
    for line in lines:
        y -= LEADING
        big = line.startswith("# ")
        canvas.setFont("Helvetica-Bold" if big else "Helvetica", 16 if big else 11)
        for column, cell in enumerate(line.removeprefix("# ").split(" | ")):
            canvas.drawString(LEFT + 130 * column, y, cell)
    canvas.showPage()


@pytest.fixture
def texts() -> Callable[[Document, BlockKind], list[str]]:
    """The texts of a document's blocks of one kind."""

    def of_kind(document: Document, kind: BlockKind) -> list[str]:
        return [document.slice(block.span) for block in document.blocks if block.kind is kind]

    return of_kind
