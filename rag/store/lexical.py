"""BM25 over the chunks' terms with tantivy, in a folder of immutable segment files."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.store.database import is_writable
from rag.store.files import link_all
from rag.store.protocol import Scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FOLDER_NAME = "lexical"
WRITER_BYTES = 64_000_000
"""Memory of tantivy's writer before it writes a segment."""


class LexicalWriter:
    """Writes one generation of the lexical index into a folder."""

    def __init__(self, folder: Path, before: Path | None) -> None:
        """Start from the generation in *before*, or from nothing.

        Segment files never change, so the new folder links to them; tantivy replaces its small
        files by renaming, which leaves the older generation as it was.
        """
        import tantivy

        folder.mkdir(parents=True)
        if before:
            link_all(before, folder)
        self._tantivy = tantivy
        schema = (
            tantivy.SchemaBuilder()
            .add_integer_field("chunk", indexed=True, fast=True)
            .add_integer_field("document", indexed=True)
            .add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
            .build()
        )
        index = tantivy.Index(schema, path=str(folder))
        # One thread: with more, passages would spread over segments differently at each run.
        self._writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)

    def add(self, chunk: int, document: int, terms: Iterable[str]) -> None:
        """Add a chunk of the document with this row number."""
        content = {"chunk": chunk, "document": document, "terms": " ".join(terms)}
        self._writer.add_document(self._tantivy.Document(**content))

    def remove_document(self, document: int) -> None:
        """Remove all chunks of a document."""
        self._writer.delete_documents_by_term("document", document)

    def close(self) -> None:
        """Write everything and wait until segments are merged."""
        self._writer.commit()
        self._writer.wait_merging_threads()


class LexicalFolder:
    """A lexical index open for searching."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in *folder*, mapped from disk."""
        import tantivy

        self._tantivy = tantivy
        with _lockable(folder) as opened:
            index = tantivy.Index.open(str(opened))
            index.config_reader(reload_policy="manual")  # else a thread watches, locks the folder
            self._schema = index.schema
            self._searcher = index.searcher()  # has every file open from now on

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, terms: Sequence[str], count: int, documents: Sequence[int] | None
    ) -> list[Scored]:
        """Return the best chunks by BM25, best first, equal ones by identifier.

        Args:
            terms: As `rag.terms.terms` makes them; repeats count once.
            count: How many at most.
            documents: Rows of the documents to search in; None means all.
        """
        query_type, occur = self._tantivy.Query, self._tantivy.Occur
        clauses = [
            (occur.Should, query_type.term_query(self._schema, "terms", term))
            for term in dict.fromkeys(terms)
        ]
        if not clauses or (documents is not None and not documents):
            return []
        query = query_type.boolean_query(clauses)
        if documents is not None:
            allowed = query_type.term_set_query(self._schema, "document", list(documents))
            free = query_type.const_score_query(allowed, 0.0)
            query = query_type.boolean_query([(occur.Must, query), (occur.Must, free)])
        hits = self._searcher.search(query, limit=count, count=False).hits
        chunks = self._searcher.fast_field_values("chunk", [address for _, address in hits])
        scored = [
            Scored(int(chunk or 0), float(score))
            for chunk, (score, _) in zip(chunks, hits, strict=True)
        ]
        return sorted(scored, key=lambda item: (-item.score, item.chunk))

    def frequency(self, term: str) -> int:
        """Return in how many chunks *term* occurs."""
        return int(self._searcher.doc_freq("terms", term))


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Give *folder*, or one that names the same files: tantivy locks what it opens."""
    if is_writable(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="footnote-") as names:
        link_all(folder.absolute(), Path(names), os.symlink)
        yield Path(names)
