"""The gold questions in the repository: their format, their counts, and where their evidence is."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.evaluation import Kind, Split, read_gold
from rag.evaluation.commands import misplaced
from rag.evaluation.labels import UNANSWERABLE
from rag.indexing import update_index
from rag.pipeline import Pipeline
from rag.store.memory import MemoryStore

ROOT = Path(__file__).parents[2]
CORPUS_GOLD = ROOT / "eval" / "gold" / "corpus.jsonl"


@pytest.fixture(scope="module")
def questions():
    return read_gold(CORPUS_GOLD).questions


def test_the_seeds_are_valid():
    assert len(read_gold(ROOT / "eval" / "gold" / "seeds.jsonl").questions) == 210


def test_there_are_questions_of_every_kind_in_both_splits(questions):
    assert len(questions) >= 150
    for kind in Kind:
        for split in Split:
            assert any(item.kind is kind and item.split is split for item in questions)


def test_a_quarter_is_unanswerable_and_half_of_that_near_misses(questions):
    unanswerable = [item for item in questions if item.kind in UNANSWERABLE]
    assert len(unanswerable) >= len(questions) / 4
    near = sum(item.kind is Kind.NEAR_MISS for item in unanswerable)
    assert near >= len(unanswerable) / 2


def test_a_third_is_worded_without_the_words_of_the_text(questions):
    answerable = [item for item in questions if item.answerable]
    assert sum(item.wording == "other" for item in answerable) >= len(answerable) / 3


def test_there_are_enough_conflicts_and_follow_ups(questions):
    assert sum(item.kind is Kind.CONFLICT for item in questions) >= 15
    assert sum(item.kind is Kind.FOLLOW_UP for item in questions) >= 10


def test_no_question_is_asked_twice(questions):
    asked = [(item.question, item.history) for item in questions]
    assert len(set(asked)) == len(asked)


def test_all_evidence_is_in_the_corpus(settings, embedder):
    store = MemoryStore()
    update_index(store, [ROOT / "corpus"], settings, embedder)
    assert misplaced(Pipeline(store, embedder, settings), read_gold(CORPUS_GOLD)) == []
