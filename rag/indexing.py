"""Folders of files to a published generation of an index."""

from __future__ import annotations

import json
import os
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.chunking import chunk_document
from rag.errors import IndexMismatchError, InputError, LoadError, NothingIndexedError
from rag.loading import load_each
from rag.models import file_sha256
from rag.settings import to_dict
from rag.store.protocol import AddDocument, Manifest, RemoveFile, SetFile, SourceFile, vector_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.embedding import Embedder
    from rag.settings import Settings
    from rag.store.protocol import Change, Store
    from rag.types import Chunk, Document

FORMAT = 2
"""Counts changes of cleaning, chunking or layout after which an index must be made anew."""
PASSAGES_A_BATCH = 256
"""Passages of several documents are embedded together, so that batches are full."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: files of *total_files* done, and passages embedded so far."""

    files: int
    total_files: int
    passages: int
    name: str


@dataclass(slots=True)
class IndexReport:
    """What a run did. ``seconds`` is by stage: read, load, chunk, embed, store, total."""

    generation: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[SourceFile] = field(default_factory=list)
    """All files that the index knows of and could not read, old and new."""
    passages_embedded: int = 0
    passages_reused: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        """Whether the run made a new generation."""
        return bool(self.added or self.changed or self.removed)


def manifest_for(settings: Settings, embedder: Embedder) -> Manifest:
    """Return what an index made with these *settings* and this *embedder* is made with."""
    chunking = json.dumps(to_dict(settings.chunking), sort_keys=True)
    return Manifest(embedder.fingerprint, embedder.dimension, chunking, FORMAT)


def update_index(
    store: Store,
    paths: Sequence[Path],
    settings: Settings,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    report_progress: Callable[[Progress], None] | None = None,
) -> IndexReport:
    """Make the index hold exactly the documents in *paths*, as one new generation.

    Only files whose bytes changed are read, and only passages whose text changed are embedded.
    When nothing changed no generation is published.

    Args:
        store: Where to.
        paths: Files and folders; folders are searched through, hidden files left out.
        settings: The settings in force.
        embedder: Turns passages into vectors.
        rebuild: Read and embed everything again, with whatever settings are in force now.
        report_progress: Called after each file and each batch.

    Raises:
        InputError: a path does not exist, or not one document could be indexed.
        IndexLockedError: another process is writing.
        IndexMismatchError: the index was made with other settings and *rebuild* is false.
        IndexDamagedError: a part of the index is missing or changed and *rebuild* is false.
    """
    run = _Run(store, settings, embedder, report_progress or (lambda _: None), rebuild=rebuild)
    with store.writing():
        return run.update(paths)


