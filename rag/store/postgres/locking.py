"""One writer at a time: a lock of the database, which ends with its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import errors

from rag.errors import IndexLockedError

if TYPE_CHECKING:
    from rag.store.postgres.address import Address
    from rag.store.postgres.connections import Connection

_WRITING = 0x72616702
"""First half of the lock's number; the second is the hash of the schema."""


def lock_for_writing(connection: Connection, address: Address) -> None:
    """Take the lock of the schema, waiting as long as the address says.

    Raises:
        IndexLockedError: another process holds it.
    """
    values = (_WRITING, address.schema)
    if address.lock_wait_s:
        milliseconds = f"{max(1, round(1000 * address.lock_wait_s))}"
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (milliseconds,))
        try:
            connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", values)
        except errors.LockNotAvailable:
            raise locked(address, _owner(connection, address)) from None
        connection.execute("SELECT set_config('lock_timeout', '0', false)")
        return
    found = connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", values)
    if not (row := found.fetchone()) or not row[0]:
        raise locked(address, _owner(connection, address))


def locked(address: Address, owner: str) -> IndexLockedError:
    """Return the error that says who is writing."""
    return IndexLockedError(
        f"Index {address.text} is being written to by {owner}. "
        "Wait until it ends; reading goes on meanwhile."
    )


def _owner(connection: Connection, address: Address) -> str:
    """Return who holds the lock, as far as this role may know."""
    found = connection.execute(
        "SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND classid = %s AND granted "
        "AND objid = hashtext(%s)::bigint & 4294967295 LIMIT 1",
        (_WRITING, address.schema),
    ).fetchone()
    if found is None:
        return "another process"
    return f"the process called {found[1] or 'unknown'} (server process {found[0]})"
