"""Broken files: 500 of them raise nothing but a `LoadError`, and none hangs the run."""

from __future__ import annotations

import random
import time

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.errors import LoadError
from rag.loading import Loader
from rag.settings import LoadingSettings

FILES = 500
SENTENCE = "The coalition was announced in December 2015 and its members met in Riyadh. "
HTML = (
    "<html><head><title>A page</title><meta charset='utf-8'></head><body><nav>Home</nav><article>"
    f"<h1>A page</h1><p>{SENTENCE * 3}</p><ul><li>One</li><li>Two</li></ul><table><tr><td>1</td>"
    f"<td>2</td></tr></table><p>{SENTENCE * 2}</p></article></body></html>"
)


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> list[tuple[str, bytes]]:
    folder = tmp_path_factory.mktemp("originals")
    for compressed in (0, 1):
        canvas = Canvas(str(folder / f"{compressed}.pdf"), pageCompression=compressed, invariant=1)
        for number in range(3):
            canvas.drawString(72, 700, f"{number} {SENTENCE}")
            canvas.drawString(72, 30, str(number + 1))
            canvas.showPage()
        canvas.save()
    document = docx.Document()
    document.add_heading("A title", 0)
    document.add_paragraph(SENTENCE)
    document.add_table(rows=2, cols=2).cell(0, 0).text = "cell"
    document.save(str(folder / "a.docx"))
    (folder / "a.html").write_text(HTML)
    return [(path.suffix, path.read_bytes()) for path in sorted(folder.iterdir())]


def broken(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return *content* with flipped bytes, cut, or spliced with another file."""
    way = chance.randrange(4)
    if way == 0:
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 3, 20, 200))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        return bytes(damaged)
    if way == 1:
        return content[: chance.randrange(len(content))]
    start = chance.randrange(len(content))
    if way == 2:
        return content[:start] + content[min(len(content), start + chance.randrange(2000)) :]
    other = chance.choice(others)
    piece = other[chance.randrange(len(other)) :][: chance.randrange(1, 4000)]
    return content[:start] + piece + content[start:]


@pytest.mark.slow
def test_broken_files_raise_nothing_but_load_errors(originals, tmp_path):
    chance = random.Random(20171204)
    contents = [content for _, content in originals]
    limits = LoadingSettings(timeout_s=10, memory_megabytes=1024)
    read = 0
    messages = []
    started = time.monotonic()
    with Loader(limits) as loader:
        for number in range(FILES):
            suffix, content = originals[number % len(originals)]
            path = tmp_path / f"{number}{suffix}"
            path.write_bytes(broken(content, contents, chance))
            try:
                document = loader.load(path, path.name)
            except LoadError as error:
                messages.append(str(error))
                continue
            read += 1
            assert document.text
            for block in document.blocks:
                assert document.slice(block.span).strip() == document.slice(block.span) != ""
    assert 0 < read < FILES
    assert all(messages)
    assert time.monotonic() - started < 240
