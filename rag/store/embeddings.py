"""Vectors that are computed but not published yet, so that an interrupted run loses none."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from rag.store.database import check_integrity, connect, damaged, translated
from rag.store.sentence_vectors import STORED_VECTOR, from_bytes, sentences_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rag.store.sentence_vectors import Vector

FILE_NAME = "embeddings.sqlite"
_SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE embeddings (
    key BLOB PRIMARY KEY, vector BLOB NOT NULL, sentences BLOB NOT NULL, crc32 INTEGER NOT NULL);
"""
_LAYOUT = 4
"""Counts changes of these tables."""
_VALUES = "vector, sentences, crc32"
_KEYS_A_QUERY = 500


class PendingEmbeddings:
    """Vectors by the hash of the text that they stand for, all of one embedding model."""

    def __init__(self, folder: Path) -> None:
        """Open or make the file in *folder*."""
        self.path = folder / FILE_NAME
        self.connection = connect(
            self.path, _SCHEMA, _LAYOUT, durable=False, cache=("facts", "embeddings")
        )

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
                query = f"SELECT key, {_VALUES} FROM embeddings WHERE key IN ({marks})"  # noqa: S608
                for key, *row in self.connection.execute(query, some):
                    vector, sentences = self._checked(*row)
                    own = np.frombuffer(vector, STORED_VECTOR)
                    found[key.hex()] = from_bytes(own, sentences)
        return found

    def put(self, vectors: Mapping[str, Vector], embedder: str) -> None:
        """Keep vectors; those of another embedder are forgotten."""
        rows = []
        for key, own in vectors.items():
            vector, sentences = own[0].astype(STORED_VECTOR).tobytes(), sentences_of(own).tobytes()
            rows.append((bytes.fromhex(key), vector, sentences, zlib.crc32(vector + sentences)))
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            if self._embedder() != embedder:
                self.connection.execute("DELETE FROM embeddings")
                self.connection.execute(
                    "INSERT OR REPLACE INTO facts VALUES ('embedder', ?)", (embedder,)
                )
            self.connection.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)", rows
            )
            self.connection.execute("COMMIT")

    def check(self) -> None:
        """Compare every vector with its checksum.

        Raises:
            IndexDamagedError: one differs.
        """
        with translated(self.path):
            check_integrity(self.connection, self.path)
            for row in self.connection.execute(f"SELECT {_VALUES} FROM embeddings"):  # noqa: S608
                self._checked(*row)

    def _checked(self, vector: bytes, sentences: bytes, checksum: int) -> tuple[bytes, bytes]:
        if zlib.crc32(vector + sentences) != checksum:
            raise damaged(self.path, "a vector changed")
        return vector, sentences

    def _embedder(self) -> str | None:
        row = self.connection.execute("SELECT value FROM facts WHERE key = 'embedder'").fetchone()
        return row[0] if row else None
