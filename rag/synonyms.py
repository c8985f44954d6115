"""Words that stand for each other, so that a question need not use its document's.

People ask about a bloc's frontier where the text has an alliance's border. The reader learned from
questions that repeat their text's words, and gives other wordings next to nothing. So each passage
is asked in its own words: states are called as it calls them (`rag.names.in_words_of`), and a word
that it lacks becomes one of the same group that it has (``rag/synonyms.txt``).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.names import in_words_of
from rag.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

_FILE = Path(__file__).parent / "synonyms.txt"
SYNONYM_SHARE = 0.7
"""Of a term's weight where a text has a synonym of it."""
_WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}(?![\w'’-])")
"""In lower case: a word with a capital may be part of a name."""


def asked_in_words_of(passage: str, question: str) -> str:
    """Return *question* in the words of *passage*, as far as it has other words for the same.

    "Who proclaimed the bloc?" becomes "Who announced the alliance?" for a passage that has
    "announced" and "alliance", and neither "proclaimed" nor "bloc".
    """
    has: dict[str, str] = {}
    for match in _WORD.finditer(passage):
        has.setdefault(_stem(match[0]), match[0])

    def put(match: re.Match[str]) -> str:
        stem = _stem(match[0])
        if stem in has or match[0] in STOP_WORDS:
            return match[0]
        others = synonyms_of(stem)
        return next((word for known, word in has.items() if known in others), match[0])

    return _WORD.sub(put, in_words_of(question, passage))


def synonyms_of(term: str) -> frozenset[str]:
    """Return the terms that stand for *term*, without itself."""
    return _groups().get(term, frozenset())


def share_present(weights: Mapping[str, float], present: AbstractSet[str]) -> float:
    """Return the share (0..1) of terms, by *weights*, that a text with the terms *present* has.

    A synonym counts for `SYNONYM_SHARE` of the term.
    """
    total = sum(weights.values()) or 1.0
    held = (
        weight if term in present else SYNONYM_SHARE * weight * (not present.isdisjoint(others))
        for term, weight in weights.items()
        for others in [synonyms_of(term)]
    )
    return sum(held) / total


def _stem(word: str) -> str:
    return terms(word)[0]


@cache
def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            group = frozenset(terms(line))
            for term in group:
                found[term] = found.get(term, frozenset()) | group - {term}
    return found
