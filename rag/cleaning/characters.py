"""One form for every character: what is invisible or glued goes, what is written stays.

NFC and not NFKC: the compatibility form turns "10²" into "102", and a quote must say what
the page says. Only forms of print are undone: Latin ligatures, Arabic presentation forms.
"""

from __future__ import annotations

import re
import unicodedata

SOFT_HYPHEN = "\u00ad"

_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    # Bullets of the Symbol and Wingdings fonts, which PDF files give as private characters.
    "\uf0b7": "•",
    "\uf0a7": "•",
    "\uf0d8": "•",
    "\uf06e": "•",
}
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control codes that are no spaces
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks and overrides
    "\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"  # zero width, interlinear marks
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
    "\ud800-\udfff"  # lone surrogates: no file can hold them
    "\U000e0000-\U000e007f"  # language tags
)
_REMOVED = re.compile(f"[{_INVISIBLE}]")
_SPACES = re.compile(r"[\s\x85]+")
_PRESENTATION_FORM = re.compile("[\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")
_PRINTED_FORM = re.compile(f"[{''.join(_LIGATURES)}]")
_PLAIN = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")


def clean_line(line: str) -> str:
    """Return *line* in NFC with single spaces, without invisible characters.

    A soft hyphen stays at the end of the line, where it says that the word goes on.
    """
    if _PLAIN.fullmatch(line):
        return line
    line = _REMOVED.sub("", line)
    line = _PRINTED_FORM.sub(lambda match: _LIGATURES[match[0]], line)
    line = _PRESENTATION_FORM.sub(lambda match: unicodedata.normalize("NFKC", match[0]), line)
    line = unicodedata.normalize("NFC", _SPACES.sub(" ", line).strip(" "))
    if SOFT_HYPHEN in line:
        broken = line.endswith(SOFT_HYPHEN)
        line = line.replace(SOFT_HYPHEN, "").strip(" ") + (SOFT_HYPHEN if broken else "")
    return line
