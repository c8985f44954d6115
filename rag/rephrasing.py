"""Set phrases of questions, put as documents put them.

"How big is the alliance?" asks for its members and "Who is in charge of it?" for its leader, but
no text answers in these words, and neither search nor the reader knows what they mean. Such a
question is searched and read in the words that documents use; what is shown stays as it was asked.
Of anything but an alliance or an acronym most of the phrases mean something else ("How big is the
river?"), so that they are put otherwise of these alone.
"""

from __future__ import annotations

import re

from rag.source_questions import matter_of

_NO_NAME = r"(?:against|and|at|behind|between|by|for|from|in|of|on|or|over|than|to|with|within)\b"
_ALLIANCE = (
    rf"(?:(?:the|this|that|its) )?(?:(?!{_NO_NAME})[\w'’-]+ ){{0,6}}?(?:alliance|bloc|coalition)\b"
)
_ACRONYM = r"(?:the )?(?-i:[A-Z]{3,}|EU|UN|AU)\b"
BODY = rf"(?:{_ALLIANCE}|{_ACRONYM})"
"""What may have members, a leader and a seat, in a regular expression that ignores case."""
_STATES = r"(?:who|(?:what|which) (?:countries|nations|states))"
_PROPOSED = (
    rf"(?=(?:the|an?) (?:(?!{_NO_NAME})[\w'’-]+ ){{0,4}}?"
    r"(?:alliance|bloc|coalition|concept|initiative|(?-i:[A-Z]{3,})|pact|plan|proposal|scheme|treaty|union)\b)"
)


_SET_PHRASES = {
    r"how many members does \g<thing> have": (
        r"how (?:big|large) (?:is|was|has) <alliance>(?: (?:become|grown|now|nowadays|today))*<end>",
        r"what<is> the (?:membership|size) of <alliance>(?:['’]s membership)?<end>",
    ),
    r"where is \g<thing> headquartered": (
        r"where<is> <body> based<end>",
        r"where<is> <alliance> (?:located|seated|situated)<end>",
        r"where does <alliance> sit<end>",
    ),
    r"in \g<place> is \g<thing> headquartered": (
        (
            r"in (?P<place>(?:what|which) (?:capital|city|country|town)) is <body> "
            r"(?:based|located|seated|situated)<end>"
        ),
    ),
    r"who leads \g<thing>": (
        r"who<is> (?:in (?:charge|command|control) of|at the (?:head|helm) of) <body><end>",
        r"who runs <body><end>",
    ),
    r"when was \g<thing> established": (
        r"when did <alliance> (?:begin|come (?:about|into (?:being|existence))|start)<end>",
        r"when was <alliance> born<end>",
        r"how old is <alliance><end>",
        r"what(?:<is>| was) the (?:foundation|founding|formation) date of <body><end>",
    ),
    "who proposed ": (
        rf"whose (?:brainchild|idea|suggestion) (?:is|was) {_PROPOSED}",
        rf"who (?:came up with|thought up|had the idea (?:for|of)) {_PROPOSED}",
    ),
    r"what is the main objective of \g<thing>": (
        r"what is <alliance> (?:for|(?:meant|supposed) to do)<end>",
        r"what does <alliance> (?:aim (?:at|for)|do|seek|want)<end>",
        r"why does <alliance> exist<end>",
    ),
    r"who established \g<thing>": (r"who (?:is|was) behind <alliance><end>",),
    r"which countries were excluded from \g<thing>": (
        (
            rf"{_STATES} (?:are|is|was|were) (?:not (?:in|an? members? of|members? of|part of)|"
            r"(?:absent|missing) from|outside) <body><end>"
        ),
        r"who (?:is|was) (?:excluded from|kept out of|left out of) <body><end>",
    ),
    r"which countries are members of \g<thing>": (
        rf"{_STATES} (?:belongs? to|is in|are in) <body><end>",
    ),
}
"""How documents put it, and what people ask; a "thing" is taken over."""


def _compiled(pattern: str) -> re.Pattern[str]:
    for name, stands_for in (
        ("<alliance>", rf"(?P<thing>{_ALLIANCE})"),
        ("<body>", rf"(?P<thing>{BODY})"),
        ("<is>", r"(?: is|'s|’s)"),
        ("<end>", r"(?=\W*$)"),
    ):
        pattern = pattern.replace(name, stands_for)
    return re.compile(rf"\b{pattern}", re.IGNORECASE)


_RULES = [
    (_compiled(pattern), put) for put, patterns in _SET_PHRASES.items() for pattern in patterns
]
_OF_BODY = re.compile(BODY, re.IGNORECASE)
_MAKING = re.compile(
    r"(?P<made>\b(?:when|where|who|(?:what|which) (?:country|date|day|month|state|year))\b.*?\b"
    r"(?:created|established|formed|founded|inaugurated|initiated|instituted|launch(?:ed)?|"
    r"set up|started))\b",
    re.IGNORECASE,
)


def rephrased(question: str) -> str:
    """Return *question* with a set phrase put as documents put it."""
    question = matter_of(question)
    for pattern, template in _RULES:
        found = pattern.search(question)
        if found:
            put = found.expand(template)
            put = put[0].upper() + put[1:] if found[0][0].isupper() else put
            return f"{question[: found.start()]}{put}{question[found.end() :]}"
    return question


def searched_as(question: str) -> str:
    """Return what to search for: a body that was founded may only be said to be announced."""
    if not _OF_BODY.search(question) or "announced" in question:
        return question
    return _MAKING.sub(r"\g<made> or announced", question, count=1)
