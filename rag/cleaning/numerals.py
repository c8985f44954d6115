"""Page numbers as pages print them: arabic and roman."""

from __future__ import annotations

import re

_ROMAN = re.compile(r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def roman_value(text: str) -> int | None:
    """Return the value of a roman numeral below 400 in one case; None for anything else."""
    if not _ROMAN.fullmatch(text) or text not in (text.lower(), text.upper()):
        return None
    value = 0
    letters = [_VALUES[letter] for letter in text.lower()]
    for letter, following in zip(letters, [*letters[1:], 0], strict=True):
        value += -letter if letter < following else letter
    return value


def page_value(text: str) -> tuple[str, int] | None:
    """Return the style, "arabic" or "roman", and the value of a printed page number."""
    if text.isascii() and text.isdigit():
        return "arabic", int(text)
    value = roman_value(text)
    return None if value is None else ("roman", value)
