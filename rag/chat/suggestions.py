"""Questions to begin with, drawn from the documents and tried on them."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.names import stands_for
from rag.types import BlockKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.chat.engine import Engine
    from rag.types import Document

COUNT = 4
_TRIED_AT_MOST = 10
_DOCUMENTS_AT_MOST = 40
_LONGEST = 90
_NUMBERED = r"^(?:\d+(?:\.\d+)*\.?\s+)?"
_QUESTION = re.compile(_NUMBERED + r"((?:Who|What|When|Where|Why|How|Which)\b[^?]{8,80}\?)")
_CLAUSE = re.compile(_NUMBERED + r"(What\s+[^?.:;!]{8,70})$")
_ACRONYM = re.compile(r"((?:[A-Z][\w\u2019'-]+\s+(?:(?:of|the|and|for)\s+)?){2,7})\(([A-Z]{3,8})\)")
_SUBJECT = r"(The [A-Z][\w\u2019'-]+(?:\s+[A-Z][\w\u2019'-]+){0,3}|[A-Z][\w\u2019'-]+(?:\s+[A-Z][\w\u2019'-]+){1,3})"
_EVENT = re.compile(
    _SUBJECT + r"\s+(was|were)\s+(founded|announced|established|created|appointed|launched)\b"
)
_ORDINARY = re.compile(r"^(?:When|In|At|On|As|But|And|While|Since|After|Before)\s")


class Suggestions:
    """Suggested questions of an index, worked out once a generation; for several threads."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is read until questions are asked for."""
        self._engine = engine
        self._lock = threading.Lock()
        self._known: tuple[int, list[str]] | None = None

    def known(self) -> list[str] | None:
        """Return the questions if they are worked out, None otherwise; never waits."""
        known = self._known
        return known[1] if known and known[0] == self._engine.generation() else None

    def questions(self) -> list[str]:
        """Return up to `COUNT` questions that the documents answer, from different documents."""
        with self._lock:
            try:
                with self._engine.store.snapshot() as snapshot:
                    generation = snapshot.generation
                    if self._known and self._known[0] == generation:
                        return self._known[1]
                    names = list(snapshot.catalog())[:_DOCUMENTS_AT_MOST]
                    documents = [snapshot.document(name) for name in names]
                questions = self._tried(documents)
            except RagError:
                return []
            self._known = (generation, questions)
            return questions

    def _tried(self, documents: list[Document]) -> list[str]:
        """Ask candidates, one of each document in turn, and keep those that are answered."""
        rows = [candidates(document) for document in documents]
        kept: list[str] = []
        tried = 0
        for candidate in _in_turn(rows):
            if len(kept) == COUNT or tried == _TRIED_AT_MOST:
                break
            if any(_alike(candidate, other) for other in kept):
                continue
            tried += 1
            self._engine.let_people_go_first()
            if self._engine.pipeline().ask(candidate).status is Status.ANSWERED:
                kept.append(candidate)
        return kept


def candidates(document: Document) -> Iterator[str]:
    """Yield questions that the text of *document* suggests."""
    for block in document.blocks:
        text = " ".join(document.slice(block.span).split())
        if block.kind is BlockKind.HEADING and len(text) <= _LONGEST:
            if match := _QUESTION.match(text):
                yield match[1]
            elif (match := _CLAUSE.match(text)) and (question := _turned(match[1])):
                yield question
        elif block.kind is BlockKind.PARAGRAPH:
            for match in _EVENT.finditer(text):
                subject = _ORDINARY.sub("", match[1])
                yield f"When {match[2]} {_lower_article(subject)} {match[3]}?"
            for match in _ACRONYM.finditer(text):
                if stands_for(match[1], match[2]):
                    yield f"What is the {match[2]}?"


def _turned(clause: str) -> str | None:
    """Turn a heading such as "What neutrality means" into a question."""
    match = re.fullmatch(r"What (.+?) (means?|is|are|was|were)(?: (.+))?", clause)
    if not match:
        return None
    subject, verb, rest = match.groups()
    if verb in {"means", "mean"}:
        helper = "does" if verb == "means" else "do"
        return f"What {helper} {subject} mean{' ' + rest if rest else ''}?"
    return f"What {verb} {subject}{' ' + rest if rest else ''}?"


def _lower_article(subject: str) -> str:
    return "the " + subject[4:] if subject.startswith("The ") else subject


def _alike(first: str, second: str) -> bool:
    one, two = (set(re.findall(r"\w{4,}", text.casefold())) for text in (first, second))
    return len(one & two) > len(one | two) / 2


def _in_turn(rows: list[Iterator[str]]) -> Iterator[str]:
    """Yield the first of each row, then the second of each, without repeats."""
    seen: set[str] = set()
    while rows:
        remaining = []
        for row in rows:
            question = next((item for item in row if item not in seen), None)
            if question is not None:
                seen.add(question)
                remaining.append(row)
                yield question
        rows = remaining
