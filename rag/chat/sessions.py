"""Forgetting the sessions of programs, so that the server's memory stays flat.

Gradio keeps a copy of the page's components, about 130 kB, and the last messages for every session
that it ever saw. A program that asks over plain HTTP begins a new session with every question.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

KEPT_SESSIONS = 500
"""Of pages and clients, those used last; an older page would begin a new conversation."""
_ANSWERED = re.compile(r"/gradio_api/call/[^/]+/([0-9a-f]{32})$")


class ForgettingSessions:
    """Drops what Gradio holds of a question over plain HTTP once its answer was fetched.

    Such a question has no session of its own, so Gradio names one after the question's event.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._app(scope, receive, send)
        finally:
            match = _ANSWERED.search(scope.get("path", "")) if scope["type"] == "http" else None
            if match and scope.get("method") == "GET":
                _forget(scope["app"], match[1])


def _forget(app: Any, session: str) -> None:
    app.state_holder.session_data.pop(session, None)
    app.state_holder.time_last_used.pop(session, None)
    app.get_blocks()._queue.pending_messages_per_session.pop(session, None)  # noqa: SLF001 - no other way
