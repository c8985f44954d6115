"""The values that flow through Footnote.

Every span is a half-open range of characters, ``start`` inclusive and ``end`` exclusive, into
``Document.text``: the cleaned text that the catalog keeps. Offsets count Unicode code points, as
Python's ``str`` does. A scored thing is a type of its own (`Hit`, `Reading`), never an optional
score on the stored one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CONTEXT_SEPARATOR = " > "
"""Between the title, the headings and the text of a chunk."""


class BlockKind(StrEnum):
    """What a block of a document is; it decides whether its sentences may answer."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE_ROW = "table row"
    BYLINE = "byline"
    """Author names, affiliations, addresses, dates of publication, DOI lines."""
    REFERENCE = "reference"
    """One entry of a bibliography, or a foot- or endnote that only cites."""
    BOILERPLATE = "boilerplate"
    """Copyright lines, disclaimers, share and subscribe notices, tables of contents."""


CELL_SEPARATOR = " | "
"""Between the cells of a table's row, in the text of every document."""


class Status(StrEnum):
    """Whether the documents answer the question."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open character range into ``Document.text``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two ranges share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether *other* lies wholly inside this range."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Page:
    """One physical page of a paginated document.

    ``number`` counts from 1 in the order of the file; ``label`` is what is printed or declared
    for it ("iv", "A-2"), None where the file declares none.
    """

    number: int
    label: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table row or the like; blocks do not overlap.

    ``level`` is 1 to 6 for headings (1 is the highest) and 0 for everything else.
    """

    kind: BlockKind
    span: Span
    level: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text that cleaning left out, and why; ``page`` is None where the format has no pages."""

    reason: str
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """Who says so: bibliographic facts of a document, each None where it is not known.

    ``date`` is ISO 8601, as precise as the source is: "2017", "2017-12" or "2017-12-04".
    ``kind`` is "paper", "op-ed", "report" or "web article".
    """

    title: str | None = None
    author: str | None = None
    date: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned document.

    ``name`` is the path relative to the indexed folder, with forward slashes. ``sha256`` is that
    of the source file's bytes. ``pages`` is empty where the format has none. ``blocks`` and
    ``pages`` are in the order of the text. ``other_names`` are further files with the same bytes.
    """

    name: str
    sha256: str
    text: str
    metadata: Metadata = field(default_factory=Metadata)
    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    other_names: tuple[str, ...] = ()

    def page_at(self, offset: int) -> Page | None:
        """Return the page that holds the character at *offset*, None without pages."""
        for page in reversed(self.pages):
            if page.span.start <= offset:
                return page
        return self.pages[0] if self.pages else None

    def slice(self, span: Span) -> str:
        """Return the characters of *span*."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document as it is indexed.

    ``context`` is no part of the span, so it is never quoted: on its first line the title and heading
    path, on further lines what acronyms of the text stand for (`rag.acronyms`). ``identifier`` is
    unique in an index and is never given to another chunk.
    """

    identifier: int
    document: str
    span: Span
    text: str
    context: str = ""

    @property
    def indexed_text(self) -> str:
        """What the lexical index reads: the whole context, then the text."""
        return f"{self.context}{CONTEXT_SEPARATOR}{self.text}" if self.context else self.text

    @property
    def headings(self) -> str:
        """The title and heading path."""
        return self.context.partition("\n")[0]

    def spelling_of(self, acronym: str) -> str | None:
        """Return what *acronym* stands for, if the text uses it and only its document says so.

        Capitals and small letters are the same.
        """
        lines = (line.partition(": ") for line in self.context.split("\n")[1:])
        return next((words for name, _, words in lines if name == acronym.upper()), None)

    @property
    def embedded_text(self) -> str:
        """What the embedding model reads: the title and headings, then the text."""
        return f"{self.headings}{CONTEXT_SEPARATOR}{self.text}" if self.headings else self.text


