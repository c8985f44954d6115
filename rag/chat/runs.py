"""Measured runs and gold files as the page keeps them, in a folder of the user's."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat.feedback import CANDIDATES_FILE
from rag.chat.uploads import safe_name
from rag.errors import InputError
from rag.evaluation import read_evaluation, read_gold

if TYPE_CHECKING:
    from rag.evaluation import Evaluation

SHIPPED = Path(__file__).parents[2] / "eval" / "gold"
LARGEST_GOLD_BYTES = 20_000_000
LISTED_AT_MOST = 100
_IDENTIFIER = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
_NO_RUN = "There is no such run; it may have been deleted."


@dataclass(frozen=True, slots=True)
class Run:
    """A measured run; ``measured`` is when, in UTC."""

    identifier: str
    measured: datetime
    evaluation: Evaluation


class Runs:
    """Runs in one folder, each as the JSON that ``rag eval --json`` writes."""

    def __init__(self, folder: Path | None) -> None:
        """Keep runs below *folder*; None forgets them when the page is closed."""
        self._forgotten = tempfile.TemporaryDirectory() if folder is None else None
        self._folder = (
            Path(self._forgotten.name) if self._forgotten else Path(folder or "") / "runs"
        )

    def keep(self, evaluation: Evaluation) -> str:
        """Write *evaluation* down and return its identifier."""
        now = datetime.now(UTC)
        identifier = f"{now:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}"
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f"{identifier}.tmp"
        unfinished.write_text(json.dumps(evaluation.to_dict(), ensure_ascii=False), "utf-8")
        unfinished.replace(self._path(identifier))
        return identifier

    def listed(self) -> list[Run]:
        """Return the runs that can be read, the latest first."""
        names = sorted((path.stem for path in self._folder.glob("*.json")), reverse=True)
        found = []
        for name in names[:LISTED_AT_MOST]:
            try:
                found.append(self.run(name))
            except InputError:
                continue  # of another version, or not ours
        return found

    def run(self, identifier: str) -> Run:
        """Return one run.

        Raises:
            InputError: there is no such run, or it cannot be read.
        """
        path = self._path(identifier)
        if not path.is_file():
            raise InputError(_NO_RUN)
        measured = datetime.strptime(identifier[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        return Run(identifier, measured, _evaluation(path, path.stat().st_mtime_ns))

    def text(self, identifier: str) -> str:
        """Return the JSON of one run, which ``rag compare`` reads.

        Raises:
            InputError: there is no such run.
        """
        path = self._path(identifier)
        if not path.is_file():
            raise InputError(_NO_RUN)
        return path.read_text("utf-8")

    def delete(self, identifier: str) -> None:
        """Delete one run."""
        self._path(identifier).unlink(missing_ok=True)

    def _path(self, identifier: str) -> Path:
        if not _IDENTIFIER.fullmatch(identifier):
            raise InputError(_NO_RUN)
        return self._folder / f"{identifier}.json"


class GoldFiles:
    """The gold files that the page offers: from feedback, added by people, and shipped."""

    def __init__(self, folder: Path | None) -> None:
        """Offer those in *folder*; None has only the shipped ones."""
        self._folder = folder

    def known(self) -> dict[str, tuple[str, Path]]:
        """Return what to call each file and where it is, by the name that the page sends."""
        found: dict[str, tuple[str, Path]] = {}
        for path in sorted(SHIPPED.glob("*.jsonl")):
            found[f"shipped/{path.name}"] = (path.name, path)
        if self._folder is not None:
            for path in sorted((self._folder / "gold").glob("*.jsonl")):
                found[f"added/{path.name}"] = (f"{path.name} (added)", path)
            candidates = self._folder / CANDIDATES_FILE
            if candidates.is_file():
                found["feedback"] = ("questions from feedback", candidates)
        return found

    def path(self, name: str) -> Path:
        """Return where the file called *name* is.

        Raises:
            InputError: there is none.
        """
        known = self.known()
        if name not in known:
            message = "There is no such gold file. Choose one of the list, or add one."
            raise InputError(message)
        return known[name][1]

    def add(self, path: Path) -> str:
        """Check and keep a gold file, and return the name that it is known by.

        Raises:
            InputError: it is no gold file; the message says which line is wrong.
        """
        if self._folder is None:
            message = "This page has no folder to keep gold files in."
            raise InputError(message)
        if path.stat().st_size > LARGEST_GOLD_BYTES:
            message = f"Expected a gold file of at most {LARGEST_GOLD_BYTES // 10**6} MB."
            raise InputError(message)
        read_gold(path)
        name = Path(safe_name(path.name)).stem + ".jsonl"
        folder = self._folder / "gold"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
        return f"added/{name}"


@lru_cache(maxsize=LISTED_AT_MOST)
def _evaluation(path: Path, changed_ns: int) -> Evaluation:  # noqa: ARG001 - part of the key
    return read_evaluation(path)
