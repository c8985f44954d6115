"""One writer at a time: a lock of the operating system, released when its process dies."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import IndexLockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER_FILE_NAME = "writer.pid"
"""Says which process writes, or wrote last; every index in a folder has it."""


class WriterLock:
    """The right to write to the index in a folder, for one thread of one process."""

    def __init__(self, folder: Path) -> None:
        """Nothing is locked yet."""
        self._folder = folder
        self._thread_lock = threading.RLock()
        self.depth = 0
        """How often the thread that holds it asked for it."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; the same thread may ask again.

        Raises:
            IndexLockedError: another process or thread holds it.
        """
        from filelock import FileLock, Timeout

        if not self._thread_lock.acquire(blocking=False):
            raise IndexLockedError(self._message(str(os.getpid())))
        try:
            if self.depth:
                yield
                return
            lock = FileLock(self._folder / "writer.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout as error:
                raise IndexLockedError(self._message(self._owner())) from error
            try:
                self.depth += 1
                (self._folder / OWNER_FILE_NAME).write_text(str(os.getpid()))
                yield
            finally:
                self.depth -= 1
                lock.release()
        finally:
            self._thread_lock.release()

    def _owner(self) -> str:
        try:
            return (self._folder / OWNER_FILE_NAME).read_text() or "unknown"
        except OSError:
            return "unknown"

    def _message(self, owner: str) -> str:
        return (
            f"Index {self._folder} is being written to by process {owner}. "
            "Wait until it ends; reading goes on meanwhile."
        )
