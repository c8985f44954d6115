"""The documents that the browser tests ask, ordinary and hostile ones, and the page over them.

``python -m tests.browser.library FOLDER`` makes the index in FOLDER, serves the page on a free
port of this machine and prints its address.
"""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "corpus"
PDF = "alliances-compared.pdf"
PDF_QUESTION = (
    "What was praised at its opening as the first workplace that Afghans and Pakistanis shared?"
)
QUESTION = "Where does the harbour office of Port Elling stand?"
ANSWER = "The harbour office of Port Elling stands on Quay Street, next to the old customs house."
OPINION_QUESTION = "Why should the lighthouse of Port Elling be repainted red?"
UNANSWERABLE = "Zebra quantum soup viscosity?"
HOSTILE_QUESTION = "What does the quarterly manifest of Vostrikov declare?"
BIDI_QUESTION = "Which invoice with a null mark did Marlowe forward to the office?"

HARBOUR = f"""# The harbour of Port Elling

By Ada Lindqvist
4 March 2021

Port Elling has had a harbour since 1743. Ships bring timber and salt.

## The office

{ANSWER} It opens at seven in the morning. Captains report there first.

## The quays

The north quay is reserved for fishing boats. The south quay takes ferries to the islands.
"""
OPINION = """---
title: Paint it red again
author: Otto Brandt
date: 2022-05-01
kind: op-ed
---
# Paint it red again

The lighthouse of Port Elling should be repainted red, because sailors know it so. White paint
was a mistake of the council. I believe that red is the colour of our town.
"""
HOSTILE = """Manifest <script>window.hacked = 'heading'</script>

The quarterly manifest of Vostrikov declares <script>window.hacked = 'text'</script> forty crates
of <img src=x onerror="window.hacked='image'"> glass. The quarterly manifest of Vostrikov declares
[a click](javascript:window.hacked='link') and "><svg onload=window.hacked='svg'> too.
The manifest of Vostrikov declares ${window.hacked='template'} and {{constructor}} as well.

The quarterly manifest of Vostrikov declares <b onmouseover="window.hacked='hover'">bold</b> things,
<a href="javascript:alert(1)">links</a> and <iframe src="https://example.com/"></iframe> frames.
"""
BIDI = (
    "Forwarded invoice\n\nMarlowe forwarded the invoice \u202egnp.exe\u202c with a null"
    "\u2066 mark and the invoice number 4711 to the office.\n\n" + "x" * 20_000 + "\n"
)
FILES = {
    "harbour.md": HARBOUR,
    "lighthouse.md": OPINION,
    "<img src=x onerror=window.hacked='name'>.txt": HOSTILE,
    "bidi.txt": BIDI,
}


GOLD = (
    {
        "id": "office",
        "question": QUESTION,
        "kind": "fact",
        "answers": ["Quay Street"],
        "evidence": [{"document": "harbour.md", "quote": ANSWER}],
    },
    {"id": "zebra", "question": UNANSWERABLE, "kind": "unanswerable: off topic"},
    {
        "id": "hostile",
        "question": "<img src=x onerror=\"window.hacked='gold'\"> zebra quantum?",
        "kind": "unanswerable: near miss",
    },
)


def write_library(folder: Path) -> Path:
    """Write the documents into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(CORPUS / PDF, folder / PDF)
    return folder


def main(folder: Path, threshold: float) -> None:
    """Index the documents below *folder* and serve the page over them."""
    import app
    from rag.chat.serving import serve
    from rag.embedding import open_embedder
    from rag.indexing import update_index
    from rag.pipeline import open_pipeline
    from rag.settings import AnsweringSettings, EmbeddingSettings, ReadingSettings, Settings
    from rag.store.embedded import EmbeddedStore

    settings = Settings(
        embedding=EmbeddingSettings(model="hashing"),
        reading=ReadingSettings(reader="none"),
        answering=AnsweringSettings(threshold=threshold),
    )
    store = EmbeddedStore(folder / "index")
    embedder = open_embedder(settings.embedding)
    update_index(store, [write_library(folder / "library")], settings, embedder)
    page = app.build_page(open_pipeline(folder / "index", settings))
    mcp = find_spec("mcp") is not None
    print(f"address {serve(page, port=0, mcp=mcp, block=False)}", flush=True)  # noqa: T201 - for who waits
    page.block_thread()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
