"""Install Chromium for the browser tests where it is missing and this may be done.

Run by ``make test`` before pytest. It never fails the run: without Chromium the tests that need
it are skipped with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_S = 600


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Install Chromium, or say in one line why not."""
    if find_chromium():
        return
    problem = _install()
    if problem:
        print(f"The browser tests will be skipped: {problem}")  # noqa: T201 - for who runs make test


def _install() -> str | None:
    """Run apt and return what stood in the way, None where it worked."""
    if not sys.platform.startswith("linux") or not shutil.which("apt-get"):
        return "there is no Chromium, and no apt-get to install it with."
    prefix = _prefix()
    if prefix is None:
        return "there is no Chromium, and installing it needs root or sudo without a password."
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        try:
            done = subprocess.run(
                [*prefix, "apt-get", *command],
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"apt-get {command[0]} did not finish ({type(error).__name__})."
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["no reason given"]
            return f"apt-get {command[0]} failed: {lines[-1]}"
    return None if find_chromium() else "apt-get installed no chromium on the path."


def _prefix() -> list[str] | None:
    """Return what to put before apt-get, None where it may not be run."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(
        ["sudo", "-n", "true"], capture_output=True, check=False, timeout=TIMEOUT_S
    )
    return ["sudo", "-n"] if allowed.returncode == 0 else None


if __name__ == "__main__":
    main()
