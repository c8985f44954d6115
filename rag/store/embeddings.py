"""Vectors that are computed but not published yet, so that an interrupted run loses none."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from rag.store.database import check_integrity, connect, damaged, translated
from rag.store.protocol import STORED_VECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rag.store.protocol import Vector

FILE_NAME = "embeddings.sqlite"
_SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE embeddings (key BLOB PRIMARY KEY, vector BLOB NOT NULL, crc32 INTEGER NOT NULL);
"""
_KEYS_A_QUERY = 500


class PendingEmbeddings:
    """Vectors by the hash of the text that they stand for, all of one embedding model."""

    def __init__(self, folder: Path) -> None:
        """Open or make the file in *folder*."""
        self.path = folder / FILE_NAME
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
                some = [bytes.fromhex(key) for key in keys[start : start + _KEYS_A_QUERY]]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, vector, crc32 FROM embeddings WHERE key IN ({marks})"  # noqa: S608
                for key, blob, checksum in self.connection.execute(query, some):
                    found[key.hex()] = self._checked(blob, checksum)
        return found

    def put(self, vectors: Mapping[str, Vector], embedder: str) -> None:
        """Keep vectors; those of another embedder are forgotten."""
        rows = []
        for key, vector in vectors.items():
            blob = vector.astype(STORED_VECTOR).tobytes()
            rows.append((bytes.fromhex(key), blob, zlib.crc32(blob)))
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            if self._embedder() != embedder:
                self.connection.execute("DELETE FROM embeddings")
                self.connection.execute(
                    "INSERT OR REPLACE INTO facts VALUES ('embedder', ?)", (embedder,)
                )
            self.connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)
            self.connection.execute("COMMIT")

    def check(self) -> None:
        """Compare every vector with its checksum.

        Raises:
            IndexDamagedError: one differs.
        """
        with translated(self.path):
            check_integrity(self.connection, self.path)
            for blob, checksum in self.connection.execute("SELECT vector, crc32 FROM embeddings"):
                self._checked(blob, checksum)

    def _checked(self, blob: bytes, checksum: int) -> Vector:
        if zlib.crc32(blob) != checksum:
            raise damaged(self.path, "a vector changed")
        return np.frombuffer(blob, STORED_VECTOR).astype(np.float32)

    def _embedder(self) -> str | None:
        row = self.connection.execute("SELECT value FROM facts WHERE key = 'embedder'").fetchone()
        return row[0] if row else None
