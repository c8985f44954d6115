"""Answers as a Word report: real footnotes, a table of sources, nothing hidden.

The file is written answer by answer, so memory does not grow with their number.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from typing import IO, TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from rag.presentation import (
    NEAREST,
    NEAREST_SHOWN,
    NOT_FOUND,
    excerpt,
    one_line,
    page_label,
    source_line,
    visible,
)
from rag.types import Metadata, Status
from rag.writing.files import replacing
from rag.writing.rows import report_of, rows_of
from rag.writing.word_styles import (
    FOOTNOTES_HEAD,
    FOOTNOTES_TAIL,
    CharacterStyle,
    ParagraphStyle,
    empty_report,
    style_id,
)
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
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.types import Answer, Citation, Hit
    from rag.writing.rows import Report, Row, Source, Summary

DOCUMENT_PART = "word/document.xml"
FOOTNOTES_PART = "word/footnotes.xml"
SOURCES = "Sources"
COLUMN_WIDTHS_TWIPS = (500, 4000, 2450, 2100)
"""Number, reference, file, hash: together the width between the margins (1 mm is 56.7)."""
_NOT_XML = re.compile("[\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every part, so that the same answers give the same bytes."""


def write_docx(answers: Iterable[Answer], path: Path, title: str) -> None:
    """Write answers as a Word report.

    Args:
        answers: In the order in which they are shown.
        path: Where to; what is there is replaced as a whole.
        title: What stands at the top.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as file:
        write_word_report(report_of(rows_of(answers), title), file)


def write_word_report(report: Report, file: IO[bytes]) -> None:
    """Write a report as a Word file to an open file, which need not be seekable."""
    template = zipfile.ZipFile(io.BytesIO(empty_report(one_line(report.title))))
    head, tail = _split(template.read(DOCUMENT_PART).decode())
    with zipfile.ZipFile(file, "w") as package, tempfile.TemporaryFile() as footnotes:
        for name in template.namelist():
            if name not in {DOCUMENT_PART, FOOTNOTES_PART}:
                package.writestr(_part(name), template.read(name))
        footnotes.write(FOOTNOTES_HEAD.encode())
        with package.open(_part(DOCUMENT_PART), "w") as body:
            body.write(head.encode())
            for piece in _body(report, footnotes):
                body.write(piece.encode())
            body.write(tail.encode())
        footnotes.write(FOOTNOTES_TAIL.encode())
        footnotes.seek(0)
        with package.open(_part(FOOTNOTES_PART), "w") as part:
            shutil.copyfileobj(footnotes, part)


def _part(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _split(document: str) -> tuple[str, str]:
    """Return what stands before and after the content of the body; its section stays behind."""
    start = document.index("<w:body>") + len("<w:body>")
    return document[:start], document[document.index("<w:sectPr") :]


def _body(report: Report, footnotes: IO[bytes]) -> Iterator[str]:
    summary = report.summary
    notes = _Footnotes(summary, footnotes)
    yield _paragraph("Title", _run(one_line(report.title)))
    for line in summary_lines(summary):
        yield _paragraph(style_id(ParagraphStyle.NOTE), _run(line))
    for row in report.rows:
        yield from _row(row, notes)
    if summary.sources:
        yield _paragraph("Heading1", _run(SOURCES))
        yield _sources(summary)


def _row(row: Row, notes: _Footnotes) -> Iterator[str]:
    number = _run(f"{row.number}. ", CharacterStyle.NUMBER)
    yield _styled(ParagraphStyle.QUESTION, number + _run(one_line(row.question)))
    yield from _details(row)
    if row.answer is None:
        yield _styled(ParagraphStyle.ERROR, _run(f"No answer: {one_line(row.error or '')}"))
    elif row.answer.status is Status.NOT_FOUND:
        yield _styled(ParagraphStyle.NOT_FOUND, _run(NOT_FOUND))
        nearest = row.answer.passages[:NEAREST_SHOWN]
        if nearest:
            yield _styled(ParagraphStyle.NEAREST, _run(NEAREST))
        for hit in nearest:
            yield _styled(ParagraphStyle.NEAREST, _run(_nearest(hit)))
    else:
        yield from _answer(row.answer, notes)


def _details(row: Row) -> Iterator[str]:
    texts = details(row)
    identifier = "" if row.identifier is None else one_line(str(row.identifier))
    parts = [_run(identifier, CharacterStyle.IDENTIFIER)] if identifier else []
    parts += [_run(text) for text in texts]
    if parts:
        yield _styled(ParagraphStyle.DETAILS, _run(" · ").join(parts))


def _answer(answer: Answer, notes: _Footnotes) -> Iterator[str]:
    marks = _Marks(answer, notes)
    if answer.short_answer:
        yield _styled(ParagraphStyle.SHORT_ANSWER, _run(one_line(answer.short_answer)))
    for disagreement in answer.disagreements:
        positions = [
            _run(one_line(position.value)) + marks.of(position.citations)
            for position in disagreement.positions
        ]
        text = _run(DIFFER) + _run("; ").join(positions) + _run(".")
        yield _styled(ParagraphStyle.DISAGREEMENT, text)
    sentences = [_run(item.text) + marks.of(item.citations) for item in answer.sentences]
    yield _styled(ParagraphStyle.ANSWER, _run(" ").join(sentences))


def _nearest(hit: Hit) -> str:
    where = source_line(Metadata(), hit.chunk.document, hit.page)
    return f"{hit.rank}. {where}: {excerpt(hit.chunk.text)}"


class _Footnotes:
    """Writes footnotes, numbered from 1 through the whole report."""

    def __init__(self, summary: Summary, file: IO[bytes]) -> None:
        self._summary = summary
        self._file = file
        self.count = 0

    def add(self, citation: Citation) -> int:
        """Write the footnote of a citation and return its number."""
        self.count += 1
        source = self._summary.source(citation)
        page = page_label(citation.page)
        parts = [
            (
                f'<w:r><w:rPr><w:rStyle w:val="{style_id(CharacterStyle.MARK)}"/></w:rPr>'
                "<w:footnoteRef/></w:r>"
            ),
            _run(f" {reference(citation.metadata)}"),
            _run(one_line(source.document), CharacterStyle.DOCUMENT),
            *([_run(f", {source.version}", CharacterStyle.VERSION)] if source.version else []),
            *([_run(f", {page}", CharacterStyle.PAGE)] if page else []),
            _run(f", characters {citation.span.start}–{citation.span.end}", CharacterStyle.SPAN),
            _run(": “"),
            _run(citation.quote, CharacterStyle.QUOTE),
            _run("”"),
        ]
        text = _styled(ParagraphStyle.FOOTNOTE, "".join(parts))
        self._file.write(f'<w:footnote w:id="{self.count}">{text}</w:footnote>'.encode())
        return self.count


class _Marks:
    """The marks of one answer's citations: a footnote, or a reference to the earlier one."""

    def __init__(self, answer: Answer, notes: _Footnotes) -> None:
        self._citations = {citation.number: citation for citation in answer.citations}
        self._notes = notes
        self._written: dict[int, int] = {}

    def of(self, numbers: Sequence[int]) -> str:
        """Return the marks, separated by raised commas."""
        return _run(",", CharacterStyle.MARK).join(self._mark(number) for number in numbers)

    def _mark(self, number: int) -> str:
        look = f'<w:rPr><w:rStyle w:val="{style_id(CharacterStyle.MARK)}"/></w:rPr>'
        if number in self._written:  # Word gives a footnote one mark; a field repeats its number
            note = self._written[number]
            field = quoteattr(f" NOTEREF _Ref{note} \\h ")
            return f"<w:fldSimple w:instr={field}><w:r>{look}<w:t>{note}</w:t></w:r></w:fldSimple>"
        note = self._written[number] = self._notes.add(self._citations[number])
        return (
            f'<w:bookmarkStart w:id="{note}" w:name="_Ref{note}"/>'
            f'<w:r>{look}<w:footnoteReference w:id="{note}"/></w:r>'
            f'<w:bookmarkEnd w:id="{note}"/>'
        )


