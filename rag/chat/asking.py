"""A question to a drawn answer, in steps that the page shows one after another."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.chat.turns import Exchange, exchange_html, history_of
from rag.errors import InputError, RagError
from rag.store import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.chat.engine import Engine
    from rag.chat.scope import Scope
    from rag.types import Metadata

SENTENCE_PAUSE_S = 0.12
"""Between two sentences: long enough to follow, short enough not to wait for."""
UNEXPECTED = "Something went wrong here, and nothing was answered. The details are in the log."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What the page shows of a question: its HTML, and the exchange once it is done."""

    html: str
    done: Exchange | None = None


def ask(
    engine: Engine,
    question: str,
    earlier: Sequence[Exchange],
    scope: Scope,
    pause_s: float = SENTENCE_PAUSE_S,
) -> Iterator[Step]:
    """Answer *question* and yield what to show: at once that it is read, then each sentence.

    Args:
        engine: Answers it.
        question: As typed.
        earlier: The conversation so far.
        scope: The documents to look in, and the settings.
        pause_s: Between sentences.
    """
    turn = len(earlier)
    threshold = scope.settings.answering.threshold
    asked = Exchange(question.strip(), within=scope.within, threshold=threshold)
    yield Step(exchange_html(asked, turn, catalog={}))
    exchange, catalog = _answered(engine, asked, earlier, scope)
    for count in range(1, len(exchange.answer.sentences) if exchange.answer else 0):
        yield Step(exchange_html(exchange, turn, catalog=catalog, sentences=count))
        time.sleep(pause_s)
    yield Step(exchange_html(exchange, turn, catalog=catalog), done=exchange)


def conversation_html(engine: Engine, exchanges: Sequence[Exchange]) -> str:
    """Return finished exchanges, the oldest first."""
    catalog = engine.catalog()
    return "\n".join(
        exchange_html(exchange, turn, catalog=catalog) for turn, exchange in enumerate(exchanges)
    )


def explained(error: Exception) -> str:
    """Return one plain sentence for people; what was not foreseen goes to the log."""
    if isinstance(error, InputError) and str(error).startswith("Expected a question in words"):
        return "Type a question in words."
    if isinstance(error, RagError):
        return str(error)
    _log.error("A question failed", exc_info=error)
    return UNEXPECTED


def _answered(
    engine: Engine, asked: Exchange, earlier: Sequence[Exchange], scope: Scope
) -> tuple[Exchange, Mapping[str, Metadata]]:
    filters = Filters(documents=tuple(map(literal, asked.within))) if asked.within else None
    try:
        answer = engine.ask(asked.question, history_of(earlier), filters, scope.settings)
        return replace(asked, answer=answer), engine.catalog()
    except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
        return replace(asked, error=explained(error)), {}


def literal(name: str) -> str:
    """Return a pattern that matches exactly *name*."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
