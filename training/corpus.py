"""Read paragraphs and questions, split sentences, tokenise, and locate answers."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BREAK = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c\u2018(\[]?[A-Z0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|etc|No|Gen|Col|Lt|Prof|Rev|Gov|Sen|Fig|ca|cf)"
    r"|\b[ei]\.[eg])\.$",
)
WORD = re.compile(r"\w+")
KEPT_ASIDE_EVERY = 12
"""Of the paragraphs with written questions, one in so many is kept aside, to measure."""
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
    start: int | None = None
    """The character at which the answer begins; None where any occurrence may be meant."""


@dataclass(frozen=True)
class Written:
    """What was written over one paragraph, named by its key."""

    paragraph: str
    questions: list[Question]
    near_misses: list[str]

    @property
    def is_kept_aside(self) -> bool:
        """Whether it is kept aside to measure."""
        return is_kept_aside(self.paragraph)


def is_kept_aside(key: str) -> bool:
    """Whether what has this key is kept aside: by the key alone, so that more data change nothing."""
    return zlib.crc32(key.encode()) % KEPT_ASIDE_EVERY == 0


def answer_at(key: str, text: str, start: int, end: int) -> str:
    """Return the answer at some characters of a text; raises ValueError if it is not whole words."""
    if not (0 <= start < end <= len(text) and is_whole(text, start, end)):
        message = f"{key}: characters {start} to {end} are not whole words of the paragraph."
        raise ValueError(message)
    return text[start:end]


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


def open_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of a model's folder, which neither cuts nor fills up."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


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


def read_written(
    folder: Path, paragraphs: Iterable[Paragraph], tokenizer: Tokenizer
) -> tuple[list[Paragraph], list[Written]]:
    """Return the passages written as paragraphs, and what was written over them and those given.

    Raises ValueError if a question is about a paragraph that is not there, or its answer is not
    whole words of it.
    """
    passages, questions = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("passages.jsonl", "questions.jsonl")
    )
    own = make_paragraphs(passages, tokenizer)
    texts = {paragraph.key: paragraph.text for paragraph in [*own, *paragraphs]}
    records = [*passages, *questions]
    missing = [record["id"] for record in records if record["id"] not in texts]
    if missing:
        message = (
            f"{folder}: questions about {len(missing)} paragraphs that are not there or are kept"
            f" aside by split.json, such as {missing[0]}. Prepare with the seed that it was made with."
        )
        raise ValueError(message)
    return own, [_written(record, texts[record["id"]]) for record in records]


def _written(record: dict[str, Any], text: str) -> Written:
    key, questions = record["id"], []
    for number, row in enumerate(record["questions"]):
        answer = answer_at(key, text, row["start"], row["end"])
        questions.append(Question(f"{key}/{number}", row["question"], answer, key, row["start"]))
    return Written(key, questions, record["near_misses"])


def content_words(text: str) -> set[str]:
    """Return the lower-cased words of a text without function words."""
    return {w for w in WORD.findall(text.lower()) if w not in STOP}


def find_whole(text: str, part: str) -> list[int]:
    """Return where part occurs in text between word limits, or anywhere if it never does so."""
    found = [m.start() for m in re.finditer(re.escape(part), text)]
    return [at for at in found if is_whole(text, at, at + len(part))] or found


def is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether a piece of a text neither begins nor ends inside a word."""
    begins_inside = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    ends_inside = text[end : end + 1].isalnum() and text[end - 1].isalnum()
    return not (begins_inside or ends_inside)


def locate(paragraph: Paragraph, question: Question) -> list[tuple[int, int, int, float]]:
    """Return the answer's occurrences: first piece, last piece, sentence, weight (best is 1).

    The weight falls with the share of the question's words that the sentence lacks.
    """
    words = content_words(question.text)
    found = []
    given = [question.start] if question.start is not None else None
    for at in given or find_whole(paragraph.text, question.answer):
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
