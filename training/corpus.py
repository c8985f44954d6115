"""Read paragraphs and questions, split sentences, tokenise, and locate answers."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

_BREAK = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c\u2018(\[]?[A-Z0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|etc|No|Gen|Col|Lt|Prof|Rev|Gov|Sen|Fig|ca|cf)"
    r"|\b[ei]\.[eg])\.$",
)
WORD = re.compile(r"\w+")
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "many",
        "much",
        "name",
        "of",
        "on",
        "or",
        "s",
        "some",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "year",
    ],
)


@dataclass
class Paragraph:
    """One paragraph: its text, sentence limits in characters, and word pieces with offsets."""

    key: str
    title: str
    text: str
    sentences: list[tuple[int, int]]
    ids: list[int]
    offsets: list[tuple[int, int]]
    limits: list[tuple[int, int]]

    def sentence_text(self, index: int) -> str:
        """Return the text of one sentence."""
        begin, end = self.sentences[index]
        return self.text[begin:end]


@dataclass(frozen=True)
class Question:
    """A question, its answer, and the paragraph that was asked about."""

    key: str
    text: str
    answer: str
    paragraph: str
    place: int | None = None
    """The character at which the answer begins; None where any occurrence may be meant."""


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the limits of the sentences of a text, in characters."""
    limits: list[tuple[int, int]] = []
    begin = 0
    for match in _BREAK.finditer(text):
        head = text[begin : match.start()]
        if _ABBREVIATED.search(head) is None and head.strip():
            limits.append((begin, match.end()))
            begin = match.end()
    if text[begin:].strip():
        limits.append((begin, len(text)))
    return limits


def read_paragraphs(folder: Path, tokenizer: Tokenizer) -> list[Paragraph]:
    """Return all paragraphs of a data folder with their sentences and word pieces."""
    return make_paragraphs(read_lines(folder / "docs.jsonl.gz"), tokenizer)


def make_paragraphs(records: list[dict[str, Any]], tokenizer: Tokenizer) -> list[Paragraph]:
    """Return paragraphs with their sentences and word pieces; records have id, title and text."""
    paragraphs = []
    encoded = tokenizer.encode_batch([r["text"] for r in records], add_special_tokens=False)
    for record, pieces in zip(records, encoded, strict=True):
        sentences = split_sentences(record["text"]) or [(0, len(record["text"]))]
        title = record.get("title", "").replace("_", " ")
        entry = Paragraph(
            record["id"],
            title,
            record["text"],
            sentences,
            pieces.ids,
            pieces.offsets,
            [],
        )
        entry.limits = _piece_limits(entry)
        paragraphs.append(entry)
    return paragraphs


def _piece_limits(paragraph: Paragraph) -> list[tuple[int, int]]:
    limits, begin = [], 0
    for _, stop in paragraph.sentences:
        end = begin
        while end < len(paragraph.ids) and paragraph.offsets[end][0] < stop:
            end += 1
        limits.append((begin, end))
        begin = end
    return limits


def read_questions(folder: Path) -> list[Question]:
    """Return the answerable questions of a data folder."""
    return [
        Question(r["id"], r["question"].strip(), r["answers"][0], r["doc_ids"][0])
        for r in read_lines(folder / "questions.jsonl.gz")
        if r.get("answerable", True) and r["answers"]
    ]


def content_words(text: str) -> set[str]:
    """Return the lower-cased words of a text without function words."""
    return {w for w in WORD.findall(text.lower()) if w not in STOP}


def find_whole(text: str, part: str) -> list[int]:
    """Return where part occurs in text between word limits, or anywhere if it never does so."""
    found = [m.start() for m in re.finditer(re.escape(part), text)]
    whole = [
        at
        for at in found
        if not (at and text[at - 1].isalnum() and part[0].isalnum())
        and not (text[at + len(part) : at + len(part) + 1].isalnum() and part[-1].isalnum())
    ]
    return whole or found


def locate(paragraph: Paragraph, question: Question) -> list[tuple[int, int, int, float]]:
    """Return the answer's occurrences: first piece, last piece, sentence, weight (best is 1).

    The weight falls with the share of the question's words that the sentence lacks.
    """
    words = content_words(question.text)
    found = []
    places = [question.place] if question.place is not None else None
    for at in places or find_whole(paragraph.text, question.answer):
        end = at + len(question.answer)
        inside = [i for i, (a, b) in enumerate(paragraph.offsets) if b > at and a < end]
        if not inside:
            continue
        index = next(i for i, (_, stop) in enumerate(paragraph.limits) if inside[0] < stop)
        shared = len(words & content_words(paragraph.sentence_text(index)))
        found.append((inside[0], inside[-1], index, float(1 + shared)))
    best = max((f[3] for f in found), default=1.0)
    return [(a, b, s, (w / best) ** 2) for a, b, s, w in found]


def lacks(text: str, answer: str) -> bool:
    """Tell whether a text does not hold the answer's words one after the other."""
    body = " " + " ".join(WORD.findall(text.lower())) + " "
    wanted = [w for w in WORD.findall(answer.lower()) if w not in {"a", "an", "the"}]
    return bool(wanted) and " " + " ".join(wanted) + " " not in body
