"""Answers put together again from text with marks, as written formats show them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.answers_file import WrittenAnswer
from rag.types import Citation, Disagreement, Metadata, Page, Position, Sentence, Span, Status
from rag.writing.wording import DIFFER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Token = str | int
    """A piece of text, or the number of a note that is marked there."""

_PAGE = re.compile(r"\bp\. (\d+)(?: \((.*)\))?")
_SPAN = re.compile(r"characters (\d+)–(\d+)")


@dataclass(frozen=True, slots=True)
class Version:
    """A row of a report's table of sources."""

    sha256: str
    other_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a footnote says, as text; empty where it says nothing."""

    document: str
    version: str
    page: str
    span: str
    quote: str


@dataclass(slots=True)
class Draft:
    """An answer while its parts are read."""

    line: int
    name: str
    question: str
    short_answer: str | None = None
    error: str | None = None
    not_found: bool = False
    disagreements: list[Disagreement] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)

    def written(
        self, notes: Mapping[int, Note], sources: Mapping[str, Sequence[Version]]
    ) -> WrittenAnswer:
        """Return the answer with the notes that its marks name."""
        cited = [number for item in self.sentences for number in item.citations]
        cited += [
            number
            for item in self.disagreements
            for position in item.positions
            for number in position.citations
        ]
        citations, problems = [], []
        for number in sorted(set(cited) & notes.keys()):
            found = citation_of(number, notes[number], sources)
            if isinstance(found, str):
                problems.append(f"note {number} {found}")
            else:
                citations.append(found)
        status = Status.NOT_FOUND if self.not_found and not self.sentences else Status.ANSWERED
        return WrittenAnswer(
            line=self.line,
            question=self.question,
            status=None if self.error is not None else status,
            sentences=tuple(self.sentences),
            citations=tuple(citations),
            short_answer=self.short_answer,
            identifier=self.name,
            disagreements=tuple(self.disagreements),
            problems=tuple(problems),
        )


def citation_of(
    number: int, note: Note, sources: Mapping[str, Sequence[Version]]
) -> Citation | str:
    """Return the citation that a note makes, or what it lacks."""
    span, page = _SPAN.search(note.span), _PAGE.search(note.page)
    versions = [
        item for item in sources.get(note.document, ()) if item.sha256.startswith(note.version)
    ]
    if not note.document or span is None or not note.quote:
        return "does not name a document, characters and a quote"
    if len(versions) != 1:
        return f"cites {note.document!r}, which the table of sources does not list once"
    place = Span(int(span[1]), int(span[2]))
    return Citation(
        number=number,
        document=note.document,
        metadata=Metadata(),
        page=Page(int(page[1]), page[2], place) if page else None,
        span=place,
        quote=note.quote,
        sha256=versions[0].sha256,
        score=0.0,
        other_names=versions[0].other_names,
    )


def sentences_in(tokens: Iterable[Token]) -> list[Sentence]:
    """Return the texts between marks, each with the marks behind it."""
    return [Sentence(text, numbers) for text, numbers in _marked(tokens)]


def disagreement_in(tokens: Iterable[Token], about: str) -> Disagreement:
    """Return the values of "Sources differ: 41 [1]; 42 [2]."."""
    positions = []
    for text, numbers in _marked(tokens):
        value = text.removeprefix(DIFFER.strip()).removeprefix(";").strip()
        if numbers or value not in {"", "."}:
            positions.append(Position(value, numbers))
    return Disagreement(about, tuple(positions))


def _marked(tokens: Iterable[Token]) -> list[tuple[str, tuple[int, ...]]]:
    parts: list[tuple[str, list[int]]] = []
    for token in tokens:
        if isinstance(token, int):
            if not parts:
                parts.append(("", []))
            parts[-1][1].append(token)
        elif parts and not parts[-1][1]:
            parts[-1] = (parts[-1][0] + token, [])
        elif token.strip():
            parts.append((token, []))
    return [(text.strip(), tuple(numbers)) for text, numbers in parts]
