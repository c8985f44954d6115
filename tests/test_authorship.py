"""Questions for who wrote a document."""

from __future__ import annotations

import pytest

from rag.authorship import asks_for_author, byline
from rag.embedding import open_embedder
from rag.questions import classify
from rag.retrieval import search
from rag.settings import EmbeddingSettings, RetrievalSettings
from rag.short_answer import short_answer
from rag.store.memory import MemoryStore
from rag.types import Block, BlockKind, Document, Metadata, Span
from tests.conftest import changes_for

BODY = "Pakistan has worked in many alliances. Its army served in peacekeeping missions abroad."


@pytest.fixture(scope="module")
def minilm():
    return open_embedder(EmbeddingSettings())


def signed(name, title, author, kind, line):
    text = f"{line}\n\n{BODY} This one is {title}."
    blocks = (
        Block(BlockKind.BYLINE, Span(0, len(line))),
        Block(BlockKind.PARAGRAPH, Span(len(line) + 2, len(text))),
    )
    return Document(
        name=name,
        sha256=name.encode().hex().ljust(64, "0"),
        text=text,
        metadata=Metadata(title=title, author=author, kind=kind),
        blocks=blocks,
    )


def found(minilm, settings, manifest, question):
    documents = [
        signed(
            "a.txt", "Pakistan and military multilateralism", "Mary Hunter", "paper", "Mary Hunter"
        ),
        signed(
            "b.txt", "Pakistan seeks a lead role", "Dr. Simbal Khan", "op-ed", "By Dr. Simbal Khan"
        ),
        signed(
            "d.txt", "A Net of Harbours", "Jane Doe", "op-ed", "By Jane Doe, The Gulf Post, 2019"
        ),
        signed("c.txt", "An Islamic NATO", None, "web article", "20 January 2026"),
    ]
    store = MemoryStore()
    changes = [change for item in documents for change in changes_for(item, settings, minilm)]
    store.apply(changes, manifest)
    with store.snapshot() as snapshot:
        hits = search(snapshot, minilm, question, RetrievalSettings(), count=10)
        return byline(snapshot, hits, question, minilm)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who wrote the op-ed?", True),
        ("Who are the authors of the study?", True),
        ("By whom was the essay written?", True),
        ("Who is the author of the 2018 brief?", True),
        ("Who wrote to the king?", True),
        ("Who commands the coalition?", False),
        ("What does the author think of Iran?", False),
    ],
)
def test_questions_for_an_author_are_told(question, asks):
    assert asks_for_author(question) is asks


@pytest.mark.parametrize(
    ("question", "text", "author"),
    [
        ("Who wrote the paper on military multilateralism?", "Mary Hunter", "Mary Hunter"),
        (
            "Who is the author of the op-ed on Pakistan's lead role?",
            "By Dr. Simbal Khan",
            "Dr. Simbal Khan",
        ),
        ("Who wrote 'A Net of Harbours'?", "By Jane Doe, The Gulf Post, 2019", "Jane Doe"),
    ],
)
def test_the_byline_of_the_document_that_is_meant_answers(
    minilm, settings, manifest, question, text, author
):
    answer = found(minilm, settings, manifest, question)
    assert answer.text == text
    assert answer.document.slice(answer.span) == text
    assert short_answer(answer, classify(question), question) == author


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote Pride and Prejudice?",  # another text
        "Who wrote the essay on an Islamic NATO?",  # not signed
        "Who wrote the report on military multilateralism?",  # another kind
    ],
)
def test_no_byline_answers_for_a_text_that_is_not_there(minilm, settings, manifest, question):
    assert found(minilm, settings, manifest, question) is None
