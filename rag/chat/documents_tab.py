"""The tab with the documents: what there is, adding, removing, and choosing some to ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator  # noqa: TC003 - Gradio reads the hints of handlers
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.asking import explained
from rag.chat.drawing import drawn
from rag.chat.events import PRIVATE, data_of, html, notice_html
from rag.chat.progress import CancelledError, Progress, run_with_progress
from rag.chat.scope import Scope  # noqa: TC001 - Gradio reads the hints of handlers
from rag.chat.uploads import MOST_FILES
from rag.errors import RagError
from rag.loading import supported_suffixes

if TYPE_CHECKING:
    from rag.chat.engine import Engine
    from rag.chat.library import Library, Outcome

LISTED_DROPPED = 40
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

    def wire(self, bridge: Any, tab: gr.Tab, scope: gr.State, line: Any, notice: Any) -> None:
        """Connect the events that arrive at *bridge*."""
        shown = [self.list, self.progress, notice]
        tab.select(self.draw, scope, self.list, **PRIVATE)
        self.upload.upload(
            self.add, [self.upload, scope], [*shown, self.upload], concurrency_limit=1, **PRIVATE
        )
        bridge.remove(self.remove, scope, shown, concurrency_limit=1, **PRIVATE)
        bridge.refresh(self.refresh, scope, shown, concurrency_limit=1, **PRIVATE)
        bridge.cancel(self.library.cancel, None, None, **PRIVATE)
        bridge.choose(self.choose, scope, [scope, line, self.list], **PRIVATE)

    def draw(self, scope: Scope) -> str:
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
            within=scope.within,
            indexed=sum(row.reason is None for row in rows),
            skipped=sum(row.reason is not None for row in rows),
            passages=sum(row.passages for row in rows),
            uploads=self.library.uploads.folder is not None,
            suffixes=[suffix[1:] for suffix in supported_suffixes()],
            largest=self.engine.settings.loading.max_file_megabytes,
            most=MOST_FILES,
        )

    def add(self, files: list[str] | None, scope: Scope) -> Iterator[tuple[Any, ...]]:
        """Add uploaded files and show how far that is."""
        paths = [Path(file) for file in files or []]
        named = [(path, path.name) for path in paths]
        for shown in self._run(lambda: self.library.add(named), scope):
            yield (*shown, gr.File(value=None))

    def remove(self, scope: Scope, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Take one document out."""
        name = str(data_of(event).get("name", ""))
        yield from self._run(lambda: self.library.remove([name]), scope)

    def refresh(self, scope: Scope) -> Iterator[tuple[Any, ...]]:
        """Read changed files again."""
        yield from self._run(self.library.refresh, scope)

    def choose(self, scope: Scope, event: gr.EventData) -> tuple[Scope, str, str]:
        """Limit the chat to some documents; none means all."""
        try:
            names = [str(name) for name in json.loads(str(data_of(event).get("names", "[]")))]
        except (ValueError, TypeError):
            names = []
        scope = scope.limited_to(names, self.engine)
        return scope, scope.drawn(self.engine.settings), self.draw(scope)

    def _run(self, change: Callable[[], Outcome], scope: Scope) -> Iterator[tuple[Any, ...]]:
        try:
            for step in run_with_progress(change, self.library):
                if isinstance(step, Progress):
                    yield gr.skip(), drawn("progress.html", progress=step), ""
                else:
                    yield self.draw(scope), "", notice_html(told(step))
        except CancelledError:
            yield self.draw(scope), "", notice_html("Cancelled; nothing was changed.")
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            yield self.draw(scope), "", notice_html(explained(error), bad=True)


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
