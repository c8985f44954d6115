"""Whose words a sentence is where it does not name them: after a pronoun, or in an interview.

"She calls it a trap" is by the last one named before. "AB: We are late." is by Ann Bell, whom the
title or the introduction of the interview names.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.attribution import speakers_in
from rag.names import states_in
from rag.sentences import sentence_spans
from rag.terms import fold, without_possessive

if TYPE_CHECKING:
    from rag.types import Document, Span

INTRODUCTION_CHARACTERS = 1500
"""In which an interview names those who speak."""
FEWEST_TURNS = 4
MOST_INITIALS = 3
LOOKED_BACK = 800
"""Characters before a pronoun in which somebody can be named for it."""
_WORD = re.compile(r"[\w'’-]+")
_NAME = r"[A-ZÀ-Þ][\w'’-]*[a-zß-ÿ]"
_FULL = re.compile(rf"{_NAME}(?: (?:[A-ZÀ-Þ]\.|al|bin|de|van|von|der|{_NAME}))* {_NAME}")
_TURN = re.compile(
    rf"^(?P<label>(?:[A-ZÀ-Þ]\. ?){{2,3}}|[A-ZÀ-Þ]{{1,3}}|{_NAME}(?: {_NAME}){{0,3}}) ?:\s",
    re.MULTILINE,
)
_ASKING = frozenset({"q", "question", "interviewer"})
_ANSWERING = frozenset({"a", "answer"})
_GUEST = re.compile(
    rf"\b(?i:interview|conversation|talk|questions|asked)\W+(?:with|for|to|of) (?P<name>{_FULL.pattern})"
)
_INTRODUCED = re.compile(
    rf"(?<![^\s:])(?P<name>{_FULL.pattern})(?:, (?:\d\d,|[a-z])| (?:is|was|has|had|ran|runs|leads|led|heads|headed|spoke|talked)\b)"
)
"""Of whom an introduction tells something: "Ann Bell, 51, …", "Ann Bell spoke to Nils Aas"."""
_IS_INTERVIEW = re.compile(
    r"\b(?:interview|in conversation|(?:spoke|speaks|talked) (?:to|with)|questions (?:by|from))\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"[^\n]+")
LONGEST_QUESTION = 300
"""Characters of a paragraph that is an interviewer's question."""
_POINTS_BACK = re.compile(
    r"\W*(?P<start>He|She|They)\s+(?:\w+ly\s+|also\s+|further\s+)?\w+|"
    r"[^\"”]+[,?!.…][\"”] (?:(?P<end>he|she|they) \w+|\w+ (?P<last>he|she|they)\b)"
)
"""'He says …', '"…," she recalls', '"…," said he'."""
_NO_PERSON = re.compile(r"\b(?:the|of|in|at|an?|its|their)\s$", re.IGNORECASE)
"""Before the name of a body or a place: "the Red Cross", "of Arab News"."""
_MAN = re.compile(r"\b(?:Mr|Sir|Lord|King|Prince|[a-z]*(?:spokes|chair)man)\b")
_WOMAN = re.compile(r"\b(?:Mrs|Ms|Miss|Lady|Queen|Princess|[a-z]*(?:spokes|chair)woman)\b")


class Turn(NamedTuple):
    """Where somebody begins to speak in an interview, and who: initials or a name, folded."""

    start: int
    label: str


def is_said_by(document: Document, span: Span, text: str, speaker: str) -> bool | None:
    """Whether a sentence is the words of the one of that folded surname; None if it tells not."""
    reported = speakers_in(text)
    if reported:
        return speaker in reported
    turn = _turn_at(document.text, span.start)
    if turn is not None:
        named = _named(turn, document)
        return speaker in named if named else None
    pointing = _POINTS_BACK.match(text)
    if pointing:
        return _is_meant(document.text, span.start, pointing[pointing.lastgroup or 0], speaker)
    if text.startswith(('"', "“")):
        return _goes_on(document.text, span.start, speaker)
    return None


def speaks_within(document: Document, span: Span, speaker: str) -> bool:
    """Whether a part of an interview has words of the one of that folded surname."""
    labels = {turn.label for turn in _turns(document.text) if span.start <= turn.start < span.end}
    first = _turn_at(document.text, span.start)
    return any(
        speaker in _named(label, document) for label in labels | ({first} if first else set())
    )


def question_before(document: Document, start: int) -> str:
    """Return what an interviewer asks right before the turn with *start*, nothing if nobody does."""
    text, turns = document.text, _turns(document.text)
    if _turn_at(text, start) is None:
        return ""
    place = bisect_right(turns, start, key=lambda turn: turn.start) - 1
    asked = text[turns[place - 1].start : turns[place].start].strip() if place else ""
    label = _TURN.match(asked)
    return asked[label.end() if label else 0 :] if asked.endswith("?") else ""


def _can_be(label: str, words: list[str]) -> bool:
    """Whether "km" or "bell" can stand for ["kate", "marsh"] or ["bell"]."""
    if not words:
        return False
    own = label.split()
    if own[-1] == words[-1]:
        return True
    initials = len(own) == 1 and 1 < len(label) <= MOST_INITIALS and label.isalpha()
    given = len(words) == 1 or label[0] == words[0][0]
    return initials and given and label[-1] == words[-1][0]


