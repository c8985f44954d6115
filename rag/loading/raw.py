"""What a loader hands to cleaning: pages of blocks of lines, as the format gives them.

A loader says what it knows (this is a heading, this is a table row) and leaves the rest as None
for cleaning to infer, so that every format is judged by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.types import Dropped, Metadata

if TYPE_CHECKING:
    from rag.types import BlockKind


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Lines that belong together.

    ``kind`` is None where the format does not say; then cleaning infers it, and may split the
    lines. ``level`` is that of a heading. Blocks with different ``group`` belong to different
    lists or tables. ``is_note`` says that it stands at the foot of its page, under a text that may
    go on behind it; ``is_large`` that its letters are clearly bigger than the body's.
    """

    lines: tuple[str, ...]
    kind: BlockKind | None = None
    level: int = 0
    group: int = 0
    is_note: bool = False
    is_large: bool = False


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page, or the whole of a format without pages; ``number`` counts from 1."""

    number: int
    blocks: tuple[RawBlock, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class RawDocument:
    """What was read from a file.

    Args:
        pages: At least one, blank ones included.
        paginated: Whether the pages are those that a reader sees, to be cited by number.
        wrapped: Whether a line ends where the page was full and not where the paragraph does.
        marked: Whether kinds come from markup, so that a short paragraph is no heading.
        declared: What the file says about itself, junk included.
        dropped: What the loader left out.
        default_kind: The kind of document that this format has when nothing else is known.
    """

    pages: tuple[RawPage, ...]
    paginated: bool = False
    wrapped: bool = False
    marked: bool = False
    declared: Metadata = field(default_factory=Metadata)
    dropped: tuple[Dropped, ...] = ()
    default_kind: str | None = None
