"""Put other words for those of a question: synonyms and wider words of WordNet.

Readers ask in their own words, and SQuAD's questions mostly repeat their paragraph's. WordNet 3.0
(Fellbaum 1998) is read from its files `data.*`, `index.*` and `cntlist.rev`, which Debian's package
wordnet-base puts into /usr/share/wordnet; lemminflect finds and makes the words' forms.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lemminflect import getInflection, getLemma

from corpus import STOP

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

PARTS = {"noun": ("NOUN", ("NN", "NNS")), "verb": ("VERB", ("VB", "VBD", "VBN", "VBG", "VBZ"))}
PARTS["adj"] = ("ADJ", ("JJ", "JJR", "JJS"))
_NUMBER = {"noun": "1", "verb": "2", "adj": "3"}
_WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}(?![\w'’-])")
KEPT = STOP | set(
    "many much long often far old name year type kind date time number person people called made "
    "first last more most less least other same one two city country state century war".split()
)
"""Words that carry the question's type, or that every other word would change."""
PROMINENT = 2
"""Another word is taken if the meaning is among so many of its commonest ones."""


class Synonyms:
    """Words of WordNet with the words that mean the same or are one step wider."""

    def __init__(self, folder: Path) -> None:
        """Read the folder's files."""
        self.senses: dict[tuple[str, str], list[str]] = {}
        self.words: dict[str, list[str]] = {}
        self.wider: dict[str, list[str]] = {}
        self.common: dict[tuple[str, str], int] = {}
        for part in PARTS:
            self._read_index(folder / f"index.{part}", part)
            self._read_data(folder / f"data.{part}", part)
        for line in (folder / "cntlist.rev").read_text().splitlines():
            key, _, count = line.split(" ")
            lemma, sense = key.split("%")
            for part, number in _NUMBER.items():
                if sense[0] == number or (part == "adj" and sense[0] == "5"):
                    at = (part, lemma)
                    self.common[at] = self.common.get(at, 0) + int(count)

    def _read_index(self, path: Path, part: str) -> None:
        for line in path.read_text().splitlines():
            if line.startswith(" "):
                continue
            fields = line.split()
            synsets = fields[-int(fields[2]) :]
            self.senses[part, fields[0]] = [f"{part}{offset}" for offset in synsets]

    def _read_data(self, path: Path, part: str) -> None:
        for line in path.read_text().splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            key, count = f"{part}{fields[0]}", int(fields[3], 16)
            words = [re.sub(r"\(.*\)$", "", w) for w in fields[4 : 4 + 2 * count : 2]]
            self.words[key] = words
            links = fields[5 + 2 * count :]
            self.wider[key] = [
                f"{part}{links[at + 1]}" for at, link in enumerate(links) if link in ("@", "&")
            ]

    @lru_cache(maxsize=100_000)  # noqa: B019 - lives as long as the program
    def of(self, word: str) -> tuple[str, ...]:
        """Return other words for an English word in the same form, the likeliest first."""
        read = [
            (self.common.get((part, lemma), 0), part, lemma, tag)
            for part, lemma, tag in self._readings(word)
        ]
        if not read:
            return ()
        _, part, lemma, tag = max(read)
        others = dict.fromkeys(self._others(part, lemma))
        made = (getInflection(other, tag, inflect_oov=True) for other in others)
        return tuple(forms[0] for forms in made if forms and forms[0] != word)

    def _readings(self, word: str) -> Iterator[tuple[str, str, str]]:
        for part, (name, tags) in PARTS.items():
            for lemma in getLemma(word, name, lemmatize_oov=False):
                if (part, lemma) not in self.senses:
                    continue
                for tag in tags:
                    if word in getInflection(lemma, tag, inflect_oov=False):
                        yield part, lemma, tag
                        break

    def _others(self, part: str, lemma: str) -> Iterator[str]:
        commonest = self.senses[part, lemma][0]
        for near in (commonest, *self.wider[commonest]):
            for word in self.words[near]:
                known = self.senses.get((part, word), [])[:PROMINENT]
                if near in known and word not in (lemma, "be") and self.common.get((part, word)):
                    yield word


def other_words(question: str, synonyms: Synonyms, share: float, rng: random.Random) -> str:
    """Return the question with about this *share* (0..1) of its words put in other words."""

    def put(match: re.Match[str]) -> str:
        word = match[0]
        draw, pick = rng.random(), rng.random()
        if word in KEPT or draw > share:
            return word
        others = synonyms.of(word)
        return others[int(len(others) * pick**2)] if others else word

    return _WORD.sub(put, question)
