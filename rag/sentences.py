"""Where sentences begin and end in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sentencex

from rag.types import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN_ABBREVIATION = re.compile(
    r"(?:\b(?:vol|no|nos|pp|p|art|sec|sect|ch|fig|figs|para|ed|eds|cf|ca|approx|rs|hon|st|"
    r"brig|maj|col|lt|gen|adm|capt|sgt|gov|sen|rep|amb|prof|dr|mr|mrs|ms|jr|sr)|"
    r"\b[a-z]|\b\d+-[a-z])\.$",
    re.IGNORECASE,
)
"""A fragment that ends like this goes on after a full stop, unless a capital word begins."""
_ENUMERATOR = re.compile(r"^\W*(?:\d{1,3}|[a-z]|[ivxl]{1,5})[.)]$", re.IGNORECASE)
_STARTS_NEW = re.compile(r"""^["'“‘«(\[]*[^\W\d_]""")
_TITLE = re.compile(
    r"\b(?:gen|lt|maj|col|brig|adm|capt|sgt|dr|mr|mrs|ms|prof|sen|rep|gov|amb|hon|st|vs|v|no|nos|"
    r"vol|fig|figs|art|sec|ch|pp|p|ed|eds|cf|\d+-[a-z])\.$",
    re.IGNORECASE,
)
"""An abbreviation or house number that never ends a sentence, whatever follows."""
_AFTER_UNIT = re.compile(
    r"\d\s?(?:\w{1,3}/)?(?:g|m|mm|l|L|s|ms|sec|min|h|hr|t|V|W|K|J|Pa|cal|°[CF])\.(?P<gap>\s+)"
    r"(?=(?:The|An?|In|It|Its|This|That|These|Those|There|They|He|She|We|You|If|When|While|For|At|"
    r"On|To|As|After|Before|But|However)[\s,])"
)
"""A number in a unit that may be an abbreviation or initial too, before a word that begins."""
_REPLY = re.compile(
    r"(?:^|[:?!–—]\s)(?:[Yy]es|YES|[Nn]o|NO)\.(?P<gap>\s+)"
    r"(?=[\"'“‘(]?(?:[A-Z][a-zß-ÿ]|[AI][\s’']))"
)
"""An answer in one word, alone or after who gives it ("KM: No. I …"), and no "No. 5" or "No. IV"."""
PRECEDING_CHARACTERS = 300
LONGEST_SENTENCE_CHARACTERS = 1000
_BREAK = re.compile(r"\s+")
_LABEL_WORDS = 8
_LABEL = re.compile(
    r"""["'“‘(]?(?:[A-Z0-9]|al-)[^\s.!?;]*(?:\s(?:["'“‘(]?[A-Z0-9][^\s.!?;]*|(?:a|al|and|at|bin|"""
    r"""de|for|from|in|of|on|or|the|to|until|vs|with|–|-)))*\.?["'”’)]?\."""
)
"""A headword or a date: "NATO.", "Muhammad bin Salman.", "15 December 2015.", "1979 to 1989."."""
_WITHIN_LABEL = re.compile(r"[\dA-Z\W]+\.|(?:\d{1,2}\s)?[A-Z][a-z]+\.?\s(?:\d{1,2},?\s)?\d{4}\.")
"""What is a label in the middle of a paragraph too: capitals alone, or a date."""
_NO_LABEL = re.compile(
    r"(?:he|she|it|they|we|i|you|this|that|these|those|there|yes|no|not|so|nor|neither)\b",
    re.IGNORECASE,
)
_AFTER_STOP = re.compile(r"[⁰¹²³⁴-⁹]+(?: ?,? ?[⁰¹²³⁴-⁹]+)*|(?: ?\|)+$")
"""What stands after the full stop and still belongs to the sentence: raised numbers, empty cells."""
_LIST_MARK = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-z][.)]|[•▪◦·●■○‣–—-])\s+(?=\S)")


