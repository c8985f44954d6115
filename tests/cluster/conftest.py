"""A real Ray cluster of two nodes with one processor each, on 127.0.0.2 and 127.0.0.3."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

START_TIMEOUT_S = 120.0
RAY = Path(sys.executable).parent / "ray"
OPTIONS = ("--num-cpus=1", "--object-store-memory=200000000", "--block")


@dataclass
class Node:
    """A node that was started; ``raylet`` is the process without which it is lost."""

    process: subprocess.Popen
    raylet: int


@dataclass
class Cluster:
    """Where the head is, what to set to be let in, and the logs."""

    head: str
    client: str
    environment: dict[str, str]
    folder: Path

    def start(self, name: str, *options: str) -> Node:
        """Start a node and wait until it is one."""
        log = self.folder / f"{name}-{secrets.token_hex(2)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [RAY, "start", *options, *OPTIONS], env=self.environment, stdout=file, stderr=file
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while b"Ray runtime started" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                stop(process)
                pytest.fail(f"Ray did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        children = psutil.Process(process.pid).children(recursive=True)
        return Node(process, next(one.pid for one in children if one.name() == "raylet"))

    def start_worker(self) -> Node:
        options = ("--node-ip-address=127.0.0.3", "--num-gpus=1")
        return self.start("worker", f"--address={self.head}", *options)

    def run(self, *arguments: object, **options: object) -> subprocess.CompletedProcess:
        """Run Python with *arguments*, let into the cluster."""
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            **options,
        )


@pytest.fixture(scope="session")
def cluster():
    if importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed: pip install 'footnote-rag[cluster]'")
    if sys.platform != "linux":
        pytest.skip("two nodes of one machine need 127.0.0.2 and 127.0.0.3, which Linux has")
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # short: sockets lie below it
    port, client = free_port(), free_port()
    cluster = Cluster(
        f"127.0.0.2:{port}",
        f"ray://127.0.0.2:{client}",
        os.environ
        | {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_CLIENT_RECONNECT_GRACE_PERIOD": "1",
            "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "1",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_ADDRESS": f"127.0.0.2:{port}",
        },
        folder,
    )
    head = cluster.start(
        "head",
        "--head",
        "--node-ip-address=127.0.0.2",
        f"--port={port}",
        f"--ray-client-server-port={client}",
        "--include-dashboard=false",
        f"--temp-dir={folder}",
    )
    yield cluster
    stop(head.process)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def two_nodes(cluster):
    """The cluster with its second node."""
    worker = cluster.start_worker()
    yield cluster
    stop(worker.process)


def stop(process: subprocess.Popen) -> None:
    """End a node and what it started, by their ids."""
    started = []
    with contextlib.suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    for one in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.kill()
    process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.2", 0))
        return listener.getsockname()[1]
