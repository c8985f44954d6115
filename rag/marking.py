"""What the reader marks in the sentences that may answer, and whether it can be the answer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.attribution import (
    asks_for_source,
    asks_for_work,
    holds_office,
    is_cited,
    is_source,
    is_year_of_source,
)
from rag.changes import counts_another_time, later_number, later_of_two
from rag.counting import counts_another, whole_of_part
from rag.evidence import within
from rag.names import spells_out
from rag.quantities import whole_number, whole_range
from rag.questions import Expected, Form, offers_choice
from rag.reading import ToRead
from rag.sentences import preceding
from rag.speakers import asked_of_voices
from rag.synonyms import asked_in_words_of
from rag.tables import Cell, cell_asked_for
from rag.terms import without_possessive
from rag.types import BlockKind, Span
from rag.units import has_unit
from rag.values import only_repeats, value_fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evidence import Candidate
    from rag.questions import QuestionKind
    from rag.reading import PassageReading, Reader, SentenceReading
    from rag.types import Hit

UNIT_BEFORE, UNIT_AFTER = 15, 25
"""Characters before and after a number in which its unit may stand."""
MIN_LOOKED_UP = 0.6
"""Share of a question's terms, by rarity, in a table's row, its head and its headings."""
_FULL_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]+ [A-ZÀ-Þ][\w'’-]*\w")
"""Two words with a capital."""
_PRONOUN = re.compile(
    r"\b(?:(?:the|this|that|no|each|every|any|another|which)[ -]one|"
    r"(?:as|into|like|than|without) one(?=\W*$|[.,;:]))",
    re.IGNORECASE,
)
"""No number: "the one on the constitution", "a back door into one"."""


def with_readings(
    candidates: Sequence[Candidate],
    hits: Sequence[Hit],
    question: str,
    kind: QuestionKind,
    reader: Reader,
    count: int,
) -> tuple[list[Candidate], list[Hit]]:
    """Let the reader read the first *count* hits.

    Returns:
        The candidates with the reader's probability and span, each from the passage in which it
        is likeliest to answer; those of unread passages have a probability of 0. And the hits
        with the probability that each answers.
    """
    read = list(hits[:count])
    members = [[item for item in candidates if _is_in(item, hit)] for hit in read]
    spans = [
        [within(item.span, hit) for item in own] for own, hit in zip(members, read, strict=True)
    ]
    questions = [
        asked_of_voices(question, own[0].document, hit.chunk.span) if own else question
        for own, hit in zip(members, read, strict=True)
    ]
    readings = _read_in_their_words(reader, questions, [hit.chunk.text for hit in read], spans)
    found: dict[tuple[str, int], Candidate] = {}
    for hit, own, reading in zip(read, members, readings, strict=True):
        for item, sentence in zip(own, reading.sentences, strict=True):
            key = (item.document.name, item.span.start)
            before = found.get(key)
            if before is None or sentence.answerable > (before.answerable or 0.0):
                found[key] = _marked(item, hit, sentence, question, kind)
    judged = [
        found.get((item.document.name, item.span.start), replace(item, answerable=0.0))
        for item in candidates
    ]
    probabilities = [reading.best.answerable for reading in readings]
    scored = [
        replace(hit, scores=replace(hit.scores, answerable=probability))
        for hit, probability in zip(read, probabilities, strict=True)
    ]
    return judged, [*scored, *hits[count:]]


def read_alone(candidate: Candidate, question: str, reader: Reader) -> Candidate:
    """Return a candidate with the reader's probability from it and what stands before it alone.

    Passages that nearly answer lend their sentences words of the question. Left as they are: the
    rows of a table, which say nothing by themselves, and what a rule has found (a definition, a byline).
    """
    if candidate.block.kind is BlockKind.TABLE_ROW or candidate.alone is not None:
        return candidate
    document = candidate.document
    before = preceding(document.text, candidate.span.start)
    asked = asked_of_voices(question, document, candidate.span)
    sentence = Span(len(before), len(before) + len(candidate.span))
    [reading] = _read_in_their_words(reader, [asked], [before + candidate.text], [[sentence]])
    return replace(candidate, alone=reading.sentences[0].answerable)


def _read_in_their_words(
    reader: Reader,
    questions: Sequence[str],
    passages: Sequence[str],
    spans: Sequence[Sequence[Span]],
) -> list[PassageReading]:
    """Let each passage be asked its question in its own words."""
    wordings = [asked_in_words_of(*pair) for pair in zip(passages, questions, strict=True)]
    asked = sorted(set(wordings))
    places = [[at for at, own in enumerate(wordings) if own == wording] for wording in asked]
    tasks = [
        ToRead(wording, [passages[at] for at in own], [spans[at] for at in own])
        for wording, own in zip(asked, places, strict=True)
    ]
    found: dict[int, PassageReading] = {}
    for own, readings in zip(places, reader.read_several(tasks), strict=True):
        found.update(zip(own, readings, strict=True))
    return [found[at] for at in range(len(passages))]


def _marked(
    candidate: Candidate, hit: Hit, marked: SentenceReading, question: str, kind: QuestionKind
) -> Candidate:
    """Return a candidate with what the reader marked in it, or with a table's cell.

    The reader knows sentences, not tables. A row whose label and head the question names answers
    as surely as it, its head and its headings have what is asked.
    """
    cell = _cell(candidate, question, kind)
    start = hit.chunk.span.start
    place = Span(start + marked.span.start, start + marked.span.end)
    answer = _answer_span(candidate, place, question, kind, cell)
    fits = answer is not None and _fits(candidate, answer, question, kind)
    looked_up = cell is not None and fits and candidate.overlap >= MIN_LOOKED_UP
    sure = candidate.overlap * cell.named if cell is not None and looked_up else 0.0
    answerable = max(marked.answerable, sure)
    return replace(candidate, answerable=answerable, answer=answer, fits=fits, hit=hit)


def _answer_span(
    candidate: Candidate, answer: Span, question: str, kind: QuestionKind, cell: Cell | None
) -> Span | None:
    """Return what the reader marked, or the later number, a whole range, or a table's *cell*.

    None if it is only who says so, or when that was written.
    """
    if _is_of_source(candidate, answer, question, kind):
        return None
    if cell and not _holds(cell.span, answer) and (cell.named or not _holds(cell.label, answer)):
        return cell.span
    if kind.expected not in (Expected.NUMBER, Expected.ANY):
        return answer
    text, first = candidate.text, candidate.span.start
    place = answer.start - first, answer.end - first
    if kind.expected is Expected.NUMBER and value_fits(
        candidate.document.slice(answer), kind.expected
    ):
        place = (
            later_number(text, question)
            or later_of_two(text, *place, question)
            or whole_of_part(text, *place, question)
            or whole_range(text, *place)
        )
    place = whole_number(text, *place)
    return Span(first + place[0], first + place[1])


def _cell(candidate: Candidate, question: str, kind: QuestionKind) -> Cell | None:
    """Return the cell that a question asks a table's row for, if it is of the kind asked for."""
    if candidate.block.kind is not BlockKind.TABLE_ROW or kind.form is Form.OPEN:
        return None
    cell = cell_asked_for(candidate.document, candidate.block, question)
    fits = cell is not None and value_fits(candidate.document.slice(cell.span), kind.expected)
    return cell if fits else None


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _fits(candidate: Candidate, answer: Span, question: str, kind: QuestionKind) -> bool:
    """Whether an answer is of the kind and in the unit asked for, and no one who is named."""
    span = candidate.document.slice(answer)
    named = kind.expected is Expected.PERSON and (
        only_repeats(span, question) or spells_out(span, question)
    )
    first = candidate.span.start
    start, end = answer.start - first, answer.end - first
    in_unit = (
        kind.unit is None
        or candidate.block.kind is BlockKind.TABLE_ROW  # its head says the unit, or the caption
        or has_unit(candidate.text[max(start - UNIT_BEFORE, 0) : end + UNIT_AFTER], kind.unit)
    )
    counted = kind.counted
    other = counted is not None and (
        counts_another(candidate.text, start, end, counted)
        or counts_another_time(candidate.text, start, question)
    )
    titled = kind.expected is Expected.PERSON and _is_title_of_asked(candidate, answer, question)
    repeats = (named and not offers_choice(question)) or titled
    pronouns = (match.end() for match in _PRONOUN.finditer(candidate.text))
    stands_for_noun = kind.expected is Expected.NUMBER and end in pronouns
    return value_fits(span, kind.expected) and in_unit and not (other or repeats or stands_for_noun)


