"""PDF files: PDFium reads the text of the pages, pypdf what the file says about itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from rag.errors import DamagedError, EmptyError, EncryptedError, ScannedError
from rag.loading.pdf_facts import facts_of
from rag.loading.pdf_layout import page_blocks, type_scale
from rag.loading.pdf_notes import note_block, parted_pages
from rag.loading.pdf_text import page_lines
from rag.loading.raw import RawDocument, RawPage
from rag.types import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.loading.pdf_layout import TypeScale
    from rag.loading.pdf_notes import Part
    from rag.loading.pdf_text import Line
    from rag.loading.raw import RawBlock

_HEADER_BYTES = 1024


def read(content: bytes) -> RawDocument:
    """Return the pages of a PDF file.

    Raises:
        EncryptedError: a password is needed.
        DamagedError: it is no PDF file or its structure is broken.
        ScannedError: no page has a text layer.
        EmptyError: it has no pages.
    """
    if b"%PDF-" not in content[:_HEADER_BYTES]:
        message = "Expected a PDF file, but it does not begin like one; it may be damaged."
        raise DamagedError(message)
    lines, dropped = _lines(content)
    _check_text(lines)
    labels, declared = facts_of(content, len(lines))
    scale = type_scale(lines)
    pages = tuple(
        RawPage(number, tuple(_blocks(parts, scale)), label)
        for number, (parts, label) in enumerate(
            zip(parted_pages(lines, scale.body), labels, strict=True), 1
        )
    )
    return RawDocument(
        pages=pages,
        paginated=True,
        wrapped=True,
        declared=declared,
        dropped=tuple(dropped),
    )


def _blocks(parts: list[Part], scale: TypeScale) -> Iterator[RawBlock]:
    for part in parts:
        if part.is_note:
            yield note_block(part.lines)
        else:
            yield from page_blocks(part.lines, scale)


def _lines(content: bytes) -> tuple[list[list[Line]], list[Dropped]]:
    """The lines of every page; a page that cannot be read is recorded, not fatal."""
    lines: list[list[Line]] = []
    dropped: list[Dropped] = []
    with _open(content) as document:
        for number in range(1, len(document) + 1):
            page: list[Line] = []
            try:
                page = _page_lines(document, number)
            except pdfium.PdfiumError as error:
                dropped.append(Dropped("page cannot be read", str(error)[:200], number))
            else:
                if not page:
                    dropped.append(Dropped("page without text", "", number))
            lines.append(page)
    if all(entry.reason == "page cannot be read" for entry in dropped) and not any(lines):
        message = (
            f"Expected readable pages, but none of the {len(lines)} can be read; get it again."
        )
        raise DamagedError(message)
    return lines, dropped


def _open(content: bytes) -> pdfium.PdfDocument:
    """Open a file with an empty password; *content* must outlive the document."""
    handle = raw.FPDF_LoadMemDocument64(content, len(content), None)
    if not handle:
        code = raw.FPDF_GetLastError()
        if code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            message = "Expected a PDF file that opens without a password; save it without one."
            raise EncryptedError(message)
        message = "Expected a whole PDF file, but its structure is broken; get it again."
        raise DamagedError(message)
    document = pdfium.PdfDocument(handle)
    if len(document) == 0:
        document.close()
        message = "Expected a PDF file with pages, but it has none."
        raise EmptyError(message)
    return document


def _page_lines(document: pdfium.PdfDocument, number: int) -> list[Line]:
    # A page keeps its fonts and pictures until it is closed.
    with closing(document[number - 1]) as page, closing(page.get_textpage()) as text:
        return page_lines(text)


def _check_text(lines: list[list[Line]]) -> None:
    if not any(lines):
        message = (
            f"Expected a text layer, but none of the {len(lines)} pages has one: they are "
            "pictures or blank; run OCR over the file first."
        )
        raise ScannedError(message)
