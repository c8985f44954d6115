"""Each part of the page, checked by axe-core; its colours in light and in dark."""

from __future__ import annotations

import pytest

from tests.browser import library
from tests.browser.conftest import ask, open_tab

SERIOUS = {"serious", "critical"}


def faults(page):
    """Return the serious faults that axe-core finds, each with where it is."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_selector("body.dark")
    found = violations(page, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.wait_for_selector("body:not(.dark)")
    found += violations(page, {})
    return [
        (fault["id"], [node["target"] for node in fault["nodes"]][:5])
        for fault in found
        if fault["impact"] in SERIOUS
    ]


def violations(page, options):
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], **options}
    return Axe().run(page, options=options).response["violations"]


def test_no_part_of_the_page_has_a_serious_fault(open_page):
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    page = open_page()
    found = {"landing": faults(page)}
    ask(page, library.PDF_QUESTION)
    page.click(".why summary")
    page.click(".turn-tools button:text-is('No')")
    page.click(".cite >> nth=0")
    page.wait_for_selector("#source .picture img")
    found["answer and page"] = faults(page)
    page.click("#source .switch button[data-view='text']")
    page.wait_for_selector("#source mark")
    ask(page, library.UNANSWERABLE, turn=1)
    found["refusal and text"] = faults(page)
    for name in ("documents", "accuracy", "settings"):
        open_tab(page, name)
        found[name] = faults(page)
    assert {part: wrong for part, wrong in found.items() if wrong} == {}
