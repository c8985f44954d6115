"""Word documents: paragraphs, lists and tables in the order of the body."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import docx
from docx.oxml.ns import qn
from lxml import etree

from rag.errors import DamagedError, EncryptedError, TooLargeError, UnsupportedFormatError
from rag.loading.raised import raised
from rag.loading.raw import RawBlock, RawDocument, RawPage
from rag.loading.rows import row_lines
from rag.types import BlockKind, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as WordDocument

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_RATIO = 200
"""Word's own XML packs 10 to 40 times; beyond this a part is made to explode."""
_SMALL_PART_BYTES = 5_000_000
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
_HEADING_STYLE = re.compile(
    r"heading\s*(\d)|(?:berschrift|titre|encabezado|kop)\s*(\d)", re.IGNORECASE
)
_STYLE_KINDS = (
    ("toc ", BlockKind.BOILERPLATE),
    ("bibliography", BlockKind.REFERENCE),
    ("footnote text", BlockKind.REFERENCE),
    ("endnote text", BlockKind.REFERENCE),
    ("list", BlockKind.LIST_ITEM),
)
_MOST_COLUMNS = 63
"""Word's own limit; a larger number is made to fill the memory."""
_TEMPLATE_CREATED = "2013-12-23T23:15:00"
"""The date in the template of python-docx, which its documents carry until it is set."""
_SKIPPED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:txbxContent")})
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_BOOKKEEPING_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})


