"""The short answer: the value that the reader marked, whole and without what surrounds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.questions import Expected, Form, offers_choice, wants_yes_or_no
from rag.terms import STOP_WORDS
from rag.types import CELL_SEPARATOR, Span
from rag.values import only_repeats, value_fits

if TYPE_CHECKING:
    from rag.evidence import Candidate
    from rag.questions import QuestionKind

LONGEST_SHORT_ANSWER_WORDS = 14
"""A longer span is a sentence's part rather than a value."""
_WORD = re.compile(r"[\w'’-]+")
_FURTHER = re.compile(r"[,;:]\s|\s[–—-]\s|\s\((?=[A-Z]{2,}\))")
"""After it, a long span says more of what it has named."""
_BEGIN_CLAUSES = (STOP_WORDS - {"a", "an", "the"}) | set(
    "according also however instead later moreover similarly then therefore thus".split()
)
_GOES_ON = re.compile(r",\s+(?:and|or)\s|^\s*(?:and|but|or)\s")
_NAME_GOES_ON = re.compile(r"(?: [A-ZÀ-Þ][\w'’-]*\w)+")


def short_answer(best: Candidate, kind: QuestionKind, question: str) -> str | None:
    """Return the span that the reader marked.

    None for open questions, for those that want a yes or no, which no span is, and for a span that
    is long, only repeats words of the question, or goes over several numbers of a table's row.
    """
    if best.answer is None or kind.form is Form.OPEN or wants_yes_or_no(question):
        return None
    after = best.document.slice(Span(best.answer.end, max(best.span.end, best.answer.end)))
    span = best.document.slice(best.answer)
    span += _rest_of_name(span, after, question)
    span = _one_cell(span, kind)
    if span.count("(") > span.count(")"):  # the reader stopped inside a reference in brackets
        span = span[: span.rindex("(")] or span.strip("(")
    if len(span.split()) > LONGEST_SHORT_ANSWER_WORDS and kind.form is Form.FACT:
        span = _what_it_names(span, kind)
    span = span.strip(" \t\n,;:.–—-“”\"'‘’")
    if span.count("(") != span.count(")"):
        span = span.strip("()")
    repeats = only_repeats(span, question) and not offers_choice(question)
    return span if 0 < len(span.split()) <= LONGEST_SHORT_ANSWER_WORDS and not repeats else None


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
