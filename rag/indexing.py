"""Folders of files to a published generation of an index."""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import IndexMismatchError, LoadError, NothingIndexedError
from rag.finding import find_files, readable
from rag.index_report import IndexReport, Progress
from rag.models import file_sha256
from rag.preparing import LocalPreparation
from rag.settings import to_dict
from rag.store.protocol import (
    AddDocument,
    Manifest,
    RemoveFile,
    SetFile,
    SourceFile,
    mismatch_message,
    vector_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from rag.embedding import Embedder
    from rag.preparing import ChunkedDocument, Preparation
    from rag.settings import Settings
    from rag.store.protocol import Change, Store
    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk

FORMAT = 6
"""Counts changes of cleaning, chunking or layout after which an index must be made anew."""
PASSAGES_A_BATCH = 256
"""Passages of several documents are embedded together, so that batches are full."""


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
    preparation: Preparation | None = None,
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
        preparation: Where files are read and passages embedded, with the same settings and
            embedder; None means on this machine.

    Raises:
        InputError: a path does not exist, or not one document could be indexed.
        IndexLockedError: another process is writing.
        IndexMismatchError: the index was made with other settings and *rebuild* is false.
        IndexDamagedError: a part of the index is missing or changed and *rebuild* is false.
    """
    run = _Run(
        store,
        manifest_for(settings, embedder),
        preparation or LocalPreparation(settings, embedder),
        report_progress or (lambda _: None),
        rebuild=rebuild,
    )
    with store.writing():
        return run.update(paths)


@dataclass(slots=True)
class _Batch:
    """Documents that are embedded together, and the files read up to their end.

    Of the keys of their vectors, ``known`` are stored, ``shared`` are under way for an earlier
    batch, and ``missing`` are to be embedded.
    """

    documents: list[ChunkedDocument] = field(default_factory=list)
    files: list[SourceFile] = field(default_factory=list)
    known: dict[str, Vector] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def chunks(self) -> Iterator[Chunk]:
        for found in self.documents:
            yield from found.chunks

    def changes(self, vectors: Mapping[str, Vector]) -> Iterator[Change]:
        for document, chunks in self.documents:
            own = [vectors[vector_key(chunk)] for chunk in chunks]
            yield AddDocument(document, tuple(chunks), own)
        yield from map(SetFile, self.files)


class _Run:
    """One run of `update_index`."""

    def __init__(
        self,
        store: Store,
        manifest: Manifest,
        preparation: Preparation,
        report_progress: Callable[[Progress], None],
        *,
        rebuild: bool,
    ) -> None:
        self.store = store
        self.manifest = manifest
        self.preparation = preparation
        self.report_progress = report_progress
        self.rebuild = rebuild
        self.report = IndexReport()
        self.files_done = 0

    def update(self, paths: Sequence[Path]) -> IndexReport:
        began = time.perf_counter()
        before = {} if self.rebuild else self._files_before()
        now = self._read(find_files(paths))
        self._compare(before, now)
        usable = {file.sha256 for file in before.values() if file.reason is None}
        if self.report.published:
            with closing(self._changes(before, now, usable)) as changes:
                self.report.generation = self.store.apply(changes, self.manifest, anew=self.rebuild)
        else:
            with self.store.snapshot() as snapshot:  # says so if the index is damaged
                self.report.generation = snapshot.generation
        self.report.skipped = [file for file in self.store.files() if file.reason is not None]
        seconds = self.report.seconds
        seconds |= self.preparation.seconds
        total = time.perf_counter() - began
        seconds |= {"store": total - sum(seconds.values()), "total": total}
        return self.report

    def _files_before(self) -> dict[str, SourceFile]:
        made_with = self.store.manifest()
        if made_with not in {None, self.manifest}:
            raise IndexMismatchError(mismatch_message(self.store.name, made_with, self.manifest))
        return {file.name: file for file in self.store.files()}

    def _read(self, found: dict[str, Path]) -> dict[str, SourceFile]:
        """Hash the files; one that cannot be read is skipped with the reason."""
        began = time.perf_counter()
        now = {}
        for name, path in found.items():
            if str(path) != readable(str(path)):
                message = f"Expected a name in UTF-8, but it is {name}. Rename the file or folder."
                now[name] = SourceFile(name, readable(str(path)), "", 0, LoadError.reason, message)
                continue
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
    ) -> Generator[Change, None, None]:
        """Yield the changes, documents in batches so that embedding runs on full ones."""
        for name in self.report.removed:
            yield RemoveFile(name)
        failed = {file.sha256: file for file in before.values() if file.reason is not None}
        changing = {*self.report.added, *self.report.changed}
        kept = any(before[name].reason is None for name in now if name not in changing)
        with closing(self._batches(now, usable, failed)) as batches:
            for change in self._embedded(batches):
                kept = kept or (isinstance(change, SetFile) and change.file.reason is None)
                yield change
        self._tell()
        if not kept:
            raise _nothing_indexed(now, failed)

    def _batches(
        self, now: dict[str, SourceFile], usable: set[str], failed: dict[str, SourceFile]
    ) -> Generator[_Batch, None, None]:
        """Yield what is new in batches; *usable* and *failed* tell which bytes are known."""
        wanted = sorted([*self.report.added, *self.report.changed])
        unread = _first_of_each((now[name] for name in wanted), usable)
        paths = [(Path(file.path), file.name) for file in unread.values()]
        batch = _Batch()
        with closing(self.preparation.chunk_each(paths)) as chunking:
            for name in wanted:
                file = now[name]
                if unread.get(file.sha256) is file:
                    found = next(chunking)
                    if isinstance(found, LoadError):
                        failed[file.sha256] = replace(file, reason=found.reason, message=str(found))
                    else:
                        batch.documents.append(found)
                        usable.add(file.sha256)
                if file.sha256 in unread and file.sha256 not in usable:
                    failure = failed[file.sha256]
                    file = replace(file, reason=failure.reason, message=failure.message)
                batch.files.append(file)
                self.files_done += 1
                self._tell(name)
                if sum(1 for _ in batch.chunks()) >= PASSAGES_A_BATCH:
                    yield batch
                    batch = _Batch()
        yield batch

    def _embedded(self, batches: Iterable[_Batch]) -> Iterator[Change]:
        """Yield the documents of each batch with their vectors, then its files.

        Several batches may be under way; a passage that two of them have is embedded once.
        """
        waiting: deque[_Batch] = deque()
        under_way: set[str] = set()

        def missing() -> Iterator[list[Chunk]]:
            for batch in batches:
                chunk_of = {vector_key(chunk): chunk for chunk in batch.chunks()}
                batch.known = {} if self.rebuild else self._known(list(chunk_of))
                settled = batch.known.keys() | under_way
                batch.missing = [key for key in chunk_of if key not in settled]
                batch.shared = [key for key in chunk_of if key in under_way]
                under_way.update(batch.missing)
                waiting.append(batch)
                yield [chunk_of[key] for key in batch.missing]

        with closing(self.preparation.embed_each(missing())) as embedding:
            for vectors in embedding:
                batch = waiting.popleft()
                fresh = dict(zip(batch.missing, vectors, strict=True))
                self.store.remember_vectors(fresh, self.manifest)
                under_way.difference_update(fresh)
                reused = batch.known | self._known(batch.shared)
                self.report.passages_embedded += len(fresh)
                self.report.passages_reused += len(reused)
                yield from batch.changes(fresh | reused)
                self._tell()

    def _known(self, keys: list[str]) -> dict[str, Vector]:
        return self.store.known_vectors(keys, self.manifest) if keys else {}

    def _tell(self, name: str = "") -> None:
        total = len(self.report.added) + len(self.report.changed)
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
        message = (
            "Expected at least one document, but there are no files. Check the path. If there is "
            "an index it is unchanged, and still answers; to be rid of it, delete it."
        )
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
