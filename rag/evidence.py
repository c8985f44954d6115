"""The sentences that may answer a question, each with how well it does."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from rag.acronyms import acronyms_in
from rag.names import names_in, with_synonyms
from rag.quantities import WRITTEN_NUMBER, parse_numbers
from rag.questions import Form
from rag.rarity import rarity
from rag.rephrasing import BODY
from rag.sentences import sentence_spans, without_list_mark
from rag.speakers import speaker_terms
from rag.synonyms import share_present
from rag.tables import head_over
from rag.terms import fold, query_terms, terms
from rag.types import Block, BlockKind, Document, Hit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.questions import QuestionKind
    from rag.store import Snapshot

_SPLIT = frozenset({BlockKind.PARAGRAPH, BlockKind.BOILERPLATE})
_COUNTED = re.compile(
    rf"\b(?P<number>{WRITTEN_NUMBER})(?P<things>(?: [\w’'-]+){{0,2}}? [a-z][a-z-]+s)\b",
    re.IGNORECASE,
)
"""A number and, after at most two words, a noun in the plural."""
_UNITS = re.compile(
    r"\b(?:per ?cents?|percentage|seconds|minutes|hours|days|weeks|months|years|decades|centuries|"
    r"(?:kilo|centi|milli)?met(?:re|er)s|miles|dollars|euros|pounds|rupees|tonnes|tons|times)\b",
    re.IGNORECASE,
)
LONGEST_LIST_CHARACTERS = 900
"""Of a list that is quoted whole, with the sentence that announces it."""
_ANNOUNCES = re.compile(
    r"\b(?:asks?|examines?|explores?|investigates?|discusses|will (?:show|discuss|examine))\s+"
    r"(?:why|how|what|whether|which|who)\b",
    re.IGNORECASE,
)
"""A text that says what it will be about does not yet say it."""
_AIMS = re.compile(r"\b(?:aims?|goals?|objectives?|purposes?|questions?|tasks?)\b", re.IGNORECASE)
_AIMS_OF_BODY = re.compile(rf"\b(?:behind|for|of) {BODY}|\b{BODY}['’]s\b", re.IGNORECASE)
_STUDIES = re.compile(
    r"\W*to\s+(?:analy[sz]e|assess|determine|evaluate|examine|explore|identify|investigate|study|understand)\b",
    re.IGNORECASE,
)
"""Under a heading for aims, what a text sets out to study says nothing about it."""
BLOCKS_UNDER_HEADING = 200
"""Further up, a heading says nothing of a sentence."""
MIN_TERMS = 3
"""Shorter sentences say nothing on their own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage; ``similarity``, ``overlap`` and ``score`` are higher-is-better.

    ``similarity`` is the cosine (-1..1) to the question, ``overlap`` the share (0..1) of the question's
    terms or their synonyms that it holds, weighted by rarity; ``answerable`` is the reader's probability (0..1) that
    the sentence answers and ``answer`` the span that it marked. Both are None without a reader,
    and ``answer`` where it is only who says so, or when that was written (`rag.attribution`);
    ``fits`` says whether that span is of the kind that the question asks for (a number, a date, a
    name); ``alone`` is the probability (0..1) of the reader that read no more than the sentence and
    what stands before it, or of the rule that found it, None without either; ``score`` (0..1) is
    what sentences are chosen by.
    """

    hit: Hit
    document: Document
    block: Block
    span: Span
    text: str
    similarity: float = 0.0
    overlap: float = 0.0
    answerable: float | None = None
    answer: Span | None = None
    fits: bool = False
    alone: float | None = None
    score: float = 0.0


def candidate_sentences(
    snapshot: Snapshot, hits: Sequence[Hit], kind: QuestionKind, question: str
) -> list[Candidate]:
    """Return the sentences of the passages that may answer, by rank and position, each once.

    Headings, bylines, references and boilerplate are left out unless the question asks for them.
    """
    found: dict[tuple[str, int], Candidate] = {}
    for hit in hits:
        document = snapshot.document(hit.chunk.document)
        for block in blocks_in(document, hit.chunk.span):
            if block.kind not in kind.allowed:
                continue
            for found_span in quotable_spans(document, block):
                span = with_list(document, block, found_span, counted=kind.form is not Form.FACT)
                if span.overlaps(hit.chunk.span):
                    text = document.slice(span)
                    candidate = Candidate(hit, document, block, span, text)
                    found.setdefault((document.name, span.start), candidate)
    wants_aims = _wants_aims(question)
    return [item for item in found.values() if _says_something(item, wants_aims=wants_aims)]


def _wants_aims(question: str) -> bool:
    """Whether *question* asks what a text sets out to do, not what an alliance is for."""
    return _AIMS.search(question) is not None and not _AIMS_OF_BODY.search(question)


def _says_something(candidate: Candidate, *, wants_aims: bool) -> bool:
    """Whether a sentence states anything: a question, an aim or a word or two does not."""
    text = candidate.document.slice(_own_part(candidate))
    asks = text.rstrip("\"'”’)] ").endswith("?") or _ANNOUNCES.search(text)
    sets_out = _STUDIES.match(text) and _AIMS.search(_heading_over(candidate))
    enough = len(terms(candidate.text)) >= MIN_TERMS
    return enough and not asks and not (sets_out and not wants_aims)


def _own_part(candidate: Candidate) -> Span:
    """Return where a candidate stands without the list that it announces."""
    return Span(candidate.span.start, min(candidate.span.end, candidate.block.span.end))


def _heading_over(candidate: Candidate) -> str:
    """Return the heading under which a candidate stands, nothing if there is none."""
    blocks = candidate.document.blocks
    place = bisect.bisect_left(blocks, candidate.block.span.start, key=_start)
    furthest = max(place - BLOCKS_UNDER_HEADING, 0)
    while place > furthest:
        place -= 1
        if blocks[place].kind is BlockKind.HEADING:
            return candidate.document.slice(blocks[place].span)
    return ""


def blocks_in(document: Document, span: Span) -> Iterator[Block]:
    """Yield the blocks that share a character with *span*, in order."""
    blocks = document.blocks or (Block(BlockKind.PARAGRAPH, Span(0, len(document.text))),)
    first = bisect.bisect_right(blocks, span.start, key=lambda block: block.span.end)
    for block in blocks[first:]:
        if block.span.start >= span.end:
            return
        yield block


def quotable_spans(document: Document, block: Block) -> list[Span]:
    """Return what is quoted of a block as a whole: its sentences, or the list item or row.

    The number or bullet of a list item is left out.
    """
    split = block.kind in _SPLIT
    spans = sentence_spans(document.text, block.span) if split else [block.span]
    return [without_list_mark(document.text, span) for span in spans]


def with_list(document: Document, block: Block, span: Span, *, counted: bool) -> Span:
    """Extend a sentence that announces a list by the items that follow it.

    It ends with a colon ("four tasks:") or, if *counted*, says how many there are ("The essay sees
    three motives."). A list of more than `LONGEST_LIST_CHARACTERS` is left to its items.
    """
    if span.end != block.span.end or _is_item(block):
        return span
    following = bisect.bisect_right(document.blocks, block.span.start, key=_start)
    items = list(takewhile(_is_item, islice(document.blocks, following, None)))
    text = document.slice(span)
    announced = text.endswith(":") or (counted and _counts(text, len(items)))
    if not items or not announced or items[-1].span.end - span.start > LONGEST_LIST_CHARACTERS:
        return span
    return Span(span.start, items[-1].span.end)


def _counts(text: str, count: int) -> bool:
    """Whether a sentence says of something that can be listed that there are *count* of it."""
    for match in _COUNTED.finditer(text):
        numbers = parse_numbers(fold(match["number"]))
        if numbers and numbers.numbers == (count,) and not _UNITS.search(match["things"]):
            return True
    return False


def _is_item(block: Block) -> bool:
    return block.kind is BlockKind.LIST_ITEM


def around(candidate: Candidate) -> str:
    """Return title and headings over a sentence, a row's head, and what its acronyms stand for."""
    in_table = candidate.block.kind is BlockKind.TABLE_ROW
    head = head_over(candidate.document, candidate.block) if in_table else ""
    headings, *acronyms = candidate.hit.chunk.context.split("\n")
    own = acronyms_in(candidate.text)
    spelled = (line for line in acronyms if line.partition(":")[0] in own)
    return " ".join([headings, _heading_over(candidate), head, *spelled])


def _start(block: Block) -> int:
    return block.span.start


def with_overlap(
    candidates: Sequence[Candidate], question: str, snapshot: Snapshot
) -> list[Candidate]:
    """Return the candidates with their overlap filled in."""
    weights = rarity(query_terms(question), snapshot)
    names = names_in(question)
    found = []
    for candidate in candidates:
        own = terms(f"{around(candidate)} {candidate.text}")
        present = with_synonyms(names, speaker_terms(question, candidate).union(own))
        found.append(replace(candidate, overlap=share_present(weights, present)))
    return found


def with_similarity(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates with their similarity filled in.

    It is that of the nearest of those sentences of its passage which a candidate shares.
    """
    places: dict[int, list[Span]] = {}
    found = []
    for candidate in candidates:
        hit = candidate.hit
        if hit.rank not in places:
            places[hit.rank] = sentence_spans(hit.chunk.text)
        own = within(candidate.span, hit)
        cosines = [
            cosine
            for place, cosine in zip(places[hit.rank], hit.sentences, strict=False)
            if place.overlaps(own)
        ]
        found.append(replace(candidate, similarity=max(cosines or hit.sentences, default=0.0)))
    return found


def within(span: Span, hit: Hit) -> Span:
    """Return the part of a document's *span* that the hit's passage holds, in its characters."""
    passage = hit.chunk.span
    return Span(
        max(span.start, passage.start) - passage.start, min(span.end, passage.end) - passage.start
    )
