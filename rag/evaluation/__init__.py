"""Measuring: gold questions, figures with intervals, reports and comparisons.

>>> from pathlib import Path
>>> import rag
>>> from rag.evaluation import evaluate, read_gold
>>> pipeline = rag.open_pipeline("index/default")
>>> evaluation = evaluate(pipeline, read_gold(Path("eval/gold/corpus.jsonl")))
>>> evaluation.metrics["recall@5"].value
"""

from __future__ import annotations

from rag.evaluation.gold import read_gold
from rag.evaluation.labels import Gold, GoldQuestion, Kind, Split
from rag.evaluation.run import Evaluation, evaluate, read_evaluation

__all__ = [
    "Evaluation",
    "Gold",
    "GoldQuestion",
    "Kind",
    "Split",
    "evaluate",
    "read_evaluation",
    "read_gold",
]
