"""The process that parses files, one after another, under limits.

It is started as ``python -c`` with the parent's module path and not through `multiprocessing`:
spawning would import the parent's main module (and torch with it), and forking a process that has
threads of OpenVINO or FAISS can dead-lock.
"""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import IO, Any

from rag.errors import DamagedError, LoadError, ParserLimitError
from rag.loading import wire
from rag.loading.formats import import_reader

GRACE_S = 30.0
"""Seconds after the time limit at which an orphaned worker ends by itself."""
BYTES_PER_MEGABYTE = 1024 * 1024
RECURSION_LIMIT = 3000
"""Deep enough for real nesting, far below what would overflow the C stack."""


def main(memory_megabytes: int) -> None:
    """Answer requests from standard input until it closes."""
    requests, replies, nowhere = _take_over_streams()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(RECURSION_LIMIT)
    _limit_memory(memory_megabytes)
    # Cleaning is imported here so that the first file does not pay for it.
    from rag.cleaning import clean  # noqa: F401

    wire.send(replies, {"ready": True})
    while (request := wire.receive(requests)) is not None:
        # The parent kills a worker that is late; this ends it when the parent is gone too.
        faulthandler.dump_traceback_later(request["timeout_s"] + GRACE_S, exit=True, file=nowhere)
        reply = _reply(request)
        faulthandler.cancel_dump_traceback_later()
        wire.send(replies, reply)


def _take_over_streams() -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    """Keep the pipes for messages only: what a parser prints goes nowhere."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = Path(os.devnull).open("r+b")  # noqa: SIM115 - lives as long as the process
    for descriptor in (0, 1, 2):
        os.dup2(nowhere.fileno(), descriptor)
    return requests, replies, nowhere


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:
        return
    limit = megabytes * BYTES_PER_MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    # A platform may define the limit and still refuse it (macOS does).
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _reply(request: dict[str, Any]) -> dict[str, Any]:
    try:
        document = _parse(request)
    except MemoryError:
        message = f"Expected {request['name']} to be read within its memory, but it ran out."
        return _error(ParserLimitError(message), retire=True)
    except RecursionError:
        message = f"Expected {request['name']} to be nested less deeply; it may be broken."
        return _error(DamagedError(message))
    except LoadError as error:
        return _error(error)
    except Exception as error:  # noqa: BLE001 - parsers raise anything on broken files
        message = (
            f"Expected {request['name']} to follow its format, but reading it failed with "
            f"{type(error).__name__}: {str(error)[:200]}; save it again from the program it "
            "came from."
        )
        return _error(DamagedError(message))
    return {"document": document}


def _parse(request: dict[str, Any]) -> dict[str, Any]:
    from rag.cleaning import clean

    try:
        content = Path(request["path"]).read_bytes()
    except OSError as error:
        message = f"Expected to read {request['name']}, but: {error.strerror or error}."
        raise LoadError(message) from error
    raw = import_reader(request["reader"])(content)
    document = clean(raw, request["name"], hashlib.sha256(content).hexdigest())
    return wire.document_to_dict(document)


def _error(error: LoadError, *, retire: bool = False) -> dict[str, Any]:
    return {"error": type(error).__name__, "message": str(error), "retire": retire}
