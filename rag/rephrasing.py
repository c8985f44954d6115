"""Set phrases of questions, put as documents put them.

"How big is the alliance?" asks for its members and "Who is in charge of it?" for its leader, but
no text answers in these words, and neither search nor the reader knows what they mean. Such a
question is searched and read in the words that documents use; what is shown stays as it was asked.
"""

from __future__ import annotations

import re

_BEFORE = r"(?:(?:the|this|that|its) )?(?:(?!(?:of|than)\b)[\w'’-]+ ){0,3}?"
BODY = (
    rf"{_BEFORE}(?:alliance|association|bloc|club|coalition|federation|league|organi[sz]ation|"
    r"union)\b"
)
"""What has members, in a regular expression that ignores case."""
_OFFICE = (
    rf"{_BEFORE}(?:agency|bank|commission|committee|company|council|court|firm|foundation|fund|"
    r"institute|institution|ministry|party|secretariat|think[ -]tank)\b"
)
_ACRONYM = r"(?:the )?(?-i:[A-Z]{3,}|EU|UN|AU)\b"
_STATES = r"(?:who|(?:what|which) (?:countries|nations|states))"


def _rule(pattern: str, replacement: str) -> tuple[re.Pattern[str], str]:
    for name, stands_for in (
        ("<group>", rf"(?P<thing>{BODY})"),
        ("<body>", rf"(?P<thing>{BODY}|{_ACRONYM})"),
        ("<house>", rf"(?P<thing>{BODY}|{_OFFICE}|{_ACRONYM})"),
        ("<is>", r"(?: is|'s|’s)"),
        ("<end>", r"(?=\W*$)"),
    ):
        pattern = pattern.replace(name, stands_for)
    return re.compile(rf"\b{pattern}", re.IGNORECASE), replacement


_RULES = (
    _rule(
        r"how (?:big|large) (?:is|was|has) <group>(?: (?:become|grown|now|nowadays|today))*<end>",
        r"how many members does \g<thing> have",
    ),
    _rule(
        r"what<is> the (?:membership|size) of <group><end>", r"how many members does \g<thing> have"
    ),
    _rule(
        r"where (?:is|was) <house> (?:based|located|seated|situated)<end>",
        r"where is \g<thing> headquartered",
    ),
    _rule(r"where does <house> (?:reside|sit)<end>", r"where is \g<thing> headquartered"),
    _rule(
        r"in (?P<place>(?:what|which) (?:capital|city|country|town)) is <house> "
        r"(?:based|located|seated|situated)<end>",
        r"in \g<place> is \g<thing> headquartered",
    ),
    _rule(r"who<is> (?:in (?:charge|command|control) of|at the (?:head|helm) of)", "who leads"),
    _rule(r"who was (?:in (?:charge|command|control) of|at the (?:head|helm) of)", "who led"),
    _rule(r"who runs <house><end>", r"who leads \g<thing>"),
    _rule(
        r"when did <body> (?:begin|come (?:about|into (?:being|existence))|start)<end>",
        r"when was \g<thing> established",
    ),
    _rule(r"when was <body> born<end>", r"when was \g<thing> established"),
    _rule(r"how old is <body><end>", r"when was \g<thing> established"),
    _rule(
        r"what(?:<is>| was) the (?:birth|foundation|founding|formation) date of <body><end>",
        r"when was \g<thing> established",
    ),
    _rule(r"whose (?:brainchild|idea|suggestion) (?:is|was)", "who proposed"),
    _rule(
        r"who (?:came up with|had|thought up)(?: the idea (?:for|of)|(?<!had))(?= \w)",
        "who proposed",
    ),
    _rule(
        r"what (?:is|was) <body> (?:for|(?:meant|supposed) to do)<end>",
        r"what is the main objective of \g<thing>",
    ),
    _rule(
        r"what (?:does|did) <body> (?:aim (?:at|for)|do|seek|want)<end>",
        r"what is the main objective of \g<thing>",
    ),
    _rule(r"why does <body> exist<end>", r"what is the main objective of \g<thing>"),
    _rule(r"who (?:is|was) behind <body><end>", r"who established \g<thing>"),
    _rule(
        rf"{_STATES} (?:are|is|was|were) (?:not (?:in|an? members? of|members? of|part of)|"
        r"(?:absent|missing) from|outside) <body><end>",
        r"which countries were excluded from \g<thing>",
    ),
    _rule(
        r"who (?:is|was) (?:excluded from|kept out of|left out of) <body><end>",
        r"which countries were excluded from \g<thing>",
    ),
    _rule(
        rf"{_STATES} (?:belongs? to|is in|are in) <body><end>",
        r"which countries are members of \g<thing>",
    ),
)
_MAKING = re.compile(
    r"\b(?:when|where|who|(?:what|which) (?:country|date|day|month|state|year))\b.*?\b"
    r"(?:created|established|formed|founded|inaugurated|initiated|instituted|launch(?:ed)?|"
    r"set up|started)\b",
    re.IGNORECASE,
)


def rephrased(question: str) -> str:
    """Return *question* with a set phrase put as documents put it."""
    for pattern, replacement in _RULES:
        found = pattern.search(question)
        if found:
            put = found.expand(replacement)
            put = put[0].upper() + put[1:] if found[0][0].isupper() else put
            return f"{question[: found.start()]}{put}{question[found.end() :]}"
    return question


def searched_as(question: str) -> str:
    """Return what to search for: what was founded may only be said to have been announced."""
    return _MAKING.sub(r"\g<0> or announced", question, count=1)
