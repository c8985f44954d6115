"""A tiny index whose figures can be worked out by hand, and gold questions over it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.evaluation.gold import read_gold
from rag.pipeline import Pipeline
from rag.store.memory import MemoryStore
from tests.conftest import changes_for, make_document

TEXTS = {
    "bees.txt": (
        "Honeybees visit clover meadows every summer. Their hive held 42 frames in Lisbon.\n\n"
        "Beekeepers harvest honey in September with wooden smokers."
    ),
    "ships.txt": (
        "The frigate Aurora sailed from Bergen in 1931. Her captain was Ingrid Solberg.\n\n"
        "A storm near Iceland broke the main mast."
    ),
    "hive-count.txt": "An inspector counted 37 frames in the Lisbon hive of honeybees.",
}
ROWS = [
    {
        "id": "q1",
        "question": "From which port did the frigate Aurora sail in 1931?",
        "kind": "fact",
        "answers": ["Bergen"],
        "evidence": [
            {
                "document": "ships.txt",
                "quote": "The frigate Aurora sailed from Bergen in 1931.",
            }
        ],
        "split": "development",
    },
    {
        "id": "q2",
        "question": "How many frames did the honeybees' hive in Lisbon hold?",
        "kind": "conflict",
        "answers": ["42", "37"],
        "evidence": [
            {"document": "bees.txt", "quote": "Their hive held 42 frames in Lisbon."},
            {"document": "hive-count.txt", "quote": TEXTS["hive-count.txt"]},
        ],
        "groups": [[0], [1]],
        "positions": [["42", "forty-two"], ["37"]],
        "split": "test",
    },
    {
        "id": "q3",
        "question": "What is the melting point of tungsten?",
        "kind": "unanswerable: off topic",
        "answers": [],
        "evidence": [],
        "split": "development",
    },
    {
        "id": "q4",
        "question": "Who was her captain?",
        "kind": "follow-up",
        "answers": ["Ingrid Solberg"],
        "evidence": [{"document": "ships.txt", "quote": "Her captain was Ingrid Solberg."}],
        "history": ["Which frigate sailed from Bergen?"],
        "split": "test",
    },
]


@pytest.fixture
def settings(settings):
    """A threshold of its own, so that another default changes no figure here."""
    return replace(settings, answering=replace(settings.answering, threshold=0.55))


@pytest.fixture
def pipeline(settings, embedder, manifest):
    store = MemoryStore()
    changes = [
        change
        for name, text in TEXTS.items()
        for change in changes_for(make_document(name, text), settings, embedder)
    ]
    store.apply(changes, manifest)
    return Pipeline(store, embedder, settings)


@pytest.fixture
def write_gold(tmp_path):
    def write(rows, name="gold.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def gold(write_gold):
    return read_gold(write_gold(ROWS))
