"""Each part of the page, light and dark, checked by axe-core."""

from __future__ import annotations

import pytest

from tests.browser import library
from tests.browser.conftest import ask, open_tab

SERIOUS = {"serious", "critical"}


def faults(page):
    """Return the serious faults that axe-core finds, each with where it is."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (fault["id"], [node["target"] for node in fault["nodes"]][:5])
        for fault in found
        if fault["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_part_of_the_page_has_a_serious_fault(open_page, dark):
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    page = open_page(dark=dark)
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
