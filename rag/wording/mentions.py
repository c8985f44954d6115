"""What a conversation is about: the persons, things and groups that its turns mention."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.quantities import parse_numbers
from rag.terms import fold
from rag.wording.clauses import ADJECTIVE, Clause, parse
from rag.wording.kinds import Kind, gender_of, is_called_person, kind_of, names
from rag.wording.lexicon import (
    ATTRIBUTES,
    AUXILIARIES,
    BASE,
    DETERMINERS,
    MONTHS,
    PREPOSITIONS,
    THING_NOUNS,
    is_plural,
)
from rag.wording.phrasing import asked_things

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Turn

MAX_ANSWER_WORDS = 12
"""A longer short answer is a clause, not a name or a thing that one can refer to."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that was spoken of, as the text names it.

    ``gender`` is "m", "f" or None where it does not show; ``answers`` whether it came as an answer.
    """

    text: str
    kind: Kind
    gender: str | None = None
    answers: bool = False


_REQUEST = re.compile(
    r"^(?:(?:can|could|would) you )?(?:please )?(?:list|name|enumerate|summari[sz]e|describe|"
    r"explain|discuss|outline|assess|compare|give me|(?:tell|teach) (?:me|us)(?: more)?(?: about)?|"
    r"(?:and )?what about)\s+",
    re.IGNORECASE,
)
_CHUNK_END = re.compile(rf"\s+(?:{'|'.join(sorted(PREPOSITIONS - {'of', 'between'}))})\s+")
_BETWEEN = re.compile(r"\bbetween\s+(?P<both>[A-Z][\w ]*?\s+and\s+[A-Z][\w ]*\w)")
_OWNER = re.compile(r"^(?P<owner>.+?)['’]s?\s+\S.*$")
_TRAILING = re.compile(
    rf"(?:\s+(?:{'|'.join(sorted(PREPOSITIONS))}|\w+ly|and (?:its|their|his|her)\b.*))+$",
    re.IGNORECASE,
)
_ONLY_DATE = re.compile(rf"[\W\d]*(?:(?:{'|'.join(MONTHS)}|the|early|late|years?|\d+0s)[\W\d]*)*$")
_BEGINS_PHRASE = re.compile(r"(?:the|an?)\s|[A-Z]")
_COPULAS = frozenset("be become remain seem appear".split())
_BETWEEN_PHRASES = (PREPOSITIONS - {"of", "between"}) | AUXILIARIES | frozenset(
    "that who which what when where why how if whether because and".split()
)  # fmt: skip
_NOT_MENTIONED = frozenset(
    """it he she they him them this that these those there so not what who whom which when where why
    how about my your our i you we me us and""".split()
)
_THING_HEADS = frozenset("what which who whom where".split())
_PLACE_ASKED = re.compile(r"\b(?:city|town|capital|place|region)\b")
_THE_AUTHOR = frozenset({"the author", "the columnist", "the writer"})
_SOME_PEOPLE = re.compile(r"[A-Z][a-z]+(?:ers|ors|ists|ians|ics|ts)$")
_WITH_ARTICLE = frozenset(
    """organisation organization coalition alliance union league council agreement treaty accord
    initiative pact commission association federation war""".split()
)


def mentioned(turn: Turn) -> list[Mention]:
    """Return what a turn mentions, the most likely to be spoken of next first.

    A thing that was asked for comes before what the question is about, a place or a definition
    after it; the author quoted comes last.
    """
    asked = turn.answer.standalone_question or turn.question
    clause = parse(asked)
    told = " ".join([turn.question, *(sentence.text for sentence in turn.answer.sentences)])
    found = [_described(phrase, told, clause) for phrase in _phrases(asked, clause)]
    answer = _answer(turn, clause)
    if answer and clause and answer.text not in {item.text for item in found}:
        place = answer.kind is Kind.PLACE and clause.subject
        named = names(clause.subject) == [clause.subject]
        defined = clause.is_definition and (named or answer.kind is not Kind.PERSON)
        vague = clause.head == "what" and not clause.noun and clause.subject
        found.insert(len(found) if place or defined else 1 if vague else 0, answer)
        held = answer.text.partition(" of ")[2] if answer.kind is Kind.PERSON else ""
        if held and held not in {item.text for item in found}:  # "the commander of the IMCTC"
            found.append(_described(held, told, clause))
    if clause and clause.head == "who" and not clause.subject and answer is None:
        found.insert(0, Mention(f"the one who {clause.verb} {clause.rest}".strip(), Kind.PERSON))
    author = turn.answer.citations[0].metadata.author if turn.answer.citations else None
    if author and _is_one_person(author):
        found = [item for item in found if item.text not in _THE_AUTHOR]
        found.append(Mention(author, Kind.PERSON, gender_of(author)))
    return found


def usable_answer(turn: Turn, clause: Clause | None) -> str | None:
    """Return the short answer if it is of the kind asked for, so that a sentence can take it."""
    short = (turn.answer.short_answer or "").strip(" ,.;:")
    words = short.split()
    if clause is None or not 0 < len(words) <= MAX_ANSWER_WORDS:
        return None
    if clause.head == "when" or clause.head.startswith("how"):
        return short if parse_numbers(fold(short)) else None
    fits = not re.search(r"[;|(]", short) and not AUXILIARIES.intersection(words)
    if clause.head in {"who", "whom"}:
        named = words[-1][:1].isupper() and not _SOME_PEOPLE.match(short)
        fits = fits and (named or words[0].casefold() in DETERMINERS)
    elif clause.head == "where":
        fits = fits and bool(re.search(r"[A-Z]", short)) and not re.search(r"\d", short)
    return short if fits else None


def _phrases(asked: str, clause: Clause | None) -> Iterator[str]:
    """Yield the noun phrases of a question: its subject, its objects, then what is in them."""
    if request := _REQUEST.match(asked):
        whole = _CHUNK_END.split(asked[request.end() :].strip(" ?.!"))
    elif clause:
        things = asked_things(clause)
        if things and is_plural(clause.noun or things.partition(" of ")[0]):
            yield from _with_parts(things, defined=True)
        objects = _CHUNK_END.split(f" {clause.rest}".rstrip())
        links = not clause.verb or clause.base_verb in _COPULAS
        described = links and not _BEGINS_PHRASE.match(clause.rest)  # "is important for it"
        whole = [*_CHUNK_END.split(clause.subject), *objects[described:]]
    else:
        whole = _loose_phrases(asked.strip(" ?.!"))
    defined = bool(request or (clause and clause.is_definition))
    parts = [_with_parts(phrase, defined=defined) for phrase in whole]
    yield from (phrases[0] for phrases in parts if phrases)
    yield from (part for phrases in parts for part in phrases[1:])
    known = " ".join(part for phrases in parts for part in phrases)
    for name in names(asked):
        if name not in known:
            article = re.search(rf"\bthe\s+{re.escape(name)}", asked)
            yield article.group() if article else name


def _loose_phrases(asked: str) -> list[str]:
    """Return what looks like noun phrases in a question that could not be taken apart."""
    found: list[list[str]] = [[]]
    first, _, others = asked.partition(" ")
    for word in (first if names(first) else first.casefold(), *others.replace(",", " and").split()):
        if word in _BETWEEN_PHRASES or word in BASE:
            found.append([])
        else:
            found[-1].append(word)
    phrases = [" ".join(words) for words in found]
    return [phrase for phrase in phrases if _BEGINS_PHRASE.match(phrase)]


def _with_parts(phrase: str, *, defined: bool) -> list[str]:
    """Return a noun phrase and those inside it, the likeliest to be spoken of first.

    Who asks what the population of a city is speaks of the city; so with what belongs to someone.
    """
    phrase = _TRAILING.sub("", phrase.strip(" ,;"))
    first = phrase.split()[0].casefold() if phrase else ""
    if _ONLY_DATE.match(phrase) or first in _NOT_MENTIONED or ADJECTIVE.match(phrase):
        return []
    if owner := _OWNER.match(phrase):
        return [owner["owner"], phrase]
    if both := _BETWEEN.search(phrase):
        return [phrase, both["both"]]
    outer, _, inner = phrase.partition(" of ")
    if not inner or outer.split()[-1][0].isupper():
        return [phrase]
    inner = _CHUNK_END.split(inner)[0]
    head = outer.split()[-1].casefold()
    abstract = defined and kind_of(outer) in {Kind.THING, Kind.GROUP, Kind.PERSON}
    if head not in THING_NOUNS and (abstract or {head, head.removesuffix("s")} & ATTRIBUTES):
        return [inner, phrase]
    return [phrase, inner]


def _described(phrase: str, told: str, clause: Clause | None) -> Mention:
    kind = kind_of(phrase)
    if kind is Kind.NAME and clause and clause.is_definition and phrase == clause.subject:
        kind = Kind.PERSON if clause.head == "who" else Kind.THING
    if kind is Kind.NAME and is_called_person(phrase, told):
        kind = Kind.PERSON
    return Mention(phrase, kind, gender_of(phrase, told))


def _answer(turn: Turn, clause: Clause | None) -> Mention | None:
    """Return what the short answer names, None where it names nothing."""
    short = usable_answer(turn, clause)
    if short is None or clause is None or clause.head not in _THING_HEADS or clause.lead:
        return None
    short = re.sub(r"^(?:by|in|at|to|from)\s+", "", short)
    kind = kind_of(short)
    if clause.head in {"who", "whom"} and kind in {Kind.NAME, Kind.PERSON}:
        return Mention(_person_name(short), Kind.PERSON, gender_of(short), answers=True)
    first, last = short.split()[0], short.split()[-1]
    if not first[0].isupper() and first.casefold() not in DETERMINERS:
        return None
    if clause.head == "where" or _PLACE_ASKED.search(clause.noun):
        kind = Kind.COUNTRY if kind is Kind.COUNTRY else Kind.PLACE
    elif kind is Kind.NAME and clause.noun:
        kind = kind_of(clause.noun)
        kind = Kind.THING if kind is Kind.GROUP else kind
    if (
        first[0].isupper()
        and last != first
        and (last.casefold() in _WITH_ARTICLE or last[0].islower())
    ):
        short = f"the {short}"
    return Mention(short, kind, answers=True)


def _person_name(short: str) -> str:
    """Return the name in "former army chief General Raheel Sharif", with its title."""
    if not re.match(r"the |an? |former |[a-z]", short) and "," not in short:
        return short
    people = (name for name in names(short) if kind_of(name) in {Kind.NAME, Kind.PERSON})
    return max(people, key=lambda name: len(name.split()), default=short)


def _is_one_person(author: str) -> bool:
    several = re.search(r",|;|&|\band\b", author)
    return not several and kind_of(author) in {Kind.NAME, Kind.PERSON}
