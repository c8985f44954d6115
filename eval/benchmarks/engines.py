"""Indexes of passages made through `rag` itself, and the rankings that are compared.

Every ranking gives `Hit`s over the same cleaned documents, so that one piece of evidence is looked
for in all of them: Footnote as it is, its lexical search alone, its dense search alone, and the
plain pipeline most people would write, a fixed-size splitter with FAISS.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from langchain_text_splitters import RecursiveCharacterTextSplitter

from rag.chunking import chunk_document
from rag.embedding import open_embedder
from rag.indexing import manifest_for, update_index
from rag.pipeline import Pipeline
from rag.reading import open_reader
from rag.retrieval import search
from rag.store.embedded import EmbeddedStore
from rag.store.protocol import AddDocument, SetFile, SourceFile, vector_key
from rag.types import Block, BlockKind, Chunk, Document, Hit, Metadata, Scores, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from public_sets import Passage

    from rag.embedding import Embedder
    from rag.reading import Reader
    from rag.settings import Settings

    Search = Callable[[str, int], list[Hit]]

PLAIN_CHARACTERS, PLAIN_OVERLAP = 1000, 200
PLAIN_PASSAGES = 3
"""What the plain pipeline shows as its answer."""
FOOTNOTE, LEXICAL, DENSE, PLAIN = "footnote", "bm25 alone", "dense alone", "plain pipeline"
WITHOUT_READER = "footnote, no reader"
SYSTEMS = (FOOTNOTE, WITHOUT_READER, LEXICAL, DENSE, PLAIN)
DENSE_WEIGHTS = {LEXICAL: 0.0, DENSE: 1.0}
PASSAGES_A_BATCH = 512


class Workshop:
    """The models, opened once, and the folder that keeps indexes and their vectors."""

    def __init__(self, settings: Settings, cache: Path, tell: Callable[..., None]) -> None:
        """Open the embedding model, and the reader unless the settings say none."""
        self.settings = settings
        self.cache = cache
        self.tell = tell
        self.embedder: Embedder = open_embedder(settings.embedding)
        wants_reader = settings.reading.reader != "none"
        self.reader: Reader | None = open_reader(settings.reading) if wants_reader else None

    def of_passages(self, name: str, passages: Sequence[Passage]) -> Bench:
        """Index passages, each a document of its own; vectors are kept from run to run."""
        store = EmbeddedStore(self.cache / name)
        store.apply(
            self._changes(store, passages), manifest_for(self.settings, self.embedder), anew=True
        )
        return self._bench(store)

    def of_files(self, name: str, paths: Sequence[Path]) -> Bench:
        """Index files and folders as ``rag index --rebuild`` does: what is there may be stale."""
        store = EmbeddedStore(self.cache / name)
        report = update_index(store, paths, self.settings, self.embedder, rebuild=True)
        for file in report.skipped:
            self.tell(f"skipped {file.name}: {file.reason}: {file.message}", now=True)
        return self._bench(store)

    def _bench(self, store: EmbeddedStore) -> Bench:
        return Bench(Pipeline(store, self.embedder, self.settings, self.reader), self.tell)

    def _changes(
        self, store: EmbeddedStore, passages: Sequence[Passage]
    ) -> Iterator[AddDocument | SetFile]:
        manifest = manifest_for(self.settings, self.embedder)
        for start in range(0, len(passages), PASSAGES_A_BATCH):
            documents = [_document(item) for item in passages[start : start + PASSAGES_A_BATCH]]
            chunked = [
                chunk_document(
                    document,
                    self.settings.chunking,
                    self.embedder.count_tokens,
                    self.embedder.max_tokens,
                )
                for document in documents
            ]
            chunk_of = {vector_key(chunk): chunk for found in chunked for chunk in found}
            known = store.known_vectors(list(chunk_of), manifest)
            missing = [key for key in chunk_of if key not in known]
            fresh = self.embedder.embed_with_sentences([chunk_of[key] for key in missing])
            store.remember_vectors(dict(zip(missing, fresh, strict=True)), manifest)
            known |= dict(zip(missing, fresh, strict=True))
            for document, chunks in zip(documents, chunked, strict=True):
                own = [known[vector_key(chunk)] for chunk in chunks]
                yield AddDocument(document, tuple(chunks), own)
                size = len(document.text.encode())
                yield SetFile(SourceFile(document.name, document.name, document.sha256, size))
            self.tell(f"{store.name}: {start + len(documents)} of {len(passages)} passages indexed")


@dataclass(slots=True)
class Bench:
    """One index, to be searched in every way that is compared."""

    pipeline: Pipeline
    tell: Callable[..., None]

    def searches(self) -> dict[str, Search]:
        """Return the ways to search, by the names of their systems."""
        plain = PlainPipeline(self.pipeline)
        return {
            FOOTNOTE: self.pipeline.search,
            LEXICAL: self._weighted(DENSE_WEIGHTS[LEXICAL]),
            DENSE: self._weighted(DENSE_WEIGHTS[DENSE]),
            PLAIN: plain.search,
        }

    def _weighted(self, dense_weight: float) -> Search:
        settings = replace(self.pipeline.settings.retrieval, dense_weight=dense_weight)

        def found(question: str, count: int) -> list[Hit]:
            with self.pipeline.store.snapshot() as snapshot:
                return search(snapshot, self.pipeline.embedder, question, settings, count=count)

        return found


class PlainPipeline:
    """langchain's splitter at 1000/200 characters, one flat FAISS index, the nearest chunks.

    It gets the same model and, to its advantage, the cleaned texts instead of the raw files.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Split and embed every document of the pipeline's index."""
        self._embedder = pipeline.embedder
        with pipeline.store.snapshot() as snapshot:
            documents = [snapshot.document(name) for name in snapshot.catalog()]
        self._chunks = [chunk for document in documents for chunk in _plain_chunks(document)]
        vectors = self._vectors(pipeline)
        self._index: Any = faiss.IndexFlatIP(pipeline.embedder.dimension)
        self._index.add(vectors)

    def search(self, question: str, count: int) -> list[Hit]:
        """Return the *count* nearest chunks."""
        scores, rows = self._index.search(self._embedder.embed([question]), count)
        return [
            Hit(rank, self._chunks[row], Scores(dense=float(score), fused=float(score)))
            for rank, (score, row) in enumerate(zip(scores[0], rows[0], strict=True), start=1)
            if row >= 0
        ]

    def _vectors(self, pipeline: Pipeline) -> Any:
        """Return the chunks' vectors, kept beside the index for the next run."""
        texts = [chunk.text for chunk in self._chunks]
        content = "\0".join([self._embedder.fingerprint, *texts])
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        store = pipeline.store
        folder = store.folder if isinstance(store, EmbeddedStore) else None
        path = folder.parent / f"plain-{digest}.npy" if folder else None
        if path is not None and path.is_file():
            return np.load(path)
        vectors = self._embedder.embed(texts)
        if path is not None:
            part = path.with_suffix(".part.npy")
            np.save(part, vectors)
            part.replace(path)
        return vectors


def _plain_chunks(document: Document) -> Iterator[Chunk]:
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=PLAIN_CHARACTERS, chunk_overlap=PLAIN_OVERLAP, add_start_index=True
    )
    for piece in splitter.create_documents([document.text]):
        start = piece.metadata["start_index"]
        span = Span(start, start + len(piece.page_content))
        yield Chunk(0, document.name, span, piece.page_content)


def _document(passage: Passage) -> Document:
    text = passage.text.strip() or passage.title or "-"
    return Document(
        name=passage.identifier,
        sha256=hashlib.sha256(f"{passage.identifier}\0{text}".encode()).hexdigest(),
        text=text,
        metadata=Metadata(title=passage.title.replace("_", " ") or None),
        blocks=(Block(BlockKind.PARAGRAPH, Span(0, len(text))),),
    )
