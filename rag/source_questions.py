"""Questions about the sources, put as questions about the matter.

Whether sources agree on something is answered by what each says of it, and which of them says
something by the sentences that say it, with their citations: "Do the sources differ on when the
bridge was opened?" is searched and read as "When was the bridge opened?", "Which report says that
it collapsed?" as "Is it said that it collapsed?".
"""

from __future__ import annotations

import re

_ALL = r"(?:(?:all|any|both|most|some) (?:of )?)?(?:(?:the|these|those|your|our|my) )?(?:[\w-]+ )?"
_TEXT = r"(?:account|article|document|file|paper|report|source|text)"
_TEXTS = rf"{_ALL}(?:{_TEXT}|author|writer)s"
_WHICH = rf"(?:what|which) (?:of (?:the|these|those|your|our|my) )?(?:[\w-]+ )?{_TEXT}s?"
_ON = r"(?:about|as to|concerning|in|on|over|regarding|with regard to)"
_BEGIN = r"^\W*(?:(?:and|but|so) )?"
_AGREEMENT = re.compile(
    rf"{_BEGIN}(?:"
    rf"(?:(?:where|how|how far|in what way) )?(?:do|did) {_TEXTS} (?:all |also |really |ever )?"
    r"(?:agree|clash|conflict|contradict (?:each other|one another|themselves)|differ|disagree|diverge)"
    rf"|(?P<there>(?:is|are) there) (?:(?:an?|any|some) )?(?:agreement|conflict|consensus|contradictions?|"
    rf"differences?|disagreements?|discrepanc(?:y|ies))(?P<among> (?:among|between|in) {_TEXTS})?"
    rf"|are {_TEXTS} (?:agreed|consistent|divided|in agreement|unanimous)"
    rf") {_ON} (?P<matter>\S.*)$",
    re.IGNORECASE,
)
_FRAMES = (
    (
        re.compile(
            rf"{_BEGIN}{_WHICH} (?:are about|covers?|deals? with|discuss(?:es)?|is about|mentions?|"
            r"refers? to|says? (?:any|some)thing (?:about|on)|speaks? (?:about|of)|talks? about|"
            r"writes? about) (?P<matter>(?!(?:that|how|when|where|why|who|what|which)\b)\S.*)$",
            re.IGNORECASE,
        ),
        "Tell me about {}",
    ),
    (
        re.compile(
            rf"{_BEGIN}what (?:do|did) {_TEXTS} (?:have to )?(?:say|tell(?: us)?|write) "
            r"(?:about|of|on) (?P<matter>(?!(?:how|when|where|why|who|what|which)\b)\S.*)$",
            re.IGNORECASE,
        ),
        "Tell me about {}",
    ),
    (
        re.compile(
            rf"{_BEGIN}{_WHICH} (?:claims?|mentions?|reports?|says?|said|states?|writes?) "
            r"that (?P<matter>\S.*)$",
            re.IGNORECASE,
        ),
        "Is it said that {}?",
    ),
    (
        re.compile(
            rf"{_BEGIN}{_WHICH} (?:claims?|says?|said|states?|writes?) "
            r"(?P<matter>(?!(?:about|any|how|of|on|so|some|that|the most|what|when|where|why)\b)\S.*)$",
            re.IGNORECASE,
        ),
        "Is it said that {}?",
    ),
    (
        re.compile(
            rf"{_BEGIN}according to {_WHICH} "
            r"(?P<matter>(?:are|did|do|does|has|have|had|is|was|were|will) \S.*)$",
            re.IGNORECASE,
        ),
        "{}?",
    ),
)
"""What is asked of sources, and what is asked instead."""
_ASKED = re.compile(
    r"(?:who|whom|whose|what|which|when|where|why|how|in (?:what|which)|(?:by|to|with) whom)\b",
    re.IGNORECASE,
)
_SUBJECT = r"(?P<subject>(?:(?:the|an?|this|that|its|his|her|their)\b|(?-i:[A-Z]))\S*(?:\s\S+)*?)"
_INDIRECT = re.compile(
    r"^(?P<head>when|where|why|how(?: many| much)?(?: \w+)?|(?:in )?(?:what|which)(?: \w+)?)"
    rf"\s+{_SUBJECT}\s+(?P<be>are|is|was|were|(?:has|have) been)(?P<rest>\s.+|$)",
    re.IGNORECASE,
)
_INDIRECT_HAVE = re.compile(
    rf"^(?P<head>how (?:many|much)(?: \w+)+?)\s+{_SUBJECT}\s+(?P<have>has|had|have)$", re.IGNORECASE
)


def matter_of(question: str) -> str:
    """Return what sources are asked about as a question of its own, or else *question*."""
    for pattern, template in _FRAMES:
        if found := pattern.match(question):
            put = template.format(found["matter"].rstrip(" ?.!"))
            return put[0].upper() + put[1:]
    found = _AGREEMENT.match(question)
    if found is None:
        return question
    matter = found["matter"].rstrip(" ?.!")
    if _ASKED.match(matter):
        return f"{_direct(matter)}?"
    is_fact = found["there"] and not found["among"]  # "Is there a conflict over water?"
    return question if is_fact or matter.startswith("whether ") else f"What is {matter}?"


def _direct(asked: str) -> str:
    """Return an indirect question in the order of a direct one where that is plain."""
    if inner := _INDIRECT.match(asked):
        be, _, been = inner["be"].partition(" ")
        parts = (inner["head"], be, inner["subject"], been, inner["rest"].strip())
        asked = " ".join(part for part in parts if part)
    elif inner := _INDIRECT_HAVE.match(asked):
        do = {"has": "does", "had": "did", "have": "do"}[inner["have"].casefold()]
        asked = f"{inner['head']} {do} {inner['subject']} have"
    return asked[0].upper() + asked[1:]
