"""PDF files, page by page with pypdf."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from rag.errors import DamagedError, EmptyError, EncryptedError, LoadError, ScannedError
from rag.loading.pdf_fonts import FontWidths
from rag.loading.pdf_layout import page_blocks, type_scale
from rag.loading.pdf_text import page_lines
from rag.loading.raw import RawDocument, RawPage
from rag.types import Dropped, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.loading.pdf_text import Line

_HEADER_BYTES = 1024
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")


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
    try:
        return _read(content)
    except LoadError:
        raise
    except (FileNotDecryptedError, DependencyError) as error:
        message = f"Expected a PDF file without a password, but: {error}; remove it."
        raise EncryptedError(message) from error
    except PyPdfError as error:
        message = f"Expected a whole PDF file, but: {str(error)[:200]}; get it again."
        raise DamagedError(message) from error


def _read(content: bytes) -> RawDocument:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        message = "Expected a PDF file that opens without a password; save it without one."
        raise EncryptedError(message)
    lines, dropped = _lines(reader)
    _check_text(lines)
    labels = _labels(reader, len(lines))
    scale = type_scale(lines)
    pages = tuple(
        RawPage(number, tuple(page_blocks(page, scale)), label)
        for number, (page, label) in enumerate(zip(lines, labels, strict=True), 1)
    )
    return RawDocument(
        pages=pages,
        paginated=True,
        wrapped=True,
        declared=_declared(reader),
        dropped=tuple(dropped),
    )


def _lines(reader: PdfReader) -> tuple[list[list[Line]], list[Dropped]]:
    """The lines of every page; a page that cannot be read is recorded, not fatal."""
    lines: list[list[Line]] = []
    dropped: list[Dropped] = []
    widths = FontWidths()
    for number in range(1, len(reader.pages) + 1):
        try:
            page = page_lines(reader.pages[number - 1], widths)
        except (MemoryError, FileNotDecryptedError, DependencyError):
            raise
        except Exception as error:  # noqa: BLE001 - pypdf raises anything on broken pages
            page = []
            reason = f"page cannot be read ({type(error).__name__})"
            dropped.append(Dropped(reason, str(error)[:200], number))
        else:
            if not page:
                dropped.append(Dropped("page without text", "", number))
        lines.append(page)
    if lines and all(entry.reason != "page without text" for entry in dropped) and not any(lines):
        message = (
            f"Expected readable pages, but none of the {len(lines)} can be read; get it again."
        )
        raise DamagedError(message)
    return lines, dropped


def _check_text(lines: list[list[Line]]) -> None:
    if not lines:
        message = "Expected a PDF file with pages, but it has none."
        raise EmptyError(message)
    if not any(lines):
        message = (
            f"Expected a text layer, but none of the {len(lines)} pages has one: they are "
            "pictures or blank; run OCR over the file first."
        )
        raise ScannedError(message)


def _labels(reader: PdfReader, pages: int) -> list[str | None]:
    """The declared page labels, None for each where the file declares none."""
    try:
        if "/PageLabels" not in reader.root_object:
            return [None] * pages
        labels = [label or None for label in reader.page_labels]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a broken label tree must not cost the document
        return [None] * pages
    return labels if len(labels) == pages else [None] * pages


def _declared(reader: PdfReader) -> Metadata:
    info: dict[str, str] = {}
    xmp: dict[str, str] = {}
    try:
        info = {key: str(value) for key, value in (reader.metadata or {}).items()}
        xmp = _xmp(reader)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001, S110 - broken metadata must not cost the document
        pass
    about = "; ".join(filter(None, [info.get("/Subject"), info.get("/Keywords")]))
    created = _PDF_DATE.match(info.get("/CreationDate", ""))
    return Metadata(
        title=xmp.get("title") or info.get("/Title") or None,
        author=xmp.get("author") or info.get("/Author") or None,
        date=_joined(
            xmp.get("date"),
            about,
            created and "created " + "-".join(filter(None, created.groups())),
        ),
        kind=_joined(xmp.get("kind"), about),
    )


def _xmp(reader: PdfReader) -> dict[str, str]:
    xmp = reader.xmp_metadata
    if xmp is None:
        return {}
    titles = dict(xmp.dc_title or {})
    return {
        "title": titles.get("x-default") or next(iter(titles.values()), ""),
        "author": ", ".join(map(str, xmp.dc_creator or [])),
        "date": "; ".join(map(_iso, xmp.dc_date or [])),
        "kind": "; ".join(map(str, xmp.dc_type or [])),
    }


def _iso(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if isoformat else str(value)


def _joined(*parts: str | None) -> str | None:
    return "; ".join(part for part in _filled(parts)) or None


def _filled(parts: Iterable[str | None]) -> list[str]:
    return [part for part in parts if part]
