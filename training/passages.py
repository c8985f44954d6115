"""Cut passages in varied forms out of paragraphs, and store tokenised examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from tokenizers import Tokenizer

    from corpus import Paragraph

MAX_QUESTION = 64
MAX_PIECES = 384
LONGEST = 300
TITLED = 0.15
"""Share of the passages with their article's title before them."""
CLS, SEP = 101, 102
KINDS = ("positive", "same_article", "other_article", "deleted", "swapped", "written")


@dataclass
class Passage:
    """Consecutive sentences of one paragraph, with text put before and after them."""

    paragraph: Paragraph
    keep: list[int]
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    around: str = ""

    @classmethod
    def whole(cls, paragraph: Paragraph) -> Passage:
        """Return the whole paragraph."""
        return cls(paragraph, list(range(len(paragraph.sentences))))

    def text(self) -> str:
        """Return the passage's text, neighbours included, without the title."""
        own = " ".join(self.paragraph.sentence_text(i) for i in self.keep)
        return f"{own} {self.around}"

    def pieces(self) -> list[int]:
        """Return the passage's word pieces."""
        return self.before + [p for i in self.keep for p in self._slice(i)] + self.after

    def shift(self, sentence: int) -> int | None:
        """Return what to add to a piece number of a sentence, None if it isn't kept."""
        if sentence not in self.keep:
            return None
        at = len(self.before)
        for index in self.keep:
            if index == sentence:
                return at - self.paragraph.limits[index][0]
            at += len(self._slice(index))
        return None

    def _slice(self, index: int) -> list[int]:
        begin, end = self.paragraph.limits[index]
        return self.paragraph.ids[begin:end]


def cut(paragraph: Paragraph, first: int, last: int, budget: int, rng: random.Random) -> list[int]:
    """Return sentences around first..last, grown at random ends up to about budget pieces."""
    sizes = [b - a for a, b in paragraph.limits]
    total = sum(sizes[first : last + 1])
    while True:
        ways = [w for w in (first - 1, last + 1) if 0 <= w < len(sizes)]
        ways = [w for w in ways if total + sizes[w] <= budget]
        if not ways:
            return list(range(first, last + 1))
        way = rng.choice(ways)
        first, last, total = min(first, way), max(last, way), total + sizes[way]


def shape(
    paragraph: Paragraph,
    focus: tuple[int, int],
    neighbours: tuple[Paragraph | None, Paragraph | None],
    tokenizer: Tokenizer,
    rng: random.Random,
    titled: float = TITLED,
) -> Passage:
    """Return a passage that holds the sentences of focus: a window, the whole, or joined.

    *titled* is the share of passages with their title before them.
    """
    draw, size = rng.random(), len(paragraph.ids)
    if draw < 0.42 or size > LONGEST:  # noqa: PLR2004
        budget = rng.randint(30, 150) if size <= LONGEST else rng.randint(90, 256)
        passage = Passage(paragraph, cut(paragraph, *focus, budget, rng))
    else:
        passage = Passage.whole(paragraph)
        side = rng.randint(0, 1)
        other = neighbours[side]
        if draw > 0.88 and other is not None and size + len(other.ids) <= 256:  # noqa: PLR2004
            passage.around = other.text
            if side:
                passage.after = other.ids
            else:
                passage.before = other.ids
    if rng.random() < titled:
        lead = tokenizer.encode(paragraph.title + ".", add_special_tokens=False).ids
        passage.before = lead + passage.before
    return passage


class Store:
    """Tokenised examples as flat arrays."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Start empty."""
        self.tokenizer = tokenizer
        self.ids: list[np.ndarray] = []
        self.rows: list[tuple[int, int, int, int]] = []
        self.spans: list[tuple[int, int, int, float]] = []

    def add(
        self,
        question: str,
        pieces: list[int],
        spans: list[tuple[int, int, float]],
        kind: int,
        group: int,
    ) -> bool:
        """Add one example; spans count from the passage's first piece. False if it can't be."""
        asked = self.tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION]
        room = MAX_PIECES - len(asked) - 3
        spans = [s for s in spans if s[1] < room]
        if (kind == 0) != bool(spans):
            return False
        whole = [CLS, *asked, SEP, *pieces[:room], SEP]
        start = len(asked) + 2
        for first, last, weight in spans:
            self.spans.append((len(self.rows), first + start, last + start, weight))
        self.ids.append(np.asarray(whole, np.uint16))
        self.rows.append((len(whole), start, kind, group))
        return True

    def save(self, path: Path) -> None:
        """Write the arrays to an npz file."""
        rows = np.asarray(self.rows, np.int32)
        spans = np.asarray([s[:3] for s in self.spans], np.int32)
        weights = np.asarray([s[3] for s in self.spans], np.float32)
        np.savez(path, ids=np.concatenate(self.ids), rows=rows, spans=spans, weights=weights)
