"""Documents cut into passages with exact spans.

A passage is a run of whole sentences, list items and table rows under one heading, so long that it
fits the embedding model's window together with its context: the title and the headings above it.
The pieces of one section are made about equally long. A sentence longer than the window is cut by
langchain's splitter; its own offsets come from searching the text and can point at a wrong repeat,
so the lengths of its pieces are added up instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.acronyms import acronyms_in, acronyms_of
from rag.sentences import sentence_spans
from rag.types import CONTEXT_SEPARATOR, Block, BlockKind, Chunk, Document, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.settings import ChunkingSettings

    CountTokens = Callable[[Sequence[str]], list[int]]

SPECIAL_TOKENS = 2
"""Word pieces that the model puts around a text."""
LONGEST_TOKEN_CHARACTERS = 100
"""Models take a longer word for a single unknown one; passages of such words would have no end."""
MAX_CONTEXT_SHARE = 0.3
"""Of the window; a longer title and heading path is cut, so that the passage has room."""
SMALL_SECTION_TOKENS = 40
"""A section shorter than this is joined to the next one instead of standing alone."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut between two chunks, unless it is too long for one."""

    span: Span
    tokens: int


@dataclass(slots=True)
class _Section:
    """The blocks under one heading that are of a like kind."""

    context: str
    apart: bool
    blocks: list[Block] = field(default_factory=list)


def chunk_document(
    document: Document, settings: ChunkingSettings, count_tokens: CountTokens, window_tokens: int
) -> list[Chunk]:
    """Cut a document into chunks, in order, with `Chunk.identifier` 0 until a store gives one.

    Every visible character of the document's blocks is in at least one chunk, and starts
    increase.

    Args:
        document: The document; without blocks its whole text counts as one paragraph.
        settings: The size and overlap of chunks.
        count_tokens: Counts the embedding model's word pieces of each of several texts.
        window_tokens: How many word pieces that model reads.
    """
    limit = min(settings.max_tokens, window_tokens) - SPECIAL_TOKENS
    chunks: list[Chunk] = []
    spelled = acronyms_of(document.text)
    for section in _joined_small(_sections(document), document, count_tokens):
        context = _cut_context(section.context, count_tokens, int(limit * MAX_CONTEXT_SHARE))
        room = limit - (count_tokens([context + CONTEXT_SEPARATOR])[0] if context else 0)
        units = _units(document, section.blocks, count_tokens, room)
        for group in _packed(units, room, settings.overlap_sentences):
            span = Span(group[0].span.start, group[-1].span.end)
            chunk = Chunk(0, document.name, span, document.slice(span), context)
            chunks.append(_with_acronyms(chunk, spelled))
    return chunks


def _with_acronyms(chunk: Chunk, spelled: Mapping[str, str]) -> Chunk:
    """Add to a chunk's context what those of its acronyms stand for that it does not spell out.

    The embedding model does not read this: tried, it ranks passages worse than without.
    """
    own = " ".join(chunk.indexed_text.split())
    used = [name for name in acronyms_in(chunk.text) if name in spelled]
    lines = [f"{name}: {spelled[name]}" for name in used if spelled[name] not in own]
    return replace(chunk, context="\n".join([chunk.context, *lines]))


def _sections(document: Document) -> Iterator[_Section]:
    """Group blocks by their heading; references and boilerplate stand apart from prose."""
    blocks = document.blocks or _whole_text(document)
    path: list[tuple[int, str]] = []
    section: _Section | None = None
    for block in blocks:
        apart = block.kind in {BlockKind.REFERENCE, BlockKind.BOILERPLATE}
        starts = block.kind is BlockKind.HEADING and not (
            section and all(other.kind is BlockKind.HEADING for other in section.blocks)
        )
        if section is None or starts or (section.apart != apart and _has_body(section)):
            if section is not None:
                yield section
            section = _Section(_context(document, path, block), apart)
        section.apart = apart
        section.blocks.append(block)
        if block.kind is BlockKind.HEADING:
            path = [entry for entry in path if entry[0] < block.level]
            path.append((block.level, document.slice(block.span)))
    if section is not None:
        yield section


