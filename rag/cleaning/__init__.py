"""Cleaning: from raw pages to a `Document`, with a record of what was dropped.

The steps, each a module: one form for characters (`characters`), running headers and page numbers
(`running`), lines to blocks (`structure`, `lines`, `shapes`), entries of chronologies and
glossaries (`entries`), roles of blocks (`roles`), paragraphs across pages (`flow`), text and spans
(`assembly`), title and author (`bibliography`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cleaning.assembly import assembled, tiled
from rag.cleaning.bibliography import metadata_of
from rag.cleaning.characters import clean_line
from rag.cleaning.entries import with_entries
from rag.cleaning.flow import labelled_rows, rejoined, without_soft_hyphens
from rag.cleaning.lines import Vocabulary
from rag.cleaning.roles import assign_roles
from rag.cleaning.running import find_running
from rag.cleaning.signatures import with_headline
from rag.cleaning.structure import Context, drafts_of
from rag.errors import EmptyError
from rag.types import BlockKind, Document, Dropped, Metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft
    from rag.cleaning.running import Running
    from rag.loading.raw import RawDocument, RawPage

__all__ = ["clean"]

_STRAY_MARKS = re.compile(r"(?:[®™©*†‡§•|\s]|[(\[]\d{1,2}[)\]])+")
_REPEAT_BLOCKS = 4
_PARAGRAPH_WORDS = 20


def clean(raw: RawDocument, name: str, sha256: str) -> Document:
    """Turn what a loader read into a document.

    Args:
        raw: Pages of blocks of lines.
        name: The document's name.
        sha256: That of the source file's bytes, in hexadecimal.

    Raises:
        EmptyError: nothing is left to read.
    """
    pages = [_cleaned(page, keep_columns=not raw.paginated) for page in raw.pages]
    running = _running(pages)
    context = _context(raw, pages)
    dropped = [*raw.dropped, *running.dropped]
    drafts: list[Draft] = []
    for page in _without(pages, running):
        for block in page.blocks:
            drafts.extend(drafts_of(block, page.number, context))
    drafts = _without_stray(drafts, dropped)
    drafts = _first_is_title(drafts, raw)
    declared = _clean_metadata(raw.declared)
    drafts = assign_roles(labelled_rows(with_entries(drafts)), declared.author)
    if not raw.marked:
        drafts = rejoined(drafts, context.vocabulary)
    drafts = without_soft_hyphens(drafts)
    if not drafts:
        message = f"Expected text in {name}, but there is none."
        raise EmptyError(message)
    text, blocks, starts = assembled(drafts)
    labels = [page.label or running.labels.get(index) for index, page in enumerate(pages)]
    if any(page.label for page in pages):
        labels = [page.label for page in pages]
    return Document(
        name=name,
        sha256=sha256,
        text=text,
        metadata=metadata_of(declared, drafts, raw.default_kind),
        pages=tiled(labels, starts, len(text)) if raw.paginated else (),
        blocks=blocks,
        dropped=tuple(dropped),
    )


def _cleaned(page: RawPage, *, keep_columns: bool) -> RawPage:
    """Clean every line; columns made by spaces are kept apart by a tab."""
    blocks = []
    for block in page.blocks:
        lines = []
        for line in block.lines:
            parts = re.split(r"\t+| {3,}(?=\S)", line.strip()) if keep_columns else [line]
            cells = [clean_line(part) for part in parts]
            cells = [cell for cell in cells if cell]
            if cells:
                lines.append("\t".join(cells))
        if lines:
            blocks.append(replace(block, lines=tuple(lines)))
    return replace(page, blocks=tuple(blocks))


def _running(pages: Sequence[RawPage]) -> Running:
    large = {
        (number, index)
        for number, page in enumerate(pages)
        for index, block in enumerate(block for block in page.blocks for _ in block.lines)
        if block.is_large
    }
    return find_running([[block.lines for block in page.blocks] for page in pages], large)


def _without(pages: Sequence[RawPage], running: Running) -> list[RawPage]:
    """Take the running lines out of the blocks."""
    result = []
    for page_index, page in enumerate(pages):
        blocks = []
        index = 0
        for block in page.blocks:
            kept = []
            for line in block.lines:
                if (page_index, index) not in running.lines:
                    kept.append(line)
                index += 1
            if kept:
                blocks.append(replace(block, lines=tuple(kept)))
        result.append(replace(page, blocks=tuple(blocks)))
    return result


def _context(raw: RawDocument, pages: Sequence[RawPage]) -> Context:
    lines = [line for page in pages for block in page.blocks for line in block.lines]
    return Context(
        vocabulary=Vocabulary.of(lines),
        wrapped=raw.wrapped,
        paginated=raw.paginated or raw.marked,
        width=max((len(line) for line in lines), default=0),
    )


def _without_stray(drafts: list[Draft], dropped: list[Dropped]) -> list[Draft]:
    """Drop blocks without a word, and the title where it is printed twice."""
    kept: list[Draft] = []
    for draft in drafts:
        titles = _titles_before(kept) if len(kept) < 6 else []  # noqa: PLR2004
        if _STRAY_MARKS.fullmatch(draft.text):
            dropped.append(Dropped("stray marks", draft.text[:200], draft.page))
        elif draft.kind is BlockKind.HEADING and draft.text in titles:
            dropped.append(Dropped("repeated title", draft.text[:200], draft.page))
        else:
            kept.append(draft)
    return kept


def _titles_before(kept: list[Draft]) -> list[str]:
    """The title, and the other lines that no paragraph parts from the end of *kept*."""
    headings = [draft for draft in kept if draft.kind is BlockKind.HEADING]
    title = min(headings, key=lambda draft: draft.level, default=None)
    recent: list[str] = []
    parted = False
    for draft in reversed(kept[-_REPEAT_BLOCKS:]):
        parted = parted or draft.words >= _PARAGRAPH_WORDS
        if draft is title or not parted:
            recent.append(draft.text)
    return recent


def _first_is_title(drafts: list[Draft], raw: RawDocument) -> list[Draft]:
    """The line over a byline is the title of a text without markup, else the heading that opens it."""
    if not raw.paginated and not raw.marked:
        drafts = with_headline(drafts)
    guessed = drafts and drafts[0].kind is BlockKind.HEADING and drafts[0].inferred
    titled = any(draft.kind is BlockKind.HEADING and draft.level == 1 for draft in drafts)
    if guessed and not raw.paginated and not titled:
        drafts[0] = replace(drafts[0], level=1)
    return drafts


def _clean_metadata(declared: Metadata) -> Metadata:
    return Metadata(
        title=_clean_text(declared.title),
        author=_clean_text(declared.author),
        date=_clean_text(declared.date),
        kind=_clean_text(declared.kind),
    )


def _clean_text(text: str | None) -> str | None:
    return clean_line(text) or None if text else None
