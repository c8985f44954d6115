"""The one row that says which generation is published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from psycopg import sql

from rag.errors import IndexDamagedError
from rag.store.postgres.schema import LAYOUT
from rag.store.protocol import Manifest

if TYPE_CHECKING:
    from rag.store.postgres.connections import Connection


class State(NamedTuple):
    """The one row that says which generation is published."""

    layout: int
    generation: int
    published: str
    """Different for every generation that was ever published anywhere."""
    manifest: str | None
    last_document: int
    last_chunk: int
    last_segment: int
    chunks: int
    terms: int

    def made_with(self) -> Manifest | None:
        """Return what the index was made with."""
        return Manifest(**json.loads(self.manifest)) if self.manifest else None


def read_state(connection: Connection, schema: str, *, lock: bool = False) -> State:
    """Return the state of the index in *schema*, locked until the transaction ends if so asked.

    Raises:
        IndexDamagedError: it is of another layout or missing.
    """
    query = sql.SQL("SELECT {} FROM {}{}").format(
        sql.SQL(", ").join(map(sql.Identifier, State._fields)),
        sql.Identifier(schema, "state"),  # never that of another schema of the search path
        sql.SQL(" FOR UPDATE" if lock else ""),
    )
    found = connection.execute(query).fetchone()
    if found is None or found[0] != LAYOUT:
        seen = "none" if found is None else found[0]
        message = (
            f"Expected tables of layout {LAYOUT}, but found {seen}. "
            "Make the index anew in another schema."
        )
        raise IndexDamagedError(message)
    return State(*found)