def _whole_text(document: Document) -> tuple[Block, ...]:
    stripped = document.text.strip()
    if not stripped:
        return ()
    start = document.text.index(stripped)
    return (Block(BlockKind.PARAGRAPH, Span(start, start + len(stripped))),)


def _has_body(section: _Section) -> bool:
    return any(block.kind is not BlockKind.HEADING for block in section.blocks)


def _context(document: Document, path: list[tuple[int, str]], first: Block) -> str:
    """Return the title and the headings above a section, but not the heading it begins with."""
    level = first.level if first.kind is BlockKind.HEADING else math.inf
    names = [text for depth, text in path if depth < level]
    title = document.metadata.title
    if title and title not in names and document.slice(first.span) != title:
        names.insert(0, title)
    return CONTEXT_SEPARATOR.join(dict.fromkeys(" ".join(name.split()) for name in names))


def _joined_small(
    sections: Iterator[_Section], document: Document, count_tokens: CountTokens
) -> Iterator[_Section]:
    """Join sections of a few words to the next, so that no chunk is a lone heading."""
    waiting: _Section | None = None
    for section in sections:
        if waiting is not None and waiting.apart == section.apart:
            waiting.blocks.extend(section.blocks)
            section = waiting  # noqa: PLW2901 - the joined section takes its place
        elif waiting is not None:
            yield waiting
        span = Span(section.blocks[0].span.start, section.blocks[-1].span.end)
        if count_tokens([document.slice(span)])[0] < SMALL_SECTION_TOKENS:
            waiting = section
        else:
            waiting = None
            yield section
    if waiting is not None:
        yield waiting


def _cut_context(context: str, count_tokens: CountTokens, room: int) -> str:
    """Drop the innermost words of a context until it fits."""
    words = context.split(" ")
    while words and count_tokens([" ".join(words)])[0] > room:
        words = words[: len(words) * 3 // 4]
    return " ".join(words).rstrip(" >")


def _units(
    document: Document, blocks: list[Block], count_tokens: CountTokens, room: int
) -> list[_Unit]:
    spans: list[Span] = []
    for block in blocks:
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.BOILERPLATE}:
            spans.extend(sentence_spans(document.text, block.span))
        else:
            spans.append(block.span)
    counts = [
        max(tokens, len(span) // LONGEST_TOKEN_CHARACTERS)
        for span, tokens in zip(
            spans, count_tokens([document.slice(span) for span in spans]), strict=True
        )
    ]
    units: list[_Unit] = []
    for span, tokens in zip(spans, counts, strict=True):
        if tokens <= room:
            units.append(_Unit(span, tokens))
        else:
            units.extend(_split_long(document, span, count_tokens, room))
    return units


def _split_long(
    document: Document, span: Span, count_tokens: CountTokens, room: int
) -> Iterator[_Unit]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n\n", "\n", ". ", "; ", ", ", " ", ""],
        keep_separator="end",
        chunk_size=room,
        chunk_overlap=0,
        length_function=lambda text: count_tokens([text])[0],
        strip_whitespace=False,
    )
    start = span.start
    for piece in splitter.split_text(document.slice(span)):
        end = start + len(piece)
        yield _Unit(Span(start, end), count_tokens([piece])[0])
        start = end


def _packed(units: list[_Unit], room: int, overlap: int) -> Iterator[list[_Unit]]:
    """Group units into runs of about equal length, each beginning *overlap* units back."""
    total = sum(unit.tokens for unit in units)
    target = total / max(1, math.ceil(total / room))
    group: list[_Unit] = []
    fresh = 0  # units of the group that no earlier one has
    for unit in units:
        size = sum(member.tokens for member in group)
        if fresh and (size + unit.tokens > room or size + unit.tokens / 2 > target):
            yield group
            tail = group[len(group) - min(overlap, fresh) :] if overlap else []
            while tail and sum(member.tokens for member in tail) + unit.tokens > room:
                tail = tail[1:]
            group, fresh = list(tail), 0
        group.append(unit)
        fresh += 1
    if fresh:
        yield group
