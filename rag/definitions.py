"""Questions for what something is: answered first by a sentence that says so.

"What is the IMCTC?" has one word to go by, which every sentence about the coalition has too. Here
the sentences that spell an acronym out, or say what the thing is, come before those that only say
something of it.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.acronyms import spelled_out
from rag.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate

_ASKED = re.compile(
    r"\W*(?:what(?:['’]s| is| are| was| were)(?: meant by)?|define|"
    r"(?:please )?(?:(?:can|could|would) you (?:please )?)?(?:tell (?:me|us) (?:all |more |something )?about|"
    r"(?:give (?:me|us) )?(?:a(?:n| short| brief)? )?overview of)|"
    r"what (?:do|can) (?:we|you) (?:know|tell (?:me|us)) about|what do(?:es)?(?= .* (?:mean|stand for)\b))\s+"
    r"(?:an?\s+|the\s+)?(?:(?:abbreviation|acronym|initials|letters|term|word)\s+)?"
    r"[\"“‘']?(?P<thing>[\w][\w'’&.-]*(?:\s+[\w'’&-]+){0,5}?)[\"”’']?"
    r"(?:\s+(?:mean|stand for))?\W*$",
    re.IGNORECASE,
)
_OF_A_PART = re.compile(
    r"\b(?:of|in|on|at|by|for|from|to|with|that|which|who|what|when|where|why|how)\b", re.IGNORECASE
)
"""Words with which a question asks for a part or a trait of a thing: "the capital of Peru"."""
_IS = (
    r"(?:\s+\([^()]{2,60}\))?(?:,[^,;]{3,120},)?\s+(?:is|are|was|were|refers? to|represents?|denotes?|means?)\s+"
    r"(?:(?:also|usually|generally|now|often)\s+)?(?:an?|the|one of|any|all|those|what)\b"
)
_APPOSED = (
    r"(?:\s+\([^()]{2,60}\))?,\s+(?:an?|one of the)\s+"
    r"(?!(?:(?:\w+\s+)?(?:century|day|decade|few|fortnight|hour|little|lot|minute|moment|month|number|second|"
    r"third|week|while|year)|claim|decision|fact|move|result|step)\b)(?=[^\W\d_])"
)
"""After the thing's name: "the Union, a league of nine towns, …"; not "the Union, a day later"."""
_CALLED = (
    r"\b(?:called|described|dubbed|known|labell?ed|named|nicknamed|referred to|styled|termed)(?: as)?\s+"
    r"(?:(?:an?|the)\s+)?[“\"‘']?"
)
"""Before the thing's name: "the plan, dubbed the “Harbour NATO”, …"."""
_AFTER_ENTRY = r"(?:[.:]|\s[–—-])\s+\S"
_ENTRY = re.compile(rf"[“\"]?[\w’'-]+(?: [\w’'-]+){{0,4}}[”\"]?{_AFTER_ENTRY}")
"""How an entry of a glossary begins; a dateline ("KESSIN: Ministers met") begins like it."""
NEIGHBOURS, ENTRIES = 4, 3
"""Of so many blocks on each side of an entry, so many are entries, too."""
SPELLING_SHARE, SAYING_SHARE = 0.5, 0.4
"""Of what the best score lacks to 1, added to it for spelling an acronym out and for "X is a …"."""
DEFINING_ANSWERABLE = 0.9
"""The least probability (0..1) of such a sentence; a reader looks for more than a name."""


def thing_asked_for(question: str) -> str | None:
    """Return the thing of "What is …?", without its article; None for other questions."""
    asked = _ASKED.match(question)
    if (
        not asked
        or _OF_A_PART.search(asked["thing"])
        or "’s " in asked["thing"]
        or "'s " in asked["thing"]
    ):
        return None
    return asked["thing"].rstrip(".")


def definitions_first(ranked: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return the candidates with those raised that say what the thing asked for is, best first."""
    thing = thing_asked_for(question)
    if thing is None or not ranked:
        return list(ranked)
    best = max(item.score for item in ranked)
    raised = [_raised(item, thing, best) for item in ranked]
    return sorted(raised, key=lambda item: -item.score)


def _raised(item: Candidate, thing: str, best: float) -> Candidate:
    spelled = spelled_out(thing, item.text)
    name = re.escape(thing)
    says = re.search(
        rf"(?:(?:^|[(“\"]|\b(?:an?|the)\s+){name}[)”\"]?{_IS}|\bthe\s+{name}{_APPOSED}|{_CALLED}{name}(?![\w’\']))",
        item.text,
        re.IGNORECASE,
    ) or (re.match(rf"[“\"]?{name}[”\"]?{_AFTER_ENTRY}", item.text) and _is_among_entries(item))
    share = SPELLING_SHARE * bool(spelled) + SAYING_SHARE * bool(says)
    if not share:
        return item
    answer = item.answer
    if spelled and spelled in item.text:
        start = item.span.start + item.text.index(spelled)
        answer = Span(start, start + len(spelled))
    return replace(
        item,
        score=best + share * (1 - best),
        answerable=max(item.answerable or 0.0, DEFINING_ANSWERABLE),
        answer=answer,
        fits=answer is not None,
        alone=DEFINING_ANSWERABLE,
    )


def _is_among_entries(item: Candidate) -> bool:
    blocks = item.document.blocks
    place = bisect.bisect_left(blocks, item.block.span.start, key=lambda block: block.span.start)
    around = blocks[max(0, place - NEIGHBOURS) : place] + blocks[place + 1 : place + 1 + NEIGHBOURS]
    return sum(bool(_ENTRY.match(item.document.slice(block.span))) for block in around) >= ENTRIES
