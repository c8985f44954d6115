"""Values in answer spans, so that two wordings of one value count as one.

"Dec. 15, 2015" and "15 December 2015" are one date, "forty-two" and "42" one number, "Raheel
Sharif" and "Gen. Sharif" one name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from rag.names import states_in
from rag.posts import Posts, parse_post
from rag.quantities import QUANTITY, YEAR, Numbers, parse_numbers
from rag.questions import Expected
from rag.terms import fold, terms, without_possessive
from rag.wording.lexicon import MONTHS

_MONTHS = {name[:3].lower(): number for number, name in enumerate(MONTHS, start=1)}
_MONTH_FORMS = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in map(str.lower, MONTHS))
_MONTH = rf"(?P<month>{_MONTH_FORMS}|sept)(?![a-z])\.?"
_DAY = r"(?<![\d–-])(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = rf"(?P<year>{YEAR})"
_NO_MONTH = r"(?! (?:be|have|not|also|still|yet|ha[ds]|[a-z]+ (?:up|on|out))\b)"
"""After "may" as a verb: "up to 12 may be missing"."""
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH}{_NO_MONTH}",
        rf"\b{_MONTH}\s+{_DAY}\b(?![\d.,]*\d)(?! [a-z])",
        rf"\b{_YEAR}\b",
    )
)
_DATES_WITH_MONTH = _DATES[:-1]
_UNITS_OF_TIME = r"(?:days?|weeks?|months?|years?|decades?|century|centuries)"
_OTHER_TIMES = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:the|last|next|early|late|mid|that) "
    r"(?:spring|summer|autumn|winter)|(?:spring|summer|autumn|winter) (?:of|[12]\d{3})|"
    r"noon|midday|midnight|dawn|dusk|(?:at |^)(?:[01]?\d|2[0-3])[.:][0-5]\d(?![\d%]| \w+llion)|"
    r"\d{1,2}(?:[.:][0-5]\d)?(?: ?[ap]\.?m\b| o['’]clock| in the (?:morning|afternoon|evening))|"
    rf"{_UNITS_OF_TIME} (?:ago|after|before|earlier|later)|(?:last|next|this) {_UNITS_OF_TIME}|"
    r"(?:1[5-9]|20)\d0s|(?:yester|to)day)\b"
)
"""Of which no date can be read."""
_MONTH_ALONE = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?! (?:be|have)\b)")
_MANY = re.compile(r"\b(?:dozens|hundreds|thousands|millions|billions|trillions)\b")
_SPAN_WORD = re.compile(r"[\w'’-]+")
TITLES = frozenset(
    """a an the gen general lt lieutenant maj major col colonel brig brigadier adm admiral field
    marshal dr prof professor mr mrs ms sir lord prince crown king president prime minister
    defence defense foreign chief ceo army former ret retd retired commander chairman chairperson director
    secretary ambassador senator his her royal highness sheikh judge justice inspector commissioner
    mayor governor captain capt vice deputy of and""".split()
)
"""In lower case: before a name, and no part of it."""
_SON_OF = frozenset({"bin", "ibn"})
_NAME_WORD = re.compile(r"[^\W\d_]{2,}|(?<![\w'’])[^\W\d_]\.")
"""A word, or an initial with its full stop."""

_PERSON = re.compile(
    r"\W*(?:ambassador|col(?:onel)?|dr|gen(?:eral)?|minister|mrs?|ms|president|prime minister|prof(?:essor)?|"
    r"senator)\b\.?\s+[A-ZÀ-Þ]",
    re.IGNORECASE,
)
"""A title with a name after it."""


@dataclass(frozen=True, slots=True)
class Dates:
    """A date as (year, month, day), as far as it is given; the year is 0 where it is not."""

    parts: tuple[int, ...]

    def agrees(self, other: Dates) -> bool:
        """Whether one can be a more precise form of the other."""
        pairs = list(zip(self.parts, other.parts, strict=False))
        return all(left == right for left, right in pairs[0 if all(pairs[0]) else 1 :])


@dataclass(frozen=True, slots=True)
class Names:
    """The words of a name in order without titles; initials have a full stop."""

    words: tuple[str, ...]

    def agrees(self, other: Names) -> bool:
        """Whether one is part of the other, as a surname is of a full name."""
        return self._is_part_of(other) or other._is_part_of(self)

    def _is_part_of(self, other: Names) -> bool:
        """Whether *other* has all words; Salman is not the one who is his son, "bin Salman"."""
        sons = {name for before, name in pairwise(other.words) if before in _SON_OF}
        if len(self.words) == 1 and sons.issuperset(self.words):
            return False
        return all(
            any(word == whole or (word[1:] == "." and whole[0] == word[0]) for whole in other.words)
            for word in self.words
        )


Value = Numbers | Dates | Names | Posts
_ONLY_NUMBER = re.compile(rf"\W*(?:[a-z]+ ){{0,2}}[$€£¥₹]?(?:{QUANTITY})\W*(?:[\w/%-]+\W*){{0,4}}")
_NAME_OF_PLACE = re.compile(r"[A-ZÀ-Þ][\w'’-]+")


def parse_value(text: str, expected: Expected) -> Value | None:
    """Return the value that an answer span states, None where it states none of that kind.

    Args:
        text: The span.
        expected: What the question asks for; `Expected.ANY` reads a number with at most a few words.
    """
    folded = fold(text)
    match expected:
        case Expected.DATE:
            return parse_date(folded)
        case Expected.NUMBER:
            return parse_numbers(_without_dates(folded))
        case Expected.PERSON:
            words = tuple(word for word in _NAME_WORD.findall(folded) if word not in TITLES)
            return Names(words) if words else None
        case Expected.POST:
            return parse_post(folded)
        case Expected.PLACE:
            return _place(text)
        case Expected.ANY:
            dated = parse_date(folded) is not None
            return parse_numbers(folded) if _ONLY_NUMBER.fullmatch(folded) and not dated else None


def _place(text: str) -> Names | None:
    """Return the name of a place smaller than a state; a city of it is none that differs."""
    states = {term for name in states_in(text) if name.own == name.forms[0] for term in name.own}
    words = (without_possessive(fold(word)) for word in _NAME_OF_PLACE.findall(text))
    names = tuple(word for word in words if not states.issuperset(terms(word)))
    return Names(names) if names else None


def comparable(left: Value, right: Value) -> bool:
    """Whether two values are of one kind and, if dates, both give the year, or both the month."""
    if isinstance(left, Dates) and isinstance(right, Dates):
        return any(map(all, zip(left.parts, right.parts, strict=False)))
    return type(left) is type(right)


def value_fits(text: str, expected: Expected) -> bool:
    """Whether an answer span can be what is asked for: a number, a date, a name with a capital.

    The day and the year of a date with its month are no number of anything; "thousands of people"
    says how many, though no number that could be compared.
    """
    match expected:
        case Expected.NUMBER:
            undated = _without_dates(fold(text))
            return parse_numbers(undated) is not None or _MANY.search(undated) is not None
        case Expected.DATE:
            folded = fold(text)
            other = _OTHER_TIMES.search(folded) or _MONTH_ALONE.search(text)
            return parse_date(folded) is not None or other is not None
        case Expected.PERSON:
            dated = parse_date(fold(text)) is not None
            words = (word for word in text.split() if not (dated and word[:3].lower() in _MONTHS))
            return any(word[:1].isupper() for word in words)
        case Expected.PLACE:
            return bool(text) and not _PERSON.match(text)
        case Expected.ANY | Expected.POST:
            return bool(text)


def _without_dates(folded: str) -> str:
    for pattern in _DATES_WITH_MONTH:
        folded = pattern.sub(" ", folded)
    return folded


def only_repeats(span: str, question: str) -> bool:
    """Whether an answer span has no word, titles apart, that the question lacks."""
    words, asked = (
        {without_possessive(word) for word in _SPAN_WORD.findall(text.casefold())}
        for text in (span, question)
    )
    return (words - TITLES or words) <= asked


def agree(left: Value, right: Value) -> bool:
    """Whether two values can be one; values of different kinds cannot be compared, so they can."""
    match left, right:
        case (Numbers(), Numbers()) | (Dates(), Dates()) | (Names(), Names()) | (Posts(), Posts()):
            return left.agrees(right)  # type: ignore[arg-type]
    return True


def parse_date(folded: str) -> Dates | None:
    """Return the first and most precise date in lower-case text."""
    for pattern in _DATES:
        match = pattern.search(folded)
        if match:
            found = match.groupdict()
            month = found.get("month")
            parts = [int(found.get("year") or 0)]
            if month:
                parts.append(int(month) if month.isdigit() else _MONTHS[month[:3]])
            if found.get("day"):
                parts.append(int(found["day"]))
            return Dates(tuple(parts))
    return None
