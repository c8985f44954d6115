"""The tab with the conversation: asking, sources beside it, earlier conversations, feedback."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator  # noqa: TC003 - Gradio reads the hints of handlers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.asking import ask, conversation_html, explained
from rag.chat.drawing import drawn
from rag.chat.events import PRIVATE, data_of, html, notice_html, owner_of
from rag.chat.exporting import exported
from rag.chat.judging import verdict_of
from rag.chat.opening import opened_source
from rag.chat.scope import Scope  # noqa: TC001 - Gradio reads the hints of handlers
from rag.chat.suggestions import Suggestions
from rag.chat.turns import Exchange  # noqa: TC001 - Gradio copies the state
from rag.checks import MAX_QUESTION_CHARACTERS

if TYPE_CHECKING:
    from rag.chat.conversations import Conversations
    from rag.chat.engine import Engine
    from rag.chat.feedback import Feedback

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """The conversation on a page; ``identifier`` is None until its first answer is kept."""

    identifier: str | None = None
    exchanges: tuple[Exchange, ...] = ()


class ChatTab:
    """Lays out the tab and answers its events."""

    def __init__(self, engine: Engine, conversations: Conversations, feedback: Feedback) -> None:
        """Ask *engine*; keep conversations and feedback."""
        self.engine = engine
        self.conversations = conversations
        self.feedback = feedback
        self.suggestions = Suggestions(engine)
        self.session = gr.State(Session())
        with gr.Row(elem_id="workspace", equal_height=True):
            with gr.Column(elem_id="sidebar", min_width=0):
                self.list = html("", elem_id="conversations")
            with gr.Column(elem_id="conversation", min_width=0):
                with gr.Column(elem_id="turns", min_width=0):
                    self.welcome = html("", elem_id="welcome")
                    self.past = html("", elem_id="past")
                    self.current = html("", elem_id="current")
                self.line = html("", elem_id="scope")
                self.question = gr.Textbox(
                    elem_id="question",
                    label="Question",
                    show_label=False,
                    container=False,
                    placeholder="Ask the documents",
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
                self.source = html("", elem_id="source")
        self.download = html("", elem_id="download")

    def wire(self, page: gr.Blocks, bridge: Any, scope: gr.State, notice: Any) -> None:
        """Connect the events that arrive at *bridge*."""
        state = [self.session, scope]
        shown = [self.past, self.current, self.question, self.session, self.list]
        whole = [*shown, self.source, notice]
        page.load(self.landing, None, self.welcome, **PRIVATE)
        page.load(self.listed, self.session, self.list, **PRIVATE)
        self.question.submit(self.answer, [self.question, *state], shown, **PRIVATE)
        bridge.suggest(self.answer_suggestion, state, shown, **PRIVATE)
        bridge.open(self.open_source, self.session, self.source, **PRIVATE)
        bridge.close(lambda: "", None, self.source, **PRIVATE)
        bridge.begin(self.begin, None, whole, **PRIVATE)
        bridge.resume(self.resume, None, whole, **PRIVATE)
        bridge.find(self.listed, self.session, self.list, **PRIVATE)
        bridge.rename(self.rename, self.session, [self.list, notice], **PRIVATE)
        bridge.delete(self.delete, self.session, whole, **PRIVATE)
        bridge.export(self.export, None, [self.download, notice], **PRIVATE)
        bridge.judge(self.judge, self.session, notice, **PRIVATE)

    def landing(self) -> Iterator[str]:
        """Draw the empty page, then again with suggested questions, which take a moment."""
        count = len(self.engine.catalog())
        known = self.suggestions.known()
        yield drawn("landing.html", count=count, suggestions=known)
        if known is None:
            yield drawn("landing.html", count=count, suggestions=self.suggestions.questions())

    def answer(
        self, question: str, session: Session, scope: Scope, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Stream the answer to what was typed, and keep it."""
        if not question.strip():
            yield (gr.skip(),) * 5
            return
        earlier = conversation_html(self.engine, session.exchanges)
        box: Any = gr.Textbox(value="", submit_btn=False)
        for step in ask(self.engine, question, session.exchanges, scope):
            if step.done is None:
                yield earlier, step.html, box, gr.skip(), gr.skip()
            else:
                kept = self._kept(session, step.done, owner_of(request))
                box = gr.Textbox(submit_btn="Ask")
                yield earlier, step.html, box, kept, self._list(kept, owner_of(request))
            box = gr.skip()

    def answer_suggestion(
        self, session: Session, scope: Scope, request: gr.Request, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        """Stream the answer to a suggested question."""
        question = str(data_of(event).get("text", ""))[:MAX_QUESTION_CHARACTERS]
        yield from self.answer(question, session, scope, request)

    def open_source(self, session: Session, event: gr.EventData) -> str:
        """Draw the document behind a citation or passage."""
        return opened_source(self.engine, session.exchanges, data_of(event))

    def begin(self, request: gr.Request) -> tuple[Any, ...]:
        """Begin a new conversation."""
        session = Session()
        return "", "", gr.skip(), session, self._list(session, owner_of(request)), "", ""

    def resume(self, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        """Show an earlier conversation and go on with it."""
        identifier, owner = str(data_of(event).get("id", "")), owner_of(request)
        try:
            session = Session(identifier, self.conversations.exchanges(identifier, owner))
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return (*((gr.skip(),) * 6), notice_html(explained(error), bad=True))
        past = conversation_html(self.engine, session.exchanges)
        return past, "", gr.skip(), session, self._list(session, owner), "", ""

    def listed(self, session: Session, request: gr.Request, event: gr.EventData) -> str:
        """Draw the list of conversations, those with the words that were typed."""
        words = str(data_of(event).get("value", ""))
        return self._list(session, owner_of(request), words)

    def rename(self, session: Session, request: gr.Request, event: gr.EventData) -> tuple[str, str]:
        """Give a conversation another title."""
        data, owner = data_of(event), owner_of(request)
        try:
            self.conversations.rename(str(data.get("id")), owner, str(data.get("title", "")))
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return self._list(session, owner), notice_html(explained(error), bad=True)
        return self._list(session, owner), ""

    def delete(self, session: Session, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        """Delete a conversation; if it is the one on the page, begin a new one."""
        identifier, owner = str(data_of(event).get("id", "")), owner_of(request)
        try:
            self.conversations.delete(identifier, owner)
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return (*((gr.skip(),) * 6), notice_html(explained(error), bad=True))
        if session.identifier == identifier:
            return (*self.begin(request)[:-1], notice_html("Deleted."))
        return (
            *((gr.skip(),) * 4),
            self._list(session, owner),
            gr.skip(),
            notice_html("Deleted."),
        )

    def export(self, request: gr.Request, event: gr.EventData) -> tuple[str, str]:
        """Hand a conversation to the browser as a file."""
        data, owner = data_of(event), owner_of(request)
        identifier = str(data.get("id"))
        try:
            title = self.conversations.title(identifier, owner)
            exchanges = self.conversations.exchanges(identifier, owner)
            return exported(title, exchanges, str(data.get("form"))).html(), ""
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return "", notice_html(explained(error), bad=True)

    def judge(self, session: Session, event: gr.EventData) -> str:
        """Keep what somebody says about an answer."""
        try:
            turn, verdict = verdict_of(self.engine, data_of(event))
            self.feedback.keep(session.exchanges[:turn], session.exchanges[turn], verdict)
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return notice_html(explained(error), bad=True)
        return notice_html("Noted. Thank you.")

    def _kept(self, session: Session, exchange: Exchange, owner: str) -> Session:
        """Keep an exchange; an answer is shown even where it cannot be kept."""
        identifier = session.identifier
        try:
            identifier = self.conversations.keep(identifier, owner, exchange)
        except sqlite3.Error:
            _log.exception("A conversation could not be kept")
        return Session(identifier, (*session.exchanges, exchange))

    def _list(self, session: Session, owner: str, words: str = "") -> str:
        listed = self.conversations.listed(owner, words)
        return drawn("conversations.html", listed=listed, current=session.identifier, words=words)
