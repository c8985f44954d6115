"""Chunks back from their rows and the text of their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.store.postgres.checking import refuse_damaged
from rag.store.protocol import vector_key
from rag.types import Chunk, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.store.postgres.connections import Connection
    from rag.types import Document


def chunks_of(connection: Connection, documents: Sequence[int]) -> Iterator[Chunk]:
    """Yield the chunks of some documents, by document; the name of their document is left empty."""
    texts = connection.execute(
        "SELECT id, text FROM documents WHERE id = ANY(%s)", (list(documents),)
    )
    for row, text in texts.fetchall():
        chunks = connection.execute(
            "SELECT id, span_start, span_end, context FROM chunks WHERE document = %s ORDER BY id",
            (row,),
        )
        for identifier, start, end, context in chunks:
            yield Chunk(identifier, "", Span(start, end), text[start:end], context)


def checked_chunk(identifier: int, row: Sequence[Any], document: Document) -> Chunk:
    """Return the chunk of a row, which begins as `PostgresSnapshot` asks for it.

    Raises:
        IndexDamagedError: it is not what was embedded.
    """
    span = Span(row[2], row[3])
    chunk = Chunk(identifier, document.name, span, document.slice(span), row[4])
    if bytes.fromhex(vector_key(chunk)) != bytes(row[5]):
        refuse_damaged(f"passage {identifier} changed")
    return chunk
