"""Accuracy and settings in a real Chromium."""

from __future__ import annotations

import json

import pytest

from tests.browser import library
from tests.browser.conftest import ask, finished, open_tab


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "harbour.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in library.GOLD), encoding="utf-8")
    return path


def add_gold(page, path):
    open_tab(page, "accuracy")
    page.set_input_files("#gold-upload ~ input[type=file], #accuracy-side input[type=file]", path)
    page.wait_for_function(f"document.querySelector('#gold').value === 'added/{path.name}'")


def measure(page, runs):
    """Press the button and wait until there are so many runs."""
    page.click("#measure button.primary")
    page.wait_for_function(f"document.querySelectorAll('#runs li').length === {runs}")
    page.wait_for_selector("#run .tiles")


def test_accuracy_is_measured_looked_into_and_compared(open_page, gold, tmp_path):
    page = open_page()
    add_gold(page, gold)
    measure(page, 1)
    assert page.inner_text("#run h2") == "harbour.jsonl"
    assert page.locator("#run .plot svg").count() == 3
    recall = page.inner_text("#run .tiles li >> nth=0")
    assert "Evidence among the first 5 passages" in recall
    assert "100 %" in recall
    assert page.locator("#run tr.question").count() == 3
    open_tab(page, "settings")
    page.fill("#choice-sure", "0.99")
    page.wait_for_function("location.search === '?sure=0.99'")
    page.click("#accuracy-tab-button")
    page.wait_for_function("document.querySelector('#gold').value !== ''")
    page.select_option("#gold", f"added/{gold.name}")
    measure(page, 2)
    assert "answering.threshold 0.99" in page.inner_text("#runs li[aria-current]")
    page.select_option("#run select[data-change='problem']", "refused, but it is answerable")
    page.wait_for_function("document.querySelector('#questions-shown').innerText === '1 of 3'")
    assert page.locator("#run tr.question:visible").count() == 1
    page.select_option("#run select[data-change='compare']", index=1)
    page.wait_for_selector("#run .comparison")
    assert "answering.threshold 0.2 → 0.99" in page.inner_text("#run .run-head")
    changed = page.inner_text("#run .questions tbody tr >> nth=0")
    assert library.QUESTION in changed
    assert "answered -> refused" in changed
    page.click("#run button:text('Back to the run')")
    page.wait_for_selector("#run .tiles")
    with page.expect_download() as download:
        page.click("#run button:text-is('Report')")
    download.value.save_as(tmp_path / "report.html")
    assert library.QUESTION in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.evaluate("window.hacked") is None
    page.click("#run tr.question >> nth=0 >> button:text('Ask it in the chat')")
    finished(page)
    assert page.inner_text(".turn-question") == library.QUESTION


def test_a_measurement_goes_on_without_its_page_and_can_be_cancelled(open_page, tmp_path):
    path = tmp_path / "long.jsonl"
    rows = [{**library.GOLD[1], "id": f"zebra-{number}"} for number in range(2000)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    page = open_page()
    add_gold(page, path)
    before = page.locator("#runs li").count()
    page.click("#measure button.primary")
    page.wait_for_selector("#measure-progress progress")
    page.close()
    page = open_page()
    open_tab(page, "accuracy")
    page.wait_for_selector("#measure-progress progress")
    assert "of 2000 questions" in page.inner_text("#measure-progress")
    page.click("#measure-progress button")
    page.wait_for_selector("#measure-progress progress", state="detached")
    assert page.locator("#runs li").count() == before


def test_a_file_that_is_no_gold_is_refused_with_the_reason(open_page, tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "x"}\n', encoding="utf-8")
    page = open_page()
    open_tab(page, "accuracy")
    page.set_input_files("#accuracy-side input[type=file]", path)
    page.wait_for_selector("#notice .notice.bad")
    assert "bad.jsonl, line 1" in page.inner_text("#notice .notice")


def test_settings_and_documents_are_part_of_the_address(open_page):
    page = open_page(path="?sentences=1&document=bidi.txt&document=no-such")
    page.wait_for_selector("#scope .scope")
    assert "Looking only in bidi.txt" in page.inner_text("#scope")
    assert "Sentences in an answer, at most: 1 instead of 5." in page.inner_text("#scope")
    page.click("#scope button:text('Look in all')")
    page.wait_for_function("location.search === '?sentences=1'")
    ask(page, library.HOSTILE_QUESTION)
    assert page.locator(".sentence").count() == 1
    open_tab(page, "settings")
    assert page.input_value("#choice-sentences") == "1"
    page.fill("#choice-sentences", "3")
    page.wait_for_function("location.search === '?sentences=3'")
    assert page.inner_text("#settings output[for='choice-sentences']") == "3"
    page.click("#settings button:text('Copy the address')")
    page.wait_for_selector("#settings button:text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/?sentences=3")
    page.click("#settings button:text('Use the defaults')")
    page.wait_for_function("location.search === ''")
    page.wait_for_function("document.querySelector('#choice-sentences').value === '5'")
    page.click("#chat-tab-button")
    assert page.locator("#scope .scope").count() == 0
    ask(page, library.HOSTILE_QUESTION, turn=1)
    assert page.locator("article.turn[data-turn='1'] .sentence").count() > 1


def test_what_needs_a_restart_says_so(open_page):
    page = open_page()
    open_tab(page, "settings")
    row = page.locator("#settings tbody tr", has_text="embedding.model").inner_text()
    assert "hashing" in row
    assert "Run rag index --rebuild, then restart the page." in row
