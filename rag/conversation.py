"""Follow-up questions made self-contained from the conversation, by rules and without a model.

Pronouns are replaced by what was last spoken of, elliptic questions ("why?", "and Iran?") take
their rest from the question before, and a question that stands on its own is left alone, so that
a change of topic carries nothing over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.questions import Expected, classify
from rag.terms import query_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Turn

_LEAD = re.compile(r"^\W*(?:and|but|so|then|also|ok(?:ay)?|well|now)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(
    r"^\W*(?:(?:and\s+)?(?:what|how)\s+about|and)\s+(?P<rest>[^?]+?)\W*$", re.IGNORECASE
)
_BARE = re.compile(
    r"^\W*(?:and\s+)?(?P<word>why(?:\s+not)?|when|where|how|who|since when|how long|how many|"
    r"how much|by whom|what for)\s*(?:so|exactly|then|was that|is that|did that happen)?\W*$",
    re.IGNORECASE,
)
_QUESTION_HEAD = re.compile(
    r"^(?:(?:in|on|at|by|since|to|from|for|of|under)\s+)?(?:who|whom|whose|what|which|when|where|"
    r"why|how(?:\s+(?:many|much|long|far|large|big|old|high|often))?)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?P<word>is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
_PERSON_WORDS = re.compile(r"\b(?P<word>he|she|him|hers|her|himself|herself|his)\b", re.IGNORECASE)
_THING_WORDS = re.compile(
    r"\b(?P<word>its|itself|it|they|them|their|theirs|this one|that one|(?:this|that|these|those)"
    r"(?=\s*(?:$|[?.!,]|is\b|was\b|are\b|were\b|mean\b|happen\w*\b)))\b",
    re.IGNORECASE,
)
_PLACE_WORDS = re.compile(
    r"\b(?P<word>there)\b(?!\s+(?:is|are|was|were|any|a|been)\b)", re.IGNORECASE
)
_IS_THERE = re.compile(r"\b(?:is|are|was|were|been|be)\s+there\b", re.IGNORECASE)
_EMPTY_IT = re.compile(r"\bit\s+(?:is|was)\s+(?:true|possible|said|likely|known)\b", re.IGNORECASE)
_POSSESSIVE = frozenset({"his", "its", "their", "theirs", "hers"})
_NAME = re.compile(
    r"(?:[A-Z][\w’'.-]*[\w.]|[A-Z]{2,}s?)(?:\s+(?:(?:of|the|for|and|bin|al|de|ul|e)\s+)*"
    r"(?:[A-Z][\w’'.-]*\w|[A-Z]{2,}))*"
)
_NOUN_PHRASE = re.compile(
    r"\bthe\s+(?P<phrase>(?:[a-z][\w-]+\s+){0,3}?[a-z][\w-]+)(?=\s+(?:of|in|on|at|by|to|from|with|"
    r"is|are|was|were|has|have|had|do|does|did|that|which|and|for|join\w*|have|announce\w*)\b|\W*$)"
)
_NOT_NAMES = frozenset(
    """who whom whose what which when where why how the a an is are was were do does did has have
    can could will would should and in on at by since to from for of under tell name list give
    summarise summarize explain describe compare according i""".split()
)
MAX_CARRIED_TERMS = 1
"""A question with more content words than this, and no pronoun, stands on its own."""


@dataclass(frozen=True, slots=True)
class _Focus:
    """What a conversation is about, each None where nothing such was spoken of."""

    person: str | None = None
    thing: str | None = None
    place: str | None = None


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return *question* such that it can be understood without the conversation.

    Args:
        question: What was just asked.
        history: The earlier turns, the oldest first.

    Returns:
        The question itself where it needs nothing from the conversation.
    """
    if not history:
        return question
    before = history[-1].answer.standalone_question or history[-1].question
    bare = _BARE.match(question)
    if bare:
        return _with_other_head(bare["word"], before)
    about = _ABOUT.match(question)
    if about and not _QUESTION_HEAD.match(about["rest"]) and not _AUXILIARY.match(about["rest"]):
        return _with_other_subject(about["rest"].strip(), before)
    focus = _focus(history)
    resolved = _resolved(question, focus)
    if resolved != question:
        return _sentence_case(_LEAD.sub("", resolved))
    if _LEAD.match(question) or len(query_terms(question)) <= MAX_CARRIED_TERMS:
        return _with_topic(_sentence_case(_LEAD.sub("", question)), focus)
    return question


