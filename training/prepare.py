"""Make the tokenised training, development and held-out examples from SQuAD 1.1 paragraphs.

Usage: python prepare.py --data squad11_train --base MODEL_FOLDER --out CACHE
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing as mp
import random
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from bm25 import Index
from edits import entities, negate, reword, swap_entity, swap_opposite
from passages import KINDS, TITLED, Passage, Store, shape
from synonyms import Synonyms, other_words

from corpus import (
    Paragraph,
    Question,
    content_words,
    lacks,
    locate,
    open_tokenizer,
    read_paragraphs,
    read_questions,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LOG = logging.getLogger("prepare")
NEGATIVE_SHARE = 0.8
REWORDED = 0.5
"""Share of the questions that get other words, if there are synonyms."""
OTHER_WORDS = 0.4
"""Share of such a question's words."""
KIND_WEIGHTS = {"same_article": 0.28, "other_article": 0.12, "deleted": 0.2, "swapped": 0.4}


def nearest_sentence(paragraph: Paragraph, question: str) -> int:
    """Return the number of the sentence that shares most words with the question."""
    words = content_words(question)
    shared = [
        len(words & content_words(paragraph.sentence_text(number)))
        for number in range(len(paragraph.sentences))
    ]
    return int(np.argmax(shared))


class Maker:
    """Makes positive and negative examples out of paragraphs and questions."""

    def __init__(
        self,
        paragraphs: list[Paragraph],
        questions: list[Question],
        tokenizer: Tokenizer,
        synonyms: Synonyms | None = None,
        titled: float = TITLED,
    ) -> None:
        """Index paragraphs by article and find hard paragraphs for the questions.

        *titled* is the share of passages with their title before them.
        """
        self.synonyms, self.titled = synonyms, titled
        self.paragraphs, self.questions, self.tokenizer = paragraphs, questions, tokenizer
        self.row = {p.key: i for i, p in enumerate(paragraphs)}
        self.pools: dict[str, dict[str, list[str]]] = {}
        for paragraph in paragraphs:
            pool = self.pools.setdefault(paragraph.title, {})
            for kind, entity in entities(paragraph.text):
                pool.setdefault(kind, []).append(entity)
        index = Index([p.text for p in paragraphs])
        self.best = index.top([q.text for q in questions], 40)

    @lru_cache(maxsize=4)  # noqa: B019 (the maker lives as long as the program)
    def found(self, number: int) -> list[tuple[int, int, int, float]]:
        """Return the answer's occurrences in the paragraph that was asked about."""
        question = self.questions[number]
        return locate(self.paragraphs[self.row[question.paragraph]], question)

    def neighbours(self, paragraph: Paragraph) -> tuple[Paragraph | None, Paragraph | None]:
        """Return the paragraphs before and after in the same article."""
        at = self.row[paragraph.key]
        sides = []
        for other in (at - 1, at + 1):
            inside = 0 <= other < len(self.paragraphs)
            near = self.paragraphs[other] if inside else None
            sides.append(near if near and near.title == paragraph.title else None)
        return sides[0], sides[1]

    def worded(self, question: str, style: int) -> str:
        """Return the question as another person would put it; a style does the same every time."""
        rng = random.Random(style)  # noqa: S311
        if self.synonyms and rng.random() < REWORDED:
            question = other_words(question, self.synonyms, OTHER_WORDS, rng)
        return reword(question, rng)

    def positive(self, number: int, rng: random.Random, *, plain: bool) -> Passage:
        """Return a passage that answers; plain means the whole paragraph."""
        question = self.questions[number]
        paragraph = self.paragraphs[self.row[question.paragraph]]
        found = self.found(number)
        best = max(found, key=lambda f: f[3])
        if plain:
            return Passage.whole(paragraph)
        last = best[2]
        while paragraph.limits[last][1] <= best[1]:
            last += 1
        sides = self.neighbours(paragraph)
        return shape(paragraph, (best[2], last), sides, self.tokenizer, rng, self.titled)

    def spans(self, number: int, passage: Passage) -> list[tuple[int, int, float]]:
        """Return the answer's occurrences within a passage, in its pieces."""
        spans = []
        for first, last, sentence, weight in self.found(number):
            shift = passage.shift(sentence)
            if shift is not None:
                spans.append((first + shift, last + shift, weight))
        return spans

    def elsewhere(self, number: int, rng: random.Random, *, same: bool) -> Passage | None:
        """Return a passage from another paragraph that ranks high for the question."""
        question = self.questions[number]
        title = self.paragraphs[self.row[question.paragraph]].title
        rows = [r for r in self.best[number] if (self.paragraphs[r].title == title) == same]
        rows = [r for r in rows if self.paragraphs[r].key != question.paragraph]
        rows = [r for r in rows if lacks(self.paragraphs[r].text, question.answer)]
        if not rows:
            return None
        paragraph = self.paragraphs[rows[min(int(rng.expovariate(0.7)), len(rows) - 1)]]
        focus = nearest_sentence(paragraph, question.text)
        sides = self.neighbours(paragraph)
        return shape(paragraph, (focus, focus), sides, self.tokenizer, rng, self.titled)

    def deleted(self, number: int, rng: random.Random, *, plain: bool) -> Passage | None:
        """Return the paragraph without the sentences that hold the answer."""
        passage = self.positive(number, rng, plain=plain)
        gone = {s for _, _, s, _ in self.found(number)}
        passage.keep = [i for i in passage.keep if i not in gone]
        return passage if passage.keep else None

    def swapped(self, number: int, passage: Passage, rng: random.Random) -> str | None:
        """Return a near-miss question that the passage does not answer."""
        question = self.questions[number]
        found = self.found(number)
        sentence = passage.paragraph.sentence_text(max(found, key=lambda f: f[3])[2])
        near: dict[str, list[str]] = {}
        for kind, entity in entities(passage.text()):
            near.setdefault(kind, []).append(entity)
        draw = rng.random()
        text, body = question.text, passage.text()
        if draw < 0.05:  # noqa: PLR2004
            return negate(text)
        pools = (near, self.pools[passage.paragraph.title])
        by_entity = swap_entity(text, body, sentence, pools, rng)
        by_word = swap_opposite(text, body, rng)
        pair = (by_word, by_entity) if draw < 0.5 else (by_entity, by_word)  # noqa: PLR2004
        return pair[0] or pair[1]

    def negative(
        self,
        number: int,
        kind: str,
        rng: random.Random,
        *,
        plain: bool,
    ) -> tuple[str, Passage] | None:
        """Return (question, passage) of one kind of negative, None if there is none."""
        text = self.questions[number].text
        if kind == "swapped":
            passage = self.positive(number, rng, plain=plain)
            other = self.swapped(number, passage, rng)
            return (other, passage) if other else None
        if kind == "deleted":
            made = self.deleted(number, rng, plain=plain)
        else:
            made = self.elsewhere(number, rng, same=kind == "same_article")
        if made is None or not lacks(made.text(), self.questions[number].answer):
            return None
        return text, made


