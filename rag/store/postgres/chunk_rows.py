"""Chunks back from their rows and the text of their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import Chunk, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.store.postgres.connections import Connection


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
