"""What an address of an index in PostgreSQL says."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rag.errors import InputError
from rag.store.opening import ADDRESS_FORM, refuse_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_SCHEMA = "footnote"
_SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_OWN = {"failover_s": "30", "lock_wait_s": "0", "pool_size": "20"}
"""Parameters that libpq does not know, with what they are unless given."""
_LIBPQ = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""A silent network is noticed after about ten seconds, unless the address says otherwise."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an index is and how patient its clients are.

    ``text`` is the address as it was given, which holds no secret. ``reading`` and ``writing``
    are what libpq connects to; of several hosts, only the one that accepts writing is written to.
    """

    text: str
    schema: str
    reading: str
    writing: str
    several_hosts: bool
    """Whether there are several hosts, or may be, since a service names them."""
    failover_s: float
    """How long a lost or missing server is waited for."""
    lock_wait_s: float
    """How long another writer is waited for."""
    pool_size: int
    """How many connections read at once at most."""

    def __str__(self) -> str:
        return self.text


def parse_address(text: str) -> Address:
    """Return what *text* says, ``postgresql://user@host[,host]/database?schema=name``.

    Further parameters are ``failover_s``, ``lock_wait_s``, ``pool_size`` and libpq's own, such as
    ``sslmode``, ``target_session_attrs`` and ``service``.

    Raises:
        InputError: it cannot be read, holds a password, or a parameter is unknown.
    """
    refuse_secrets(text)
    _, _, rest = text.partition("://")
    place, _, query = rest.partition("?")
    # To libpq a + is a + and no space.
    given = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    schema = given.pop("schema", DEFAULT_SCHEMA)
    if not _SCHEMA.fullmatch(schema):
        message = f"Expected a schema of letters, digits and _, but got {schema!r}."
        raise InputError(message)
    own = {name: _number(name, given.pop(name, value)) for name, value in _OWN.items()}
    plain = f"postgresql://{place}?{urlencode(given, quote_via=quote)}"
    try:
        known = conninfo_to_dict(plain)
    except psycopg.Error as error:
        message = f"Expected an address like {ADDRESS_FORM}: {error}".strip()
        raise InputError(message) from error
    name = f"footnote {socket.gethostname()} {os.getpid()}"
    defaults = {"application_name": name, **_LIBPQ}
    settings = {key: value for key, value in defaults.items() if key not in known}
    reading = make_conninfo(plain, **settings)
    writing = make_conninfo(reading, target_session_attrs="read-write")
    return Address(
        text,
        schema,
        reading,
        writing,
        _may_be_several(known),
        own["failover_s"],
        own["lock_wait_s"],
        max(2, int(own["pool_size"])),
    )


def _may_be_several(known: Mapping[str, Any]) -> bool:
    """Whether what libpq is given may name several hosts; a service is read by libpq alone."""
    hosts = known.get("host") or known.get("hostaddr")
    if not hosts and (known.get("service") or os.environ.get("PGSERVICE")):
        return True
    return "," in (hosts or os.environ.get("PGHOST") or os.environ.get("PGHOSTADDR") or "")


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        message = f"Expected a number from 0 for {name} in the address, but got {value!r}."
        raise InputError(message)
    return number
