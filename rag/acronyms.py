"""What a document's acronyms stand for, as it says itself.

"The Islamic Military Counter Terrorism Coalition (IMCTC)" says it once; further on only "IMCTC"
stands there, which neither the question's words nor the embedding model connect with a coalition.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.terms import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_ACRONYM = r"[A-Z][A-Z&-]{0,8}[A-Z]s?"
_IN_BRACKETS = re.compile(rf"\(\s*[\"“”'‘’]?(?P<acronym>{_ACRONYM})[\"“”'‘’]?\s*(?:[),;])")
_SPELLED_IN_BRACKETS = re.compile(
    rf"\b(?P<acronym>{_ACRONYM}) \((?P<long>[A-Za-z][^()\d;,]{{5,80}})\)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SMALL = frozenset("a al an and at by de e el for from i in of on or the to ul with".split())
"""Words of a name whose first letters its acronym may leave out."""
_USED = re.compile(rf"(?<!\w)(?P<acronym>{_ACRONYM})(?!\w)")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
LONGEST_SPELLING_CHARACTERS = 120
WHOLE = 0.8
"""Of the words in brackets after an acronym, that spell it out and say no more."""
MIN_LETTERS_IN_LOWER_CASE = 3
"""Two letters without a capital word are chance."""
_SENTENCE_END = re.compile(r"[.;:!?()\[\]\n]")


def acronyms_of(text: str) -> dict[str, str]:
    """Return each acronym that *text* spells out, with the words that it stands for.

    The words are those right before the brackets with the acronym (or inside brackets after it)
    whose first letters are the acronym's, in order; small words may be left out, and a compound's
    parts count as words. After Schwartz and Hearst 2003, "A simple algorithm for identifying
    abbreviation definitions in biomedical text", with first letters only.
    """
    text = "\n".join(" ".join(part.split()) for part in _PARAGRAPH_END.split(text))
    found: dict[int, tuple[str, str]] = {}
    for match in _IN_BRACKETS.finditer(text):
        before = text[max(0, match.start() - LONGEST_SPELLING_CHARACTERS) : match.start()]
        acronym = match["acronym"].rstrip("s")
        found[match.start()] = acronym, _spelling(acronym, _SENTENCE_END.split(before)[-1])
    for match in _SPELLED_IN_BRACKETS.finditer(text):
        acronym, words = match["acronym"].rstrip("s"), match["long"]
        spelling = _spelling(acronym, words)
        found[match.start()] = acronym, spelling if len(spelling) >= WHOLE * len(words) else ""
    spelled: dict[str, str] = {}
    for _, (acronym, words) in sorted(found.items()):
        if words:
            spelled.setdefault(acronym, words)
    return spelled


def spelled_out(thing: str, text: str) -> str:
    """Return what *text* says that *thing* stands for, empty if it does not.

    People type acronyms in small letters too ("what is the imctc"); a word that the text itself
    has in small letters is none.
    """
    if thing.islower() and (
        thing in STOP_WORDS or re.search(rf"(?<!\w){re.escape(thing)}(?!\w)", text)
    ):
        return ""
    return acronyms_of(text).get(thing.upper() if thing.islower() else thing, "")


def acronyms_in(text: str) -> list[str]:
    """Return what can be an acronym in *text*, each once, in order; "PCBs" is "PCB"."""
    return list(dict.fromkeys(match["acronym"].rstrip("s") for match in _USED.finditer(text)))


def _spelling(acronym: str, before: str) -> str:
    """Return the last words of *before* whose first letters are *acronym*, nothing if none are."""
    letters = [letter.lower() for letter in acronym if letter.isalpha()]
    words = list(_WORD.finditer(before))
    for passed_over in (_SMALL, frozenset[str]()):
        first = _first_word([word[0].lower() for word in words], letters, passed_over)
        if first is not None and words[first][0].lower() not in _SMALL:
            spelling = before[words[first].start() :].strip(" \"“”'‘’")
            return (
                "" if len(letters) < MIN_LETTERS_IN_LOWER_CASE and spelling.islower() else spelling
            )
    return ""


def _first_word(words: list[str], letters: list[str], passed_over: AbstractSet[str]) -> int | None:
    """Return where the words begin whose first letters are *letters*, the last word's last.

    The words *passed_over* give no letter; other small words may.
    """
    left = list(letters)
    for at in range(len(words) - 1, -1, -1):
        if words[at][0] == left[-1] and words[at] not in passed_over:
            left.pop()
            if not left:
                return at
        elif words[at] not in _SMALL:
            return None
    return None
