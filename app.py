"""The chat: ``python app.py [INDEX]`` or ``rag chat`` opens it on http://127.0.0.1:7860."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rag.chat.serving import DEFAULT_PORT, LOCAL_HOST, serve, without_telemetry
from rag.errors import RagError
from rag.pipeline import DEFAULT_INDEX, open_pipeline

if TYPE_CHECKING:
    from pathlib import Path

    import gradio as gr

    from rag.pipeline import Pipeline


def build_page(pipeline: Pipeline) -> gr.Blocks:
    """Return the page that asks *pipeline*."""
    without_telemetry()
    from rag.chat import page

    return page.build_page(pipeline)


def main(
    index: Path | str = DEFAULT_INDEX, *, host: str = LOCAL_HOST, port: int = DEFAULT_PORT
) -> None:
    """Open the chat over an index and serve it until it is stopped.

    Args:
        index: The folder of the index.
        host: The address to listen on.
        port: The port to listen on.

    Raises:
        RagError: the index cannot be opened.
    """
    pipeline = open_pipeline(index)
    serve(build_page(pipeline), host=host, port=port)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except RagError as error:
        sys.exit(f"Error: {error}")
