"""Blocks on their way from raw lines to spans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import BlockKind


@dataclass(frozen=True, slots=True)
class Draft:
    """A block with its text still apart from the document's.

    ``text`` holds no newline. ``page`` is where it starts; ``breaks`` are the offsets in ``text``
    at which further pages start, with their numbers. ``inferred`` marks a kind that was guessed.
    ``is_note`` marks a footnote: the text before it may go on behind it.
    """

    text: str
    page: int
    kind: BlockKind
    level: int = 0
    group: int = 0
    inferred: bool = False
    breaks: tuple[tuple[int, int], ...] = ()
    is_note: bool = False

    def as_kind(self, kind: BlockKind, level: int = 0) -> Draft:
        """Return this block with another kind."""
        return replace(self, kind=kind, level=level)

    @property
    def last_page(self) -> int:
        """The number of the page on which the block ends."""
        return self.breaks[-1][1] if self.breaks else self.page

    @property
    def words(self) -> int:
        """How many words the block has, by spaces."""
        return self.text.count(" ") + 1
