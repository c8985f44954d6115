"""Make examples from the questions written by hand for training.

Usage: python written.py --data squad11_train --base MODEL_FOLDER --cache CACHE --out CACHE_2

``written/passages.jsonl`` holds passages of our own with their questions, ``written/questions.jsonl``
questions over SQuAD's paragraphs, which it names by their identifier. Rule-made negatives teach what
a swapped name looks like; these teach what people ask: in other words than the text's, and about
facts that a passage on the same people and bodies does not give.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passages import KINDS, Passage, Store
from prepare import KIND_WEIGHTS, Maker, save
from synonyms import Synonyms
from tokenizers import Tokenizer

from corpus import Paragraph, Question, make_paragraphs, read_paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).with_name("written")
MADE_SHARE = 0.5
"""Share of the questions that get a rule-made negative besides the near miss."""
HELD_OUT_EVERY = 12
"""One paragraph in so many is kept aside, to measure."""


@dataclass(frozen=True)
class Written:
    """What was written over one paragraph."""

    paragraph: str
    questions: list[Question]
    near_misses: list[str]

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept aside, by its identifier, so that more paragraphs change nothing."""
        return zlib.crc32(self.paragraph.encode()) % HELD_OUT_EVERY == 0


def read_written(
    folder: Path, paragraphs: Iterable[Paragraph], tokenizer: Tokenizer
) -> tuple[list[Paragraph], list[Written]]:
    """Return the passages as paragraphs, and what was written over them and those given.

    Raises ValueError if a question is about a paragraph that is not there.
    """
    lines = {
        name: [
            json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()
        ]
        for name in ("passages.jsonl", "questions.jsonl")
    }
    own = make_paragraphs(lines["passages.jsonl"], tokenizer)
    texts = {paragraph.key: paragraph.text for paragraph in [*own, *paragraphs]}
    records = [record for part in lines.values() for record in part]
    missing = [record["id"] for record in records if record["id"] not in texts]
    if missing:
        message = f"{folder}: questions about paragraphs that are not there: {missing[:5]}"
        raise ValueError(message)
    return own, [_written(record, texts[record["id"]]) for record in records]


def _written(record: dict[str, Any], text: str) -> Written:
    key = record["id"]
    questions = [
        Question(
            f"{key}/{number}", row["question"], text[row["start"] : row["end"]], key, row["start"]
        )
        for number, row in enumerate(record["questions"])
    ]
    return Written(key, questions, record["near_misses"])


def written_pass(maker: Maker, written: list[Written], numbers: dict[str, int], seed: int) -> Store:
    """Return one pass of examples: a positive, a near miss and often a made negative."""
    rng, store = random.Random(seed), Store(maker.tokenizer)  # noqa: S311
    kinds, weights = list(KIND_WEIGHTS), list(KIND_WEIGHTS.values())
    for item in written:
        misses = rng.sample(item.near_misses, len(item.near_misses))
        for place, question in enumerate(item.questions):
            number, group, style = numbers[question.key], len(store.rows), rng.getrandbits(32)
            passage = maker.positive(number, rng, plain=False)
            spans = maker.spans(number, passage)
            store.add(maker.worded(question.text, style), passage.pieces(), spans, 0, group)
            made: list[tuple[str, Passage, str]] = []
            if place < len(misses):
                miss = misses[place]
                near = maker.near_miss(item.paragraph, miss, rng, plain=False)
                made.append((miss, near, "written"))
            if rng.random() < MADE_SHARE:
                kind = rng.choices(kinds, weights)[0]
                negative = maker.negative(number, kind, rng, plain=False)
                made += [(*negative, kind)] if negative else []
            for text, shaped, kind in made:
                pieces = shaped.pieces()
                store.add(maker.worded(text, style), pieces, [], KINDS.index(kind), group)
    return store


def written_check(maker: Maker, written: list[Written], numbers: dict[str, int]) -> Store:
    """Return what was kept aside: whole paragraphs, the questions and the near misses."""
    store, rng = Store(maker.tokenizer), random.Random(0)  # noqa: S311
    for group, item in enumerate(written):
        for question in item.questions:
            number = numbers[question.key]
            passage = maker.positive(number, rng, plain=True)
            spans = maker.spans(number, passage)
            store.add(question.text, passage.pieces(), spans, 0, group)
        for text in item.near_misses:
            passage = maker.near_miss(item.paragraph, text, rng, plain=True)
            store.add(text, passage.pieces(), [], KINDS.index("written"), group)
    return store


def main() -> None:
    """Write train0.npz, train1.npz, …, and written.npz, what is kept aside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="what prepare.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wordnet", type=Path, help="folder with WordNet's files, for synonyms")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    tokenizer = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    split = json.loads((args.cache / "split.json").read_text())
    paragraphs = [
        paragraph
        for paragraph in read_paragraphs(args.data, tokenizer)
        if paragraph.title not in {*split["dev"], *split["test"]}
    ]
    own, written = read_written(FOLDER, paragraphs, tokenizer)
    questions = [question for item in written for question in item.questions]
    synonyms = Synonyms(args.wordnet) if args.wordnet else None
    maker = Maker(paragraphs + own, questions, tokenizer, synonyms)
    numbers = {question.key: number for number, question in enumerate(questions)}
    aside = [item for item in written if item.is_held_out]
    train = [item for item in written if not item.is_held_out]
    args.out.mkdir(parents=True, exist_ok=True)
    save(written_check(maker, aside, numbers), args.out / "written.npz")
    for number in range(args.passes):
        seed = args.seed + number
        save(written_pass(maker, train, numbers, seed), args.out / f"train{number}.npz")


if __name__ == "__main__":
    main()
