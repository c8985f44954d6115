"""Questions and their answers, as the page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.chat.copying import copies
from rag.chat.drawing import drawn
from rag.presentation import NEAREST, NOT_FOUND
from rag.types import Metadata, Status, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.types import Answer


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and what became of it.

    Either ``answer`` or ``error`` is set once it is done. ``within`` are the documents that the
    question was limited to; empty means all. ``threshold`` is the confidence from which there was
    an answer, None where that is not known.
    """

    question: str
    answer: Answer | None = None
    error: str | None = None
    within: tuple[str, ...] = ()
    threshold: float | None = None


def history_of(exchanges: Sequence[Exchange]) -> list[Turn]:
    """Return the answered exchanges as the pipeline takes them, the oldest first."""
    return [
        Turn(exchange.question, exchange.answer)
        for exchange in exchanges
        if exchange.answer is not None
    ]


def exchange_html(
    exchange: Exchange,
    turn: int,
    *,
    catalog: Mapping[str, Metadata],
    sentences: int | None = None,
) -> str:
    """Return one exchange.

    Args:
        exchange: The question and its answer so far.
        turn: Its number in the conversation, from 0; the page's buttons send it back.
        catalog: Metadata by the name of the document.
        sentences: How many sentences to show while they appear one by one; None means all, and
            that the answer is done.
    """
    answer = exchange.answer
    return drawn(
        "turn.html",
        exchange=exchange,
        turn=turn,
        answer=answer,
        citations={item.number: item for item in answer.citations} if answer else {},
        metadata=_metadata(answer, catalog),
        quoted=quoted_passages(answer) if answer else {},
        sentences=len(answer.sentences) if answer and sentences is None else sentences,
        busy=sentences is not None or (answer is None and exchange.error is None),
        copies=copies(answer) if answer and answer.status is Status.ANSWERED else {},
        not_found=NOT_FOUND,
        nearest=NEAREST,
    )


def quoted_passages(answer: Answer) -> dict[int, str]:
    """Return the citation numbers, "1, 3", taken from each passage by its rank."""
    found: dict[int, str] = {}
    for hit in answer.passages:
        numbers = [
            str(citation.number)
            for citation in answer.citations
            if citation.document == hit.chunk.document and hit.chunk.span.contains(citation.span)
        ]
        if numbers:
            found[hit.rank] = ", ".join(numbers)
    return found


def _metadata(answer: Answer | None, catalog: Mapping[str, Metadata]) -> dict[str, Metadata]:
    """Return the metadata of every document that the answer lists, empty where it is gone."""
    hits = answer.passages if answer else ()
    return {hit.chunk.document: catalog.get(hit.chunk.document, Metadata()) for hit in hits}
