"""The questions written for training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "training" / "written"
COUNTS = {"passages": (609, 5, 4), "questions": (2240, 4, 3)}
"""Of each file: paragraphs, and of each of these answerable questions and near misses."""


@pytest.fixture(scope="module")
def written():
    return {
        name: [
            json.loads(line)
            for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for name in COUNTS
    }


@pytest.mark.parametrize("name", COUNTS)
def test_each_paragraph_comes_once_with_questions_of_both_kinds(written, name):
    paragraphs, answerable, near_misses = COUNTS[name]
    assert len({record["id"] for record in written[name]}) == paragraphs
    for record in written[name]:
        assert len(record["questions"]) == answerable
        assert len(record["near_misses"]) == near_misses
        asked = [row["question"] for row in record["questions"]] + record["near_misses"]
        assert len(set(asked)) == answerable + near_misses, record["id"]


def test_each_answer_is_whole_words_of_its_passage(written):
    for record in written["passages"]:
        text = record["text"]
        for row in record["questions"]:
            start, end = row["start"], row["end"]
            assert 0 <= start < end <= len(text)
            assert not (start and text[start - 1].isalnum() and text[start].isalnum()), row
            assert not (text[end - 1].isalnum() and text[end : end + 1].isalnum()), row


def test_nothing_of_what_accuracy_is_measured_on_is_among_them(written):
    for record in written["passages"]:
        text = json.dumps(record, ensure_ascii=False)
        assert not [word for word in ("IMCTC", "Islamic Military", "Raheel") if word in text]