def find_files(paths: Sequence[Path]) -> dict[str, Path]:
    """Return the files in *paths* by the name that they get, in order of names.

    A name is the path relative to its folder, with forward slashes; with several folders it
    begins with the folder's own name. Hidden files and folders are left out.

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
            name = prefix + relative
            if name in found and found[name] != path:
                message = (
                    f"Expected different names, but {found[name]} and {path} would both "
                    f"be called {name}. Rename one or index their common folder."
                )
                raise InputError(message)
            found[name] = path
    return dict(sorted(found.items()))


def _walk(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Yield the name below *folder*, which is resolved, and the resolved path of each file."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:  # a folder that may not be read
        return
    for entry in found:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield prefix + entry.name, path.resolve() if entry.is_symlink() else path


class _Run:
    """One run of `update_index`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        embedder: Embedder,
        report_progress: Callable[[Progress], None],
        *,
        rebuild: bool,
    ) -> None:
        self.store = store
        self.settings = settings
        self.embedder = embedder
        self.report_progress = report_progress
        self.rebuild = rebuild
        self.manifest = manifest_for(settings, embedder)
        self.report = IndexReport(seconds=dict.fromkeys(("read", "load", "chunk", "embed"), 0.0))
        self.files_done = 0

    def update(self, paths: Sequence[Path]) -> IndexReport:
        began = time.perf_counter()
        before = {} if self.rebuild else self._files_before()
        now = self._read(find_files(paths))
        self._compare(before, now)
        usable = {file.sha256 for file in before.values() if file.reason is None}
        if self.report.published:
            changes = self._changes(before, now, usable)
            self.report.generation = self.store.apply(changes, self.manifest, anew=self.rebuild)
        else:
            with self.store.snapshot() as snapshot:  # says so if the index is damaged
                self.report.generation = snapshot.generation
        self.report.skipped = [file for file in self.store.files() if file.reason is not None]
        seconds = self.report.seconds
        seconds["total"] = time.perf_counter() - began
        seconds["store"] = seconds["total"] - sum(
            seconds[stage] for stage in ("read", "load", "chunk", "embed")
        )
        return self.report

    def _files_before(self) -> dict[str, SourceFile]:
        made_with = self.store.manifest()
        if made_with not in {None, self.manifest}:
            message = (
                f"Index {self.store.name} was made with {made_with}, but the settings in force "
                f"are {self.manifest}. Run rag index --rebuild, or restore the settings."
            )
            raise IndexMismatchError(message)
        return {file.name: file for file in self.store.files()}

    def _read(self, found: dict[str, Path]) -> dict[str, SourceFile]:
        """Hash the files; one that cannot be read is skipped with the reason."""
        began = time.perf_counter()
        now = {}
        for name, path in found.items():
            try:
                size, sha256 = path.stat().st_size, file_sha256(path)
            except OSError as error:
                message = f"Expected a readable file at {path}, but: {error.strerror}."
                now[name] = SourceFile(name, str(path), "", 0, LoadError.reason, message)
            else:
                now[name] = SourceFile(name, str(path), sha256, size)
        self.report.seconds["read"] = time.perf_counter() - began
        return now

    def _compare(self, before: dict[str, SourceFile], now: dict[str, SourceFile]) -> None:
        report = self.report
        for name, file in now.items():
            if name not in before:
                report.added.append(name)
            elif (before[name].sha256, before[name].path) != (file.sha256, file.path):
                report.changed.append(name)
            else:
                report.unchanged += 1
        report.removed = [name for name in before if name not in now]

    def _changes(
        self, before: dict[str, SourceFile], now: dict[str, SourceFile], usable: set[str]
    ) -> Iterator[Change]:
        """Yield the changes, documents in batches so that embedding runs on full ones."""
        for name in self.report.removed:
            yield RemoveFile(name)
        wanted = sorted([*self.report.added, *self.report.changed])
        failed = {file.sha256: file for file in before.values() if file.reason is not None}
        kept = len(now) - len(wanted) > 0 and any(
            before[name].reason is None for name in now if name not in wanted
        )
        pending: list[tuple[Document, list[Chunk]]] = []
        unread = _first_of_each((now[name] for name in wanted), usable)
        paths = [(Path(file.path), file.name) for file in unread.values()]
        # Read on all cores, and ahead while passages are embedded.
        with closing(load_each(paths, self.settings.loading)) as loading:
            for name in wanted:
                file = now[name]
                if unread.get(file.sha256) is file:
                    loaded = self._chunked(loading, file)
                    if isinstance(loaded, SourceFile):
                        failed[file.sha256] = loaded
                    else:
                        pending.append(loaded)
                        usable.add(file.sha256)
                if file.sha256 in unread and file.sha256 not in usable:
                    failure = failed[file.sha256]
                    file = replace(file, reason=failure.reason, message=failure.message)
                kept = kept or file.reason is None
                yield SetFile(file)
                self.files_done += 1
                if sum(len(chunks) for _, chunks in pending) >= PASSAGES_A_BATCH:
                    yield from self._embedded(pending)
                    pending = []
                self._tell(len(wanted), name)
            yield from self._embedded(pending)
            self._tell(len(wanted), "")
        if not kept:
            raise _nothing_indexed(now, failed)

    def _chunked(
        self, loading: Iterator[Document | LoadError], file: SourceFile
    ) -> tuple[Document, list[Chunk]] | SourceFile:
        """Return the next document and its chunks, or the file with the reason for skipping it."""
        began = time.perf_counter()
        document = next(loading)
        self.report.seconds["load"] += time.perf_counter() - began
        if isinstance(document, LoadError):
            return replace(file, reason=document.reason, message=str(document))
        began = time.perf_counter()
        chunks = chunk_document(
            document, self.settings.chunking, self.embedder.count_tokens, self.embedder.max_tokens
        )
        self.report.seconds["chunk"] += time.perf_counter() - began
        return document, chunks

    def _embedded(self, pending: list[tuple[Document, list[Chunk]]]) -> Iterator[AddDocument]:
        keys = {vector_key(chunk): chunk for _, chunks in pending for chunk in chunks}
        known = {} if self.rebuild else self.store.known_vectors(list(keys), self.manifest)
        missing = [key for key in keys if key not in known]
        began = time.perf_counter()
        vectors = self.embedder.embed([keys[key].indexed_text for key in missing])
        self.report.seconds["embed"] += time.perf_counter() - began
        fresh = dict(zip(missing, vectors, strict=True))
        self.store.remember_vectors(fresh, self.manifest)
        self.report.passages_embedded += len(missing)
        self.report.passages_reused += len(keys) - len(missing)
        known |= fresh
        for document, chunks in pending:
            rows = [known[vector_key(chunk)] for chunk in chunks]
            matrix = np.array(rows, np.float32).reshape(len(rows), self.embedder.dimension)
            yield AddDocument(document, tuple(chunks), matrix)

    def _tell(self, total: int, name: str) -> None:
        passages = self.report.passages_embedded + self.report.passages_reused
        self.report_progress(Progress(self.files_done, total, passages, name))


def _first_of_each(files: Iterable[SourceFile], usable: set[str]) -> dict[str, SourceFile]:
    """The files to be read, by hash: of several with the same bytes the first."""
    first: dict[str, SourceFile] = {}
    for file in files:
        if file.reason is None and file.sha256 not in usable:
            first.setdefault(file.sha256, file)
    return first


def _nothing_indexed(
    now: dict[str, SourceFile], failed: dict[str, SourceFile]
) -> NothingIndexedError:
    if not now:
        message = "Expected at least one document, but there are no files. Check the path."
        return NothingIndexedError(message, {})
    reasons = {
        name: f"{failed[file.sha256].reason}: {failed[file.sha256].message}"
        for name, file in now.items()
        if file.sha256 in failed
    }
    message = (
        f"Expected at least one readable document, but none of the {len(now)} files could be "
        "indexed. Run rag index with --verbose to see why; the index is unchanged."
    )
    return NothingIndexedError(message, reasons)
