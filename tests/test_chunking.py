"""Chunks."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.chunking import chunk_document
from rag.embedding import HashingEmbedder, open_embedder
from rag.settings import ChunkingSettings, EmbeddingSettings
from rag.types import Block, BlockKind, Document, Metadata, Span
from tests.conftest import make_document

COUNT = HashingEmbedder().count_tokens


def chunks_of(document, max_tokens=32, overlap=1):
    return chunk_document(document, ChunkingSettings(max_tokens, overlap), COUNT, 256)


def document_of(*blocks: tuple[BlockKind, str, int], title: str | None = None) -> Document:
    text, made = "", []
    for kind, content, level in blocks:
        text += "\n\n" if text else ""
        made.append(Block(kind, Span(len(text), len(text) + len(content)), level))
        text += content
    return Document("a.txt", "0", text, Metadata(title=title), blocks=tuple(made))


def sentences(count: int, words: int = 8) -> str:
    return " ".join(
        f"Sentence {n} " + " ".join(f"w{n}{k}" for k in range(words - 2)) + "."
        for n in range(count)
    )


def test_a_chunk_holds_whole_sentences_and_repeats_the_last_one():
    document = make_document("a.txt", sentences(9))
    chunks = chunks_of(document, overlap=1)
    assert all(chunk.text.startswith("Sentence") and chunk.text.endswith(".") for chunk in chunks)
    assert len(chunks) == 4
    for before, after in itertools.pairwise(chunks):
        assert after.span.start < before.span.end
        last = before.text.split(". ")[-1].rstrip(".")
        assert after.text.startswith(last)


def test_without_overlap_chunks_meet():
    chunks = chunks_of(make_document("a.txt", sentences(9)), overlap=0)
    assert [chunk.text.count("Sentence") for chunk in chunks] == [3, 3, 3]
    assert all(a.span.end < b.span.start for a, b in itertools.pairwise(chunks))


def test_headings_are_context_and_only_the_own_one_is_in_the_span():
    document = document_of(
        (BlockKind.HEADING, "Report", 1),
        (BlockKind.HEADING, "Members", 2),
        (BlockKind.PARAGRAPH, sentences(6), 0),
        (BlockKind.HEADING, "Command", 2),
        (BlockKind.PARAGRAPH, sentences(6), 0),
        title="Report",
    )
    chunks = chunk_document(document, ChunkingSettings(100, 0), COUNT, 256)
    assert [chunk.context for chunk in chunks] == ["", "Report"]
    assert chunks[1].text.startswith("Command\n\nSentence 0")
    assert chunks[1].indexed_text.startswith("Report > Command")


def test_references_stand_apart_from_prose():
    document = document_of(
        (BlockKind.PARAGRAPH, sentences(6), 0),
        (
            BlockKind.REFERENCE,
            "Khan, A. (2019). A title of some length. Journal, 3, 11-20. " * 5,
            0,
        ),
    )
    chunks = chunk_document(document, ChunkingSettings(200, 0), COUNT, 256)
    assert len(chunks) == 2
    assert chunks[1].text.startswith("Khan")


def test_a_small_section_joins_the_next():
    document = document_of(
        (BlockKind.HEADING, "One", 2),
        (BlockKind.PARAGRAPH, "Very short.", 0),
        (BlockKind.HEADING, "Two", 2),
        (BlockKind.PARAGRAPH, sentences(5), 0),
    )
    [chunk] = chunk_document(document, ChunkingSettings(100, 0), COUNT, 256)
    assert chunk.text == document.text


def test_a_sentence_longer_than_the_window_is_cut_without_loss():
    text = "word chunk chunk, " * 400
    document = make_document("a.txt", text.strip())
    chunks = chunks_of(document, overlap=0)
    without_spaces = "".join(chunk.text for chunk in chunks).replace(" ", "")
    assert without_spaces == document.text.replace(" ", "")
    assert max(COUNT([chunk.text])[0] for chunk in chunks) <= 30


def test_words_that_no_model_knows_end_a_chunk_too():
    document = make_document("a.txt", "a" * 100_000)
    chunks = chunks_of(document, overlap=0)
    assert "".join(chunk.text for chunk in chunks) == document.text
    assert max(len(chunk.text) for chunk in chunks) <= 30 * 100


def test_no_chunk_with_its_context_is_longer_than_the_model_reads():
    embedder = open_embedder(EmbeddingSettings())
    blocks = [
        (BlockKind.HEADING, "A very long heading " * 30, 1),
        (BlockKind.HEADING, "Another heading that goes on and on " * 20, 2),
        *((BlockKind.PARAGRAPH, sentences(20, 30), 0) for _ in range(3)),
    ]
    document = document_of(*blocks, title="Some title of the whole " * 10)
    for max_tokens in (64, 200, 4096):
        chunks = chunk_document(
            document, ChunkingSettings(max_tokens, 1), embedder.count_tokens, embedder.max_tokens
        )
        lengths = embedder.count_tokens([chunk.indexed_text for chunk in chunks])
        assert max(lengths) + 2 <= min(max_tokens, 256)


TEXT = st.lists(
    st.sampled_from([*"ab A1.!?\n ", "\r\n", "é", "e\u0301", "🙂", "ع", "ש", "chunk ", "x" * 50]),
    max_size=150,
).map("".join)


@hypothesis_settings(max_examples=200, deadline=None)
@given(TEXT, st.integers(32, 60), st.integers(0, 3))
def test_spans_are_exact_ordered_and_cover_everything(text, max_tokens, overlap):
    document = Document("a.txt", "0", text)
    chunks = chunks_of(document, max_tokens, overlap)
    assert all(document.slice(chunk.span) == chunk.text for chunk in chunks)
    starts = [chunk.span.start for chunk in chunks]
    assert starts == sorted(set(starts))
    covered = {i for chunk in chunks for i in range(chunk.span.start, chunk.span.end)}
    assert all(char.isspace() or i in covered for i, char in enumerate(text))
    assert chunks == chunks_of(document, max_tokens, overlap)
