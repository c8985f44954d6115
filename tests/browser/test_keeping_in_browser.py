"""Documents, conversations and verdicts in a real Chromium."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import docx

from tests.browser import library
from tests.browser.conftest import ROOT, WAIT_MS, ask, finished, open_tab, served


def open_menu(page, title):
    item = page.locator("#conversations li", has_text=title).first
    item.locator("summary").click()
    return item


def verify(path, index):
    """Run ``rag verify``."""
    command = [sys.executable, "-m", "rag.cli", "verify", str(path), "--index", str(index)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment |= {"RAG_EMBEDDING_MODEL": "hashing", "RAG_READING_READER": "none"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_documents_are_listed_with_what_is_known_of_them(open_page):
    page = open_page()
    open_tab(page, "documents")
    row = page.inner_text("#documents tr[data-document='lighthouse.md']")
    for fact in ("Paint it red again", "Otto Brandt", "1 May 2022", "Opinion", "Ready"):
        assert fact in row
    assert page.evaluate("window.hacked") is None


def test_a_document_is_added_asked_and_removed(open_page, tmp_path):
    path = tmp_path / "Wool report.txt"
    path.write_text("The wool of Kestrel Hill is dyed with madder root in the autumn.\n")
    page = open_page()
    open_tab(page, "documents")
    page.set_input_files("#upload input[type=file]", str(path))
    name = "uploads/Wool report.txt"
    page.wait_for_selector(f"#documents tr[data-document='{name}']")
    page.wait_for_selector("#notice .notice")
    assert page.inner_text("#notice .notice") == f"{name} read."
    page.click("#chat-tab-button")
    ask(page, "What is the wool of Kestrel Hill dyed with in the autumn?")
    assert "madder root" in page.inner_text(".turn-answer")
    open_tab(page, "documents")
    remove = page.locator(f"#documents tr[data-document='{name}'] button[data-action='remove']")
    remove.click()
    assert remove.inner_text() == "Delete the file"
    remove.click()
    page.wait_for_selector(f"#documents tr[data-document='{name}']", state="detached")


def test_indexing_is_shown_cancelled_and_answers_go_on_meanwhile(open_page, tmp_path):
    for name in ("one.txt", "two.txt"):
        words = (
            f"Sentence {number} of {name} tells of {number * 7919}." for number in range(20_000)
        )
        (tmp_path / name).write_text("\n\n".join(words), encoding="utf-8")
    page = open_page()
    open_tab(page, "documents")
    page.set_input_files("#upload input[type=file]", [tmp_path / "one.txt", tmp_path / "two.txt"])
    page.wait_for_selector("#progress progress")
    assert "of 2: uploads/" in page.inner_text("#progress")
    page.click("#chat-tab-button")
    ask(page, library.QUESTION)
    assert library.ANSWER in page.inner_text(".turn-answer")
    open_tab(page, "documents")
    page.click("#progress button:text('Cancel')")
    page.wait_for_selector("#notice .notice:text('Cancelled; nothing was changed.')")
    assert page.locator("#documents tr[data-document^='uploads/one']").count() == 0
    assert page.locator("#progress progress").count() == 0


def test_a_file_that_cannot_be_read_is_listed_with_the_reason(open_page, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text(" ")
    page = open_page()
    open_tab(page, "documents")
    page.set_input_files("#upload input[type=file]", str(path))
    page.wait_for_selector("#documents tr.skipped")
    row = page.locator("#documents tr.skipped")
    assert "Skipped: empty" in row.inner_text()
    row.locator("button[data-action='remove']").click()
    row.locator("button[data-action='remove']").click()
    page.wait_for_selector("#documents tr.skipped", state="detached")


def test_the_chat_can_be_limited_to_some_documents(open_page):
    page = open_page()
    open_tab(page, "documents")
    page.check("#documents input[value='lighthouse.md']")
    page.click("#chat-tab-button")
    page.wait_for_selector("#scope .scope")
    assert page.inner_text("#scope strong") == "lighthouse.md"
    ask(page, library.QUESTION)
    rows = page.locator(".why tbody button").all_text_contents()
    assert rows
    assert all("lighthouse.md" in row for row in rows)
    page.click("#scope button")
    page.wait_for_selector("#scope .scope", state="detached")


def test_a_conversation_is_found_renamed_exported_and_deleted(open_page, kept, tmp_path):
    page = open_page()
    ask(page, library.QUESTION)
    page.click("button.new")
    page.wait_for_selector(".landing", state="visible")
    item = open_menu(page, library.QUESTION)
    item.locator("button[data-action='retitle']").click()
    page.fill("input.retitle", "Harbour notes")
    page.keyboard.press("Enter")
    page.wait_for_selector("button.conversation:text('Harbour notes')")
    page.fill("input.find", "no such words")
    page.wait_for_selector("#conversations .none")
    page.fill("input.find", "quay street")
    page.click("button.conversation:text('Harbour notes')")
    finished(page)
    page.click(".turn .cite >> nth=0")
    page.wait_for_selector("#source article")
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        open_menu(page, "Harbour notes").locator("button[data-form='json']").click()
    assert download.value.suggested_filename == "Harbour notes.json"
    download.value.save_as(tmp_path / "exported.json")
    (answer,) = json.loads((tmp_path / "exported.json").read_text(encoding="utf-8"))
    assert answer["conversation"] == "Harbour notes"
    verified = verify(tmp_path / "exported.json", kept / "index")
    assert verified.returncode == 0, verified.stderr
    quote = answer["citations"][0]["quote"]
    text = (tmp_path / "exported.json").read_text(encoding="utf-8")
    (tmp_path / "exported.json").write_text(text.replace(quote, quote.upper()), encoding="utf-8")
    assert verify(tmp_path / "exported.json", kept / "index").returncode == 1
    with page.expect_download() as download:
        open_menu(page, "Harbour notes").locator("button[data-form='docx']").click()
    download.value.save_as(tmp_path / "exported.docx")
    paragraphs = [item.text for item in docx.Document(str(tmp_path / "exported.docx")).paragraphs]
    assert any(library.ANSWER in paragraph for paragraph in paragraphs)
    delete = open_menu(page, "Harbour notes").locator("button[data-action='delete']")
    delete.click()
    delete.click()
    page.wait_for_selector(".landing", state="visible")
    assert page.locator("button.conversation:text('Harbour notes')").count() == 0


def test_a_conversation_is_found_again_after_the_server_was_killed(chromium, kept):
    question = f"Please tell: {library.QUESTION}"

    def opened(address):
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(WAIT_MS)
        page.goto(address)
        page.wait_for_selector(".landing")
        return page

    with served(kept) as (address, server):
        page = opened(address)
        ask(page, question)
        page.wait_for_selector(f"button.conversation[title='{question}']")
        server.kill()
        server.wait()
        page.close()
    with served(kept) as (address, _):
        page = opened(address)
        page.click(f"button.conversation[title='{question}']")
        finished(page)
        assert library.ANSWER in page.inner_text(".turn-answer")
        ask(page, "When does it open?", turn=1)
        assert "Port Elling" in page.inner_text(".turn-understood q")
        page.close()


def test_a_verdict_is_noted_with_the_words_that_answer(open_page, kept):
    page = open_page()
    ask(page, library.UNANSWERABLE)
    page.click(".nearest button >> nth=0")
    page.wait_for_selector("#source article")
    if page.locator("#source .switch").count():
        page.click("#source .switch button[data-view='text']")
    page.wait_for_selector("#source .block")
    page.click("[data-action='complain']")
    page.fill(".complaint textarea", "It is in there.")
    quote = page.evaluate(
        "() => { const block = document.querySelector('#source .block.paragraph');"
        " getSelection().selectAllChildren(block); return block.innerText.trim(); }"
    )
    page.wait_for_selector(".complaint .selected:not([hidden])")
    page.click(".complaint button")
    page.wait_for_selector("#notice .notice:text('Noted. Thank you.')")
    lines = next(kept.rglob("candidate-gold.jsonl")).read_text(encoding="utf-8").splitlines()
    candidate = json.loads(lines[-1])
    assert candidate["question"] == library.UNANSWERABLE
    assert candidate["note"] == "It is in there."
    assert " ".join(candidate["evidence"][0]["quote"].split()) == " ".join(quote.split())
