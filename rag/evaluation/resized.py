"""The documents of an index in passages of other sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.chunking import chunk_document
from rag.indexing import manifest_for
from rag.store.protocol import AddDocument, SetFile, vector_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.embedding import Embedder
    from rag.pipeline import Pipeline
    from rag.settings import Settings
    from rag.store import Change, Snapshot, Store
    from rag.types import Document


@dataclass(slots=True)
class ResizedIndexes:
    """One index for each size of passages, over the documents of the pipeline's.

    ``make_store`` returns the store for an index by its name; the vectors that it keeps are used.
    """

    pipeline: Pipeline
    embedder: Embedder
    make_store: Callable[[str], Store]
    passages_embedded: int = 0

    def of(self, chunk_tokens: int) -> Store:
        """Return the index with passages of that size, made or brought up to date."""
        store, settings = self.pipeline.store, self.pipeline.settings
        if chunk_tokens == settings.chunking.max_tokens:
            return store
        made = self.make_store(f"{store.name}-{chunk_tokens}")
        settings = replace(settings, chunking=replace(settings.chunking, max_tokens=chunk_tokens))
        with store.snapshot() as snapshot:
            changes = self._changes(snapshot, made, settings)
            made.apply(changes, manifest_for(settings, self.pipeline.embedder), anew=True)
        return made

    def _changes(self, snapshot: Snapshot, made: Store, settings: Settings) -> Iterator[Change]:
        files = [file for file in self.pipeline.store.files() if file.reason is None]
        for name in snapshot.catalog():
            document = snapshot.document(name)
            yield self._added(document, made, settings)
            yield from (SetFile(file) for file in files if file.sha256 == document.sha256)

    def _added(self, document: Document, made: Store, settings: Settings) -> AddDocument:
        embedder, manifest = self.embedder, manifest_for(settings, self.pipeline.embedder)
        chunks = chunk_document(
            document, settings.chunking, embedder.count_tokens, embedder.max_tokens
        )
        chunk_of = {vector_key(chunk): chunk for chunk in chunks}
        known = made.known_vectors(list(chunk_of), manifest)
        missing = [key for key in chunk_of if key not in known]
        fresh = dict(
            zip(
                missing,
                embedder.embed_with_sentences([chunk_of[key] for key in missing]),
                strict=True,
            )
        )
        made.remember_vectors(fresh, manifest)
        self.passages_embedded += len(missing)
        known |= fresh
        return AddDocument(document, tuple(chunks), [known[vector_key(chunk)] for chunk in chunks])
