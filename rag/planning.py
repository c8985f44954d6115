"""What an update has to read: the files as they are now, against what the index knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import (
    InputError,
    LoadError,
    ParserLimitError,
    TooLargeError,
    UnsupportedFormatError,
)
from rag.finding import find_files, readable
from rag.loading.formats import FORMATS, reader_for
from rag.models import file_sha256
from rag.store.protocol import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from rag.index_report import IndexReport

_LIMITS = frozenset([ParserLimitError.reason, TooLargeError.reason])


class Key(NamedTuple):
    """How a file is read: its bytes, and the "module:function" that its suffix asks for."""

    sha256: str
    reader: str


def key_of(file: SourceFile) -> Key:
    """Return the key of *file*; its reader is empty where there is none for the suffix."""
    return Key(file.sha256, FORMATS.get(Path(file.path).suffix.lower(), ""))


def look_at(paths: Sequence[Path]) -> dict[str, SourceFile]:
    """Hash the files in *paths*; what nothing can read is skipped with the reason.

    What is there but could not be looked at has `LoadError.reason` and no hash.

    Raises:
        InputError: see `rag.finding.find_files`.
    """
    passed_over: list[SourceFile] = []
    files = [_looked_at(name, path) for name, path in find_files(paths, passed_over).items()]
    found = [*filter(None, files), *passed_over]
    return {file.name: file for file in sorted(found, key=lambda file: file.name)}


def _looked_at(name: str, path: Path) -> SourceFile | None:
    if str(path) != readable(str(path)):
        message = f"Expected a name in UTF-8, but it is {name}. Rename the file or folder."
        return SourceFile(name, readable(str(path)), "", 0, LoadError.reason, message)
    try:
        size, sha256 = path.stat().st_size, file_sha256(path)
        reader_for(path, FORMATS)
    except FileNotFoundError:  # deleted since its folder was listed
        return None
    except OSError as error:
        message = (
            f"Expected a readable file at {path}, but: {error.strerror}. What the index has of it "
            "stays; make it readable and run rag index again."
        )
        return SourceFile(name, str(path), "", 0, LoadError.reason, message)
    except UnsupportedFormatError as error:
        return SourceFile(name, str(path), sha256, size, error.reason, str(error))
    return SourceFile(name, str(path), sha256, size)


def unseen(before: Mapping[str, SourceFile], now: Mapping[str, SourceFile]) -> set[str]:
    """Return those files of *before* of which nobody can tell whether they are still there.

    They, or a folder that they are in, could not be looked at *now*.
    """
    closed = {file.name for file in now.values() if file.reason == LoadError.reason}
    return {
        name
        for name, file in before.items()
        if (name in closed and file.reason is None)
        or (
            not closed.isdisjoint(map(str, PurePosixPath(name).parents))
            and (name not in now or now[name].reason is not None)
        )
    }


def refuse_to_lose(before: Mapping[str, SourceFile], now: Mapping[str, SourceFile]) -> None:
    """Refuse to make an index anew that would lack documents because they cannot be looked at.

    Raises:
        InputError: naming the first of them.
    """
    lost = sorted(name for name in unseen(before, now) if before[name].reason is None)
    if lost:
        message = (
            f"Expected to read all documents of the index anew, but {lost[0]} (of {len(lost)}) "
            f"cannot be looked at: {before[lost[0]].path}. Make it readable, or delete the index "
            "and make one without it."
        )
        raise InputError(message)


def same_failure(before: SourceFile, now: SourceFile) -> bool:
    """Whether a file was skipped for the same reason.

    Messages are compared only where they name limits: others may name objects in memory.
    """
    if before.reason != now.reason or before.reason not in _LIMITS:
        return before.reason == now.reason
    return before.message == now.message


@dataclass(slots=True)
class Knowledge:
    """What the index knows of bytes and their readers.

    Files with the same bytes are one document, made by the reader of the first name whose reader
    can read them. ``makers`` are by hash.
    """

    good: set[Key] = field(default_factory=set)
    makers: dict[str, Key] = field(default_factory=dict)
    failed: dict[Key, SourceFile] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Iterable[SourceFile]) -> Knowledge:
        """Return what *files*, given in order of names, tell."""
        known = cls()
        for file in files:
            key = key_of(file)
            if file.reason is None:
                known.good.add(key)
                known.makers.setdefault(key.sha256, key)
            elif file.sha256:
                known.failed.setdefault(key, file)
        for key in known.good & known.failed.keys():
            del known.failed[key]
        return known

    def unread(
        self, files: Iterable[SourceFile], kept: AbstractSet[str]
    ) -> tuple[dict[Key, SourceFile], set[Key]]:
        """Return which files to read, one for each key, and which keys may make a document.

        Args:
            files: In order of names.
            kept: Names of files that stay as they are.
        """
        first: dict[Key, SourceFile] = {}
        making: set[Key] = set()
        settled: set[str] = set()
        for file in files:
            key = key_of(file)
            if file.reason is not None or key in first or key in self.failed:
                continue
            made = key.sha256 in settled
            if key in self.good:
                settled.add(key.sha256)
                if made or key == self.makers[key.sha256] or file.name in kept:
                    continue
            first[key] = file
            if not made:
                making.add(key)
        return first, making


def compare(
    report: IndexReport,
    before: Mapping[str, SourceFile],
    now: Mapping[str, SourceFile],
    known: Knowledge,
    unread: Mapping[Key, SourceFile],
) -> None:
    """Tell *report* which files were added, changed or removed, by what is *known* of them."""
    for name, file in now.items():
        if name not in before:
            report.added.append(name)
        elif _is_changed(before[name], file, known, unread):
            report.changed.append(name)
        else:
            report.unchanged += 1
    report.removed = [name for name in before if name not in now]


def _is_changed(
    before: SourceFile, now: SourceFile, known: Knowledge, unread: Mapping[Key, SourceFile]
) -> bool:
    if (before.sha256, before.path) != (now.sha256, now.path):
        return True
    if now.reason is not None:
        return (before.reason, before.message) != (now.reason, now.message)
    failed = before.reason is not None
    return unread.get(key_of(now)) is now or failed != (key_of(now) in known.failed)
