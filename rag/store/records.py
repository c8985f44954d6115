"""The tables of the catalog, documents as their rows, and the hash that each row carries."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.types import Block, BlockKind, Document, Dropped, Metadata, Page, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (
    name TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    reason TEXT, message TEXT, row_sha256 TEXT NOT NULL);
CREATE INDEX files_by_sha256 ON files (sha256);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, row_sha256 TEXT NOT NULL,
    metadata TEXT NOT NULL, record TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, context TEXT NOT NULL,
    vector_key BLOB NOT NULL);
CREATE INDEX chunks_by_document ON chunks (document);
CREATE INDEX chunks_by_vector_key ON chunks (vector_key);
CREATE TABLE derived (path TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL);
"""
LAYOUT = 2
"""Counts changes of these tables."""
FILE_COLUMNS = "name, path, sha256, size_bytes, reason, message"
CHUNK_COLUMNS = 'id, document, start, "end", context, vector_key'


class DocumentRow(NamedTuple):
    """What the catalog keeps of a document, in the order of its columns."""

    sha256: str
    row_sha256: str
    metadata: str
    record: str
    text: str

    @property
    def whole(self) -> bool:
        """Whether the row is as it was written."""
        return row_sha256(self.sha256, self.metadata, self.record, self.text) == self.row_sha256


def row_of(document: Document) -> DocumentRow:
    """Return the row of a document."""
    content: dict[str, Any] = {
        "pages": [[page.number, page.label, *_pair(page.span)] for page in document.pages],
        "blocks": [
            [block.kind.value, block.level, *_pair(block.span)] for block in document.blocks
        ],
        "dropped": [[item.reason, item.text, item.page] for item in document.dropped],
    }
    metadata, record = _json(asdict(document.metadata)), _json(content)
    digest = row_sha256(document.sha256, metadata, record, document.text)
    return DocumentRow(document.sha256, digest, metadata, record, document.text)


def document_of(row: DocumentRow, names: Sequence[str]) -> Document:
    """Return the document of a row, under its *names*."""
    content = json.loads(row.record)
    kinds = BlockKind._value2member_map_
    return Document(
        name=names[0],
        sha256=row.sha256,
        text=row.text,
        metadata=metadata_of(row.metadata),
        pages=tuple(Page(n, label, Span(start, end)) for n, label, start, end in content["pages"]),
        blocks=tuple(
            Block(kinds[kind], Span(start, end), level)  # type: ignore[arg-type]
            for kind, level, start, end in content["blocks"]
        ),
        dropped=tuple(Dropped(*item) for item in content["dropped"]),
        other_names=tuple(names[1:]),
    )


def metadata_of(column: str) -> Metadata:
    """Return the metadata of a row."""
    return Metadata(**json.loads(column))


def row_sha256(*parts: str | int | None) -> str:
    """Return the SHA-256 of a row's values, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        data = b"" if part is None else str(part).encode()
        digest.update(b"-" if part is None else len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _pair(span: Span) -> tuple[int, int]:
    return span.start, span.end
