"""The tab with the settings: those of this page, and those that it was started with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr  # noqa: TC002 - Gradio reads the hints of handlers

from rag.chat.choices import CHOICES
from rag.chat.drawing import drawn
from rag.chat.events import PRIVATE, data_of, html
from rag.chat.scope import Scope

if TYPE_CHECKING:
    from rag.chat.engine import Engine

RESTART = "Restart the page."
AND_INDEX = "Run rag index --rebuild, then restart the page."
FIXED = (
    ("reading", "reader", "The reader, which marks answers in passages", RESTART),
    ("retrieval", "candidates", "Passages that each of the two searches hands on", RESTART),
    ("retrieval", "near_duplicate", "From which likeness passages are shown once", RESTART),
    ("loading", "max_file_megabytes", "The largest file that is read, in MB", RESTART),
    ("loading", "timeout_s", "The longest that reading one file may take, in seconds", RESTART),
    ("embedding", "model", "The model that compares meanings", AND_INDEX),
    ("chunking", "max_tokens", "The length of a passage, in word pieces", AND_INDEX),
    ("chunking", "overlap_sentences", "Sentences that neighbouring passages share", AND_INDEX),
)
"""Settings that the page cannot change: group, name, in plain words, what a change needs."""


class SettingsTab:
    """Lays out the tab and answers its events."""

    def __init__(self, engine: Engine) -> None:
        """Show the settings of *engine*, which are the defaults of every page."""
        self.engine = engine
        self.form = html("", elem_id="settings")

    def wire(self, page: gr.Blocks, bridge: Any, scope: gr.State, line: Any) -> None:
        """Connect the events; *line* tells above the question what is not as usual."""
        outputs = [scope, line, self.form]
        page.load(self.from_address, None, outputs, **PRIVATE)
        bridge.set(self.change, scope, outputs[:2], **PRIVATE)
        bridge.reset(self.reset, scope, outputs, **PRIVATE)

    def from_address(self, request: gr.Request) -> tuple[Scope, str, str]:
        """Return the documents and settings that the page's address gives, and draw them."""
        given = request.query_params
        scope = Scope(self.engine.settings).with_choices(dict(given))
        scope = scope.limited_to(given.getlist("document"), self.engine)
        return scope, self.line(scope), self.draw(scope)

    def change(self, scope: Scope, event: gr.EventData) -> tuple[Scope, str]:
        """Change one setting."""
        data = data_of(event)
        scope = scope.with_choices({str(data.get("key")): data.get("value")})
        return scope, self.line(scope)

    def reset(self, scope: Scope) -> tuple[Scope, str, str]:
        """Go back to the defaults."""
        scope = replace(scope, settings=self.engine.settings)
        return scope, self.line(scope), self.draw(scope)

    def line(self, scope: Scope) -> str:
        """Draw the line above the question."""
        return scope.drawn(self.engine.settings)

    def draw(self, scope: Scope) -> str:
        """Draw the form."""
        default = self.engine.settings
        return drawn(
            "settings.html",
            choices=[
                (choice, choice.value(scope.settings), choice.value(default)) for choice in CHOICES
            ],
            fixed=[
                (f"{group}.{name}", title, _shown(getattr(getattr(default, group), name)), needs)
                for group, name, title, needs in FIXED
            ],
        )


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
