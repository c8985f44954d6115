"""How right a short answer is, and whether an answer says what it should."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|\d+")
SAME_SHARE = 0.5
"""A short answer that is a part of the gold one must be at least this share of its words."""
LONGEST_SHORT_ANSWER = 12
"""Words; whatever is longer is no short answer, even with the right value in it."""


def normalised(text: str) -> str:
    """Return *text* in lower case without punctuation, articles and repeated white space.

    SQuAD's normalisation (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250, evaluate-v1.1),
    and the same for punctuation outside ASCII, such as curly quotation marks and dashes.
    """
    text = unicodedata.normalize("NFKC", text).lower()
    kept = (
        char
        for char in text
        if char not in string.punctuation and not unicodedata.category(char).startswith("P")
    )
    return " ".join(_ARTICLES.sub(" ", "".join(kept)).split())


def exact_match(answer: str | None, gold: Sequence[str]) -> float:
    """Return 1 if *answer* is one of *gold* after normalisation, else 0; 0 without an answer."""
    return float(answer is not None and normalised(answer) in {normalised(item) for item in gold})


def token_f1(answer: str | None, gold: Sequence[str]) -> float:
    """Return the best F1 = 2PR / (P + R) of the answer's words with one of *gold*, 0..1."""
    return max((_f1(answer or "", item) for item in gold), default=0.0)


def short_answer_right(answer: str | None, gold: Sequence[str]) -> float:
    """Return 1 if *answer* gives one of *gold*, in as many or few words as a short answer may have.

    It does if it holds the gold answer as a run of words, or is itself such a run of at least half
    the gold answer ("Sharif" for "Gen. Raheel Sharif" is not; "Raheel Sharif" is).
    """
    if not answer or len(answer.split()) > LONGEST_SHORT_ANSWER:
        return 0.0
    own = words(answer)
    return float(
        any(
            _runs_in(other, own) or (len(own) >= SAME_SHARE * len(other) and _runs_in(own, other))
            for other in map(words, gold)
        )
    )


def contains(text: str, gold: Sequence[str]) -> bool:
    """Return whether *text* holds one of *gold* as whole words."""
    own, plain = words(text), f" {normalised(text)} "
    return any(_runs_in(words(item), own) or _is_in(normalised(item), plain) for item in gold)


def share_contained(text: str, items: Sequence[str]) -> float:
    """Return the share of *items* that *text* holds (ALCE's STR-EM, arXiv 2305.14627), 0..1."""
    return sum(contains(text, [item]) for item in items) / len(items)


def words(text: str) -> list[str]:
    """Return the words and numbers of *text*, folded, articles and thousands commas left off."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    found = [match.group().replace(",", "") for match in _WORD.finditer(plain)]
    return [word for word in found if word not in {"a", "an", "the"}]


def word_count(text: str) -> int:
    """Return how many words a reader has to read."""
    return len(text.split())


def _f1(answer: str, gold: str) -> float:
    own, wanted = normalised(answer).split(), normalised(gold).split()
    if not own or not wanted:
        return float(own == wanted and bool(answer))
    common = sum((Counter(own) & Counter(wanted)).values())
    return 2 * common / (len(own) + len(wanted))


def _runs_in(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Return whether *part* is a run of *whole*; nothing is no run."""
    size = len(part)
    return bool(size) and any(
        list(whole[start : start + size]) == list(part) for start in range(len(whole) - size + 1)
    )


def _is_in(part: str, padded: str) -> bool:
    return bool(part) and f" {part} " in padded
