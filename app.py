"""The chat: ``python app.py`` or ``rag chat`` opens it on http://127.0.0.1:7860."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat.metrics import Metrics
from rag.chat.passwords import add_user
from rag.chat.serving import DEFAULT_PORT, LOCAL_HOST, check_reach, serve, without_telemetry
from rag.errors import InputError, RagError
from rag.pipeline import DEFAULT_INDEX, open_pipeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    import gradio as gr

    from rag.pipeline import Pipeline

EVERYWHERE = "0.0.0.0"  # noqa: S104 - only on request, and then with passwords


def build_page(
    pipeline: Pipeline, folder: Path | None = None, metrics: Metrics | None = None
) -> gr.Blocks:
    """Return the page that asks *pipeline*.

    Args:
        pipeline: Answers the questions.
        folder: Where conversations and feedback are kept; None means a folder of the user's.
        metrics: Counts the questions; None counts nothing.
    """
    without_telemetry()
    from rag.chat import page

    return page.build_page(pipeline, folder, metrics)


def main(
    index: Path | str = DEFAULT_INDEX,
    *,
    host: str = LOCAL_HOST,
    port: int = DEFAULT_PORT,
    share_on_network: bool = False,
    auth: Path | None = None,
    folder: Path | None = None,
    mcp: bool = False,
) -> None:
    """Open the chat over an index and serve it until it is stopped.

    Args:
        index: Its folder, or ``postgresql://user@host/database?schema=name``.
        host: The address to listen on.
        port: The port to listen on.
        share_on_network: Let other machines in; needs *auth*.
        auth: The file of those who may log in.
        folder: Where conversations and feedback are kept; None means a folder of the user's.
        mcp: Offer the endpoints as MCP tools too.

    Raises:
        RagError: the index cannot be opened, or others could get in without a password.
    """
    host = EVERYWHERE if share_on_network else host
    check_reach(host, auth)
    pipeline = open_pipeline(index)
    largest = pipeline.settings.loading.max_file_megabytes
    metrics = Metrics(pipeline.store)
    page = build_page(pipeline, folder, metrics)
    serve(
        page,
        host=host,
        port=port,
        passwords=auth,
        metrics=metrics,
        largest_upload_megabytes=largest,
        mcp=mcp,
    )


def run(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and do what it says.

    Raises:
        RagError: the index cannot be opened, or others could get in without a password.
    """
    parser = argparse.ArgumentParser(description="Open the chat over an index.")
    parser.add_argument("index", nargs="?", default=DEFAULT_INDEX)
    parser.add_argument("--host", default=LOCAL_HOST, help="the address to listen on")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument(
        "--share-on-network", action="store_true", help="let other machines in; needs --auth"
    )
    parser.add_argument("--auth", type=Path, metavar="FILE", help="file of names and passwords")
    parser.add_argument("--add-user", metavar="NAME", help="add a name to that file, and stop")
    parser.add_argument("--folder", type=Path, help="where conversations are kept")
    parser.add_argument("--mcp", action="store_true", help="offer the endpoints as MCP tools")
    given = vars(parser.parse_args(arguments))
    name = given.pop("add_user")
    if name is None:
        main(given.pop("index"), **given)
    elif given["auth"] is None:
        message = "Expected the password file to add the user to: --auth FILE."
        raise InputError(message)
    else:
        add_user(given["auth"], name, getpass.getpass(f"Password for {name}: "))


if __name__ == "__main__":
    try:
        run()
    except RagError as error:
        sys.exit(f"Error: {error}")
