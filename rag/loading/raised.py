"""Raised numbers: the mark of a note, or an exponent, is no part of the number before it."""

from __future__ import annotations

import re

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SUPERSCRIPTS = str.maketrans("0123456789", RAISED)
PLAIN = str.maketrans(RAISED, "0123456789")
_NUMBERS = re.compile(r"\s*[0-9]+(?:\s*,\s*[0-9]+)*\s*")


def raised(text: str) -> str:
    """Return text that stands raised: a number, or several with commas, in superscript digits.

    Other text stays as it is, such as "st" after "1" and "[13]", whose brackets tell it apart.
    """
    return text.translate(SUPERSCRIPTS) if _NUMBERS.fullmatch(text) else text
