"""Examples of topics: the passages that answer against those that only speak of the matter."""

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

    from corpus import Question

TOPIC_TITLED = 0.5
"""Share of the passages with their document's title before them; only it may name the matter."""
MOST_ANSWERING, MOST_OTHERS = 2, 3
"""Passages of a question in one pass."""
OTHERS_OF_UNANSWERED = 2


class TopicMaker:
    """Makes examples of topics."""

    def __init__(
        self, topics: list[Topic], tokenizer: Tokenizer, synonyms: Synonyms | None
    ) -> None:
        """Index the passages and answers of *topics*."""
        self.topics = topics
        self.tokenizer = tokenizer
        paragraphs = [paragraph for topic in topics for paragraph in topic.paragraphs]
        asked = [asked for topic in topics for asked in topic.asked]
        questions = [question for item in asked for question in item.answers.values()]
        self.maker = Maker(paragraphs, questions, tokenizer, synonyms, TOPIC_TITLED)
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

    def spans_in(self, question: Question, passage: Passage) -> list[tuple[int, int, float]]:
        """Return where the answer stands in a passage, in its pieces."""
        return self.maker.spans(self.numbers[question.key], passage)

    def _add(self, store: Store, asked: Asked, group: int, rng: random.Random) -> None:
        text = self.maker.worded(asked.text, rng.getrandbits(32))
        chosen = rng.sample(list(asked.answers), min(MOST_ANSWERING, len(asked.answers)))
        for key in chosen:
            question = asked.answers[key]
            passage = self.maker.positive(self.numbers[question.key], rng, plain=False)
            store.add(text, passage.pieces(), self.spans_in(question, passage), 0, group)
        for key in self._tempting(asked, rng):
            paragraph = self.paragraphs[key]
            focus = nearest_sentence(paragraph, asked.text)
            alone = (None, None)  # a neighbour may answer
            passage = shape(paragraph, (focus, focus), alone, self.tokenizer, rng, TOPIC_TITLED)
            store.add(text, passage.pieces(), [], KINDS.index("written"), group)

    def _tempting(self, asked: Asked, rng: random.Random) -> list[str]:
        """Return passages that do not answer: the ones with most of the question's words likelier."""
        words = content_words(asked.text)
        shared = {
            key: len(words & content_words(self.paragraphs[key].text)) for key in asked.others
        }
        ranked = sorted(asked.others, key=lambda key: -shared[key] - 2 * rng.random())
        return ranked[: MOST_OTHERS if asked.answers else OTHERS_OF_UNANSWERED]


def topics_kept_aside(topics: list[Topic], tokenizer: Tokenizer) -> Store:
    """Return the topics that are kept aside: each question with all passages, whole."""
    aside = [topic for topic in topics if topic.is_kept_aside]
    maker, store = TopicMaker(aside, tokenizer, None), Store(tokenizer)
    for group, asked in enumerate(item for topic in aside for item in topic.asked):
        for key in (*asked.answers, *asked.others):
            whole = Passage.whole(maker.paragraphs[key])
            found = maker.spans_in(asked.answers[key], whole) if key in asked.answers else []
            kind = "positive" if found else "written"
            store.add(asked.text, whole.pieces(), found, KINDS.index(kind), group)
    return store
