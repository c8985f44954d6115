"""The figures at /metrics."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import anyio
import pytest

from rag.chat.engine import Engine
from rag.chat.metrics import Metrics, MetricsEndpoint
from rag.errors import InputError
from rag.pipeline import Pipeline
from rag.store.memory import MemoryStore
from tests.conftest import changes_for, make_document

TEXT = "The stone bridge over the river Vell was opened in 1874 by engineer Ada Quill."


@pytest.fixture
def store(settings, embedder, manifest):
    store = MemoryStore()
    store.apply(list(changes_for(make_document("a.txt", TEXT), settings, embedder)), manifest)
    return store


def figures(metrics):
    """Names with labels and values, without comments and times of making."""
    lines = [line.rsplit(" ", 1) for line in metrics.text().decode().splitlines()]
    return {name: float(value) for name, value in lines if name[:1] not in {"#", ""}}


def get(endpoint, path="/metrics", user=None):
    """Ask *endpoint* and return (status, body)."""
    headers = []
    if user is not None:
        headers.append((b"authorization", b"Basic " + base64.b64encode(user.encode())))
    sent = []

    async def send(message):
        sent.append(message)

    async def ask():
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        await endpoint(scope, None, send)

    with ThreadPoolExecutor() as pool:  # this thread may have an event loop, of playwright
        pool.submit(anyio.run, ask).result()
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_questions_are_counted_by_outcome(store, settings, embedder):
    metrics = Metrics(store)
    engine = Engine(Pipeline(store, embedder, settings), metrics)
    before = figures(metrics)
    assert before['footnote_questions_total{status="answered"}'] == 0
    status = engine.ask("When was the stone bridge over the river Vell opened?").status.value
    with pytest.raises(InputError):
        engine.ask("?")
    after = figures(metrics)
    assert after[f'footnote_questions_total{{status="{status}"}}'] == 1
    assert after['footnote_questions_total{status="error"}'] == 1
    assert after["footnote_answer_seconds_count"] == 2
    assert after["footnote_questions_waiting"] == 0


def test_the_index_is_looked_at_whenever_figures_are_read(store, settings, embedder, manifest):
    metrics = Metrics(store)
    seen = figures(metrics)
    assert [seen[f"footnote_index_{name}"] for name in ("up", "generation", "documents")] == [1] * 3
    other = make_document("b.txt", "Another text about lamps.\n\nAnd oil.")
    store.apply(list(changes_for(other, settings, embedder)), manifest)
    assert figures(metrics)["footnote_index_documents"] == 2
    empty = figures(Metrics(MemoryStore()))
    assert empty["footnote_index_up"] == 0
    assert "footnote_index_documents" not in empty


def test_an_index_that_does_not_answer_is_down_and_looked_at_once(store, monkeypatch):
    monkeypatch.setattr("rag.chat.metrics.LOOK_TIMEOUT_S", 0.05)
    answers, looks, opened = Event(), [], store.snapshot

    def waiting():
        looks.append(1)
        answers.wait(30)
        return opened()

    monkeypatch.setattr(store, "snapshot", waiting)
    metrics = Metrics(store)
    assert [figures(metrics)["footnote_index_up"] for _ in range(3)] == [0, 0, 0]
    assert len(looks) == 1
    answers.set()
    monkeypatch.setattr("rag.chat.metrics.LOOK_TIMEOUT_S", 30)
    assert figures(metrics)["footnote_index_documents"] == 1


def test_who_may_not_log_in_sees_no_figures(store):
    async def page(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    def check(name, password):
        return (name, password) == ("ann", "right")

    closed = MetricsEndpoint(page, Metrics(store), check)
    assert get(closed)[0] == 401
    assert get(closed, user="ann:wrong")[0] == 401
    assert b"footnote_index_up 1.0" in get(closed, user="ann:right")[1]
    assert get(MetricsEndpoint(page, Metrics(store), None))[0] == 200
    assert get(closed, path="/other") == (200, b"page")
