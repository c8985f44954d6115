"""The tab with the documents: what there is, adding, removing, and choosing some to ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator  # noqa: TC003 - Gradio reads the hints of handlers
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.asking import explained
from rag.chat.drawing import drawn
from rag.chat.events import PRIVATE, data_of, html
from rag.chat.library import CancelledError, Library, Outcome, Progress, run_with_progress
from rag.errors import RagError
from rag.loading import supported_suffixes

if TYPE_CHECKING:
    from rag.chat.engine import Engine

LISTED_DROPPED = 40
MINUTE_S = 60
Names = tuple[str, ...]


class DocumentsTab:
    """Lays out the tab and answers its events."""

    def __init__(self, engine: Engine, library: Library) -> None:
        """Show *library*, the documents of *engine*."""
        self.engine = engine
        self.library = library
        self.list = html("", elem_id="documents")
        self.progress = html("", elem_id="progress")
        self.upload = gr.File(
            file_count="multiple",
            file_types=list(supported_suffixes()),
            label="Add documents",
            show_label=False,
            elem_id="upload",
            height=150,
            visible=library.uploads.folder is not None,
        )

    def wire(self, bridge: Any, tab: gr.Tab, within: gr.State, scope: Any, notice: Any) -> None:
        """Connect the events that arrive at *bridge*."""
        shown = [self.list, self.progress, notice]
        tab.select(self.draw, within, self.list, **PRIVATE)
        self.upload.upload(
            self.add, [self.upload, within], [*shown, self.upload], concurrency_limit=1, **PRIVATE
        )
        bridge.remove(self.remove, within, shown, concurrency_limit=1, **PRIVATE)
        bridge.refresh(self.refresh, within, shown, concurrency_limit=1, **PRIVATE)
        bridge.cancel(self.library.cancel, None, None, **PRIVATE)
        bridge.choose(self.choose, None, [within, scope, self.list], **PRIVATE)

    def draw(self, within: Names) -> str:
        """Draw the list."""
        try:
            rows = self.library.rows()
            dropped = {
                row.name: self.engine.document(row.name).dropped[:LISTED_DROPPED]
                for row in rows
                if row.dropped
            }
        except RagError as error:
            return drawn("notice.html", message=explained(error), bad=True)
        return drawn(
            "documents.html",
            rows=rows,
            dropped=dropped,
            within=within,
            indexed=sum(row.reason is None for row in rows),
            skipped=sum(row.reason is not None for row in rows),
            passages=sum(row.passages for row in rows),
        )

    def add(self, files: list[str] | None, within: Names) -> Iterator[tuple[Any, ...]]:
        """Add uploaded files and show how far that is."""
        paths = [Path(file) for file in files or []]
        named = [(path, path.name) for path in paths]
        for shown in self._run(lambda: self.library.add(named), within):
            yield (*shown, gr.File(value=None))

    def remove(self, within: Names, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Take one document out."""
        name = str(data_of(event).get("name", ""))
        yield from self._run(lambda: self.library.remove([name]), within)

    def refresh(self, within: Names) -> Iterator[tuple[Any, ...]]:
        """Read changed files again."""
        yield from self._run(self.library.refresh, within)

    def choose(self, event: gr.EventData) -> tuple[Names, str, str]:
        """Limit the chat to some documents; none means all."""
        try:
            names = json.loads(str(data_of(event).get("names", "[]")))
        except ValueError:
            names = []
        known = self.engine.catalog()
        within = tuple(name for name in names if name in known)
        return within, drawn("scope.html", within=within), self.draw(within)

    def _run(self, change: Callable[[], Outcome], within: Names) -> Iterator[tuple[Any, ...]]:
        try:
            for step in run_with_progress(change, self.library):
                if isinstance(step, Progress):
                    yield gr.skip(), _progress(step), ""
                else:
                    yield self.draw(within), "", _notice(told(step))
        except CancelledError:
            yield self.draw(within), "", _notice("Cancelled; nothing was changed.")
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            yield self.draw(within), "", _notice(explained(error), bad=True)


def told(outcome: Outcome) -> str:
    """Return what a change did in one or two sentences."""
    parts = []
    if outcome.indexed:
        parts.append(f"{_counted(outcome.indexed)} read.")
    if outcome.removed:
        parts.append(f"{_counted(outcome.removed)} taken out.")
    if outcome.skipped:
        name, reason = outcome.skipped[0]
        more = f" {len(outcome.skipped) - 1} more were skipped." if outcome.skipped[1:] else ""
        parts.append(f"{name} was skipped: {reason}{more}")
    return " ".join(parts) or "Nothing has changed."


def _counted(names: Names) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} documents"


def _progress(progress: Progress) -> str:
    seconds = progress.seconds_left()
    left = None
    if seconds is not None:
        left = f"{seconds:.0f} s" if seconds < MINUTE_S else f"{seconds / MINUTE_S:.0f} min"
    return drawn("progress.html", progress=progress, left=left)


def _notice(message: str, *, bad: bool = False) -> str:
    return drawn("notice.html", message=message, bad=bad)
