"""Conversations kept in a SQLite file, each belonging to one person."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.chat.records import answer_from_dict
from rag.chat.turns import Exchange
from rag.errors import InputError
from rag.presentation import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_TITLE = 120
LISTED_AT_MOST = 200
CANNOT_FIND = "There is no such conversation; it may have been deleted."
_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, updated TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_owner ON conversations (owner, updated);
CREATE TABLE IF NOT EXISTS exchanges (
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE, turn INTEGER NOT NULL,
    question TEXT NOT NULL, within TEXT NOT NULL, error TEXT, answer TEXT, words TEXT NOT NULL,
    threshold REAL, PRIMARY KEY (conversation, turn));
"""

_ADD = (
    "INSERT INTO exchanges SELECT ?, coalesce(max(turn) + 1, 0), ?, ?, ?, ?, ?, ? FROM exchanges"
    " WHERE conversation = ?"
)
_LIST = (
    "SELECT id, title, updated, (SELECT count(*) FROM exchanges WHERE conversation = id)"
    " FROM conversations WHERE owner = ?"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list; ``updated`` is an ISO time in UTC."""

    identifier: str
    title: str
    updated: str
    turns: int


class Conversations:
    """The conversations in one file; for several threads. *owner* is who asks, "" without login."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; None keeps conversations in memory only.

        Raises:
            InputError: the file is damaged, or of another version of this program.
        """
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        try:
            self._connection.execute("PRAGMA foreign_keys = ON")
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 1:
                self._connection.execute("ALTER TABLE exchanges ADD COLUMN threshold REAL")
            elif version not in {0, _VERSION}:
                message = f"format {version} instead of {_VERSION}"
                raise sqlite3.DatabaseError(message)  # noqa: TRY301
            self._connection.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
        except sqlite3.DatabaseError as error:
            self._connection.close()
            message = f"Expected conversations in {path}, but: {error}. Move the file elsewhere."
            raise InputError(message) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def keep(self, identifier: str | None, owner: str, exchange: Exchange) -> str:
        """Keep one finished exchange and return its conversation, a new one for None.

        It comes after those that are kept already, whichever page they were asked on.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        answer = json.dumps(exchange.answer.to_dict()) if exchange.answer else None
        with self._transaction() as database:
            if identifier is None or self._title(identifier, owner) is None:
                identifier = uuid.uuid4().hex
                title = excerpt(exchange.question, LONGEST_TITLE)
                database.execute(
                    "INSERT INTO conversations VALUES (?, ?, ?, ?)", (identifier, owner, title, now)
                )
            database.execute(
                _ADD,
                (
                    identifier,
                    _storable(exchange.question),
                    json.dumps(exchange.within),
                    exchange.error,
                    answer,
                    _words(exchange),
                    exchange.threshold,
                    identifier,
                ),
            )
            database.execute("UPDATE conversations SET updated = ? WHERE id = ?", (now, identifier))
        return identifier

    def exchanges(self, identifier: str, owner: str) -> tuple[Exchange, ...]:
        """Return the exchanges of a conversation in order.

        Raises:
            InputError: *owner* has no such conversation.
        """
        with self._transaction() as database:
            self._owned(identifier, owner)
            rows = database.execute(
                "SELECT question, within, error, answer, threshold FROM exchanges WHERE conversation = ?"
                " ORDER BY turn",
                (identifier,),
            ).fetchall()
        return tuple(_exchange(*row) for row in rows)

    def listed(self, owner: str, words: str = "") -> list[Listed]:
        """Return the conversations that hold all *words*, the latest first."""
        clause = (
            " AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM exchanges WHERE"
            " conversation = id AND words LIKE ? ESCAPE '\\'))"
        )
        patterns = [f"%{_literal(word)}%" for word in words.split()]
        query = _LIST + clause * len(patterns) + " ORDER BY updated DESC, rowid DESC LIMIT ?"
        values = [owner, *(pattern for pattern in patterns for _ in range(2)), LISTED_AT_MOST]
        with self._transaction() as database:
            return [Listed(*row) for row in database.execute(query, values)]

    def rename(self, identifier: str, owner: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            InputError: *owner* has no such conversation, or the title is empty.
        """
        title = excerpt(title, LONGEST_TITLE)
        if not title:
            message = "Expected a title, but it is empty."
            raise InputError(message)
        with self._transaction() as database:
            self._owned(identifier, owner)
            database.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, identifier))

    def delete(self, identifier: str, owner: str) -> None:
        """Delete a conversation.

        Raises:
            InputError: *owner* has no such conversation.
        """
        with self._transaction() as database:
            self._owned(identifier, owner)
            database.execute("DELETE FROM conversations WHERE id = ?", (identifier,))

    def title(self, identifier: str, owner: str) -> str:
        """Return the title of a conversation.

        Raises:
            InputError: *owner* has no such conversation.
        """
        with self._transaction():
            return self._owned(identifier, owner)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _title(self, identifier: str, owner: str) -> str | None:
        row = self._connection.execute(
            "SELECT title FROM conversations WHERE id = ? AND owner = ?", (identifier, owner)
        ).fetchone()
        return None if row is None else str(row[0])

    def _owned(self, identifier: str, owner: str) -> str:
        title = self._title(identifier, owner)
        if title is None:
            raise InputError(CANNOT_FIND)
        return title


def _exchange(
    question: str, within: str, error: str | None, answer: str | None, threshold: float | None
) -> Exchange:
    value: Any = json.loads(answer) if answer else None
    return Exchange(
        question,
        answer_from_dict(value) if value else None,
        error,
        tuple(map(str, json.loads(within))),
        threshold,
    )


def _words(exchange: Exchange) -> str:
    """Return what a search looks through: the question, the answer and the titles it cites."""
    parts = [exchange.question]
    if exchange.answer is not None:
        parts += [exchange.answer.short_answer or "", exchange.answer.text]
        parts += [item.metadata.title or item.document for item in exchange.answer.citations]
    return _storable("\n".join(parts))


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
