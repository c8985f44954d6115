"""Answers as a Markdown report with numbered footnotes and a table of sources."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from rag.presentation import (
    NEAREST,
    NEAREST_SHOWN,
    NOT_FOUND,
    excerpt,
    markdown_escaped,
    one_line,
    page_label,
    source_line,
    visible,
)
from rag.types import Metadata, Status
from rag.writing.wording import (
    DIFFER,
    SAME_FILE,
    TABLE_NAMES,
    UNDESCRIBED,
    details,
    reference,
    summary_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Answer, Citation, Hit
    from rag.writing.rows import Report, Row, Source, Summary

SOURCES = "## Sources"
TABLE_HEAD = f"| {' | '.join(TABLE_NAMES)} |\n{'|---' * len(TABLE_NAMES)}|"
NO_ANSWER = "**No answer:** "


def write_markdown(report: Report, file: IO[bytes]) -> None:
    """Write a report as Markdown, in UTF-8, to an open file."""
    for part in _parts(report):
        file.write(f"{part}\n".encode("utf-8", "backslashreplace"))


def _parts(report: Report) -> Iterator[str]:
    yield f"# {markdown_escaped(report.title)}\n"
    for line in summary_lines(report.summary):
        yield f"{markdown_escaped(line)}\n"
    notes = _Notes(report.summary)
    for row in report.rows:
        yield f"## {row.number}. {markdown_escaped(row.question)}\n"
        yield from (f"{part}\n" for part in _row(row, notes))
    if report.summary.sources:
        yield f"{SOURCES}\n\n{TABLE_HEAD}"
        for source in report.summary.sources.values():
            yield _source(source)


def _row(row: Row, notes: _Notes) -> Iterator[str]:
    parts = [] if row.identifier is None else [code_span(one_line(str(row.identifier)))]
    parts += [markdown_escaped(text) for text in details(row)]
    if parts:
        yield f"*{' · '.join(parts)}*"
    if row.answer is None:
        yield f"{NO_ANSWER}{markdown_escaped(row.error or '')}"
    elif row.answer.status is Status.NOT_FOUND:
        yield NOT_FOUND
        nearest = row.answer.passages[:NEAREST_SHOWN]
        if nearest:
            yield "\n".join([f"> {NEAREST}", ">", *(f"> {_nearest(hit)}" for hit in nearest)])
    else:
        yield from _answer(row.answer, notes)


def _answer(answer: Answer, notes: _Notes) -> Iterator[str]:
    marks = notes.of(answer)
    if answer.short_answer:
        yield f"**{markdown_escaped(answer.short_answer)}**"
    for disagreement in answer.disagreements:
        positions = "; ".join(
            markdown_escaped(position.value) + marks(position.citations)
            for position in disagreement.positions
        )
        yield f"*{DIFFER}{positions}.*"
    yield " ".join(quoted(item.text) + marks(item.citations) for item in answer.sentences)
    yield "\n".join(notes.written(answer))


class _Notes:
    """Numbers footnotes from 1 through the whole report."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._before = 0

    def of(self, answer: Answer) -> _Marks:
        """Return what marks the citations of the next answer."""
        marks = _Marks(self._before)
        self._before += len(answer.citations)
        return marks

    def written(self, answer: Answer) -> Iterator[str]:
        """Yield the footnotes of the answer that `of` was last called for."""
        first = self._before - len(answer.citations)
        for citation in answer.citations:
            yield f"[^{first + citation.number}]: {self._note(citation)}"

    def _note(self, citation: Citation) -> str:
        source = self._summary.source(citation)
        page = page_label(citation.page)
        parts = [
            code_span(one_line(source.document)),
            *([source.version] if source.version else []),
            *([markdown_escaped(page)] if page else []),
            f"characters {citation.span.start}–{citation.span.end}",
        ]
        known = markdown_escaped(reference(citation.metadata))
        return f"{f'{known} ' if known else ''}{', '.join(parts)}: “{quoted(citation.quote)}”"


class _Marks:
    """Turns the numbers of an answer's citations into marks of the report's footnotes."""

    def __init__(self, before: int) -> None:
        self._before = before

    def __call__(self, numbers: Sequence[int]) -> str:
        return "".join(f"[^{self._before + number}]" for number in numbers)


def quoted(text: str) -> str:
    """Return a quote in Markdown; its line ends become breaks, and nothing else changes."""
    return "<br>".join(markdown_escaped(line) for line in visible(text).split("\n"))


def code_span(text: str) -> str:
    """Return *text* as code, fenced by more backticks than it holds."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _nearest(hit: Hit) -> str:
    where = source_line(Metadata(), hit.chunk.document, hit.page)
    return f"{hit.rank}. {markdown_escaped(where)}: {markdown_escaped(excerpt(hit.chunk.text))}"


def _source(source: Source) -> str:
    names = [code_span(one_line(source.document))]
    names += [f"{SAME_FILE}{code_span(one_line(name))}" for name in source.other_names]
    described = source_line(source.metadata, "", None) or UNDESCRIBED
    files = "<br>".join(name.replace("|", "\\|") for name in names)
    return f"| {source.number} | {markdown_escaped(described)} | {files} | `{source.sha256}` |"
