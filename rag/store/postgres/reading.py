"""One reading transaction, which goes on elsewhere when its server is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors

from rag.errors import IndexMissingError, StoreError
from rag.store.opening import missing
from rag.store.postgres.connections import is_lost
from rag.store.postgres.state import State, read_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import sql

    from rag.store.postgres.connections import Connection, Connections

_PAUSE_S = 0.1


class Reading:
    """A transaction that sees one generation.

    Where a statement fails because the connection or the server is lost, it is tried again on
    another connection until the time to wait is over, and only in the same generation.
    """

    def __init__(self, connections: Connections) -> None:
        """Begin.

        Raises:
            IndexMissingError: nothing was published.
            StoreError: the server cannot be used.
        """
        self._connections = connections
        self._connection: Connection | None = None
        self.state = self._begin(None, connections.deadline())

    def rows(
        self, query: str | sql.Composed, values: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a statement.

        Raises:
            StoreError: it fails, or was lost and the index has moved on meanwhile.
        """
        deadline = self._connections.deadline()
        while True:
            connection = self._connection
            if connection is None:
                self._begin(self.state, deadline)
                continue
            try:
                return connection.execute(query, values, binary=True).fetchall()
            except psycopg.Error as error:
                lost = is_lost(error, connection)
                self._let_go()
                if not lost or time.monotonic() > deadline:
                    with self._connections.translated():
                        raise

    def close(self) -> None:
        """End the transaction."""
        self._let_go()

    def _begin(self, expected: State | None, deadline: float) -> State:
        while True:
            connection = self._connections.take(deadline)
            try:
                state = read_state(connection, self._connections.address.schema)
            except psycopg.Error as error:
                lost = is_lost(error, connection)
                self._connections.give_back(connection)
                if isinstance(error, errors.UndefinedTable):
                    raise missing(self._connections.address.text) from error
                if not lost or time.monotonic() > deadline:
                    with self._connections.translated():
                        raise
                time.sleep(_PAUSE_S)
                continue
            except BaseException:
                self._connections.give_back(connection)
                raise
            if problem := self._problem(state, expected):
                self._connections.give_back(connection)
                raise problem
            self._connection = connection
            return state

    def _problem(self, state: State, expected: State | None) -> StoreError | None:
        address = self._connections.address.text
        if state.generation == 0:
            message = f"Expected documents in {address}, but the index is empty. Run rag index."
            return IndexMissingError(message)
        if expected is not None and state.published != expected.published:
            message = (
                f"The connection to {address} was lost, and its index is another now: expected "
                f"generation {expected.generation}, found {state.generation}. Ask again."
            )
            return StoreError(message)
        return None

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._connections.give_back(connection)
