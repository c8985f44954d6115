"""Pronouns replaced by what they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.wording.antecedents import REFLEXIVE, is_possessive, refers_back
from rag.wording.kinds import Kind, bare, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.wording.mentions import Mention

_STRONG = {
    "he": (Kind.PERSON,),
    "it": (Kind.ORGANISATION, Kind.COUNTRY, Kind.THING, Kind.PLACE),
    "they": (Kind.GROUP,),
    "there": (Kind.PLACE, Kind.COUNTRY),
}
_WEAK = {
    "he": (Kind.NAME,),
    "it": (Kind.NAME,),
    "they": (Kind.ORGANISATION, Kind.COUNTRY, Kind.NAME, Kind.THING),
    "there": (Kind.ORGANISATION, Kind.NAME),
}
_FORMS = {
    "he": "he him his himself she her hers herself",
    "it": "it its itself",
    "they": "they them their theirs themselves",
}
_SUBJECT_FORM = {form: which for which, forms in _FORMS.items() for form in forms.split()}
_PRONOUN = re.compile(rf"(?<![\w’'-])(?:{'|'.join(_SUBJECT_FORM)})(?![\w’'-])", re.IGNORECASE)
_GENDER = {
    **dict.fromkeys(("he", "him", "his", "himself"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "f"),
}
_BELONGS_TO_COUNTRY = frozenset(
    """parliament population capital economy currency army navy constitution president government
    gdp border coast climate people citizens region regions""".split()
)
_BELONGS_TO_GROUP = frozenset(
    """headquarters members member chairman chairperson secretary-general commander director founder
    founders aim aims objective objectives purpose mandate seat goals""".split()
)
_HAS_IT = re.compile(
    r"\b(?:how many|how much|what|which)\s+(?P<owned>(?:[\w-]+\s+){1,3}?)"
    r"(?:(?P<do>do|does|did)|has|had)\s+it\Z",
    re.IGNORECASE,
)
"""What "it" has, in "How many members does it have?" and "What parliament has it?"."""
_HAVE = {
    True: re.compile(r"\s+(?:\w+\s+)?have\b", re.IGNORECASE),
    False: re.compile(r"\s+got\b|\W*\Z", re.IGNORECASE),
}
"""What follows there, after "does it" and after "has it"."""
_DONE_TO_GROUP = re.compile(
    r"\b(?:lead|leads|led|command|commands|commanded|join|joins|joined|found|founded|head|heads|"
    r"headed|belongs? to|belonged to|members? of|in|leave|leaves|left|establish|established)\s+it\b",
    re.IGNORECASE,
)
_DONE_TO_IT = re.compile(
    r"\s+(?:\w+ly\s+|first\s+)?(?:announced|based|created|established|formed|founded|headquartered|"
    r"launched|led|proclaimed|set\s+up)\b",
    re.IGNORECASE,
)
"""After "is it" or "was it": of a country one says something else."""
_JOINS = re.compile(
    r"\s+(?:\w+ly\s+|ever\s+|first\s+|not\s+)?(?:accede|join|leave|ratify|sign\s+up|withdraw)\W*\Z",
    re.IGNORECASE,
)
"""After "did it" or "will it", what it joins left out: a state does so, not what states join."""
_EMPTY_THERE = re.compile(
    r"\b(?:is|are|was|were|been|be|will|would|can|has|have)\s+there\b|"
    r"\bthere\s+(?:is|are|was|were|any|a|an|been|be|has|have|had|will|would|exists?)\b",
    re.IGNORECASE,
)
_THERE = re.compile(r"(?P<lead>\b(?:from|in|to)\s+)?\bthere\b", re.IGNORECASE)
_GOING = re.compile(r"\b(?:send|sent|go|went|gone|travel\w*|move\w*|flee|fled)\s+$")
_NAMED_PLACE = re.compile(r"\b(?:in|to|from|at|of|near)\s+(?:the\s+)?[A-Z]")
_LONG_NAME = re.compile(r"\s(?:of|between|that|in|who)\s")


def resolved(text: str, asked: str, turns: Sequence[Sequence[Mention]]) -> str:
    """Return *text* with the pronouns replaced that stand for something said before.

    Args:
        text: A question, perhaps with parts spelled out already.
        asked: The question as asked: what it names itself, a pronoun in it does not stand for.
        turns: What each turn mentioned, the latest turn first, the likeliest mention first.
    """
    taken: dict[str, str] = {}
    here = {name.casefold() for name in names(asked)}
    kept, end = "", 0
    for match in _PRONOUN.finditer(text):
        which = _SUBJECT_FORM[match.group().casefold()]
        if which in taken or not refers_back(text, match, which):
            continue
        excluded = here | {bare(name).casefold() for name in taken.values()}
        mention = _meant(text, match, turns, excluded)
        if mention is not None:
            taken[which] = mention.text
            spelled, length = _spelled(text, match, mention.text)
            kept += text[end : match.start()] + spelled
            end = match.end() + length
    named = here | {bare(name).casefold() for name in taken.values()}
    return _with_place(kept + text[end:], _without(turns, named))


def find(
    which: str, turns: Sequence[Sequence[Mention]], gender: str | None = None
) -> Mention | None:
    """Return the likeliest mention for "he", "it", "they" or "there", None where there is none."""
    if which == "there":
        turns = [sorted(turn, key=lambda item: not item.answers) for turn in turns]
    levels = [(turn, kinds) for turn in turns for kinds in (_STRONG[which], _WEAK[which])]
    if which == "he":  # a person spoken of earlier, rather than a name that may be a person's
        levels.sort(key=lambda level: level[1] is _WEAK["he"])
    if which == "they" and turns:  # one person who was asked for may be several
        levels.insert(1, ([item for item in turns[0] if item.answers], (Kind.PERSON,)))
    for mentions, kinds in levels:
        for mention in mentions:
            if _can_be(mention, which, kinds, gender):
                return mention
    return find("he", turns) if which == "they" else None


def _without(turns: Sequence[Sequence[Mention]], named: set[str]) -> Sequence[Sequence[Mention]]:
    """Return the mentions of each turn without those *named* in the question itself, case-folded."""
    return [[item for item in turn if bare(item.text).casefold() not in named] for turn in turns]


def _can_be(mention: Mention, which: str, kinds: tuple[Kind, ...], gender: str | None) -> bool:
    """Whether a mention fits a pronoun; a name of one word or with "of" is not a person's."""
    if gender and mention.gender and gender != mention.gender:
        return False
    if mention.kind is Kind.NAME and (" " not in mention.text or " of " in mention.text):
        return which == "it" or (which != "he" and Kind.NAME in kinds)
    named = mention.kind is Kind.THING and any(word[0].isupper() for word in mention.text.split())
    return mention.kind in kinds or (which == "there" and named)


