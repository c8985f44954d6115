"""One quote and what its document says now."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rag.evidence import quotable_spans
from rag.types import Block, BlockKind, Metadata, Span

if TYPE_CHECKING:
    from rag.types import Citation, Document, Page

SIMILAR = 0.5
"""Share of equal words (0..1) from which on a sentence is shown as what a quote became."""
_COMPARED_SENTENCES = 10
_NUMBER = re.compile(r"(?<![\d.])\d+(?:,\d+)*(?:\.\d+)?(?!\.?\d)")
"""A number with its decimals; "12.04.2016" is none, and its year is a value by itself."""


class Outcome(StrEnum):
    """What became of a quote."""

    INTACT = "intact"
    MOVED = "moved"
    """The same words are elsewhere in the document, or on another page."""
    ALTERED = "altered"
    MISSING_SOURCE = "missing source"


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """A citation and what its source says now.

    ``document`` is where it was looked for: the cited name, or another one of the same bytes.
    ``span`` and ``page`` are where the quote, or what it became, is now; ``found`` is what it
    became and ``difference`` marks ``[-old-]`` and ``{+new+}`` words. ``problems`` make the
    citation fail, ``notes`` do not.
    """

    citation: Citation
    outcome: Outcome
    document: str
    span: Span | None = None
    page: Page | None = None
    found: str | None = None
    difference: str | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the quote stands."""
        return self.outcome in {Outcome.INTACT, Outcome.MOVED} and not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the check as JSON."""
        return {
            "n": self.citation.number,
            "document": self.citation.document,
            "quote": self.citation.quote,
            "passed": self.passed,
            "outcome": self.outcome.value,
            "found_in": self.document,
            "start": self.span.start if self.span else None,
            "end": self.span.end if self.span else None,
            "page": _number(self.page),
            "found": self.found,
            "difference": self.difference,
            "problems": list(self.problems),
            "notes": list(self.notes),
        }


def check_quote(citation: Citation, name: str, document: Document) -> CitationCheck:
    """Return what the document called *name*, as it is now, says of a citation.

    Where the document has the hash that the citation names, its span, its page and what it says of
    title, author, date and kind must be exact too.
    """
    check = _located(citation, name, document) or _altered(citation, name, document)
    misnamed = _misnamed(citation, document)
    if document.sha256 != citation.sha256:
        note = f"wrong hash: {citation.sha256} is cited, but the file has {document.sha256}"
        return replace(check, notes=(note, *misnamed))
    return replace(check, problems=(*_mismatches(check), *misnamed))


def gives(quote: str, value: str) -> bool:
    """Whether *quote* says *value* in whole words and numbers, whatever their case.

    "20" is not said by "200 patients", nor "5" by "5.2 million". An empty value is never said.
    """
    text, wanted = _folded(quote), _folded(value)
    inside = {at for at in range(1, len(text)) if text[at - 1].isalnum() and text[at].isalnum()}
    for number in _NUMBER.finditer(text):
        inside.update(range(number.start() + 1, number.end()))
    starts = (match.start() for match in re.finditer(f"(?={re.escape(wanted)})", text))
    return bool(wanted) and any(inside.isdisjoint({at, at + len(wanted)}) for at in starts)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def difference(old: str, new: str) -> str:
    """Return *new* with what changed, word by word: ``It has [-34-] {+41+} members.``."""
    before, after = old.split(), new.split()
    parts = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            parts += before[i1:i2]
            continue
        if i2 > i1:
            parts.append(f"[-{' '.join(before[i1:i2])}-]")
        if j2 > j1:
            parts.append(f"{{+{' '.join(after[j1:j2])}+}}")
    return " ".join(parts)


def _located(citation: Citation, name: str, document: Document) -> CitationCheck | None:
    """Return where the quote is word for word, at its span or nearest to it."""
    span, quote = citation.span, citation.quote
    at_span = quote and 0 <= span.start < span.end and document.slice(span) == quote
    if not at_span:
        places = [match.start() for match in re.finditer(re.escape(quote), document.text)]
        if not quote or not places:
            return None
        start = min(places, key=lambda place: (abs(place - span.start), place))
        span = Span(start, start + len(quote))
    page = document.page_at(span.start)
    stays = at_span and _number(page) == _number(citation.page)
    outcome = Outcome.INTACT if stays else Outcome.MOVED
    return CitationCheck(citation, outcome, name, span, page)


def _altered(citation: Citation, name: str, document: Document) -> CitationCheck:
    """Return the sentence that is nearest to a quote that is no longer there."""
    span = _nearest(citation.quote, document)
    if span is None:
        return CitationCheck(citation, Outcome.ALTERED, name)
    found = document.slice(span)
    return CitationCheck(
        citation,
        Outcome.ALTERED,
        name,
        span,
        document.page_at(span.start),
        found,
        difference(citation.quote, found),
    )


def _mismatches(check: CitationCheck) -> list[str]:
    """Return what a citation says wrongly of a file that has not changed."""
    citation, problems = check.citation, []
    if check.outcome is Outcome.ALTERED:
        problems.append("the file has not changed, and the quote is not in it")
    elif check.span != citation.span:
        problems.append(f"wrong span: {citation.span.start}-{citation.span.end} is cited")
    elif _number(check.page) != _number(citation.page):
        problems.append(f"page mismatch: {_number(citation.page)} is cited")
    elif citation.page and check.page and _label(citation.page) != _label(check.page):
        problems.append(f"page mismatch: label {citation.page.label!r} is cited")
    return problems


def _misnamed(citation: Citation, document: Document) -> list[str]:
    """Return what a citation says of title, author, date and kind that the document does not."""
    return [
        f"{field.name} mismatch: {cited!r} is cited, but the file has {repr(own) if own else 'none'}"
        for field in fields(Metadata)
        if (cited := getattr(citation.metadata, field.name))
        and cited != (own := getattr(document.metadata, field.name))
    ]


def _label(page: Page) -> str | None:
    """Return what is printed on a page where that is not its number, which reports leave out."""
    return None if page.label in {"", str(page.number)} else page.label


def _number(page: Page | None) -> int | None:
    return page.number if page else None


def _nearest(quote: str, document: Document) -> Span | None:
    """Return the sentence that shares the most words with *quote*, None where none is similar."""
    words = quote.split()
    blocks = document.blocks or (Block(BlockKind.PARAGRAPH, Span(0, len(document.text))),)
    spans = [span for block in blocks for span in quotable_spans(document, block)]

    def shared(span: Span) -> tuple[float, int]:
        own = document.slice(span).split()
        common = (Counter(words) & Counter(own)).total()
        return -common / (len(words) + len(own) or 1), span.start

    def ratio(span: Span) -> float:
        own = document.slice(span).split()
        return difflib.SequenceMatcher(None, words, own, autojunk=False).ratio()

    candidates = sorted(spans, key=shared)[:_COMPARED_SENTENCES]
    best = max(candidates, key=ratio, default=None)
    return best if best is not None and ratio(best) >= SIMILAR else None
