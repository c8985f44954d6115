"""Derived files: linked from generation to generation, and known by size and SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from rag.errors import IndexDamagedError
from rag.store.database import REBUILD_HINT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Recorded = Mapping[str, tuple[int, str]]
    """Size in bytes and SHA-256 by path in the generation's folder."""

_LOCK_SUFFIX = ".lock"


def link(source: Path, target: Path) -> None:
    """Give a file that never changes a second name, or copy it where that cannot be done."""
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copy2(source, target)


def link_all(source: Path, target: Path, with_link: Callable[[Path, Path], None] = link) -> None:
    """Link every file of a folder but locks."""
    for file in sorted(source.iterdir()):
        if not file.name.endswith(_LOCK_SUFFIX):
            with_link(file, target / file.name)


def record(folder: Path, before: Path | None, known: Recorded) -> dict[str, tuple[int, str]]:
    """Return size and SHA-256 of the files in *folder*, after they reached the disk.

    Args:
        folder: A generation that is complete.
        before: The generation before it; what is linked from there is not read again, so that
            damage to it stays noticeable.
        known: What is recorded about *before*.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.endswith(_LOCK_SUFFIX):
            continue
        name = path.relative_to(folder).as_posix()
        if before and name in known and _same(path, before / name):
            found[name] = known[name]
            continue
        with path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found[name] = (path.stat().st_size, digest)
    return found


def verify(path: Path, size: int, sha256: str, *, hashed: bool) -> None:
    """Compare a file with what is recorded about it, its content only if *hashed*.

    Raises:
        IndexDamagedError: it is missing, unreadable or not what was written.
    """
    try:
        same = path.stat().st_size == size
        if same and hashed:
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError as error:
        message = f"{path} is missing or unreadable: {error.strerror}. {REBUILD_HINT}"
        raise IndexDamagedError(message) from error
    if not same:
        message = f"{path} was changed since it was written. {REBUILD_HINT}"
        raise IndexDamagedError(message)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
