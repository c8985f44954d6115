"""Readers of public question sets, in the formats in which people have them.

A set is a folder of its own inside the data folder. Any of these will do:

- ``docs.jsonl.gz`` (id, title, text) and ``questions.jsonl.gz`` (id, question, answers, doc_ids,
  answerable, perhaps split);
- ``pdfs/`` and ``questions.jsonl`` with the same keys, where doc_ids are names of files;
- SQuAD's own JSON, in any file ``*.json``: articles with paragraphs with questions;
- BEIR: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``.

None of the sets is part of this repository; `SOURCES` tells where each one comes from.
"""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Item = TypeVar("Item")
OTHERS_IN_A_TRIAL = 5

SOURCES = {
    "xquad_en": "XQuAD, CC BY-SA 4.0: https://github.com/google-deepmind/xquad, xquad.en.json",
    "scifact": (
        "SciFact, CC BY 4.0 and ODC-BY: https://github.com/allenai/scifact, or as BEIR has it "
        "https://public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets/scifact.zip"
    ),
    "hotpotqa_100": (
        "100 questions of HotpotQA, CC BY-SA 4.0: https://github.com/OSU-NLP-Group/HippoRAG, "
        "branch legacy, data/hotpotqa_train.json and hotpotqa_train_corpus.json"
    ),
    "policyqa": "PolicyQA, MIT: https://github.com/wasiahmad/PolicyQA, data/test.json",
    "kgrag_sec10q": (
        "Docugami KG-RAG, MIT: https://github.com/docugami/KG-RAG-datasets, sec-10-q/data/v1"
    ),
}
"""Where to get each set, by the name of its folder."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, abstract or segment: what a public set retrieves."""

    identifier: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """A question, its accepted answers and the passages or files that hold them."""

    identifier: str
    question: str
    answers: tuple[str, ...]
    documents: tuple[str, ...]
    split: str | None = None


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A public set: passages, or PDF files, and questions."""

    name: str
    passages: tuple[Passage, ...]
    questions: tuple[PublicQuestion, ...]
    pdfs: tuple[Path, ...] = ()

    def part(self, split: str) -> PublicSet:
        """Return the set with the questions of one split, all where the set has no splits."""
        questions = tuple(item for item in self.questions if item.split in {None, split})
        return replace(self, questions=questions)

    def sample(self, count: int | None) -> PublicSet:
        """Return the set with at most *count* questions, evenly spaced; None keeps them all."""
        return replace(self, questions=evenly_spaced(self.questions, count))

    def trial(self, count: int | None) -> PublicSet:
        """Return a small set to try the whole way with; None keeps the set as it is.

        It has at most *count* questions, the passages that they need, and `OTHERS_IN_A_TRIAL`
        others for each. Its figures mean nothing: there is too little to find the wrong thing in.
        """
        if count is None:
            return self
        questions = evenly_spaced(self.questions, count)
        needed = {name for item in questions for name in item.documents}
        others = evenly_spaced(self.passages, OTHERS_IN_A_TRIAL * count)
        wanted = needed | {item.identifier for item in others}
        passages = tuple(item for item in self.passages if item.identifier in wanted)
        pdfs = tuple(path for path in self.pdfs if path.name in needed)
        return PublicSet(f"{self.name}-trial{count}", passages, questions, pdfs)


def evenly_spaced(items: tuple[Item, ...], count: int | None) -> tuple[Item, ...]:
    """Return at most *count* of *items*, spread over all of them, always the same ones."""
    if count is None or count >= len(items):
        return items
    return tuple(items[place * len(items) // count] for place in range(count))


class MissingSetError(Exception):
    """A set is not there; the message tells where to get it."""


def read_set(data: Path, name: str) -> PublicSet:
    """Read the set *name* from its folder in *data*.

    Raises:
        MissingSetError: it is not there, or not in a format known.
    """
    folder = data / name
    if (folder / "docs.jsonl.gz").is_file():
        return _from_lines(folder, name)
    if (folder / "pdfs").is_dir():
        questions = tuple(_question(row) for row in _lines(folder / "questions.jsonl"))
        return PublicSet(name, (), questions, tuple(sorted((folder / "pdfs").glob("*.pdf"))))
    if (folder / "corpus.jsonl").is_file():
        return _from_beir(folder, name)
    squad = sorted(folder.glob("*.json"))
    if squad:
        return _from_squad(squad, name)
    message = f"Expected {name} in {folder}, but it is not there. {SOURCES.get(name, '')}"
    raise MissingSetError(message)


def _from_lines(folder: Path, name: str) -> PublicSet:
    passages = tuple(
        Passage(row["id"], row.get("title") or "", row["text"])
        for row in _lines(folder / "docs.jsonl.gz")
    )
    questions = tuple(_question(row) for row in _lines(folder / "questions.jsonl.gz"))
    return PublicSet(name, passages, questions)


def _from_squad(paths: list[Path], name: str) -> PublicSet:
    passages: list[Passage] = []
    questions: list[PublicQuestion] = []
    for path in paths:
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                identifier = str(len(passages))
                passages.append(Passage(identifier, article["title"], paragraph["context"]))
                questions += [_squad_question(row, identifier, path) for row in paragraph["qas"]]
    return PublicSet(name, tuple(passages), tuple(questions))


def _squad_question(row: Mapping[str, Any], passage: str, path: Path) -> PublicQuestion:
    answers = tuple(dict.fromkeys(answer["text"] for answer in row["answers"]))
    split = path.stem if path.stem in {"train", "dev", "test"} else None
    return PublicQuestion(str(row["id"]), row["question"], answers, (passage,), split)


def _from_beir(folder: Path, name: str) -> PublicSet:
    """Read BEIR's files; its test questions are what scores are published for."""
    wanted: dict[str, list[str]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as lines:
        for query, document, relevance in list(csv.reader(lines, delimiter="\t"))[1:]:
            if int(relevance) > 0:
                wanted.setdefault(query, []).append(document)
    passages = tuple(
        Passage(row["_id"], row.get("title") or "", row["text"])
        for row in _lines(folder / "corpus.jsonl")
    )
    questions = tuple(
        PublicQuestion(row["_id"], row["text"], (), tuple(wanted[row["_id"]]))
        for row in _lines(folder / "queries.jsonl")
        if row["_id"] in wanted
    )
    return PublicSet(name, passages, questions)


def _question(row: Mapping[str, Any]) -> PublicQuestion:
    return PublicQuestion(
        row["id"], row["question"], tuple(row["answers"]), tuple(row["doc_ids"]), row.get("split")
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as packed, gzip.open(packed) if path.suffix == ".gz" else packed as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
