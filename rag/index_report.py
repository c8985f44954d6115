"""What a run of indexing did, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.store.protocol import SourceFile


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: files of *total_files* done, and passages embedded so far."""

    files: int
    total_files: int
    passages: int
    name: str


@dataclass(slots=True)
class IndexReport:
    """What a run did. ``seconds`` is by stage: read, load, chunk, embed, store, total."""

    generation: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[SourceFile] = field(default_factory=list)
    """All files that the index knows of and could not read, old and new."""
    passages_embedded: int = 0
    passages_reused: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        """Whether the run made a new generation."""
        return bool(self.added or self.changed or self.removed)
