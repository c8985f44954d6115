"""The one row that says which generation is published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

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


READ_STATE = f"SELECT {', '.join(State._fields)} FROM state"  # noqa: S608 - fixed names


def read_state(connection: Connection, *, lock: bool = False) -> State:
    """Return the state, locked until the transaction ends if so asked.

    Raises:
        IndexDamagedError: it is of another layout or missing.
    """
    found = connection.execute(READ_STATE + (" FOR UPDATE" if lock else "")).fetchone()
    if found is None or found[0] != LAYOUT:
        seen = "none" if found is None else found[0]
        message = (
            f"Expected tables of layout {LAYOUT}, but found {seen}. "
            "Make the index anew in another schema."
        )
        raise IndexDamagedError(message)
    return State(*found)
