"""The catalog: a SQLite file in WAL mode that is the truth about an index.

One transaction a generation: readers keep the generation that they began with, and a killed
writer leaves the last one. Rows carry a SHA-256, checked whenever a row is used.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.errors import IndexDamagedError, StoreError
from rag.store.protocol import Manifest, SourceFile, vector_key
from rag.types import Block, BlockKind, Chunk, Document, Dropped, Metadata, Page, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FILE_NAME = "catalog.sqlite"
REBUILD_HINT = "Run rag index --rebuild with the same folders to mend it."
_BUSY_TIMEOUT_S = 30.0
_SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (
    name TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    reason TEXT, message TEXT);
CREATE INDEX files_by_sha256 ON files (sha256);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, text TEXT NOT NULL,
    record TEXT NOT NULL, row_sha256 TEXT NOT NULL);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, context TEXT NOT NULL,
    vector_key TEXT NOT NULL);
CREATE INDEX chunks_by_document ON chunks (document);
CREATE TABLE derived (path TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL);
"""
_NAMED = "SELECT 1 FROM files WHERE files.sha256 = documents.sha256 AND reason IS NULL"


def connect(path: Path, schema: str, *, durable: bool = True) -> sqlite3.Connection:
    """Open a SQLite file, made with *schema* if it is new; transactions are begun explicitly.

    Raises:
        IndexDamagedError: the file is no SQLite database.
        StoreError: it cannot be opened.
    """
    with translated(path):
        connection = sqlite3.connect(
            path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                connection.executescript(
                    f"BEGIN IMMEDIATE; {schema} PRAGMA user_version = 1; COMMIT"
                )
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about *path* into this package's."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        usable = isinstance(error, sqlite3.OperationalError) and "decode" not in str(error)
        if usable:  # a full disk, a lock that is held too long, a missing permission
            message = f"Expected to use {path}, but SQLite says: {error}."
            raise StoreError(message) from error
        message = f"{path} is damaged: {error}. {REBUILD_HINT}"
        raise IndexDamagedError(message) from error


class Catalog:
    """Reads and writes the catalog over one connection; not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open or make the catalog in *folder*."""
        self.path = folder / FILE_NAME
        self.connection = connect(self.path, _SCHEMA)

    @contextmanager
    def transaction(self, kind: str) -> Iterator[None]:
        """Run a ``DEFERRED`` (reading) or ``IMMEDIATE`` (writing) transaction, all or nothing."""
        with translated(self.path):
            self.connection.execute(f"BEGIN {kind}")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def generation(self) -> int:
        """Return the number of the published generation, 0 when there is none."""
        return int(self._fact("generation") or 0)

    def manifest(self) -> Manifest | None:
        """Return what the index was made with."""
        value = self._fact("manifest")
        try:
            return Manifest(**json.loads(value)) if value else None
        except (ValueError, TypeError) as error:
            message = f"{self.path} is damaged: {error} in the manifest. {REBUILD_HINT}"
            raise IndexDamagedError(message) from error

    def lexical_added(self) -> int:
        """Return how many chunks were added to the lexical index since it was last made anew."""
        return int(self._fact("lexical_added") or 0)

    def set_published(self, generation: int, manifest: Manifest, lexical_added: int) -> None:
        """Record the generation that the transaction publishes."""
        facts = {
            "generation": str(generation),
            "manifest": json.dumps(asdict(manifest)),
            "files_sha256": self._files_sha256(),
            "lexical_added": str(lexical_added),
        }
        self.connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def files(self) -> list[SourceFile]:
        """Return all files in order of names."""
        return [
            SourceFile(*row)
            for row in self.connection.execute(
                "SELECT name, path, sha256, size_bytes, reason, message FROM files ORDER BY name"
            )
        ]

    def set_file(self, file: SourceFile) -> None:
        """Add or replace a file."""
        self.connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)",
            (file.name, file.path, file.sha256, file.size_bytes, file.reason, file.message),
        )

    def remove_file(self, name: str) -> None:
        """Forget a file."""
        self.connection.execute("DELETE FROM files WHERE name = ?", (name,))

    def add_document(
        self, document: Document, chunks: Sequence[Chunk], keys: Sequence[str]
    ) -> None:
        """Add a document with its chunks and the keys of their vectors."""
        record = _record(document)
        cursor = self.connection.execute(
            "INSERT INTO documents (sha256, text, record, row_sha256) VALUES (?, ?, ?, ?)",
            (
                document.sha256,
                document.text,
                record,
                _row_sha256(document.sha256, document.text, record),
            ),
        )
        self.connection.executemany(
            'INSERT INTO chunks (document, start, "end", context, vector_key) '
            "VALUES (?, ?, ?, ?, ?)",
            [
                (cursor.lastrowid, chunk.span.start, chunk.span.end, chunk.context, key)
                for chunk, key in zip(chunks, keys, strict=True)
            ],
        )

    def has_document(self, sha256: str) -> bool:
        """Whether a document of these bytes is there."""
        query = "SELECT 1 FROM documents WHERE sha256 = ?"
        return self.connection.execute(query, (sha256,)).fetchone() is not None

    def clear(self) -> None:
        """Remove all documents, chunks and files; numbers are not given again."""
        for table in ("chunks", "documents", "files", "derived"):
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names

    def remove_unnamed(self) -> None:
        """Remove documents that no file has any more, and their chunks."""
        unnamed = f"SELECT id FROM documents WHERE NOT EXISTS ({_NAMED})"  # noqa: S608
        self.connection.execute(f"DELETE FROM chunks WHERE document IN ({unnamed})")  # noqa: S608
        self.connection.execute(f"DELETE FROM documents WHERE id IN ({unnamed})")  # noqa: S608

    def documents(self) -> list[tuple[int, str, tuple[str, ...], Metadata]]:
        """Return (row number, SHA-256, names, metadata) of every document, by first name."""
        names: dict[str, list[str]] = {}
        for name, sha256 in self.connection.execute(
            "SELECT name, sha256 FROM files WHERE reason IS NULL ORDER BY name"
        ):
            names.setdefault(sha256, []).append(name)
        rows = self.connection.execute(
            "SELECT id, sha256, json_extract(record, '$.metadata') FROM documents"
        )
        found = [
            (row, sha256, tuple(names[sha256]), Metadata(**json.loads(metadata)))
            for row, sha256, metadata in rows
            if sha256 in names
        ]
        return sorted(found, key=lambda item: item[2])

    def read_document(self, row: int, names: Sequence[str]) -> Document:
        """Return the document of a row.

        Raises:
            IndexDamagedError: the row is gone or does not match its hash.
        """
        found = self.connection.execute(
            "SELECT sha256, text, record, row_sha256 FROM documents WHERE id = ?", (row,)
        ).fetchone()
        if found is None or _row_sha256(*found[:3]) != found[3]:
            message = f"{self.path} is damaged: the text of {names[0]} changed. {REBUILD_HINT}"
            raise IndexDamagedError(message)
        return _document(names, *found[:3])

    def chunk_rows(self, after: int = 0) -> Iterator[tuple[int, int, str]]:
        """Yield (identifier, document row, vector key) of chunks above *after*, in order."""
        yield from self.connection.execute(
            "SELECT id, document, vector_key FROM chunks WHERE id > ? ORDER BY id", (after,)
        )

    def read_chunk(self, identifier: int, document: Document) -> Chunk:
        """Return a chunk of *document*.

        Raises:
            IndexDamagedError: the chunk is gone or is not what was embedded.
        """
        row = self.connection.execute(
            'SELECT start, "end", context, vector_key FROM chunks WHERE id = ?', (identifier,)
        ).fetchone()
        if row is not None:
            span = Span(row[0], row[1])
            chunk = Chunk(identifier, document.name, span, document.slice(span), row[2])
            if vector_key(chunk) == row[3]:
                return chunk
        message = f"{self.path} is damaged: passage {identifier} changed. {REBUILD_HINT}"
        raise IndexDamagedError(message)

    def owners(self, identifiers: Sequence[int]) -> dict[int, int]:
        """Return the document row of each chunk."""
        marks = ",".join("?" * len(identifiers))
        query = f"SELECT id, document FROM chunks WHERE id IN ({marks})"  # noqa: S608
        return dict(self.connection.execute(query, list(identifiers)))

    def chunks_of(self, rows: Iterable[int]) -> list[int]:
        """Return the identifiers of the chunks of some documents."""
        query = "SELECT id FROM chunks WHERE document = ?"
        return [
            chunk for row in sorted(rows) for (chunk,) in self.connection.execute(query, (row,))
        ]

    def chunk_counts(self) -> dict[int, int]:
        """Return how many chunks each document has, by its row."""
        rows = self.connection.execute("SELECT document, count(*) FROM chunks GROUP BY document")
        return dict(rows)

    def count_chunks(self) -> int:
        """Return how many chunks there are."""
        return int(self.connection.execute("SELECT count(*) FROM chunks").fetchone()[0])

    def derived(self) -> dict[str, tuple[int, str]]:
        """Return (size in bytes, SHA-256) of each derived file by its path in the index."""
        rows = self.connection.execute("SELECT path, size_bytes, sha256 FROM derived")
        return {path: (size, sha256) for path, size, sha256 in rows}

    def set_derived(self, files: dict[str, tuple[int, str]]) -> None:
        """Replace what `derived` returns."""
        self.connection.execute("DELETE FROM derived")
        rows = [(path, size, sha256) for path, (size, sha256) in sorted(files.items())]
        self.connection.executemany("INSERT INTO derived VALUES (?, ?, ?)", rows)

    def check(self) -> None:
        """Read every row and compare it with its hash.

        Raises:
            IndexDamagedError: naming what changed.
        """
        with translated(self.path):
            found = self.connection.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                message = f"{self.path} is damaged: {found}. {REBUILD_HINT}"
                raise IndexDamagedError(message)
            for row, _, names, _ in self.documents():
                document = self.read_document(row, names)
                for (identifier,) in self.connection.execute(
                    "SELECT id FROM chunks WHERE document = ?", (row,)
                ).fetchall():
                    self.read_chunk(identifier, document)

    def check_files(self) -> None:
        """Compare the list of files with its hash; it is short, so every opening does.

        Raises:
            IndexDamagedError: it changed.
        """
        if self._fact("files_sha256") != self._files_sha256():
            message = f"{self.path} is damaged: the list of files changed. {REBUILD_HINT}"
            raise IndexDamagedError(message)

    def _files_sha256(self) -> str:
        return _row_sha256(*(json.dumps(asdict(file), sort_keys=True) for file in self.files()))

    def _fact(self, key: str) -> str | None:
        row = self.connection.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None


def _record(document: Document) -> str:
    """Return everything of a document but its text and names, as JSON."""
    content: dict[str, Any] = {
        "metadata": asdict(document.metadata),
        "pages": [[page.number, page.label, *_pair(page.span)] for page in document.pages],
        "blocks": [
            [block.kind.value, block.level, *_pair(block.span)] for block in document.blocks
        ],
        "dropped": [[item.reason, item.text, item.page] for item in document.dropped],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _document(names: Sequence[str], sha256: str, text: str, record: str) -> Document:
    content = json.loads(record)
    return Document(
        name=names[0],
        sha256=sha256,
        text=text,
        metadata=Metadata(**content["metadata"]),
        pages=tuple(Page(n, label, Span(start, end)) for n, label, start, end in content["pages"]),
        blocks=tuple(
            Block(BlockKind(kind), Span(start, end), level)
            for kind, level, start, end in content["blocks"]
        ),
        dropped=tuple(Dropped(*item) for item in content["dropped"]),
        other_names=tuple(names[1:]),
    )


def _pair(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _row_sha256(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