def _is_title_of_asked(candidate: Candidate, answer: Span, question: str) -> bool:
    """Whether an answer is what a person of the question is, whose name follows it.

    "Who replaced Raheel Sharif?" is not answered by "former army chief, General Raheel Sharif".
    """
    if not candidate.document.slice(answer)[:1].islower():
        return False
    after = candidate.text[answer.end - candidate.span.start :]
    names = (re.escape(without_possessive(name)) for name in _FULL_NAME.findall(question))
    return any(re.match(rf",? (?:[A-Z][a-z]+\.? ){{0,2}}{name}(?!['’\w])", after) for name in names)


def _is_of_source(candidate: Candidate, answer: Span, question: str, kind: QuestionKind) -> bool:
    start, end = answer.start - candidate.span.start, answer.end - candidate.span.start
    if kind.expected is Expected.PERSON:
        answers = asks_for_source(question) or holds_office(candidate.text, start, end, question)
        return is_source(candidate.text, start, end) and not answers
    if kind.expected in (Expected.DATE, Expected.NUMBER):
        return is_year_of_source(candidate.text, start, end) and not asks_for_work(question)
    asked = asks_for_source(question) or asks_for_work(question)
    return is_cited(candidate.text, start, end) and not asked


def _is_in(candidate: Candidate, hit: Hit) -> bool:
    same = candidate.document.name == hit.chunk.document
    return same and candidate.span.overlaps(hit.chunk.span)
