"""Connections to PostgreSQL: pooled for reading, one for writing, errors in this package's words."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from pgvector.psycopg import register_vector
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolTimeout

from rag.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.store.postgres.address import Address

    Connection = psycopg.Connection[tuple[Any, ...]]

EF_SEARCH = 200
"""How many candidates the HNSW index keeps while searching."""
_SETTINGS = """
SELECT set_config('search_path', quote_ident(%s) || ', ' || coalesce((
           SELECT quote_ident(nspname) FROM pg_extension
           JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'vector'
       ), 'public') || ', pg_temp', false),
       set_config('hnsw.ef_search', %s, false),
       set_config('hnsw.iterative_scan', 'relaxed_order', false)
"""
_RECONNECT_EVERY_S = 2.0
_FINAL = (
    "authentication failed",
    "no password supplied",
    "does not exist",
    "pg_hba.conf",
    "definition of service",
    "service file",
)
"""What libpq says where waiting does not help."""
_LOST = {"40001", "57P01", "57P02", "57P03", "57P05", "25P03"}
"""A conflict with recovery on a standby, a server that stops or starts, a session that was ended."""

# What goes wrong with a connection is told by the error that ends the waiting.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


class Connections:
    """All connections of one store."""

    def __init__(self, address: Address) -> None:
        """Nothing is connected to yet."""
        self.address = address
        self._pool: ConnectionPool[Connection] | None = None
        self._opening = threading.Lock()

    def take(self, deadline: float) -> Connection:
        """Return a connection for reading, to be given back with `give_back`.

        Args:
            deadline: Until when (`time.monotonic`) to wait for one.

        Raises:
            StoreError: there was none until then.
        """
        connection = self._wait_for_one(self._open_pool(), deadline)
        if not knows_vectors(connection):  # it was opened before there were any
            try:
                with self.translated():
                    self._configure_for_reading(connection)
            except BaseException:
                self.give_back(connection)
                raise
        return connection

    def give_back(self, connection: Connection) -> None:
        """End the transaction of a connection and let others use it; a broken one is closed."""
        if self._pool is None:
            connection.close()
            return
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
        self._pool.putconn(connection)

    def deadline(self) -> float:
        """Return until when a server that is gone now is waited for."""
        return time.monotonic() + self.address.failover_s

    @contextmanager
    def borrowed(self) -> Iterator[Connection]:
        """Lend a connection for one transaction of reading or for a short write."""
        with self.translated():
            connection = self.take(self.deadline())
            try:
                yield connection
            finally:
                self.give_back(connection)

    def connect_for_writing(self) -> Connection:
        """Return a connection of its own in autocommit, to be closed by the caller.

        Raises:
            StoreError: no server accepts writing within the time to wait.
        """
        deadline = self.deadline()
        while True:
            try:
                connection = psycopg.connect(self.address.writing, autocommit=True)
            except psycopg.Error as error:
                waits = self.address.several_hosts and not _is_final(error)
                if not waits or time.monotonic() > deadline:
                    if "session is read-only" in str(error):
                        raise self._standby() from error
                    raise self.unreachable(first_line(error)) from error
                time.sleep(0.2)
            else:
                self.configure(connection)
                return connection

    def configure(self, connection: Connection) -> None:
        """Set what every session needs."""
        connection.execute(_SETTINGS, (self.address.schema, str(EF_SEARCH)))
        try:
            register_vector(connection)
        except psycopg.ProgrammingError:
            connection.rollback()  # no extension yet, and so no index

    def close(self) -> None:
        """Close the pool; it is opened again when it is used again."""
        with self._opening:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn PostgreSQL's errors into this package's."""
        try:
            yield
        except errors.InsufficientPrivilege as error:
            message = (
                f"Expected a role with more rights at {self.address.text}, but PostgreSQL says: "
                f"{first_line(error)}. Use a role that rag store init made for this."
            )
            raise StoreError(message) from error
        except errors.ReadOnlySqlTransaction as error:
            raise self._standby() from error
        except psycopg.Error as error:
            raise self.unreachable(first_line(error)) from error

    def unreachable(self, reason: str) -> StoreError:
        """Return the error that says why PostgreSQL could not be used."""
        return StoreError(
            f"Expected to use {self.address.text}, but PostgreSQL says: {reason}. "
            "What was published is unchanged; check the server and try again."
        )

    def _standby(self) -> StoreError:
        return StoreError(
            f"Expected a server that accepts writing at {self.address.text}, but it is a "
            "standby. Name the primary, or all hosts of the cluster."
        )

    def _wait_for_one(self, pool: ConnectionPool[Connection], deadline: float) -> Connection:
        while True:
            left_s = max(0.1, deadline - time.monotonic())
            try:  # each asking makes the pool connect again, which it soon gives up otherwise
                return pool.getconn(timeout=min(_RECONNECT_EVERY_S, left_s))
            except PoolTimeout as error:
                if time.monotonic() > deadline:
                    reason = self._reason() or "all connections are in use"
                    raise self.unreachable(reason) from error

    def _open_pool(self) -> ConnectionPool[Connection]:
        with self._opening:
            if self._pool is None:
                try:  # says at once what is wrong
                    psycopg.connect(self.address.reading).close()
                except psycopg.Error as error:
                    if not self.address.several_hosts or _is_final(error):
                        raise self.unreachable(first_line(error)) from error
                self._pool = ConnectionPool(
                    self.address.reading,
                    min_size=0,
                    max_size=self.address.pool_size,
                    open=True,
                    configure=self._configure_for_reading,
                    check=ConnectionPool.check_connection,
                    reconnect_timeout=1,  # then anew, or a server that is back is noticed late
                    name=f"footnote {self.address.schema}",
                )
            return self._pool

    def _configure_for_reading(self, connection: Connection) -> None:
        self.configure(connection)
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def _reason(self) -> str | None:
        try:
            psycopg.connect(self.address.reading).close()
        except psycopg.Error as error:
            return first_line(error)
        return None


def knows_vectors(connection: Connection) -> bool:
    """Whether the types of pgvector were there when the connection was configured."""
    return connection.adapters.types.get("halfvec") is not None


def is_lost(error: psycopg.Error, connection: Connection) -> bool:
    """Whether the same statement may succeed on another connection."""
    return connection.closed or connection.broken or error.sqlstate in _LOST


def first_line(error: Exception) -> str:
    """Return the first line of what PostgreSQL or libpq says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0].rstrip(".")


def _is_final(error: psycopg.Error) -> bool:
    return any(part in str(error) for part in _FINAL)
