"""The names in a question, and the other names of the same thing.

A passage that answers a question about Riyadh often says "Saudi Arabia", and one that speaks of
everything in the question but Peru answers no question about Peru. Both need to know which words of
a question name something. States go by several words: their name, adjective and seat of government
stand for each other in political texts (``rag/places.txt``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.terms import STOP_WORDS, fold, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

_PLACES_FILE = Path(__file__).parent / "places.txt"
_WORD = re.compile(r"\d{1,3}(?:,\d{3})+(?![\w,])|[^\W_]+(?:[-'’.+&/_][^\W_]+)*")
_NO_NAMES = frozenset(
    """according compare dr explain describe general gen give king list mr mrs ms name president
    prime minister prince prof professor sir summarise summarize monday tuesday wednesday thursday
    friday saturday sunday january february march april june july august september october november
    december""".split()
)
"""Words that are written with a capital but do not name what is asked about."""
MIN_ACRONYM = 3
"""Letters; shorter ones turn up in the capitals of any name."""


@dataclass(frozen=True, slots=True)
class Name:
    """One thing that a question names: ``forms`` are the ways to write it, each as its terms.

    ``own`` is the question's form; the first of ``forms`` is the full name.
    """

    own: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]

    def is_in(self, present: AbstractSet[str]) -> bool:
        """Whether a text with these terms names it, in any form."""
        return any(all(term in present for term in form) for form in self.forms)


def names_in(question: str) -> list[Name]:
    """Return what *question* names, in order: states, and words with a capital or a digit.

    The first word counts only if it is not an ordinary English word at the head of a question.
    """
    found = states_in(question)
    rest = _places()[0].sub(" , ", question)
    for index, match in enumerate(_WORD.finditer(rest)):
        word = match.group()
        ordinary = fold(word) in STOP_WORDS or fold(word) in _NO_NAMES
        if (word[0].isdigit() or word[0].isupper()) and not ordinary and (index or _is_name(word)):
            own = tuple(terms(word)[:1])
            if own and all(own != name.own for name in found):
                found.append(Name(own, (own,)))
    return found


def states_in(text: str) -> list[Name]:
    """Return the states that *text* names, each form once, in order."""
    pattern, forms = _places()
    places = dict.fromkeys(match.group() for match in pattern.finditer(text))
    return [Name(tuple(terms(place)), forms[place]) for place in places]


def other_terms(question: str) -> list[str]:
    """Return the terms of the states' names that *question* calls by another form.

    "Riyadh's move" gives "saudi" and "arabia": words to search for beside the question's own.
    """
    own = set(terms(question))
    added = [term for name in names_in(question) for term in name.forms[0] if term not in own]
    return list(dict.fromkeys(added))


def share_named(names: Iterable[Name], present: frozenset[str] | set[str]) -> float:
    """Return the share (0..1) of the names that a text with these terms has; 1 without names."""
    known = [name.is_in(present) for name in names]
    return sum(known) / len(known) if known else 1.0


def with_synonyms(names: Iterable[Name], present: Iterable[str]) -> set[str]:
    """Return the terms *present*, and the question's own for the names that they have otherwise.

    With "pakistan", a text has the "islamabad" of a question, too.
    """
    known = set(present)
    return known.union(*(name.own for name in names if name.is_in(known)))


def in_words_of(question: str, passage: str) -> str:
    """Return *question* with the states called as the *passage* calls them.

    "When did Islamabad enter the UN?" becomes "When did Pakistan enter the United Nations?" for a
    passage that has these and not those. Adjectives stay.
    """
    pattern, _ = _places()
    nouns = _nouns()

    def renamed(match: re.Match[str]) -> str:
        own = match.group()
        forms = nouns.get(own, ())
        if not forms or _stands_in(own, passage):
            return own
        return next((form for form in forms if _stands_in(form, passage)), own)

    return pattern.sub(renamed, question)


def stands_for(words: str, acronym: str) -> bool:
    """Whether the capitals that begin words, or parts of compounds, hold *acronym* in order."""
    return acronym in "".join(
        word[0] for word in re.findall(r"[^\W_]+", words) if word[0].isupper()
    )


def spells_out(span: str, question: str) -> bool:
    """Whether *span* holds what an acronym of *question* stands for."""
    words = _WORD.findall(question)
    return any(
        stands_for(span, word) for word in words if word.isupper() and len(word) >= MIN_ACRONYM
    )


def _is_name(word: str) -> bool:
    """Whether a question's first word is a name: an acronym or a word with an inner mark."""
    return len(word) > 1 and (word.isupper() or not word.isalpha())


def _stands_in(form: str, passage: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", passage) is not None


@cache
def _nouns() -> dict[str, tuple[str, ...]]:
    """Return each state's name, abbreviations and seats of government by each of these."""
    found: dict[str, tuple[str, ...]] = {}
    for name, other, _, seats in _lines():
        nouns = (*name, *other, *seats)
        found.update((noun, nouns) for noun in nouns if noun not in found)
    return found


def _lines() -> Iterator[list[list[str]]]:
    """Yield the four kinds of a state's forms, each as a list."""
    for line in _PLACES_FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield [
                [form.strip() for form in part.split(",") if form.strip()]
                for part in line.split("|")
            ]


@cache
def _places() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, ...], ...]]]:
    """Return a pattern of all forms of all states, and each form's state: its forms as terms."""
    states: dict[str, tuple[tuple[str, ...], ...]] = {}
    for kinds in _lines():
        written = [form for kind in kinds for form in kind]
        as_terms = tuple(dict.fromkeys(tuple(terms(form)) for form in written))
        states.update((form, as_terms) for form in written if form not in states)
    longest_first = "|".join(map(re.escape, sorted(states, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)"), states
