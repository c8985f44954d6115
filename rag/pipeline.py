"""Where the parts are wired together."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rag.answering import (
    choose,
    cite,
    confidence_by_reading,
    confidence_by_similarity,
    ordered,
    score_by_reading,
    score_by_similarity,
)
from rag.authorship import asks_for_author, byline
from rag.checks import checked_history, checked_question, whole_characters
from rag.conversation import standalone
from rag.coverage import coverage
from rag.definitions import definitions_first
from rag.disagreement import disagreements, sentences_needed, stances
from rag.embedding import OpenVinoEmbedder, open_embedder
from rag.errors import IndexMismatchError, InputError, ModelError, RagError
from rag.evidence import (
    candidate_sentences,
    with_overlap,
    with_similarity,
)
from rag.gathering import ask_together
from rag.indexing import manifest_for
from rag.marking import read_alone, with_readings
from rag.near_misses import without_near_misses
from rag.questions import asks_nothing, classify
from rag.reading import FootnoteReader, open_reader
from rag.rephrasing import rephrased
from rag.retrieval import rerank, search
from rag.rivals import rivals
from rag.settings import Settings, load_settings
from rag.short_answer import short_answer
from rag.speakers import by_speaker
from rag.store.opening import existing_store
from rag.store.protocol import mismatch_message
from rag.types import Answer, IndexStamp, Status, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.embedding import Embedder
    from rag.evidence import Candidate
    from rag.questions import QuestionKind
    from rag.reading import Reader
    from rag.store import Filters, Snapshot, Store
    from rag.types import Document, Hit

DEFAULT_INDEX = "index/default"


def open_pipeline(index_dir: Path | str, settings: Settings | None = None) -> Pipeline:
    """Open an index for asking.

    Args:
        index_dir: Its folder, or ``postgresql://user@host/database?schema=name``.
        settings: None means those in force, see `rag.settings.load_settings`.

    Raises:
        IndexMissingError: there is no index.
        IndexMismatchError: it was made with other settings.
        ModelError: a model is missing or was changed.
        SettingsError: a setting is unknown or out of range.
    """
    settings = load_settings() if settings is None else settings
    store = existing_store(index_dir)
    made_with = store.manifest()
    embedder = open_embedder(settings.embedding)
    manifest = manifest_for(settings, embedder)
    if made_with != manifest:
        raise IndexMismatchError(mismatch_message(index_dir, made_with, manifest))
    reader = None if settings.reading.reader == "none" else open_reader(settings.reading)
    return Pipeline(store, embedder, settings, reader)


class Pipeline:
    """Answers questions from one index. Several threads may use it at once."""

    def __init__(
        self, store: Store, embedder: Embedder, settings: Settings, reader: Reader | None = None
    ) -> None:
        """Wire the parts; `open_pipeline` chooses them from the settings."""
        self.store = store
        self.embedder = embedder
        self.reader = reader
        self.settings = settings

    def open_ahead(self) -> None:
        """Begin to open both models at once; else the first question opens one after the other."""
        for model in (self.embedder, self.reader):
            if isinstance(model, OpenVinoEmbedder | FootnoteReader):
                threading.Thread(target=_open, args=(model,)).start()

    def ask(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer a question with quoted, cited sentences, or say that nothing answers it.

        Args:
            question: Plain words, up to 2,000 characters.
            history: Earlier turns of the conversation, the oldest first.
            filters: Which documents may answer; None means all.

        Raises:
            InputError: the question is empty or too long.
            IndexDamagedError: a part of the index is missing or changed.
        """
        began = time.perf_counter()
        timings: dict[str, float] = {}
        complete = standalone(checked_question(question), checked_history(history))
        complete = checked_question(complete)
        with self.store.snapshot() as snapshot:
            hits = self.hits(snapshot, complete, filters, timings)
            assembling = time.perf_counter()
            parts = self._answer_parts(snapshot, complete, hits, timings)
            timings["assemble"] = 1000 * (time.perf_counter() - assembling) - timings.get("read", 0)
            stamp = IndexStamp(self.store.name, snapshot.generation, self.settings.sha256())
        timings["total"] = 1000 * (time.perf_counter() - began)
        return Answer(
            question=whole_characters(question),
            standalone_question=complete,
            index=stamp,
            timings_ms=timings,
            **parts,
        )

    def ask_many(
        self, questions: Iterable[str], filters: Filters | None = None
    ) -> Iterator[Answer | RagError]:
        """Answer many questions as `ask` does, several at once.

        The answers are those of `ask`, timings aside: these hold the time that a question waited
        for others.

        Args:
            questions: As for `ask`; read as answers are taken, a few dozen ahead.
            filters: Which documents may answer; None means all.

        Yields:
            In the order of the questions, an answer or the error that `ask` raises.
        """

        def ask_with(embedder: Embedder, reader: Reader | None) -> Callable[[str], Answer]:
            companion = Pipeline(self.store, embedder, self.settings, reader)
            return lambda question: companion.ask(question, filters=filters)

        return ask_together(questions, ask_with, self.embedder, self.reader)

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the *k* best passages, best first, with each stage's score.

        Raises:
            InputError: the question is empty or too long, or *k* is less than 1.
        """
        if k < 1:
            message = f"Expected at least 1 passage to search for, but got {k}."
            raise InputError(message)
        with self.store.snapshot() as snapshot:
            return search(
                snapshot,
                self.embedder,
                checked_question(question),
                self.settings.retrieval,
                count=k,
                filters=filters,
            )

    def document(self, name: str) -> Document:
        """Return an indexed document with its text, to show a quote in its surroundings.

        Raises:
            InputError: there is no document of that name.
        """
        with self.store.snapshot() as snapshot:
            return snapshot.document(name)

    def read(
        self,
        snapshot: Snapshot,
        question: str,
        kind: QuestionKind,
        hits: list[Hit],
        timings: dict[str, float],
    ) -> tuple[list[Candidate], list[Hit]]:
        """Return the likeliest sentences, best first, and the hits with their probabilities."""
        if self.reader is None:
            message = "Expected a pipeline with a reader."
            raise ModelError(message)
        candidates = _considered(snapshot, question, kind, hits)
        began = time.perf_counter()
        candidates, hits = with_readings(
            candidates, hits, question, kind, self.reader, self.settings.reading.passages
        )
        timings["read"] = 1000 * (time.perf_counter() - began)
        candidates = without_near_misses(candidates, question, kind)
        ranked = by_speaker(score_by_reading(with_similarity(candidates)), question)
        ranked = definitions_first(ranked, question)
        if asks_for_author(question):
            found = byline(snapshot, hits, question, self.embedder)
            ranked = [found, *ranked] if found else ranked
        began = time.perf_counter()
        ranked = [read_alone(item, question, self.reader) for item in ranked[:1]] + ranked[1:]
        timings["read"] += 1000 * (time.perf_counter() - began)
        return ranked, rerank(hits)

    def hits(
        self,
        snapshot: Snapshot,
        question: str,
        filters: Filters | None,
        timings: dict[str, float],
    ) -> list[Hit]:
        """Return the passages that an answer to a self-contained question considers."""
        return search(
            snapshot,
            self.embedder,
            question,
            self.settings.retrieval,
            count=self.settings.answering.passages,
            filters=filters,
            varied=True,
            timings_ms=timings,
        )

    def _answer_parts(
        self, snapshot: Snapshot, question: str, hits: list[Hit], timings: dict[str, float]
    ) -> dict[str, Any]:
        """Return the fields of the answer that come from reading the passages."""
        asked = rephrased(question)
        kind = classify(asked)
        ranked: list[Candidate] = []
        confidence = 0.0
        if not asks_nothing(question):
            ranked, hits, confidence = self._ranked(snapshot, asked, kind, hits, timings)
        parts: dict[str, Any] = {"confidence": confidence, "passages": tuple(hits)}
        if not ranked or confidence < self.settings.answering.threshold:
            return parts | {"status": Status.NOT_FOUND, "sentences": (), "citations": ()}
        found = rivals(ranked, kind, asked)
        told = stances(found)
        needed = sentences_needed(found, told)
        chosen = ordered(choose(ranked, kind, self.settings.answering, needed), kind)
        sentences, citations = cite(chosen)
        return parts | {
            "status": Status.ANSWERED,
            "short_answer": short_answer(ranked[0], kind, asked),
            "sentences": sentences,
            "citations": citations,
            "disagreements": disagreements(question, told, citations),
        }

    def _ranked(
        self,
        snapshot: Snapshot,
        question: str,
        kind: QuestionKind,
        hits: list[Hit],
        timings: dict[str, float],
    ) -> tuple[list[Candidate], list[Hit], float]:
        """Return what `read` does, or what goes without a reader, and the confidence (0..1)."""
        if self.reader is None:
            candidates = _considered(snapshot, question, kind, hits)
            ranked = score_by_similarity(with_similarity(candidates))
            return ranked, hits, confidence_by_similarity(ranked)
        ranked, hits = self.read(snapshot, question, kind, hits, timings)
        if not ranked:
            return ranked, hits, 0.0
        covered = coverage(question, ranked[0], snapshot)
        return ranked, hits, confidence_by_reading(ranked, covered)


def _considered(
    snapshot: Snapshot, question: str, kind: QuestionKind, hits: Sequence[Hit]
) -> list[Candidate]:
    """Return the sentences that may answer, with the share of the question that each holds."""
    return with_overlap(candidate_sentences(snapshot, hits, kind, question), question, snapshot)


def _open(model: OpenVinoEmbedder | FootnoteReader) -> None:
    with suppress(RagError):  # the first question tells what is wrong
        model.open()