def _labels(text: str) -> list[Turn]:
    return [
        Turn(match.start(), fold(re.sub(r"\. ?", "", match["label"])))
        for match in _TURN.finditer(text)
    ]


@lru_cache(maxsize=64)
def _turns(text: str) -> tuple[Turn, ...]:
    """Return the turns of an interview, in order: several of each of two people or more."""
    found = _labels(text)
    counts = [sum(turn.label == other.label for other in found) for turn in found]
    often = tuple(turn for turn, count in zip(found, counts, strict=True) if count > 1)
    several = len({turn.label for turn in often}) > 1 and len(often) >= FEWEST_TURNS
    return tuple(found) if several else _without_labels(text)


def _without_labels(text: str) -> tuple[Turn, ...]:
    """Return the turns of an interview whose questions are paragraphs, as if marked "Q" and "A"."""
    if not _IS_INTERVIEW.search(text[:INTRODUCTION_CHARACTERS]):
        return ()
    paragraphs = [(match.start(), match[0].rstrip()) for match in _PARAGRAPH.finditer(text)]
    asks = [part.endswith("?") and len(part) <= LONGEST_QUESTION for _, part in paragraphs]
    found = [
        Turn(start, "q" if asking else "a")
        for (start, _), asking, before in zip(paragraphs[1:], asks[1:], asks, strict=False)
        if asking or before
    ]
    return tuple(found) if len(found) >= FEWEST_TURNS else ()


def _turn_at(text: str, start: int) -> str | None:
    """Return the label of the turn in which *start* stands; after the last one's paragraph none."""
    turns = _turns(text)
    place = bisect_right(turns, start, key=lambda turn: turn.start)
    if not place or (place == len(turns) and "\n" in text[turns[-1].start : start]):
        return None
    return turns[place - 1].label


def _named(label: str, document: Document) -> frozenset[str]:
    metadata = document.metadata
    return _speakers_of(label, document.text, metadata.title or "", metadata.author or "")


@lru_cache(maxsize=256)
def _speakers_of(label: str, text: str, title: str, author: str) -> frozenset[str]:
    """Return the folded surnames of those for whom the label of a turn can stand."""
    head = f"{title}\n{text[:INTRODUCTION_CHARACTERS]}"
    if label in _ASKING:
        return _last_words([author])
    if label in _ANSWERING:
        guest = _GUEST.search(head) or _INTRODUCED.search(head)
        return _last_words([guest["name"]] if guest else [])
    people = [*_FULL.findall(head), *_FULL.findall(author)]
    named = _last_words([name for name in people if _can_be(label, _words(name))])
    return named or (frozenset() if len(label) <= MOST_INITIALS else _last_words([label]))


def _last_words(names: list[str]) -> frozenset[str]:
    return frozenset(words[-1] for words in map(_words, names) if words)


def _words(name: str) -> list[str]:
    return [without_possessive(word) for word in _WORD.findall(fold(name))]


def _is_meant(text: str, start: int, pronoun: str, speaker: str) -> bool:
    """Whether a pronoun is for the one of that surname: nobody else is named nearer.

    Two who are named in one sentence can both be meant, unless the sentence says whose words it
    reports, or what stands before a name makes it another's pronoun.
    """
    for sentence in _before(text, start):
        reported = speakers_in(sentence)
        if reported:
            return speaker in reported and _agrees(sentence, speaker, pronoun)
        if speaker in _words(sentence):
            return _agrees(sentence, speaker, pronoun)
        if _names_a_person(sentence):
            return False
    return False


def _goes_on(text: str, start: int, speaker: str) -> bool | None:
    """Whether a quotation goes on after one by the speaker: '"…," says Bell. "…"'."""
    for sentence in _before(text, start, paragraph=True):
        reported = speakers_in(sentence)
        if reported:
            return speaker in reported
        pointing = _POINTS_BACK.match(sentence)
        if pointing:
            place = text.rfind(sentence, 0, start)
            return _is_meant(text, place, pointing[pointing.lastgroup or 0], speaker)
        if not sentence.startswith(('"', "“")):
            return None
    return None


def _before(text: str, start: int, *, paragraph: bool = False) -> list[str]:
    """Return the sentences before a place, the nearest first."""
    window = text[max(start - LOOKED_BACK, 0) : start]
    if paragraph:
        window = window.rpartition("\n")[2]
    return [window[span.start : span.end] for span in reversed(sentence_spans(window))]


def _names_a_person(sentence: str) -> bool:
    return any(
        not states_in(match[0])
        and not _NO_PERSON.search(sentence[: match.start()])
        and not _NO_PERSON.match(f"{match[0].split()[0]} ")
        for match in _FULL.finditer(sentence)
    )


def _agrees(sentence: str, speaker: str, pronoun: str) -> bool:
    """Whether no title in the words before a name is for another gender than the pronoun."""
    other = {"he": _WOMAN, "she": _MAN}.get(fold(pronoun))
    words = sentence.split()
    places = [at for at, word in enumerate(words) if speaker in _words(word)]
    before = (" ".join(words[max(at - 3, 0) : at]) for at in places)
    return other is None or not any(other.search(title) for title in before)
