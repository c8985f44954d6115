"""Figures for monitoring, as Prometheus reads them: ``/metrics`` on the chat's server."""

from __future__ import annotations

import base64
import binascii
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from rag.errors import RagError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from prometheus_client.metrics_core import Metric
    from starlette.types import ASGIApp, Receive, Scope, Send

    from rag.store import Store
    from rag.types import Answer

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LOOK_TIMEOUT_S = 2.0
"""An index that cannot be read in that time counts as down; Prometheus itself waits for ten."""
SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
"""Bounds of the histogram of answers."""


class Metrics:
    """Counts what people ask, and looks at the index whenever it is read."""

    def __init__(self, store: Store) -> None:
        """Watch *store*; nothing is read yet."""
        self._registry = CollectorRegistry()
        self._registry.register(_IndexFigures(store))
        self._questions = Counter(
            "footnote_questions",
            "Questions asked, by outcome.",
            ["status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "footnote_answer_seconds",
            "Time from a question to its answer.",
            buckets=SECONDS,
            registry=self._registry,
        )
        self._waiting = Gauge(
            "footnote_questions_waiting", "Questions not answered yet.", registry=self._registry
        )
        for status in ("answered", "not_found", "error"):
            self._questions.labels(status)

    @contextmanager
    def question(self) -> Iterator[Callable[[Answer], None]]:
        """Count one question and its time; what is yielded is called with the answer."""
        began, outcome = time.perf_counter(), "error"

        def tell(answer: Answer) -> None:
            nonlocal outcome
            outcome = answer.status.value

        with self._waiting.track_inprogress():
            try:
                yield tell
            finally:
                self._questions.labels(outcome).inc()
                self._seconds.observe(time.perf_counter() - began)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)


class _IndexFigures:
    """What is asked of the index each time; only ``footnote_index_up`` where it cannot be read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(1, "footnote-metrics")
        self._looking: Future[list[Metric]] | None = None
        self._documents = (0, 0)
        """A generation, and how many documents it has."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("footnote_index_up", "1 where the index can be read, else 0.")
        figures: list[Metric] = []
        if self._looking is None or self._looking.done():
            self._looking = self._pool.submit(self._look)
        with suppress(RagError, TimeoutError):
            figures = self._looking.result(LOOK_TIMEOUT_S)
        up.add_metric([], bool(figures))
        yield up
        yield from figures

    def _look(self) -> list[Metric]:
        with self._store.snapshot() as snapshot:
            generation = snapshot.generation
            _, passages = snapshot.document_frequencies([])
            if self._documents[0] != generation:
                self._documents = (generation, len(snapshot.catalog()))
        figures = {
            "generation": (generation, "The published generation."),
            "documents": (self._documents[1], "Documents in the index."),
            "passages": (passages, "Passages in the index."),
        }
        parts = GaugeMetricFamily("footnote_index_bytes", "Bytes by part.", labels=["part"])
        for part, size in self._store.size_bytes().items():
            parts.add_metric([part], size)
        return [
            *(
                GaugeMetricFamily(f"footnote_index_{name}", description, value=value)
                for name, (value, description) in figures.items()
            ),
            parts,
        ]


class MetricsEndpoint:
    """Answers `PATH`, with a name and password where the page asks for them too."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, check: Callable[[str, str], bool] | None
    ) -> None:
        """Wrap *app*; *check* tells whether a name and password may look."""
        self._app = app
        self._metrics = metrics
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response

        if await run_in_threadpool(self._may_look, dict(scope["headers"])):
            text = await run_in_threadpool(self._metrics.text)
            response = Response(text, media_type=CONTENT_TYPE)
        else:
            response = Response(status_code=401, headers={"WWW-Authenticate": "Basic"})
        await response(scope, receive, send)

    def _may_look(self, headers: dict[bytes, bytes]) -> bool:
        if self._check is None:
            return True
        kind, _, value = headers.get(b"authorization", b"").partition(b" ")
        try:
            decoded = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        name, colon, password = decoded.partition(":")
        return kind.lower() == b"basic" and bool(colon) and self._check(name, password)
