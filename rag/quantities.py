"""Numbers in texts, in digits or words: what they are and where a range of them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import gcd

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
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION = re.compile(
    rf"\b(?:(?:(?P<whole>\d{{1,2}}|{'|'.join(_UNITS)}) and )?(?P<count>an?|{'|'.join(_UNITS)})[ -])?"
    rf"(?P<part>{'|'.join(_PARTS)})s?"
    rf"(?=\s+(?:an?|of|or|the|to|{'|'.join(_SCALES)})\b|\s*(?:$|[^\s\w-]))"
)
"""A third country is no part of anything."""
_ONE_SCALE = re.compile(rf"(?:(?P<part>\.\d+) (?:of )?|(?<!\w))an? (?=(?:{'|'.join(_SCALES)})\b)")
"""The article of "a million" and of "half a million", which is half of it."""
SHARE_TOLERANCE = 1.0
"""Percentage points by which "a third" may differ from a number of per cent."""
_UNIT_LETTER = re.compile(
    r"(?P<money>(?:[$€£¥₹]|\b(?:usd|eur|gbp|rs)\b\.?)\s?)?(?P<number>\d[\d.,]*)"
    r"(?:[\s-]*k?m[23]\b|[\s-]+[km]\b|m(?=[\s-]+(?:deep|high|long|tall|thick|wide)\b))"
)
"""Metres and kelvins in "5 m" and "300 K"; "5m people" and "$5 m" are millions."""
_LIMITS = (
    r"as (?:few|little|many|much) as|at (?:least|most)|(?:not? )?(?:fewer|less|more) than|over|under|"
    r"up to"
)
_ABOUT = r"about|almost|approx(?:imately)?|around|nearly|roughly|some"
QUALIFIER = rf"(?:{_LIMITS}|{_ABOUT})"
"""What stands before a number that is a limit, or not exact."""
_ROUGH = re.compile(rf"\b(?:{QUALIFIER}|estimated|circa|ca)\b")
LEAST_ROUNDED, ROUND = 10_000, 1_000
"""Whole thousands from the first on may have been rounded; "40" and "1,200" have not."""
ROUGH_TOLERANCE = 0.1
"""A number said to be rough agrees with another that differs by at most this share."""
_IN_WORDS = rf"(?:{'|'.join([*_TENS, *_UNITS])})(?:-(?:{'|'.join(_UNITS)}))?"
_SPACED = r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,6}(?![\d,])"
"""Thousands set off by spaces: "10 000", but not "in 2015 100 men"."""
WRITTEN_NUMBER = rf"(?:(?:{_SPACED}|\d[\d,]{{0,20}}(?<=\d))(?:\.\d{{1,9}})?|{_IN_WORDS})"
YEAR = r"(?:1[5-9]|20)\d\d"
_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+")
QUANTITY = (
    rf"{WRITTEN_NUMBER}(?:\s+(?:{'|'.join(_SCALES)})\b(?:\s+(?:and\s+)?{_IN_WORDS}\b(?!\s+to\b))?)*"
)
_NO_TIME = rf"(?!{YEAR}\s+to\s+(?!\d[\d,]{{3}}))(?!(?<=\bin\s){YEAR}\s+to\s+(?!{YEAR}\b))"
"""Not at the year of "from 41 days in 2021 to 13 days", which begins no range."""
RANGE = (
    rf"between\s+{QUANTITY}\s+and\s+{QUANTITY}|"
    rf"{_NO_TIME}{QUANTITY}\s*(?:\bto\b|[–—-])\s*{QUANTITY}"
)
_WHOLE_RANGE = re.compile(rf"\b(?:{RANGE})\b", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(
    rf"(?<![\w.,])(?:{QUANTITY})(?:(?:{'|'.join(_SHORT_SCALES)})\b)?(?!\w|[.,]\d)", re.IGNORECASE
)
_SHARED_SCALE = re.compile(
    r"\b(?P<first>[a-z]+|\d[\d,.]*)\s*(?P<link>to|or|and|-)\s*(?P<second>[a-z]+|\d[\d,.]*)\s+"
    r"(?P<scale>hundred|thousand|million|billion|trillion)\b"
)
_BEGINS_NUMBER = re.compile(
    rf"(?:[$€£¥₹]\s?)?(?:{QUANTITY}|half|an?\s+(?:dozen|third|quarter|{'|'.join(_SCALES)}))\b",
    re.IGNORECASE,
)
_BEFORE_NUMBER = r"\s+(?:an?\s+(?:estimated\s+)?)?(?:[$€£¥₹]\s?)?$"
_LIMITED = re.compile(rf"(?<![\w-])(?:{_LIMITS}){_BEFORE_NUMBER}", re.IGNORECASE)
_INEXACT = re.compile(rf"(?<![\w-])(?:{_ABOUT}){_BEFORE_NUMBER}", re.IGNORECASE)
_OF_VERB = re.compile(
    r"\b(?:(?:authority|control|dispute|divided|power|presides|rul(?:e|es|ed)|spread|"
    r"t(?:ak(?:e|en|es|ing)|ook))\s+(?:over|under)|"
    r"(?:asked|kn(?:ew|ow)|learned|sa(?:id|ys)|talk(?:s|ed|ing)?|tell|think|told|worr(?:y|ied))\s+"
    rf"(?:about|around)){_BEFORE_NUMBER}",
    re.IGNORECASE,
)
"""Who took over 12 islands took 12, and nobody talks about nearly 40."""
LONGEST_QUALIFIER = 40


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a span in order; two of them are a range or a pair.

    ``fraction`` says that it is one part of one in words: "a third" is 0.333. ``steps`` are the
    differences of each number to the next one that could be written as precisely: 100,000 of
    "1.6 million".
    """

    numbers: tuple[float, ...]
    rough: bool = False
    fraction: bool = False
    steps: tuple[float, ...] = field(default=(), compare=False)

    def agrees(self, other: Numbers) -> bool:
        """Whether both can be the same quantity; "a third" and "33 per cent" can."""
        if self.fraction != other.fraction:
            part, share = (self, other) if self.fraction else (other, self)
            if abs(100 * part.numbers[0] - share.numbers[0]) <= SHARE_TOLERANCE:
                return True
        if len(self.numbers) != len(other.numbers):
            return bool(set(self.numbers) & set(other.numbers))
        tolerance = ROUGH_TOLERANCE if self.rough or other.rough else 0.0
        return all(
            abs(left[0] - right[0]) <= tolerance * max(abs(left[0]), abs(right[0]))
            or _is_rounded(*sorted((left, right), key=lambda number: number[1]))
            for left, right in zip(self._with_steps(), other._with_steps(), strict=True)
        )

    def _with_steps(self) -> list[tuple[float, float]]:
        return list(zip(self.numbers, self.steps or (0.0,) * len(self.numbers), strict=True))


