"""Writing one generation inside one transaction: rows of documents and chunks, then postings."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pgvector import HalfVector

from rag.errors import IndexMismatchError, StoreError
from rag.store import records
from rag.store.memory import lexical_terms
from rag.store.postgres.chunk_rows import chunks_of
from rag.store.postgres.postings import (
    LARGEST_CHUNK,
    Ranges,
    Segment,
    SegmentBuilder,
    to_merge,
    without,
)
from rag.store.postgres.state import read_state
from rag.store.protocol import (
    AddDocument,
    Manifest,
    RemoveFile,
    SetFile,
    SourceFile,
    mismatch_message,
    vector_key,
)
from rag.store.sentence_vectors import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.store.postgres.address import Address
    from rag.store.postgres.connections import Connection
    from rag.store.protocol import Change

CHUNKS_A_BATCH = 2_000
CHUNKS_A_SEGMENT = 50_000
"""So many chunks become a segment while they are written, which bounds memory."""
_TERMS_A_BATCH = 2_000
_DOCUMENTS_A_BATCH = 200
_PENDING_KEPT = "30 days"
_TABLES = "files documents chunks segments postings removed removed_terms".split()


class GenerationWriter:
    """Writes the generation after the published one; the connection's transaction is open."""

    def __init__(
        self, connection: Connection, address: Address, manifest: Manifest, *, anew: bool
    ) -> None:
        """Lock the state.

        Raises:
            IndexMismatchError: the index was made with another manifest and *anew* is false.
        """
        self._connection = connection
        self._manifest = manifest
        self._before = read_state(connection, address.schema, lock=True)
        made_with = self._before.made_with()
        if made_with not in {None, manifest} and not anew:
            raise IndexMismatchError(mismatch_message(address.text, made_with, manifest))
        self._last_document = self._before.last_document
        self._last_chunk = self._before.last_chunk
        self._last_segment = self._before.last_segment
        self._chunks = 0 if anew else self._before.chunks
        self._terms = 0 if anew else self._before.terms
        self._files: dict[str, SourceFile | None] = {}
        self._documents: dict[str, AddDocument] = {}
        self._waiting = 0
        self._touched: set[str] = set()
        self._segment = SegmentBuilder()
        if anew:
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names

    def write(self, changes: Iterable[Change]) -> int:
        """Write everything and return the number of the generation."""
        for change in changes:
            match change:
                case AddDocument(document, chunks, _):
                    if document.sha256 not in self._documents:
                        self._documents[document.sha256] = change
                        self._waiting += len(chunks)
                case SetFile(file):
                    self._files[file.name] = file
                case RemoveFile(name):
                    self._files[name] = None
            if self._waiting >= CHUNKS_A_BATCH or len(self._files) >= CHUNKS_A_BATCH:
                self._flush()
        self._flush()
        self._flush_segment()
        self._remove_unnamed()
        while merged := to_merge(self._segments()):
            self._merge(merged)
        return self._publish()

    def _flush(self) -> None:
        self._write_files()
        self._write_documents()
        if len(self._segment.chunks) >= CHUNKS_A_SEGMENT:
            self._flush_segment()

    def _write_files(self) -> None:
        cursor = self._connection.execute(
            "DELETE FROM files WHERE name = ANY(%s) RETURNING sha256", (list(self._files),)
        )
        self._touched.update(sha256 for (sha256,) in cursor)
        columns = f"{records.FILE_COLUMNS}, row_sha256"
        with self._connection.cursor().copy(f"COPY files ({columns}) FROM STDIN") as copy:
            for file in self._files.values():
                if file is not None:
                    values = tuple(getattr(file, name) for name in SourceFile.__slots__)
                    copy.write_row((*values, records.row_sha256(*values)))
        self._files = {}

    def _write_documents(self) -> None:
        replaced = self._connection.execute(
            "SELECT id, first_chunk, chunks FROM documents WHERE sha256 = ANY(%s)",
            (list(self._documents),),
        ).fetchall()
        if replaced:
            self._flush_segment()
            self._remove_documents(replaced)
        self._touched.update(self._documents)
        rows = []
        with self._connection.cursor().copy(
            "COPY documents (id, sha256, row_sha256, metadata, record, text, first_chunk, chunks) "
            "FROM STDIN"
        ) as copy:
            for change in self._documents.values():
                self._last_document += 1
                first, count = self._last_chunk + 1, len(change.chunks)
                content = records.row_of(change.document)
                copy.write_row((self._last_document, *content, first, count))
                rows.append((self._last_document, first, change))
                self._last_chunk += count
        if self._last_chunk > LARGEST_CHUNK:
            message = f"Expected at most {LARGEST_CHUNK} passages. Use another schema for more."
            raise StoreError(message)
        self._write_chunks(rows)
        self._documents, self._waiting = {}, 0

    def _write_chunks(self, documents: Sequence[tuple[int, int, AddDocument]]) -> None:
        columns = "id, document, span_start, span_end, context, vector_key, embedding, sentences"
        command = f"COPY chunks ({columns}) FROM STDIN (FORMAT binary)"
        with self._connection.cursor().copy(command) as copy:
            copy.set_types(["int8", "int8", "int4", "int4", "text", "bytea", "halfvec", "bytea"])
            for row, first, change in documents:
                pairs = zip(change.chunks, change.vectors, strict=True)
                for identifier, (chunk, own) in enumerate(pairs, start=first):
                    key = bytes.fromhex(vector_key(chunk))
                    place = (chunk.span.start, chunk.span.end, chunk.context)
                    vectors = (HalfVector(own[0]), sentences_of(own).tobytes())
                    copy.write_row((identifier, row, *place, key, *vectors))
                    words = lexical_terms(chunk)
                    self._segment.add(identifier, words)
                    self._terms += len(words)
                self._chunks += len(change.chunks)

    def _flush_segment(self) -> None:
        chunks = self._segment.chunks
        if not chunks:
            return
        self._last_segment += 1
        self._connection.execute(
            "INSERT INTO segments (id, first_chunk, last_chunk, chunks) VALUES (%s, %s, %s, %s)",
            (self._last_segment, chunks[0], chunks[-1], len(chunks)),
        )
        self._copy_postings(self._last_segment, self._segment.postings())
        self._segment = SegmentBuilder()

    def _copy_postings(self, segment: int, rows: Iterable[tuple[str, int, bytes]]) -> None:
        command = "COPY postings (segment, term, chunks, content) FROM STDIN (FORMAT binary)"
        with self._connection.cursor().copy(command) as copy:
            copy.set_types(["int4", "text", "int4", "bytea"])
            for term, count, content in rows:
                copy.write_row((segment, term, count, content))

    def _segments(self) -> list[Segment]:
        query = (
            "SELECT id, first_chunk, last_chunk, chunks, removed FROM segments ORDER BY first_chunk"
        )
        return [Segment(*row) for row in self._connection.execute(query)]

    def _remove_unnamed(self) -> None:
        """Remove documents that no file has any more."""
        rows = self._connection.execute(
            "SELECT id, first_chunk, chunks FROM documents WHERE sha256 = ANY(%s) AND NOT EXISTS ("
            "SELECT 1 FROM files WHERE files.sha256 = documents.sha256 AND reason IS NULL)",
            (sorted(self._touched),),
        ).fetchall()
        for start in range(0, len(rows), _DOCUMENTS_A_BATCH):
            self._remove_documents(rows[start : start + _DOCUMENTS_A_BATCH])

    def _remove_documents(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Remove documents, given as (row, first chunk, number of chunks)."""
        connection, gone = self._connection, [row for row, _, _ in rows]
        counts: Counter[str] = Counter()
        for chunk in chunks_of(connection, gone):
            words = lexical_terms(chunk)
            self._terms -= len(words)
            self._chunks -= 1
            counts.update(set(words))
        connection.execute("DELETE FROM chunks WHERE document = ANY(%s)", (gone,))
        connection.execute("DELETE FROM documents WHERE id = ANY(%s)", (gone,))
        for _, first, count in rows:
            if count:
                connection.execute(
                    "INSERT INTO removed VALUES (%s, %s)", (first, first + count - 1)
                )
                connection.execute(
                    "UPDATE segments SET removed = removed + %s "
                    "WHERE %s BETWEEN first_chunk AND last_chunk",
                    (count, first),
                )
        self._count_removed(counts)

    def _count_removed(self, counts: Counter[str]) -> None:
        """Add to the number of removed chunks that each term's postings still hold."""
        names = sorted(name for name, count in counts.items() if count)
        self._connection.execute(
            "INSERT INTO removed_terms SELECT * FROM unnest(%s::text[], %s::bigint[]) "
            "ON CONFLICT (term) DO UPDATE "
            "SET chunks = removed_terms.chunks + excluded.chunks",
            (names, [counts[name] for name in names]),
        )

    def _merge(self, segments: Sequence[Segment]) -> None:
        """Write *segments* as one, without what was removed from them."""
        connection, old = self._connection, [segment.identifier for segment in segments]
        first, last = segments[0].first_chunk, segments[-1].last_chunk
        removed = connection.execute(
            "DELETE FROM removed WHERE first_chunk BETWEEN %s AND %s "
            "RETURNING first_chunk, last_chunk",
            (first, last),
        ).fetchall()
        ranges, purged = Ranges(sorted(removed)), Counter[str]()
        self._last_segment += 1
        for batch in self._joined(old):
            kept = []
            for term, count, content in batch:
                left = without(content, ranges) if removed else content
                held = len(left) * count // len(content)
                purged[term] = held - count
                if held:
                    kept.append((term, held, left))
            self._copy_postings(self._last_segment, kept)
        connection.execute("DELETE FROM postings WHERE segment = ANY(%s)", (old,))
        connection.execute("DELETE FROM segments WHERE id = ANY(%s)", (old,))
        chunks = sum(segment.chunks - segment.removed for segment in segments)
        if chunks:
            connection.execute(
                "INSERT INTO segments (id, first_chunk, last_chunk, chunks) "
                "VALUES (%s, %s, %s, %s)",
                (self._last_segment, first, last, chunks),
            )
        self._count_removed(purged)
        connection.execute("DELETE FROM removed_terms WHERE chunks = 0")

    def _joined(self, segments: Sequence[int]) -> Iterator[list[tuple[str, int, bytes]]]:
        """Yield the postings of several segments, given in order of chunks, joined by term."""
        with self._connection.cursor(name="joined") as cursor:
            cursor.execute(
                "SELECT term, sum(chunks)::integer, "
                "string_agg(content, '' ORDER BY array_position(%(segments)s, segment)) "
                "FROM postings WHERE segment = ANY(%(segments)s) GROUP BY term",
                {"segments": list(segments)},
                binary=True,
            )
            while batch := cursor.fetchmany(_TERMS_A_BATCH):
                yield batch

    def _publish(self) -> int:
        generation = self._before.generation + 1
        after: dict[str, Any] = {
            "generation": generation,
            "published": secrets.token_hex(16),
            "manifest": json.dumps(asdict(self._manifest)),
            "last_document": self._last_document,
            "last_chunk": self._last_chunk,
            "last_segment": self._last_segment,
            "chunks": self._chunks,
            "terms": self._terms,
        }
        setting = ", ".join(f"{name} = %({name})s" for name in after)
        self._connection.execute(f"UPDATE state SET {setting}", after)  # noqa: S608 - fixed names
        self._connection.execute(
            "DELETE FROM pending_vectors USING chunks WHERE chunks.id > %s AND embedder = %s "
            "AND pending_vectors.vector_key = chunks.vector_key",
            (self._before.last_chunk, self._manifest.embedder),
        )
        self._connection.execute(
            "DELETE FROM pending_vectors WHERE since < now() - %s::interval", (_PENDING_KEPT,)
        )
        return generation
