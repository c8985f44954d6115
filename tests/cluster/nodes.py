"""A real Ray cluster on 127.0.0.2 and 127.0.0.3, nodes of one processor each."""

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
from dataclasses import dataclass, field
from pathlib import Path

START_TIMEOUT_S = 120.0
RAY = Path(sys.executable).parent / "ray"
OPTIONS = ("--num-cpus=1", "--object-store-memory=200000000", "--block")


@dataclass
class Node:
    """A node that was started; ``raylet`` is the process without which it is lost."""

    process: subprocess.Popen[bytes]
    raylet: int

    def stop(self) -> None:
        """End the node and what it started, by their ids."""
        end(self.process)


@dataclass
class Cluster:
    """Where the head is, what to set to be let in, and the nodes."""

    head: str
    client: str
    environment: dict[str, str]
    folder: Path
    nodes: list[Node] = field(default_factory=list)

    def start(self, *options: str) -> Node:
        """Start a node and wait until it is one.

        Raises:
            RuntimeError: it is none in time.
        """
        log = self.folder / f"node-{len(self.nodes)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [RAY, "start", *options, *OPTIONS], env=self.environment, stdout=file, stderr=file
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while b"Ray runtime started" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                end(process)
                raise RuntimeError(log.read_text(errors="replace")[-2000:])
            time.sleep(0.1)
        import psutil

        children = psutil.Process(process.pid).children(recursive=True)
        raylet = next(one.pid for one in children if one.name() == "raylet")
        self.nodes.append(Node(process, raylet))
        return self.nodes[-1]

    def start_worker(self) -> Node:
        """Start a node that says that it has a GPU."""
        options = ("--node-ip-address=127.0.0.3", "--num-gpus=1")
        return self.start(f"--address={self.head}", *options)

    def stop(self) -> None:
        """End every node that is left."""
        for node in reversed(self.nodes):
            node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def missing() -> str | None:
    """Return why no cluster can be started here, None if one can."""
    if importlib.util.find_spec("ray") is None:
        return "ray is not installed: pip install 'footnote-rag[cluster]'"
    if sys.platform != "linux":
        return "two nodes of one machine need 127.0.0.2 and 127.0.0.3, which Linux has"
    return None


def start_cluster() -> Cluster:
    """Start a head."""
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # short: sockets lie below it
    port, client = free_port(), free_port()
    cluster = Cluster(
        f"127.0.0.2:{port}",
        f"ray://127.0.0.2:{client}",
        os.environ
        | {
            "RAY_ADDRESS": f"127.0.0.2:{port}",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_CLIENT_RECONNECT_GRACE_PERIOD": "1",
            "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "1",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",  # 15 by default, which waits for all else on a machine
        },
        folder,
    )
    cluster.start(
        "--head",
        "--node-ip-address=127.0.0.2",
        f"--port={port}",
        f"--ray-client-server-port={client}",
        "--include-dashboard=false",
        f"--temp-dir={folder}",
    )
    return cluster


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, by their ids."""
    import psutil

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
    """Return a port where nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.2", 0))
        return int(listener.getsockname()[1])
