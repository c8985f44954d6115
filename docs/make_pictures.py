"""Make the README's pictures of the chat: ``python docs/make_pictures.py``.

It indexes ``corpus/`` into a temporary folder, serves the page on a free port of this machine and
photographs it in Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 300_000
SIZE = {"width": 1280, "height": 800}
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run")
QUESTION = "How many member states does the coalition have?"
MEASURED_MS = 600_000
REFUSED = "What is the boiling point of mercury?"


def main() -> None:
    """Make every picture."""
    sys.path.insert(0, str(ROOT))
    from playwright.sync_api import sync_playwright

    from tests.install_browser import find_chromium

    chromium = find_chromium() or sys.exit("Chromium is missing: python tests/install_browser.py")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = _serve(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for name, (scheme, steps) in SCENES.items():
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
            page.goto(address)
            page.wait_for_selector(".suggestion")
            steps(page)
            page.wait_for_timeout(800)
            _save(page, PICTURES / f"{name}.png")
            page.close()
        browser.close()


def _serve(folder: Path) -> str:
    import app
    from rag.chat.serving import serve
    from rag.embedding import open_embedder
    from rag.indexing import update_index
    from rag.pipeline import open_pipeline
    from rag.settings import Settings
    from rag.store.embedded import EmbeddedStore

    settings = Settings()
    index = folder / "default"
    embedder = open_embedder(settings.embedding)
    update_index(EmbeddedStore(index), [ROOT / "corpus"], settings, embedder)
    page = app.build_page(open_pipeline(index, settings), folder / "kept")
    return serve(page, port=0, block=False)


def _save(page: Any, path: Path) -> None:
    from io import BytesIO

    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    image.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        sys.exit(f"{path} has {path.stat().st_size} bytes; at most {LARGEST_BYTES} are wanted.")
    print(path.relative_to(ROOT), path.stat().st_size)


def _ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector("article.turn:not([aria-busy])")


def _chat(page: Any) -> None:
    _ask(page, QUESTION)
    pdf = page.locator(".cite[data-page^='p.']").first
    (pdf if pdf.count() else page.locator(".cite").first).click()
    page.wait_for_selector("#source article")


def _refusal(page: Any) -> None:
    _ask(page, REFUSED)


def _documents(page: Any) -> None:
    page.click("#documents-tab-button")
    page.wait_for_selector("#documents tbody tr")


def _accuracy(page: Any) -> None:
    page.click("#accuracy-tab-button")
    page.select_option("#gold", "shipped/corpus.jsonl")
    page.select_option("#split", "development")
    page.click("#measure button.primary")
    page.wait_for_selector("#run .plot svg", timeout=MEASURED_MS)


SCENES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "chat": ("light", _chat),
    "chat-dark": ("dark", _chat),
    "refusal": ("light", _refusal),
    "documents": ("light", _documents),
    "accuracy": ("light", _accuracy),
}
"""By name of the picture: the colour scheme, and what to do before it is taken."""


if __name__ == "__main__":
    main()
