"""The report of an evaluation in a real browser that has no network."""

from __future__ import annotations

import json

import pytest

from rag.embedding import HashingEmbedder
from rag.evaluation import evaluate, read_gold
from rag.evaluation.report import write_report
from rag.indexing import manifest_for
from rag.pipeline import Pipeline
from rag.settings import AnsweringSettings, EmbeddingSettings, ReadingSettings, Settings
from rag.store.memory import MemoryStore
from tests.conftest import changes_for, make_document
from tests.evaluation.conftest import ROWS, TEXTS


@pytest.fixture
def report(tmp_path):
    settings = Settings(
        embedding=EmbeddingSettings(model="hashing"),
        reading=ReadingSettings(reader="none"),
        answering=AnsweringSettings(threshold=0.0),
    )
    embedder, store = HashingEmbedder(), MemoryStore()
    for name, text in TEXTS.items():
        changes = changes_for(make_document(name, text), settings, embedder)
        store.apply(changes, manifest_for(settings, embedder))
    gold, path = tmp_path / "gold.jsonl", tmp_path / "report.html"
    gold.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    run = evaluate(Pipeline(store, embedder, settings), read_gold(gold))
    write_report(run, path)
    return path


@pytest.fixture
def page(chromium, report):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.goto(report.as_uri())
    yield page
    context.close()
    assert asked == [report.as_uri()]
    assert errors == []


def rows_shown(page):
    return page.locator("#questions tbody tr:visible").count()


def test_a_report_opens_without_network_and_filters_its_questions(page):
    assert page.locator("svg").count() == 3
    assert page.locator("svg").first.bounding_box()["width"] > 100
    page.select_option("#problem", "")
    assert rows_shown(page) == 4
    assert page.inner_text("#shown") == "4 of 4 questions"
    page.select_option("#kind", "fact")
    assert rows_shown(page) == 1
    page.select_option("#kind", "")
    page.fill("#words", "tungsten")
    assert rows_shown(page) == 1
    page.select_option("#problem", "answered, but nothing answers it")
    assert rows_shown(page) == 1
    page.fill("#words", "frigate")
    assert rows_shown(page) == 0


def test_every_figure_of_a_kind_unfolds(page):
    details = page.locator("details", has_text="Every figure: fact")
    assert not details.locator("table").is_visible()
    details.locator("summary").click()
    assert details.get_by_text("latency_p50_ms").is_visible()
