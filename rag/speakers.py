"""Questions for what somebody says: answered with their words, not with another's.

"How does Hokayem describe the coalition?" is about Hokayem's sentence. The reader knows that the
question is about the coalition and takes whatever describes it, whoever says so. Here the sentences
that report what the person says come first, then those that name the person as their source; the
sentences of others are left out. Where no sentence is the person's, nothing changes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.attribution import REPORTS, authors_cited, speakers_in, surnames
from rag.names import states_in
from rag.terms import STOP_WORDS, fold, terms, without_possessive
from rag.values import TITLES
from rag.voices import is_said_by, question_before, speaks_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.types import Document, Span

CITED_SHARE = 0.6
"""Of a sentence's score where the person is only named in brackets as its source."""
MENTIONED_SHARE = 0.8
"""The same where a sentence speaks of the person without reporting what anybody says."""
_NAME = r"(?:[A-ZÀ-Þ][\w'’.-]*\w\.?)"
_PERSON = (
    rf"(?P<person>{_NAME}(?:\s+(?:al|bin|ibn|de|van|von|and|&)?\s*{_NAME})*)"
    r"(?:\s+et al\.?)?(?:\s*[\[(]\d{4}[\])])?"
)
_OFFICE = r"(?:(?:the|[A-ZÀ-Þ][\w-]*['’]s?)\s+(?:[a-z]+\s+){1,3})?"
"""Before a name: "Pakistan's minister"."""
_THINKS = (
    f"{REPORTS}|"
    "acknowledge|advise|advocate|assess|assume|characteri[sz]e|consider|declare|define|"
    "depict|expect|explain|fear|feel|find|highlight|insist|interpret|make of|point out|"
    "portray|predict|propose|recommend|regard|say|see|speak|think|urge|view|write"
)
"""What a person is asked about does not make everybody who does it a source: Asif proposed it."""
_VIEWS = (
    "analysis|argument|assessment|claim|conclusion|critique|criticism|description|estimate|"
    "explanation|interpretation|opinion|position|view|warning|words"
)
_ASKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?i:does|did|do|would|has|have|had)\s+{_OFFICE}{_PERSON}\s+(?:\w+ly\s+)?(?i:{_THINKS})\b",
        rf"\b(?i:according to)\s+{_PERSON}",
        rf"{_PERSON}(?:['’]s?)\s+(?:\w+\s+)?(?i:{_VIEWS})s?\b",
        rf"\b(?i:{_VIEWS})s?\s+(?i:of)\s+{_PERSON}",
    )
)
_ASKS_BODY = re.compile(
    rf"\b(?i:does|did|do|would|has|have|had)\s+(?:the\s+)?(?P<body>{_NAME}(?:\s+{_NAME})*)"
    rf"\s+(?:\w+ly\s+)?(?i:{_THINKS})\b"
)
"""A state or another body has no words of its own but those of whoever speaks for it."""
_SAYS = re.compile(
    rf"\b(?P<what>(?i:what))\s+(?i:does|did|do|would|has|have|had)\s+{_OFFICE}{_PERSON}\s+(?:\w+ly\s+)?"
    r"(?i:argued?|claim(?:ed)?|said|say|think|thought|write|written)\b"
)
"""What anybody says can be asked without a name; what they fear or propose cannot."""
_QUESTION_WORD = re.compile(
    r"\b(?:what|how|why|which|whom?|whose|where|when|according)\b", re.IGNORECASE
)
_WORD = re.compile(r"[\w'’-]+")
_CAPITALS = re.compile(rf"{_NAME}(?: (?:al |bin |de |van |von )?{_NAME})*")
_PEOPLE = re.compile(r"\s*(?:,|;|&|\band\b)\s*")


def speaker_asked_for(question: str) -> str | None:
    """Return the surname of the one whose words *question* asks for, folded.

    A state is none: "How does India view …" is answered by whoever describes it.
    """
    return max(surnames(_person_asked_for(question)), default=None)


def author_asked_for(question: str, author: str | None) -> frozenset[str]:
    """Return the terms of a document's author if *question* asks for this person's words.

    "What does Simbal Khan say about Iran?" means her article, which need not name her.
    """
    return authors_named(_person_asked_for(question), author)


def authors_named(text: str, author: str | None) -> frozenset[str]:
    """Return the terms of a document's authors whom *text* names.

    "Who paid for Okafor's study?" is answered in that study, which need not name her. First names
    have to agree where both are given, or their initials.
    """
    if not author:
        return frozenset()
    named = [_names_of(person) for person in _CAPITALS.findall(text)]
    people = [
        person
        for person in _PEOPLE.split(author)
        for names in [_names_of(person)]
        if any(own and names and own[-1] == names[-1] and _agree(own, names) for own in named)
    ]
    return frozenset(terms(" ".join(people)))


