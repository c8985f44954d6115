"""An index from its address: a folder on this machine, or a schema of a PostgreSQL database."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import parse_qsl

from rag.errors import IndexMissingError, InputError, StoreError
from rag.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.store.protocol import Store


@runtime_checkable
class Initialised(Protocol):
    """A store whose tables and roles are made before it is used."""

    def initialise(self, readers: Sequence[str], writers: Sequence[str]) -> list[str]:
        """Make what is missing and return the roles that were made."""


SCHEMES = ("postgresql", "postgres")
ADDRESS_FORM = "postgresql://user@host/database?schema=name"
SECRETS = frozenset(
    {"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}
)
"""Parameters that may not stand in an address, where every user of the machine can read them."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


def open_store(address: str | Path) -> Store:
    """Return the index at *address*; nothing is read, written or connected to until it is needed.

    Args:
        address: A folder, or ``postgresql://user@host/database?schema=name``.

    Raises:
        InputError: the address is of no known kind, or holds a password.
        StoreError: what the address needs is not installed.
    """
    scheme = scheme_of(address)
    if scheme is None:
        return EmbeddedStore(Path(address))
    if scheme not in SCHEMES:
        message = (
            f"Expected a folder or an address like {ADDRESS_FORM}, "
            f"but got one that begins with {scheme}://."
        )
        raise InputError(message)
    refuse_secrets(str(address))
    try:
        module = import_module("rag.store.postgres")
    except ModuleNotFoundError as error:
        message = (
            f"An index in PostgreSQL needs the Python package {error.name}. "
            "Install it with: pip install 'footnote-rag[postgresql]'"
        )
        raise StoreError(message) from error
    store: Store = module.PostgresStore(str(address))
    return store


def existing_store(address: str | Path) -> Store:
    """Return the index at *address*, which holds something.

    Raises:
        IndexMissingError: there is none.
    """
    store = open_store(address)
    if store.manifest() is None:
        raise missing(address)
    return store


def initialise_store(address: str, readers: Sequence[str], writers: Sequence[str]) -> list[str]:
    """Make the tables of an index in PostgreSQL where they are missing, and roles that use it.

    Returns:
        The roles that were made; they have no password yet.

    Raises:
        InputError: the address is a folder.
        StoreError: the role that connects may not do so, or the server has no pgvector.
    """
    store = open_store(address)
    if not isinstance(store, Initialised):
        message = (
            f"Expected an address like {ADDRESS_FORM}, but got {address!r}. "
            "A folder needs no set-up."
        )
        raise InputError(message)
    return store.initialise(readers, writers)


def missing(address: str | Path) -> IndexMissingError:
    """Return the error that says that there is no index at *address*."""
    message = f"Expected an index in {address}, but there is none. Run rag index first."
    return IndexMissingError(message)


def scheme_of(address: str | Path) -> str | None:
    """Return what stands before ``://`` in lower case, None for a folder."""
    found = _SCHEME.match(address) if isinstance(address, str) else None
    return found.group(1).lower() if found else None


def refuse_secrets(address: str) -> None:
    """Refuse an address with a password, without repeating it.

    Raises:
        InputError: there is one.
    """
    _, _, rest = address.partition("://")
    before_query, _, query = rest.partition("?")
    # A password may have any of / ? @ in it, however wrong that is.
    users = (rest.partition("@")[0] if "@" in rest else "", before_query.rpartition("@")[0])
    named = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    if any(":" in user for user in users) or named & SECRETS:
        message = (
            "Expected an address without a password, since every user of this machine can read "
            "command lines. Leave it out and set PGPASSWORD, or PGPASSFILE (a file such as "
            "~/.pgpass), or name a service: postgresql:///?service=NAME with PGSERVICEFILE."
        )
        raise InputError(message)
