"""SQLite files of an index: how they are opened, and their errors in this package's words."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import IndexDamagedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

REBUILD_HINT = "Run rag index --rebuild with the same folders to mend it."
BUSY_TIMEOUT_S = 30.0
_PAGE_CACHE_KIB = 64 * 1024
"""Filled only as needed: keys are hashes, so that rows go to pages all over their index."""


def connect(
    path: Path, schema: str, layout: int, *, durable: bool = True, cache: Sequence[str] = ()
) -> sqlite3.Connection:
    """Open a SQLite file, made with *schema* if it is new; transactions are begun explicitly.

    Args:
        path: Where it is.
        schema: The statements that make its tables.
        layout: Counts changes of the tables, kept as SQLite's user_version.
        durable: Whether a commit outlives a crash of the machine.
        cache: Tables that may be lost: those of another layout are made anew.

    A file that may not be written is opened for reading.

    Raises:
        IndexDamagedError: the file is no SQLite database, or of another layout.
        StoreError: it cannot be opened.
    """
    with translated(path):
        writable = not path.exists() or (is_writable(path) and is_writable(path.parent))
        connection = _opened(path, "mode=rwc") if writable else _opened_for_reading(path)
        try:
            if writable:
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if writable and (found == 0 or (cache and found != layout)):
                dropped = " ".join(f"DROP TABLE IF EXISTS {table};" for table in cache)
                connection.executescript(
                    f"BEGIN IMMEDIATE; {dropped} {schema} PRAGMA user_version = {layout}; COMMIT"
                )
                found = layout
        except BaseException:
            connection.close()
            raise
    if found != layout:
        connection.close()
        message = f"Expected layout {layout} of {path}, but it has {found}. {REBUILD_HINT}"
        raise IndexDamagedError(message)
    return connection


def _opened(path: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _opened_for_reading(path: Path) -> sqlite3.Connection:
    """Open a file of a folder in which nothing may be written, as on a read-only disk.

    SQLite's way to share a file needs two more files beside it. Where it cannot make them, the
    file is read as one that nobody changes (https://www.sqlite.org/uri.html#uriimmutable); rows
    carry hashes, so that a change by somebody else is noticed.
    """
    connection = _opened(path, "mode=ro")
    try:
        connection.execute("PRAGMA user_version")
    except sqlite3.OperationalError:
        connection.close()
        return _opened(path, "mode=ro&immutable=1")
    return connection


def is_writable(path: Path) -> bool:
    """Whether this process may write to a file or folder; on a read-only disk it may not."""
    return os.access(path, os.W_OK)


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
        raise damaged(path, error) from error


def check_integrity(connection: sqlite3.Connection, path: Path) -> None:
    """Let SQLite check its pages.

    Raises:
        IndexDamagedError: it found something.
    """
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise damaged(path, found)


def damaged(path: Path, what: object) -> IndexDamagedError:
    """Return the error that says *what* is wrong with *path*."""
    return IndexDamagedError(f"{path} is damaged: {what}. {REBUILD_HINT}")
