"""Finding a running cluster. None is ever started here."""

from __future__ import annotations

import os
import socket
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import ClusterError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTO = "auto"
"""The cluster that this machine is a node of, or the one in RAY_ADDRESS."""
REACH_TIMEOUT_S = 10.0
"""Ray itself looks for two minutes for a port where nothing listens."""
CONNECT_ATTEMPTS = 3
"""At ray:// a process is started for each client, which fails now and then on a busy machine."""
_ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_NUM_REDIS_GET_RETRIES": "5",  # seconds until another token counts as refused
}
"""What holds unless the environment says otherwise; read when ray is imported."""


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be connected to the cluster at *address*; its actors end with the connection.

    Ray runs any code for whoever reaches it, so its token is sent unless RAY_AUTH_MODE says
    otherwise; whether the cluster demands one is its own setting. Ray prints to standard output
    when a node dies.

    Args:
        address: `AUTO`, ``HOST:PORT`` from one of its nodes, or ``ray://HOST:PORT`` from anywhere.

    Raises:
        InputError: the address is of another form.
        ClusterError: Ray is not installed, there is no cluster, or it refuses the token.
    """
    _check_reachable(address)
    os.environ.update(_ENVIRONMENT | os.environ)
    try:
        import ray
    except ImportError as error:
        message = (
            "Expected the package ray for --cluster, but it is not installed. "
            "Run: pip install 'footnote-rag[cluster]', on every node."
        )
        raise ClusterError(message) from error
    if ray.is_initialized():
        message = "Expected no connection to a cluster in this process yet. Call ray.shutdown()."
        raise ClusterError(message)
    _connect(address)
    try:
        yield
    finally:
        ray.shutdown()


def _connect(address: str) -> None:
    import ray

    for attempt in range(1, CONNECT_ATTEMPTS + 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what matters is raised as well
                ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        except Exception as error:
            ray.shutdown()
            if not isinstance(error, ConnectionAbortedError) or attempt == CONNECT_ATTEMPTS:
                raise _unreachable(address, error) from error
        else:
            return


def _check_reachable(address: str) -> None:
    if address == AUTO:
        return
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme not in {"", "ray"}:
        message = (
            f"Expected the address of a Ray cluster such as ray://HOST:10001, HOST:6379 or {AUTO}, "
            f"but got {address!r}."
        )
        raise InputError(message)
    try:
        socket.create_connection((host, port), timeout=REACH_TIMEOUT_S).close()
    except OSError as error:
        raise _unreachable(address, error) from error


def _unreachable(address: str, error: Exception) -> ClusterError:
    where = "that this machine is a node of" if address == AUTO else f"at {address}"
    seen = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
    message = (
        f"Expected a Ray cluster {where}, but: {seen}. "
        "Nothing was started. Check that ray start ran on its nodes, with the same RAY_AUTH_MODE "
        "and the same token (ray get-auth-token) as here."
    )
    return ClusterError(message)
