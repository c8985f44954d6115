"""What the parts of the page share: components of our own HTML, and the data of their events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.drawing import drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Events of the page itself: no endpoints of the API, and no spinner over what is there."""


def html(value: str, **options: Any) -> Any:
    """Return a component that shows HTML drawn by `rag.chat.drawing` as it is."""
    options.setdefault("js_on_load", None)
    return gr.HTML(value, apply_default_css=False, padding=False, **options)


def data_of(event: gr.EventData) -> Mapping[str, Any]:
    """Return what the browser sent with an event; nothing in it can be trusted."""
    data = event._data  # noqa: SLF001 - EventData only offers attributes
    return data if isinstance(data, dict) else {}


def owner_of(request: gr.Request | None) -> str:
    """Return who is logged in, "" where nobody has to."""
    return str(getattr(request, "username", None) or "")


def notice_html(message: str, *, bad: bool = False) -> str:
    """Return a message that goes away by itself."""
    return drawn("notice.html", message=message, bad=bad)
