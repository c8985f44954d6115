"""The store in PostgreSQL: what several machines write and read.

One transaction a generation; readers see a whole one for as long as they look, and block nobody.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import psycopg
from pgvector import HalfVector

from rag.store import records
from rag.store.postgres import schema
from rag.store.postgres.address import parse_address
from rag.store.postgres.checking import check_rows, refuse_damaged
from rag.store.postgres.connections import Connections, first_line, knows_vectors
from rag.store.postgres.locking import lock_for_writing, locked
from rag.store.postgres.reading import Reading
from rag.store.postgres.snapshot import EXACT_UP_TO_PASSAGES, Generation, PostgresSnapshot
from rag.store.postgres.state import read_state
from rag.store.postgres.writing import GenerationWriter
from rag.store.protocol import SourceFile
from rag.store.sentence_vectors import from_bytes, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.store.postgres.connections import Connection
    from rag.store.protocol import Change, Manifest
    from rag.store.sentence_vectors import Vector

_log = logging.getLogger(__name__)
_SIZES = {
    "catalog": ("state", "files", "documents"),
    "vectors": ("chunks",),
    "lexical": ("segments", "postings", "removed", "removed_terms"),
    "embeddings": ("pending_vectors",),
}


class PostgresStore:
    """An index in a schema of a database."""

    def __init__(self, address: str, exact_up_to: int = EXACT_UP_TO_PASSAGES) -> None:
        """Nothing is connected to until it is needed.

        Args:
            address: ``postgresql://user@host/database?schema=name``, without a password.
            exact_up_to: Up to how many passages a search looks at every vector.

        Raises:
            InputError: the address cannot be read or holds a password.
        """
        self.address = parse_address(address)
        self.name = self.address.schema
        self._exact_up_to = exact_up_to
        self._connections = Connections(self.address)
        self._primary = Connections(replace(self.address, reading=self.address.writing))
        self._thread_lock = threading.RLock()
        self._writer: Connection | None = None
        self._writing_thread: int | None = None
        self._side_lock = threading.Lock()
        self._side: Connection | None = None
        self._generation: Generation | None = None

    def manifest(self) -> Manifest | None:
        """Return what the index was made with, None while it is empty."""
        with self._newest().borrowed() as connection:
            if not schema.has_tables(connection, self.address.schema):
                return None
            return read_state(connection, self.address.schema).made_with()

    def files(self) -> list[SourceFile]:
        """Return the files of the published generation, in order of names.

        Raises:
            IndexDamagedError: a row does not match its hash.
        """
        with self._newest().borrowed() as connection:
            if not schema.has_tables(connection, self.address.schema):
                return []
            query = f"SELECT {records.FILE_COLUMNS}, row_sha256 FROM files ORDER BY name"  # noqa: S608 - fixed
            rows = connection.execute(query).fetchall()
        for *row, digest in rows:
            if records.row_sha256(*row) != digest:
                refuse_damaged("the list of files changed")
        return [SourceFile(*row[:-1]) for row in rows]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; the same thread may ask again.

        Raises:
            IndexLockedError: another process or thread is writing.
        """
        if not self._thread_lock.acquire(blocking=False):
            raise locked(self.address, "this process")
        try:
            if self._writer is not None:
                yield
                return
            try:
                self._writer = self._begin_writing()
                self._writing_thread = threading.get_ident()
                yield
                self._build_dense_index(self._writer)
            finally:
                self._writing_thread = None
                self._close_writer()
        finally:
            self._thread_lock.release()

    def apply(self, changes: Iterable[Change], manifest: Manifest, *, anew: bool = False) -> int:
        """Publish the changes as one generation; see `rag.store.protocol.Store.apply`."""
        with self.writing(), self._connections.translated():
            connection = self._writer
            assert connection is not None  # noqa: S101 - writing() has set it
            with connection.transaction():
                connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                connection.execute("SET LOCAL statement_timeout = 0")
                writer = GenerationWriter(connection, self.address, manifest, anew=anew)
                generation = writer.write(changes)
        return generation

    def known_vectors(self, keys: Sequence[str], manifest: Manifest) -> dict[str, Vector]:
        """Return the stored vectors for those *keys* that have some."""
        values = {"keys": [bytes.fromhex(key) for key in keys], "embedder": manifest.embedder}
        pending = (
            "SELECT vector_key, embedding, sentences FROM pending_vectors "
            "WHERE embedder = %(embedder)s AND vector_key = ANY(%(keys)s)"
        )
        queries = [pending]
        with self._newest().borrowed() as connection:
            if not schema.has_tables(connection, self.address.schema):
                return {}
            if read_state(connection, self.address.schema).made_with() == manifest:
                queries.append(
                    "SELECT DISTINCT ON (vector_key) vector_key, embedding, sentences FROM chunks "
                    "WHERE vector_key = ANY(%(keys)s)"
                )
            return {
                bytes(key).hex(): from_bytes(vector.to_numpy(), sentences)
                for query in queries
                for key, vector, sentences in connection.execute(query, values, binary=True)
            }

    def remember_vectors(self, vectors: Mapping[str, Vector], manifest: Manifest) -> None:
        """Keep vectors at once; any number of processes may do so, whoever writes."""
        if not vectors:
            return
        ordered = sorted(vectors)  # all in one order, so that no two wait for each other
        values = {
            "embedder": manifest.embedder,
            "keys": [bytes.fromhex(key) for key in ordered],
            "vectors": [HalfVector(np.asarray(vectors[key][0], np.float32)) for key in ordered],
            "sentences": [sentences_of(vectors[key]).tobytes() for key in ordered],
        }
        with self._connections.translated(), self._side_lock:
            self._writing_aside().execute(
                "INSERT INTO pending_vectors (embedder, vector_key, embedding, sentences) "
                "SELECT %(embedder)s, key, embedding, sentences FROM unnest("
                "%(keys)s::bytea[], %(vectors)s::halfvec[], %(sentences)s::bytea[]"
                ") AS new (key, embedding, sentences) ON CONFLICT DO NOTHING",
                values,
            )

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """Open the published generation; it stays as it is until the context ends."""
        with self._connections.translated():
            reading = Reading(self._newest())
            try:
                yield PostgresSnapshot(reading, self._shared(reading))
            finally:
                reading.close()

    def check(self) -> None:
        """Read everything and compare it with the recorded hashes.

        Raises:
            IndexDamagedError: naming the first part that is missing or changed.
        """
        self.files()
        with self._connections.borrowed() as connection:
            check_rows(connection, self.address.schema)
        with self.snapshot() as snapshot:
            for _ in snapshot.contents(snapshot.catalog()):
                pass

    def size_bytes(self) -> dict[str, int]:
        """Return the bytes that each part of the index takes, its indexes included."""
        query = "SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::bigint FROM unnest(%s::text[]) AS name"
        with self._connections.borrowed() as connection:
            sizes = {}
            for part, tables in _SIZES.items():
                found = connection.execute(query, (list(tables),)).fetchone()
                sizes[part] = int(found[0]) if found else 0
            return sizes

    def methods(self) -> dict[str, str]:
        """Return in words how the index searches."""
        query = "SELECT count(*) FROM pg_index WHERE indexrelid = ANY(ARRAY(SELECT oid FROM pg_class WHERE relname LIKE 'chunks_dense_%%' AND relnamespace = to_regnamespace(%s))) AND indisvalid"
        with self._connections.borrowed() as connection:
            found = connection.execute(query, (self.address.schema,)).fetchone()
        dense = "HNSW (pgvector), vectors in half" if found and found[0] else "every vector in half"
        return {"dense": dense, "lexical": "BM25 from the store's own postings"}

    def close(self) -> None:
        """Close all connections; the store opens them again when it is used again."""
        self._close_writer()
        self._connections.close()
        self._primary.close()

    def initialise(self, readers: Sequence[str] = (), writers: Sequence[str] = ()) -> list[str]:
        """Make the tables where they are missing, and let roles read or write.

        Returns:
            The roles that were made; they have no password yet.

        Raises:
            StoreError: this role may not do so.
        """
        with self._connections.translated():
            connection = self._connections.connect_for_writing()
            try:
                self._make_tables(connection)
                return schema.grant(connection, self.address.schema, readers, writers)
            finally:
                connection.close()

    def _begin_writing(self) -> Connection:
        with self._connections.translated():
            connection = self._connections.connect_for_writing()
            try:
                lock_for_writing(connection, self.address)
                self._make_tables(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def _make_tables(self, connection: Connection) -> None:
        if not schema.has_tables(connection, self.address.schema):
            schema.initialise(connection, self.address.schema)
        if not knows_vectors(connection):  # it was opened before there were any
            self._connections.configure(connection)

    def _build_dense_index(self, connection: Connection) -> None:
        """Make the HNSW index of an index that outgrew comparing one by one.

        After all that one writer adds: building is faster than adding to it. What was published
        stays so without it, only slower to search, so that a failure is a warning.
        """
        try:
            with connection.transaction():
                connection.execute("SET LOCAL statement_timeout = 0")
                state = read_state(connection, self.address.schema)
                manifest = state.made_with()
                if manifest is not None and state.chunks > self._exact_up_to:
                    schema.build_dense_index(connection, self.address.schema, manifest.dimension)
        except psycopg.Error as error:
            _log.warning(
                "The index is published, but its vectors have no HNSW index, so that searches "
                "compare every one: %s. Run rag index again to make it.",
                first_line(error),
            )

    def _shared(self, reading: Reading) -> Generation:
        generation = self._generation
        if generation is None or generation.state.published != reading.state.published:
            generation = self._generation = Generation(reading.state, self._exact_up_to)
        return generation

    def _newest(self) -> Connections:
        """Return what sees the generation published last.

        The thread that writes asks the server that it writes to: a standby may lag behind.
        """
        writes = self._writing_thread == threading.get_ident()
        return self._primary if writes else self._connections

    def _writing_aside(self) -> Connection:
        """Return a connection whose statements are kept at once; `_side_lock` is held."""
        if self._side is None or self._side.closed:
            self._side = self._connections.connect_for_writing()
            self._make_tables(self._side)
        return self._side

    def _close_writer(self) -> None:
        with self._side_lock:
            for connection in (self._writer, self._side):
                if connection is not None:
                    connection.close()
            self._writer = self._side = None
