"""The store on this machine's disk: SQLite for the truth, FAISS and tantivy made from it.

    index/<name>/
        catalog.sqlite          documents, chunks, files, the published generation
        embeddings.sqlite       vectors that are computed but not published yet
        derived/<generation>/   vectors/, vectors.faiss where there are many, and lexical/
        writer.lock             held while writing; writer.pid says by whom

The derived files of a generation are complete before the catalog's transaction publishes it, so a
writer that dies at any moment leaves the last generation as it was.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, StoreError
from rag.store.catalog import FILE_NAME, Catalog
from rag.store.dense import EXACT_UP_TO_PASSAGES
from rag.store.dense import FILE_NAME as FAISS_FILE_NAME
from rag.store.embeddings import FILE_NAME as PENDING_FILE_NAME
from rag.store.embeddings import PendingEmbeddings
from rag.store.generation import GenerationWriter
from rag.store.lexical import FOLDER_NAME as LEXICAL
from rag.store.locking import WriterLock
from rag.store.protocol import mismatch_message
from rag.store.snapshot import EmbeddedSnapshot, Generation
from rag.store.vectors import FOLDER_NAME as VECTORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.store.protocol import Change, Manifest, SourceFile
    from rag.store.sentence_vectors import Vector

DERIVED = "derived"
_SUFFIXES = ("", "-wal", "-shm")


class EmbeddedStore:
    """An index in a folder."""

    def __init__(self, folder: Path, exact_up_to: int = EXACT_UP_TO_PASSAGES) -> None:
        """Nothing is read or written until it is needed.

        Args:
            folder: Where it is.
            exact_up_to: Up to how many passages a search looks at every vector; an index keeps
                the type that it was last written with.
        """
        self.folder = Path(folder)
        self.name = self.folder.absolute().name or str(self.folder)
        self._exact_up_to = exact_up_to
        self._lock = WriterLock(self.folder)
        self._pool: list[Catalog] = []
        self._pending: PendingEmbeddings | None = None
        self._generation: Generation | None = None
        self._loading = threading.Lock()

    def manifest(self) -> Manifest | None:
        """Return what the index was made with, None while it is empty."""
        if not (self.folder / FILE_NAME).exists():
            return None
        with self._catalog() as catalog, catalog.transaction("DEFERRED"):
            return catalog.manifest()

    def files(self) -> list[SourceFile]:
        """Return the files of the published generation, in order of names."""
        if not (self.folder / FILE_NAME).exists():
            return []
        with self._catalog() as catalog, catalog.transaction("DEFERRED"):
            return catalog.files()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; the same thread may ask again.

        Raises:
            IndexLockedError: another process or thread is writing.
        """
        self._make_folder()
        with self._lock.held():
            try:
                yield
            finally:
                if self._lock.depth == 1:
                    self._close_pending()

    def apply(self, changes: Iterable[Change], manifest: Manifest, *, anew: bool = False) -> int:
        """Publish the changes as one generation; see `rag.store.protocol.Store.apply`."""
        with self.writing():
            if anew:
                self._discard_if_damaged()
            with self._catalog() as catalog:
                self._remove_derived_but(catalog.generation())
                with catalog.transaction("IMMEDIATE"), self._disk_errors():
                    made_with = catalog.manifest()
                    if made_with not in {None, manifest} and not anew:
                        raise IndexMismatchError(mismatch_message(self.folder, made_with, manifest))
                    writer = GenerationWriter(
                        catalog, self.folder / DERIVED, manifest, self._exact_up_to, anew=anew
                    )
                    generation = writer.write(changes)
                catalog.shorten_log()
                self._remove_derived_but(generation)
            self._close_pending()
            self._unlink(PENDING_FILE_NAME)  # what it held is published now
        return generation

    def known_vectors(self, keys: Sequence[str], manifest: Manifest) -> dict[str, Vector]:
        """Return the stored vectors for those *keys* that have some."""
        with self._pending_embeddings() as pending:
            found = pending.get(keys, manifest.embedder)
        missing = [key for key in keys if key not in found]
        if not missing or self.manifest() != manifest:
            return found
        with self.snapshot() as snapshot:
            return found | snapshot.vectors(missing)

    def remember_vectors(self, vectors: Mapping[str, Vector], manifest: Manifest) -> None:
        """Keep vectors at once, so that an interrupted run need not compute them again."""
        with self._pending_embeddings() as pending:
            pending.put(vectors, manifest.embedder)

    @contextmanager
    def snapshot(self) -> Iterator[EmbeddedSnapshot]:
        """Open the published generation; it stays as it is until the context ends."""
        if not (self.folder / FILE_NAME).exists():
            message = f"Expected an index in {self.folder}, but there is none. Run rag index first."
            raise IndexMissingError(message)
        attempts = 5  # a writer may publish and clean up between reading the number and the files
        for attempt in range(attempts):
            with self._catalog() as catalog, catalog.transaction("DEFERRED"):
                try:
                    generation = self._open(catalog)
                except IndexDamagedError:
                    if attempt + 1 == attempts or not self._moved_on(catalog.generation()):
                        raise
                    continue
                yield EmbeddedSnapshot(catalog, generation)
                return

    def check(self) -> None:
        """Read everything and compare it with the recorded hashes.

        Raises:
            IndexDamagedError: naming the first part that is missing or changed.
        """
        with self._catalog() as catalog, catalog.transaction("DEFERRED"):
            catalog.check()
            if catalog.generation() == 0:
                return
            Generation(self._derived(catalog.generation()), catalog, verify_all=True)
        if (self.folder / PENDING_FILE_NAME).exists():
            with self._pending_embeddings() as pending:
                pending.check()

    def close(self) -> None:
        """Close the files that are open; the store opens them again when it is used again."""
        while self._pool:
            self._pool.pop().connection.close()
        self._close_pending()
        self._generation = None

    def size_bytes(self) -> dict[str, int]:
        """Return the bytes that each part of the index takes."""
        parts = {
            "catalog": [self.folder / (FILE_NAME + suffix) for suffix in _SUFFIXES],
            "embeddings": [self.folder / (PENDING_FILE_NAME + suffix) for suffix in _SUFFIXES],
            "vectors": [
                *self.folder.glob(f"{DERIVED}/*/{VECTORS}/*"),
                *self.folder.glob(f"{DERIVED}/*/{FAISS_FILE_NAME}"),
            ],
            "lexical": list(self.folder.glob(f"{DERIVED}/*/{LEXICAL}/*")),
        }
        return {
            part: sum(path.stat().st_size for path in paths if path.exists())
            for part, paths in parts.items()
        }

    def methods(self) -> dict[str, str]:
        """Return in words how the index searches."""
        lists = any(self.folder.glob(f"{DERIVED}/*/{FAISS_FILE_NAME}"))
        return {
            "dense": "FAISS lists, vectors in half" if lists else "every vector in half",
            "lexical": "BM25 (tantivy)",
        }

    def _open(self, catalog: Catalog) -> Generation:
        number = catalog.generation()
        if number == 0:
            message = f"Expected documents in {self.folder}, but the index is empty. Run rag index."
            raise IndexMissingError(message)
        with self._loading:
            if self._generation is None or self._generation.number != number:
                self._generation = Generation(self._derived(number), catalog)
            return self._generation

    def _moved_on(self, generation: int) -> bool:
        with self._catalog() as catalog:
            return catalog.generation() != generation

    def _derived(self, generation: int) -> Path:
        return self.folder / DERIVED / str(generation)

    def _remove_derived_but(self, generation: int) -> None:
        for folder in (self.folder / DERIVED).glob("*"):
            if folder.name != str(generation):
                shutil.rmtree(folder, ignore_errors=True)

    def _discard_if_damaged(self) -> None:
        """Remove a catalog or vectors that cannot be used, so that a rebuild can make them anew."""
        for name, kind in ((FILE_NAME, Catalog), (PENDING_FILE_NAME, PendingEmbeddings)):
            if not (self.folder / name).exists():
                continue
            try:
                part = kind(self.folder)
                try:
                    part.check()
                finally:
                    part.connection.close()
            except StoreError:
                self._pool.clear()
                self._unlink(name)

    def _unlink(self, name: str) -> None:
        for suffix in _SUFFIXES:
            (self.folder / (name + suffix)).unlink(missing_ok=True)

    @contextmanager
    def _catalog(self) -> Iterator[Catalog]:
        """Lend a connection of its own to whoever asks."""
        try:
            catalog = self._pool.pop()
        except IndexError:
            catalog = Catalog(self.folder)
        try:
            yield catalog
        except BaseException:
            catalog.connection.close()
            raise
        self._pool.append(catalog)

    @contextmanager
    def _pending_embeddings(self) -> Iterator[PendingEmbeddings]:
        """Lend the pending vectors, which stay open while this store writes."""
        self._make_folder()
        pending = self._pending or PendingEmbeddings(self.folder)
        if self._lock.depth:
            self._pending = pending
        try:
            yield pending
        finally:
            if pending is not self._pending:
                pending.connection.close()

    def _close_pending(self) -> None:
        if self._pending is not None:
            self._pending.connection.close()
            self._pending = None

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = (
                f"Expected to write to {self.folder}, but: {error.strerror or error}. "
                "The last published generation is unchanged."
            )
            raise StoreError(message) from error

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"Expected a folder to write to at {self.folder}, but: {error.strerror}."
            raise StoreError(message) from error
