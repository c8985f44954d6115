"""Answers, passages and the state of an index in the forms that people read.

One form for all doors: the command line, the chat and written reports name a source with the same
`citation_label`. Nothing here prints, and no text of a document or name of a file gets out with
control characters in it.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from rag.types import Metadata, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.status import DocumentStatus, IndexStatus
    from rag.types import Answer, Citation, Disagreement, Document, Dropped, Hit, Page

NOT_FOUND = "The documents do not answer this question."
NEAREST = "Nearest passages, which do not answer it:"
KIND_LABELS = {"op-ed": "opinion"}
"""How a kind is called where people read it; other kinds are called what they are."""
EXCERPT_CHARACTERS = 240
"""Of a passage that is listed, about three lines of a terminal."""
NEAREST_SHOWN = 3
"""Of the passages that do not answer; the JSON has all."""
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control codes; ESC and CSI begin terminal commands
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"  # reorder or break the line they stand in
    "\ud800-\udfff]"  # undecodable bytes of file names
)
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&$])")
_MARKDOWN_START = re.compile(r"^(\d+)([.)])|^([-+=])")


def visible(text: str) -> str:
    r"""Return *text* with control characters spelled out, so that a terminal obeys none.

    >>> visible("a\x1b[31m")
    'a\\x1b[31m'
    """
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def one_line(text: str) -> str:
    """Return *text* with single spaces and visible control characters."""
    return visible(" ".join(text.replace("\x85", " ").split()))


def excerpt(text: str, characters: int = EXCERPT_CHARACTERS) -> str:
    """Return the beginning of *text* on one line, with an ellipsis where it was cut."""
    return textwrap.shorten(one_line(text), characters, placeholder=" …")


def page_label(page: Page | None) -> str | None:
    """Return "p. 3 (iii)": the physical page, and what is printed on it where that differs."""
    if page is None:
        return None
    if page.label in {None, "", str(page.number)}:
        return f"p. {page.number}"
    return f"p. {page.number} ({one_line(str(page.label))})"


def source_line(metadata: Metadata, document: str, page: Page | None) -> str:
    """Return ``"Title", author, kind, date, file, page``, without what is not known."""
    title = f'"{one_line(metadata.title)}"' if metadata.title else None
    kind = KIND_LABELS.get(metadata.kind, metadata.kind) if metadata.kind else None
    parts = (title, metadata.author, kind, metadata.date, document, page_label(page))
    return ", ".join(one_line(part) for part in parts if part)


def citation_label(citation: Citation) -> str:
    """Return the source of a citation in one line, the same wherever people read it."""
    return source_line(citation.metadata, citation.document, citation.page)


def disagreement_line(disagreement: Disagreement) -> str:
    """Return "Sources differ: 41 [1]; 34 [2].", as an answer's text begins."""
    positions = "; ".join(
        f"{one_line(position.value)} {_marks(position.citations)}"
        for position in disagreement.positions
    )
    return f"Sources differ: {positions}."


def answer_to_text(answer: Answer, *, width: int | None = None, styled: bool = False) -> str:
    """Return an answer as plain text, for a terminal.

    Args:
        answer: What to show.
        width: Columns to wrap at; None means one line a paragraph.
        styled: Whether to use bold and dim type (ANSI codes).
    """
    if answer.status is Status.NOT_FOUND:
        return _not_found_text(answer, width, styled=styled)
    parts = []
    if answer.short_answer:
        parts.append(_style(one_line(answer.short_answer), _BOLD, styled=styled))
    parts += [_wrapped(disagreement_line(item), width) for item in answer.disagreements]
    sentences = (f"{one_line(item.text)} {_marks(item.citations)}" for item in answer.sentences)
    parts.append(_wrapped(" ".join(sentences), width))
    parts.append("\n".join(["Sources", *_source_lines(answer, width, styled=styled)]))
    return "\n\n".join(parts) + "\n"


def answer_to_markdown(answer: Answer) -> str:
    """Return an answer as Markdown, its citations as numbered footnotes with the quotes."""
    parts = [f"## {markdown_escaped(answer.question)}"]
    if answer.status is Status.NOT_FOUND:
        parts.append(NOT_FOUND)
        if answer.passages:
            parts.append(NEAREST)
            parts.append(
                "\n".join(_hit_in_markdown(hit) for hit in answer.passages[:NEAREST_SHOWN])
            )
        return "\n\n".join(parts) + "\n"
    if answer.short_answer:
        parts.append(f"**{markdown_escaped(answer.short_answer)}**")
    for disagreement in answer.disagreements:
        line = markdown_escaped(disagreement_line(disagreement))
        parts.append(re.sub(r"\\\[(\d+)\\\]", r"[^\1]", line))
    sentences = [
        markdown_escaped(sentence.text) + "".join(f"[^{n}]" for n in sentence.citations)
        for sentence in answer.sentences
    ]
    parts.append(" ".join(sentences))
    notes = [
        f"[^{citation.number}]: {markdown_escaped(citation_label(citation))}: "
        f"“{markdown_escaped(citation.quote)}”"
        for citation in answer.citations
    ]
    return "\n\n".join([*parts, "\n".join(notes)]) + "\n"


def markdown_escaped(text: str) -> str:
    """Return *text* on one line such that Markdown shows it and obeys none of it."""
    escaped = _MARKDOWN.sub(r"\\\1", one_line(text))
    return _MARKDOWN_START.sub(_escaped_start, escaped)


def hits_to_text(hits: Sequence[Hit], *, width: int | None = None, styled: bool = False) -> str:
    """Return ranked passages, each with where it is, its scores and its beginning."""
    if not hits:
        return "No passages found.\n"
    return "\n\n".join(_hit_text(hit, width, styled=styled) for hit in hits) + "\n"


