"""Work that takes a while: how far it is, how long it will take, and stopping it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Result = TypeVar("_Result")
MINUTE_S = 60


class CancelledError(Exception):
    """The person who started the work stopped it; everything is as it was."""


@dataclass(slots=True)
class Progress:
    """How far work is; ``part`` (0..1) is of the item at hand, ``began`` of `time.monotonic`."""

    total: int
    done: int = 0
    part: float = 0.0
    passages: int = 0
    name: str = ""
    began: float = field(default_factory=time.monotonic)

    def seconds_left(self) -> float | None:
        """Return how long it will take at the rate so far, None while nothing is done."""
        done = self.done + self.part
        return (time.monotonic() - self.began) / done * (self.total - done) if done else None

    def time_left(self) -> str | None:
        """Return the same in words: "12 s", "3 min"."""
        seconds = self.seconds_left()
        if seconds is None:
            return None
        return f"{seconds:.0f} s" if seconds < MINUTE_S else f"{seconds / MINUTE_S:.0f} min"

    def rate(self) -> str | None:
        """Return passages, or else items, a second so far; None while there are none."""
        count = self.passages or self.done
        elapsed = time.monotonic() - self.began
        if not count or not elapsed:
            return None
        each_second = count / elapsed
        return f"{each_second:.0f} a second" if each_second >= 1 else f"{each_second:.1f} a second"


class Watched(Protocol):
    """Something with work whose ``progress`` is None while it does none."""

    progress: Progress | None


def followed(watched: Watched, pause_s: float = 0.25) -> Iterator[Progress]:
    """Yield the progress of work that somebody started, until it ends."""
    while (progress := watched.progress) is not None:
        yield progress
        time.sleep(pause_s)


def run_with_progress(
    work: Callable[[], _Result], watched: Watched, pause_s: float = 0.25
) -> Iterator[Progress | _Result]:
    """Run *work* in a thread; yield its progress now and then, and last what it returned.

    The work goes on when nobody follows any longer.

    Raises:
        CancelledError: it was cancelled.
        RagError: it failed.
    """
    result: list[_Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(pause_s)
        if watched.progress is not None:
            yield watched.progress
    if failure:
        raise failure[0]
    yield result[0]