def one_pass(maker: Maker, numbers: list[int], seed: int) -> Store:
    """Return one pass of training examples: a positive each, and mostly a negative."""
    rng, store, order = random.Random(seed), Store(maker.tokenizer), list(numbers)  # noqa: S311
    rng.shuffle(order)
    kinds, weights = list(KIND_WEIGHTS), list(KIND_WEIGHTS.values())
    for group, number in enumerate(order):
        passage = maker.positive(number, rng, plain=False)
        style = rng.getrandbits(32)
        text = maker.worded(maker.questions[number].text, style)
        store.add(text, passage.pieces(), maker.spans(number, passage), 0, group)
        if rng.random() > NEGATIVE_SHARE:
            continue
        for kind in rng.choices(kinds, weights, k=3):
            made = maker.negative(number, kind, rng, plain=False)
            if made is None:
                continue
            text = maker.worded(made[0], style)
            store.add(text, made[1].pieces(), [], KINDS.index(kind), group)
            break
    return store


def check_part(maker: Maker, numbers: list[int], seed: int) -> Store:
    """Return a fixed part: the whole paragraph, and one negative of every kind that exists."""
    rng, store = random.Random(seed), Store(maker.tokenizer)  # noqa: S311
    for group, number in enumerate(numbers):
        passage = maker.positive(number, rng, plain=True)
        text = maker.questions[number].text
        if not store.add(text, passage.pieces(), maker.spans(number, passage), 0, group):
            continue
        for kind in KIND_WEIGHTS:
            made = maker.negative(number, kind, rng, plain=True)
            if made is not None:
                store.add(made[0], made[1].pieces(), [], KINDS.index(kind), group)
    return store


