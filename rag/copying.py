"""An index from one store to another, as it is: nothing is read or embedded again."""

from __future__ import annotations

import hashlib
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import IndexMismatchError, StoreError
from rag.store.protocol import (
    RemoveFile,
    SetFile,
    SourceFile,
    mismatch_message,
    vector_key,
)
from rag.store.records import row_of, row_sha256
from rag.store.sentence_vectors import STORED_VECTOR, sentences_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.store.protocol import AddDocument, Change, Manifest, Snapshot, Store

_ATTEMPTS = 3
"""So often the source is opened again when it is changed while its files are read."""
PASSAGES_A_GENERATION = 50_000
"""So many are published together; a copy that was stopped goes on after the last of them."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did. ``sha256`` is over all files, documents, passages and vectors."""

    documents: int
    passages: int
    documents_copied: int
    passages_copied: int
    documents_removed: int
    generation: int
    sha256: str
    seconds: float
    seconds_checking: float

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return asdict(self)


def copy_index(
    source: Store,
    target: Store,
    manifest: Manifest,
    report_progress: Callable[[int, int], None] | None = None,
) -> CopyReport:
    """Make *target* hold exactly what *source* holds, and compare the two at the end.

    Documents that the target has already are not copied again, so that a copy that was stopped
    goes on when it is called again.

    Args:
        source: Read in one generation.
        target: Empty, or made with the same manifest.
        manifest: What the source was made with.
        report_progress: Called with how many passages are done and how many there are.

    Raises:
        IndexMismatchError: the target was made with another manifest.
        IndexLockedError: another process is writing to the target.
        StoreError: the two differ after the copy, or the source was changed meanwhile.
    """
    with target.writing(), _opened(source) as (snapshot, files):
        return _Copy(snapshot, files, target, manifest, report_progress).copy()


@contextmanager
def _opened(source: Store) -> Iterator[tuple[Snapshot, list[SourceFile]]]:
    """Open *source* and read its files, both of one generation.

    Raises:
        StoreError: it was changed each time.
    """
    for _ in range(_ATTEMPTS):
        with source.snapshot() as snapshot:
            files = source.files()
            with source.snapshot() as after:
                same = after.generation == snapshot.generation
            if same:
                yield snapshot, files
                return
    message = "The index to copy from was changed meanwhile. Run rag copy again."
    raise StoreError(message)


class _Copy:
    """One run of `copy_index`."""

    def __init__(
        self,
        snapshot: Snapshot,
        files: Sequence[SourceFile],
        target: Store,
        manifest: Manifest,
        report_progress: Callable[[int, int], None] | None,
    ) -> None:
        self.snapshot = snapshot
        self.files = {file.name: file for file in files}
        self.target = target
        self.manifest = manifest
        self.tell = report_progress or (lambda _done, _total: None)
        self.counts = snapshot.chunk_counts()
        self.done = 0
        self.documents_copied = 0
        self.passages_copied = 0
        self.digests: dict[str, str] = {}
        """Of documents of the source, by first name."""

    def copy(self) -> CopyReport:
        began = time.perf_counter()
        there = self._there()
        names = [name for name in self.counts if self.files[name].sha256 not in there]
        self.done = sum(self.counts.values()) - sum(self.counts[name] for name in names)
        for batch in _batches(names, self.counts):
            self.target.apply(self._documents(batch), self.manifest)
        if last := self._last_changes():
            self.target.apply(last, self.manifest)
        checking = time.perf_counter()
        generation, digest = self._compare()
        ended = time.perf_counter()
        return CopyReport(
            documents=len(self.counts),
            passages=sum(self.counts.values()),
            documents_copied=self.documents_copied,
            passages_copied=self.passages_copied,
            documents_removed=len(there - {file.sha256 for file in self.files.values()}),
            generation=generation,
            sha256=digest,
            seconds=ended - began,
            seconds_checking=ended - checking,
        )

    def _there(self) -> set[str]:
        """Return the hashes of the documents that the target has."""
        made_with = self.target.manifest()
        if made_with not in {None, self.manifest}:
            raise IndexMismatchError(mismatch_message(self.target.name, made_with, self.manifest))
        if made_with is None:
            return set()
        with self.target.snapshot() as snapshot:
            documents = snapshot.chunk_counts()
        return {file.sha256 for file in self.target.files() if file.name in documents}

    def _last_changes(self) -> list[Change]:
        """Return what is to be done about files whose documents were not copied."""
        there = {file.name: file for file in self.target.files()}
        changes: list[Change] = [RemoveFile(name) for name in there if name not in self.files]
        changes += [SetFile(file) for name, file in self.files.items() if there.get(name) != file]
        return changes

    def _documents(self, names: Sequence[str]) -> Iterator[Change]:
        for name, content in zip(names, self.snapshot.contents(names), strict=True):
            self.digests[name] = digest_of(content)
            yield content
            for other in (name, *content.document.other_names):
                yield SetFile(self.files[other])
            self.documents_copied += 1
            self.passages_copied += len(content.chunks)
            self.done += len(content.chunks)
            self.tell(self.done, sum(self.counts.values()))

    def _compare(self) -> tuple[int, str]:
        """Read the target, compare it with the source; return its generation and the digest."""
        unread = [name for name in self.counts if name not in self.digests]
        for name, content in zip(unread, self.snapshot.contents(unread), strict=True):
            self.digests[name] = digest_of(content)
        files = [row_sha256(*_values(file)) for file in self.files.values()]
        copied = {file.name: file for file in self.target.files()}
        with self.target.snapshot() as snapshot:
            counts = snapshot.chunk_counts()
            if dict(counts) != dict(self.counts) or copied != self.files:
                message = (
                    f"Expected {len(self.counts)} documents and {sum(self.counts.values())} "
                    f"passages in the copy, but found {len(counts)} and {sum(counts.values())}. "
                    "Run rag copy again."
                )
                raise StoreError(message)
            names = list(self.counts)
            for name, content in zip(names, snapshot.contents(names), strict=True):
                if digest_of(content) != self.digests[name]:
                    message = (
                        f"Expected {name} in the copy as it is in the source, but its hash is "
                        "another. Remove the copy and run rag copy again."
                    )
                    raise StoreError(message)
            generation = snapshot.generation
        return generation, row_sha256(*files, *(self.digests[name] for name in names))


def digest_of(content: AddDocument) -> str:
    """Return the SHA-256 of a document with its passages and vectors, wherever it is kept."""
    digest = hashlib.sha256()
    names = (content.document.name, *content.document.other_names)
    digest.update(row_sha256(*names, row_of(content.document).row_sha256).encode())
    for chunk in content.chunks:
        digest.update(f"{chunk.span.start}-{chunk.span.end} {vector_key(chunk)}\n".encode())
    for own in content.vectors:
        digest.update(own[0].astype(STORED_VECTOR).tobytes() + sentences_of(own).tobytes())
    return digest.hexdigest()


def _batches(names: Sequence[str], counts: Mapping[str, int]) -> Iterator[list[str]]:
    """Yield the names in parts that hold enough passages for a generation."""
    batch: list[str] = []
    passages = 0
    for name in names:
        batch.append(name)
        passages += counts[name]
        if passages >= PASSAGES_A_GENERATION:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def _values(file: SourceFile) -> tuple[str | int | None, ...]:
    return (file.name, file.path, file.sha256, file.size_bytes, file.reason, file.message)
