"""Comparing the tables of an index with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np

from rag.errors import IndexDamagedError
from rag.store.postgres.postings import POSTING, Ranges
from rag.store.postgres.state import read_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rag.store.postgres.connections import Connection

_ROWS_A_BATCH = 2_000


def check_rows(connection: Connection, schema: str) -> None:
    """Compare the numbers of chunks and terms that the tables hold; the transaction is open.

    Raises:
        IndexDamagedError: naming the first difference.
    """
    state = read_state(connection, schema)
    found = connection.execute(
        "SELECT (SELECT count(*) FROM chunks), (SELECT coalesce(sum(chunks), 0) FROM documents), "
        "(SELECT coalesce(sum(chunks - removed), 0) FROM segments)"
    ).fetchone()
    for part, held in zip(("chunks", "documents", "segments"), found or (), strict=True):
        if held != state.chunks:
            refuse_damaged(f"{part} hold {held} passages instead of {state.chunks}")
    removed = Ranges(
        connection.execute("SELECT first_chunk, last_chunk FROM removed ORDER BY 1").fetchall()
    )
    terms = 0
    for content, expected in _postings(connection):
        rows = np.frombuffer(content, POSTING)
        if len(rows) != expected or (np.diff(rows["chunk"].astype(np.int64)) <= 0).any():
            refuse_damaged("postings changed")
        terms += int(rows["frequency"][~removed.hold(rows["chunk"])].sum())
    if terms != state.terms:
        refuse_damaged(f"postings hold {terms} terms instead of {state.terms}")


def _postings(connection: Connection) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="postings") as cursor:
        cursor.execute("SELECT content, chunks FROM postings", binary=True)
        while batch := cursor.fetchmany(_ROWS_A_BATCH):
            yield from batch


def refuse_damaged(what: str) -> NoReturn:
    """Say that a part of the index is missing or changed.

    Raises:
        IndexDamagedError: always.
    """
    message = f"Tables of the index are damaged: {what}. Run rag index --rebuild to mend them."
    raise IndexDamagedError(message)
