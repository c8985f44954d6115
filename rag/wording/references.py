"""References by number or by kind: "the second one", "which of them", "this treaty"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.wording.kinds import Kind, bare
from rag.wording.lexicon import (
    AUXILIARIES,
    DETERMINERS,
    ORGANISATION_NOUNS,
    PERSON_NOUNS,
    PREPOSITIONS,
    THING_NOUNS,
    is_plural,
)
from rag.wording.phrasing import asked_things
from rag.wording.pronouns import find

if TYPE_CHECKING:
    from rag.wording.context import Context
    from rag.wording.mentions import Mention

_ORDINALS = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "latter": 1, "last": -1}
_ORDINAL = re.compile(
    rf"\bthe\s+(?P<which>{'|'.join(_ORDINALS)})(?:\s+ones?\b|(?=\W*$)|(?=\s+(?:is|are|was|were|do|does|"
    r"did|has|have|had|begin|begun|end|start)\b))",
    re.IGNORECASE,
)
_COUNTED = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_OF_THEM = re.compile(
    r"\bof\s+(?:them|those|these)\b(?!\s+(?!(?:is|was|has|does)\b)[a-z]+s\b)", re.IGNORECASE
)
_ONES = re.compile(r"\b(?P<which>which|how many|what)\s+ones\b", re.IGNORECASE)
_DEMONSTRATIVE = re.compile(
    r"\b(?P<lead>(?:[Ii]n|[Oo]n|[Aa]t|[Oo]f|[Bb]y|[Tt]o)\s+)?(?:[Tt]his|[Tt]hese|[Tt]hose|the same|[Tt]hat(?=\s+(?:[a-z]+\s+)?"
    rf"[a-z]+(?:['’]s|\W*$|[,?]|\s+(?:{'|'.join(sorted(AUXILIARIES | PREPOSITIONS))}))))\s+"
    r"(?:(?:military|new|old|international|same|political)\s+)?(?P<noun>[a-z]+)\b",
)
_COUNT_NOUNS = frozenset("figure number total estimate amount sum count".split())
_DATE_NOUNS = frozenset("year month date".split())
_KINDS = (
    (PERSON_NOUNS, "he", Kind.PERSON),
    (frozenset("country state nation kingdom republic".split()), "it", Kind.COUNTRY),
    (frozenset("city place town capital harbour port region".split()), "there", Kind.PLACE),
    (ORGANISATION_NOUNS, "it", Kind.ORGANISATION),
    (THING_NOUNS, "it", Kind.THING),
)
_DATE = re.compile(r"\b(?:1[0-9]|20)\d\d\b")


def picked(question: str, context: Context) -> str:
    """Replace "of them", "which ones" and "the second one" by what the last turn listed."""
    things = asked_things(context.clause) if context.clause else None
    if things is None:
        group = next((item for item in context.mentions[0] if item.kind is Kind.GROUP), None)
        things = group.text if group else None
    if things is not None:
        question = _OF_THEM.sub(lambda _: f"of {things}", question, count=1)
        kinds = things.removeprefix("the ")
        question = _ONES.sub(lambda match: f"{match['which']} {kinds}", question, count=1)
    match = _ORDINAL.search(question)
    if match is None:
        return question
    which, listed = match["which"].casefold(), context.enumerated
    asked = next((_COUNTED[word] for word in (things or "").split() if word in _COUNTED), None)
    if listed and len(listed) > _ORDINALS[which] and asked in {None, len(listed)}:
        spelled = listed[_ORDINALS[which]]
    elif things and is_plural(things.partition(" that ")[0]):
        spelled = f"the {which} of {things}"
    else:
        return question
    return question[: match.start()] + spelled + question[match.end() :]


def demonstratives_replaced(question: str, context: Context) -> str:
    """Replace "this treaty" or "that year" by what the conversation named of that kind."""
    for match in _DEMONSTRATIVE.finditer(question):
        noun = match["noun"].casefold()
        lead = match["lead"] or ""
        if noun in _COUNT_NOUNS | DETERMINERS:
            continue
        if noun in _DATE_NOUNS:
            date = _DATE.search(context.answer or "")
            if date is None:
                continue
            spelled = date.group() if noun == "year" else str(context.answer)
        else:
            mention = _of_kind(noun, context)
            if mention is None:
                continue
            spelled = mention.text
        return f"{question[: match.start()]}{lead}{spelled}{question[match.end() :]}"
    return question


def _of_kind(noun: str, context: Context) -> Mention | None:
    """Return what was said with the same noun before, or else what such a noun can stand for."""
    for mention in (item for turn in context.mentions for item in turn):
        words = mention.text.casefold().split()
        if noun in words and len(bare(mention.text).split()) > 1:
            return mention
    for nouns, pronoun, kind in () if is_plural(noun) else _KINDS:
        if noun in nouns:
            alike = [[item for item in turn if item.kind is kind] for turn in context.mentions]
            found = find(pronoun, alike)
            return found if found and (kind is Kind.PERSON or _is_named(found)) else None
    return None


def _is_named(mention: Mention) -> bool:
    return any(word[:1].isupper() for word in mention.text.split())
