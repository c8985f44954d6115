"""The short answer: the value that the reader marked, whole and without what surrounds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.quantities import qualified_from
from rag.questions import Expected, Form, offers_choice, wants_yes_or_no
from rag.terms import STOP_WORDS
from rag.types import CELL_SEPARATOR, Span
from rag.values import only_repeats, value_fits

if TYPE_CHECKING:
    from rag.evidence import Candidate
    from rag.questions import QuestionKind

LONGEST_SHORT_ANSWER_WORDS = 14
"""A longer span is a sentence's part rather than a value."""
LONGEST_LIST_WORDS = 40
"""The same of several names in a row."""
_WORD = re.compile(r"[\w'’-]+")
_FURTHER = re.compile(r"[,;:]\s|\s[–—-]\s|\s\((?=[A-Z]{2,}\))")
"""After it, a long span says more of what it has named."""
_BEGIN_CLAUSES = (STOP_WORDS - {"a", "an", "the"}) | set(
    "according also however instead later moreover similarly then therefore thus".split()
)
_GOES_ON = re.compile(r",\s+(?:and|or)\s|^\s*(?:and|but|or)\s")
_NAME_GOES_ON = re.compile(r"(?: [A-ZÀ-Þ][\w'’-]*\w)+")

_NAME = (
    r"(?:the\s+)?(?!(?:Among|And|At|Besides|But|By|For|From|In|Like|On|Since|The|Unlike|When|With)\b)"
    r"[A-ZÀ-Þ][\w'’-]*(?:\s+(?:(?:of|de|von|van|al|bin|the)\s+){0,2}[A-ZÀ-Þ][\w'’-]*){0,4}"
)
_NAMES = re.compile(rf"(?<!\w){_NAME}(?:,\s+{_NAME}){{0,60}},?\s+and\s+{_NAME}")
"""Denmark, the Netherlands and Norway."""
_WHO_SEVERAL = re.compile(r"\bwho\s+(?:are|were)\s+(?:the|its|their)\b[^?]{0,60}s\b", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]\.)+[A-Za-z]$")
"""Its last stop is its own: "3 a.m."."""


def short_answer(best: Candidate, kind: QuestionKind, question: str) -> str | None:
    """Return the span that the reader marked.

    None for open questions, for those that want a yes or no, which no span is, and for a span that
    is long, only repeats words of the question, or goes over several numbers of a table's row.
    """
    if best.answer is None or kind.form is Form.OPEN or wants_yes_or_no(question):
        return None
    number = kind.expected in (Expected.NUMBER, Expected.ANY)
    marked = with_qualifier(best) if number else best.answer
    several = _with_other_names(best, marked) if _wants_several(kind, question) else marked
    after = best.document.slice(Span(several.end, max(best.span.end, several.end)))
    span = best.document.slice(several)
    span += _rest_of_name(span, after, question)
    longest = LONGEST_SHORT_ANSWER_WORDS if several == marked else LONGEST_LIST_WORDS
    span = _one_cell(span, kind)
    if span.count("(") > span.count(")"):  # the reader stopped inside a reference in brackets
        span = span[: span.rindex("(")] or span.strip("(")
    if len(span.split()) > longest and kind.form is Form.FACT:
        span = _what_it_names(span, kind)
    span = without_marks(span, " \t\n,;:.–—-“”\"'‘’", best.text)
    if span.count("(") != span.count(")"):
        span = span.strip("()")
    repeats = only_repeats(span, question) and not offers_choice(question)
    return span if 0 < len(span.split()) <= longest and not repeats else None


def with_qualifier(item: Candidate, *, about: bool = False) -> Span:
    """Return where the marked value stands with what limits a number: "no more than fifteen".

    For *about*, also with what says that it is not exact.
    """
    if item.answer is None:
        return Span(item.span.start, item.span.start)
    first = item.span.start
    if item.answer.start < first:
        return item.answer
    return Span(
        first + qualified_from(item.text, item.answer.start - first, about=about), item.answer.end
    )


def without_marks(span: str, marks: str, sentence: str) -> str:
    """Return a span without *marks* around it, but with the stop of an abbreviation."""
    span = span.strip(marks)
    stops = _ABBREVIATION.search(span) is not None and f"{span}." in sentence
    return f"{span}." if stops else span


def _wants_several(kind: QuestionKind, question: str) -> bool:
    return kind.form is Form.LIST or _WHO_SEVERAL.search(question) is not None


def _with_other_names(item: Candidate, marked: Span) -> Span:
    """Return a marked name with those before and after it in a row: "Denmark, Norway and Peru"."""
    first = item.span.start
    start, end = marked.start - first, marked.end - first
    for names in _NAMES.finditer(item.text):
        if names.start() <= start and end <= names.end():
            return Span(first + names.start(), first + names.end())
    return marked


def _what_it_names(span: str, kind: QuestionKind) -> str:
    """Return a long span up to where it says more of what it names; all of it if it names several."""
    named, *further = _FURTHER.split(span, maxsplit=1)
    several = further and _GOES_ON.search(further[0])
    begins = named.split(maxsplit=1)[0].casefold() in _BEGIN_CLAUSES
    return span if several or begins or not value_fits(named, kind.expected) else named


def _one_cell(span: str, kind: QuestionKind) -> str:
    """Return the one cell of a row that can be the number or date asked for, nothing of several."""
    cells = [cell.strip() for cell in span.split(CELL_SEPARATOR.strip())]
    if len(cells) == 1 or kind.expected not in (Expected.NUMBER, Expected.DATE):
        return span
    fitting = {cell for cell in cells if value_fits(cell, kind.expected)}
    return fitting.pop() if len(fitting) == 1 else ""


def _rest_of_name(span: str, after: str, question: str) -> str:
    """Return the capitalised words that follow a span which stops inside a name.

    Words of the question are left out: they are another name ("Economist" before "Thomas Piketty").
    """
    rest = _NAME_GOES_ON.match(after)
    words = span.split()
    if not rest or not words or not words[-1][0].isupper():
        return ""
    return "" if set(rest[0].split()) & set(_WORD.findall(question)) else rest[0]
