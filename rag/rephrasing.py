"""Set phrases of questions, put as documents put them.

"How big is the alliance?" asks for its members and "Who is in charge of it?" for its leader, but
no text answers in these words, and neither search nor the reader knows what they mean. Such a
question is searched and read in the words that documents use; what is shown stays as it was asked.
Of anything but an alliance or an acronym most of the phrases mean something else ("How big is the
river?"), so that they are put otherwise of these alone.

Whether the sources agree on something is answered by what each says of it: "Do the sources differ on
when the bridge was opened?" is searched and read as "When was the bridge opened?".
"""

from __future__ import annotations

import re

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
_TEXTS = (
    r"(?:(?:all|any|both|most|some) (?:of )?)?(?:(?:the|these|those|your|our|my) )?(?:(?:two|three|\w+) )?"
    r"(?:accounts|articles|authors|documents|files|papers|reports|sources|texts|writers)"
)
_ON = r"(?:about|as to|concerning|in|on|over|regarding|with regard to)"
_AGREEMENT = re.compile(
    rf"^\W*(?:(?:and|but|so) )?(?:"
    rf"(?:(?:where|how|how far|in what way) )?(?:do|did) {_TEXTS} (?:all |also |really |ever )?"
    r"(?:agree|clash|conflict|contradict (?:each other|one another|themselves)|differ|disagree|diverge)"
    rf"|(?P<there>(?:is|are) there) (?:(?:an?|any|some) )?(?:agreement|conflict|consensus|contradictions?|"
    rf"differences?|disagreements?|discrepanc(?:y|ies))(?P<among> (?:among|between|in) {_TEXTS})?"
    rf"|are {_TEXTS} (?:agreed|consistent|divided|in agreement|unanimous)"
    rf") {_ON} (?P<matter>\S.*)$",
    re.IGNORECASE,
)
_HEAD = r"(?:who|whom|whose|what|which|when|where|why|how|in (?:what|which)|(?:by|to|with) whom)\b"
_ASKED = re.compile(_HEAD, re.IGNORECASE)
_SUBJECT = r"(?P<subject>(?:(?:the|an?|this|that|its|his|her|their)\b|(?-i:[A-Z]))\S*(?:\s\S+)*?)"
_INDIRECT = re.compile(
    r"^(?P<head>when|where|why|how(?: many| much)?(?: \w+)?|(?:in )?(?:what|which)(?: \w+)?)"
    rf"\s+{_SUBJECT}\s+(?P<be>are|is|was|were|(?:has|have) been)(?P<rest>\s.+|$)",
    re.IGNORECASE,
)
_INDIRECT_HAVE = re.compile(
    rf"^(?P<head>how (?:many|much)(?: \w+)+?)\s+{_SUBJECT}\s+(?P<have>has|had|have)$", re.IGNORECASE
)
_OF_BODY = re.compile(BODY, re.IGNORECASE)
_MAKING = re.compile(
    r"(?P<made>\b(?:when|where|who|(?:what|which) (?:country|date|day|month|state|year))\b.*?\b"
    r"(?:created|established|formed|founded|inaugurated|initiated|instituted|launch(?:ed)?|"
    r"set up|started))\b",
    re.IGNORECASE,
)


def rephrased(question: str) -> str:
    """Return *question* with a set phrase put as documents put it."""
    question = _matter(question)
    for pattern, template in _RULES:
        found = pattern.search(question)
        if found:
            put = found.expand(template)
            put = put[0].upper() + put[1:] if found[0][0].isupper() else put
            return f"{question[: found.start()]}{put}{question[found.end() :]}"
    return question


def _matter(question: str) -> str:
    """Return what sources are asked to agree on as a question, or else *question*."""
    found = _AGREEMENT.match(question)
    if found is None:
        return question
    matter = found["matter"].rstrip(" ?.!")
    if not _ASKED.match(matter):
        is_fact = found["there"] and not found["among"]  # "Is there a conflict over water?"
        return question if is_fact or matter.startswith("whether ") else f"What is {matter}?"
    if inner := _INDIRECT.match(matter):
        be, _, been = inner["be"].partition(" ")
        parts = (inner["head"], be, inner["subject"], been, inner["rest"].strip())
        matter = " ".join(part for part in parts if part)
    elif inner := _INDIRECT_HAVE.match(matter):
        do = {"has": "does", "had": "did", "have": "do"}[inner["have"]]
        matter = f"{inner['head']} {do} {inner['subject']} have"
    return f"{matter[0].upper()}{matter[1:]}?"


def searched_as(question: str) -> str:
    """Return what to search for: a body that was founded may only be said to be announced."""
    if not _OF_BODY.search(question) or "announced" in question:
        return question
    return _MAKING.sub(r"\g<made> or announced", question, count=1)
