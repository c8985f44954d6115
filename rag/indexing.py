"""Folders of files to a published generation of an index."""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import (
    IndexMismatchError,
    LoadError,
    NothingIndexedError,
    ParserLimitError,
    StoreError,
)
from rag.index_report import IndexReport, Progress
from rag.planning import Knowledge, compare, key_of, look_at, refuse_to_lose, same_failure, unseen
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
    from rag.planning import Key
    from rag.preparing import ChunkedDocument, Preparation
    from rag.settings import Settings
    from rag.store.protocol import Change, Store
    from rag.store.sentence_vectors import Vector
    from rag.types import Chunk

FORMAT = 7
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

    Only files whose bytes or suffix changed are read, and those that could not be read before;
    only passages whose text changed are embedded. When nothing changed no generation is published.
    What cannot be looked at stays in the index as it was, and is listed as skipped.

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
        InputError: a path does not exist or cannot be looked at, or not one document could be
            indexed, or *rebuild* would lose documents that cannot be looked at.
        IndexLockedError: another process is writing.
        IndexMismatchError: the index was made with other settings and *rebuild* is false.
        IndexDamagedError: a part of the index is missing or changed and *rebuild* is false.
    """
    run = _Run(
        store,
        manifest_for(settings, embedder),
        preparation or LocalPreparation(settings, embedder),
        report_progress or (lambda _: None),
        f"Tried with loading.timeout_s = {settings.loading.timeout_s:g} and "
        f"loading.memory_megabytes = {settings.loading.memory_megabytes}.",
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
        limits: str,
        *,
        rebuild: bool,
    ) -> None:
        self.store = store
        self.manifest = manifest
        self.preparation = preparation
        self.report_progress = report_progress
        self.limits = limits
        self.rebuild = rebuild
        self.report = IndexReport()
        self.unread: dict[Key, SourceFile] = {}
        self.making: set[Key] = set()
        self.files_done = 0

    def update(self, paths: Sequence[Path]) -> IndexReport:
        began = time.perf_counter()
        before = {} if self.rebuild else self._files_before()
        now = look_at(paths)
        self.report.seconds["read"] = time.perf_counter() - began
        if self.rebuild:
            self._refuse_to_lose(now)
        kept = unseen(before, now)
        not_stored = [now[name] for name in kept if name in now]
        now = dict(sorted((now | {name: before[name] for name in kept}).items()))
        known = Knowledge.of(before.values())
        self._try_again(now, known)
        self.unread, self.making = known.unread(now.values(), kept)
        compare(self.report, before, now, known, self.unread)
        if self.report.published:
            with closing(self._changes(before, now, known)) as changes:
                self.report.generation = self.store.apply(changes, self.manifest, anew=self.rebuild)
        else:
            with self.store.snapshot() as snapshot:  # says so if the index is damaged
                self.report.generation = snapshot.generation
        stored = [file for file in self.store.files() if file.reason is not None]
        self.report.skipped = sorted([*stored, *not_stored], key=lambda file: file.name)
        seconds = self.report.seconds
        seconds |= self.preparation.seconds
        total = time.perf_counter() - began
        seconds |= {"store": total - sum(seconds.values()), "total": total}
        return self.report

    def _refuse_to_lose(self, now: dict[str, SourceFile]) -> None:
        if any(file.reason == LoadError.reason for file in now.values()):
            with suppress(StoreError):  # a damaged index has nothing to lose
                refuse_to_lose({file.name: file for file in self.store.files()}, now)

    def _files_before(self) -> dict[str, SourceFile]:
        made_with = self.store.manifest()
        if made_with not in {None, self.manifest}:
            raise IndexMismatchError(mismatch_message(self.store.name, made_with, self.manifest))
        return {file.name: file for file in self.store.files()}

    def _try_again(self, now: dict[str, SourceFile], known: Knowledge) -> None:
        """Forget failures that would not be the same today.

        A parser that came to its limits is not tried again under the same ones: it takes long.
        """
        again: dict[Key, SourceFile] = {}
        for file in now.values():
            key = key_of(file)
            failed = known.failed.get(key)
            if file.reason is None and failed and not (failed.message or "").endswith(self.limits):
                again.setdefault(key, file)
        paths = [(Path(file.path), file.name) for file in again.values()]
        with closing(self.preparation.chunk_each(paths)) as chunking:
            for (key, file), found in zip(again.items(), chunking, strict=True):
                if not (
                    isinstance(found, LoadError)
                    and same_failure(known.failed[key], self._failure(file, found))
                ):
                    del known.failed[key]

    def _failure(self, file: SourceFile, error: LoadError) -> SourceFile:
        tried = f" {self.limits}" if isinstance(error, ParserLimitError) else ""
        return replace(file, reason=error.reason, message=f"{error}{tried}")

    def _changes(
        self, before: dict[str, SourceFile], now: dict[str, SourceFile], known: Knowledge
    ) -> Generator[Change, None, None]:
        """Yield the changes, documents in batches so that embedding runs on full ones."""
        for name in self.report.removed:
            yield RemoveFile(name)
        changing = {*self.report.added, *self.report.changed}
        after = {name: before[name] for name in now if name not in changing}
        with closing(self._batches(now, known)) as batches:
            for change in self._embedded(batches):
                if isinstance(change, SetFile):
                    after[change.file.name] = change.file
                yield change
        self._tell()
        if all(file.reason is not None for file in after.values()):
            raise _nothing_indexed(after)

    def _batches(
        self, now: dict[str, SourceFile], known: Knowledge
    ) -> Generator[_Batch, None, None]:
        """Yield what is new in batches; failures are added to what is *known*."""
        paths = [(Path(file.path), file.name) for file in self.unread.values()]
        made: set[str] = set()
        batch = _Batch()
        with closing(self.preparation.chunk_each(paths)) as chunking:
            for name in sorted([*self.report.added, *self.report.changed]):
                file, key = now[name], key_of(now[name])
                if self.unread.get(key) is file:
                    found = next(chunking)
                    if isinstance(found, LoadError):
                        known.failed[key] = self._failure(file, found)
                    elif key in self.making and key.sha256 not in made:
                        batch.documents.append(found)
                        made.add(key.sha256)
                if file.reason is None and key in known.failed:
                    failure = known.failed[key]
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


def _nothing_indexed(files: dict[str, SourceFile]) -> NothingIndexedError:
    if not files:
        message = (
            "Expected at least one document, but there are no files. Check the path. If there is "
            "an index it is unchanged, and still answers; to be rid of it, delete it."
        )
        return NothingIndexedError(message, {})
    reasons = {name: f"{file.reason}: {file.message}" for name, file in sorted(files.items())}
    message = (
        f"Expected at least one readable document, but none of the {len(files)} files could be "
        "indexed. Run rag index with --verbose to see why; the index is unchanged."
    )
    return NothingIndexedError(message, reasons)
