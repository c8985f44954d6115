"""One generation of a store in PostgreSQL, open for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pgvector import HalfVector, Vector
from psycopg import sql

from rag.errors import InputError
from rag.store import records
from rag.store.postgres.checking import refuse_damaged
from rag.store.postgres.chunk_rows import checked_chunk
from rag.store.postgres.postings import Ranges, Statistics, TermPostings, best
from rag.store.protocol import AddDocument, Filters, Scored
from rag.store.sentence_vectors import from_bytes, packed_width, rows_of_bytes, sentence_cosines
from rag.store.snapshot import DocumentCache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.store.postgres.reading import Reading
    from rag.store.postgres.state import State
    from rag.store.sentence_vectors import Vector as Array
    from rag.types import Chunk, Document, Metadata

EXACT_UP_TO_PASSAGES = 10_000
"""Up to so many passages are compared one by one, which is as fast and misses none."""
_RESCORED_MORE = 20
"""So many more are ranked by the rounded question than are ranked by the exact one."""
_DOCUMENTS_A_BATCH = 50
_NEAREST = """
SELECT id, -(embedding::vector <#> %(vector)s) AS score
FROM (SELECT id, embedding FROM chunks {where}
      ORDER BY {embedding} <#> %(half)s LIMIT %(depth)s) AS nearest
ORDER BY score DESC, id LIMIT %(count)s
"""
_POSTINGS = """
SELECT segment, term, chunks, content FROM postings WHERE term = ANY(%(terms)s) ORDER BY segment
"""
_FREQUENCIES = """
SELECT term, (sum(postings.chunks) - coalesce(max(removed_terms.chunks), 0))::bigint
FROM postings LEFT JOIN removed_terms USING (term) WHERE term = ANY(%(terms)s) GROUP BY term
"""
_DOCUMENTS = """
SELECT id, sha256, row_sha256, metadata, record, text, ARRAY(
    SELECT name FROM files WHERE files.sha256 = documents.sha256 AND reason IS NULL ORDER BY name)
FROM documents WHERE id = ANY(%(rows)s)
"""
_CHUNKS = "SELECT id, document, span_start, span_end, context, vector_key FROM chunks"
_LISTING = """
SELECT documents.id, array_agg(name ORDER BY name), min(metadata), min(documents.chunks)
FROM documents JOIN files USING (sha256) WHERE reason IS NULL GROUP BY documents.id
"""


class Listed(NamedTuple):
    """A document in the list of all."""

    row: int
    names: tuple[str, ...]
    metadata: Metadata
    chunks: int


class Allowed(NamedTuple):
    """The documents that a search may use."""

    names: frozenset[str]
    rows: list[int]
    chunks: int
    ranges: Ranges


class Generation:
    """What all snapshots of one generation share."""

    def __init__(self, state: State, exact_up_to: int) -> None:
        """Keep nothing yet."""
        self.state = state
        self.exact_up_to = exact_up_to
        self.documents = DocumentCache()
        self.rows_called: dict[str, int] = {}
        self.removed: Ranges | None = None
        self.has_dense_index: bool | None = None
        self.listing: dict[str, Listed] | None = None
        self.allowed: Allowed | None = None


class PostgresSnapshot:
    """Reads one generation inside a transaction."""

    def __init__(self, reading: Reading, data: Generation) -> None:
        """Read through *reading*, whose transaction is open."""
        self._reading = reading
        self._data = data
        self.generation = data.state.generation

    def search_dense(self, vector: Array, count: int, among: frozenset[str] | None) -> list[Scored]:
        """Return the *count* chunks of highest cosine to *vector*, best first."""
        allowed = self._allowed(among)
        dimension = len(vector)
        searched = self._data.state.chunks if allowed is None else allowed.chunks
        asked, depth = np.asarray(vector, np.float32), count + _RESCORED_MORE
        values: dict[str, Any] = {"vector": Vector(asked), "half": HalfVector(asked)}
        values |= {"count": count, "depth": depth}
        chosen = []
        if allowed is not None:
            chosen.append(sql.SQL("document = ANY(%(rows)s)"))
            values["rows"] = allowed.rows
        if searched > self._data.exact_up_to and self._has_dense_index(dimension):
            number = sql.Literal(dimension)
            indexed = sql.SQL("vector_dims(embedding) = {}").format(number)
            embedding = sql.SQL("(embedding::halfvec({}))").format(number)
            rows = self._reading.rows(_nearest([indexed, *chosen], embedding), values)
            if len(rows) >= min(count, searched):  # HNSW gives up where few documents are chosen
                return [Scored(*row) for row in rows]
        rows = self._reading.rows(_nearest(chosen, sql.SQL("embedding")), values)
        return [Scored(*row) for row in rows]

    def search_lexical(
        self, terms: Sequence[str], count: int, among: frozenset[str] | None
    ) -> list[Scored]:
        """Return the *count* chunks of highest BM25 score, best first."""
        allowed = self._allowed(among)
        if not terms or (allowed is not None and not allowed.rows):
            return []
        found: dict[int, list[TermPostings]] = {}
        for segment, *posting in self._reading.rows(_POSTINGS, {"terms": list(set(terms))}):
            found.setdefault(segment, []).append(TermPostings(*posting))
        frequencies, chunks = self.document_frequencies(terms)
        statistics = Statistics(chunks, self._data.state.terms, frequencies)
        among_ranges = allowed.ranges if allowed is not None else None
        return best(found, statistics, count, self._removed(), among_ranges)

    def sentence_cosines(
        self, vector: Array, identifiers: Sequence[int]
    ) -> list[tuple[float, ...]]:
        """Return the cosine of *vector* to each sentence of each chunk, in their order."""
        query = "SELECT id, sentences FROM chunks WHERE id = ANY(%(wanted)s)"
        found = dict(self._reading.rows(query, {"wanted": list(identifiers)}))
        for identifier in identifiers:
            if identifier not in found:
                refuse_damaged(f"passage {identifier} is gone")
        parts = [found[identifier] for identifier in identifiers]
        counts = [len(part) // packed_width(len(vector)) for part in parts]
        return sentence_cosines(vector, rows_of_bytes(b"".join(parts), len(vector)), counts)

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """Return the chunks of *identifiers*, in that order."""
        query = _CHUNKS + " WHERE id = ANY(%(wanted)s)"
        rows = {row[0]: row for row in self._reading.rows(query, {"wanted": list(identifiers)})}
        self._fetch({row[1] for row in rows.values()})
        return [self._chunk(identifier, rows.get(identifier)) for identifier in identifiers]

    def contents(self, names: Iterable[str]) -> Iterator[AddDocument]:
        """Yield documents by their first names, with their chunks and vectors."""
        wanted = list(names)
        for start in range(0, len(wanted), _DOCUMENTS_A_BATCH):
            some = wanted[start : start + _DOCUMENTS_A_BATCH]
            rows = self._rows_called(some)
            documents = self._read(rows.values())
            query = _CHUNKS.replace("FROM", ", embedding, sentences FROM") + (
                " WHERE document = ANY(%(rows)s) ORDER BY id"
            )
            held: dict[int, list[tuple[Any, ...]]] = {row: [] for row in rows.values()}
            for found in self._reading.rows(query, {"rows": list(held)}):
                held[found[1]].append(found)
            for name in some:
                chunks = held[rows[name]]
                yield self._content(documents[rows[name]], chunks)

    def document(self, name: str) -> Document:
        """Return the document called *name*, its first name or any other.

        Raises:
            InputError: there is none.
        """
        row = self._data.rows_called.get(name)
        if row is None:
            row = self._rows_called([name])[name]
        self._fetch({row})
        return self._document(row)

    def catalog(self) -> dict[str, Metadata]:
        """Return the metadata of every document by its first name, in order of names."""
        return {name: listed.metadata for name, listed in self._listing().items()}

    def matching(self, filters: Filters) -> frozenset[str]:
        """Return the first names of the documents that *filters* accept."""
        return frozenset(
            name
            for name, listed in self._listing().items()
            if filters.accepts(listed.names, listed.metadata)
        )

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document has, by its first name."""
        return {name: listed.chunks for name, listed in self._listing().items()}

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many chunks each term occurs, and how many chunks there are."""
        found = dict(self._reading.rows(_FREQUENCIES, {"terms": list(set(terms))}))
        return {term: found.get(term, 0) for term in terms}, self._data.state.chunks

    def _content(self, document: Document, rows: Sequence[tuple[Any, ...]]) -> AddDocument:
        chunks = tuple(checked_chunk(row[0], row, document) for row in rows)
        return AddDocument(
            document, chunks, [from_bytes(row[6].to_numpy(), row[7]) for row in rows]
        )

    def _allowed(self, among: frozenset[str] | None) -> Allowed | None:
        if among is None:
            return None
        allowed = self._data.allowed  # both searches of a question ask for the same
        if allowed is None or allowed.names is not among:
            query = (
                "SELECT id, first_chunk, chunks FROM documents WHERE sha256 IN ("
                "SELECT sha256 FROM files WHERE name = ANY(%(names)s) AND reason IS NULL) "
                "ORDER BY first_chunk"
            )
            rows = self._reading.rows(query, {"names": list(among)})
            ranges = Ranges([(first, first + count - 1) for _, first, count in rows if count])
            total = sum(count for _, _, count in rows)
            allowed = Allowed(among, [row for row, _, _ in rows], total, ranges)
            self._data.allowed = allowed
        return allowed

    def _removed(self) -> Ranges:
        if self._data.removed is None:
            query = "SELECT first_chunk, last_chunk FROM removed ORDER BY first_chunk"
            self._data.removed = Ranges(self._reading.rows(query))
        return self._data.removed

    def _has_dense_index(self, dimension: int) -> bool:
        if not self._data.has_dense_index:
            query = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%(name)s) AND indisvalid"
            found = self._reading.rows(query, {"name": f"chunks_dense_{dimension}"})
            self._data.has_dense_index = bool(found)
        return self._data.has_dense_index

    def _listing(self) -> dict[str, Listed]:
        """Return all documents in order of names, read on first use."""
        if self._data.listing is None:
            found = [
                Listed(row, tuple(names), records.metadata_of(metadata), chunks)
                for row, names, metadata, chunks in self._reading.rows(_LISTING)
            ]
            found.sort(key=lambda listed: listed.names)
            self._data.listing = {listed.names[0]: listed for listed in found}
        return self._data.listing

    def _rows_called(self, names: Sequence[str]) -> dict[str, int]:
        query = (
            "SELECT name, documents.id FROM files JOIN documents USING (sha256) "
            "WHERE name = ANY(%(names)s) AND reason IS NULL"
        )
        found = dict(self._reading.rows(query, {"names": list(names)}))
        for name in names:
            if name not in found:
                message = f"Expected a document of the index, but there is none called {name!r}."
                raise InputError(message)
        return found

    def _fetch(self, rows: set[int]) -> None:
        """Read those documents that are not kept."""
        missing = sorted(row for row in rows if row not in self._data.documents)
        found = self._read(missing) if missing else {}
        for row, document in found.items():
            self._data.documents.get(row, {row: document}.__getitem__)
            for name in (document.name, *document.other_names):
                self._data.rows_called[name] = row

    def _read(self, rows: Iterable[int]) -> dict[int, Document]:
        """Return the documents of *rows* that are there.

        Raises:
            IndexDamagedError: one does not match its hash.
        """
        documents = {}
        for row, *content, names in self._reading.rows(_DOCUMENTS, {"rows": list(rows)}):
            kept = records.DocumentRow(*content)
            if not names or not kept.whole:
                refuse_damaged(f"the text of {names[0] if names else f'document {row}'} changed")
            documents[row] = records.document_of(kept, names)
        return documents

    def _document(self, row: int) -> Document:
        def read(wanted: int) -> Document:
            if wanted not in (found := self._read([wanted])):
                refuse_damaged(f"document {wanted} is gone")
            return found[wanted]

        return self._data.documents.get(row, read)

    def _chunk(self, identifier: int, row: tuple[Any, ...] | None) -> Chunk:
        if row is None:
            refuse_damaged(f"passage {identifier} is gone")
        return checked_chunk(identifier, row, self._document(row[1]))


def _nearest(conditions: Sequence[sql.Composable], embedding: sql.Composable) -> sql.Composed:
    where = sql.SQL("WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
    return sql.SQL(_NEAREST).format(where=where, embedding=embedding)
