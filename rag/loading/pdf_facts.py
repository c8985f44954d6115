"""What a PDF file says about itself, read with pypdf: page labels, title, author, date, kind."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from pypdf import PdfReader

from rag.types import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")


def facts_of(content: bytes, pages: int) -> tuple[list[str | None], Metadata]:
    """Return the declared label of each page, None where there is none, and the metadata.

    Args:
        content: The bytes of the file, which may be encrypted with an empty password.
        pages: How many pages it has; labels of another number are left out.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pypdf raises anything, and the text is there without it
        return [None] * pages, Metadata()
    return _labels(reader, pages), _declared(reader)


def _labels(reader: PdfReader, pages: int) -> list[str | None]:
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
