"""Whether a pronoun stands for something outside its question.

In doubt it does not: a pronoun left alone does less harm than one replaced by the wrong thing.
"""

from __future__ import annotations

import re

from rag.wording.clauses import parse
from rag.wording.kinds import Kind, bare, kind_of, names
from rag.wording.lexicon import AUXILIARIES, BE, DETERMINERS, PREPOSITIONS, is_plural

POSSESSIVE = frozenset({"his", "its", "their", "theirs", "hers"})
REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves"})
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|(?<!\w)\'[^\']+\'(?!\w)|‘[^’]*’')
_EMPTY_IT = re.compile(
    r"""\bit\s+(?:(?:is|was|be|been|would\s+be|will\s+be|has\s+been|had\s+been)\s+)?(?:\w+ly\s+)?
        (?:true|false|official|correct|certain|confirmed|proven|possible|impossible|said|likely|
        unlikely|known|reported|claimed|believed|thought|legal|illegal|important|necessary|easy|hard|
        difficult|safe|dangerous|better|best|good|bad|normal|common|clear|worth|wise|right|wrong|ok|
        okay|\w+able|\w+ible)\s+
        (?:that|to|for\s.*\sto|if|whether|when|how|why|who|\w+ing\b)
      | \bit\s+(?:is|was)\s+(?:said|reported|known|believed|claimed|thought|to)\b
      | \bit\s+(?:is|was)\s+(?:\w+ed\s+(?:that|how|whether|if)|called\s+(?:when|if))\b
      | \bto\s+(?:call|consider|deem)\s+it\s+\w
      | \bit\s+(?:(?:would|will|may|might|can|could|does|did)\s+)?(?:seem|appear|rain|snow)s?\b
      | \bit\s+(?:(?:would|will|may|might|can|could)\s+)?(?:takes?|took|costs?|means?|meant|feels?|
        felt|hurts?|helps?|matters?|happens?)\s+(?:\S+\s+){0,8}?(?:(?-i:to\s+[a-z])|(?:that|if|when|
        whether)\s)
      | \bit\s+(?:is|was)\s+\S+(?:\s+\S+){0,5}\s+(?:that|who)\s
      | \b(?:makes?|made|find|finds|found)\s+it\s+\w+\s+(?:to|for|that)\b
      | \bwhat\s+time\s+(?:is|was)\s+it\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DO_IT = re.compile(r"\b(?:does|did|do)\s+it\b", re.IGNORECASE)
_AUXILIARY_IT = re.compile(rf"\b({'|'.join(sorted(AUXILIARIES))})\s+it\b", re.IGNORECASE)
_NEW_CLAUSE = re.compile(
    r"\b(?:that|if|whether|because|before|after|when|while|until|since|although|though|so|than|as|"
    r"and|or|but|who|which|where|what|why|how|unless|once)\b",
    re.IGNORECASE,
)
_SECOND_QUESTION = re.compile(
    r"\s(?:and|or|but)\s+(?:how|why|what|when|where|who)\b", re.IGNORECASE
)
_FRONTED = re.compile(
    r"^(?:and\s+|but\s+)?(?:in|at|by|on|with|after|before|since|until|without|despite|during|when|"
    r"while|if|because|although|though|as|once)\b(?P<front>[^,?]*),(?P<rest>.+)$",
    re.IGNORECASE,
)
_OTHER_SENTENCE = re.compile(r"\w+\W+\w+.*[.:;?!—]\s")
_INNER_CLAUSE = re.compile(r"\b(?:to|\w{2,}ing)\s")
_JOINING_AND = re.compile(r"\b(?P<gerund>[a-z]{3,}ing)\b.*\b(?:and|or)\s")
_CONDITION = re.compile(r"^\W*(?:and\s+|but\s+)?if\b[^?]*,", re.IGNORECASE)
_NOUN_AND = re.compile(r"\b[a-z]{3,}\s+and\s+$")
_NOUN = re.compile(
    rf"\b(?P<lead>{'|'.join(sorted(DETERMINERS - {'its', 'his', 'her', 'their'}))}|which|what|"
    r"how\s+many|all|most|some|many|several|both|two|three|four|five)"
    r"\s+(?P<noun>(?:[\w’'-]+\s+){0,2}?[\w’'-]+)(?=\s|$|[,;])",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(?<!\w)[a-z]{3,}s\b(?=\s)")
_WHO = re.compile(
    rf"\W*(?:\w+\s+)?who\b(?!\s+(?:{'|'.join(BE)}|did|does|do|has|had)\b)", re.IGNORECASE
)
_TIME_OR_MANNER = frozenset("year time way extent day month date much case reason".split())


def refers_back(text: str, pronoun: re.Match[str], which: str) -> bool:
    """Whether a pronoun stands for something outside the question.

    Args:
        text: The question.
        pronoun: Where the pronoun is.
        which: "he", "it" or "they": the pronoun's subject form, "he" for both genders.
    """
    start, word = pronoun.start(), pronoun.group()
    if start > 0 and word[0].isupper():
        return False  # part of a title
    if any(quoted.start() < start < quoted.end() for quoted in _QUOTED.finditer(text)):
        return False
    if which == "it" and _EMPTY_IT.search(_AUXILIARY_IT.sub(r"it \1", _DO_IT.sub("it", text))):
        return False
    return not _has_antecedent(text, pronoun, which)


def is_possessive(text: str, pronoun: re.Match[str]) -> bool:
    """Whether a pronoun says whose something is: "her" does before a noun."""
    word = pronoun.group().casefold()
    following = re.match(r"\s+([a-z][\w-]*)", text[pronoun.end() :])
    noun = following and following[1] not in PREPOSITIONS | AUXILIARIES | DETERMINERS
    return word in POSSESSIVE or (word == "her" and bool(noun))


def _has_antecedent(text: str, pronoun: re.Match[str], which: str) -> bool:
    """Whether the question itself names what the pronoun can stand for."""
    before = text[: pronoun.start()]
    owns = is_possessive(text, pronoun) or pronoun.group().casefold() in REFLEXIVE
    if owns and _NOUN_AND.search(before):
        return True
    if which == "it" and any(
        pattern.search(before) for pattern in (_CONDITION, _OTHER_SENTENCE, _JOINING_AND)
    ):
        return True
    fronted = _FRONTED.match(text)
    if fronted and pronoun.start() < fronted.end("front"):
        front = (phrase for _, phrase in _phrases_before(fronted["front"]))
        return any(
            _agrees(phrase, which, owns=owns) for phrase in (*names(fronted["rest"]), *front)
        )
    for end, phrase in _phrases_before(before):
        between = before[end:]
        apart = owns or _NEW_CLAUSE.search(between) or _begins_clause(text, pronoun, between)
        if (apart or (which == "they" and _INNER_CLAUSE.search(between))) and _agrees(
            phrase, which, owns=owns
        ):
            return True
    return False


def _begins_clause(text: str, pronoun: re.Match[str], between: str) -> bool:
    """Whether the pronoun is the subject of a clause without "that": "did Iran say it would"."""
    following = re.match(r"\s+(\w+)", text[pronoun.end() :])
    words = between.casefold().split()
    return bool(
        following
        and following[1].casefold() in AUXILIARIES
        and words
        and words[-1] not in AUXILIARIES
    )


def _phrases_before(before: str) -> list[tuple[int, str]]:
    """Return the noun phrases before a pronoun, each with where it ends."""
    found = [(before.find(name) + len(name), name) for name in names(before)]
    found += [
        (match.end(), match.group())
        for match in _NOUN.finditer(before)
        if match["noun"].split()[0].casefold() not in AUXILIARIES | PREPOSITIONS
    ]
    if who := _WHO.match(before):
        found.append((who.end(), "who"))
    elif not re.search(r"\bwho\b", before, re.IGNORECASE):
        found += [
            (match.end(), match.group())
            for match in _PLURAL.finditer(before)
            if is_plural(match.group()) and match.group() not in AUXILIARIES
        ]
    first, second = parse(before), _SECOND_QUESTION.search(before)
    if first and first.subject and second:
        found.append((second.start(), first.subject))
    return found


def _agrees(phrase: str, which: str, *, owns: bool) -> bool:
    """Whether a phrase of the question can be what a pronoun in it stands for."""
    if phrase == "who":
        return owns or which != "it"
    words = phrase.casefold().split()
    kind = kind_of(phrase)
    plural = (is_plural(phrase) and not bare(phrase)[0].isupper()) or "and" in words
    plural = plural or words[0] in {"how", "two", "both", "many"}
    if which == "they":
        return plural or owns or kind in {Kind.ORGANISATION, Kind.COUNTRY, Kind.NAME}
    if which == "he":
        return kind in {Kind.PERSON, Kind.NAME}
    return not plural and kind is not Kind.PERSON and not _TIME_OR_MANNER.intersection(words)
