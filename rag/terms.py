"""Text to search terms: one definition for the lexical index, its reference and the answers.

A term is a lower-case English stem without accents. Compounds and names with inner marks stay
whole beside their parts, so "Zarb-e-Azb" is found as such and by "Azb", "2+X" by "2+X", and
"U.S." as "us".
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before
    being below between both but by can could did do does doing down during each few for from
    further had has have having he her here hers him his how i if in into is it its itself just
    let many may me might more most much must my no nor not of off on once only or other our out
    over own please same shall she should so some such tell than that the their them then there
    these they this those through to too under until up us very was we were what when where
    which while who whom whose why will with within without would you your""".split()
)
"""English function words and the words that only make a question of a sentence."""

_WORD = re.compile(r"\d{1,3}(?:,\d{3})+(?![\w,])|[^\W_]+(?:[-'’.+&/_][^\W_]+)*")
_FORMS_FILE = Path(__file__).parent / "forms.txt"
_SPELLINGS_FILE = Path(__file__).parent / "spellings.txt"
_BRITISH = re.compile(r"(?<=\w{4})is$")
"""The end of a stem: "organis" of "organisation" is "organiz"."""
_INNER_MARKS = re.compile(r"[-'’.+&/_]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_RAISED = re.compile("[⁰¹²³⁴-⁹]+")
"""The mark of a note, or an exponent: "2017²" is the year, "41²" the number."""
_POSSESSIVE = re.compile(r"['’]s$")


def terms(text: str) -> list[str]:
    """Return the terms of *text* in order, with repeats; a compound comes before its parts."""
    return list(chain.from_iterable(map(_word_terms, _WORD.findall(fold(text)))))


def query_terms(text: str) -> list[str]:
    """Return the distinct terms of *text* without stop words, in order.

    A text of nothing but stop words keeps them.
    """
    words = [match.group() for match in _WORD.finditer(fold(text))]
    content = [word for word in words if word not in STOP_WORDS]
    return list(dict.fromkeys(term for word in content or words for term in _word_terms(word)))


def without_possessive(word: str) -> str:
    """Return *word* without the ending of "Khan's" or "members'"."""
    return re.sub(r"['’]s?$", "", word)


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Return the share (0..1) of all terms of two sets that both have; 1 for two empty sets."""
    union = len(left | right)
    return len(left & right) / union if union else 1.0


def fold(text: str) -> str:
    """Return *text* in lower case, without accents and raised digits."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", _RAISED.sub(" ", text).casefold())
    return _BEYOND_ASCII.sub(_unless_combining, decomposed)


def _unless_combining(match: re.Match[str]) -> str:
    return "" if unicodedata.combining(match[0]) else match[0]


@lru_cache(maxsize=100_000)
def _word_terms(word: str) -> tuple[str, ...]:
    word = _POSSESSIVE.sub("", word).replace(",", "")
    parts = [part for part in _INNER_MARKS.split(word) if part]
    if len(parts) <= 1:
        return (_stem(parts[0] if parts else word),)
    if all(part.isdigit() for part in parts):
        return (word,)  # 3.5 is a number and 2015/16 a date
    if all(len(part) == 1 for part in parts) and "." in word:
        return ("".join(parts),)  # U.S.A. is one acronym
    return (word, *(_stem(part) for part in parts))


def _stem(word: str) -> str:
    stem = _BRITISH.sub("iz", str(_stemmer().stemWord(_base_forms().get(word, word))))
    return _american_stems().get(stem, stem)


@cache
def _base_forms() -> dict[str, str]:
    """Return the base form of words by their irregular forms."""
    return {form: base for base, *forms in _lines(_FORMS_FILE) for form in forms}


@cache
def _american_stems() -> dict[str, str]:
    """Return the stem of a word's first spelling by those of the others."""
    stemmed = [
        [str(_stemmer().stemWord(word)) for word in line] for line in _lines(_SPELLINGS_FILE)
    ]
    return {other: first for first, *others in stemmed for other in others}


def _lines(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
