"""A document around a quote: what the panel beside the chat shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.chat.drawing import drawn
from rag.types import Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from rag.types import Citation, Document, Hit, Page

WINDOW_CHARACTERS = 9000
"""Text shown around a quote in a document without pages, and the most of one page."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What to mark in a document.

    ``kind`` is "citation" or "passage" (one that does not answer), ``number`` its citation number
    or rank, ``total`` how many of that kind the answer has.
    """

    document: str
    span: Span
    text: str
    kind: str
    number: int
    total: int
    sha256: str | None = None

    @property
    def is_citation(self) -> bool:
        """Whether the answer quotes this, rather than lists it as near."""
        return self.kind == "citation"


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one block, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of the window; ``level`` is that of a heading, 0 otherwise."""

    kind: str
    level: int
    pieces: tuple[Piece, ...]


def citation_mark(citation: Citation, total: int) -> Mark:
    """Return what to mark for a citation."""
    return Mark(
        citation.document,
        citation.span,
        citation.quote,
        "citation",
        citation.number,
        total,
        citation.sha256,
    )


def passage_mark(hit: Hit, total: int) -> Mark:
    """Return what to mark for a passage that was considered."""
    return Mark(hit.chunk.document, hit.chunk.span, hit.chunk.text, "passage", hit.rank, total)


def source_html(
    document: Document,
    mark: Mark,
    *,
    turn: int,
    page: Page | None = None,
    quoted: bool = False,
    picture: Markup | None = None,
    has_picture: bool = False,
) -> str:
    """Return a document around *mark*.

    Args:
        document: As it is indexed now.
        mark: What was quoted; it is only marked where its text still stands at its place.
        turn: The exchange that it belongs to.
        page: The page to show, see `page_wanted`.
        quoted: Whether a listed passage is one that the answer quotes from.
        picture: The page as a picture (HTML), None shows the text.
        has_picture: Whether the page can be shown as a picture.
    """
    unchanged = is_unchanged(document, mark)
    span = mark.span if unchanged else Span(0, 0)
    window = window_around(document, span, page)
    return drawn(
        "source.html",
        document=document,
        mark=mark,
        turn=turn,
        page=page,
        home=document.page_at(span.start),
        unchanged=unchanged,
        quoted=quoted,
        picture=picture,
        has_picture=has_picture,
        blocks=list(shown_blocks(document, window, span)),
        before=not document.pages and window.start > 0,
        after=not document.pages and window.end < len(document.text),
        last_page=len(document.pages),
    )


def is_unchanged(document: Document, mark: Mark) -> bool:
    """Whether what was quoted still stands at its place."""
    return document.slice(mark.span) == mark.text


def page_wanted(document: Document, mark: Mark, number: int | None) -> Page | None:
    """Return page *number*, that of the mark if there is no such page, None without pages."""
    wanted = next((page for page in document.pages if page.number == number), None)
    return wanted or document.page_at(mark.span.start if is_unchanged(document, mark) else 0)


def window_around(document: Document, span: Span, page: Page | None) -> Span:
    """Return what to show: the page, or so much text around *span*; cut where it is too long."""
    bounds = page.span if page else Span(0, len(document.text))
    if len(bounds) <= 2 * WINDOW_CHARACTERS:
        return bounds
    anchor = min(max(span.start, bounds.start), bounds.end)
    start = max(bounds.start, anchor - WINDOW_CHARACTERS)
    end = min(bounds.end, max(anchor, span.end) + WINDOW_CHARACTERS)
    for block in document.blocks:  # begin and end with whole blocks where that costs little
        if block.span.start < start < block.span.end and len(block.span) < WINDOW_CHARACTERS:
            start = max(bounds.start, block.span.start)
        if block.span.start < end < block.span.end and len(block.span) < WINDOW_CHARACTERS:
            end = min(bounds.end, block.span.end)
    return Span(start, end)


def shown_blocks(document: Document, window: Span, mark: Span) -> Iterator[ShownBlock]:
    """Yield the blocks in *window* with *mark* set off, gaps with text in them too."""
    for block in _covering(document, window):
        start = max(block.span.start, window.start)
        end = min(block.span.end, window.end)
        pieces = tuple(_pieces(document, Span(start, end), mark))
        if pieces:
            yield ShownBlock(block.kind.value.replace(" ", "-"), block.level, pieces)


def _covering(document: Document, window: Span) -> Iterator[Block]:
    """Yield the blocks that overlap *window*, and paragraphs for text that no block holds."""
    position = window.start
    for block in document.blocks:
        if not block.span.overlaps(window):
            continue
        yield from _gap(document, position, block.span.start)
        yield block
        position = block.span.end
    yield from _gap(document, position, window.end)


def _gap(document: Document, start: int, end: int) -> Iterator[Block]:
    if start < end and not document.text[start:end].isspace():
        yield Block(BlockKind.PARAGRAPH, Span(start, end))


def _pieces(document: Document, span: Span, mark: Span) -> Iterator[Piece]:
    cuts = sorted({span.start, span.end, *_inside(span, (mark.start, mark.end))})
    for start, end in pairwise(cuts):
        yield Piece(document.text[start:end], mark.start <= start and end <= mark.end)


def _inside(span: Span, offsets: Sequence[int]) -> list[int]:
    return [offset for offset in offsets if span.start < offset < span.end]
