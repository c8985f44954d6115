"""Load: many people ask the page at once, as their browsers would, through its queue.

``python eval/benchmarks/load.py --index index/default --users 32 --seconds 60``

It serves the page in a process of its own, asks as one person first, then as many, and exits with
1 if a question failed, if the 95th percentile is above what the queue implies, or if memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "eval" / "gold" / "corpus.jsonl"
SINGLE_S = 15.0
SLACK = 3.0
"""How many times the single user's 95th percentile, times the queue, is allowed."""
GROWTH = 1.05
"""The most that memory may grow from the second quarter of the time to the last."""
TIMEOUT_S = 300
_SERVER = """
import sys
from pathlib import Path
import app
from rag.chat.serving import serve
from rag.pipeline import open_pipeline
page = app.build_page(open_pipeline(sys.argv[1]), Path(sys.argv[2]))
print("address", serve(page, port=0, block=False), flush=True)
page.block_thread()
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What so many people saw; ``seconds`` are those of each answer, ``errors`` the failures."""

    users: int
    seconds: list[float]
    errors: list[str]

    def quantile(self, share: float) -> float:
        """Return the time within which this share of the answers came, in seconds."""
        ordered = sorted(self.seconds) or [float("inf")]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Report:
    """What is printed; times in milliseconds, memory in megabytes."""

    cores: int
    users: int
    answers: int
    errors: int
    answers_a_second: float
    single_p50_ms: float
    single_p95_ms: float
    p50_ms: float
    p95_ms: float
    allowed_p95_ms: float
    memory_early_mb: float
    memory_late_mb: float

    @property
    def passed(self) -> bool:
        """Whether nothing failed, waited too long or grew."""
        flat = self.memory_late_mb <= GROWTH * self.memory_early_mb
        return not self.errors and self.p95_ms <= self.allowed_p95_ms and flat


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index" / "default")
    parser.add_argument("--users", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--gold", type=Path, default=GOLD, help="where the questions are from")
    given = parser.parse_args()
    rows = given.gold.read_text("utf-8").splitlines()
    questions = [json.loads(row)["question"] for row in rows if row]
    report = measure(given.index.resolve(), questions, given.users, given.seconds)
    for name, value in asdict(report).items():
        print(f"{name:18} {value:.1f}" if isinstance(value, float) else f"{name:18} {value}")
    sys.exit(0 if report.passed else "FAILED")


def measure(index: Path, questions: list[str], users: int, seconds: float) -> Report:
    """Serve *index*, ask as one person and then as *users* for *seconds*, and report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _SERVER, str(index), folder]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment
        ) as server:
            try:
                lines = (line.split() for line in server.stdout or ())
                address = next((words[1] for words in lines if words[0] == "address"), None)
                if address is None:
                    sys.exit("The page could not be served; the reason stands above.")
                asyncio.run(_asked(address, questions, users, 3))  # warms everything up
                single = asyncio.run(_asked(address, questions, 1, SINGLE_S))
                process = psutil.Process(server.pid)
                many, memory = asyncio.run(_watched(address, questions, users, seconds, process))
            finally:
                server.terminate()
    return _report(single, many, memory, seconds)


def _report(single: Load, many: Load, memory: list[float], seconds: float) -> Report:
    cores = os.cpu_count() or 1
    quarter = max(1, len(memory) // 4)
    for error in many.errors[:5]:
        print(error)
    return Report(
        cores=cores,
        users=many.users,
        answers=len(many.seconds),
        errors=len(many.errors) + len(single.errors),
        answers_a_second=len(many.seconds) / seconds,
        single_p50_ms=1000 * single.quantile(0.5),
        single_p95_ms=1000 * single.quantile(0.95),
        p50_ms=1000 * many.quantile(0.5),
        p95_ms=1000 * many.quantile(0.95),
        allowed_p95_ms=1000 * SLACK * single.quantile(0.95) * max(1, many.users / cores),
        memory_early_mb=statistics.median(memory[quarter : 2 * quarter] or memory),
        memory_late_mb=statistics.median(memory[-quarter:]),
    )


async def _watched(
    address: str, questions: list[str], users: int, seconds: float, process: psutil.Process
) -> tuple[Load, list[float]]:
    """Return what people saw, and the server's memory once a second in megabytes."""
    memory: list[float] = []

    async def watch() -> None:
        while True:
            memory.append(process.memory_info().rss / 1e6)
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    load = await _asked(address, questions, users, seconds)
    watching.cancel()
    return load, memory


async def _asked(address: str, questions: list[str], users: int, seconds: float) -> Load:
    """Let *users* ask one question after another for *seconds*; what is under way is awaited."""
    load = Load(users, [], [])
    until = time.monotonic() + seconds
    numbers = count()

    async def person(client: httpx.AsyncClient) -> None:
        while time.monotonic() < until:
            question = questions[next(numbers) % len(questions)]
            began = time.monotonic()
            try:
                await _answer(client, question)
            except (httpx.HTTPError, ValueError) as error:
                load.errors.append(f"{question!r}: {error!r}")
            else:
                load.seconds.append(time.monotonic() - began)

    async with httpx.AsyncClient(
        base_url=address, timeout=TIMEOUT_S, limits=httpx.Limits(max_connections=2 * users)
    ) as client:
        await asyncio.gather(*(person(client) for _ in range(users)))
    return load


async def _answer(client: httpx.AsyncClient, question: str) -> None:
    """Ask one question through the queue.

    Raises:
        httpx.HTTPError: the server failed.
        ValueError: it sent no answer.
    """
    data = {"data": [question, None]}
    joined = await client.post("gradio_api/call/ask", json=data)
    joined.raise_for_status()
    event = joined.json()["event_id"]
    reply = await client.get(f"gradio_api/call/ask/{event}")
    reply.raise_for_status()
    status = next(_statuses(reply.text), None)
    if status not in {"answered", "not_found"}:
        message = f"Expected an answer, but got {reply.text[:200]!r}."
        raise ValueError(message)


def _statuses(text: str) -> Iterator[str]:
    """Yield the status of each answer in a stream of events."""
    name = ""
    for line in text.splitlines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: ") and name == "complete":
            (answer,) = json.loads(line.removeprefix("data: "))
            yield answer["status"]


if __name__ == "__main__":
    main()