@dataclass(frozen=True, slots=True)
class Scores:
    """The score of each retrieval stage for one passage, None where a stage did not see it.

    ``dense`` is the passage's cosine (-1..1) and ``sentence`` that of its best sentence,
    ``lexical`` a BM25 score (0 and up), ``fused`` what the passages are ranked by (higher is
    better), ``answerable`` the reader's probability (0..1) that this passage answers.
    """

    dense: float | None = None
    sentence: float | None = None
    lexical: float | None = None
    fused: float = 0.0
    answerable: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Hits are ordered by ``rank``, which counts from 1.

    ``sentences`` are the cosines (-1..1) of its sentences to the question, in their order.
    """

    rank: int
    chunk: Chunk
    scores: Scores
    page: Page | None = None
    sentences: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return one element of ``passages`` in the answer's JSON."""
        return {
            "rank": self.rank,
            "document": self.chunk.document,
            "page": self.page.number if self.page else None,
            "page_label": self.page.label if self.page else None,
            "start": self.chunk.span.start,
            "end": self.chunk.span.end,
            "text": self.chunk.text,
            "scores": {
                "dense": _rounded(self.scores.dense),
                "sentence": _rounded(self.scores.sentence),
                "lexical": _rounded(self.scores.lexical),
                "fused": _rounded(self.scores.fused),
                "answerable": _rounded(self.scores.answerable),
            },
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage.

    ``start`` and ``end`` are characters of the passage (not of the document) and ``text`` is what
    lies between. ``score`` is the span score in logits (higher is better, comparable between
    passages of one question); ``answerable`` is a calibrated probability, 0..1.
    """

    start: int
    end: int
    text: str
    score: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence was quoted from; ``number`` counts from 1 within an answer.

    ``document.text[span.start:span.end] == quote`` always holds, and ``sha256`` names the exact
    file. ``score`` is the confidence in this citation, 0..1.
    """

    number: int
    document: str
    metadata: Metadata
    page: Page | None
    span: Span
    quote: str
    sha256: str
    score: float
    other_names: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return one element of ``citations`` in the answer's JSON."""
        return {
            "n": self.number,
            "document": self.document,
            "other_names": list(self.other_names),
            "title": self.metadata.title,
            "author": self.metadata.author,
            "date": self.metadata.date,
            "kind": self.metadata.kind,
            "page": self.page.number if self.page else None,
            "page_label": self.page.label if self.page else None,
            "start": self.span.start,
            "end": self.span.end,
            "quote": self.quote,
            "sha256": self.sha256,
            "score": _rounded(self.score),
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer and the numbers of its citations, at least one."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """One value that sources give, and the numbers of the citations that give it."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more different values that documents give for the same question."""

    about: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class IndexStamp:
    """Which index, in which state, gave an answer."""

    name: str
    generation: int
    settings_sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer made of quoted sentences, or the statement that the documents do not answer.

    ``confidence`` is 0..1. ``timings_ms`` holds milliseconds a stage and their ``total``; it is the
    only part that differs between two runs on the same index, settings and question.
    """

    question: str
    standalone_question: str
    status: Status
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    confidence: float
    index: IndexStamp
    short_answer: str | None = None
    disagreements: tuple[Disagreement, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    identifier: str | None = None

    @property
    def text(self) -> str:
        """The sentences, each followed by its citation numbers: ``One. [1] Two. [2][3]``.

        Where sources differ, that is said first: ``Sources differ: 42 [1]; 41 [2].``
        """
        differ = [
            "Sources differ: "
            + "; ".join(f"{position.value} {_marks(position)}" for position in item.positions)
            + "."
            for item in self.disagreements
        ]
        quoted = [f"{sentence.text} {_marks(sentence)}" for sentence in self.sentences]
        return " ".join([*differ, *quoted])

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the JSON object that every door prints."""
        return {
            "id": self.identifier,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "status": self.status.value,
            "short_answer": self.short_answer,
            "text": self.text,
            "sentences": [
                {"text": sentence.text, "citations": list(sentence.citations)}
                for sentence in self.sentences
            ],
            "citations": [citation.to_dict() for citation in self.citations],
            "disagreements": [
                {
                    "about": disagreement.about,
                    "positions": [
                        {"value": position.value, "citations": list(position.citations)}
                        for position in disagreement.positions
                    ],
                }
                for disagreement in self.disagreements
            ],
            "confidence": _rounded(self.confidence),
            "passages": [hit.to_dict() for hit in self.passages],
            "index": {
                "name": self.index.name,
                "generation": self.index.generation,
                "settings_sha256": self.index.settings_sha256,
            },
            "timings_ms": {stage: round(ms, 1) for stage, ms in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation, the oldest first in a history."""

    question: str
    answer: Answer


def _marks(cited: Sentence | Position) -> str:
    return "".join(f"[{number}]" for number in cited.citations)


def _rounded(value: float | None) -> float | None:
    """Round to 4 decimals: below that, vector arithmetic differs between processors."""
    return None if value is None else round(value, 4)