def _sources(summary: Summary) -> str:
    """Return the table of what is cited, each with the hash of its file."""
    head = [_cell([_run(text, CharacterStyle.HEAD)]) for text in TABLE_NAMES]
    rows = [_table_row(head, header=True)]
    for source in summary.sources.values():
        files = [_run(one_line(source.document), CharacterStyle.DOCUMENT)]
        files += [_run(f"{SAME_FILE}{one_line(name)}") for name in source.other_names]
        cells = [
            _cell([_run(str(source.number))]),
            _cell([_run(_described(source))]),
            _cell(files),
            _cell([_run(source.sha256, CharacterStyle.HASH)]),
        ]
        rows.append(_table_row(cells))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in COLUMN_WIDTHS_TWIPS)
    look = (
        '<w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(COLUMN_WIDTHS_TWIPS)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _described(source: Source) -> str:
    return source_line(source.metadata, "", None) or UNDESCRIBED


def _table_row(cells: Sequence[str], *, header: bool = False) -> str:
    widths = (
        f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>' for width in COLUMN_WIDTHS_TWIPS
    )
    content = "".join(
        f"<w:tc>{width}{cell}</w:tc>" for width, cell in zip(widths, cells, strict=True)
    )
    repeated = "<w:tblHeader/>" if header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{content}</w:tr>"


def _cell(lines: Sequence[str]) -> str:
    return "".join(_styled(ParagraphStyle.CELL, line) for line in lines)


def _styled(style: ParagraphStyle, content: str) -> str:
    return _paragraph(style_id(style), content)


def _paragraph(style: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def _run(text: str, style: CharacterStyle | None = None) -> str:
    """Return text as a run; line ends become line breaks, and nothing else changes."""
    look = f'<w:rPr><w:rStyle w:val="{style_id(style)}"/></w:rPr>' if style else ""
    safe = _NOT_XML.sub("\ufffd", visible(text))
    lines = (
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' if line else ""
        for line in safe.replace("\t", " ").split("\n")
    )
    return f"<w:r>{look}{'<w:br/>'.join(lines)}</w:r>"
