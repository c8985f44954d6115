"""The documents of the index as the page manages them: list, add, remove, read again.

Only the files named are touched, so that an index of several folders stays what it is. Every
change is one generation of the store; questions are answered from the last one meanwhile.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat.progress import CancelledError, Progress
from rag.chat.uploads import Uploads
from rag.chunking import chunk_document
from rag.errors import InputError, LoadError
from rag.indexing import manifest_for
from rag.loading import Loader
from rag.models import file_sha256
from rag.store.protocol import AddDocument, RemoveFile, SetFile, SourceFile, vector_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.chat.engine import Engine
    from rag.store.protocol import Change
    from rag.types import Document, Metadata

PASSAGES_A_BATCH = 32
"""Embedded at once; a question waits no longer than this takes."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the library; ``metadata`` is None where it was skipped for ``reason``."""

    name: str
    metadata: Metadata | None = None
    pages: int = 0
    passages: int = 0
    dropped: int = 0
    size_bytes: int = 0
    reason: str | None = None
    message: str | None = None
    missing: bool = False
    uploaded: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did: names of files, and the skipped ones with the reason."""

    indexed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


class Library:
    """The files of one index."""

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        """Manage the index of *engine*; uploads go below *folder* unless the documents have one."""
        self._engine = engine
        self._stop = threading.Event()
        self.uploads = Uploads(engine.store.files(), folder)
        self.progress: Progress | None = None
        """Of the change that runs now, None between changes."""

    def rows(self) -> list[Row]:
        """Return every file, indexed or skipped, in order of names."""
        engine = self._engine
        with engine.store.snapshot() as snapshot:
            documents = {name: snapshot.document(name) for name in snapshot.catalog()}
            counts = dict(snapshot.chunk_counts())
        owners = {other: name for name in documents for other in documents[name].other_names}
        return [
            self._row(file, documents.get(owners.get(file.name, file.name)), counts)
            for file in engine.store.files()
        ]

    def _row(self, file: SourceFile, document: Document | None, counts: dict[str, int]) -> Row:
        row = Row(
            file.name,
            size_bytes=file.size_bytes,
            missing=not os.access(file.path, os.F_OK),
            uploaded=self.uploads.holds(Path(file.path)),
        )
        if document is None:
            return replace(row, reason=file.reason or "unreadable", message=file.message)
        return replace(
            row,
            metadata=document.metadata,
            pages=len(document.pages),
            passages=counts.get(document.name, 0),
            dropped=len(document.dropped),
        )

    def add(self, files: Sequence[tuple[Path, str]]) -> Outcome:
        """Take files, each with the name that its owner gave it, into the library and the index.

        Raises:
            InputError: too many, or none of a type that can be read.
            CancelledError: `cancel` was called; nothing was added.
        """
        kept = self.uploads.keep(files)
        try:
            return self._change([SourceFile(name, str(path), "", 0) for name, path in kept], [])
        except BaseException:
            for _, path in kept:
                path.unlink(missing_ok=True)
            raise

    def remove(self, names: Sequence[str]) -> Outcome:
        """Take files out of the index, and delete those that were uploaded here.

        Raises:
            InputError: there is no such file, or no document would be left.
        """
        files = {file.name: file for file in self._engine.store.files()}
        unknown = [name for name in names if name not in files]
        if unknown or not names:
            message = f"There is no document called {', '.join(unknown) or 'that'}."
            raise InputError(message)
        left = [file for file in files.values() if file.name not in names and file.reason is None]
        if not left:
            message = "The last document cannot be removed; add another one first."
            raise InputError(message)
        outcome = self._change([], list(names))
        for name in names:
            self.uploads.delete(Path(files[name].path))
        return outcome

    def refresh(self) -> Outcome:
        """Read the files that changed on disk, and those that could not be read, once more.

        Raises:
            CancelledError: `cancel` was called; nothing was changed.
        """
        again, gone = [], []
        for file in self._engine.store.files():
            try:
                sha256 = file_sha256(Path(file.path))
            except (FileNotFoundError, NotADirectoryError):
                gone.append(file.name)
            except OSError:  # a folder, or it cannot be looked at now: that stays as it is
                continue
            else:
                if file.reason is not None or sha256 != file.sha256:
                    again.append(file)
        return self._change(again, gone) if again or gone else Outcome()

    def cancel(self) -> None:
        """Stop the change that runs now."""
        self._stop.set()

    def _change(self, files: Sequence[SourceFile], removed: Sequence[str]) -> Outcome:
        store, settings = self._engine.store, self._engine.settings
        with store.writing():
            self._stop.clear()
            self.progress = Progress(len(files))
            try:
                read = [self._hashed(file) for file in files]
                run = _Reading(self._engine, self.progress, self._stop)
                store.apply(
                    run.changes(read, removed), manifest_for(settings, self._engine.embedder)
                )
            finally:
                self.progress = None
        return Outcome(tuple(run.indexed), tuple(removed), tuple(run.skipped))

    @staticmethod
    def _hashed(file: SourceFile) -> SourceFile:
        path = Path(file.path)
        return SourceFile(file.name, file.path, file_sha256(path), path.stat().st_size)


class _Reading:
    """Turns files into the changes that a store takes."""

    def __init__(self, engine: Engine, progress: Progress, stop: threading.Event) -> None:
        self.engine = engine
        self.progress = progress
        self.stop = stop
        self.indexed: list[str] = []
        self.skipped: list[tuple[str, str]] = []

    def changes(self, files: Iterable[SourceFile], removed: Sequence[str]) -> Iterator[Change]:
        """Yield the changes; a file that cannot be read is noted with the reason."""
        known = {file.sha256 for file in self.engine.store.files() if file.reason is None}
        with Loader(self.engine.settings.loading) as loader:
            for file in files:
                self._check()
                self.progress.name = file.name
                try:
                    if file.sha256 not in known:
                        yield self._document(loader.load(Path(file.path), file.name))
                        known.add(file.sha256)
                    self.indexed.append(file.name)
                    yield SetFile(file)
                except LoadError as error:
                    self.skipped.append((file.name, str(error)))
                    yield SetFile(replace(file, reason=error.reason, message=str(error)))
                self.progress.done += 1
                self.progress.part = 0.0
        for name in removed:
            yield RemoveFile(name)

    def _document(self, document: Document) -> AddDocument:
        engine, embedder = self.engine, self.engine.embedder
        chunks = chunk_document(
            document, engine.settings.chunking, embedder.count_tokens, embedder.max_tokens
        )
        manifest = manifest_for(engine.settings, embedder)
        vectors = engine.store.known_vectors([vector_key(chunk) for chunk in chunks], manifest)
        missing = [chunk for chunk in chunks if vector_key(chunk) not in vectors]
        for start in range(0, len(missing), PASSAGES_A_BATCH):
            self._check()
            batch = missing[start : start + PASSAGES_A_BATCH]
            fresh = embedder.embed_with_sentences(batch)
            made = dict(zip(map(vector_key, batch), fresh, strict=True))
            engine.store.remember_vectors(made, manifest)
            vectors |= made
            self.progress.passages += len(batch)
            self.progress.part = (start + len(batch)) / len(missing)
        own = [vectors[vector_key(chunk)] for chunk in chunks]
        return AddDocument(document, tuple(chunks), own)

    def _check(self) -> None:
        if self.stop.is_set():
            raise CancelledError
