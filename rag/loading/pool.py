"""Reading many files on all cores, ahead of the one who asks."""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.process import Loader

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from rag.settings import LoadingSettings
    from rag.types import Document

FILES_AHEAD = 8
"""For each worker: so many documents may wait to be asked for."""


def load_each(
    files: Sequence[tuple[Path, str]], settings: LoadingSettings, workers: int | None = None
) -> Generator[Document | LoadError, None, None]:
    """Read and clean files in several worker processes, a few files ahead.

    While the caller works on a document, the next ones are read. Close the iterator to end the
    workers before all files are read.

    Args:
        files: The path of each file and the name that its document gets.
        settings: The limits for one file.
        workers: How many processes read at a time; None means one for each core.

    Yields:
        For each file, in their order, its document or the reason why it cannot be read.
    """
    workers = max(1, min(workers or _cores(), len(files)))
    loaders: list[Loader] = []
    own = threading.local()

    def begin() -> None:
        own.loader = Loader(settings)
        loaders.append(own.loader)

    def load(path: Path, name: str) -> Document | LoadError:
        loader: Loader = own.loader
        try:
            return loader.load(path, name)
        except LoadError as error:
            return error

    executor = ThreadPoolExecutor(workers, "footnote-loading", begin)
    waiting: deque[Future[Document | LoadError]] = deque()
    try:
        for path, name in files:
            waiting.append(executor.submit(load, path, name))
            if len(waiting) > FILES_AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        for loader in loaders:
            loader.stop()
        executor.shutdown()
        for loader in loaders:
            loader.close()


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
