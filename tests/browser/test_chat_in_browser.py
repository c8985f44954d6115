"""The page in a real Chromium; `tests.browser.library` says what the documents hold."""

from __future__ import annotations

import re

import pytest

from tests.browser import library
from tests.browser.conftest import DRAWN, ask, finished, has_sideways_scrolling

MARKED = "#source mark"


def open_citation(page, number=1, turn=0):
    page.click(f"article.turn[data-turn='{turn}'] .cite[data-number='{number}']")
    page.wait_for_selector(f"#source article[data-number='{number}']")


def marked_text(page):
    return "".join(page.locator(MARKED).all_text_contents())


def is_in_view(page, selector):
    return page.eval_on_selector(
        selector,
        "e => { const r = e.getBoundingClientRect();"
        " return r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth; }",
    )


def test_a_question_is_answered_with_the_sentence_and_its_source(open_page):
    page = open_page()
    ask(page, library.QUESTION)
    assert library.ANSWER in page.inner_text(".turn-answer")
    cite = page.locator(".cite").first
    cite.hover()
    page.wait_for_selector("#quote-tip:not([hidden])")
    assert cite.get_attribute("data-quote") in page.inner_text("#quote-tip")
    assert "Ada Lindqvist, 4 March 2021" in page.inner_text("#quote-tip")


def test_a_citation_opens_the_document_with_its_sentence_marked_in_view(open_page):
    page = open_page()
    ask(page, library.QUESTION)
    number = page.locator(".cite", has=page.locator("xpath=.")).evaluate_all(
        "(all, answer) => all.find((e) => e.dataset.quote === answer).dataset.number",
        library.ANSWER,
    )
    open_citation(page, number)
    assert page.get_attribute("#source article", "data-document") == "harbour.md"
    assert page.inner_text("#source h2") == "The harbour of Port Elling"
    assert marked_text(page) == library.ANSWER
    assert is_in_view(page, MARKED)
    assert "It opens at seven in the morning." in page.inner_text(".source-text")


def test_a_quote_from_a_pdf_opens_on_its_page_with_the_printed_label(open_page):
    page = open_page()
    ask(page, library.PDF_QUESTION)
    quote = page.get_attribute(".cite", "data-quote")
    assert page.get_attribute(".cite", "data-page") == "p. 3 (2)"
    open_citation(page)
    assert page.get_attribute("#source article", "data-document") == library.PDF
    page.wait_for_selector("#source .picture img")
    assert is_in_view(page, ".page-mark")
    page.click("#source .switch button[data-view='text']")
    page.wait_for_selector(MARKED)
    assert "".join(marked_text(page).split()) == "".join(quote.split())
    assert page.inner_text(".source-page") == "p. 3 (2) of 5"
    page.click("#source [data-step='next-page']")
    page.wait_for_function("document.querySelector('.source-page').innerText === 'p. 4 (3) of 5'")
    assert page.locator(MARKED).count() == 0
    page.click("#source [data-step='previous-page']")
    page.wait_for_selector(MARKED)
    page.click("#source [data-step='previous-page']")
    page.wait_for_function("document.querySelector('.source-page').innerText === 'p. 2 (1) of 5'")
    page.click("#source button:text('Back to the quote')")
    page.wait_for_selector(MARKED)


def test_next_and_previous_walk_through_the_citations(open_page):
    page = open_page()
    ask(page, library.HOSTILE_QUESTION)
    assert page.locator(".turn-answer .cite").count() > 1
    open_citation(page)
    assert page.is_disabled("#source [data-step='previous']")
    page.click("#source [data-step='next']")
    page.wait_for_selector("#source article[data-number='2']")
    assert marked_text(page) == page.get_attribute(".cite[data-number='2']", "data-quote")
    page.keyboard.press("[")
    page.wait_for_selector("#source article[data-number='1']")


def test_an_opinion_piece_is_marked_as_one(open_page):
    page = open_page()
    ask(page, library.OPINION_QUESTION)
    assert page.inner_text(".footnotes .badge.opinion") == "Opinion"
    page.click(".cite.opinion")
    page.wait_for_selector("#source .source-note.opinion")
    assert "Otto Brandt" in page.inner_text("#source .source-facts")


def test_a_question_without_an_answer_is_refused_with_the_nearest_passages(open_page):
    page = open_page()
    ask(page, library.UNANSWERABLE)
    assert page.inner_text(".turn-refusal") == "The documents do not answer this question."
    assert page.locator(".turn-answer, .cite").count() == 0
    assert re.fullmatch(
        r"The likeliest answer in them is right with \d+ %; one is given from 20 %\.",
        page.inner_text(".turn-reason"),
    )
    assert page.inner_text(".nearest-heading") == "Nearest passages, which do not answer it:"
    page.click(".nearest button >> nth=0")
    page.wait_for_selector("#source article.passage")
    assert "does not answer the question" in page.inner_text("#source .source-note")


