"""From blocks to one text with exact spans and pages that tile it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import Block, BlockKind, Page, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_TIGHT = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.REFERENCE)


def assembled(drafts: Sequence[Draft]) -> tuple[str, tuple[Block, ...], dict[int, int]]:
    """Join blocks into a text.

    Returns:
        The text, the blocks with their spans, and the offset at which each page that has text
        starts, by page number.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    starts: dict[int, int] = {}
    offset = 0
    for index, draft in enumerate(drafts):
        if index:
            separator = _separator(drafts[index - 1], draft)
            parts.append(separator)
            offset += len(separator)
        starts.setdefault(draft.page, offset)
        for inside, page in draft.breaks:
            starts.setdefault(page, offset + inside)
        parts.append(draft.text)
        span = Span(offset, offset + len(draft.text))
        blocks.append(Block(draft.kind, span, draft.level))
        offset = span.end
    return "".join(parts), tuple(blocks), starts


def tiled(labels: Sequence[str | None], starts: dict[int, int], length: int) -> tuple[Page, ...]:
    """Return a page for each label; their spans tile the text, those of blank pages are empty."""
    ends: list[int] = []
    following = length
    for number in range(len(labels), 0, -1):
        ends.append(following)
        following = starts.get(number, following) if number > 1 else 0
    ends.reverse()
    begin = 0
    pages = []
    for number, (label, end) in enumerate(zip(labels, ends, strict=True), 1):
        pages.append(Page(number, label, Span(begin, end)))
        begin = end
    return tuple(pages)


def _separator(last: Draft, draft: Draft) -> str:
    together = draft.kind is last.kind and draft.kind in _TIGHT and draft.group == last.group
    return "\n" if together else "\n\n"
