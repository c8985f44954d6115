"""Fit when another document's value is told as a disagreement, on the development split of gold files.

    python training/fit_disagreement.py GOLD INDEX [GOLD INDEX …] [--l2 1.0]

Prints the weights to put into ``rag/rivals.py``, and for each probability how often a disagreement
would be told and be one, each question predicted by weights fitted on the others (10 folds).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from fit_answering import fit, is_gold, read_questions
from sklearn.model_selection import KFold

from rag.answering import confidence_by_reading
from rag.evaluation.labels import Kind
from rag.logistic import logistic
from rag.pipeline import Pipeline, open_pipeline
from rag.rivals import rival_features, with_values
from rag.values import agree

PROBABILITIES = np.arange(0.1, 0.65, 0.05)


def collect(pipeline: Pipeline, path: Path) -> list[dict[str, Any]]:
    """Return for each development question without history the values that differ from the best.

    ``features`` and ``labels`` (both sentences are evidence of a conflict) of each.
    """
    rows = []
    for read in read_questions(pipeline, path):
        row: dict[str, Any] = {"conflict": read.question.kind is Kind.CONFLICT}
        row |= {"features": [], "labels": []}
        rows.append(row)
        found = with_values(read.ranked, read.kind, read.asked)
        confidence = confidence_by_reading(read.ranked, read.covered) if read.covered else 0.0
        if not found or confidence < pipeline.settings.answering.threshold:
            continue
        best = found[0]
        for item in found[1:]:
            name = item.candidate.document.name
            if name != best.candidate.document.name and not agree(best.value, item.value):
                both = is_gold(item.candidate, read.located) and is_gold(
                    best.candidate, read.located
                )
                row["features"].append(rival_features(item, best, read.kind, read.asked))
                row["labels"].append(both and row["conflict"])
    return rows


def fitted(rows: list[dict[str, Any]], l2: float) -> dict[str, float]:
    """Return the weights for all values of some questions."""
    features = [item for row in rows for item in row["features"]]
    return fit(features, [label for row in rows for label in row["labels"]], l2)


def likeliest(row: dict[str, Any], weights: dict[str, float]) -> tuple[float, bool]:
    """Return the highest probability of a question's values, and whether that one is right."""
    scored = [
        (logistic(features, weights), label)
        for features, label in zip(row["features"], row["labels"], strict=True)
    ]
    return max(scored, default=(0.0, False))


def main() -> None:
    """Fit on all gold files given and print the weights and what they reach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="+", type=Path, metavar="GOLD INDEX")
    parser.add_argument("--l2", type=float, default=1.0)
    arguments = parser.parse_args()
    rows = []
    for gold, index in zip(arguments.pairs[::2], arguments.pairs[1::2], strict=True):
        rows += collect(open_pipeline(index), gold)
    print(json.dumps(fitted(rows, arguments.l2), indent=1))
    found: dict[int, tuple[float, bool]] = {}
    for others, left_out in KFold(10, shuffle=True, random_state=1).split(rows):
        weights = fitted([rows[index] for index in others], arguments.l2)
        found |= {index: likeliest(rows[index], weights) for index in left_out}
    conflicts = [found[index] for index, row in enumerate(rows) if row["conflict"]]
    others = [found[index] for index, row in enumerate(rows) if not row["conflict"]]
    print(f"conflicts {len(conflicts)}, other questions {len(others)}")
    for least in PROBABILITIES:
        told = np.mean([probability >= least for probability, _ in conflicts])
        right = np.mean([probability >= least and label for probability, label in conflicts])
        alarms = np.mean([probability >= least for probability, _ in others])
        print(f"{least:.2f}: told {told:.2f}, rightly {right:.2f}, false alarms {alarms:.3f}")


if __name__ == "__main__":
    main()
