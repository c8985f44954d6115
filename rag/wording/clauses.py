"""A question taken apart into head, auxiliary, subject, verb and rest.

Only plain questions are taken apart: one clause, its verb listed or after a name. Everything else
is None, and whoever asks must do without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.wording.lexicon import (
    AUXILIARIES,
    BASE,
    BE,
    DETERMINERS,
    GERUNDS,
    PARTICIPLE,
    PAST,
    PREPOSITIONS,
    THIRD,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = re.compile(
    r"^(?:(?P<lead>in|on|at|by|since|during|to|from|for|of|under|until|with|against|after|before)\s+)?"
    r"(?P<head>whom?|whose|what|which|when|where|why|how(?:\s+(?:many|much|long|far|large|big|old|"
    r"high|often|fast|common|deep|tall|wide|strong|serious|successful|important))?)\b\s*",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"^(what|who|where|when|how|why)['’](?:s|re)\b", re.IGNORECASE)
_SECOND_QUESTION = re.compile(r",?\s+(?:and|or)\s+(?:how|why|what|when|where|who)\b.*$")
_LINKS = frozenset("the of and for bin al von de van di la & e".split())
_SUBORDINATE = frozenset("when if that while because".split())
_BEGINS_COMPLEMENT = frozenset("a an the not still part".split())
ADJECTIVE = re.compile(
    r"(?:\w+(?:ful|ous|able|ible|less|ive)|bad|good|safe|dangerous|legal|important|rich|poor|absent|present|missing|different|new)$"
)
_AFTER_PARTICIPLE = PREPOSITIONS | {"", "a", "an", "the", "and", "or"}
_PARTICIPLES = frozenset(PARTICIPLE.values())
COUNTS = frozenset({"how many", "how much"})
SUBJECT_HEADS = frozenset({"what", "which", "who", *COUNTS})
DO = {"do": {base: base for base in PAST}, "does": THIRD, "did": PAST}
_HAVE = frozenset("has have had".split())


@dataclass(frozen=True, slots=True)
class Clause:
    """A question in parts, each "" where there is none: "In what year did Iran join the UN?".

    ``lead`` "In", ``head`` "what", ``noun`` "year", ``auxiliary`` "did", ``subject`` "Iran",
    ``verb`` "join", ``rest`` "the UN". Without a subject, the head itself is the subject and the
    verb is written out: "Who has led it?" has the verb "has led".
    """

    lead: str
    head: str
    noun: str = ""
    auxiliary: str = ""
    subject: str = ""
    verb: str = ""
    rest: str = ""

    @property
    def is_definition(self) -> bool:
        """Whether it asks what, where or how big something is, with nothing else said of it."""
        return self.auxiliary in BE and not self.verb and not self.rest

    @property
    def base_verb(self) -> str:
        """The infinitive of the verb; a verb that is not listed is taken as it stands."""
        return BASE.get(self.verb, self.verb)


def parse(question: str) -> Clause | None:
    """Take a question apart, None where it is not of a known form."""
    text = _SECOND_QUESTION.sub("", _CONTRACTION.sub(r"\1 is", question.strip(" ?.!")))
    match = HEAD.match(text)
    words = text[match.end() :].split() if match else text.split()
    if not words or words[0] == "of":
        return None
    if match is None:
        first = words[0].casefold()
        return _inverted(Clause("", "", "", first), words[1:]) if first in AUXILIARIES else None
    clause = Clause(match["lead"] or "", " ".join(match["head"].casefold().split()))
    auxiliary = next((i for i, word in enumerate(words) if word in AUXILIARIES), None)
    start = 0 if clause.head in {"who", "what"} else 1
    verb = _last_of_run(words, start, lambda word: word in BASE and word not in AUXILIARIES)
    if verb is None and auxiliary is None and clause.head == "who" and words[0].endswith("s"):
        verb = 0
    if auxiliary is not None and (verb is None or verb + 1 >= auxiliary):
        return _with_auxiliary(clause, words, auxiliary)
    if verb is None or clause.head not in SUBJECT_HEADS:
        return None
    noun, rest = " ".join(words[:verb]), " ".join(words[verb + 1 :])
    return replace(clause, noun=noun, verb=words[verb], rest=rest)


def _with_auxiliary(clause: Clause, words: list[str], auxiliary: int) -> Clause | None:
    """Split what follows the head at its auxiliary; the subject comes after it, or is the head."""
    clause = replace(clause, noun=" ".join(words[:auxiliary]), auxiliary=words[auxiliary])
    after = words[auxiliary + 1 :]
    group = _verb_group(clause, after) if clause.head in SUBJECT_HEADS else None
    if group is None:
        return _inverted(clause, after) if after else None
    verb = " ".join([clause.auxiliary, *after[:group]])
    return replace(clause, auxiliary="", verb=verb, rest=" ".join(after[group:]))


def _last_of_run(words: list[str], start: int, wanted: Callable[[str], bool]) -> int | None:
    """Return the last of the first neighbouring wanted words: in "the plan fail", "fail"."""
    found = None
    for index, word in enumerate(words[start:], start):
        if wanted(word):
            found = index
        elif found is not None:
            break
    return found


def _verb_group(clause: Clause, after: list[str]) -> int | None:
    """Return how many words after the auxiliary are of its verb, None where a subject follows."""
    following = after[0] if after else ""
    if not following or clause.auxiliary in DO:
        return None
    if clause.auxiliary in BE:
        if following in _PARTICIPLES or following in GERUNDS or following.endswith("ed"):
            return 1
        named = following[0].isupper() or following.casefold() in DETERMINERS
        return 0 if clause.noun and not named else None
    if clause.auxiliary in _HAVE:
        if following in _PARTICIPLES:
            return 1
        has_object = following in DETERMINERS and not any(word in _PARTICIPLES for word in after)
        return 0 if has_object and (clause.noun or clause.head == "who") else None
    return 1 if BASE.get(following) == following else None


def _inverted(clause: Clause, after: list[str]) -> Clause | None:
    """Split what follows the auxiliary into subject, verb and rest."""
    start = _name_end(after)
    if clause.auxiliary in BE:
        return _after_be(clause, after, start)
    verb = _last_of_run(
        after,
        max(1, start),
        _is_participle if clause.auxiliary in _HAVE else lambda word: BASE.get(word) == word,
    )
    if verb is None and 0 < start < len(after) and after[start] not in PREPOSITIONS | _LINKS:
        verb = start
    return None if verb is None else _split(clause, after, verb)


def _is_participle(word: str) -> bool:
    return word in _PARTICIPLES or word.endswith("ed")


def _after_be(clause: Clause, after: list[str], start: int) -> Clause | None:
    """Split "the treaty signed in 1648" at its participle, "Iran a member" where the subject ends."""
    for index, word in enumerate(after):
        if word in _SUBORDINATE:
            break
        acts = word in GERUNDS and (start > 0 or after[0] in DETERMINERS)
        ends = index == start or [*after, ""][index + 1] in _AFTER_PARTICIPLE
        if (
            index >= max(1, start)
            and (acts or _is_participle(word))
            and ends
            and after[index - 1] not in DETERMINERS
        ):
            return _split(clause, after, index)
    if not clause.head or clause.noun or clause.head in {"why", "how"}:
        for index in range(max(1, start), len(after)):
            word = after[index]
            if index == start or word in _BEGINS_COMPLEMENT or ADJECTIVE.match(word):
                subject, rest = " ".join(after[:index]), " ".join(after[index:])
                return replace(clause, subject=subject, rest=rest)
    return replace(clause, subject=" ".join(after)) if clause.head not in {"", "why"} else None


def _split(clause: Clause, after: list[str], verb: int) -> Clause:
    subject, rest = " ".join(after[:verb]), " ".join(after[verb + 1 :])
    return replace(clause, subject=subject, verb=after[verb], rest=rest)


def _name_end(words: list[str]) -> int:
    """Return how many words at the beginning are a name, with "the" and what links names."""
    end = 0
    for index, word in enumerate(words):
        if word[0].isupper() or (word[0].isdigit() and index):
            end = index + 1
        elif word not in _LINKS:
            break
    return end
