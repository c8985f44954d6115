"""Wordings that the written formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.presentation import counted, one_line, source_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Metadata, Page
    from rag.writing.rows import Row, Summary

HOW_TO_READ = (
    "Every sentence is quoted word for word from the document that its note names; characters "
    "count in the document's text as Footnote reads it. rag verify checks all of them again."
)

TABLE_NAMES = ("No.", "Source", "File", "SHA-256")
"""The columns of a report's table of sources."""
SAME_FILE = "the same file: "
DIFFER = "Sources differ: "
UNDESCRIBED = "no title, author or date known"


def summary_lines(summary: Summary) -> list[str]:
    """Return how many questions were answered and from what, then how to read the report."""
    counts = [f"{summary.answered} answered", f"{summary.not_found} not answered by the documents"]
    if summary.errors:
        counts.append(f"{summary.errors} with an error")
    lines = [f"{counted(summary.questions, 'question')}: {', '.join(counts)}."]
    lines += [
        f"Index {one_line(stamp.name)}, generation {stamp.generation}, "
        f"settings {stamp.settings_sha256[:8]}."
        for stamp in summary.indexes
    ]
    return [" ".join(lines), HOW_TO_READ]


def details(row: Row) -> list[str]:
    """Return the confidence and what the question came with, ready to be shown."""
    texts = [f"{one_line(str(name))}: {_shown(value)}" for name, value in row.columns.items()]
    if row.answer is not None:
        texts.insert(0, f"confidence {row.answer.confidence:.2f}")
    return texts


def reference(metadata: Metadata) -> str:
    """Return what stands before the name of a cited file: title, author, kind and date."""
    known = source_line(metadata, "", None)
    return f"{known}, " if known else ""


def pages_label(pages: Sequence[Page | None]) -> str:
    """Return the pages cited, in order: "3; 7 (vii)"; empty where the documents have none."""
    labels = (
        f"{page.number} ({one_line(str(page.label))})"
        if page.label not in {None, "", str(page.number)}
        else str(page.number)
        for page in pages
        if page
    )
    return "; ".join(dict.fromkeys(labels))


def _shown(value: Any) -> str:
    return "" if value is None else one_line(str(value))
