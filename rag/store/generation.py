"""Writing one generation: the changes into the catalog, and the derived files that go with it.

An update costs in proportion to what changed: segments of vectors and terms are linked from the
generation before, and little is written anew. What removed passages leave behind is cleared by the
next run, beside the reading and embedding of its own changes.
"""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rag.store.catalog import Catalog
from rag.store.dense import FILE_NAME as FAISS_FILE_NAME
from rag.store.dense import write_lists
from rag.store.files import record, verify
from rag.store.lexical import FOLDER_NAME as LEXICAL
from rag.store.lexical import LexicalWriter
from rag.store.protocol import AddDocument, RemoveFile, SetFile, vector_key
from rag.store.sentence_vectors import STORED_VECTOR, no_sentences, sentences_of
from rag.store.vectors import FOLDER_NAME as VECTORS
from rag.store.vectors import Segment, SegmentWriter, StoredVectors, compact, extend
from rag.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from rag.store.protocol import Change, Manifest
    from rag.store.sentence_vectors import Vector
    from rag.store.vectors import Integers

REWRITE_BELOW_CHUNKS = 2000
"""A lexical index this small is made anew each time: its statistics then hold no deleted chunk."""
COMPACT_ABOVE_REMOVED = 0.25
"""Share of removed passages above which the next run writes vectors and terms anew."""
_ADDED, _COMPACTED = "added", "compacted"