def read(content: bytes) -> RawDocument:
    """Return the blocks of a docx file.

    Raises:
        EncryptedError: a password is needed.
        TooLargeError: unpacked, it is larger than a document can be.
        UnsupportedFormatError: an old Word file under a new suffix.
        DamagedError: it is no docx file.
    """
    _check_package(content)
    try:
        document = docx.Document(io.BytesIO(content))
    except (KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        message = f"Expected a docx file, but its parts cannot be read: {str(error)[:200]}."
        raise DamagedError(message) from error
    body = document.element.body
    if body is None or body.getroottree().docinfo.doctype:
        message = "Expected a docx file, but its document has no body or declares entities."
        raise DamagedError(message)
    blocks = [*_Body(document).blocks, *_notes(document)]
    return RawDocument(
        pages=(RawPage(1, tuple(blocks)),), marked=True, declared=_declared(document)
    )


def _check_package(content: bytes) -> None:
    if content.startswith(_OLE_SIGNATURE):
        # Word encrypts by putting the package inside an OLE file with this stream.
        if "EncryptedPackage".encode("utf-16-le") in content:
            message = "Expected a docx file without a password; save it without one."
            raise EncryptedError(message)
        message = "Expected a docx file, but it is an old Word file; save it as .docx."
        raise UnsupportedFormatError(message)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        message = f"Expected a docx file, which is a ZIP archive, but: {error}."
        raise DamagedError(message) from error
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or any(
        part.file_size > max(_SMALL_PART_BYTES, MAX_RATIO * part.compress_size)
        for part in parts
        if part.filename.endswith((".xml", ".rels"))
    ):
        message = (
            "Expected a docx file of ordinary density, but it unpacks to "
            f"{sum(part.file_size for part in parts) / 1e6:.0f} MB; it may be a ZIP bomb."
        )
        raise TooLargeError(message)


class _Body:
    """One pass over the body."""

    def __init__(self, document: WordDocument) -> None:
        self.blocks: list[RawBlock] = []
        self._styles = {
            style.style_id: style.name or ""
            for style in document.styles
            if getattr(style, "style_id", None)
        }
        self._group = 0
        self._walk(document.element.body)
        if any(block.level == 0 and block.kind is BlockKind.HEADING for block in self.blocks):
            self.blocks = [_lowered(block) for block in self.blocks]

    def _walk(self, parent: etree._Element) -> None:
        for element in parent:
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif element.tag == qn("w:sdt"):
                for inner in element.findall(qn("w:sdtContent")):
                    self._walk(inner)
            elif element.tag in {qn("w:ins"), qn("w:customXml"), qn("w:smartTag")}:
                self._walk(element)

    def _paragraph(self, element: etree._Element) -> None:
        text = " ".join("".join(_texts(element)).split())
        kind, level = self._kind(element)
        self._group += kind is not BlockKind.LIST_ITEM
        if text:
            self.blocks.append(RawBlock((text,), kind, level, self._group))
        for box in element.iter(qn("w:txbxContent")):
            if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                self._walk(box)

    def _table(self, table: etree._Element) -> None:
        """Add the rows; a table inside a cell comes after the row that holds it."""
        self._group += 1
        group = self._group
        rows = _inside(table, table, "w:tr")
        for row, line in zip(rows, row_lines([_cells(table, row) for row in rows]), strict=True):
            if line:
                self.blocks.append(RawBlock((line,), BlockKind.TABLE_ROW, 0, group))
            for inner in _inside(row, table, "w:tbl"):
                self._table(inner)

    def _kind(self, element: etree._Element) -> tuple[BlockKind | None, int]:
        """The kind and level from the style; level 0 marks the document's title."""
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        name = self._styles.get(style.get(qn("w:val"), ""), "") if style is not None else ""
        lower = name.lower()
        level = _heading_level(lower, element)
        if level is not None:
            return BlockKind.HEADING, level
        for start, kind in _STYLE_KINDS:
            if lower.startswith(start):
                return kind, 0
        numbered = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
        return (BlockKind.LIST_ITEM if numbered else None), 0


def _inside(element: etree._Element, table: etree._Element, tag: str) -> list[etree._Element]:
    """What an element of a table holds of a tag, without what inner tables and fallbacks hold."""
    return [
        found
        for found in element.iter(qn(tag))
        if next(found.iterancestors(qn("w:tbl"), _FALLBACK), None) is table
    ]


def _cells(table: etree._Element, row: etree._Element) -> list[str]:
    """The texts of a row's cells, with "" for each further column that a cell goes across."""
    cells = [""] * _columns(row, "w:trPr", "w:gridBefore")
    for cell in _inside(row, table, "w:tc"):
        paragraphs = ["".join(_texts(one)) for one in _inside(cell, table, "w:p")]
        cells.append(" ".join(" ".join(paragraphs).split()))
        cells += [""] * (_columns(cell, "w:tcPr", "w:gridSpan") - 1)
    return cells


def _columns(element: etree._Element, properties: str, name: str) -> int:
    """How many columns a property of a cell or row says, none without it."""
    found = element.find(f"{qn(properties)}/{qn(name)}")
    value = found.get(qn("w:val"), "") if found is not None else ""
    return min(int(value), _MOST_COLUMNS) if value.isdecimal() else 0


def _heading_level(style: str, element: etree._Element) -> int | None:
    """The level of a heading, 0 for the title; None for other paragraphs."""
    heading = _HEADING_STYLE.search(style)
    if heading:
        return min(max(int(heading[1] or heading[2]), 1), 6)
    if style == "title":
        return 0
    outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = outline.get(qn("w:val"), "") if outline is not None else ""
    return int(value) + 1 if value in set("012345") else None


def _lowered(block: RawBlock) -> RawBlock:
    """Make room for a title above the first level."""
    if block.kind is not BlockKind.HEADING:
        return block
    return RawBlock(block.lines, block.kind, min(block.level + 1, 6), block.group)


def _texts(element: etree._Element) -> Iterator[str]:
    """The visible pieces of a paragraph, without deletions, field codes and text boxes."""
    for child in element:
        if child.tag in _SKIPPED or child.tag == _FALLBACK:
            continue
        if child.tag in {qn("w:t"), f"{_MATH}t"}:
            yield child.text or ""
        elif child.tag in {qn("w:tab"), qn("w:br"), qn("w:cr")}:
            yield " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif _is_raised(child):
            yield raised("".join(_texts(child)))
        elif child.tag not in {qn("w:pPr"), qn("w:rPr"), qn("w:p"), qn("w:tbl")}:
            yield from _texts(child)


def _is_raised(element: etree._Element) -> bool:
    """Whether it is a run set above the line, or the exponent of a formula."""
    place = element.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
    return element.tag == f"{_MATH}sup" or (
        place is not None and place.get(qn("w:val")) == "superscript"
    )


def _notes(document: WordDocument) -> Iterator[RawBlock]:
    """Foot- and endnotes, which are parts of their own."""
    for relation in document.part.rels.values():
        name = relation.reltype.rpartition("/")[2]
        if name not in {"footnotes", "endnotes"} or relation.is_external:
            continue
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(relation.target_part.blob, parser)
        for note in root:
            text = " ".join("".join(_texts_of_note(note)).split())
            if text and note.get(qn("w:type")) not in _BOOKKEEPING_NOTES:
                yield RawBlock((text,), BlockKind.REFERENCE)


def _texts_of_note(note: etree._Element) -> Iterator[str]:
    for paragraph in note.iter(qn("w:p")):
        yield from _texts(paragraph)
        yield " "


def _declared(document: WordDocument) -> Metadata:
    properties = document.core_properties
    about = "; ".join(
        text for text in (properties.category, properties.subject, properties.keywords) if text
    )
    created = properties.created.isoformat() if properties.created else ""
    if created.startswith(_TEMPLATE_CREATED):
        created = ""
    return Metadata(
        title=properties.title or None,
        author=properties.author or None,
        date=f"created {created}" if created else None,
        kind=about or None,
    )
