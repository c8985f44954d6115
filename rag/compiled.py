"""Compiled graphs, kept in the user's cache folder.

Building a graph and compiling it for the processor takes a second of one core; reading back what
the compiler made takes a third of that, as the file is mapped. A kept graph belongs to one set of
weights, one version of OpenVINO and of this package's graphs, one processor and one number of
threads; its SHA-256 is checked like that of any model file.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_cache_path

from rag.bert import import_operations
from rag.errors import ModelError
from rag.models import check_sha256, file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import openvino

GRAPH_VERSION = 2
"""To be raised when `rag.bert` or a head changes, so that older graphs are not read."""
_KEPT_GRAPHS = 6
"""Files of graphs that are kept; the oldest go first."""


_mapped: list[Any] = []
"""The files of the graphs in use, which read their weights from them until the process ends."""
_threads = 0
"""How many threads a graph computes with; 0 means one for each core."""


def bound_threads(count: int) -> None:
    """Let graphs that are opened from now on compute with *count* threads, on any core.

    Each process would otherwise bind its threads to the first cores, where others bind theirs.
    """
    global _threads  # noqa: PLW0603 - a property of this process
    _threads = count


def open_graph(
    identity: str, build: Callable[[], openvino.Model], *, precision: str = "bf16"
) -> openvino.CompiledModel:
    """Return a graph compiled for this processor, from the cache where it is there.

    Args:
        identity: Names the weights and the heads, such as a model's fingerprint.
        build: Makes the graph if it is not in the cache.
        precision: "bf16" (fast where the processor has it, else float32) or "f32".
    """
    import_operations()
    import openvino as ov

    core = ov.Core()
    if _threads:
        bound = {"INFERENCE_NUM_THREADS": _threads, "ENABLE_CPU_PINNING": False}
        core.set_property("CPU", bound)
    parts = (identity, version("openvino"), core.get_property("CPU", "FULL_DEVICE_NAME"), precision)
    threads = core.get_property("CPU", "INFERENCE_NUM_THREADS")
    key = hashlib.sha256(repr((*parts, threads, GRAPH_VERSION)).encode()).hexdigest()[:32]
    path = user_cache_path("footnote") / "graphs" / f"{key}.blob"
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
    }
    kept = _kept(core, path, options)
    if kept is not None:
        return kept
    compiled = core.compile_model(build(), "CPU", options)
    with suppress(OSError):  # a read-only home or a full disk costs a second a start, nothing else
        _keep(compiled, path)
    return compiled


def _kept(core: Any, path: Path, options: dict[str, str]) -> openvino.CompiledModel | None:
    """Read a graph back; the file does not say with which options it was compiled."""
    import openvino as ov

    try:
        check_sha256(path, path.with_suffix(".sha256").read_text("ascii"))
        mapped = ov.Tensor(
            np.asarray(np.memmap(path, dtype=np.uint8, mode="c")), shared_memory=True
        )
        graph = core.import_model(mapped, "CPU", options)
    except (OSError, ValueError, ModelError, RuntimeError):
        return None  # not there, or not what was written: it is made again
    _mapped.append(mapped)
    return graph


def _keep(compiled: openvino.CompiledModel, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    older = sorted(path.parent.glob("*.blob"), key=lambda file: file.stat().st_mtime)
    for file in older[: -_KEPT_GRAPHS + 1]:
        file.unlink(missing_ok=True)
        file.with_suffix(".sha256").unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(compiled.export_model().getvalue())
    digest = file_sha256(partial)
    partial.replace(path)
    path.with_suffix(".sha256").write_text(digest, "ascii")