def _meant(
    text: str, pronoun: re.Match[str], turns: Sequence[Sequence[Mention]], excluded: set[str]
) -> Mention | None:
    word = pronoun.group().casefold()
    if word in REFLEXIVE:
        return None
    which = _SUBJECT_FORM[word]
    left = turns if which == "they" else _without(turns, excluded)
    wanted = _wanted_kind(text, pronoun) if which == "it" else None
    for mention in (item for turn in left for item in turn):
        if mention.kind is wanted:
            return mention
    return find(which, left, _GENDER.get(word))


def _wanted_kind(text: str, pronoun: re.Match[str]) -> Kind | None:
    """Return what "it" must be where its neighbours tell: a group is led and has members."""
    before, after = text[: pronoun.end()], text[pronoun.end() :]
    has = _HAS_IT.search(before)
    if has and not _HAVE[has["do"] is not None].match(after):
        has = None
    if has or pronoun.group().casefold() == "its":
        owned = set(re.findall(r"[\w-]+", (has["owned"] if has else after).casefold())[:3])
        if owned & _BELONGS_TO_GROUP:
            return Kind.ORGANISATION
        return Kind.COUNTRY if owned & _BELONGS_TO_COUNTRY else None
    if re.search(r"\b(?:did|does|will|would|could|should|can) it\Z", before, re.IGNORECASE):
        return Kind.COUNTRY if _JOINS.match(after) else None
    passive = re.search(r"\b(?:is|was) it\Z", before, re.IGNORECASE) and _DONE_TO_IT.match(after)
    return Kind.ORGANISATION if passive or _DONE_TO_GROUP.search(before) else None


def _spelled(text: str, pronoun: re.Match[str], name: str) -> tuple[str, int]:
    """Return what replaces a pronoun, and how many characters after it are replaced as well."""
    if not is_possessive(text, pronoun):
        return name, 0
    owned = re.match(r"\s+(?P<noun>(?:[\w-]+\s+){0,2}?[\w-]+)(?=\W*$)", text[pronoun.end() :])
    if owned and _LONG_NAME.search(name):
        return f"the {owned['noun']} of {name}", owned.end()
    return name + ("'" if name.endswith("s") else "'s"), 0


def _with_place(text: str, turns: Sequence[Sequence[Mention]]) -> str:
    """Replace "there" where it names a place that the question does not name itself."""
    match = _THERE.search(text)
    if match is None or _EMPTY_THERE.search(text):
        return text
    mention = None if _NAMED_PLACE.search(text[: match.start()]) else find("there", turns)
    if mention is None:
        return text
    lead = match["lead"] or ("at " if "headquarters" in mention.text else "in ")
    if _GOING.search(text[: match.start()]):
        lead = "to "
    return f"{text[: match.start()]}{lead}{mention.text}{text[match.end() :]}"
