"""Questions that a sentence answers, by patterns that give plain English or nothing.

A sentence of simple build is taken apart into subject, verb and rest; the part that is a date, a
number, a person, a place or a country is asked for. Whatever is not simple gives no question: a
subordinate clause, a pronoun, brackets, quotation marks, a second verb.

>>> text = "The stone bridge over the river Vell was opened in 1874."
>>> next(proposals(text, frozenset()))
Proposal(question='When was the stone bridge over the river Vell opened?', answer='1874')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.wording.lexicon import (
    AUXILIARIES,
    BASE,
    BE,
    COUNTRIES,
    MONTHS,
    PARTICIPLE,
    PAST,
    THIRD,
    TITLES,
    is_plural,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTH = rf"(?:{'|'.join(MONTHS)})"
_YEAR = r"(?:1\d{3}|20\d{2})"
_DATE = rf"(?:(?:\d{{1,2}} {_MONTH}|{_MONTH}(?: \d{{1,2}},)?) )?{_YEAR}"
_FRONTED = re.compile(rf"^(?:In|On) (?P<date>{_DATE})(?:,| (?=[A-Z])) ?(?P<rest>.+)$")
_FINAL = re.compile(rf"^(?P<rest>.*?) ?\b(?:in|on) (?P<date>{_DATE})(?P<by>(?: by .+)?)$")
_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NUMBER = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,3}}|(?:{_SMALL}|(?:{_TENS})(?:-\w+)?))"
    r"(?: (?:hundred|thousand|million|billion))?"
)
_ROUGH = r"(?:(?:about|some|nearly|almost|around|over|more than|at least|up to) )?"
_COUNTED = re.compile(
    rf"^{_ROUGH}(?P<number>{_NUMBER}) (?P<noun>(?:[a-z][\w-]+ ){{0,2}}?[a-z][\w-]+)(?P<rest>(?: .*)?)$",
    re.IGNORECASE,
)
_CAPITAL = r"[A-Z][\w’'-]*\w"
_PLACE = re.compile(
    r"^(?P<rest>.*?) ?\bin (?P<place>(?:the )?[A-Z][a-z’']+(?: [A-Z][a-z’']+){0,2})$"
)
_TITLE = "|".join(sorted(title.capitalize() for title in TITLES))
_PERSON = re.compile(
    rf"(?:(?:Former|Retired|Prime|Crown|Defence|Foreign|Field) )*(?:(?:{_TITLE})\.? )+"
    rf"(?:{_CAPITAL}|[A-Z]\.)(?: (?:bin|al|ul|de|of|{_CAPITAL}|[A-Z]\.)){{0,4}}"
)
_ACRONYM = re.compile(
    rf"(?P<words>{_CAPITAL}(?:[ -](?:of|the|and|for|{_CAPITAL})){{1,8}}) \((?P<short>[A-Z]{{3,8}})\)"
)
_ASIDE = re.compile(r" ?\[[\d, ]+\]| \([^()]*\)|, however(?=,)")
"""A reference, brackets, or a word of connection, without which the sentence says the same."""
_SITUATED = frozenset("based born founded headquartered held located signed situated".split())
_INTRANSITIVE = frozenset(
    "begin close die disappear emerge end occur open resign retire start".split()
)
_ADVERBS = frozenset("also first formally later officially originally publicly".split())
_UNSUITABLE = re.compile(
    r"[()\[\]{}\"“”„«»;:?!/|…—–]|\b(?:he|him|his|she|her|hers|it|its|itself|they|them|their|theirs|"
    r"this|that|these|those|here|there|we|us|our|i|my|you|your|such|latter|former|same|other|"
    r"another|who|whom|whose|which|what|when|where|while|because|although|if|not|no|never|none|"
    r"however|therefore|thus|both|either|neither|now|today|recently|currently|ago|next|"
    r"again|still|only|so|perhaps|et al)\b",
    re.IGNORECASE,
)
_SHORTEST_WORDS, _LONGEST_WORDS = 5, 22
_LONGEST_SUBJECT_WORDS = 9


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question and the words of the sentence that answer it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class _Clause:
    """A main clause taken apart; ``rest`` is without ``date``, None where there is none."""

    subject: str
    verb: str
    rest: str
    date: str | None

    @property
    def is_be(self) -> bool:
        return self.verb in BE

    @property
    def tail(self) -> str:
        """The rest with the date put back."""
        if self.date is None:
            return self.rest
        preposition = "on" if re.search(r"\d [A-Z]|[a-z] \d{1,2},", self.date) else "in"
        return f"{self.rest} {preposition} {self.date}".strip()


def proposals(sentence: str, common_words: frozenset[str]) -> Iterator[Proposal]:
    """Yield the questions that *sentence* answers, the most telling first.

    Args:
        sentence: One sentence with its full stop.
        common_words: Words that occur in lower case in the documents: one that begins a sentence
            loses its capital when it moves.
    """
    text = " ".join(sentence.split())
    yield from _acronyms(text)
    clause = _clause(_ASIDE.sub("", text))
    if clause is None:
        return
    for make in (_how_many, _when, _since_when, _who, _where, _which_country):
        for proposal in make(clause):
            question = _finished(proposal.question, clause.subject, common_words)
            if question is not None:
                yield Proposal(question, proposal.answer)


def _clause(text: str) -> _Clause | None:
    """Take the main clause of a sentence apart; None unless it is simple."""
    if not text.endswith(".") or not text[:1].isupper():
        return None
    text, date = text[:-1], None
    fronted = _FRONTED.match(text)
    if fronted:
        text, date = fronted["rest"][:1].upper() + fronted["rest"][1:], fronted["date"]
    text = re.split(r", (?!\d{4}\b)", text)[0]
    if _UNSUITABLE.search(text) or len(re.findall(_YEAR, text)) > (0 if date else 1):
        return None
    words = text.split()
    place = next((i for i, word in enumerate(words) if i and _is_verb(word)), None)
    if place is None or place > _LONGEST_SUBJECT_WORDS:
        return None
    subject, verb, rest = " ".join(words[:place]), words[place], " ".join(words[place + 1 :])
    if any(word in AUXILIARIES for word in rest.split()) or rest.startswith(("and ", "or ")):
        return None
    final = _FINAL.match(rest)
    if final and date is None:
        rest, date = f"{final['rest']}{final['by']}", final["date"]
    return _Clause(subject, verb, rest, date)


def _is_verb(word: str) -> bool:
    return word in BE or word in _FINITE


_FINITE = frozenset({*PAST.values(), *THIRD.values(), "has", "have", "had", "consists"})


def _is_third(verb: str) -> bool:
    return verb in _THIRD_FORMS


_THIRD_FORMS = frozenset(THIRD.values())


def _inverted(clause: _Clause) -> str | None:
    """Return auxiliary, subject and verb in the order of a question, None where it is unclear."""
    if clause.is_be:
        return f"{clause.verb} {clause.subject}"
    base = BASE.get(clause.verb)
    if base is None or base == "be":
        return None
    helper = "does" if _is_third(clause.verb) else "do" if clause.verb == "have" else "did"
    return f"{helper} {clause.subject} {base}"


def _has_second_verb(text: str) -> bool:
    return any(word in _FINITE or word in _PARTICIPLES for word in text.split())


_PARTICIPLES = frozenset(PARTICIPLE.values())


def _participle_first(rest: str) -> bool:
    words = [word for word in rest.split() if word not in _ADVERBS]
    return bool(words) and words[0] in _PARTICIPLES | _SITUATED


def _when(clause: _Clause) -> Iterator[Proposal]:
    head = _inverted(clause)
    if clause.date is None or head is None:
        return
    if clause.is_be:
        words = clause.rest.split()
        simple = _participle_first(clause.rest) and not _has_second_verb(" ".join(words[2:]))
    else:
        alone = not clause.rest and BASE[clause.verb] in _INTRANSITIVE
        simple = (alone or bool(clause.rest)) and not _has_second_verb(clause.rest)
        simple = simple and clause.verb not in _THIRD_FORMS and clause.verb not in {"had", "have"}
    if simple:
        yield Proposal(f"When {head} {clause.rest}", clause.date)


def _since_when(clause: _Clause) -> Iterator[Proposal]:
    found = re.fullmatch(rf"been (?P<state>.+?) since (?P<date>{_DATE})", clause.rest)
    if found and clause.verb in {"has", "have"} and not _has_second_verb(found["state"]):
        question = f"Since when {clause.verb} {clause.subject} been {found['state']}"
        yield Proposal(question, found["date"])


def _how_many(clause: _Clause) -> Iterator[Proposal]:
    yield from _counted_subject(clause)
    if clause.is_be or _has_second_verb(clause.rest):
        return
    preposition, rest = "", clause.tail
    if clause.verb == "consists" and rest.startswith("of "):
        preposition, rest = " of", rest[3:]
    counted, head = _COUNTED.match(rest), _inverted(clause)
    if counted and head and _is_countable(counted["noun"]):
        question = f"How many {counted['noun']} {head}{preposition}{counted['rest']}"
        yield Proposal(question, counted["number"])


def _counted_subject(clause: _Clause) -> Iterator[Proposal]:
    counted = _COUNTED.match(clause.subject)
    if not counted or not _is_countable(counted["noun"].split()[-1]):
        return
    words = clause.tail.split()
    if clause.is_be and not _has_second_verb(" ".join(words[1:])):
        noun = f"{counted['noun']}{counted['rest']}"
        yield Proposal(f"How many {noun} {clause.verb} {clause.tail}", counted["number"])


def _is_countable(noun: str) -> bool:
    units = {"percent", "years", "months", "days", "hours", "hundreds", "thousands"}
    words = noun.split()
    return is_plural(noun) and words[-1] not in units and not any(w in _FINITE for w in words[:-1])


def _who(clause: _Clause) -> Iterator[Proposal]:
    if _PERSON.fullmatch(clause.subject) and len(clause.tail.split()) > 2:  # noqa: PLR2004
        if clause.is_be or not _has_second_verb(clause.rest):
            yield Proposal(f"Who {clause.verb} {clause.tail}", clause.subject)
    elif clause.is_be and _PERSON.fullmatch(clause.rest) and clause.verb in {"is", "was"}:
        yield Proposal(f"Who {clause.verb} {clause.subject}", clause.rest)
    by = re.fullmatch(rf"(?P<done>\w+) by (?P<person>{_PERSON.pattern})", clause.rest)
    if clause.is_be and by and by["done"] in _PARTICIPLES:
        when = clause.tail[len(clause.rest) :]
        question = f"By whom {clause.verb} {clause.subject} {by['done']}{when}"
        yield Proposal(question, by["person"])


def _where(clause: _Clause) -> Iterator[Proposal]:
    found = _PLACE.match(clause.rest)
    if not found or not clause.is_be or re.search(_MONTH, found["place"]):
        return
    if not found["rest"] or found["rest"] in _SITUATED:
        when = clause.tail[len(clause.rest) :]
        question = f"Where {clause.verb} {clause.subject} {found['rest']}".strip() + when
        yield Proposal(question, found["place"])


def _which_country(clause: _Clause) -> Iterator[Proposal]:
    plain = clause.subject.removeprefix("The ")
    specific = re.search(rf"\b(?:{_CAPITAL}|\d+)\b", clause.tail)
    if plain.casefold() not in COUNTRIES or not specific or _has_second_verb(clause.rest):
        return
    if not clause.is_be and BASE.get(clause.verb) and len(clause.tail.split()) > 2:  # noqa: PLR2004
        yield Proposal(f"Which country {clause.verb} {clause.tail}", plain)


def _acronyms(text: str) -> Iterator[Proposal]:
    for match in _ACRONYM.finditer(text):
        words = re.split(r"[ -]", match["words"])
        for start in range(len(words)):
            initials = "".join(word[0] for word in words[start:] if word[0].isupper())
            if initials == match["short"] and words[start][0].isupper():
                offset = sum(len(word) + 1 for word in words[:start])
                full = match["words"][offset:]
                yield Proposal(f"What does {match['short']} stand for?", full)
                break


def _finished(question: str, subject: str, common_words: frozenset[str]) -> str | None:
    """Return a question with its mark and small letters, None where it is not fit to be asked."""
    first = subject.split(maxsplit=1)[0]
    if first.casefold() in common_words | {"the", "a", "an"} and not (
        len(first) > 1 and first.isupper()
    ):
        question = question.replace(subject, first.lower() + subject[len(first) :], 1)
    question = f"{question[:1].upper()}{' '.join(question[1:].split())}?"
    count = len(question.split())
    names = re.findall(rf"(?<!^)\b(?!{_MONTH})(?:{_CAPITAL}|[A-Z]{{2,}})", question)
    if not _SHORTEST_WORDS <= count <= _LONGEST_WORDS or not names:
        return None
    return question
