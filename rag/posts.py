"""Posts: what somebody is in a body, and whether two wordings can be one post."""

from __future__ import annotations

import re
from dataclasses import dataclass

POST_NOUNS = (
    r"admiral|advis[eo]r|advocate|agent|ambassador|analyst|attorney|auditor|bishop|brigadier|bursar|captain|"
    r"chair(?:man|person|woman)?|chancellor|chief|clerk|coach|colonel|columnist|commander|commissioner|"
    r"comptroller|consul|controller|co-?ordinator|correspondent|counsel(?:lor)?|curator|dean|delegate|"
    r"deputy|director|doctor|economist|editor|engineer|envoy|executive|fellow|foreman|general|governor|head|"
    r"historian|inspector|intern|judge|lawyer|leader|lecturer|lieutenant|major|manager|marshal|mate|mayor|"
    r"mediator|minister|moderator|negotiator|officer|official|ombudsman|organi[sz]er|pilot|premier|president|"
    r"principal|professor|prosecutor|provost|rapporteur|rector|registrar|representative|researcher|scientist|"
    r"secretary|senator|sergeant|sheriff|speaker|spokes(?:man|person|woman)|superintendent|supervisor|"
    r"surgeon|teacher|treasurer|trustee|vice-president|warden"
)
"""In a regular expression, singular and in lower case."""
_NOUN = re.compile(rf"\b(?:{POST_NOUNS})\b")
_WORD = re.compile(r"[a-z][a-z-]*")
_AFTER = re.compile(r"\s(?:of|for|at|in|to|on|with|who|from)\s|[,;:(]")
_OVER = re.compile(r"\b(?:former|formerly|ex|one-time|previous|previously|retired)\b")
_NOT_TELLING = frozenset(
    "a an the and as its his her their our first new then now current currently s".split()
)
_GENERAL = frozenset("boss chief head leader member officer official".split())
"""Which by themselves nearly everybody's post is called in a newspaper."""
_BELOW = frozenset("acting assistant associate deputy vice".split())


@dataclass(frozen=True, slots=True)
class Posts:
    """The words that tell a post, without those of the body that has it."""

    words: frozenset[str]

    def agrees(self, other: Posts) -> bool:
        """Whether one can be a shorter wording of the other; a deputy director is no director."""
        if self.words & _BELOW != other.words & _BELOW:
            return False
        general = any(len(words) == 1 and words <= _GENERAL for words in (self.words, other.words))
        return general or self.words <= other.words or other.words <= self.words


def parse_post(folded: str) -> Posts | None:
    """Return the post that lower-case text names; None where it names none, or a former one."""
    named = _NOUN.search(folded)
    if not named or _OVER.search(folded):
        return None
    start = max((match.end() for match in _AFTER.finditer(folded, 0, named.start())), default=0)
    after = _AFTER.search(folded, named.end())
    phrase = folded[start : after.start() if after else len(folded)]
    words = frozenset(_WORD.findall(phrase))
    return Posts(words - _NOT_TELLING or words)