def asked_of_voices(question: str, document: Document, span: Span) -> str:
    """Return *question* as one asks a passage of the one who writes or speaks in it, unnamed there."""
    return _without_name(question) if terms_of_voices(question, document, span) else question


def without_speaker(question: str) -> str:
    """Return *question* without what asks for somebody's words: "What … about Iran?"."""
    for pattern in (*_ASKS, _ASKS_BODY):
        match = pattern.search(question)
        if match:
            return " ".join(f"{question[: match.start()]} {question[match.end() :]}".split())
    return question


def topic_of(question: str) -> str:
    """Return what a question for somebody's words asks them about, any other question as it is."""
    topic = without_speaker(question) if speaker_asked_for(question) else question
    return question if set(_WORD.findall(fold(topic))) <= STOP_WORDS else topic


def terms_of_voices(question: str, document: Document, span: Span) -> frozenset[str]:
    """Return the terms of the name asked for if this person writes or speaks in a passage."""
    speaker = speaker_asked_for(question)
    if speaker and speaks_within(document, span, speaker):
        return frozenset(terms(_person_asked_for(question)))
    return author_asked_for(question, document.metadata.author)


def speaker_terms(question: str, item: Candidate) -> frozenset[str]:
    """Return the terms of the name asked for if a sentence is this person's words, named or not.

    With those of the interviewer's question that it answers.
    """
    speaker = speaker_asked_for(question)
    if speaker and is_said_by(item.document, item.span, item.text, speaker):
        asked = question_before(item.document, item.span.start)
        return frozenset(terms(f"{_person_asked_for(question)} {asked}"))
    return author_asked_for(question, item.document.metadata.author)


def _without_name(question: str) -> str:
    said = _SAYS.sub(r"\g<what> is said", question)
    person = _person_asked_for(question)
    return said if said != question else question.replace(person, "the author", 1)


def _names_of(person: str) -> list[str]:
    """Return first names and surname, folded and without titles."""
    words = [without_possessive(word) for word in _WORD.findall(fold(person))]
    return [word for word in words if word not in TITLES and word not in STOP_WORDS]


def _agree(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two people's first names can be the same; "E." can be Emile, and none anything."""
    if len(left) == 1 or len(right) == 1:
        return True
    one, other = left[0], right[0]
    return one == other or (1 in (len(one), len(other)) and one[0] == other[0])


@lru_cache(maxsize=256)
def _person_asked_for(question: str) -> str:
    """Return the name of the one whose words *question* asks for, nothing if there is none."""
    if not _QUESTION_WORD.search(question):
        return ""
    for pattern in _ASKS:
        asked = pattern.search(question)
        person = re.sub(r"^.*['’]s?\s+", "", asked["person"]) if asked else ""
        if person and not states_in(person):
            return person.rpartition(" and ")[2]
    return ""


def by_speaker(ranked: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return the candidates that are the words of the one whom *question* asks about, best first.

    All of them where nobody is asked about, or no sentence is that person's.
    """
    speaker = speaker_asked_for(question)
    if not speaker:
        return _by_spokesman(ranked, question)
    shares = [_share(item, speaker, question) for item in ranked]
    return _weighted(ranked, shares) if any(shares) else list(ranked)


def _by_spokesman(ranked: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return the candidates, first the words of those who speak for the body asked about."""
    asked = _ASKS_BODY.search(question) if _QUESTION_WORD.search(question) else None
    wanted = _forms_of(asked["body"]) if asked else frozenset()
    speak = [bool(wanted) and not wanted.isdisjoint(speakers_in(item.text)) for item in ranked]
    shares = [1.0 if speaks else MENTIONED_SHARE for speaks in speak]
    return _weighted(ranked, shares) if any(speak) else list(ranked)


def _forms_of(body: str) -> frozenset[str]:
    """Return the last words, folded, of a body's name, of a state's seat and other names too."""
    others = (form[-1] for state in states_in(body) for form in state.forms)
    return frozenset(surnames(body)).union(others)


def _weighted(ranked: Sequence[Candidate], shares: Sequence[float]) -> list[Candidate]:
    kept = [
        replace(item, score=item.score * share)
        for item, share in zip(ranked, shares, strict=True)
        if share
    ]
    return sorted(kept, key=lambda item: -item.score)


def _share(item: Candidate, speaker: str, question: str) -> float:
    """Return how much of a sentence's score counts: 1 for the person's words, 0 for another's."""
    said = is_said_by(item.document, item.span, item.text, speaker)
    if said is not None:
        return float(said)
    cited = authors_cited(item.text)
    if cited:
        return CITED_SHARE if speaker in cited else 0.0
    if author_asked_for(question, item.document.metadata.author):
        return 1.0
    return MENTIONED_SHARE if speaker in _WORD.findall(fold(item.text)) else 0.0