def _is_rounded(finer: tuple[float, float], coarser: tuple[float, float]) -> bool:
    """Whether one number with its step is another one rounded; 2 million is no 1.6 million."""
    (exact, small), (rounded, step) = finer, coarser
    near = abs(exact - rounded) <= ROUGH_TOLERANCE * max(abs(exact), abs(rounded))
    return near and small < step and -0.5 <= round((exact - rounded) / step, 6) < 0.5  # noqa: PLR2004


def parse_numbers(folded: str) -> Numbers | None:
    """Return the numbers in lower-case text, in digits or words.

    A scale that two numbers share counts for both: "three to five thousand".
    """
    folded, fractions = _plainly_written(folded)
    found: list[float] = []
    steps: list[float] = []
    total = current = 0.0
    step = 1.0
    open_number = False
    for word in [*_TOKEN.findall(folded.replace("-", " ")), ""]:
        scale = _SCALES.get(_SHORT_SCALES.get(word, word))
        if scale and open_number:
            current *= scale
            if scale > _SCALES["hundred"]:
                total, current, step = total + current, 0.0, step * scale
        elif word in _UNITS or word in _TENS:
            current += _UNITS.get(word, _TENS.get(word, 0))
            open_number, step = True, 1.0
        elif not (word == "and" and open_number):
            if open_number:
                found.append(total + current)
                steps.append(step)
            total = current = 0.0
            open_number = word[:1].isdigit() or word in _OTHER_NUMBERS
            if open_number:
                current = _OTHER_NUMBERS.get(word) or float(word.replace(",", ""))
                step = _step(word, current)
    if not found:
        return None
    fraction = fractions == len(found) == 1 and found[0] < 1
    return Numbers(tuple(found), bool(_ROUGH.search(folded)), fraction, tuple(steps))