def status_to_text(status: IndexStatus, *, verbose: bool = False) -> str:
    """Return what an index holds, what was skipped and, if *verbose*, what cleaning dropped."""
    counts = (
        counted(len(status.documents), "document"),
        counted(status.passages, "passage"),
        f"{counted(len(status.skipped), 'file')} skipped",
    )
    sizes = ", ".join(f"{part} {megabytes(size)}" for part, size in status.size_bytes.items())
    made_with = status.made_with
    lines = [
        f"Index {one_line(status.folder)}, generation {status.generation}",
        ", ".join(counts),
        f"{megabytes(sum(status.size_bytes.values()))} on disk: {sizes}",
        f"Made with {one_line(made_with.embedder)}, format {made_with.format}",
        f"Chunking {one_line(made_with.settings)}",
        *(f"Search, {kind}: {method}" for kind, method in status.methods.items()),
        "",
        "Documents",
    ]
    for document in status.documents:
        lines += _document_lines(document, verbose=verbose)
    if status.skipped:
        lines += ["", "Skipped"]
    for file in status.skipped:
        lines.append(f"  {one_line(file.name)}: {one_line(file.reason or '')}")
        if verbose and file.message:
            lines.append(f"    {one_line(file.message)}")
    lines += [""] * bool(status.outdated)
    for name, change in status.outdated.items():
        lines.append(f"{one_line(name)}: {change} since it was indexed; run rag index.")
    return "\n".join(lines) + "\n"


def counted(number: int, noun: str) -> str:
    """Return "1 document" or "1,200 documents"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def megabytes(size_bytes: int) -> str:
    """Return a size in megabytes of a million bytes."""
    return f"{size_bytes / 1e6:.1f} MB"


def _not_found_text(answer: Answer, width: int | None, *, styled: bool) -> str:
    parts = [_style(NOT_FOUND, _BOLD, styled=styled)]
    if answer.passages:
        nearest = (
            _nearest_text(hit, width, styled=styled) for hit in answer.passages[:NEAREST_SHOWN]
        )
        parts.append("\n".join([NEAREST, *nearest]))
    return "\n\n".join(parts) + "\n"


def _source_lines(answer: Answer, width: int | None, *, styled: bool) -> list[str]:
    """One line a citation; its quote follows where it is not the sentence that it backs."""
    shown = {sentence.text for sentence in answer.sentences}
    lines = []
    for citation in answer.citations:
        lines.append(_wrapped(f"[{citation.number}] {citation_label(citation)}", width, "    "))
        if citation.other_names:
            names = ", ".join(one_line(name) for name in citation.other_names)
            lines.append(_wrapped(f"    the same file: {names}", width, "    "))
        if citation.quote not in shown:
            quote = _wrapped(f"    “{one_line(citation.quote)}”", width, "    ")
            lines.append(_style(quote, _DIM, styled=styled))
    return lines


def _where(hit: Hit) -> str:
    """Return file, page and headings of a passage."""
    where = source_line(Metadata(), hit.chunk.document, hit.page)
    return f"{where}: {one_line(hit.chunk.headings)}" if hit.chunk.headings else where


def _nearest_text(hit: Hit, width: int | None, *, styled: bool) -> str:
    text = _wrapped(f"   {excerpt(hit.chunk.text)}", width, "   ")
    return f"{_wrapped(f'{hit.rank}. {_where(hit)}', width, '   ')}\n" + _style(
        text, _DIM, styled=styled
    )


def _hit_text(hit: Hit, width: int | None, *, styled: bool) -> str:
    stages = ("fused", "dense", "sentence", "lexical", "answerable")
    scores = ", ".join(
        f"{stage} {score:.3f}"
        for stage in stages
        if (score := getattr(hit.scores, stage)) is not None
    )
    span = f"characters {hit.chunk.span.start}-{hit.chunk.span.end}"
    head = _style(_wrapped(f"{hit.rank}. {_where(hit)}", width, "   "), _BOLD, styled=styled)
    text = _wrapped(f"   {excerpt(hit.chunk.text)}", width, "   ")
    return f"{head}\n{_style(f'   {scores}; {span}', _DIM, styled=styled)}\n{text}"


def _hit_in_markdown(hit: Hit) -> str:
    return (
        f"{hit.rank}. {markdown_escaped(_where(hit))}: {markdown_escaped(excerpt(hit.chunk.text))}"
    )


def _document_lines(status: DocumentStatus, *, verbose: bool) -> list[str]:
    document = status.document
    size = [counted(status.passages, "passage")]
    if document.pages:
        size.insert(0, counted(len(document.pages), "page"))
    lines = [f"  {source_line(document.metadata, document.name, None)}: {', '.join(size)}"]
    lines += [f"    the same file: {one_line(name)}" for name in document.other_names]
    if verbose:
        lines += [_dropped_line(document, item) for item in document.dropped]
    return lines


def _dropped_line(document: Document, item: Dropped) -> str:
    page = next((page for page in document.pages if page.number == item.page), None)
    where = page_label(page) or (f"p. {item.page}" if item.page else None)
    what = f"{where}, {one_line(item.reason)}" if where else one_line(item.reason)
    return f"    dropped ({what}): {excerpt(item.text)}"


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _escaped_start(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}"


def _style(text: str, code: str, *, styled: bool) -> str:
    return f"{code}{text}{_PLAIN}" if styled else text


def _wrapped(text: str, width: int | None, indent: str = "") -> str:
    if width is None:
        return text
    return textwrap.fill(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
