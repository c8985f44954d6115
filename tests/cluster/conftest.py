"""Two nodes for all tests of a cluster."""

from __future__ import annotations

import pytest

from tests.cluster import nodes


@pytest.fixture(scope="session")
def cluster():
    if reason := nodes.missing():
        pytest.skip(reason)
    cluster = nodes.start_cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def two_nodes(cluster):
    """The cluster with its second node."""
    cluster.start_worker()
    return cluster
