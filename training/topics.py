"""Topics: folders of documents on one matter, with questions over the whole folder.

``written/topics.jsonl`` holds invented folders of five documents, two passages each, with questions
over the whole folder. Each question names every passage that answers it, with the answer's
characters; ``leave`` are those of which it is arguable, all others do not answer. That is what the
application has to tell apart: ten passages that all speak of the same people and bodies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus import Question, answer_at, is_kept_aside, make_paragraphs

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

    from corpus import Paragraph


@dataclass(frozen=True)
class Asked:
    """A question over a folder: by passage its answers, and the passages that do not answer."""

    text: str
    answers: dict[str, Question]
    others: list[str]


@dataclass(frozen=True)
class Topic:
    """A folder with what is asked over it."""

    name: str
    paragraphs: list[Paragraph]
    asked: list[Asked]

    @property
    def is_kept_aside(self) -> bool:
        """Whether it is kept aside to measure."""
        return is_kept_aside(self.name)


def read_topics(path: Path, tokenizer: Tokenizer) -> list[Topic]:
    """Return the topics of a file; raises ValueError if an answer is not whole words."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_topic(json.loads(line), tokenizer) for line in lines]


def _topic(record: dict[str, Any], tokenizer: Tokenizer) -> Topic:
    name = record["id"]
    passages = [
        {"id": f"{name}/{number}{letter}", "title": document["title"], "text": text}
        for number, document in enumerate(record["documents"], start=1)
        for letter, text in zip("ab", document["passages"], strict=True)
    ]
    texts = {passage["id"]: passage["text"] for passage in passages}
    asked = [_asked(name, *item, texts) for item in enumerate(record["questions"])]
    asked += [Asked(text, {}, list(texts)) for text in record["nowhere"]]
    return Topic(name, make_paragraphs(passages, tokenizer), asked)


def _asked(name: str, number: int, row: dict[str, Any], texts: dict[str, str]) -> Asked:
    answers = {}
    for passage, (start, end) in row["answers"].items():
        key = f"{name}/{passage}"
        answer = answer_at(key, texts[key], start, end)
        answers[key] = Question(f"{key}/{number}", row["question"], answer, key, start)
    arguable = {f"{name}/{passage}" for passage in row["leave"]}
    others = [key for key in texts if key not in answers and key not in arguable]
    return Asked(row["question"], answers, others)
