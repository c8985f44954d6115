"""Answers to write, made by hand so that every part of one occurs."""

from __future__ import annotations

from rag.types import (
    Answer,
    Chunk,
    Citation,
    Disagreement,
    Hit,
    IndexStamp,
    Metadata,
    Page,
    Position,
    Scores,
    Sentence,
    Span,
    Status,
)

STAMP = IndexStamp("default", 3, "ab" * 32)
PAPER = Metadata("On <Alliances> & “Pacts”", "S. Khan", "2017-12", "paper")
FIRST = "It has 41 members, [sic] & more."
SECOND = "Three tasks:\n\ntraining\n\nsharing | `what` is *known* \\ held"
THIRD = "By 2018 it had 42 members."


def citation(number: int, quote: str, **changes) -> Citation:
    values = {
        "document": "papers/on alliances, 2nd ed.pdf",
        "metadata": PAPER,
        "page": Page(3, "iii", Span(0, 10)),
        "span": Span(100 * number, 100 * number + len(quote)),
        "sha256": "a" * 64,
        "score": 0.9,
        "other_names": ("copy.pdf",),
    }
    return Citation(number=number, quote=quote, **(values | changes))


def answered(**changes) -> Answer:
    """Two sentences, three citations, and a disagreement that cites what is cited again."""
    values = {
        "question": "How many  members & tasks?",
        "standalone_question": "How many members & tasks?",
        "status": Status.ANSWERED,
        "sentences": (Sentence(FIRST, (1, 2)), Sentence(SECOND, (3,))),
        "citations": (
            citation(1, FIRST),
            citation(
                2,
                THIRD,
                document="b.txt",
                metadata=Metadata(),
                page=None,
                sha256="b" * 64,
                other_names=(),
            ),
            citation(3, SECOND),
        ),
        "passages": (),
        "confidence": 0.93,
        "index": STAMP,
        "short_answer": "41",
        "disagreements": (Disagreement("members", (Position("41", (1,)), Position("42", (2,)))),),
    }
    return Answer(**(values | changes))


def not_found() -> Answer:
    chunk = Chunk(7, "b.txt", Span(5, 30), "A passage about something.")
    return Answer(
        question="Who baked the bread?",
        standalone_question="Who baked the bread?",
        status=Status.NOT_FOUND,
        sentences=(),
        citations=(),
        passages=(Hit(1, chunk, Scores(dense=0.3, fused=0.2)),),
        confidence=0.1,
        index=STAMP,
    )
