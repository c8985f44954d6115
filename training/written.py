"""Make examples from the questions that were written for training.

Usage: python written.py --data squad11_train --base MODEL_FOLDER --cache CACHE --out WRITTEN_CACHE

``written/passages.jsonl`` holds passages of our own with their questions, ``written/questions.jsonl``
questions over SQuAD's paragraphs, which it names by their identifier. Rule-made negatives teach what
a swapped name looks like; these teach what people ask: in other words than the text's, and about
facts that a passage on the same people and bodies does not give.
"""

from __future__ import annotations

import itertools
import json
import logging
import random
from pathlib import Path
from typing import TYPE_CHECKING

from passages import KINDS, Passage, Store, shape
from prepare import KIND_WEIGHTS, Maker, argument_parser, nearest_sentence, save
from synonyms import Synonyms
from topic_examples import TopicMaker, topics_kept_aside
from topics import read_topics

from corpus import Written, locate, open_tokenizer, read_paragraphs, read_written

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTIONS = Path(__file__).with_name("written")
TOPICS = QUESTIONS / "topics.jsonl"
RULE_MADE_SHARE = 0.5
"""Share of the questions for which a rule-made negative is tried besides the near miss."""


def one_pass(maker: Maker, written: list[Written], seed: int) -> Store:
    """Return one pass of examples: a positive, mostly a near miss, often a rule-made negative."""
    rng, store = random.Random(seed), Store(maker.tokenizer)  # noqa: S311
    numbers = {question.key: number for number, question in enumerate(maker.questions)}
    for item in written:
        misses = rng.sample(item.near_misses, len(item.near_misses))
        questions = rng.sample(item.questions, len(item.questions))
        for question, miss in itertools.zip_longest(questions, misses):
            if question is None:
                break
            number, group, style = numbers[question.key], len(store.rows), rng.getrandbits(32)
            passage = maker.positive(number, rng, plain=False)
            spans = maker.spans(number, passage)
            store.add(maker.worded(question.text, style), passage.pieces(), spans, 0, group)
            for text, shaped, kind in negatives(maker, number, miss, rng):
                pieces = shaped.pieces()
                store.add(maker.worded(text, style), pieces, [], KINDS.index(kind), group)
    return store


def negatives(
    maker: Maker, number: int, miss: str | None, rng: random.Random
) -> Iterator[tuple[str, Passage, str]]:
    """Yield question, passage and kind of the near miss, if any, and of a rule-made negative."""
    if miss is not None:
        paragraph = maker.paragraphs[maker.row[maker.questions[number].paragraph]]
        focus = nearest_sentence(paragraph, miss)
        alone = (None, None)  # a neighbour may hold what this paragraph lacks
        yield miss, shape(paragraph, (focus, focus), alone, maker.tokenizer, rng), "written"
    if rng.random() < RULE_MADE_SHARE:
        [kind] = rng.choices(list(KIND_WEIGHTS), list(KIND_WEIGHTS.values()))
        negative = maker.negative(number, kind, rng, plain=False)
        if negative is not None:
            yield *negative, kind


def kept_aside(maker: Maker, written: list[Written]) -> Store:
    """Return what is kept aside: questions and near misses, each with the whole paragraph."""
    store = Store(maker.tokenizer)
    for group, item in enumerate(written):
        paragraph = maker.paragraphs[maker.row[item.paragraph]]
        whole = Passage.whole(paragraph)
        for question in item.questions:
            spans = [(first, last, 1.0) for first, last, _, _ in locate(paragraph, question)]
            store.add(question.text, whole.pieces(), spans, 0, group)
        for miss in item.near_misses:
            store.add(miss, whole.pieces(), [], KINDS.index("written"), group)
    return store


def main() -> None:
    """Write train0.npz, train1.npz, …, and what is kept aside, written.npz and topics.npz."""
    parser = argument_parser(__doc__, passes=4)
    parser.add_argument("--cache", type=Path, required=True, help="what prepare.py wrote")
    parser.add_argument("--mostly", help="how identifiers of paragraphs begin; all are kept")
    parser.add_argument(
        "--others", type=float, default=1.0, help="share of the other paragraphs to train on"
    )
    parser.add_argument("--topic-passes", type=int, default=2, help="over the topics, in each pass")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    tokenizer = open_tokenizer(args.base)
    split = json.loads((args.cache / "split.json").read_text())
    paragraphs = [
        paragraph
        for paragraph in read_paragraphs(args.data, tokenizer)
        if paragraph.title not in {*split["dev"], *split["test"]}
    ]
    own, written = read_written(QUESTIONS, paragraphs, tokenizer)
    topics = read_topics(TOPICS, tokenizer)
    synonyms = Synonyms(args.wordnet) if args.wordnet else None

    def maker_of(items: list[Written]) -> Maker:
        about = {item.paragraph for item in items}
        passages = [paragraph for paragraph in own if paragraph.key in about]
        questions = [question for item in items for question in item.questions]
        return Maker(paragraphs + passages, questions, tokenizer, synonyms)

    aside = [item for item in written if item.is_kept_aside]
    rng = random.Random(args.seed)  # noqa: S311
    train = [
        item
        for item in written
        if not item.is_kept_aside
        and ((args.mostly and item.paragraph.startswith(args.mostly)) or rng.random() < args.others)
    ]
    args.out.mkdir(parents=True, exist_ok=True)
    save(kept_aside(maker_of(aside), aside), args.out / "written.npz")
    save(topics_kept_aside(topics, tokenizer), args.out / "topics.npz")
    maker = maker_of(train)
    topic_maker = TopicMaker(
        [topic for topic in topics if not topic.is_kept_aside], tokenizer, synonyms
    )
    for number in range(args.passes):
        seed = args.seed + number
        store = one_pass(maker, train, seed)
        for again in range(args.topic_passes):
            topic_maker.add_pass(store, seed * args.topic_passes + again)
        save(store, args.out / f"train{number}.npz")


if __name__ == "__main__":
    main()
