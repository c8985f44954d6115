"""Answers as an Excel file: a sheet of answers, and one of citations with what checks them."""

from __future__ import annotations

import math
import shutil
import tempfile
from typing import IO, TYPE_CHECKING, Any

from rag.writing.rows import without_clashes
from rag.writing.tables import COLUMNS, cells, plain
from rag.writing.wording import summary_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Citation
    from rag.writing.rows import Report, Row

ANSWERS = "Answers"
CITATIONS = "Citations"
ABOUT = "About"
NUMBER = "row"
CITATION_COLUMNS = (
    NUMBER,
    "n",
    "document",
    "page",
    "page_label",
    "quote",
    "title",
    "author",
    "date",
    "kind",
    "start",
    "end",
    "sha256",
    "other_names",
)
WIDTHS = {
    "row": 6, "id": 10, "question": 38, "short_answer": 24, "answer": 64, "status": 11,
    "confidence": 11, "sources": 46, "page": 10, "quotes": 64, "error": 24,
    "n": 5, "document": 30, "page_label": 11, "quote": 70, "title": 36, "author": 24,
    "date": 12, "kind": 12, "start": 9, "end": 9, "sha256": 24, "other_names": 20,
}  # fmt: skip
"""Of columns, in characters; others have 18."""
LONGEST_CELL = 32_767
"""Characters; Excel refuses a file with a longer cell."""
MOST_LINKS = 65_530
"""Of one sheet; Excel refuses more."""
LINE_POINTS = 15
MOST_LINES = 20
"""Of a row; Excel allows 409 points."""
_ELLIPSIS = " …"


def write_excel(report: Report, file: IO[bytes]) -> None:
    """Write a report as an Excel file to an open file.

    Memory grows with the links only, of which there are `MOST_LINKS` a sheet at most.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = plain(report.title), "Footnote"
    sheets = _Sheets(book, report)
    for row in report.rows:
        sheets.add(row)
    sheets.close()
    with tempfile.TemporaryFile() as whole:  # openpyxl goes back in what it writes
        book.save(whole)
        whole.seek(0)
        shutil.copyfileobj(whole, file)


class _Sheets:
    """The sheets of a report while they are written."""

    def __init__(self, book: Any, report: Report) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill

        self._report = report
        self._top = Alignment(vertical="top", wrap_text=True)
        self._bold = Font(bold=True, color="FFFFFF")
        self._fill = PatternFill("solid", fgColor="1F3864")
        self._linked = Font(color="0563C1", underline="single")
        self._widths: dict[str, list[int]] = {}
        identified = report.summary.identified
        self._own = (NUMBER, *(["id"] if identified else []), *COLUMNS)
        extra = list(without_clashes(dict.fromkeys(report.summary.columns), (*self._own, "id")))
        self._answers = self._sheet(book, ANSWERS, [*self._own, *extra], frozen="D2")
        self._citations = self._sheet(book, CITATIONS, CITATION_COLUMNS, frozen="C2")
        self._about = book.create_sheet(ABOUT)
        self._about.column_dimensions["A"].width = 110
        self._rows = self._citation_rows = 1  # the row of names

    def add(self, row: Row) -> None:
        """Write a row's answer and its citations."""
        self._rows += 1
        values = {NUMBER: row.number, "id": row.identifier} | cells(row)
        line = [self._cell(self._answers, values[name]) for name in self._own]
        line += [
            self._cell(self._answers, row.columns.get(name))
            for name in self._report.summary.columns
        ]
        citations = row.answer.citations if row.answer else ()
        if citations and self._rows <= MOST_LINKS:
            sources = line[self._own.index("sources")]
            self._link(sources, location=f"'{CITATIONS}'!A{self._citation_rows + 1}")
        self._append(self._answers, self._rows, line)
        for citation in citations:
            self._add_citation(row, citation)

    def close(self) -> None:
        """Say what was asked, and let the tables be filtered."""
        from openpyxl.utils import get_column_letter

        width = len(self._own) + len(self._report.summary.columns)
        self._answers.auto_filter.ref = f"A1:{get_column_letter(width)}{self._rows}"
        last = get_column_letter(len(CITATION_COLUMNS))
        self._citations.auto_filter.ref = f"A1:{last}{self._citation_rows}"
        for line in (self._report.title, *summary_lines(self._report.summary)):
            self._about.append([self._cell(self._about, line)])

    def _add_citation(self, row: Row, citation: Citation) -> None:
        self._citation_rows += 1
        given = {NUMBER: row.number} | citation.to_dict()
        given["other_names"] = "\n".join(citation.other_names) or None
        line = [self._cell(self._citations, given[name]) for name in CITATION_COLUMNS]
        link = self._report.links.get(citation.document)
        if 2 * self._citation_rows <= MOST_LINKS:
            self._link(line[0], location=f"'{ANSWERS}'!A{self._rows}")
            if link is not None:
                self._link(line[CITATION_COLUMNS.index("document")], target=link)
        self._append(self._citations, self._citation_rows, line)

    def _append(self, sheet: Any, number: int, line: Sequence[Any]) -> None:
        """Add a row as high as its longest cell needs, which not every program works out."""
        widths = self._widths[sheet.title]
        lines = max(_lines(cell.value, width) for cell, width in zip(line, widths, strict=True))
        sheet.row_dimensions[number].height = LINE_POINTS * min(lines, MOST_LINES)
        sheet.append(line)
        del sheet.row_dimensions[number]  # or memory would grow with the rows

    def _sheet(self, book: Any, name: str, columns: Sequence[str], *, frozen: str) -> Any:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = book.create_sheet(name)
        sheet.freeze_panes = frozen
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        self._widths[name] = [WIDTHS.get(column, 18) for column in columns]
        for number, width in enumerate(self._widths[name], start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append(list(self._head(sheet, columns)))
        return sheet

    def _head(self, sheet: Any, columns: Sequence[str]) -> Iterator[Any]:
        for column in columns:
            cell = self._cell(sheet, column)
            cell.font, cell.fill = self._bold, self._fill
            yield cell

    def _cell(self, sheet: Any, value: Any) -> Any:
        """Return a cell; no text is taken for a formula."""
        from openpyxl.cell import WriteOnlyCell

        value = plain(value)
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            value = value[: LONGEST_CELL - len(_ELLIPSIS)] + _ELLIPSIS
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"
        cell.alignment = self._top
        return cell

    def _link(self, cell: Any, *, target: str | None = None, location: str | None = None) -> None:
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=target, location=location)
        cell.font = self._linked


def _lines(value: Any, width: int) -> int:
    """Return how many lines a cell takes in a column of so many characters."""
    if not isinstance(value, str):
        return 1
    return sum(max(1, math.ceil(len(line) / width)) for line in value.split("\n"))