def divide(maker: Maker, path: Path, seed: int) -> dict[str, list[int]]:
    """Divide the questions by article into parts, and write the articles' titles."""
    title = {p.key: p.title for p in maker.paragraphs}
    titles = sorted(set(title.values()))
    random.Random(seed).shuffle(titles)  # noqa: S311
    dev, test = titles[:22], titles[22:35]
    path.write_text(json.dumps({"dev": dev, "test": test}, indent=1))
    parts: dict[str, list[int]] = {"dev": [], "test": [], "train": []}
    for number, question in enumerate(maker.questions):
        name = title[question.paragraph]
        part = "dev" if name in dev else "test" if name in test else "train"
        parts[part].append(number)
    return parts


def argument_parser(description: str | None, passes: int) -> argparse.ArgumentParser:
    """Return a parser of the options that every making of examples has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=passes)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wordnet", type=Path, help="folder with WordNet's files, for synonyms")
    return parser


def main() -> None:
    """Write train0.npz, train1.npz, …, dev.npz, test.npz and split.json."""
    parser = argument_parser(__doc__, passes=2)
    parser.add_argument("--check", type=int, default=1200, help="questions in dev and test")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    tokenizer = open_tokenizer(args.base)
    paragraphs = read_paragraphs(args.data, tokenizer)
    synonyms = Synonyms(args.wordnet) if args.wordnet else None
    maker = Maker(paragraphs, read_questions(args.data), tokenizer, synonyms)
    LOG.info("%d paragraphs, %d questions", len(paragraphs), len(maker.questions))
    args.out.mkdir(parents=True, exist_ok=True)
    parts = divide(maker, args.out / "split.json", args.seed)
    jobs = []
    for number, (name, rows) in enumerate(parts.items()):
        if name == "train":
            jobs += [(f"train{i}", rows, args.seed + i + 1) for i in range(args.passes)]
        else:
            picked = random.Random(args.seed + number).sample(rows, min(args.check, len(rows)))  # noqa: S311
            jobs.append((name, picked, args.seed))
    context = mp.get_context("fork")
    running = [context.Process(target=write_part, args=(maker, args.out, *job)) for job in jobs]
    for process in running:
        process.start()
    for process in running:
        process.join()


def write_part(maker: Maker, out: Path, name: str, numbers: list[int], seed: int) -> None:
    """Make and write one part."""
    store = (one_pass if name.startswith("train") else check_part)(maker, numbers, seed)
    save(store, out / f"{name}.npz")


def save(store: Store, path: Path) -> None:
    """Write the examples and log what they are."""
    store.save(path)
    kinds = Counter(KINDS[r[2]] for r in store.rows)
    mean = float(np.mean([r[0] for r in store.rows]))
    LOG.info("%s: %d examples, %.1f pieces, %s", path.stem, len(store.rows), mean, dict(kinds))


if __name__ == "__main__":
    main()
