"""Endpoints for programs: ``gradio_client``, plain HTTP, and MCP where that extra is installed.

Gradio reads the annotations and docstrings of these functions for its description of them; it
joins the lines after "Returns" with commas, so each is one line.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import gradio as gr
import gradio.events

from rag.chat.asking import explained, literal
from rag.errors import InputError
from rag.store import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.chat.engine import Engine

MOST_PASSAGES = 100
_WHOLE = re.compile(r"0*[1-9][0-9]{0,8}")
_LISTED = "Send those that /documents lists, or none for all."


def add_endpoints(engine: Engine) -> None:
    """Add ``/ask``, ``/search`` and ``/documents`` to the page that is being built."""
    endpoints = Endpoints(engine)
    for function in (endpoints.ask, endpoints.search, endpoints.documents):
        gradio.events.api(function, api_name=function.__name__)


class Endpoints:
    """What programs may ask an engine; each method is one endpoint, called as they send it."""

    def __init__(self, engine: Engine) -> None:
        """Answer with *engine*."""
        self._engine = engine

    def ask(self, question: str, documents: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with sentences quoted from the documents, each with its citation.

        Args:
            question: A question in plain words, at most 2,000 characters.
            documents: Names of the only documents to look in, as listed by "documents"; none means all.

        Returns:
            The answer: status, short_answer, sentences with the numbers of their citations, citations with document, page, characters (start, end) and quote, disagreements, confidence, and the passages considered. Every sentence is a verbatim quote. The status is "answered", or "not_found" if the documents do not answer; then there are no sentences, and the passages are only the nearest ones.
        """
        with _told():
            filters = _filters(self._engine, documents)
            return self._engine.ask(question, filters=filters).to_dict()

    def search(
        self, question: str, count: int = 10, documents: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Find the passages nearest to a question, best first, with each stage's score.

        Args:
            question: A question or some words, at most 2,000 characters.
            count: How many passages, 1 to 100.
            documents: Names of the only documents to look in, as listed by "documents"; none means all.

        Returns:
            Passages with document, page, characters, text and scores.
        """
        with _told():
            filters = _filters(self._engine, documents)
            hits = self._engine.search(question, _passages(count), filters)
            return [hit.to_dict() for hit in hits]

    def documents(self) -> list[dict[str, Any]]:
        """List the documents that questions are answered from.

        Returns:
            The name, title, author, date and kind of each.
        """
        return [
            {
                "document": name,
                "title": metadata.title,
                "author": metadata.author,
                "date": metadata.date,
                "kind": metadata.kind,
            }
            for name, metadata in self._engine.catalog().items()
        ]


def _filters(engine: Engine, documents: object) -> Filters | None:
    """Return what lets only the documents of the names that a program sent pass.

    Raises:
        InputError: something is no text, or no document is called so.
    """
    if documents in (None, "", []):
        return None
    names = documents if isinstance(documents, list) else [documents]
    with engine.store.snapshot() as snapshot:
        catalog = snapshot.catalog()
        for name in names:
            if not isinstance(name, str):
                message = f"Expected names of documents as text, but got {name!r:.80}. {_LISTED}"
                raise InputError(message)
            if name not in catalog and not snapshot.matching(Filters((literal(name),))):
                message = (
                    f"Expected names of documents, but none is called {name[:80]!r}. {_LISTED}"
                )
                raise InputError(message)
    return Filters(documents=tuple(map(literal, names)))


def _passages(count: object) -> int:
    """Return how many passages a program wants, at most `MOST_PASSAGES`.

    Raises:
        InputError: it sent no whole number of at least 1.
    """
    text = str(count).removesuffix(".0")
    if not _WHOLE.fullmatch(text):
        message = (
            f"Expected a whole number of passages from 1 to {MOST_PASSAGES}, but got {count!r:.80}."
            " Send a number such as 10."
        )
        raise InputError(message)
    return min(int(text), MOST_PASSAGES)


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors into the plain sentence that clients get."""
    try:
        yield
    except Exception as error:
        raise gr.Error(explained(error), print_exception=False) from error
