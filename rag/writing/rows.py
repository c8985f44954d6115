"""What a report is made of: questions with their answers, in order, and the sources they cite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.answers_file import ERROR
from rag.types import (
    Answer,
    Chunk,
    Citation,
    Disagreement,
    Hit,
    IndexStamp,
    Metadata,
    Page,
    Position,
    Scores,
    Sentence,
    Span,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLASH = " (input)"
"""Follows the name of a column of the questions that is also one of ours."""
SHORT_HASH = 8
"""Hexadecimal digits of a SHA-256 that tell two versions of one file apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question and its answer, or in ``error`` why there is none.

    ``number`` counts from 1. ``identifier`` and ``columns`` are what the questions came with;
    values are text, numbers, booleans or None, in JSON Lines anything that JSON holds.
    """

    number: int
    question: str
    answer: Answer | None = None
    error: str | None = None
    identifier: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """One of "answered", "not_found" and "error"."""
        return self.answer.status.value if self.answer else ERROR

    def to_dict(self) -> dict[str, Any]:
        """Return the row as one line of JSON Lines: the answer's JSON, the id, the columns.

        A row without an id gets its number.
        """
        identifier = self.number if self.identifier is None else self.identifier
        if self.answer is None:
            own: dict[str, Any] = {
                "id": identifier,
                "question": self.question,
                "status": ERROR,
                "error": self.error,
                "sentences": [],
                "citations": [],
            }
        else:
            own = self.answer.to_dict() | {"id": identifier}
        return own | without_clashes(self.columns, own)


@dataclass(frozen=True, slots=True)
class Source:
    """A version of a document that is cited. ``number`` counts from 1 in order of names."""

    number: int
    document: str
    sha256: str
    metadata: Metadata
    other_names: tuple[str, ...]
    version: str | None
    """The beginning of the hash, where several versions of the document are cited."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a report before it is written."""

    questions: int
    answered: int
    not_found: int
    errors: int
    sources: Mapping[tuple[str, str], Source]
    """By document and SHA-256, in order of names."""
    columns: tuple[str, ...]
    """All names of the rows' columns, in order of appearance."""
    identified: bool
    """Whether any row has an id."""
    indexes: tuple[IndexStamp, ...]

    def source(self, citation: Citation) -> Source:
        """Return the source of a citation."""
        return self.sources[citation.document, citation.sha256]


@dataclass(frozen=True, slots=True)
class Report:
    """What is written to a file.

    ``rows`` can be iterated more than once; ``links`` says where documents lie, relative to the
    file, as percent-encoded paths.
    """

    rows: Iterable[Row]
    title: str
    summary: Summary
    links: Mapping[str, str] = field(default_factory=dict)


def report_of(rows: Iterable[Row], title: str) -> Report:
    """Return rows as a report without links."""
    return Report(rows, title, summarize(rows))


def rows_of(answers: Iterable[Answer]) -> list[Row]:
    """Return answers as rows, numbered from 1."""
    return [
        Row(number, answer.question, answer, identifier=answer.identifier)
        for number, answer in enumerate(answers, start=1)
    ]


def summarize(rows: Iterable[Row]) -> Summary:
    """Count the rows and collect what they cite; memory grows with the sources only."""
    counts = {Status.ANSWERED.value: 0, Status.NOT_FOUND.value: 0, ERROR: 0}
    cited: dict[tuple[str, str], Citation] = {}
    columns: dict[str, None] = {}
    indexes: dict[IndexStamp, None] = {}
    identified = False
    for row in rows:
        identified = identified or row.identifier is not None
        counts[row.status] += 1
        columns.update(dict.fromkeys(row.columns))
        if row.answer is not None:
            indexes[row.answer.index] = None
            for citation in row.answer.citations:
                cited.setdefault((citation.document, citation.sha256), citation)
    names = [document for document, _ in cited]
    sources = {
        key: Source(
            number,
            citation.document,
            citation.sha256,
            citation.metadata,
            citation.other_names,
            citation.sha256[:SHORT_HASH] if names.count(citation.document) > 1 else None,
        )
        for number, (key, citation) in enumerate(sorted(cited.items()), start=1)
    }
    return Summary(
        sum(counts.values()),
        counts[Status.ANSWERED.value],
        counts[Status.NOT_FOUND.value],
        counts[ERROR],
        sources,
        tuple(columns),
        identified,
        tuple(indexes),
    )


def without_clashes(columns: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """Return the columns, those whose names are *taken* with `CLASH` after the name."""
    names = set(taken)
    return {f"{name}{CLASH}" if name in names else name: value for name, value in columns.items()}


def answer_from_dict(value: Mapping[str, Any]) -> Answer:
    """Return the answer whose `Answer.to_dict` is *value*.

    What the JSON does not hold is left empty: headings of passages, chunk identifiers, the ends of
    pages.
    """
    return Answer(
        question=value["question"],
        standalone_question=value["standalone_question"],
        status=Status(value["status"]),
        sentences=tuple(
            Sentence(item["text"], tuple(item["citations"])) for item in value["sentences"]
        ),
        citations=tuple(_citation(item) for item in value["citations"]),
        passages=tuple(_hit(item) for item in value["passages"]),
        confidence=value["confidence"],
        index=IndexStamp(**value["index"]),
        short_answer=value["short_answer"],
        disagreements=tuple(
            Disagreement(
                item["about"],
                tuple(
                    Position(position["value"], tuple(position["citations"]))
                    for position in item["positions"]
                ),
            )
            for item in value["disagreements"]
        ),
        timings_ms=dict(value["timings_ms"]),
        identifier=value["id"],
    )


def _citation(value: Mapping[str, Any]) -> Citation:
    return Citation(
        number=value["n"],
        document=value["document"],
        metadata=Metadata(value["title"], value["author"], value["date"], value["kind"]),
        page=_page(value),
        span=Span(value["start"], value["end"]),
        quote=value["quote"],
        sha256=value["sha256"],
        score=value["score"],
        other_names=tuple(value["other_names"]),
    )


def _hit(value: Mapping[str, Any]) -> Hit:
    span = Span(value["start"], value["end"])
    chunk = Chunk(0, value["document"], span, value["text"])
    return Hit(value["rank"], chunk, Scores(**value["scores"]), _page(value))


def _page(value: Mapping[str, Any]) -> Page | None:
    if value["page"] is None:
        return None
    return Page(value["page"], value["page_label"], Span(value["start"], value["end"]))
