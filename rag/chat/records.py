"""Answers back from the JSON that `Answer.to_dict` made of them."""

from __future__ import annotations

from typing import Any

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


def answer_from_dict(value: dict[str, Any]) -> Answer:
    """Return the answer; what its JSON does not hold (headings, exact scores) is left out.

    Raises:
        KeyError, TypeError, ValueError: *value* is no answer.
    """
    return Answer(
        question=str(value["question"]),
        standalone_question=str(value["standalone_question"]),
        status=Status(value["status"]),
        sentences=tuple(
            Sentence(str(item["text"]), tuple(map(int, item["citations"])))
            for item in value["sentences"]
        ),
        citations=tuple(map(_citation, value["citations"])),
        passages=tuple(map(_hit, value["passages"])),
        confidence=float(value["confidence"]),
        index=IndexStamp(
            str(value["index"]["name"]),
            int(value["index"]["generation"]),
            str(value["index"]["settings_sha256"]),
        ),
        short_answer=value["short_answer"],
        disagreements=tuple(map(_disagreement, value["disagreements"])),
        timings_ms={str(stage): float(ms) for stage, ms in value["timings_ms"].items()},
        identifier=value["id"],
    )


def _citation(item: dict[str, Any]) -> Citation:
    return Citation(
        number=int(item["n"]),
        document=str(item["document"]),
        metadata=Metadata(item["title"], item["author"], item["date"], item["kind"]),
        page=_page(item),
        span=Span(int(item["start"]), int(item["end"])),
        quote=str(item["quote"]),
        sha256=str(item["sha256"]),
        score=float(item["score"]),
        other_names=tuple(map(str, item["other_names"])),
    )


def _hit(item: dict[str, Any]) -> Hit:
    span = Span(int(item["start"]), int(item["end"]))
    return Hit(
        rank=int(item["rank"]),
        chunk=Chunk(0, str(item["document"]), span, str(item["text"])),
        scores=Scores(**item["scores"]),
        page=_page(item),
    )


def _page(item: dict[str, Any]) -> Page | None:
    number = item["page"]
    return None if number is None else Page(int(number), item["page_label"], Span(0, 0))


def _disagreement(item: dict[str, Any]) -> Disagreement:
    positions = (
        Position(str(position["value"]), tuple(map(int, position["citations"])))
        for position in item["positions"]
    )
    return Disagreement(str(item["about"]), tuple(positions))