def test_a_question_sent_while_one_is_answered_is_asked_after_it(open_page):
    page = open_page()
    page.fill("#question textarea", library.HOSTILE_QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector("article.turn[aria-busy]")
    page.fill("#question textarea", library.QUESTION)
    page.keyboard.press("Enter")
    finished(page, 1)
    asked = page.locator("article.turn h2").all_inner_texts()
    assert asked == [library.HOSTILE_QUESTION, library.QUESTION]
    assert page.input_value("#question textarea") == ""
    assert library.ANSWER in page.locator(".turn-answer").last.inner_text()


def test_sentences_appear_one_after_another(open_page):
    page = open_page()
    page.evaluate(
        "() => { window.seen = new Set(); new MutationObserver(() => window.seen.add("
        "document.querySelectorAll('.turn-answer .sentence').length))"
        ".observe(document.body, { childList: true, subtree: true }); }"
    )
    ask(page, library.HOSTILE_QUESTION)
    count = page.locator(".sentence").count()
    assert count > 1
    assert page.evaluate("[...window.seen].sort()") == list(range(count + 1))


def test_earlier_turns_stay_and_their_citations_still_open(open_page):
    page = open_page()
    ask(page, library.QUESTION)
    ask(page, library.OPINION_QUESTION, turn=1)
    assert page.locator("article.turn").count() == 2
    open_citation(page, 1, turn=0)
    assert page.get_attribute("#source article", "data-turn") == "0"
    page.reload()
    page.wait_for_selector(".landing")


def test_everything_can_be_done_with_the_keyboard(open_page):
    page = open_page()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type(library.QUESTION)
    page.keyboard.press("Enter")
    finished(page)
    for _ in range(30):  # backwards from the question box to the last number in the answer
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.cite')"):
            break
    page.wait_for_selector("#quote-tip:not([hidden])")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source article")
    page.wait_for_function("document.activeElement.id === 'source-title'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#source article", state="detached")
    assert page.evaluate("document.activeElement.className").startswith("cite")


@pytest.mark.parametrize(
    ("form", "beginning", "held"),
    [
        ("Text", library.QUESTION, f"{library.ANSWER} ["),
        ("Markdown", f"## {library.QUESTION}", library.ANSWER),
        ("BibTeX", "@misc{lindqvist2021", "title = {The harbour of Port Elling}"),
    ],
)
def test_an_answer_can_be_copied_with_its_citations(open_page, form, beginning, held):
    page = open_page()
    ask(page, library.QUESTION)
    page.click(f".turn-tools button:text-is('{form}')")
    page.wait_for_selector(".turn-tools button:text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(beginning)
    assert held in copied
    assert "Ada Lindqvist" in copied


def test_a_follow_up_is_completed_shown_and_can_be_edited(open_page):
    page = open_page()
    ask(page, library.QUESTION)
    ask(page, "When does it open?", turn=1)
    page.wait_for_function(
        "() => { const top = (s) => document.querySelector(s).getBoundingClientRect().top;"
        " return Math.abs(top(\"article.turn[data-turn='1']\") - top('#turns')) < 30; }"
    )
    understood = page.inner_text("article.turn[data-turn='1'] .turn-understood q")
    assert "Port Elling" in understood
    page.click("article.turn[data-turn='1'] .turn-understood button")
    assert page.input_value("#question textarea") == understood
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.keyboard.press("End")
    page.keyboard.type(" In the morning?")
    page.keyboard.press("Enter")
    finished(page, 2)
    question = page.inner_text("article.turn[data-turn='2'] .turn-question")
    assert question == f"{understood} In the morning?"


def test_tabs_are_reached_with_the_keyboard_and_fit_a_phone(open_page):
    page = open_page(width=400, height=800)
    page.focus("#chat-tab-button")
    for name in ("documents", "accuracy", "settings"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == f"{name}-tab-button"
        page.keyboard.press("Enter")
        page.wait_for_selector(DRAWN[name])
        assert not has_sideways_scrolling(page)


def test_a_suggested_question_is_asked_by_clicking_it(open_page):
    page = open_page()
    suggestion = page.locator(".suggestion").first
    text = suggestion.inner_text()
    suggestion.click()
    finished(page)
    assert page.inner_text(".turn-question") == text


@pytest.mark.parametrize(("width", "dark"), [(400, True), (2000, False)])
def test_narrow_and_wide_dark_and_light_fit_without_sideways_scrolling(open_page, width, dark):
    page = open_page(width=width, height=800, dark=dark)
    assert not has_sideways_scrolling(page)
    ask(page, library.BIDI_QUESTION)
    assert not has_sideways_scrolling(page)
    open_citation(page)
    assert not has_sideways_scrolling(page)
    assert is_in_view(page, MARKED)
    background = page.evaluate(
        "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    )
    brightness = sum(int(part) for part in background.strip("rgb()").split(","))
    assert (brightness < 3 * 64) == dark


def test_a_question_too_long_is_answered_with_one_plain_sentence(open_page):
    page = open_page()
    ask(page, "?!")
    assert page.inner_text(".turn-error") == "Type a question in words."


@pytest.mark.parametrize("question", [library.HOSTILE_QUESTION, library.BIDI_QUESTION])
def test_hostile_documents_run_nothing(open_page, question):
    page = open_page()
    ask(page, question)
    page.locator(".cite").first.hover()
    for number in range(1, page.locator(".turn-answer .cite").count() + 1):
        open_citation(page, number)
        page.locator(MARKED).first.hover()
    page.click(".why summary")
    assert page.evaluate("window.hacked") is None
    inside = (
        "#turns :is(script, iframe, img, svg, a, b), #source :is(script, iframe, img, svg, a, b)"
    )
    assert page.locator(inside).count() == 0
    text = page.inner_text("#turns") + page.inner_text("#source")
    assert not set("\u202e\u202c\u2066\0") & set(text)


def test_hostile_text_is_shown_as_it_stands(open_page):
    page = open_page()
    ask(page, library.HOSTILE_QUESTION)
    open_citation(page)
    text = page.inner_text("#source")
    assert "<script>window.hacked = 'text'</script>" in text
    assert "[a click](javascript:window.hacked='link')" in text
    assert "${window.hacked='template'} and {{constructor}}" in text
    assert "<img src=x onerror=window.hacked='name'>.txt" in text


def test_the_page_forbids_its_browser_to_load_from_other_hosts(open_page, address):
    page = open_page()
    policy = page.request.get(address).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy
    for host in ("google", "huggingface", "gradio"):
        assert host not in policy
