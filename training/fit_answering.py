"""Fit how sentences are scored and when to abstain, on the development split of gold files.

    python training/fit_answering.py GOLD INDEX [GOLD INDEX …] [--l2 1.0]

Prints the weights to put into ``rag/answering.py`` and what they reach, each question predicted
by weights fitted on the others (10 folds), so that the figures are not of the data fitted on.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from rag.answering import features_without_reader, question_features, sentence_features
from rag.coverage import coverage
from rag.evaluation.gold import read_gold
from rag.evaluation.labels import Split
from rag.evaluation.locating import Locator
from rag.pipeline import open_pipeline
from rag.questions import classify
from rag.rephrasing import rephrased

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.coverage import Coverage
    from rag.evaluation.labels import GoldQuestion
    from rag.evidence import Candidate
    from rag.pipeline import Pipeline
    from rag.questions import QuestionKind

COVERED = 0.5
"""Share of a gold sentence that a candidate has to hold to count as it."""
WITHOUT_READER_L2 = 0.05
"""These three features have nearly one scale; more would keep every confidence near the middle."""
ANSWERABLE_SHARE = 2 / 3
"""Of the questions that confidence is fitted on, by weight, however many a gold file has."""
LIKELIEST = 16
"""Sentences of a question that are fitted on, by the weights so far: others are told apart easily,
and would only teach how."""


def is_gold(candidate: Candidate, located: Any) -> bool:
    """Whether a candidate holds at least half of one of the evidence's places."""
    return any(
        place.document.name == candidate.document.name
        and min(span.end, candidate.span.end) - max(span.start, candidate.span.start)
        >= COVERED * len(span)
        for place in located
        for span in place.spans
    )


@dataclass(frozen=True, slots=True)
class Read:
    """A development question, what it asks for, and its sentences, best first by the weights so far.

    ``covered`` is what of it stands where the best sentence does, None if there is no sentence;
    ``located`` are the places of the evidence.
    """

    question: GoldQuestion
    asked: str
    kind: QuestionKind
    ranked: list[Candidate]
    covered: Coverage | None
    located: Any


def read_questions(pipeline: Pipeline, path: Path) -> Iterator[Read]:
    """Yield each development question of a gold file without history, read."""
    sources = {file.name: Path(file.path) for file in pipeline.store.files()}
    for question in read_gold(path).part(Split.DEVELOPMENT).questions:
        if question.history:
            continue
        with pipeline.store.snapshot() as snapshot:
            located = Locator(snapshot, sources).locate(question)
            asked = rephrased(question.question)
            kind = classify(asked)
            hits = pipeline.hits(snapshot, question.question, None, {})
            ranked, _ = pipeline.read(snapshot, asked, kind, hits, {})
            covered = coverage(asked, ranked[0], snapshot) if ranked else None
        yield Read(question, asked, kind, ranked, covered, located)


def collect(pipeline: Pipeline, path: Path) -> list[dict[str, Any]]:
    """Return the features and labels of each development question without history."""
    rows = []
    for read in read_questions(pipeline, path):
        if read.covered:
            likeliest = read.ranked[:LIKELIEST]
            rows.append(
                {
                    "answerable": read.question.answerable,
                    "sentences": [sentence_features(item) for item in likeliest],
                    "labels": [is_gold(item, read.located) for item in likeliest],
                    "without_reader": features_without_reader(read.ranked),
                    "question": question_features(read.ranked, read.covered),
                }
            )
    print(f"{path.name}: {len(rows)} questions", file=sys.stderr)
    return rows


def fit(
    features: list[dict[str, float]], labels: list[bool], l2: float, shares: Any = None
) -> dict[str, float]:
    """Return the weights of a logistic function by feature, and its bias.

    *shares* tell how much each row counts, all alike if None.
    """
    names = list(features[0])
    matrix = np.array([[row[name] for name in names] for row in features])
    model = LogisticRegression(C=1 / l2, max_iter=2000).fit(matrix, labels, shares)
    weights = dict(zip(names, model.coef_[0].round(2).tolist(), strict=True))
    return weights | {"bias": round(float(model.intercept_[0]), 2)}


def balanced(answerable: Any) -> Any:
    """Return how much each question counts, so that `ANSWERABLE_SHARE` of all is answerable."""
    share = answerable.mean()
    return np.where(answerable, ANSWERABLE_SHARE / share, (1 - ANSWERABLE_SHARE) / (1 - share))


def first_is_gold(row: dict[str, Any], weights: dict[str, float]) -> bool:
    """Whether a question's best sentence by the fitted weights is evidence."""
    scores = [
        sum(weights[name] * value for name, value in features.items())
        for features in row["sentences"]
    ]
    return bool(row["labels"][int(np.argmax(scores))])


def main() -> None:
    """Fit on all gold files given and print the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="+", type=Path, metavar="GOLD INDEX")
    parser.add_argument("--l2", type=float, default=1.0)
    arguments = parser.parse_args()
    rows = []
    for gold, index in zip(arguments.pairs[::2], arguments.pairs[1::2], strict=True):
        rows += collect(open_pipeline(index), gold)
    features = [item for row in rows for item in row["sentences"]]
    labels = [label for row in rows for label in row["labels"]]
    sentence_weights = fit(features, labels, arguments.l2)
    questions = [row["question"] for row in rows]
    answerable = np.array([row["answerable"] for row in rows])
    shares = balanced(answerable)
    weights = {
        "sentence": sentence_weights,
        "question": fit(questions, answerable.tolist(), arguments.l2, shares),
        "without_reader": fit(
            [row["without_reader"] for row in rows], answerable.tolist(), WITHOUT_READER_L2, shares
        ),
    }
    print(json.dumps(weights, indent=1))
    firsts = [first_is_gold(row, sentence_weights) for row in rows if row["answerable"]]
    print(f"questions {len(rows)}, of these answerable {answerable.sum()}")
    print(f"first sentence is gold {np.mean(firsts):.3f}")
    report(questions, answerable, arguments.l2)


def report(questions: list[dict[str, float]], answerable: Any, l2: float) -> None:
    """Print what refusing reaches, each question predicted by weights fitted on the others."""
    matrix = np.array([list(row.values()) for row in questions])
    predicted = cross_val_predict(
        LogisticRegression(C=1 / l2, max_iter=2000),
        matrix,
        answerable,
        cv=10,
        method="predict_proba",
        params={"sample_weight": balanced(answerable)},
    )[:, 1]
    print(f"refusal AUROC {roc_auc_score(answerable, predicted):.3f}")
    for threshold in np.arange(0.3, 0.85, 0.05):
        refused = predicted < threshold
        right = (refused & ~answerable).sum()
        precision, recall = right / max(1, refused.sum()), right / (~answerable).sum()
        print(f"threshold {threshold:.2f}: precision {precision:.2f}, recall {recall:.2f}")


if __name__ == "__main__":
    main()
