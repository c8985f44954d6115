"""The formats in which answers and the sources that they cite are written."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from rag.writing.bibliography import to_bibtex, to_csl_json
from rag.writing.excel import write_excel
from rag.writing.markdown import write_markdown
from rag.writing.tables import write_csv, write_json_lines
from rag.writing.word import write_word_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rag.writing.rows import Report, Source

REPORTS: dict[str, Callable[[Report, IO[bytes]], None]] = {
    "jsonl": write_json_lines,
    "csv": write_csv,
    "xlsx": write_excel,
    "md": write_markdown,
    "docx": write_word_report,
}
"""By suffix; takes a report and a file open for writing, which need not be seekable."""

BIBLIOGRAPHIES: dict[str, Callable[[Iterable[Source]], str]] = {
    "bib": to_bibtex,
    "json": to_csl_json,
}
"""By suffix; takes the sources cited."""
