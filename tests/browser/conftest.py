"""A real Chromium on the real page, which runs in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.install_browser import find_chromium

ROOT = Path(__file__).parents[2]
THRESHOLD = 0.2
"""Hashed vectors know no meaning: whatever shares rare words with a passage is answered."""
WAIT_MS = 60_000
HARMLESS = ("Method not implemented.",)
"""Console messages of Gradio 6.31 itself: its file component has no progress without a stream."""
DRAWN = {
    "chat": "#question textarea",
    "documents": "#documents tbody tr",
    "accuracy": "#measure h1",
    "settings": "#settings h1",
}
"""What shows that a tab is drawn."""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Observed:
    """What the browser did besides showing the page."""

    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The folder that the server keeps everything below."""
    return tmp_path_factory.mktemp("footnote")


@contextmanager
def served(folder):
    """Serve the documents of `tests.browser.library` from *folder*; yield address and process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    environment["XDG_DATA_HOME"] = str(folder / "data")
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.browser.library", str(folder), str(THRESHOLD)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
            env=environment,
        ) as server,
    ):
        try:
            for line in server.stdout:
                if line.startswith("address "):
                    yield line.split()[1], server
                    break
            else:
                pytest.fail((folder / "log").read_text())
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def address(kept):
    """The page over the documents of `tests.browser.library`."""
    with served(kept) as (page, _):
        yield page


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium is missing; python tests/install_browser.py installs it")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(chromium):
    """One profile for all tests, so that the page's own scripts are loaded once."""
    made = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    made.set_default_timeout(WAIT_MS)
    yield made
    made.close()


@pytest.fixture
def observed():
    return Observed()


@pytest.fixture
def open_page(context, address, observed):
    """Open the page in a browser of a given size; whatever goes wrong in it fails the test."""
    pages = []

    def opened(*, width=1400, height=900, dark=False, path=""):
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        watch(page, address, observed)
        page.goto(address + path)
        page.wait_for_selector("#question textarea")
        page.wait_for_selector(".landing, .turn")
        return page

    yield opened
    for page in pages:
        page.close()
    assert observed == Observed()


def watch(page, address, observed):
    """Note console errors, dialogs, and requests to anything but *address*."""
    page.on("console", lambda message: _note(message.type, message.text, observed))
    page.on("pageerror", lambda error: _note("error", str(error), observed))
    page.on("dialog", lambda dialog: (observed.dialogs.append(dialog.message), dialog.dismiss()))
    local = (address, "data:", "blob:")
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(local) else observed.elsewhere.append(request.url)
        ),
    )


def _note(kind, text, observed):
    if kind in {"error", "warning"} and not text.endswith(HARMLESS):
        observed.console.append(text)


def open_tab(page, name):
    """Open a tab and wait until it is drawn."""
    page.click(f"#{name}-tab-button")
    page.wait_for_selector(DRAWN[name])


def ask(page, question, turn=0):
    """Type a question, send it, and return its finished answer."""
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    return finished(page, turn)


def finished(page, turn=0):
    """Wait until a turn is answered, refused or failed, and return it."""
    return page.wait_for_selector(f"article.turn[data-turn='{turn}']:not([aria-busy])")


def has_sideways_scrolling(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
