"""What the server keeps of programs that ask it over plain HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import json, time
import gradio as gr, httpx
from starlette.middleware import Middleware
from rag.chat.sessions import ForgettingSessions

def double(text: str) -> str:
    return text * 2

def kept():
    held = page.app.state_holder
    return [sorted(held.session_data), sorted(held.time_last_used)]

with gr.Blocks(analytics_enabled=False) as page:
    gr.api(double, api_name="double")
options = {"app_kwargs": {"middleware": [Middleware(ForgettingSessions)]}}
_, address, _ = page.launch(quiet=True, prevent_thread_lock=True, **options)
with httpx.Client(base_url=address, timeout=30) as client:
    answers = []
    for _ in range(5):
        reply = client.post("gradio_api/call/double", json={"data": ["a"]})
        event = reply.json()["event_id"]
        answers.append('"aa"' in client.get(f"gradio_api/call/double/{event}").text)
    until = time.monotonic() + 10  # the last session goes after its answer was sent
    while kept() != [[], []] and time.monotonic() < until:
        time.sleep(0.05)
    by_http = kept() + [sorted(page._queue.pending_messages_per_session)]
    data = {"data": ["b"], "fn_index": 0, "session_hash": "mine"}
    client.post("gradio_api/queue/join", json=data).raise_for_status()
    with client.stream("GET", "gradio_api/queue/data?session_hash=mine") as messages:
        answers.append(any("process_completed" in line for line in messages.iter_lines()))
    print(json.dumps({"answers": answers, "by_http": by_http, "by_page": kept()}))
page.close(verbose=False)
"""


def test_a_question_over_plain_http_leaves_no_session_and_a_page_keeps_its_own():
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    seen = json.loads(found.stdout.splitlines()[-1])
    assert seen["answers"] == [True] * 6
    assert seen["by_http"] == [[], [], []]
    assert seen["by_page"] == [["mine"], ["mine"]]