def _with_other_head(word: str, before: str) -> str:
    """Ask *before* again with another question word: "When did X join?" and "why" → "Why …"."""
    rest = _QUESTION_HEAD.sub("", before.strip()).strip()
    auxiliary = _AUXILIARY.search(rest)
    if auxiliary and auxiliary.start() > 0:  # "many members does it have" begins with a noun
        rest = rest[auxiliary.start() :]
    return _sentence_case(f"{word.strip()} {rest}")


def _with_other_subject(subject: str, before: str) -> str:
    """Ask *before* again about something else: "When did Iran join?" and "Iraq" → "When … Iraq"."""
    wanted_year = re.fullmatch(r"(?:in\s+)?(\d{4})", subject)
    if wanted_year:
        year = re.search(r"\b(?:1[5-9]|20)\d\d\b", before)
        if year:
            return before[: year.start()] + wanted_year[1] + before[year.end() :]
        return f"{before.rstrip(' ?')} in {wanted_year[1]}?"
    names = _names(before)
    if names:
        return before.replace(names[0], subject, 1)
    phrase = _NOUN_PHRASE.search(before)
    if phrase:
        return before[: phrase.start()] + subject + before[phrase.end() :]
    return f"{before.rstrip(' ?')}: {subject}?"


def _with_topic(question: str, focus: _Focus) -> str:
    topic = focus.thing or focus.person
    if topic is None or topic.casefold() in question.casefold():
        return question
    return f"{question.rstrip(' ?')} ({topic})?"


def _focus(history: Sequence[Turn]) -> _Focus:
    """Look for the last person, thing and place, the latest turn first."""
    person = thing = place = None
    for turn in reversed(history):
        asked = turn.answer.standalone_question or turn.question
        expected = classify(asked).expected
        short = turn.answer.short_answer
        names = _names(asked)
        if short and expected is Expected.PERSON:
            person = person or short
        elif short and expected is Expected.PLACE:
            place = place or short
        for name in names:
            if person is None and _looks_like_person(name, turn):
                person = name
            elif thing is None and not _looks_like_person(name, turn):
                thing = name
        if thing is None and (phrase := _NOUN_PHRASE.search(asked)):
            thing = phrase.group()
        if person and thing and place:
            break
    return _Focus(person, thing, place or thing)


def _resolved(question: str, focus: _Focus) -> str:
    """Replace the pronouns that have something to stand for."""
    text = question
    if focus.person:
        text = _replaced(_PERSON_WORDS, text, focus.person)
    if focus.thing and not _EMPTY_IT.search(text):
        text = _replaced(_THING_WORDS, text, focus.thing)
    if focus.place and not _IS_THERE.search(text):
        text = _PLACE_WORDS.sub(f"in {focus.place}", text)
    return text


def _replaced(pattern: re.Pattern[str], text: str, name: str) -> str:
    """Replace the first pronoun by *name*; later ones still refer to it."""
    match = pattern.search(text)
    if match is None:
        return text
    before = text[: match.start()]
    if _names(before) and before.rstrip().endswith(("and", "or")):
        return text
    word = match["word"].casefold()
    owns = word in _POSSESSIVE or (word == "her" and re.match(r"\s+[a-z]", text[match.end() :]))
    form = f"{name}'s" if owns and not name.endswith("s") else f"{name}'" if owns else name
    return before + form + text[match.end() :]


def _names(text: str) -> list[str]:
    """Return the names in a question, leaving out the words that begin it."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and words[0].casefold() in _NOT_NAMES:
            words = words[1:]
        name = re.sub(r"['’]s?$", "", " ".join(words))
        if name and name.casefold() not in _NOT_NAMES:
            found.append(name)
    return found


def _looks_like_person(name: str, turn: Turn) -> bool:
    """Whether a name stands where persons do: with a title, or as an author of the sources."""
    if re.match(r"(?:Gen|Dr|Mr|Mrs|Ms|Prof|Lt|Maj|Col|Sen|Prince|King|President)\b", name):
        return True
    words = set(name.casefold().split())
    return any(
        words <= set(re.findall(r"\w+", (citation.metadata.author or "").casefold()))
        for citation in turn.answer.citations
    ) or bool(
        re.search(
            rf"\b(?:General|Gen\.|Dr\.?|Prince|Minister|Chief|author|Mr\.?|Ms\.?)\s+(?:\w+\s+)?"
            rf"{re.escape(name)}",
            " ".join(sentence.text for sentence in turn.answer.sentences),
        )
    )


def _sentence_case(text: str) -> str:
    text = text.strip()
    text = text if text.endswith("?") else f"{text.rstrip(' .')}?"
    return text[:1].upper() + text[1:]
