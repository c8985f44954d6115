"""Endpoints for programs: ``gradio_client``, plain HTTP, and MCP where that extra is installed.

Gradio reads the annotations and docstrings of these functions for its description of them; it
joins the lines after "Returns" with commas, so each is one line.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import gradio as gr
import gradio.events

from rag.chat.asking import explained, literal
from rag.store import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.chat.engine import Engine

MOST_PASSAGES = 100


def add_endpoints(engine: Engine) -> None:
    """Add ``/ask``, ``/search`` and ``/documents`` to the page that is being built."""

    def ask(question: str, documents: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with sentences quoted from the documents, each with its citation.

        Args:
            question: A question in plain words, at most 2,000 characters.
            documents: Names of the only documents to look in; none means all.

        Returns:
            The answer: status, short_answer, sentences with the numbers of their citations, citations with document, page, characters (start, end) and quote, disagreements, confidence, and the passages considered. Every sentence is a verbatim quote. The status is "answered", or "not_found" if the documents do not answer; then there are no sentences, and the passages are only the nearest ones.
        """
        with _told():
            return engine.ask(question, filters=_filters(documents)).to_dict()

    def search(
        question: str, count: int = 10, documents: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Find the passages nearest to a question, best first, with each stage's score.

        Args:
            question: A question or some words, at most 2,000 characters.
            count: How many passages, 1 to 100.
            documents: Names of the only documents to look in; none means all.

        Returns:
            Passages with document, page, characters, text and scores.
        """
        wanted = max(1, min(int(count), MOST_PASSAGES))
        filters = _filters(documents)
        with _told():
            return [hit.to_dict() for hit in engine.search(question, wanted, filters)]

    def documents() -> list[dict[str, Any]]:
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
            for name, metadata in engine.catalog().items()
        ]

    for function in (ask, search, documents):
        gradio.events.api(function, api_name=function.__name__)


def _filters(documents: list[str] | None) -> Filters | None:
    return Filters(documents=tuple(map(literal, documents))) if documents else None


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors into the plain sentence that clients get."""
    try:
        yield
    except Exception as error:
        raise gr.Error(explained(error), print_exception=False) from error
