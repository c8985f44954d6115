"""Values in answer spans, so that two wordings of one value count as one.

"Dec. 15, 2015" and "15 December 2015" are one date, "forty-two" and "42" one number, "Raheel
Sharif" and "Gen. Sharif" one name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.questions import Expected
from rag.terms import fold, terms

_UNITS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT_SCALES = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion"}
_OTHER_NUMBERS = {"dozen": 12.0, "half": 0.5, "once": 1.0, "twice": 2.0, "single": 1.0}
_ROUGH = re.compile(
    r"\b(?:about|around|approximately|approx|nearly|almost|roughly|some|over|more than|at least|"
    r"up to|less than|under|estimated|circa|ca)\b"
)
ROUGH_TOLERANCE = 0.1
"""A number said to be rough agrees with another that differs by at most this share."""
_WRITTEN_NUMBER = (
    rf"(?:\d[\d,]*(?<=\d)|(?:{'|'.join([*_TENS, *_UNITS])})(?:-(?:{'|'.join(_UNITS)}))?)"
)
_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+")
_START = re.compile(
    r"\b(?:initial\w*|original\w*|at first|first|start\w*|beg[aiu]n\w*|found\w*|at the outset)\b",
    re.IGNORECASE,
)
_SINCE = (
    r"(?:later|now|grew|grows?|grown|expand\w*|rose|risen|increas\w*|today|currently|eventually)"
)
_SINCE_WORD = re.compile(rf"\b{_SINCE}\b", re.IGNORECASE)
_CHANGE = re.compile(
    rf"\b(?:initially|originally|at first|start(?:s|ed)?|beg[aiu]ns?)\b[^.;]*?\b{_SINCE}\b"
    rf"[^.;\d]*?\b(?P<later>{_WRITTEN_NUMBER})\b",
    re.IGNORECASE,
)
_QUANTITY = rf"{_WRITTEN_NUMBER}(?:\s+(?:{'|'.join(_SCALES)}))*"
_RANGE = rf"between\s+{_QUANTITY}\s+and\s+{_QUANTITY}|{_QUANTITY}\s*(?:\bto\b|[–—-])\s*{_QUANTITY}"
_WHOLE_RANGE = re.compile(rf"\b(?:{_RANGE})\b", re.IGNORECASE)
_COUNT = re.compile(
    rf"\b(?:{_RANGE}|{_QUANTITY})\b"
    rf"(?P<things>(?:\s+(?!{_WRITTEN_NUMBER}\b)[\w'’-]+){{1,3}})",
    re.IGNORECASE,
)
_MONTHS = {
    name[:3]: number
    for number, name in enumerate(
        "january february march april may june july august september october november "
        "december".split(),
        start=1,
    )
}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b",
        rf"\b{_YEAR}\b",
    )
)
_DATES_WITH_MONTH = _DATES[:-1]
_SPAN_WORD = re.compile(r"[\w'’-]+")
_TITLES = frozenset(
    """a an the gen general lt lieutenant maj major col colonel brig brigadier adm admiral field
    marshal dr prof professor mr mrs ms sir lord prince crown king president prime minister
    defence defense foreign chief army former ret retd commander chairman chairperson director
    secretary ambassador senator his her royal highness sheikh of and""".split()
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a span in order; two of them are a range or a pair."""

    numbers: tuple[float, ...]
    rough: bool = False

    def agrees(self, other: Numbers) -> bool:
        """Whether both can be the same quantity."""
        if len(self.numbers) != len(other.numbers):
            return bool(set(self.numbers) & set(other.numbers))
        tolerance = ROUGH_TOLERANCE if self.rough or other.rough else 0.0
        return all(
            abs(left - right) <= tolerance * max(abs(left), abs(right))
            for left, right in zip(self.numbers, other.numbers, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Dates:
    """A date as (year, month, day), as far as it is given."""

    parts: tuple[int, ...]

    def agrees(self, other: Dates) -> bool:
        """Whether one can be a more precise form of the other."""
        shared = min(len(self.parts), len(other.parts))
        return self.parts[:shared] == other.parts[:shared]


@dataclass(frozen=True, slots=True)
class Names:
    """The words of a name without titles."""

    words: frozenset[str]

    def agrees(self, other: Names) -> bool:
        """Whether one is part of the other, as a surname is of a full name."""
        return self.words <= other.words or other.words <= self.words


Value = Numbers | Dates | Names


def parse_value(text: str, expected: Expected) -> Value | None:
    """Return the value that an answer span states, None where it states none of that kind.

    Args:
        text: The span.
        expected: What the question asks for; `Expected.ANY` reads a date, else a number.
    """
    folded = fold(text)
    match expected:
        case Expected.DATE:
            return parse_date(folded)
        case Expected.NUMBER:
            return parse_numbers(folded)
        case Expected.PERSON:
            words = frozenset(re.findall(r"[^\W\d_]{2,}", folded)) - _TITLES
            return Names(words) if words else None
        case Expected.ANY:
            date = parse_date(folded)
            return date if date and len(date.parts) > 1 else parse_numbers(folded)
        case Expected.PLACE:
            return None


def value_fits(text: str, expected: Expected) -> bool:
    """Whether an answer span can be what is asked for: a number, a date, a name with a capital.

    The day and the year of a date with its month are no number of anything.
    """
    match expected:
        case Expected.NUMBER:
            return parse_numbers(_without_dates(fold(text))) is not None
        case Expected.DATE:
            return parse_date(fold(text)) is not None
        case Expected.PERSON:
            return any(word[:1].isupper() for word in text.split())
        case Expected.PLACE | Expected.ANY:
            return bool(text)


def _without_dates(folded: str) -> str:
    for pattern in _DATES_WITH_MONTH:
        folded = pattern.sub(" ", folded)
    return folded


def only_repeats(span: str, question: str) -> bool:
    """Whether an answer span has no word, titles apart, that the question lacks."""
    words, asked = (
        {re.sub(r"['’]s?$", "", word) for word in _SPAN_WORD.findall(text.casefold())}
        for text in (span, question)
    )
    return (words - _TITLES or words) <= asked


def later_number(sentence: str, question: str) -> tuple[int, int] | None:
    """Return where a sentence that tells of a change says the later number.

    "It started with 34 members and later grew to 42" answers a question about now with 42. None
    when the sentence tells of no change or the question asks about the beginning.
    """
    if _START.search(question):
        return None
    change = _CHANGE.search(sentence)
    return change.span("later") if change else None


def whole_range(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return where the range of numbers is to which a number at *start* to *end* belongs.

    Of "3,000 to 5,000" neither is the number by itself. Anything else stays where it is.
    """
    for match in _WHOLE_RANGE.finditer(sentence):
        if match.start() < end and start < match.end():
            return min(start, match.start()), max(end, match.end())
    return start, end


def counted_number(sentence: str, counted: frozenset[str], question: str) -> tuple[int, int] | None:
    """Return where a sentence says how many there are of what a question counts.

    That is the last number before one of the *counted* terms ("41 members"), without those that
    the sentence gives for the beginning when the question does not ask about it.
    """
    found = None
    for match in _COUNT.finditer(sentence):
        clause = re.split(r"[.;:]", sentence[: match.start()])[-1]
        early = _last(_START, clause) > _last(_SINCE_WORD, clause) and not _START.search(question)
        if not early and counted & frozenset(terms(match["things"])):
            found = match.start(), match.start("things")
    return found


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def agree(left: Value, right: Value) -> bool:
    """Whether two values can be one; values of different kinds cannot be compared, so they can."""
    match left, right:
        case (Numbers(), Numbers()) | (Dates(), Dates()) | (Names(), Names()):
            return left.agrees(right)  # type: ignore[arg-type]
    return True


def parse_date(folded: str) -> Dates | None:
    """Return the first and most precise date in lower-case text."""
    for pattern in _DATES:
        match = pattern.search(folded)
        if match:
            found = match.groupdict()
            month = found.get("month")
            parts = [int(found["year"])]
            if month:
                parts.append(int(month) if month.isdigit() else _MONTHS[month[:3]])
            if found.get("day"):
                parts.append(int(found["day"]))
            return Dates(tuple(parts))
    return None


_SHARED_SCALE = re.compile(
    r"\b(?P<first>[a-z]+|\d[\d,.]*)\s*(?P<link>to|or|and|-)\s*(?P<second>[a-z]+|\d[\d,.]*)\s+"
    r"(?P<scale>hundred|thousand|million|billion|trillion)\b"
)


def parse_numbers(folded: str) -> Numbers | None:
    """Return the numbers in lower-case text, in digits or words.

    A scale that two numbers share counts for both: "three to five thousand".
    """
    shared = _SHARED_SCALE.search(folded.replace("–", "-"))
    if shared and (shared["first"] in _UNITS or shared["first"][:1].isdigit()):
        scale = shared["scale"]
        folded = (
            f"{folded[: shared.start()]}{shared['first']} {scale} to {shared['second']} {scale}"
            f"{folded[shared.end() :]}"
        )
    found: list[float] = []
    total = current = 0.0
    open_number = False
    for word in [*_TOKEN.findall(folded.replace("-", " ")), ""]:
        scale = _SCALES.get(_SHORT_SCALES.get(word, word))
        if scale and open_number:
            current *= scale
            if scale > _SCALES["hundred"]:
                total, current = total + current, 0.0
        elif word in _UNITS or word in _TENS:
            current += _UNITS.get(word, _TENS.get(word, 0))
            open_number = True
        elif not (word == "and" and open_number):
            if open_number:
                found.append(total + current)
            total = current = 0.0
            open_number = word[:1].isdigit() or word in _OTHER_NUMBERS
            if open_number:
                current = _OTHER_NUMBERS.get(word) or float(word.replace(",", ""))
    if not found:
        return None
    return Numbers(tuple(found), bool(_ROUGH.search(folded)))
