"""Vectors: a cache by text that survives interruptions, and the FAISS file made from it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexDamagedError
from rag.store.catalog import REBUILD_HINT, connect, translated
from rag.store.protocol import STORED_VECTOR, Scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rag.store.protocol import Vector

CACHE_FILE_NAME = "embeddings.sqlite"
FAISS_FILE_NAME = "vectors.faiss"
_SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE embeddings (key TEXT PRIMARY KEY, vector BLOB NOT NULL, crc32 INTEGER NOT NULL);
"""
_KEYS_A_QUERY = 500


class VectorCache:
    """Vectors by the hash of the text that they stand for, all of one embedding model."""

    def __init__(self, folder: Path) -> None:
        """Open or make the cache in *folder*."""
        self.path = folder / CACHE_FILE_NAME
        self.connection = connect(self.path, _SCHEMA, durable=False)

    def get(self, keys: Sequence[str], embedder: str) -> dict[str, Vector]:
        """Return the vectors of those *keys* that are known for this *embedder*.

        Raises:
            IndexDamagedError: a vector does not match its checksum.
        """
        found: dict[str, Vector] = {}
        with translated(self.path):
            if self._embedder() != embedder:
                return found
            for start in range(0, len(keys), _KEYS_A_QUERY):
                some = list(keys[start : start + _KEYS_A_QUERY])
                marks = ",".join("?" * len(some))
                query = f"SELECT key, vector, crc32 FROM embeddings WHERE key IN ({marks})"  # noqa: S608
                for key, blob, checksum in self.connection.execute(query, some):
                    found[key] = self._checked(blob, checksum)
        return found

    def put(self, vectors: Mapping[str, Vector], embedder: str) -> None:
        """Keep vectors; those of another embedder are forgotten."""
        rows = []
        for key, vector in vectors.items():
            blob = vector.astype(STORED_VECTOR).tobytes()
            rows.append((key, blob, zlib.crc32(blob)))
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            if self._embedder() != embedder:
                self.connection.execute("DELETE FROM embeddings")
                self.connection.execute(
                    "INSERT OR REPLACE INTO facts VALUES ('embedder', ?)", (embedder,)
                )
            self.connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)
            self.connection.execute("COMMIT")

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget vectors that no chunk uses, once they are the larger part."""
        with translated(self.path):
            count = self.connection.execute("SELECT count(*) FROM embeddings").fetchone()[0]
            used = set(keys)
            if count <= 2 * len(used):
                return
            every = self.connection.execute("SELECT key FROM embeddings").fetchall()
            unused = [row for row in every if row[0] not in used]
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany("DELETE FROM embeddings WHERE key = ?", unused)
            self.connection.execute("COMMIT")

    def check(self) -> None:
        """Compare every vector with its checksum.

        Raises:
            IndexDamagedError: one differs.
        """
        with translated(self.path):
            found = self.connection.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                message = f"{self.path} is damaged: {found}. {REBUILD_HINT}"
                raise IndexDamagedError(message)
            for blob, checksum in self.connection.execute("SELECT vector, crc32 FROM embeddings"):
                self._checked(blob, checksum)

    def _checked(self, blob: bytes, checksum: int) -> Vector:
        if zlib.crc32(blob) != checksum:
            message = f"{self.path} is damaged: a vector changed. {REBUILD_HINT}"
            raise IndexDamagedError(message)
        return np.frombuffer(blob, STORED_VECTOR).astype(np.float32)

    def _embedder(self) -> str | None:
        row = self.connection.execute("SELECT value FROM facts WHERE key = 'embedder'").fetchone()
        return row[0] if row else None


def write_faiss(path: Path, identifiers: Sequence[int], vectors: Vector) -> None:
    """Write an exact inner-product index of *vectors*, (n, dimension), to *path*."""
    import faiss

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    if len(identifiers):
        index.add_with_ids(vectors, np.asarray(identifiers, np.int64))
    path.write_bytes(faiss.serialize_index(index).tobytes())


class FaissFile:
    """A FAISS index read from a file."""

    def __init__(self, content: bytes) -> None:
        """Load the bytes that `write_faiss` wrote."""
        import faiss

        self._faiss = faiss
        self._index = faiss.deserialize_index(np.frombuffer(content, np.uint8))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vector, count: int, among: Sequence[int] | None) -> list[Scored]:
        """Return the best chunks by inner product, best first, equal ones by identifier.

        Args:
            vector: Shape (dimension,).
            count: How many at most.
            among: Chunk identifiers to search in; None means all.
        """
        options: dict[str, Any] = {}
        if among is not None:
            selector = self._faiss.IDSelectorBatch(np.asarray(among, np.int64))
            options["params"] = self._faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        if len(self) == 0 or (among is not None and len(among) == 0):
            return []
        scores, found = self._index.search(vector[np.newaxis], min(count, len(self)), **options)
        scored = [
            Scored(int(identifier), float(score))
            for identifier, score in zip(found[0], scores[0], strict=True)
            if identifier >= 0
        ]
        return sorted(scored, key=lambda item: (-item.score, item.chunk))