def _step(written: str, number: float) -> float:
    """Return the difference to the next number that could be written as precisely in digits."""
    decimals = len(written.partition(".")[2])
    rounded = number >= LEAST_ROUNDED and number % ROUND == 0
    return float(ROUND) if rounded else float(10**-decimals)


def _plainly_written(folded: str) -> tuple[str, int]:
    """Return lower-case text with each number by itself, and how many fractions it has in words."""
    folded = re.sub(_SPACED, lambda match: re.sub(r"\s", "", match[0]), folded)
    folded = _UNIT_LETTER.sub(lambda match: match[0 if match["money"] else "number"], folded)
    folded, fractions = _fractions_in_digits(folded)
    folded = _ONE_SCALE.sub(lambda match: f"{match['part']} " if match["part"] else "one ", folded)
    shared = _SHARED_SCALE.search(folded.replace("–", "-"))
    if shared and (shared["first"] in _UNITS or shared["first"][:1].isdigit()):
        scale = shared["scale"]
        folded = (
            f"{folded[: shared.start()]}{shared['first']} {scale} to {shared['second']} {scale}"
            f"{folded[shared.end() :]}"
        )
    return folded, fractions


def _fractions_in_digits(folded: str) -> tuple[str, int]:
    """Return lower-case text with "two-thirds" as "0.667", and how many such fractions it has."""
    fractions = 0

    def in_digits(match: re.Match[str]) -> str:
        nonlocal fractions
        whole, parts = match["whole"] or "0", _PARTS[match["part"]]
        count = _UNITS.get(match["count"] or "", 1)
        if gcd(count, parts) > 1 or not (match["count"] or parts == _PARTS["half"]):
            return match[0]  # "two quarters" are of a year
        fractions += 1
        return f"{(_UNITS[whole] if whole in _UNITS else int(whole)) + count / parts:.3f}"

    return _FRACTION.sub(in_digits, folded), fractions


def whole_number(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return a span at *start* to *end* with all of the numbers of which it cuts one off.

    "1" of "1.6 million" is 1.6 million.
    """
    for match in _WHOLE_NUMBER.finditer(sentence):
        if match.start() < end and start < match.end():
            start, end = min(start, match.start()), max(end, match.end())
    return start, end


def qualified_from(sentence: str, start: int, *, about: bool = False) -> int:
    """Return where the words begin that limit a number at *start*: "no more than", "at least".

    Args:
        sentence: What has the number.
        start: Where it begins.
        about: Whether to look also for words that say that it is not exact, as "about" does.
    """
    if not _BEGINS_NUMBER.match(sentence, start):
        return start
    before = sentence[max(0, start - LONGEST_QUALIFIER) : start]
    qualifier = _LIMITED.search(before) or (_INEXACT.search(before) if about else None)
    if _OF_VERB.search(before):
        return start
    return start - len(qualifier[0]) if qualifier else start


def whole_range(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return where the range of numbers is to which a number at *start* to *end* belongs.

    Of "3,000 to 5,000" neither is the number by itself. Anything else stays where it is.
    """
    for match in _WHOLE_RANGE.finditer(sentence):
        if match.start() < end and start < match.end():
            return min(start, match.start()), max(end, match.end())
    return start, end
