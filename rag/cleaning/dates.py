"""Dates as people write them, to ISO 8601 and never more precise than written."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
_FORMS = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/]|[.-]\d)", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]\d\d:\d\d\S*)?",
        rf"{_YEAR}/(?P<month>\d\d?)/(?P<day>\d\d?)",
        rf"{_WEEKDAY}{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"(?P<first>\d\d?)(?P<mark>[/.-])(?P<second>\d\d?)(?P=mark){_YEAR}",
        rf"{_YEAR}-(?P<month>\d\d)",
        rf"{_MONTH},?\s+{_YEAR}",
        _YEAR,
    )
)
_LAST_MONTH = 12
_DATELINE = re.compile(
    r"[A-ZÀ-Þ][A-ZÀ-Þ .'’/-]{2,40}[.,]\s(?P<rest>[^–—]{4,60}?)(?:\s?\([^)]{2,60}\))?\s?(?:--?|[–—])\s"
)
"""Where and when a news agency writes: "TURIN, Feb 3, 2024 (Agency) - "."""
CAME_OUT = r"(?:published|posted|issued|(?:last\s+)?(?:updated|modified|revised))"
"""What a line says before the date on which a text came out."""
_STATED = re.compile(
    rf"(?:^|[,;:.(|•·–—-]\s*)(?:{CAME_OUT}|version\s+of)(?:\s+on)?:?\s+(?P<rest>.{{4,40}})",
    re.IGNORECASE,
)


def find_date(text: str, *, years: bool = True) -> str | None:
    """Return the most precise date in *text* in ISO form, the first of equals.

    Args:
        text: Any text.
        years: Whether a bare year counts.
    """
    best: str | None = None
    for form in _FORMS if years else _FORMS[:-1]:
        for match in form.finditer(text):
            found = _iso(match)
            if found is not None and (best is None or len(found) > len(best)):
                best = found
    return best


def is_date_line(text: str) -> bool:
    """Whether a line is a date and nothing else, a label such as "Published:" aside."""
    bare = re.sub(
        rf"^(?:{CAME_OUT}|date|dated|on)(?:\s+on)?\s*:?\s+",
        "",
        text,
        flags=re.IGNORECASE,
    ).strip(" .|,")
    return any(form.fullmatch(bare) for form in _FORMS[:-1])


def dateline_date(text: str) -> str | None:
    """Return the date in the dateline that a news report begins with."""
    dateline = _DATELINE.match(text)
    if dateline is None:
        return None
    rest = dateline["rest"]
    dated = (part for part in (rest, rest.partition(", ")[2]) if is_date_line(part))
    return next(map(find_date, dated), None)


def stated_date(text: str) -> str | None:
    """Return the date on which a line says that the text came out: "Version of 4 May 2024"."""
    for stated in _STATED.finditer(text):
        for form in _FORMS[:-1]:
            match = form.match(stated["rest"])
            if match:
                return _iso(match)
    return None


def _iso(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    year = int(groups["year"])
    if "first" in groups:
        return _numeric(year, int(groups["first"]), int(groups["second"]), groups["mark"])
    written = groups.get("month")
    if written is None:
        return f"{year:04}"
    month = int(written) if written.isdigit() else _MONTHS[written.lower()]
    if not 1 <= month <= _LAST_MONTH:
        return None
    day = groups.get("day")
    return f"{year:04}-{month:02}" if day is None else _valid(year, month, int(day))


def _numeric(year: int, first: int, second: int, mark: str) -> str | None:
    """Read 20/01/2026 by its value and 03.04.2026 by its points; 03/04/2026 is ambiguous."""
    if second > _LAST_MONTH:
        return _valid(year, first, second)
    if first > _LAST_MONTH or mark == "." or first == second:
        return _valid(year, second, first)
    return f"{year:04}"


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
