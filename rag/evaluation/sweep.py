"""Settings tried on the development questions: what each would have given.

An index is made for each size of passages, from the documents of the index at hand; a text is
embedded once and a passage read once for a question. A threshold costs nothing, since each question
is asked without one, and so is its history: an answer of lower confidence would have been refused.
The test questions are never asked.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import InputError
from rag.evaluation.intervals import Metric, Resamples
from rag.evaluation.labels import Split
from rag.evaluation.metrics import BY_NAME, measures
from rag.evaluation.records import record_of
from rag.evaluation.remembering import RememberingEmbedder, RememberingReader
from rag.evaluation.resized import ResizedIndexes
from rag.evaluation.run import never_refusing, outcomes
from rag.pipeline import Pipeline
from rag.types import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.evaluation.labels import Gold
    from rag.evaluation.records import Outcome, QuestionRecord
    from rag.settings import Settings
    from rag.store import Store
    from rag.types import Answer

SHOWN = ("hit@5", "recall@5", "evidence_cited", "short_answer_right", "refusal_f1", "handled")
OBJECTIVE = "handled"
"""What the best settings are best at, if nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values to try, each with each; the current ones are tried too.

    ``chunk_tokens`` are word pieces of a passage, ``dense_weights`` shares (0..1) of the dense
    score in the fused one, ``depths`` numbers of passages read, ``thresholds`` confidences (0..1).
    """

    chunk_tokens: tuple[int, ...] = ()
    dense_weights: tuple[float, ...] = ()
    depths: tuple[int, ...] = ()
    thresholds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One point of a grid."""

    chunk_tokens: int
    dense_weight: float
    depth: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Point:
    """What a choice gave: the figures of `SHOWN`, and the objective with its interval."""

    choice: Choice
    figures: Mapping[str, float | None]
    objective: Metric

    def to_dict(self) -> dict[str, Any]:
        """Return the point as plain JSON, figures to 4 decimals."""
        figures = {
            name: None if value is None else round(value, 4) for name, value in self.figures.items()
        }
        return asdict(self.choice) | {"figures": figures, "objective": self.objective.to_dict()}


@dataclass(frozen=True, slots=True)
class Sweep:
    """Every point that was measured, by the order of the grid.

    ``current`` is the choice of the settings in force, which is always measured.
    """

    gold: Gold
    objective: str
    current: Choice
    points: tuple[Point, ...]
    passages_read: int
    passages_embedded: int

    def ranked(self) -> list[Point]:
        """Return the points, the best first; among equals the current one, then the first."""
        sign = -1 if BY_NAME[self.objective].higher_is_better is False else 1

        def merit(point: Point) -> tuple[float, bool]:
            value = point.objective.value
            return (-np.inf if value is None else sign * value), point.choice == self.current

        return sorted(self.points, key=merit, reverse=True)

    def best_thresholds(self) -> list[Point]:
        """Return the best point of each other choice, the best first, and the current one."""
        seen: set[tuple[int, float, int]] = set()
        kept = []
        for point in self.ranked():
            key = (point.choice.chunk_tokens, point.choice.dense_weight, point.choice.depth)
            if key not in seen or point.choice == self.current:
                kept.append(point)
            seen.add(key)
        return kept

    def to_dict(self) -> dict[str, Any]:
        """Return the sweep as plain JSON."""
        return {
            "gold": {"name": self.gold.name, "sha256": self.gold.sha256, "split": "development"},
            "questions": len(self.gold.questions),
            "objective": self.objective,
            "current": asdict(self.current),
            "best": self.ranked()[0].to_dict(),
            "points": [point.to_dict() for point in self.points],
            "passages_read": self.passages_read,
            "passages_embedded": self.passages_embedded,
        }


