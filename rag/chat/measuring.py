"""Running the evaluation from the page, one at a time, while people go on asking."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rag.chat.progress import CancelledError, Progress
from rag.errors import InputError
from rag.evaluation import evaluate, read_gold
from rag.evaluation.labels import Split

if TYPE_CHECKING:
    from pathlib import Path

    from rag.chat.engine import Engine
    from rag.chat.runs import Runs
    from rag.settings import Settings


class Measuring:
    """Measures an engine and keeps the runs."""

    def __init__(self, engine: Engine, runs: Runs) -> None:
        """Measure *engine*; nothing runs yet."""
        self._engine = engine
        self._runs = runs
        self._stop = threading.Event()
        self._running = threading.Lock()
        self.progress: Progress | None = None
        """Of the measurement that runs now, None between them."""

    def measure(self, path: Path, split: str, settings: Settings) -> str:
        """Ask every question of a gold file, keep the run and return its identifier.

        Args:
            path: The gold file.
            split: "development", "test", or "" for all questions.
            settings: To ask with.

        Raises:
            RagError: the file cannot be used with this index, or another measurement runs.
            CancelledError: `cancel` was called; nothing was kept.
        """
        if not self._running.acquire(blocking=False):
            message = "A measurement is running already. Wait for it, or cancel it."
            raise InputError(message)
        try:
            self._stop.clear()
            part = Split(split) if split in set(Split) else None
            gold = read_gold(path)
            self.progress = Progress(len(gold.part(part).questions), name=gold.name)
            pipeline = self._engine.pipeline(settings)
            return self._runs.keep(evaluate(pipeline, gold, part, tell=self._tell))
        finally:
            self.progress = None
            self._running.release()

    def cancel(self) -> None:
        """Stop the measurement that runs now, after its question."""
        self._stop.set()

    def _tell(self, done: int, _total: int) -> None:
        if self._stop.is_set():
            raise CancelledError
        if self.progress is not None:
            self.progress.done = done
        self._engine.let_people_go_first()
