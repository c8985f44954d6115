"""Set a manuscript as a Word document whose bytes depend on nothing but the manuscript."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Pt
from manuscript import Block, BlockKind, Manuscript

if TYPE_CHECKING:
    from pathlib import Path

TABLE_STYLE = "Light Grid Accent 1"
ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip archive can hold


def write(manuscript: Manuscript, path: Path) -> None:
    """Write the document to `path`."""
    document = docx.Document()
    _properties(document, manuscript)
    document.styles["Normal"].font.name = "Georgia"
    document.styles["Normal"].font.size = Pt(11)
    document.add_paragraph(manuscript.title, style="Title")
    byline = f"{manuscript.author} \u00b7 {manuscript.long_date} \u00b7 {manuscript.kind}"
    document.add_paragraph(byline, style="Subtitle")
    for block in manuscript.blocks:
        _add(document, block)
    _prune(document)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(_repack(buffer.getvalue()))


def _properties(document: Any, manuscript: Manuscript) -> None:
    """Fill the core properties; the kind goes to category and subject."""
    moment = datetime.combine(manuscript.day, time(9))
    core = document.core_properties
    core.title, core.author = manuscript.title, manuscript.author
    core.subject = core.category = manuscript.kind
    core.keywords, core.language = manuscript.keywords, "en-GB"
    core.comments = "Sample document. Text dedicated to the public domain (CC0)."
    core.created = core.modified = moment
    core.last_modified_by, core.revision = manuscript.author, 1


def _add(document: Any, block: Block) -> None:
    """Add one block to the document."""
    if block.kind is BlockKind.TABLE:
        _add_table(document, block)
    elif block.kind in (BlockKind.BULLETS, BlockKind.NUMBERS):
        style = "List Bullet" if block.kind is BlockKind.BULLETS else "List Number"
        for line in block.lines:
            _runs(document.add_paragraph(style=style), line)
    elif block.kind in (BlockKind.HEADING, BlockKind.SUBHEADING):
        document.add_heading(block.text, level=1 if block.kind is BlockKind.HEADING else 2)
    else:
        style = "Caption" if block.kind is BlockKind.CAPTION else "Normal"
        _runs(document.add_paragraph(style=style), block.text)


def _runs(paragraph: Any, text: str) -> None:
    """Add the text to the paragraph; what stands between asterisks becomes italic."""
    for number, part in enumerate(re.split(r"\*([^*]+)\*", text)):
        if part:
            paragraph.add_run(part).italic = bool(number % 2) or None


def _add_table(document: Any, block: Block) -> None:
    """Add a table with its first row as the head."""
    rows = block.rows
    table = document.add_table(rows=0, cols=len(rows[0]), style=TABLE_STYLE)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph()


def _prune(document: Any) -> None:
    """Drop what the library's template brings and no document uses: 0.8 MB uncompressed."""
    for style in list(document.styles):
        if style.type is WD_STYLE_TYPE.TABLE and style.name not in (TABLE_STYLE, "Normal Table"):
            style.delete()
    for part in (document.part, document.part.package):
        for key, relation in list(part.rels.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                part.rels.pop(key)


def _repack(archive: bytes) -> bytes:
    """Write the archive anew with fixed times, and stored, since zlib versions compress unlike."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=ZIP_DAY)
            entry.create_system = 0
            new.writestr(entry, old.read(name))
    return buffer.getvalue()
