"""What a measurement was made with."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = (
    "openvino", "faiss-cpu", "tantivy", "numpy", "tokenizers", "torch", "langchain-community",
)  # fmt: skip


def described() -> dict[str, Any]:
    """Return commit, date, processor, load and versions."""
    return {
        "commit": commit(),
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in PACKAGES},
    }


def commit() -> str | None:
    """Return the commit of the working tree, with a + if files other than results differ."""
    found = _git("rev-parse", "HEAD")
    others = (":/", ":!/eval/results", ":!/eval/README.md")
    changed = _git("status", "--porcelain", "-uno", "--", *others)
    return found + ("+" if changed else "") if found else None


def processor() -> str:
    """Return the processor's name where Linux tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
