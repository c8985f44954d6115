"""What several tests share: small documents, stores and indexes made on the spot."""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import TYPE_CHECKING

import pytest

from rag.chunking import chunk_document
from rag.embedding import HashingEmbedder
from rag.indexing import manifest_for
from rag.sentences import sentence_spans
from rag.settings import EmbeddingSettings, ReadingSettings, Settings
from rag.store.protocol import AddDocument, SetFile, SourceFile
from rag.types import Block, BlockKind, Document, Metadata, Span
from tests import postgres_server

if TYPE_CHECKING:
    from pathlib import Path

# Tests find models in packages only and never ask a network.
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture
def settings() -> Settings:
    """Settings that need no model: hashed terms as vectors, no reader."""
    return Settings(
        embedding=EmbeddingSettings(model="hashing"), reading=ReadingSettings(reader="none")
    )


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def manifest(settings, embedder):
    return manifest_for(settings, embedder)


@pytest.fixture(scope="session")
def postgres_programs():
    """The programs of PostgreSQL."""
    if not postgres_server.is_installed():
        pytest.skip(postgres_server.REASON)
    programs = postgres_server.Programs()
    yield programs
    programs.remove()


@pytest.fixture(scope="session")
def postgres(postgres_programs):
    """A running PostgreSQL server with nothing in it."""
    server = postgres_server.Server(postgres_programs, "shared").start()
    yield server
    server.stop()


@pytest.fixture
def postgres_address(postgres):
    """The address of an index that is not there yet."""
    return postgres.address(f"test_{secrets.token_hex(6)}")


def make_document(name: str, text: str, **metadata: str) -> Document:
    """A document whose paragraphs are the blank-line separated parts of *text*."""
    blocks, start = [], 0
    for part in text.split("\n\n"):
        blocks.append(Block(BlockKind.PARAGRAPH, Span(start, start + len(part))))
        start += len(part) + 2
    return Document(
        name=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        metadata=Metadata(**metadata),
        blocks=tuple(blocks),
    )


def changes_for(document: Document, settings: Settings, embedder: HashingEmbedder, *names: str):
    """What adds *document* to a store, under further *names* too."""
    chunks = tuple(
        chunk_document(document, settings.chunking, embedder.count_tokens, embedder.max_tokens)
    )
    yield AddDocument(document, chunks, embedder.embed_with_sentences(chunks))
    for name in (document.name, *names):
        size = len(document.text.encode())
        yield SetFile(SourceFile(name, f"/library/{name}", document.sha256, size))


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Write text files into *folder*."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def sentences_of(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]