class GenerationWriter:
    """Writes the generation after the published one, inside the catalog's transaction."""

    def __init__(
        self, catalog: Catalog, derived: Path, manifest: Manifest, exact_up_to: int, *, anew: bool
    ) -> None:
        """Prepare a generation.

        Args:
            catalog: Its writing transaction is open.
            derived: The folder that has a folder for each generation.
            manifest: What the documents are made with.
            exact_up_to: Up to how many passages search looks at every vector.
            anew: Start from nothing.
        """
        self._catalog = catalog
        self._manifest = manifest
        self._exact_up_to = exact_up_to
        self._published = catalog.generation()
        self.number = self._published + 1
        self._before = None if anew or not self._published else derived / str(self._published)
        self._recorded = catalog.derived()
        self._folder = derived / str(self.number)
        self._held = 0 if self._before is None else catalog.count_chunks()
        self._lexical_added = catalog.lexical_added()
        self._last_chunk = catalog.last_chunk()
        self._touched: set[str] = set()
        self._replaced: list[int] = []
        self._stop = threading.Event()
        if anew:
            catalog.clear()

    def write(self, changes: Iterable[Change]) -> int:
        """Take the changes, write the derived files and publish; return the generation's number."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        stored = self._stored_before()
        self._added = SegmentWriter(self._folder / _ADDED, 0)
        with ThreadPoolExecutor(1) as pool:
            lexical = self._lexical_compaction(pool)
            vectors = self._vector_compaction(pool, stored)
            try:
                for change in changes:
                    self._take(change)
            except BaseException:
                self._stop.set()
                raise
            finally:
                self._added.close()
            removed = sorted([*self._replaced, *self._catalog.remove_unnamed(self._touched)])
            self._write_vectors(vectors.result() if vectors else stored, stored, removed)
            added = self._write_lexical(lexical.result() if lexical else None, removed)
        self._catalog.set_derived(record(self._folder, self._before, self._recorded))
        self._catalog.set_published(self.number, self._manifest, added)
        return self.number

    def _take(self, change: Change) -> None:
        match change:
            case AddDocument(document, chunks, vectors):
                self._replaced += self._catalog.remove_document(document.sha256)
                self._touched.add(document.sha256)
                keys = [vector_key(chunk) for chunk in chunks]
                row, first = self._catalog.add_document(document, chunks, keys)
                self._add_vectors(np.arange(first, first + len(chunks)), row, vectors)
            case SetFile(file):
                self._touched.update(filter(None, [self._catalog.set_file(file)]))
            case RemoveFile(name):
                self._touched.update(filter(None, [self._catalog.remove_file(name)]))

    def _add_vectors(self, chunks: Integers, row: int, vectors: Sequence[Vector]) -> None:
        dimension = self._manifest.dimension
        own = [matrix[0] for matrix in vectors]
        sentences = [sentences_of(matrix) for matrix in vectors]
        self._added.add(
            chunks,
            row,
            np.array(own, STORED_VECTOR).reshape(len(own), dimension),
            np.concatenate([no_sentences(dimension), *sentences]),
            [len(part) for part in sentences],
        )

    def _stored_before(self) -> StoredVectors | None:
        """Return the vectors of the generation before, after a look at what they are told by."""
        if self._before is None:
            return None
        for name, (size, sha256) in self._recorded.items():
            verify(self._before / name, size, sha256, hashed=name.endswith(".i64"))
        return StoredVectors(self._before / VECTORS, self._manifest.dimension)

    def _check(self, path: Path) -> None:
        """Compare a file of the generation before with its hash; others are of this run."""
        if self._before is not None and path.is_relative_to(self._before):
            name = path.relative_to(self._before).as_posix()
            verify(path, *self._recorded[name], hashed=True)

    def _write_vectors(
        self, base: StoredVectors | None, before: StoredVectors | None, removed: list[int]
    ) -> None:
        """Write the vectors, and the FAISS file where there are many."""
        added = Segment(self._folder / _ADDED, 0, self._manifest.dimension)
        gone = np.asarray(removed, np.int64)
        extend(self._folder / VECTORS, base, added, gone, 2 * self.number + 1, self._check)
        for name in (_ADDED, _COMPACTED):
            shutil.rmtree(self._folder / name, ignore_errors=True)
        stored = StoredVectors(self._folder / VECTORS, self._manifest.dimension)
        had_lists = self._before is not None and FAISS_FILE_NAME in self._recorded
        # Once there, lists stay down to half the size, so that nobody pays for them twice.
        if len(stored) <= self._exact_up_to / (2 if had_lists else 1):
            return
        lists, vanished = None, gone
        if had_lists and self._before is not None and before is not None:
            lists = self._before / FAISS_FILE_NAME
            verify(lists, *self._recorded[FAISS_FILE_NAME], hashed=True)
            vanished = before.chunks[np.isin(before.documents, gone)]
        first_new = int(np.searchsorted(stored.chunks, self._last_chunk, side="right"))
        write_lists(self._folder / FAISS_FILE_NAME, stored, lists, vanished, first_new)

    def _write_lexical(self, writer: LexicalWriter | None, removed: list[int]) -> int:
        """Write the terms of what is new, and of everything where that is little.

        Returns:
            How many chunks were added since they were last written anew, removed ones included.
        """
        folder, count = self._folder / LEXICAL, self._catalog.count_chunks()
        after, added = self._last_chunk, self._held if writer else self._lexical_added
        if self._before is None or count < REWRITE_BELOW_CHUNKS:
            shutil.rmtree(folder, ignore_errors=True)
            writer, after, added, removed = LexicalWriter(folder, None), 0, 0, []
        elif writer is None:
            writer = LexicalWriter(folder, self._before / LEXICAL)
        for row in removed:
            writer.remove_document(row)
        added += self._add_terms(writer, self._catalog, after)
        writer.close()
        return added

    def _add_terms(self, writer: LexicalWriter, catalog: Catalog, after: int) -> int:
        """Add the terms of the chunks above *after* and return how many chunks that were."""
        added = 0
        for row, chunks in catalog.chunks_by_document(after):
            if self._stop.is_set():
                break
            document = catalog.read_document(row)
            for chunk in catalog.read_chunks(chunks, {row: document}.__getitem__):
                writer.add(chunk.identifier, row, terms(chunk.indexed_text))
            added += len(chunks)
        return added

    def _lexical_compaction(self, pool: ThreadPoolExecutor) -> Future[LexicalWriter] | None:
        """Begin to write the published terms anew if many of them were removed."""
        total = self._lexical_added
        if self._before is None or 1 - self._held / max(1, total) <= COMPACT_ABOVE_REMOVED:
            return None

        def rewritten() -> LexicalWriter:
            catalog = Catalog(self._catalog.path.parent)  # sees what is published
            try:
                with catalog.transaction("DEFERRED"):
                    writer = LexicalWriter(self._folder / LEXICAL, None)
                    self._add_terms(writer, catalog, 0)
            finally:
                catalog.connection.close()
            return writer

        return pool.submit(rewritten)

    def _vector_compaction(
        self, pool: ThreadPoolExecutor, stored: StoredVectors | None
    ) -> Future[StoredVectors] | None:
        """Begin to write the published vectors anew if many of them were removed."""
        if stored is None or stored.removed_share <= COMPACT_ABOVE_REMOVED:
            return None

        def compacted() -> StoredVectors:
            for segment in stored.segments:
                for file in segment.files:
                    self._check(file)
            folder = self._folder / _COMPACTED
            compact(stored, folder, 2 * self.number)
            return StoredVectors(folder, self._manifest.dimension)

        return pool.submit(compacted)
