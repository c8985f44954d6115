"""A conversation as a file: Markdown, Word, or JSON that ``rag verify`` checks."""

from __future__ import annotations

import base64
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat.drawing import drawn
from rag.chat.uploads import safe_name
from rag.errors import InputError
from rag.presentation import answer_to_markdown, markdown_escaped
from rag.writing.word import write_docx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.chat.turns import Exchange

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the browser to keep."""

    name: str
    media_type: str
    content: bytes

    def html(self) -> str:
        """Return the element that the page's script makes a download of."""
        text = base64.b64encode(self.content).decode()
        return drawn("download.html", name=self.name, type=self.media_type, text=text)


def exported(title: str, exchanges: Sequence[Exchange], form: str) -> Download:
    """Return a conversation with its full citations.

    Args:
        title: Names the file too.
        exchanges: In order.
        form: One of `FORMS`.

    Raises:
        InputError: there is no such form.
    """
    if form not in FORMS:
        message = f"Expected one of {', '.join(FORMS)}, but got {form[:20]!r}."
        raise InputError(message)
    suffix, media_type, written = FORMS[form]
    name = Path(safe_name(re.sub(r"[/\\]", "-", title) + ".x")).stem + suffix
    return Download(name, media_type, written(title, exchanges))


def as_json(title: str, exchanges: Sequence[Exchange]) -> bytes:
    """Return the answers of a conversation as a list, each as every door prints it.

    What was asked but not answered, because of an error, is left out.
    """
    answers = [
        {"conversation": title, "within": list(exchange.within), **exchange.answer.to_dict()}
        for exchange in exchanges
        if exchange.answer is not None
    ]
    return (json.dumps(answers, ensure_ascii=False, indent=2) + "\n").encode()


def as_markdown(title: str, exchanges: Sequence[Exchange]) -> bytes:
    """Return a conversation as Markdown; footnotes are numbered through, turn by turn."""
    parts = [f"# {markdown_escaped(title)}\n"]
    for number, exchange in enumerate(exchanges, start=1):
        if exchange.answer is not None:
            text = answer_to_markdown(exchange.answer)
            parts.append(text.replace("[^", f"[^{number}-"))
        else:
            error = markdown_escaped(exchange.error or "")
            parts.append(f"## {markdown_escaped(exchange.question)}\n\n{error}\n")
    return "\n".join(parts).encode()


def as_word(title: str, exchanges: Sequence[Exchange]) -> bytes:
    """Return the answers of a conversation as a Word file with footnotes and sources."""
    answers = [exchange.answer for exchange in exchanges if exchange.answer is not None]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "conversation.docx"
        write_docx(answers, path, title)
        return path.read_bytes()


FORMS: dict[str, tuple[str, str, Callable[[str, Sequence[Exchange]], bytes]]] = {
    "markdown": (".md", "text/markdown", as_markdown),
    "docx": (".docx", WORD, as_word),
    "json": (".json", "application/json", as_json),
}
"""Suffix, media type and writer of each form."""
