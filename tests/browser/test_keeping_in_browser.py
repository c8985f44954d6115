"""Documents, conversations, verdicts and the endpoints, in a real Chromium and a real client."""

from __future__ import annotations

import json

from tests.browser import library
from tests.browser.conftest import ask, finished


def open_documents(page):
    page.click("#documents-tab-button")
    page.wait_for_selector("#documents tbody tr")


def open_menu(page, title):
    item = page.locator("#conversations li", has_text=title).first
    item.locator("summary").click()
    return item


def test_documents_are_listed_with_what_is_known_of_them(open_page):
    page = open_page()
    open_documents(page)
    row = page.inner_text("#documents tr[data-document='lighthouse.md']")
    for fact in ("Paint it red again", "Otto Brandt", "1 May 2022", "Opinion", "Ready"):
        assert fact in row
    assert page.evaluate("window.hacked") is None


def test_a_document_is_added_asked_and_removed(open_page, tmp_path):
    path = tmp_path / "Wool report.txt"
    path.write_text("The wool of Kestrel Hill is dyed with madder root in the autumn.\n")
    page = open_page()
    open_documents(page)
    page.set_input_files("#upload input[type=file]", str(path))
    name = "uploads/Wool report.txt"
    page.wait_for_selector(f"#documents tr[data-document='{name}']")
    page.wait_for_selector("#notice .notice")
    assert page.inner_text("#notice .notice") == f"{name} read."
    page.click("#chat-tab-button")
    ask(page, "What is the wool of Kestrel Hill dyed with in the autumn?")
    assert "madder root" in page.inner_text(".turn-answer")
    open_documents(page)
    remove = page.locator(f"#documents tr[data-document='{name}'] button[data-action='remove']")
    remove.click()
    assert remove.inner_text() == "Delete the file"
    remove.click()
    page.wait_for_selector(f"#documents tr[data-document='{name}']", state="detached")


def test_a_file_that_cannot_be_read_is_listed_with_the_reason(open_page, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text(" ")
    page = open_page()
    open_documents(page)
    page.set_input_files("#upload input[type=file]", str(path))
    page.wait_for_selector("#documents tr.skipped")
    row = page.locator("#documents tr.skipped")
    assert "Skipped: empty" in row.inner_text()
    row.locator("button[data-action='remove']").click()
    row.locator("button[data-action='remove']").click()
    page.wait_for_selector("#documents tr.skipped", state="detached")


def test_the_chat_can_be_limited_to_some_documents(open_page):
    page = open_page()
    open_documents(page)
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


def test_a_conversation_is_found_renamed_exported_and_deleted(open_page, tmp_path):
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
    download.value.save_as(tmp_path / "exported.json")
    exported = json.loads((tmp_path / "exported.json").read_text(encoding="utf-8"))
    assert exported["title"] == "Harbour notes"
    quotes = [item["quote"] for item in exported["exchanges"][0]["answer"]["citations"]]
    assert library.ANSWER in quotes
    delete = open_menu(page, "Harbour notes").locator("button[data-action='delete']")
    delete.click()
    delete.click()
    page.wait_for_selector(".landing", state="visible")
    assert page.locator("button.conversation:text('Harbour notes')").count() == 0


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


def test_the_endpoints_answer_programs(address):
    from gradio_client import Client

    client = Client(address, verbose=False)
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert sorted(named) == ["/ask", "/documents", "/search"]
    answer = client.predict(library.QUESTION, [], api_name="/ask")
    assert answer["status"] == "answered"
    assert library.ANSWER in [citation["quote"] for citation in answer["citations"]]
    hits = client.predict(library.QUESTION, 2, ["harbour.md"], api_name="/search")
    assert {hit["document"] for hit in hits} == {"harbour.md"}
    listed = client.predict(api_name="/documents")
    assert "lighthouse.md" in [item["document"] for item in listed]
