"""The page as a whole: its tabs, and what they share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import gradio as gr

from rag.chat.accuracy_tab import AccuracyTab
from rag.chat.api import add_endpoints
from rag.chat.chat_tab import ChatTab
from rag.chat.conversations import Conversations
from rag.chat.documents_tab import DocumentsTab
from rag.chat.drawing import asset, drawn
from rag.chat.engine import Engine
from rag.chat.events import html
from rag.chat.feedback import Feedback
from rag.chat.library import Library
from rag.chat.scope import Scope
from rag.chat.settings_tab import SettingsTab
from rag.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    from pathlib import Path

    from rag.chat.metrics import Metrics
    from rag.pipeline import Pipeline
    from rag.store import Store

TITLE = "Footnote"
CONVERSATIONS_FILE = "conversations.sqlite"
CONCURRENT = 8
"""Events of one kind answered at once; further ones wait in a queue."""


def build_page(
    pipeline: Pipeline, folder: Path | None = None, metrics: Metrics | None = None
) -> gr.Blocks:
    """Return the page over *pipeline*; `rag.chat.serving.serve` serves it.

    Args:
        pipeline: Answers the questions.
        folder: Where conversations and feedback are kept; None means a folder of the user's, one
            for each index.
        metrics: Counts the questions; None counts nothing.
    """
    folder = folder or default_folder(pipeline)
    engine = Engine(pipeline, metrics)
    library = Library(engine, folder)
    conversations = Conversations(folder / CONVERSATIONS_FILE if folder else None)
    blocks: gr.Blocks
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, fill_height=True
    ) as blocks:
        bridge = html(drawn("header.html"), elem_id="header", js_on_load=asset("chat.js"))
        scope = gr.State(Scope(engine.settings))
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("Chat", id="chat", elem_id="chat-tab"):
                chat = ChatTab(engine, conversations, Feedback(folder))
            with gr.Tab("Documents", id="documents", elem_id="documents-tab") as tab:
                documents = DocumentsTab(engine, library)
            with gr.Tab("Accuracy", id="accuracy", elem_id="accuracy-tab") as accuracy_tab:
                accuracy = AccuracyTab(engine, folder)
            with gr.Tab("Settings", id="settings", elem_id="settings-tab"):
                settings = SettingsTab(engine)
        notice = html("", elem_id="notice")
        chat.wire(blocks, bridge, scope, notice)
        documents.wire(bridge, tab, scope, chat.line, notice)
        accuracy.wire(bridge, accuracy_tab, scope, notice)
        settings.wire(blocks, bridge, scope, chat.line)
        add_endpoints(engine)
    blocks.queue(default_concurrency_limit=CONCURRENT)
    return blocks


def default_folder(pipeline: Pipeline) -> Path | None:
    """Return the user's folder for an index, None for one in memory."""
    place = _place(pipeline.store)
    if place is None:
        return None
    from platformdirs import user_data_path

    digest = hashlib.sha256(place.encode()).hexdigest()[:8]
    return user_data_path("footnote") / f"{pipeline.store.name}-{digest}"


def _place(store: Store) -> str | None:
    """Return where a store is, in words that no other index has; None for one in memory."""
    if isinstance(store, EmbeddedStore):
        return str(store.folder.resolve())
    address: object = getattr(store, "address", None)
    return None if address is None else str(address)
