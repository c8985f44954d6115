"""Finding a running cluster. None is ever started here."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTO = "auto"
"""The cluster that this machine is a node of, or the one in RAY_ADDRESS."""


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be connected to the cluster at *address*; its actors end with the connection.

    Ray runs any code for whoever reaches it, so its token is asked for unless RAY_AUTH_MODE says
    otherwise.

    Args:
        address: `AUTO`, ``HOST:PORT`` from one of its nodes, or ``ray://HOST:PORT`` from anywhere.

    Raises:
        ClusterError: Ray is not installed, there is no cluster, or it refuses the token.
    """
    os.environ.setdefault("RAY_AUTH_MODE", "token")  # read when ray is imported
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
    try:
        # What actors print must not get between the answers on standard output.
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except Exception as error:
        ray.shutdown()
        raise _unreachable(address, error) from error
    try:
        yield
    finally:
        ray.shutdown()


def _unreachable(address: str, error: Exception) -> ClusterError:
    where = "that this machine is a node of" if address == AUTO else f"at {address}"
    seen = " ".join(str(error).split())[:300] or type(error).__name__
    message = (
        f"Expected a Ray cluster {where}, but: {seen} "
        "Nothing was started. Check that ray start ran on its nodes, with the same RAY_AUTH_MODE "
        "and the same token (ray get-auth-token) as here."
    )
    return ClusterError(message)
