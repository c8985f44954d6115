"""Posts: what somebody is in a body, and whether two wordings can be one post."""

from __future__ import annotations

import re
from dataclasses import dataclass

POST_NOUNS = (
    r"admiral|advis[eo]r|advocate|ambassador|analyst|attorney|auditor|bishop|brigadier|bursar|captain|"
    r"chair(?:man|person|woman)?|chancellor|chief|clerk|coach|colonel|columnist|commander|commissioner|"
    r"comptroller|consul|controller|co-?ordinator|correspondent|counsel(?:lor)?|curator|dean|delegate|"
    r"deputy|director|doctor|economist|editor|engineer|envoy|executive|fellow|foreman|general|governor|head|"
    r"historian|inspector|intern|judge|lawyer|leader|lecturer|lieutenant|major|manager|marshal|mate|mayor|"
    r"mediator|minister|moderator|negotiator|officer|official|ombudsman|organi[sz]er|pilot|premier|president|"
    r"principal|professor|prosecutor|provost|rapporteur|rector|registrar|representative|researcher|scientist|"
    r"secretary|senator|sergeant|sheriff|speaker|spokes(?:man|person|woman)|superintendent|supervisor|"
    r"surgeon|teacher|treasurer|trustee|warden"
)
"""In a regular expression, singular and in lower case."""
_POST = re.compile(
    rf"(?P<before>(?:[a-z]+ ){{0,3}})(?P<post>\b(?:{POST_NOUNS})\b(?: (?:general|executive|officer)\b)?(?: in chief)?)"
    r"(?: (?:of|for) (?!(?:an?|the|his|her|its|their)\b)(?P<field>[a-z]+))?"
)
_SPELLINGS = (
    (re.compile(r"\bceo\b"), "chief executive"),
    (re.compile(r"['’]s\b|[,;:(]"), " | "),
    (re.compile(r"[-–]"), " "),
    (re.compile(r"advisor"), "adviser"),
    (re.compile(r"\bco ordinator"), "coordinator"),
    (re.compile(r"organizer"), "organiser"),
    (re.compile(r"(?<=chair)(?:man|person|woman)\b|(?<=spokes)(?:man|person|woman)\b"), ""),
    (re.compile(r"\bvice\b"), "deputy"),
    (re.compile(r" {2,}"), " "),
)
_OVER = re.compile(r"\b(?:former|formerly|ex|one time|previous|previously|retired)\b")
_NOT_TELLING = frozenset(
    "a an the and as is was been its his her their our new then now current currently of for at in by".split()
)
_GENERAL = frozenset("boss head leader member official".split())
"""What a newspaper calls nearly everybody."""
_GENERAL_ALONE = frozenset({"chief", "officer"})
_BELOW = frozenset("acting assistant associate deputy".split())
_RANKED = frozenset("lieutenant mate officer secretary".split())
"""Of which there is a first and a second; a first commander had none before."""


@dataclass(frozen=True, slots=True)
class Posts:
    """The words that tell a post, and the field after "of" or "for": "minister of finance"."""

    words: frozenset[str]
    field: frozenset[str] = frozenset()

    def agrees(self, other: Posts) -> bool:
        """Whether one can be a shorter wording of the other; a deputy director is no director."""
        if self.words & _BELOW != other.words & _BELOW or self._has_another_field(other):
            return False
        own, others = self.words | self.field, other.words | other.field
        return (
            self._is_general_of(other)
            or other._is_general_of(self)
            or own <= others
            or others <= own
            or self.words == other.words
        )

    def _is_general_of(self, other: Posts) -> bool:
        """Whether this is only a general word for the other, as a military head is of a commander."""
        told = self.words - _GENERAL
        if not told or self.words <= _GENERAL_ALONE:
            return len(self.words) == 1
        return told < self.words and told <= other.words

    def _has_another_field(self, other: Posts) -> bool:
        own = self.field or self.words - other.words
        others = other.field or other.words - self.words
        return bool((self.field or other.field) and own and others and not own & others)


def parse_post(folded: str) -> Posts | None:
    """Return the post that lower-case text names; None where it names none, or a former one."""
    for pattern, put in _SPELLINGS:
        folded = pattern.sub(put, folded)
    named = _POST.search(folded)
    if not named or _OVER.search(folded):
        return None
    words = set(f"{named['before']}{named['post']}".split()) - _NOT_TELLING
    if not words & _RANKED:
        words.discard("first")
    return Posts(frozenset(words), frozenset([named["field"]] if named["field"] else ()))