def sentence_spans(text: str, within: Span | None = None) -> list[Span]:
    """Return the sentences of *text* in order, without surrounding white space.

    What has no end for `LONGEST_SENTENCE_CHARACTERS` is cut between words.

    Args:
        text: Any text; it is not changed, so spans are exact.
        within: Only this part of it; None means all. A sentence never crosses its ends.
    """
    within = within or Span(0, len(text))
    pieces: list[Span] = []
    offset = within.start
    # The pieces of sentencex, joined, are its input again, so their lengths are exact offsets.
    for piece in sentencex.segment("en", text[within.start : within.end]):
        span = _trimmed(text, offset, offset + len(piece))
        offset += len(piece)
        if span is not None and pieces:
            marks = _AFTER_STOP.match(text, pieces[-1].end, span.end)
            if marks:
                pieces[-1] = Span(pieces[-1].start, marks.end())
                span = _trimmed(text, marks.end(), span.end)
        if span is None:
            continue
        if pieces and _continues(text, pieces[-1], span):
            pieces[-1] = Span(pieces[-1].start, span.end)
        else:
            pieces.append(span)
    for ending in (_AFTER_UNIT, _REPLY):
        pieces = [part for piece in pieces for part in _parted(text, piece, ending)]
    return [part for piece in _with_labels(text, pieces) for part in _cut(text, piece)]


def without_list_mark(text: str, span: Span) -> Span:
    """Return *span* without the number, letter, bullet or dash that it begins with."""
    mark = _LIST_MARK.match(text, span.start, span.end)
    return Span(mark.end(), span.end) if mark else span


def _parted(text: str, span: Span, ending: re.Pattern[str]) -> Iterator[Span]:
    """Yield *span* in the sentences that end where *ending* matches: "It weighs 300 g. The …"."""
    start = span.start
    for match in ending.finditer(text[span.start : span.end]):
        yield Span(start, span.start + match.start("gap"))
        start = span.start + match.end("gap")
    yield Span(start, span.end)


def _with_labels(text: str, pieces: list[Span]) -> list[Span]:
    """Join a label to the sentence that it introduces: "NATO. North Atlantic Treaty …".

    Apart from it the definition would say of nothing what it is, and an event would have no date.
    """
    joined: list[Span] = []
    opened = False
    for index, piece in enumerate(pieces):
        if opened:
            joined[-1] = Span(joined[-1].start, piece.end)
        else:
            joined.append(piece)
        opened = not opened and _is_label(text[piece.start : piece.end], first=index == 0)
    return joined


def _is_label(sentence: str, *, first: bool) -> bool:
    if sentence.count(" ") >= _LABEL_WORDS or _NO_LABEL.match(sentence.rpartition(": ")[2]):
        return False
    return (_LABEL if first else _WITHIN_LABEL).fullmatch(sentence) is not None


def _cut(text: str, span: Span) -> Iterator[Span]:
    """Yield *span* in parts of at most `LONGEST_SENTENCE_CHARACTERS`, cut between words.

    Written-down speech and scanned text may have no full stop for pages, and nobody reads that as
    one quote.
    """
    start = span.start
    while span.end - start > LONGEST_SENTENCE_CHARACTERS:
        furthest = start + LONGEST_SENTENCE_CHARACTERS
        breaks = [match.end() for match in _BREAK.finditer(text, start + 1, furthest)]
        end = breaks[-1] if breaks else furthest
        part = _trimmed(text, start, end)
        if part is not None:
            yield part
        start = end
    rest = _trimmed(text, start, span.end)
    if rest is not None:
        yield rest


def preceding(text: str, start: int) -> str:
    """Return what stands before a sentence, in which its "it" or "he" can be named."""
    return text[max(start - PRECEDING_CHARACTERS, 0) : start]


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _continues(text: str, before: Span, after: Span) -> bool:
    """Whether the boundary between two pieces is no end of a sentence."""
    if "\n" in text[before.end : after.start]:
        return False
    left, right = text[before.start : before.end], text[after.start : after.end]
    if _ENUMERATOR.match(left) or _TITLE.search(left):
        return True
    if right[0] in ",;:" or (right[0].islower() and left[-1] not in "!?"):
        return True
    return bool(_OPEN_ABBREVIATION.search(left)) and not _STARTS_NEW.match(right)
