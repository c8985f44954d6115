"""Questions that leave out what the question before had: "and Iran?", "and when did it join?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.wording.clauses import HEAD, Clause, parse
from rag.wording.kinds import Kind, bare, kind_of, names
from rag.wording.lexicon import (
    ATTRIBUTES,
    AUXILIARIES,
    BASE,
    BE,
    MONTHS,
    PERSON_NOUNS,
    PREPOSITIONS,
    is_plural,
)
from rag.wording.pronouns import find, resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.wording.context import Context
    from rag.wording.mentions import Mention

_ABOUT = re.compile(
    r"^\W*(?:(?:and|but|so|then)\s+)?(?:(?P<about>(?:what|how)\s+about|same (?:question )?for|"
    r"(?:and )?the same (?:for|in|of|with)|(?:no,?\s+)?i (?:meant|mean)|likewise for)\s+|"
    r"(?P<plain>and|but|or)\s+|(?=(?:in|to|for|of|from|by|since|during|under)\s+(?:\S+\s+){0,2}\S+\?))"
    r"(?P<rest>[^?]*[^?\s.!])\W*$",
    re.IGNORECASE,
)
_REQUEST_VERBS = frozenset(
    "list name tell give explain describe summarise summarize compare discuss".split()
)
MAX_SUBSTITUTE_WORDS = 7
_SOME_YEAR = r"(?:1[0-9]|20)\d\ds?"
_SOME_DATE = rf"(?:(?:{'|'.join(MONTHS)})\s+)?{_SOME_YEAR}"
_DATE = re.compile(rf"(?:(?i:in|for|since|during|by|on)\s+)?(?:the\s+)?(?P<date>{_SOME_DATE})$")
_A_DATE = re.compile(rf"\b{_SOME_DATE}\b")
_YEAR = re.compile(rf"\b{_SOME_YEAR}\b")
_OF_TIME = re.compile(
    rf"(?:^|\b[a-z]+\s)(?:{'|'.join(MONTHS)})\b|"
    rf"\b(?:{_SOME_YEAR}|century|spring|summer|autumn|winter)\b"
)
"""A time, not the end of a name: "by Theresa May"."""
_TIMES = frozenset("now today later before afterwards currently earlier originally".split())
_A_TIME = re.compile(
    r"\s+(?:at the (?:start|beginning|outset|end)|at first|initially|originally|today|now|"
    rf"in {_SOME_YEAR})$"
)
_ROLE = re.compile(
    r"^(?P<asked>(?:who|what|where|when|how \w+)\s+(?:is|are|was|were)\s+)(?P<role>the\s+.+?)"
    r"(?P<of>\s+of\s+.+)$",
    re.IGNORECASE,
)
_PRONOUNS = frozenset("i you we he she it they my your our his her its their".split())
_OWNED = re.compile(r"^(?P<owner>its|his|her|their)\s+(?P<owned>.+)$", re.IGNORECASE)
_NEEDS_OBJECT = frozenset(
    """announce attend command establish found head invent join lead leave own propose publish ratify
    reject sign write""".split()
)
_RELATIONAL = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(?:who|what|where|how \w+)\s+(?:is|are|was|were)\s+the\s+"
    r"(?P<noun>(?:[\w-]+\s+)?[\w-]+)\W*$",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|she|it|they)\b", re.IGNORECASE)
"""A pronoun that is still there was not understood: nothing more is put in."""
_LEAD = re.compile(r"^\W*(?:and|but|so|then)\b[\s,]*", re.IGNORECASE)
_HOW_MANY_THERE = re.compile(
    r"^\W*(?:and\s+)?how many\s+(?P<noun>[\w\s-]+)\s(?P<are>are|were) there\W*$", re.IGNORECASE
)


def substituted(question: str, context: Context) -> str | None:
    """Ask the question before about something else, None where that is not what is asked."""
    match = _ABOUT.match(question)
    if match is None or not _is_phrase(match["rest"], asked_about=bool(match["about"])):
        return None
    rest, before = match["rest"], context.before.rstrip(" ?.")
    first = rest.split()[0].casefold()
    role = _ROLE.match(before)
    if at_other_time := _with_time(before, rest):
        return at_other_time
    if owned := _OWNED.match(rest):
        return _with_owned(before, owned, context)
    if role and first == "the" and not names(rest):
        return f"{role['asked']}{rest}{role['of']}"
    if first in PREPOSITIONS:
        return _with_phrase(before, first, rest.partition(" ")[2])
    return _with_name(before, rest, context)


def _is_phrase(rest: str, *, asked_about: bool) -> bool:
    """Whether what follows "and" or "what about" is a part of a question, not a whole one."""
    words = rest.split()
    folded = {word.casefold() for word in words}
    return not (
        len(words) > MAX_SUBSTITUTE_WORDS
        or HEAD.match(rest)
        or folded & (AUXILIARIES | _REQUEST_VERBS)
        or (not asked_about and _has_verb(words))
        or _stands_alone(rest)
    )


def _has_verb(words: list[str]) -> bool:
    return any(
        (word in BASE and BASE[word] != word) or word in {"say", "think"} for word in words[1:]
    )


def _stands_alone(rest: str) -> bool:
    """Whether a phrase says all that is asked: "the role of women in the Ottoman army"."""
    words = [word.casefold() for word in rest.split()]
    inner = [word for word in words[1:] if word in PREPOSITIONS]
    return "to" in words[1:] or (len(inner) > 1 and bool(names(rest)))


def _with_time(before: str, rest: str) -> str | None:
    """Ask about another time: "and in 2018?", "and later?"."""
    if rest.casefold() in _TIMES:
        return f"{_A_TIME.sub('', before)} {rest}"
    match = _DATE.fullmatch(rest)
    if match is None:
        return None
    date = match["date"]
    found = list((_A_DATE if " " in date else _YEAR).finditer(before))
    if found:
        return before[: found[-1].start()] + date + before[found[-1].end() :]
    first, _, others = rest.partition(" ")
    return f"{before} {f'{first.casefold()} {others}' if others else f'in {date}'}"


def _with_owned(before: str, owned: re.Match[str], context: Context) -> str | None:
    """Ask about something that belongs to what was asked about: "and its chairman?"."""
    phrase = resolved(owned.string, owned.string, context.mentions)
    if phrase == owned.string:
        return None
    if role := _ROLE.match(before):
        return f"{role['asked']}the {owned['owned']}{role['of']}"
    is_person = owned["owner"].casefold() in {"his", "her"}
    owner = find("he", context.mentions) if is_person else None
    if owner and context.clause and context.clause.subject == owner.text:
        return before.replace(owner.text, phrase, 1)
    return f"What about {phrase}"


def _with_phrase(before: str, preposition: str, other: str) -> str:
    """Replace what follows a preposition: "to Somalia" by "to Bosnia", a time by a time only."""
    name = r"(?:(?:the|an?)\s+)?[A-Z][\w.-]*(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w.-]*)*"
    ends = rf"(?:(?!\s(?:{'|'.join(PREPOSITIONS)})\s).)+$"
    date = rf"(?:the\s+)?{_SOME_DATE}\b"
    whole = rf"\b{preposition.casefold()}\s+(?:{date}|{name}|{ends})"
    is_time = bool(_OF_TIME.search(other))
    found = [
        item for item in re.finditer(whole, before) if bool(_OF_TIME.search(item[0])) == is_time
    ]
    if found:
        last = found[-1]
        return f"{before[: last.start()]}{preposition.casefold()} {other}{before[last.end() :]}"
    return f"{before} {preposition.casefold()} {other}"


def _with_name(before: str, other: str, context: Context) -> str | None:
    """Replace the name, else the noun phrase, that is most like the other one."""
    last = other.rsplit(maxsplit=1)[-1]
    same_noun = last.islower() and re.search(rf"\s[a-z]+\b.*\b{re.escape(last)}\b", before)
    kind = kind_of(other)
    found = [] if same_noun else names(before)
    alike = [name for name in found if _alike(kind_of(_with_article(before, name)), kind)]
    target = next(iter(alike or found), None)
    if target is None or other.casefold() == target.casefold():
        return _with_noun(before, other, context)
    if other.startswith("the ") or names(other)[:1] == [other]:
        target = _with_article(before, target)
    year = rf"(?:\s+(?:in\s+)?{_SOME_YEAR}\b)?" if _YEAR.search(other) else ""
    return re.sub(re.escape(target) + year, lambda _: other, before, count=1)


def _with_article(text: str, name: str) -> str:
    match = re.search(rf"\bthe\s+{re.escape(name)}", text)
    return match.group() if match else name


def _alike(one: Kind, other: Kind) -> bool:
    things = {Kind.THING, Kind.ORGANISATION}
    persons = {Kind.PERSON, Kind.NAME}
    return one is other or {one, other} <= things or {one, other} <= persons


def _with_noun(before: str, other: str, context: Context) -> str | None:
    """Replace a noun phrase without a name: the one with the same noun, else the subject."""
    words = other.split()
    same = re.search(rf"\b(?:[A-Za-z][\w-]*\s+)?{re.escape(words[-1])}\b", before)
    if same and len(words) > 1:
        whole = before[: same.start()] + other + before[same.end() :]
        return None if " and " in before else whole
    role = _ROLE.match(before)
    if role and is_plural(other) and is_plural(role["role"]):
        return f"{role['asked']}the {other}{role['of']}"
    if role and words[0] not in {"a", "an", "the"}:
        return f"{role['asked']}{role['role']} of {other}"
    subject = context.clause.subject if context.clause else ""
    if subject and subject.split()[0].casefold() not in _PRONOUNS:
        return before.replace(subject, other, 1)
    return None


def completed(question: str, context: Context) -> str:
    """Add the object or owner that a question leaves out: "And when did Iran join?"."""
    turns = [
        [item for item in turn if bare(item.text).casefold() not in question.casefold()]
        for turn in context.mentions
    ]
    topic = find("it", turns[:1]) or find("they", turns[:1])
    if topic is None or _PERSONAL.search(question):
        return question
    asked = question.rstrip(" ?")
    if match := _RELATIONAL.match(question):
        last = match["noun"].split()[-1]
        if last in PERSON_NOUNS or {last, last.removesuffix("s")} & ATTRIBUTES:
            return f"{asked} of {topic.text}?"
    match = _HOW_MANY_THERE.match(question)
    if match and match["noun"].removesuffix("s") in ATTRIBUTES:
        return f"How many {match['noun']} of {topic.text} {match['are']} there?"
    clause = parse(_LEAD.sub("", question))
    if clause and _lacks_object(clause):
        missing = _object_of(clause, context.clause, turns, topic)
        return f"{asked} {missing}?" if missing else question
    return question


def _lacks_object(clause: Clause) -> bool:
    asks_for_it = clause.subject and clause.head not in {"", "when", "where", "why", "how"}
    passive = clause.auxiliary in BE or clause.verb.split()[0] in BE if clause.verb else True
    return not (clause.rest or passive or asks_for_it or clause.base_verb not in _NEEDS_OBJECT)


def _object_of(
    clause: Clause, earlier: Clause | None, turns: Sequence[Sequence[Mention]], topic: Mention
) -> str | None:
    """Return what the same verb had as its object in the question before, or else a body."""
    if earlier and earlier.base_verb == clause.base_verb and earlier.rest:
        return re.split(rf"\s+(?:{'|'.join(PREPOSITIONS - {'of', 'between'})})\s+", earlier.rest)[0]
    bodies = [[item for item in turn if item.kind is Kind.ORGANISATION] for turn in turns]
    target = find("it", bodies) or (None if topic.kind in {Kind.PLACE, Kind.GROUP} else topic)
    return target.text if target else None
