"""What names and noun phrases denote, told from their words and from what is said of them."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.terms import without_possessive
from rag.wording.lexicon import (
    AUXILIARIES,
    COUNTRIES,
    EVENT_NOUNS,
    FEMALE,
    MALE,
    ORGANISATION_NOUNS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PREPOSITIONS,
    THING_NOUNS,
    TITLES,
    is_plural,
)


class Kind(StrEnum):
    """What a phrase denotes, as far as pronouns care."""

    PERSON = "person"
    ORGANISATION = "organisation"
    COUNTRY = "country"
    PLACE = "place"
    THING = "thing"
    GROUP = "group"
    """Several persons or things."""
    NAME = "name"
    """A name that may be a person's or a thing's."""


_NAME = re.compile(
    r"(?<![\w’'])(?:[A-Z][\w’'.&-]*|\d+\+[A-Z])"
    r"(?:\s+(?:(?:of|the|for|on|and|in|to|bin|al|de|von|van|der|la|ul|e)\s+){0,2}"
    r"(?:[A-Z][\w’'.&-]*\w|[A-Z]\b\.?|\([a-z]\)))*"
    r"(?:\s+(?!(?:1[5-9]|20)\d\d\b)\d+(?:\.\d+)*[a-z]?(?![,.]?\w)"
    r"(?!\s+(?:[a-z]{3,}s|[a-z]+illion|hundred|thousand|people|per)\b))?"
)
"""Capitalised words and what numbers them: "Article 5", but no year and no "Iran 5 times"."""
_NOT_NAMES = AUXILIARIES | frozenset(
    """who whom whose what which when where why how the a an i and but so then also ok okay well now
    tell name list give summarise summarize explain describe compare according discuss please yes
    no it he she they his her its their there this that these those in on at by since to from for of
    under""".split()
)
_ARTICLE = re.compile(r"^(?:the|an?|this|that|these|those)\s+", re.IGNORECASE)
_HEAD_END = re.compile(rf"\s+(?:{'|'.join(sorted(PREPOSITIONS))}|that)\s+")
_KINDS = (
    (PERSON_NOUNS, Kind.PERSON),
    (ORGANISATION_NOUNS, Kind.ORGANISATION),
    (PLACE_NOUNS, Kind.PLACE),
    (THING_NOUNS, Kind.THING),
)
_RANK_OF_OFFICE = re.compile(r"-(?:in-chief|general|designate|elect)$")
_ACRONYM = re.compile(r"[A-Z][A-Z&+\d.-]+s?|\d\+\w")
_OFFICES = "|".join(sorted(TITLES | PERSON_NOUNS))
_SPEAKS = "say|says|said|write|writes|wrote|argue|argues|think|thinks|see|sees|born|die|died"


def names(text: str) -> list[str]:
    """Return the names in *text* in order, without the word that begins a question."""
    found = []
    for match in _NAME.finditer(text):
        words, begins = match.group().split(), match.start() == 0 or text.isupper()
        while words and _is_no_name(words[0], begins=begins):
            words, begins = words[1:], text.isupper()
        name = without_possessive(" ".join(words)).rstrip(".,")
        if re.search(r"[A-Z]", name):
            found.append(name)
    return found


def _is_no_name(word: str, *, begins: bool) -> bool:
    """Whether a capitalised word is "Who" or the like; in capitals "the WHO" may be meant."""
    word = re.split(r"['’.]", word, maxsplit=1)[0]
    return word.casefold() in _NOT_NAMES and (begins or len(word) == 1 or not word.isupper())


def bare(phrase: str) -> str:
    """Return a phrase without its article or demonstrative."""
    return _ARTICLE.sub("", phrase)


def is_event(phrase: str) -> bool:
    """Whether a noun phrase names what happens: "the battle of Verdun", but not "the bridge"."""
    head = _HEAD_END.split(bare(phrase), maxsplit=1)[0].casefold().split()
    return bool(head) and head[-1] in EVENT_NOUNS


def kind_of(phrase: str) -> Kind:
    """Return what a name or noun phrase denotes, from its words alone."""
    plain = bare(phrase).strip(" \"“”'.,")
    head = _HEAD_END.split(plain, maxsplit=1)[0]
    words = [word.strip('"“”.,').casefold() for word in head.split()]
    if not words or plain.casefold() in COUNTRIES:
        return Kind.COUNTRY if words else Kind.THING
    if _is_series(plain):
        return Kind.GROUP
    named = head.split()[-1][:1].isupper() or bool(re.search(r'["“\d]', bare(phrase)[:1] + head))
    if named and words[0] in TITLES and len(words) > 1:
        return Kind.PERSON
    for word in (words[-1], words[0])[: 1 + named]:
        office = _RANK_OF_OFFICE.sub("", word)
        for nouns, kind in _KINDS:
            if word in nouns or office in nouns:
                return kind
    if not named:
        return Kind.GROUP if is_plural(head) else Kind.THING
    return _kind_of_name(phrase, head)


def _kind_of_name(phrase: str, head: str) -> Kind:
    if _ACRONYM.fullmatch(head):
        return Kind.ORGANISATION
    if head.casefold() in COUNTRIES:
        return Kind.COUNTRY
    return Kind.THING if phrase != bare(phrase) or phrase[:1] in '"“' else Kind.NAME


def _is_series(phrase: str) -> bool:
    """Whether a phrase joins several names: not "Belt and Road Initiative"."""
    first, joined, last = phrase.rpartition(" and ")
    if not joined or not first[:1].isupper() or " that " in phrase:
        return False
    if "," in first or last.startswith("the "):
        return True
    alike = kind_of(first) is kind_of(last)
    return alike and (kind_of(first) is Kind.COUNTRY or len(first.split()) == len(last.split()))


def is_called_person(name: str, told: str) -> bool:
    """Whether *told* gives the name a title or an office, or lets it speak."""
    named = re.escape(name)
    return bool(
        re.search(rf"\b(?:{_OFFICES})\.?\s+(?:\([a-z]\)\s+)?{named}", told, re.IGNORECASE)
        or re.search(rf"{named}['’]s? (?:eyes|words|opinion|view|wife|husband)", told)
        or (" " in name and re.search(rf"{named}\s+(?:was\s+)?(?:{_SPEAKS})\b", told))
    )


def gender_of(phrase: str, told: str = "") -> str | None:
    """Return "m" or "f" where a title in the phrase, or before it in *told*, tells."""
    words = {word.strip(".").casefold() for word in phrase.split()}
    title = re.search(rf"\b(\w+)\.?\s+{re.escape(phrase)}", told)
    words |= {title[1].casefold()} if title else set()
    if words & FEMALE:
        return "f"
    return "m" if words & MALE else None