def sweep(
    pipeline: Pipeline,
    gold: Gold,
    grid: Grid,
    make_store: Callable[[str], Store],
    *,
    objective: str = OBJECTIVE,
    tell: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Ask the development questions of *gold* with every choice of *grid* and with the current one.

    Args:
        pipeline: The index at hand and the settings in force.
        gold: Questions of both splits or of the development split.
        grid: What to try.
        make_store: Returns the store for an index of another size of passages, by its name.
        objective: The figure to be best at.
        tell: Called after each choice with how many are done, and of how many.

    Raises:
        InputError: the objective is unknown, or no question is of the development split.
    """
    if objective not in BY_NAME:
        message = f"Expected one of {', '.join(BY_NAME)}, but got {objective!r}."
        raise InputError(message)
    questions = gold.part(Split.DEVELOPMENT)
    embedder = RememberingEmbedder(pipeline.embedder)
    reader = RememberingReader(pipeline.reader) if pipeline.reader is not None else None
    current = _current(pipeline.settings)
    grid = _with_current(grid, current)
    choices = list(itertools.product(grid.chunk_tokens, grid.dense_weights, grid.depths))
    indexes = ResizedIndexes(pipeline, embedder, make_store)
    points: list[Point] = []
    for done, (chunk_tokens, dense_weight, depth) in enumerate(choices, start=1):
        settings = _settings(pipeline.settings, chunk_tokens, dense_weight, depth)
        asked = never_refusing(Pipeline(indexes.of(chunk_tokens), embedder, settings, reader))
        records = _records(asked, questions)
        for threshold in grid.thresholds:
            choice = Choice(chunk_tokens, dense_weight, depth, threshold)
            points.append(_point(choice, records, objective))
        if tell is not None:
            tell(done, len(choices))
    read = reader.passages_read if reader is not None else 0
    return Sweep(questions, objective, current, tuple(points), read, indexes.passages_embedded)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question's records if its answer is given and if it is refused."""

    confidence: float
    given: QuestionRecord
    refused: QuestionRecord

    def at(self, threshold: float) -> QuestionRecord:
        return self.refused if self.confidence < threshold else self.given


def _records(pipeline: Pipeline, questions: Gold) -> list[_Asked]:
    with pipeline.store.snapshot() as snapshot:
        return [
            _Asked(
                outcome.answer.confidence,
                record_of(outcome, snapshot.document),
                record_of(_refused(outcome), snapshot.document),
            )
            for outcome in outcomes(pipeline, questions)
        ]


def _refused(outcome: Outcome) -> Outcome:
    answer: Answer = replace(
        outcome.answer,
        status=Status.NOT_FOUND,
        short_answer=None,
        sentences=(),
        citations=(),
        disagreements=(),
    )
    return replace(outcome, answer=answer)


def _point(choice: Choice, asked: Sequence[_Asked], objective: str) -> Point:
    found = measures([item.at(choice.threshold) for item in asked])
    resamples = Resamples(len(asked))
    figures = {
        name: resamples.once(found[name].statistic) if name in found else None for name in SHOWN
    }
    known = {
        name: None if value is None or np.isnan(value) else value for name, value in figures.items()
    }
    measure = found.get(objective)
    metric = (
        resamples.measured(measure.statistic, measure.counted)
        if measure is not None
        else Metric(None, None, None, 0)
    )
    return Point(choice, known, metric)


def _current(settings: Settings) -> Choice:
    return Choice(
        settings.chunking.max_tokens,
        settings.retrieval.dense_weight,
        settings.reading.passages,
        settings.answering.threshold,
    )


def _with_current(grid: Grid, current: Choice) -> Grid:
    return Grid(
        tuple(sorted({*grid.chunk_tokens, current.chunk_tokens})),
        tuple(sorted({*grid.dense_weights, current.dense_weight})),
        tuple(sorted({*grid.depths, current.depth})),
        tuple(sorted({*grid.thresholds, current.threshold})),
    )


def _settings(settings: Settings, chunk_tokens: int, dense_weight: float, depth: int) -> Settings:
    return replace(
        settings,
        chunking=replace(settings.chunking, max_tokens=chunk_tokens),
        retrieval=replace(settings.retrieval, dense_weight=dense_weight),
        reading=replace(settings.reading, passages=depth),
        answering=replace(settings.answering, passages=max(settings.answering.passages, depth)),
    )
