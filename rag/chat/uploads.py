"""Files that people add through the page: safe names, in one folder, of types that can be read."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.loading import supported_suffixes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.store.protocol import SourceFile

FOLDER = "uploads"
MOST_FILES = 50
LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^\w .,()&+@=-]+")
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def safe_name(name: str) -> str:
    r"""Return a file name without folders, control characters or anything a shell minds.

    >>> safe_name("../../etc/passwd\u202e.PDF")
    'passwd.pdf'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem, suffix = Path(last).stem, Path(last).suffix
    letters = "".join(char for char in stem if unicodedata.category(char)[0] != "C")
    stem = _UNSAFE.sub("_", letters).strip(" ._")[:LONGEST_NAME].strip(" ._") or "document"
    if _RESERVED.match(stem):
        stem = f"{stem}_"
    suffix = "".join(char for char in suffix.casefold() if char.isalnum() or char == ".")
    return stem + suffix


class Uploads:
    """The folder of uploaded files."""

    def __init__(self, files: Sequence[SourceFile], folder: Path | None) -> None:
        """Choose the folder.

        Args:
            files: Those of the index. Where all lie in one folder, uploads go below it, so that
                indexing that folder again finds them.
            folder: Where to put them otherwise; None refuses uploads.
        """
        roots = {_root(file) for file in files}
        root = roots.pop() if len(roots) == 1 else None
        if root is None or not os.access(root, os.W_OK):
            root = folder
        self.root = root
        self.folder = root / FOLDER if root else None

    def holds(self, path: Path) -> bool:
        """Whether *path* was uploaded here."""
        return self.folder is not None and path.parent == self.folder

    def keep(self, files: Sequence[tuple[Path, str]]) -> list[tuple[str, Path]]:
        """Copy files into the folder and return each one's name in the index and its path.

        Raises:
            InputError: there is no folder, too many files, or one of a type that cannot be read.
        """
        if self.folder is None:
            message = "This index has no folder to add documents to; use rag index instead."
            raise InputError(message)
        if not 0 < len(files) <= MOST_FILES:
            message = f"Add between 1 and {MOST_FILES} files at a time; these are {len(files)}."
            raise InputError(message)
        names = [safe_name(name) for _, name in files]
        for name in names:
            if Path(name).suffix not in supported_suffixes():
                known = ", ".join(suffix[1:] for suffix in supported_suffixes())
                message = f"{name} is of a type that cannot be read. These can: {known}."
                raise InputError(message)
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = []
        for (source, _), name in zip(files, names, strict=True):
            path = self._free(name)
            shutil.copyfile(source, path)
            kept.append((f"{FOLDER}/{path.name}", path))
        return kept

    def delete(self, path: Path) -> None:
        """Delete a file that was uploaded here; leave any other alone."""
        if self.holds(path):
            path.unlink(missing_ok=True)

    def _free(self, name: str) -> Path:
        """Return a path in the folder that no file has yet."""
        if self.folder is None:
            raise InputError
        path, number = self.folder / name, 2
        while path.exists():
            path = self.folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
            number += 1
        return path


def _root(file: SourceFile) -> Path | None:
    """Return the folder that was indexed, None if path and name do not tell."""
    suffix = "/" + file.name
    path = Path(file.path).as_posix()
    return Path(path[: -len(suffix)]) if path.endswith(suffix) else None
