"""A page of a PDF as it is printed, with the quote marked on it."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from rag.chat.drawing import drawn
from rag.chat.pdf_worker import letters_of
from rag.models import file_sha256

if TYPE_CHECKING:
    from rag.chat.engine import Engine
    from rag.chat.pdf_worker import Box
    from rag.types import Document, Page, Span

TIMEOUT_S = 30
KEPT = 24
"""Pictures kept in memory, about 200 kB each."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn page; ``boxes`` mark the quote and are empty where it could not be found."""

    data: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]


def pdf_of(engine: Engine, document: Document) -> Path | None:
    """Return the file of *document* if it is a PDF that is still what was indexed."""
    for file in engine.store.files():
        path = Path(file.path)
        if file.name == document.name and path.suffix.casefold() == ".pdf":
            try:
                status = path.stat()
                same = _hash(str(path), status.st_mtime_ns, status.st_size) == document.sha256
            except OSError:
                return None
            return path if same else None
    return None


def picture_html(path: Path, document: Document, page: Page, span: Span) -> Markup | None:
    """Return a page as HTML with *span* marked on it, None where it cannot be drawn."""
    start, end = max(span.start, page.span.start), min(span.end, page.span.end)
    quote = document.text[start:end] if start < end else ""
    before = letters_of(document.text[page.span.start : max(start, page.span.start)])[0]
    skip = before.count(letters) if (letters := letters_of(quote)[0]) else 0
    picture = _drawn(str(path), document.sha256, page.number, quote, skip)
    if picture is None:
        return None
    return Markup(  # noqa: S704 - drawn by an escaping template
        drawn(
            "picture.html",
            source="data:image/webp;base64," + base64.b64encode(picture.data).decode(),
            picture=picture,
            page=page,
            missing=bool(quote) and not picture.boxes,
        )
    )


@lru_cache(maxsize=256)
def _hash(path: str, changed_ns: int, size: int) -> str:  # noqa: ARG001 - part of the key
    return file_sha256(Path(path))


@lru_cache(maxsize=KEPT)
def _drawn(path: str, sha256: str, number: int, quote: str, skip: int) -> Picture | None:  # noqa: ARG001
    request = {"path": path, "page": number, "quote": quote, "skip": skip}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "rag.chat.pdf_worker"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        line, _, data = done.stdout.partition(b"\n")
        head = json.loads(line)
        boxes = tuple((box[0], box[1], box[2], box[3]) for box in head["boxes"])
        return Picture(data, head["width"], head["height"], boxes)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        _log.warning("Page %d of %s could not be drawn: %s", number, path, error)
        return None
