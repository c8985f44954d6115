"""The files below folders, by the names that they get."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.store.locking import OWNER_FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def find_files(paths: Sequence[Path]) -> dict[str, Path]:
    """Return the files in *paths* by the name that they get, in order of names.

    A name is the path relative to its folder, with forward slashes; with several folders it
    begins with the folder's own name. Bytes of it that are no UTF-8 are written out, see
    `readable`. Hidden files and folders and the folders of indexes are left out.

    Raises:
        InputError: a path does not exist, or two files would get the same name.
    """
    found: dict[str, Path] = {}
    for root in paths:
        if not root.exists():
            message = f"Expected a file or folder at {root}, but there is none. Check the path."
            raise InputError(message)
        prefix = f"{root.resolve().name}/" if len(paths) > 1 and root.is_dir() else ""
        single = [(root.name, root.resolve())] if root.is_file() else []
        for relative, path in _walk(root.resolve()) if root.is_dir() else single:
            name = readable(prefix + relative)
            if name in found and found[name] != path:
                message = (
                    f"Expected different names, but {found[name]} and {path} would both "
                    f"be called {name}. Rename one or index their common folder."
                )
                raise InputError(message)
            found[name] = path
    return dict(sorted(found.items()))


def readable(path: str) -> str:
    """Return *path* with those of its bytes that are no UTF-8 written as text."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _walk(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Yield the name below *folder*, which is resolved, and the resolved path of each file."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:  # a folder that may not be read
        return
    if any(entry.name == OWNER_FILE_NAME for entry in found):
        return
    for entry in found:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield prefix + entry.name, path.resolve() if entry.is_symlink() else path
