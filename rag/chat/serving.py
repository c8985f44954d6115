"""The server of the page: this machine only, and nothing is loaded from anywhere else."""

from __future__ import annotations

import ipaddress
import os
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rag.chat.drawing import asset
from rag.chat.passwords import checker
from rag.chat.sessions import KEPT_SESSIONS, ForgettingSessions
from rag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from pathlib import Path

    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.chat.metrics import Metrics

LOCAL_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
STYLES = ("base.css", "chat.css", "source.css", "library.css", "accuracy.css", "settings.css")
SANS = (
    "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans",
    "Helvetica Neue", "Arial", "sans-serif",
)  # fmt: skip
MONO = ("ui-monospace", "SF Mono", "Cascadia Mono", "Liberation Mono", "Menlo", "monospace")
# Gradio compiles its templates in the browser, hence 'unsafe-eval'; what this keeps out is every
# other host: nothing can be fetched, sent, framed or drawn from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}


def serve(
    page: gr.Blocks,
    *,
    host: str = LOCAL_HOST,
    port: int = DEFAULT_PORT,
    passwords: Path | None = None,
    metrics: Metrics | None = None,
    largest_upload_megabytes: float = 200,
    mcp: bool = False,
    block: bool = True,
) -> str:
    """Serve *page* and return its address.

    Args:
        page: Made by `rag.chat.page.build_page`.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        passwords: The file of those who may log in; None lets everybody in, which only this
            machine may.
        metrics: Shown at ``/metrics``, to those who may log in; None shows none.
        largest_upload_megabytes: Larger files are refused before they are read.
        mcp: Offer the endpoints as MCP tools too.
        block: Wait until the server is stopped (Ctrl+C).

    Raises:
        InputError: other machines could reach the page without a password, the password file
            cannot be used, or MCP tools cannot be offered.
    """
    check_reach(host, passwords)
    if mcp:
        check_tools(passwords)
    check = checker(passwords) if passwords else None
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=port or _free_port(host),
            auth=check,
            max_file_size=int(largest_upload_megabytes * 1_000_000),
            mcp_server=mcp,
            **_options(metrics, check),
        )
    except OSError as error:
        message = f"Port {port} of {host} cannot be used, perhaps because another page is open. "
        raise InputError(message + "Choose another with --port.") from error
    if block:
        print(f"Footnote is open at {address}  (Ctrl+C stops it)", flush=True)  # noqa: T201
        page.block_thread()
    return str(address)


def _options(metrics: Metrics | None, check: Callable[[str, str], bool] | None) -> dict[str, Any]:
    """Return what is the same for every page: our looks, and nothing that calls elsewhere."""
    from starlette.middleware import Middleware

    wrapped = [Middleware(SafeHeaders), Middleware(ForgettingSessions)]
    if metrics is not None:
        from rag.chat.metrics import MetricsEndpoint

        wrapped.append(Middleware(MetricsEndpoint, metrics, check))
    return {
        "theme": _theme(),
        "head": _head(),
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "share": False,
        "ssr_mode": False,
        "pwa": False,
        "quiet": True,
        "inbrowser": False,
        "enable_monitoring": False,
        "app_kwargs": {"middleware": wrapped},
        "state_session_capacity": KEPT_SESSIONS,
        "prevent_thread_lock": True,
    }


def check_reach(host: str, passwords: Path | None) -> None:
    """Make sure that nobody but this machine gets in without a password.

    Raises:
        InputError: *host* is open to others and there are no *passwords*.
    """
    if passwords is None and not _is_local(host):
        message = (
            f"Expected passwords for a page that others can reach at {host}. "
            "Add --auth FILE, or leave out --share-on-network."
        )
        raise InputError(message)


def check_tools(passwords: Path | None) -> None:
    """Make sure that MCP tools would work.

    Raises:
        InputError: the extra is not installed, or the page asks for passwords.
    """
    if find_spec("mcp") is None:
        message = (
            "Expected the package mcp for MCP tools. "
            "Install it with: pip install 'footnote-rag[mcp]'"
        )
        raise InputError(message)
    if passwords is not None:
        message = "MCP clients cannot log in to this page. Leave out --mcp or --auth."
        raise InputError(message)


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_telemetry() -> None:
    """Switch off everything that Gradio would send or look up; before it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"


class SafeHeaders:
    """Adds `HEADERS` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _extend(message)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _extend(message: MutableMapping[str, Any]) -> None:
    headers = [(name, value) for name, value in message.get("headers", []) if name not in HEADERS]
    message["headers"] = [*headers, *HEADERS.items()]


def _theme() -> gr.themes.Base:
    import gradio as gr

    return gr.themes.Base(font=SANS, font_mono=MONO, neutral_hue="stone", primary_hue="slate")


def _head() -> str:
    # Gradio rewrites the selectors of its own `css` option, which breaks those that name the body.
    return "<style>\n" + "\n".join(map(asset, STYLES)) + "\n</style>"


def _free_port(host: str) -> int:
    with socket.socket() as free:
        free.bind((host, 0))
        return int(free.getsockname()[1])
