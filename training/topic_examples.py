"""Examples of folders on one matter: the passages that answer against those that only speak of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from passages import KINDS, Passage, Store, shape
from prepare import Maker, nearest_sentence

from corpus import content_words

if TYPE_CHECKING:
    from synonyms import Synonyms
    from tokenizers import Tokenizer
    from topics import Asked, Topic

TITLED = 0.4
"""Share of the passages with their document's title before them; only it may name the matter."""
MOST_ANSWERING, MOST_OTHERS = 2, 3
"""Passages of a question in one pass."""
OTHERS_OF_UNANSWERED = 2


class TopicMaker:
    """Makes examples of folders."""

    def __init__(
        self, topics: list[Topic], tokenizer: Tokenizer, synonyms: Synonyms | None
    ) -> None:
        """Index the passages and answers of *topics*."""
        self.topics = topics
        self.tokenizer = tokenizer
        paragraphs = [paragraph for topic in topics for paragraph in topic.paragraphs]
        asked = [asked for topic in topics for asked in topic.asked]
        questions = [question for item in asked for question in item.answers.values()]
        self.maker = Maker(paragraphs, questions, tokenizer, synonyms)
        self.numbers = {question.key: number for number, question in enumerate(questions)}
        self.paragraphs = {paragraph.key: paragraph for paragraph in paragraphs}

    def add_pass(self, store: Store, seed: int) -> None:
        """Add each question with passages that answer and passages that do not, as one group."""
        rng = random.Random(seed)  # noqa: S311
        group = 1 + max((row[3] for row in store.rows), default=-1)
        for topic in self.topics:
            for asked in topic.asked:
                self._add(store, asked, group, rng)
                group += 1

    def add_whole(self, store: Store) -> None:
        """Add each question with all passages, whole."""
        for group, asked in enumerate(item for topic in self.topics for item in topic.asked):
            for question in asked.answers.values():
                number = self.numbers[question.key]
                passage = self.maker.positive(number, random.Random(0), plain=True)  # noqa: S311
                store.add(asked.text, passage.pieces(), self.maker.spans(number, passage), 0, group)
            for key in asked.others:
                paragraph = self.paragraphs[key]
                whole = Passage(paragraph, list(range(len(paragraph.sentences))))
                store.add(asked.text, whole.pieces(), [], KINDS.index("written"), group)

    def _add(self, store: Store, asked: Asked, group: int, rng: random.Random) -> None:
        text = self.maker.worded(asked.text, rng.getrandbits(32))
        chosen = rng.sample(list(asked.answers), min(MOST_ANSWERING, len(asked.answers)))
        for key in chosen:
            number = self.numbers[asked.answers[key].key]
            passage = self._titled(self.maker.positive(number, rng, plain=False), rng)
            store.add(text, passage.pieces(), self.maker.spans(number, passage), 0, group)
        for key in self._tempting(asked, rng):
            paragraph = self.paragraphs[key]
            focus = nearest_sentence(paragraph, asked.text)
            alone = (None, None)  # a neighbour may answer
            passage = self._titled(
                shape(paragraph, (focus, focus), alone, self.tokenizer, rng), rng
            )
            store.add(text, passage.pieces(), [], KINDS.index("written"), group)

    def _tempting(self, asked: Asked, rng: random.Random) -> list[str]:
        """Return passages that do not answer: the ones with most of the question's words likelier."""
        words = content_words(asked.text)
        shared = {
            key: len(words & content_words(self.paragraphs[key].text)) for key in asked.others
        }
        ranked = sorted(asked.others, key=lambda key: -shared[key] - 2 * rng.random())
        return ranked[: MOST_OTHERS if asked.answers else OTHERS_OF_UNANSWERED]

    def _titled(self, passage: Passage, rng: random.Random) -> Passage:
        """Put the title before more of the passages than `shape` does."""
        if not passage.before and rng.random() < TITLED:
            title = self.tokenizer.encode(f"{passage.paragraph.title}.", add_special_tokens=False)
            passage.before = title.ids
        return passage
