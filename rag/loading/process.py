"""Reading files in a worker process that can be killed."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from rag import errors
from rag.errors import LoadError, ParserLimitError, TooLargeError, UnsupportedFormatError
from rag.loading import wire
from rag.loading.formats import FORMATS, reader_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import IO

    from rag.settings import LoadingSettings
    from rag.types import Document

START_TIMEOUT_S = 60.0
"""Starting takes 0.2 s on an idle machine; a loaded one may need much longer."""
FILES_PER_WORKER = 500
"""A worker is replaced after this many files, so that leaks of parsers stay small."""
BYTES_PER_MEGABYTE = 1024 * 1024
_START = "import sys; sys.path[:] = {path!r}; from rag.loading.worker import main; main({memory})"


class Loader:
    """Reads files one after another in a worker process, which is started on first use.

    A loader is for one thread; several loaders work in parallel. Use it as a context manager:

        with Loader(settings) as loader:
            document = loader.load(path, "reports/2017.pdf")
    """

    def __init__(self, settings: LoadingSettings, formats: Mapping[str, str] | None = None) -> None:
        """Prepare a loader.

        Args:
            settings: The limits for one file.
            formats: Suffix to "module:function"; None means all that Footnote reads.
        """
        self._settings = settings
        self._formats = FORMATS if formats is None else formats
        self._worker: _Worker | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker process; the loader starts a new one when it is used again."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def stop(self) -> None:
        """End the worker process for good, from any thread: a file being read is given up."""
        self._stopped = True
        worker = self._worker
        if worker is not None:
            worker.kill()

    def load(self, path: Path, name: str) -> Document:
        """Read and clean one file.

        Args:
            path: Where the file is.
            name: The name that the document gets: its path relative to the indexed folder.

        Raises:
            LoadError: the file cannot be read; the subclass tells why.
        """
        reader = checked_reader(path, name, self._settings, self._formats)
        request = {
            "path": str(path.absolute()),
            "name": name,
            "reader": reader,
            "timeout_s": self._settings.timeout_s,
        }
        reply = self._ask(request)
        if "document" in reply:
            return wire.document_from_dict(reply["document"])
        error_type: type[LoadError] = getattr(errors, reply["error"])
        raise error_type(reply["message"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request; what fails for want of memory is tried once more in a fresh worker.

        Without the second try, whether a file can be read would depend on the files before it.
        """
        worker = self._fresh_worker() if self._worker is None else self._worker
        used_before = worker.files > 0
        reply = self._ask_worker(worker, request)
        if reply.get("retire") and used_before:
            reply = self._ask_worker(self._fresh_worker(), request)
        return reply

    def _ask_worker(self, worker: _Worker, request: dict[str, Any]) -> dict[str, Any]:
        try:
            reply = worker.ask(request, self._settings.timeout_s)
        except TimeoutError as error:
            self.close()
            message = (
                f"Expected {request['name']} to be read within {self._settings.timeout_s:g} s, "
                "but it took longer and was stopped; raise loading.timeout_s or skip the file."
            )
            raise ParserLimitError(message) from error
        if reply is None:
            reply = {
                "error": ParserLimitError.__name__,
                "message": (
                    f"Expected {request['name']} to be read within "
                    f"{self._settings.memory_megabytes} MB, but the parser died; raise "
                    "loading.memory_megabytes or skip the file."
                ),
                "retire": True,
            }
        if reply.get("retire") or worker.files >= FILES_PER_WORKER:
            self.close()
        return reply

    def _fresh_worker(self) -> _Worker:
        self.close()
        self._check_running()
        self._worker = _Worker(self._settings.memory_megabytes)
        self._check_running()  # it may have been stopped while the process started
        return self._worker

    def _check_running(self) -> None:
        if self._stopped:
            self.close()
            message = "Expected to read a file, but reading was stopped; use a new loader."
            raise LoadError(message)


def checked_reader(
    path: Path, name: str, settings: LoadingSettings, formats: Mapping[str, str] = FORMATS
) -> str:
    """Return the "module:function" that reads a file, if it is one and not too large.

    Raises:
        UnsupportedFormatError: nothing reads it, or it is not a regular file.
        TooLargeError: it is over the limit.
        LoadError: it is not there.
    """
    reader = reader_for(path, formats)
    try:
        size = path.stat().st_size
    except OSError as error:
        message = f"Expected a file at {path}, but: {error.strerror or error}."
        raise LoadError(message) from error
    if not path.is_file():
        message = f"Expected {name} to be a regular file, but it is not one."
        raise UnsupportedFormatError(message)
    megabytes = size / BYTES_PER_MEGABYTE
    if megabytes > settings.max_file_megabytes:
        message = (
            f"Expected {name} to have at most {settings.max_file_megabytes:g} MB, but "
            f"it has {megabytes:.1f} MB; raise loading.max_file_megabytes or split it."
        )
        raise TooLargeError(message)
    return reader


class _Worker:
    """One worker process, and the thread that waits for what it says.

    A thread because pipes cannot be waited for with a time limit on every platform.
    """

    def __init__(self, memory_megabytes: int) -> None:
        self.files = 0
        path = [entry for entry in sys.path if isinstance(entry, str)]
        code = _START.format(path=path, memory=memory_megabytes)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None  # noqa: S101 - tells the type checker
        assert self._process.stdout is not None  # noqa: S101
        self._requests: IO[bytes] = self._process.stdin
        self._replies: IO[bytes] = self._process.stdout
        self._inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, name="footnote-loader", daemon=True)
        self._thread.start()
        self._await_start(memory_megabytes)

    def ask(self, request: dict[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """Return the reply, None when the worker died; TimeoutError when it is late."""
        self.files += 1
        try:
            wire.send(self._requests, request)
        except OSError:
            return None
        return self._next(timeout_s)

    def kill(self) -> None:
        """End the process, whatever it is doing; who waits for a reply is told that it died."""
        self._process.kill()

    def close(self) -> None:
        """End the process and its thread."""
        self.kill()
        self._process.wait()
        self._thread.join()
        self._replies.close()
        try:
            self._requests.close()
        except OSError:
            return  # what was still to be flushed has no reader

    def _listen(self) -> None:
        try:
            while (message := wire.receive(self._replies)) is not None:
                self._inbox.put(message)
        except (OSError, ValueError):
            pass
        self._inbox.put(None)

    def _next(self, timeout_s: float) -> dict[str, Any] | None:
        deadline = time.monotonic() + timeout_s
        try:
            return self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError from None

    def _await_start(self, memory_megabytes: int) -> None:
        try:
            ready = self._next(START_TIMEOUT_S)
        except TimeoutError:
            ready = None
        if ready is None:
            self.close()
            message = (
                f"Expected the parsing process to start within {START_TIMEOUT_S:g} s and "
                f"{memory_megabytes} MB, but it did not; raise loading.memory_megabytes."
            )
            raise ParserLimitError(message)
