"""The catalog: a SQLite file in WAL mode that is the truth about an index.

One transaction a generation: readers keep the generation that they began with, and a killed
writer leaves the last one. Rows carry a SHA-256, checked whenever a row is used.
"""

from __future__ import annotations

import itertools
import json
import operator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.store import records
from rag.store.database import BUSY_TIMEOUT_S, check_integrity, connect, damaged, translated
from rag.store.protocol import Manifest, SourceFile, vector_key
from rag.types import Chunk, Document, Metadata, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

FILE_NAME = "catalog.sqlite"
_VALUES_A_QUERY = 500


class Catalog:
    """Reads and writes the catalog over one connection; not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open or make the catalog in *folder*."""
        self.path = folder / FILE_NAME
        self.connection = connect(self.path, records.SCHEMA, records.LAYOUT)

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

    def shorten_log(self) -> None:
        """Move what was committed into the file, unless somebody reads: then a later run does."""
        with translated(self.path):
            self.connection.execute("PRAGMA busy_timeout = 0")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")

    def generation(self) -> int:
        """Return the number of the published generation, 0 when there is none."""
        return int(self._fact("generation") or 0)

    def manifest(self) -> Manifest | None:
        """Return what the index was made with."""
        value = self._fact("manifest")
        try:
            return Manifest(**json.loads(value)) if value else None
        except (ValueError, TypeError) as error:
            raise damaged(self.path, f"{error} in the manifest") from error

    def lexical_added(self) -> int:
        """Return how many chunks the lexical index got since it was last made anew."""
        return int(self._fact("lexical_added") or 0)

    def set_published(self, generation: int, manifest: Manifest, lexical_added: int) -> None:
        """Record the generation that the transaction publishes."""
        facts = {
            "generation": str(generation),
            "manifest": json.dumps(asdict(manifest)),
            "lexical_added": str(lexical_added),
        }
        self.connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def files(self) -> list[SourceFile]:
        """Return all files in order of names.

        Raises:
            IndexDamagedError: a row does not match its hash.
        """
        return self._files("ORDER BY name", ())

    def set_file(self, file: SourceFile) -> str | None:
        """Add or replace a file and return the SHA-256 that it had before."""
        before = self._sha256_of(file.name)
        values = (file.name, file.path, file.sha256, file.size_bytes, file.reason, file.message)
        self.connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*values, records.row_sha256(*values)),
        )
        return before

    def remove_file(self, name: str) -> str | None:
        """Forget a file and return the SHA-256 that it had."""
        before = self._sha256_of(name)
        self.connection.execute("DELETE FROM files WHERE name = ?", (name,))
        return before

    def add_document(
        self, document: Document, chunks: Sequence[Chunk], keys: Sequence[str]
    ) -> tuple[int, int]:
        """Add a document with its chunks and the keys of their vectors.

        Returns:
            The document's row and the identifier of its first chunk; the others follow it.
        """
        cursor = self.connection.execute(
            "INSERT INTO documents (sha256, row_sha256, metadata, record, text) "
            "VALUES (?, ?, ?, ?, ?)",
            records.row_of(document),
        )
        row, first = int(cursor.lastrowid or 0), self.last_chunk() + 1
        self.connection.executemany(
            f"INSERT INTO chunks ({records.CHUNK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed
            [
                (first + n, row, chunk.span.start, chunk.span.end, chunk.context, _blob(key))
                for n, (chunk, key) in enumerate(zip(chunks, keys, strict=True))
            ],
        )
        return row, first

    def last_chunk(self) -> int:
        """Return the highest identifier that a chunk ever had, 0 when there was none."""
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'chunks'"
        return int((self.connection.execute(query).fetchone() or (0,))[0])

    def clear(self) -> None:
        """Remove all documents, chunks and files; numbers are not given again."""
        for table in ("chunks", "documents", "files", "derived"):
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names

    def remove_unnamed(self, sha256s: Iterable[str]) -> list[int]:
        """Remove those of some documents that no file has any more, and return their rows."""
        unnamed = (
            "SELECT id FROM documents WHERE sha256 = ?1 AND NOT EXISTS "
            "(SELECT 1 FROM files WHERE sha256 = ?1 AND reason IS NULL)"
        )
        return self._remove(unnamed, sha256s)

    def remove_document(self, sha256: str) -> list[int]:
        """Remove the document of these bytes, if there is one, and return its row."""
        return self._remove("SELECT id FROM documents WHERE sha256 = ?1", [sha256])

    def documents(self) -> list[tuple[int, tuple[str, ...], Metadata]]:
        """Return (row number, names, metadata) of every document, by first name."""
        names: dict[str, list[str]] = {}
        for file in self._files("WHERE reason IS NULL ORDER BY name", ()):
            names.setdefault(file.sha256, []).append(file.name)
        rows = self.connection.execute("SELECT id, sha256, metadata FROM documents")
        found = [
            (row, tuple(names[sha256]), records.metadata_of(metadata))
            for row, sha256, metadata in rows
            if sha256 in names
        ]
        return sorted(found, key=lambda item: item[1])

    def row_called(self, name: str) -> int | None:
        """Return the row of the document that has a file called *name*."""
        query = (
            "SELECT documents.id FROM files JOIN documents USING (sha256) "
            "WHERE files.name = ? AND files.reason IS NULL"
        )
        found = self.connection.execute(query, (name,)).fetchone()
        return int(found[0]) if found else None

    def read_document(self, row: int) -> Document:
        """Return the document of a row.

        Raises:
            IndexDamagedError: the row is gone, has no name, or does not match its hash.
        """
        query = "SELECT sha256, row_sha256, metadata, record, text FROM documents WHERE id = ?"
        found = self.connection.execute(query, (row,)).fetchone()
        content = records.DocumentRow(*found) if found else None
        names = self._names(content.sha256) if content else []
        if content is None or not names or not content.whole:
            called = names[0] if names else f"document {row}"
            raise damaged(self.path, f"the text of {called} changed")
        return records.document_of(content, names)

    def chunks_by_document(self, after: int) -> Iterator[tuple[int, list[int]]]:
        """Yield each document's row with its chunks above *after*, in order of chunks."""
        query = "SELECT document, id FROM chunks WHERE id > ? ORDER BY id"
        rows = self.connection.execute(query, (after,))
        for row, chunks in itertools.groupby(rows, key=operator.itemgetter(0)):
            yield row, [identifier for _, identifier in chunks]

    def read_chunks(
        self, identifiers: Sequence[int], document: Callable[[int], Document]
    ) -> list[Chunk]:
        """Return chunks in the order asked for.

        Args:
            identifiers: Which.
            document: Gives the document of a row.

        Raises:
            IndexDamagedError: one is gone or is not what was embedded.
        """
        query = f"SELECT {records.CHUNK_COLUMNS} FROM chunks"  # noqa: S608 - fixed columns
        rows = {row[0]: row for row in self._among(query, "id", identifiers)}
        return [
            self._chunk(identifier, rows.get(identifier), document) for identifier in identifiers
        ]

    def chunks_with(self, keys: Sequence[str]) -> dict[str, int]:
        """Return a chunk of each vector key that some chunk has."""
        blobs = [_blob(key) for key in keys]
        rows = self._among("SELECT vector_key, id FROM chunks", "vector_key", blobs)
        return {key.hex(): identifier for key, identifier in rows}

    def chunks_in(self, row: int) -> list[int]:
        """Return the chunks of a document, in order."""
        query = "SELECT id FROM chunks WHERE document = ? ORDER BY id"
        return [found[0] for found in self.connection.execute(query, (row,))]

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
            check_integrity(self.connection, self.path)
            self.files()
            for row, *_ in self.documents():
                document = self.read_document(row)
                query = f"SELECT {records.CHUNK_COLUMNS} FROM chunks WHERE document = ?"  # noqa: S608
                for chunk in self.connection.execute(query, (row,)).fetchall():
                    self._chunk(chunk[0], chunk, {row: document}.__getitem__)

    def _chunk(
        self,
        identifier: int,
        row: tuple[Any, ...] | None,
        document: Callable[[int], Document],
    ) -> Chunk:
        if row is not None:
            owner, span = document(row[1]), Span(row[2], row[3])
            chunk = Chunk(identifier, owner.name, span, owner.slice(span), row[4])
            if _blob(vector_key(chunk)) == row[5]:
                return chunk
        raise damaged(self.path, f"passage {identifier} changed")

    def _names(self, sha256: str) -> list[str]:
        """Return the names of the files with these bytes, in order."""
        files = self._files("WHERE sha256 = ? AND reason IS NULL ORDER BY name", (sha256,))
        return [file.name for file in files]

    def _files(self, which: str, values: tuple[str, ...]) -> list[SourceFile]:
        query = f"SELECT {records.FILE_COLUMNS}, row_sha256 FROM files {which}"  # noqa: S608 - fixed conditions
        found = []
        for *row, digest in self.connection.execute(query, values):
            if records.row_sha256(*row) != digest:
                raise damaged(self.path, "the list of files changed")
            found.append(SourceFile(*row))
        return found

    def _sha256_of(self, name: str) -> str | None:
        query = "SELECT sha256 FROM files WHERE name = ?"
        found = self.connection.execute(query, (name,)).fetchone()
        return found[0] if found else None

    def _remove(self, query: str, sha256s: Iterable[str]) -> list[int]:
        rows = [row for sha256 in sha256s for row in self.connection.execute(query, (sha256,))]
        self.connection.executemany("DELETE FROM chunks WHERE document = ?", rows)
        self.connection.executemany("DELETE FROM documents WHERE id = ?", rows)
        return sorted(row for (row,) in rows)

    def _among(
        self, query: str, column: str, values: Sequence[int] | Sequence[bytes]
    ) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(values), _VALUES_A_QUERY):
            some = values[start : start + _VALUES_A_QUERY]
            marks = ",".join("?" * len(some))
            yield from self.connection.execute(f"{query} WHERE {column} IN ({marks})", some)

    def _fact(self, key: str) -> str | None:
        row = self.connection.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None


def _blob(key: str) -> bytes:
    return bytes.fromhex(key)
