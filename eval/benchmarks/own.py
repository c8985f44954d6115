"""What is measured on our own gold questions: Footnote in full, and the baselines' evidence."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engines import FOOTNOTE, PLAIN, PLAIN_PASSAGES, WITHOUT_READER
from figures import Measured, measured

from rag.evaluation import answers, metrics, ranking
from rag.evaluation.gold import read_gold
from rag.evaluation.intervals import Resamples
from rag.evaluation.labels import Split
from rag.evaluation.locating import Locator
from rag.evaluation.records import record_of
from rag.evaluation.run import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engines import Bench, Search, Workshop
    from figures import Scores

    from rag.evaluation.labels import Gold, GoldQuestion
    from rag.evaluation.locating import Located
    from rag.evaluation.records import QuestionRecord
    from rag.types import Hit

DEPTH = 20
"""Passages that a baseline's ranking is looked at."""


def gold_set(
    workshop: Workshop, name: str, folder: Path, gold: Path, limit: int | None
) -> list[Measured]:
    """Our own questions: everything of ``rag eval``, and evidence found by the other systems."""
    questions = read_gold(gold)
    if limit:
        questions = replace(questions, questions=questions.questions[:limit])
    bench = workshop.of_files(name, [folder])
    results = _whole(bench, name, FOOTNOTE, questions)
    if bench.pipeline.reader is not None:
        unread = copy.copy(bench.pipeline)
        unread.reader = None
        results += _whole(replace(bench, pipeline=unread), name, WITHOUT_READER, questions)
    for system, search in bench.searches().items():
        if system != FOOTNOTE:
            scores = _evidence(bench, system, search, questions)
            for part, chosen in _parts(questions):
                own = {item.identifier for item in chosen}
                rows = {key: row for key, row in scores.items() if key in own}
                results.append(measured(f"{name}: {part}", system, rows))
    return results


def _whole(bench: Bench, name: str, system: str, questions: Gold) -> list[Measured]:
    """Measure everything of ``rag eval``, and the figures by wording."""
    records = {}
    with bench.pipeline.store.snapshot() as snapshot:
        for outcome in outcomes(bench.pipeline, questions):
            records[outcome.gold.identifier] = record_of(outcome, snapshot.document)
            done = f"{len(records)} of {len(questions.questions)} questions"
            bench.tell(f"{name}, {system}: {done}")
    return [
        _measured(f"{name}: {part}", system, [records[item.identifier] for item in chosen])
        for part, chosen in _parts(questions)
    ]


def _measured(data: str, system: str, records: Sequence[QuestionRecord]) -> Measured:
    resamples = Resamples(len(records))
    return Measured(
        data,
        system,
        metrics.measured(records, resamples),
        {record.identifier: record.scores for record in records},
        metrics.measured_by(records, resamples, lambda record: record.wording),
    )


def _parts(questions: Gold) -> Iterator[tuple[str, Sequence[GoldQuestion]]]:
    """Yield the splits that have questions, and all of them under "all"."""
    yield "all", questions.questions
    for split in Split:
        chosen = [item for item in questions.questions if item.split is split]
        if chosen:
            yield split.value, chosen


def _evidence(bench: Bench, system: str, search: Search, gold: Gold) -> Mapping[str, Scores]:
    """Score the evidence that a search finds; a follow-up is asked as it stands.

    The plain pipeline's answer are the passages that it shows.
    """
    scores: dict[str, Scores] = {}
    sources = {file.name: Path(file.path) for file in bench.pipeline.store.files()}
    with bench.pipeline.store.snapshot() as snapshot:
        locator = Locator(snapshot, sources)
        for question in gold.questions:
            if question.answerable:
                hits = search(question.question, DEPTH)
                row = _ranking_scores(question, locator.locate(question), hits)
                if system == PLAIN:
                    row |= _shown(question, hits[:PLAIN_PASSAGES])
                scores[question.identifier] = row
    return scores


def _ranking_scores(
    question: GoldQuestion, places: Sequence[Located], hits: Sequence[Hit]
) -> Scores:
    groups = question.groups
    found = [ranking.groups_covered(hit.chunk, places, groups) for hit in hits]
    return {
        "hit@1": ranking.hit(found, 1),
        "hit@3": ranking.hit(found, 3),
        "hit@5": ranking.hit(found, 5),
        "recall@5": ranking.recall(found, len(groups), 5),
        "mrr": ranking.reciprocal_rank(found),
        "ndcg@10": ranking.ndcg(found, len(groups), 10),
    }


def _shown(question: GoldQuestion, hits: Sequence[Hit]) -> Scores:
    text = "\n".join(hit.chunk.text for hit in hits)
    scores: Scores = {"words": float(answers.word_count(text))}
    if question.factual:
        scores["answer_right"] = float(answers.contains(text, question.answers))
    return scores
