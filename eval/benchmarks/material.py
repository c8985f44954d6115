"""Passages and vectors for measuring speed at several sizes, and the index made of them.

Up to some 24,000 the passages are real: the paragraphs of SQuAD 1.1, one document an article, and
the abstracts of SciFact. Beyond, sentences of the same texts are put together anew: five a
passage, four of one article and one of any, 25 passages a document.

Embedding a million passages takes hours, so only sentences are embedded (a sample of them) and a
passage's vector is the mean of its sentences' vectors with random weights from 0.5 to 1.5 and a
little noise, scaled to length 1. Questions are real and embedded by the real model.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.indexing import manifest_for
from rag.sentences import sentence_spans
from rag.store.protocol import AddDocument, SetFile, SourceFile
from rag.types import Block, BlockKind, Chunk, Document, Metadata, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.embedding import Embedder
    from rag.settings import Settings
    from rag.store.protocol import Change, Store
    from rag.store.sentence_vectors import Vector

SOURCES = {
    "squad11_train": "https://rajpurkar.github.io/SQuAD-explorer/",
    "scifact": "https://github.com/allenai/scifact",
}
PASSAGES_A_DOCUMENT, SENTENCES_A_PASSAGE, OTHER_SENTENCES = 25, 5, 1
SENTENCES_OF_AN_ARTICLE = 8
"""Articles with fewer embedded sentences are not put together anew."""
SENTENCE_CHARACTERS = (20, 400)
NOISE = 0.02
QUESTIONS = 500
PARAGRAPH_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Text:
    """A document to be: title and paragraphs, each a passage, and a vector for each."""

    title: str
    paragraphs: list[str]
    vectors: Vector
    sentences: list[Vector]
    """Of each passage, (sentences, dimension)."""


class Material:
    """Real texts, the vectors of a sample of their sentences, and questions."""

    def __init__(self, folder: Path, embedder: Embedder, cache: Path, sentences: int) -> None:
        """Read the public sets in *folder* and embed a sample of their sentences.

        Args:
            folder: Has a folder for each of `SOURCES`.
            embedder: The model.
            cache: Where vectors are kept for the next run.
            sentences: How many to embed.
        """
        self.embedder = embedder
        self._articles = read_articles(folder)
        owned = [
            (number, text, found)
            for number, (_, paragraphs) in enumerate(self._articles)
            for text in paragraphs
            for found in sentences_of(text)
        ]
        order = list(range(len(owned)))
        random.Random(2).shuffle(order)  # noqa: S311 - the same sample each time
        chosen = sorted(order[:sentences])
        self._sentences = [owned[index][2] for index in chosen]
        self._owners = np.array([owned[index][0] for index in chosen])
        self._vectors = embedded(self._sentences, embedder, cache)
        self._rows: dict[str, list[int]] = {}  # of each paragraph's embedded sentences
        for row, index in enumerate(chosen):
            self._rows.setdefault(owned[index][1], []).append(row)
        questions = read_lines(folder, "squad11_train", "questions")
        picked = np.random.default_rng(1).choice(len(questions), QUESTIONS, replace=False)
        self.questions = [" ".join(questions[index]["question"].split()) for index in picked]
        self.question_vectors = embedded(self.questions, embedder, cache)

    def texts(self, count: int) -> Iterator[Text]:
        """Yield texts of *count* passages in all, the same ones for the same count."""
        left, rng = count, np.random.default_rng(2)
        for number in rng.permutation(len(self._articles)):
            title, paragraphs = self._articles[number]
            if left:
                some = paragraphs[:left]
                left -= len(some)
                found = self._rows_of(number, some, rng)
                own = [self._mixed(np.array([rows]), rng)[0] for rows in found]
                yield Text(title, some, np.array(own), [self._vectors[rows] for rows in found])
        starts = np.searchsorted(self._owners, np.arange(len(self._articles) + 1))
        counts = np.diff(starts)
        usable = np.flatnonzero(counts >= SENTENCES_OF_AN_ARTICLE)
        while left:
            number = rng.choice(usable)
            size = min(left, PASSAGES_A_DOCUMENT)
            own = starts[number] + rng.integers(
                0, counts[number], (size, SENTENCES_A_PASSAGE - OTHER_SENTENCES)
            )
            other = rng.integers(0, len(self._sentences), (size, OTHER_SENTENCES))
            rows = np.concatenate([own, other], axis=1)
            paragraphs = [" ".join(self._sentences[row] for row in passage) for passage in rows]
            left -= size
            title, sentences = self._articles[number][0], list(self._vectors[rows])
            yield Text(title, paragraphs, self._mixed(rows, rng), sentences)

    def _rows_of(self, number: int, paragraphs: list[str], rng: Any) -> list[list[int]]:
        """Return the embedded sentences of real paragraphs, or one of their article."""
        own = np.flatnonzero(self._owners == number)
        fallback = own if len(own) else np.arange(len(self._sentences))
        return [self._rows.get(text) or [int(rng.choice(fallback))] for text in paragraphs]

    def _mixed(self, rows: Any, rng: Any) -> Vector:
        """Return the weighted means of rows of sentence vectors, (n, sentences) -> (n, dim)."""
        weights = rng.uniform(0.5, 1.5, (*rows.shape, 1))
        mixed = (self._vectors[rows] * weights).sum(axis=1)
        lengths = np.linalg.norm(mixed, axis=1, keepdims=True)
        mixed += NOISE * lengths * rng.normal(size=mixed.shape)
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        return np.asarray(mixed, np.float32)


def build(store: Store, material: Material, settings: Settings, count: int) -> tuple[int, float]:
    """Make an index of *count* passages.

    Returns:
        The bytes of their text, and the seconds that making them took, which are not the store's.
    """
    size, making = 0, 0.0

    def changes() -> Iterator[Change]:
        nonlocal size, making
        began = time.perf_counter()
        for number, text in enumerate(material.texts(count)):
            made = document_changes(f"{number:06}.txt", text)
            size += made[1].file.size_bytes
            making += time.perf_counter() - began
            yield from made
            began = time.perf_counter()

    store.apply(changes(), manifest_for(settings, material.embedder), anew=True)
    return size, making


def document_changes(name: str, text: Text) -> tuple[AddDocument, SetFile]:
    """Return what adds a text to an index, a passage a paragraph."""
    content = PARAGRAPH_BREAK.join(text.paragraphs)
    spans, start = [], 0
    for paragraph in text.paragraphs:
        spans.append(Span(start, start + len(paragraph)))
        start += len(paragraph) + len(PARAGRAPH_BREAK)
    document = Document(
        name=name,
        sha256=hashlib.sha256(f"{name}\0{content}".encode()).hexdigest(),
        text=content,
        metadata=Metadata(title=text.title, author=f"Author {len(content) % 10}"),
        blocks=tuple(Block(BlockKind.PARAGRAPH, span) for span in spans),
    )
    chunks = tuple(Chunk(0, name, span, document.slice(span), text.title) for span in spans)
    size = len(content.encode())
    source = SourceFile(name, name, document.sha256, size)
    vectors = list(map(np.vstack, zip(text.vectors, text.sentences, strict=True)))
    return AddDocument(document, chunks, vectors), SetFile(source)


def read_articles(folder: Path) -> list[tuple[str, list[str]]]:
    """Return (title, paragraphs) of SQuAD's articles and SciFact's abstracts."""
    articles: dict[str, list[str]] = {}
    for row in read_lines(folder, "squad11_train", "docs"):
        articles.setdefault(row["title"].replace("_", " "), []).append(row["text"])
    abstracts = [(row["title"], [row["text"]]) for row in read_lines(folder, "scifact", "docs")]
    return [*articles.items(), *abstracts]


def read_lines(folder: Path, name: str, part: str) -> list[dict[str, Any]]:
    """Return the rows of a public set."""
    path = folder / name / f"{part}.jsonl.gz"
    if not path.is_file():
        sys.exit(f"Expected {path}: the set comes from {SOURCES[name]}. Give its folder as DATA.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sentences_of(text: str) -> list[str]:
    """Return the sentences of usual length."""
    shortest, longest = SENTENCE_CHARACTERS
    found = [text[span.start : span.end].strip() for span in sentence_spans(text)]
    return [sentence for sentence in found if shortest <= len(sentence) <= longest]


def embedded(texts: list[str], embedder: Embedder, cache: Path) -> Vector:
    """Return the vectors of *texts*, kept in *cache*."""
    content = "\0".join([embedder.fingerprint, *texts])
    path = cache / f"vectors-{hashlib.sha256(content.encode()).hexdigest()[:16]}.npy"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, embedder.embed(texts))
        part.replace(path)
    vectors: Vector = np.load(path)
    return vectors
