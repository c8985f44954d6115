"""The files below folders, by the names that they get."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import InputError, LoadError
from rag.store.locking import OWNER_FILE_NAME
from rag.store.protocol import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINK_TO_FOLDER = "link to a folder"
BROKEN_LINK = "broken link"


def find_files(
    paths: Sequence[Path], passed_over: list[SourceFile] | None = None
) -> dict[str, Path]:
    """Return the files in *paths* by the name that they get, in order of names.

    A name is the path relative to its folder, with forward slashes; with several folders it
    begins with the folder's own name. Bytes of it that are no UTF-8 are written out, see
    `readable`. Hidden files and folders and the folders of indexes are left out.

    Args:
        paths: Files and folders.
        passed_over: Gets links to folders, broken links, and what could not be looked at: folders
            that cannot be listed and links whose end cannot be seen, with `LoadError.reason`.

    Raises:
        InputError: a path does not exist or cannot be looked at, or two files would get the same
            name.
    """
    found: dict[str, Path] = {}
    skipped: list[SourceFile] = [] if passed_over is None else passed_over
    for root in paths:
        for exact_name, path in _below(root, skipped, several=len(paths) > 1):
            name = readable(exact_name)
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


def _below(
    root: Path, passed_over: list[SourceFile], *, several: bool
) -> Iterator[tuple[str, Path]]:
    try:
        if not root.exists():
            message = f"Expected a file or folder at {root}, but there is none. Check the path."
            raise InputError(message)
        path = root.resolve()
        entries = _entries(path) if path.is_dir() else None
    except OSError as error:
        message = f"Expected a file or folder that can be read at {root}, but: {error.strerror}."
        raise InputError(message) from error
    if entries is not None:
        yield from _walk(entries, f"{path.name}/" if several else "", passed_over)
    elif path.is_file():
        yield root.name, path


def _walk(
    entries: list[os.DirEntry[str]], prefix: str, passed_over: list[SourceFile]
) -> Iterator[tuple[str, Path]]:
    """Yield the name and the resolved path of each file among and below *entries*."""
    if any(entry.name == OWNER_FILE_NAME for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name, path = prefix + entry.name, Path(entry.path)
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(_entries(path), f"{name}/", passed_over)
            elif entry.is_file():
                yield name, path.resolve() if entry.is_symlink() else path
            elif entry.is_dir():
                message = (
                    f"Expected a file or folder, but it is a link to the folder {path.resolve()}; "
                    "links to folders are not followed. Name that folder to rag index as well."
                )
                passed_over.append(_skipped(name, path, LINK_TO_FOLDER, message))
            elif entry.is_symlink() and not path.exists():
                message = (
                    f"Expected a file, but it is a link to {path.readlink()}, and there is none. "
                    "Put the file back or delete the link."
                )
                passed_over.append(_skipped(name, path, BROKEN_LINK, message))
        except FileNotFoundError:  # deleted since its folder was listed
            continue
        except OSError as error:
            message = (
                f"Expected to look at {path}, but: {error.strerror}. What the index has of it "
                "stays; make it readable and run rag index again."
            )
            passed_over.append(_skipped(name, path, LoadError.reason, message))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _skipped(name: str, path: Path, reason: str, message: str) -> SourceFile:
    return SourceFile(readable(name), readable(str(path)), "", 0, reason, readable(message))
