"""The components of the page, and which event calls what."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - Gradio reads the hints of handlers
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.asking import ask, conversation_html
from rag.chat.drawing import asset, drawn
from rag.chat.engine import Engine
from rag.chat.opening import opened_source
from rag.chat.suggestions import Suggestions
from rag.chat.turns import Exchange
from rag.pipeline import MAX_QUESTION_CHARACTERS

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

TITLE = "Footnote"
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Events of the page itself: no endpoints of the API, and no spinner over what is there."""
Exchanges = tuple[Exchange, ...]


def build_page(pipeline: Pipeline) -> gr.Blocks:
    """Return the page over *pipeline*; `rag.chat.serving.serve` serves it."""
    blocks: gr.Blocks = _Page(pipeline).blocks
    return blocks


class _Page:
    """Lays out the page and answers its events."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.engine = Engine(pipeline)
        self.suggestions = Suggestions(self.engine)
        with gr.Blocks(
            title=TITLE, analytics_enabled=False, fill_width=True, fill_height=True
        ) as self.blocks:
            self.exchanges = gr.State(())
            self._lay_out()
            self._wire()
        self.blocks.queue(default_concurrency_limit=8)

    def _lay_out(self) -> None:
        self.bridge = _html(drawn("header.html"), elem_id="header", js_on_load=asset("chat.js"))
        with gr.Row(elem_id="workspace", equal_height=True):
            with gr.Column(elem_id="conversation", min_width=0):
                with gr.Column(elem_id="turns", min_width=0):
                    self.past = _html("", elem_id="past")
                    self.current = _html("", elem_id="current")
                self.question = gr.Textbox(
                    elem_id="question",
                    label="Question",
                    show_label=False,
                    container=False,
                    placeholder="Ask a question about the documents",
                    lines=1,
                    max_lines=6,
                    max_length=MAX_QUESTION_CHARACTERS,
                    autofocus=True,
                    submit_btn="Ask",
                    html_attributes=gr.InputHTMLAttributes(
                        autocomplete="off", enterkeyhint="send", spellcheck=True
                    ),
                )
            with gr.Column(elem_id="source-column", min_width=0):
                self.source = _html("", elem_id="source")

    def _wire(self) -> None:
        shown = [self.past, self.current, self.question, self.exchanges]
        self.blocks.load(self.landing, None, self.past, **PRIVATE)
        self.question.submit(self.answer, [self.question, self.exchanges], shown, **PRIVATE)
        self.bridge.suggest(self.answer_suggestion, self.exchanges, shown, **PRIVATE)
        self.bridge.open(self.open_source, self.exchanges, self.source, **PRIVATE)
        self.bridge.close(lambda: "", None, self.source, **PRIVATE)

    def landing(self) -> Iterator[str]:
        """Draw the empty page, then again with suggested questions, which take a moment."""
        count = len(self.engine.catalog())
        known = self.suggestions.known()
        yield drawn("landing.html", count=count, suggestions=known)
        if known is None:
            yield drawn("landing.html", count=count, suggestions=self.suggestions.questions())

    def answer(self, question: str, exchanges: Exchanges) -> Iterator[tuple[Any, ...]]:
        """Stream the answer to what was typed."""
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        earlier = conversation_html(self.engine, exchanges)
        emptied = gr.Textbox(value="", submit_btn=False)
        for step in ask(self.engine, question, exchanges):
            if step.done is None:
                yield earlier, step.html, emptied, gr.skip()
            else:
                ready = gr.Textbox(submit_btn="Ask")
                yield earlier, step.html, ready, (*exchanges, step.done)
            emptied = gr.skip()

    def answer_suggestion(
        self, exchanges: Exchanges, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        """Stream the answer to a suggested question."""
        yield from self.answer(str(event._data.get("text", "")), exchanges)  # noqa: SLF001

    def open_source(self, exchanges: Exchanges, event: gr.EventData) -> str:
        """Draw the document behind a citation or passage."""
        return opened_source(self.engine, exchanges, event._data)  # noqa: SLF001


def _html(value: str, **options: Any) -> Any:
    """Return a component that shows HTML drawn by `rag.chat.drawing` as it is."""
    options.setdefault("js_on_load", None)
    return gr.HTML(value, apply_default_css=False, padding=False, **options)
