"""The store on this machine's disk: SQLite for the truth, FAISS and tantivy made from it.

    index/<name>/
        catalog.sqlite          documents, chunks, files, the published generation
        embeddings.sqlite       vectors by text, so that nothing is embedded twice
        derived/<generation>/   vectors.faiss and lexical/, made before the generation is published
        writer.lock             held while writing; writer.pid says by whom

The derived files of a generation are complete before the catalog's transaction publishes it, so a
writer that dies at any moment leaves the last generation as it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    StoreError,
)
from rag.store.catalog import FILE_NAME, REBUILD_HINT, Catalog
from rag.store.lexical import LexicalWriter
from rag.store.protocol import AddDocument, RemoveFile, SetFile, vector_key
from rag.store.snapshot import EmbeddedSnapshot, Loaded
from rag.store.vectors import CACHE_FILE_NAME, FAISS_FILE_NAME, VectorCache, write_faiss
from rag.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.store.protocol import Change, Manifest, SourceFile, Vector

DERIVED = "derived"
LEXICAL = "lexical"
REWRITE_BELOW_CHUNKS = 2000
"""A lexical index this small is made anew each time: its statistics then hold no deleted chunk."""
REWRITE_ABOVE_DELETED = 0.1
"""Share of deleted chunks above which a larger lexical index is made anew."""
_CATALOG_FILES = tuple(FILE_NAME + suffix for suffix in ("", "-wal", "-shm"))
_CACHE_FILES = tuple(CACHE_FILE_NAME + suffix for suffix in ("", "-wal", "-shm"))


class EmbeddedStore:
    """An index in a folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or written until it is needed."""
        self.folder = Path(folder)
        self.name = self.folder.name
        self._thread_lock = threading.RLock()
        self._file_lock_depth = 0
        self._pool: list[Catalog] = []
        self._loaded: Loaded | None = None
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
        from filelock import FileLock, Timeout

        if not self._thread_lock.acquire(blocking=False):
            raise IndexLockedError(self._locked_message(str(os.getpid())))
        try:
            if self._file_lock_depth:
                yield
                return
            self._make_folder()
            lock = FileLock(self.folder / "writer.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout as error:
                owner = self._owner()
                raise IndexLockedError(self._locked_message(owner)) from error
            try:
                self._file_lock_depth += 1
                (self.folder / "writer.pid").write_text(str(os.getpid()))
                yield
            finally:
                self._file_lock_depth -= 1
                lock.release()
        finally:
            self._thread_lock.release()

    def apply(self, changes: Iterable[Change], manifest: Manifest, *, anew: bool = False) -> int:
        """Publish the changes as one generation; see `rag.store.protocol.Store.apply`."""
        with self.writing():
            if anew:
                self._discard_if_damaged()
            with self._catalog() as catalog:
                self._remove_derived_but(catalog.generation())
                with catalog.transaction("IMMEDIATE"), self._disk_errors():
                    generation = self._write(catalog, changes, manifest, anew=anew)
                catalog.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._remove_derived_but(generation)
                with self._cache() as cache:
                    cache.keep_only(key for _, _, key in catalog.chunk_rows())
        return generation

    def known_vectors(self, keys: Sequence[str], manifest: Manifest) -> dict[str, Vector]:
        """Return the stored vectors for those *keys* that have one."""
        with self._cache() as cache:
            return cache.get(keys, manifest.embedder)

    def remember_vectors(self, vectors: Mapping[str, Vector], manifest: Manifest) -> None:
        """Keep vectors at once, so that an interrupted run need not compute them again."""
        with self._cache() as cache:
            cache.put(vectors, manifest.embedder)

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
                    loaded = self._load(catalog)
                except IndexDamagedError:
                    if attempt + 1 == attempts or not self._moved_on(catalog.generation()):
                        raise
                    continue
                yield EmbeddedSnapshot(catalog, loaded)
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
            Loaded.open(self._derived(catalog.generation()), catalog, verify_all=True)
        with self._cache() as cache:
            cache.check()

    def close(self) -> None:
        """Close the files that are open; the store opens them again when it is used again."""
        while self._pool:
            self._pool.pop().connection.close()
        self._loaded = None

    def size_bytes(self) -> dict[str, int]:
        """Return the bytes that each part of the index takes."""
        parts = {
            "catalog": [self.folder / name for name in _CATALOG_FILES],
            "embeddings": [self.folder / name for name in _CACHE_FILES],
            "vectors": list(self.folder.glob(f"{DERIVED}/*/{FAISS_FILE_NAME}")),
            "lexical": list(self.folder.glob(f"{DERIVED}/*/{LEXICAL}/*")),
        }
        return {
            part: sum(path.stat().st_size for path in paths if path.exists())
            for part, paths in parts.items()
        }

    def _write(
        self, catalog: Catalog, changes: Iterable[Change], manifest: Manifest, *, anew: bool
    ) -> int:
        """Make one generation inside the catalog's transaction."""
        made_with = catalog.manifest()
        if made_with not in {None, manifest} and not anew:
            raise IndexMismatchError(mismatch_message(self.folder, made_with, manifest))
        published = catalog.generation()
        rows_before = set() if anew else {row for row, *_ in catalog.documents()}
        last_chunk = max((chunk for chunk, _, _ in catalog.chunk_rows()), default=0)
        if anew:
            catalog.clear()
        for change in changes:
            self._take(catalog, change, manifest)
        catalog.remove_unnamed()
        rows = {row for row, *_ in catalog.documents()}
        folder = self._derived(published + 1)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._write_vectors(catalog, folder, manifest)
        before = None if anew or not published else self._derived(published) / LEXICAL
        added = self._write_lexical(
            catalog, folder / LEXICAL, before, rows_before - rows, last_chunk
        )
        catalog.set_derived(_hashed(folder))
        catalog.set_published(published + 1, manifest, added)
        return published + 1

    def _take(self, catalog: Catalog, change: Change, manifest: Manifest) -> None:
        match change:
            case AddDocument(document, chunks, vectors):
                if catalog.has_document(document.sha256):
                    return
                keys = [vector_key(chunk) for chunk in chunks]
                self.remember_vectors(dict(zip(keys, vectors, strict=True)), manifest)
                catalog.add_document(document, chunks, keys)
            case SetFile(file):
                catalog.set_file(file)
            case RemoveFile(name):
                catalog.remove_file(name)

    def _write_vectors(self, catalog: Catalog, folder: Path, manifest: Manifest) -> None:
        rows = [(identifier, key) for identifier, _, key in catalog.chunk_rows()]
        known = self.known_vectors([key for _, key in rows], manifest)
        missing = sum(key not in known for _, key in rows)
        if missing:
            message = (
                f"{self.folder / CACHE_FILE_NAME} lacks the vectors of {missing} passages. "
                f"{REBUILD_HINT}"
            )
            raise IndexDamagedError(message)
        matrix = np.empty((len(rows), manifest.dimension), np.float32)
        for row, (_, key) in enumerate(rows):
            matrix[row] = known[key]
        write_faiss(folder / FAISS_FILE_NAME, [identifier for identifier, _ in rows], matrix)

    def _write_lexical(
        self, catalog: Catalog, folder: Path, before: Path | None, removed: set[int], last: int
    ) -> int:
        """Write the lexical index, from the one *before* where little of it was deleted.

        Returns:
            How many chunks were added since it was last made anew, deleted ones included.
        """
        count = catalog.count_chunks()
        new = sum(1 for _ in catalog.chunk_rows(after=last))
        added = catalog.lexical_added() + new
        deleted = 1 - count / max(1, added)
        if count < REWRITE_BELOW_CHUNKS or deleted > REWRITE_ABOVE_DELETED:
            before, last, added = None, 0, count
        writer = LexicalWriter(folder, before)
        for row in sorted(removed) if before else ():
            writer.remove_document(row)
        names = {row: document_names for row, _, document_names, _ in catalog.documents()}
        document = None
        for identifier, row, _ in catalog.chunk_rows(after=last if before else 0):
            if document is None or document[0] != row:
                document = (row, catalog.read_document(row, names[row]))
            chunk = catalog.read_chunk(identifier, document[1])
            writer.add(identifier, row, terms(chunk.indexed_text))
        writer.close()
        return added

    def _load(self, catalog: Catalog) -> Loaded:
        generation = catalog.generation()
        if generation == 0:
            message = f"Expected documents in {self.folder}, but the index is empty. Run rag index."
            raise IndexMissingError(message)
        with self._loading:
            if self._loaded is None or self._loaded.generation != generation:
                self._loaded = Loaded.open(self._derived(generation), catalog)
            return self._loaded

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
        """Remove a catalog or cache that cannot be used, so that a rebuild can make it anew."""
        for names, check in ((_CATALOG_FILES, Catalog.check), (_CACHE_FILES, VectorCache.check)):
            kind = Catalog if names is _CATALOG_FILES else VectorCache
            try:
                part = kind(self.folder)
                try:
                    check(part)  # type: ignore[arg-type]
                finally:
                    part.connection.close()
            except StoreError:
                self._pool.clear()
                for name in names:
                    (self.folder / name).unlink(missing_ok=True)

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
    def _cache(self) -> Iterator[VectorCache]:
        self._make_folder()
        cache = VectorCache(self.folder)
        try:
            yield cache
        finally:
            cache.connection.close()

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

    def _owner(self) -> str:
        try:
            return (self.folder / "writer.pid").read_text() or "unknown"
        except OSError:
            return "unknown"

    def _locked_message(self, owner: str) -> str:
        return (
            f"Index {self.folder} is being written to by process {owner}. "
            "Wait until it ends; reading goes on meanwhile."
        )


def mismatch_message(folder: Path, made_with: Manifest | None, manifest: Manifest) -> str:
    """Say in which settings an index differs from those in force."""
    differences = [
        f"{field} is {getattr(made_with, field)!r} in the index and {getattr(manifest, field)!r} now"
        for field in ("embedder", "settings", "format")
        if getattr(made_with, field) != getattr(manifest, field)
    ]
    return (
        f"Index {folder} was made with other settings: {'; '.join(differences)}. "
        "Run rag index --rebuild, or restore the settings."
    )


def _hashed(folder: Path) -> dict[str, tuple[int, str]]:
    """Return size and SHA-256 of the files of a generation, after they reached the disk."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".lock"):
            with path.open("rb") as file:
                os.fsync(file.fileno())
                found[path.relative_to(folder).as_posix()] = (
                    path.stat().st_size,
                    hashlib.file_digest(file, "sha256").hexdigest(),
                )
    return found
