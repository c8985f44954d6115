"""The styles of a Word report: how its parts look, and how they are told apart when read back."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import Any

GREY = "595959"
BODY_FONT = "Calibri"
MONOSPACED_FONT = "Consolas"
PAGE_MM = (210, 297)
MARGIN_MM = 25
FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SEPARATORS = ("separator", "continuationSeparator")


class ParagraphStyle(StrEnum):
    """What a paragraph is."""

    QUESTION = "Question"
    DETAILS = "Question Details"
    SHORT_ANSWER = "Short Answer"
    DISAGREEMENT = "Disagreement"
    ANSWER = "Answer Text"
    NOT_FOUND = "Not Answered"
    NEAREST = "Nearest Passage"
    ERROR = "Row Error"
    NOTE = "Report Note"
    FOOTNOTE = "footnote text"
    CELL = "Source Cell"


class CharacterStyle(StrEnum):
    """What a part of a paragraph is."""

    NUMBER = "Question Number"
    IDENTIFIER = "Question Identifier"
    MARK = "footnote reference"
    DOCUMENT = "Cited Document"
    VERSION = "Cited Version"
    PAGE = "Cited Page"
    SPAN = "Cited Characters"
    QUOTE = "Cited Quote"
    HASH = "Source Hash"
    HEAD = "Source Head"


def style_id(style: ParagraphStyle | CharacterStyle) -> str:
    """Return what a style is called inside the file."""
    return style.value.replace(" ", "")


def empty_report(title: str) -> bytes:
    """Return a Word file with the styles of a report, an empty body and no footnotes."""
    from docx import Document
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(size) for size in PAGE_MM)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(MARGIN_MM))
    _add_styles(document)
    _add_page_numbers(section.footer.paragraphs[0])
    _add_footnotes(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title[:255], "Footnote", ""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _add_styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = BODY_FONT, Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    looks: dict[ParagraphStyle, dict[str, Any]] = {
        ParagraphStyle.QUESTION: {"base": "Heading 2", "before": 16, "after": 3, "together": True},
        ParagraphStyle.DETAILS: {"size": 8.5, "color": GREY, "after": 4, "together": True},
        ParagraphStyle.SHORT_ANSWER: {"size": 12, "bold": True, "after": 4, "together": True},
        ParagraphStyle.DISAGREEMENT: {"italic": True},
        ParagraphStyle.ANSWER: {},
        ParagraphStyle.NOT_FOUND: {"italic": True, "together": True},
        ParagraphStyle.NEAREST: {"size": 8.5, "color": GREY, "after": 3, "indent": 12},
        ParagraphStyle.ERROR: {"italic": True, "color": "9C1C1C"},
        ParagraphStyle.NOTE: {"size": 9, "color": GREY},
        ParagraphStyle.FOOTNOTE: {"size": 8.5, "after": 2},
        ParagraphStyle.CELL: {"size": 8.5, "after": 0},
    }
    for paragraph_style, look in looks.items():
        _shape(styles.add_style(paragraph_style.value, WD_STYLE_TYPE.PARAGRAPH), styles, **look)
    for character_style in CharacterStyle:
        style = styles.add_style(character_style.value, WD_STYLE_TYPE.CHARACTER)
        if character_style is CharacterStyle.MARK:
            style.font.superscript = True
        elif character_style is CharacterStyle.HEAD:
            style.font.bold = True
        elif character_style is CharacterStyle.HASH:
            style.font.name, style.font.size = MONOSPACED_FONT, Pt(7)


def _shape(
    style: Any,
    styles: Any,
    *,
    base: str = "Normal",
    size: float | None = None,
    color: str | None = None,
    before: float | None = None,
    after: float | None = None,
    indent: float | None = None,
    bold: bool | None = None,
    italic: bool | None = None,
    together: bool | None = None,
) -> None:
    """Give a paragraph style its look; sizes are in points, None leaves what the base has."""
    from docx.shared import Pt, RGBColor

    style.base_style = styles[base]
    style.font.bold, style.font.italic = bold, italic
    if size is not None:
        style.font.size = Pt(size)
    if color is not None:
        style.font.color.rgb = RGBColor.from_string(color)
    shape = style.paragraph_format
    shape.keep_with_next = together
    shape.space_before = None if before is None else Pt(before)
    shape.space_after = None if after is None else Pt(after)
    shape.left_indent = None if indent is None else Pt(indent)


def _add_page_numbers(paragraph: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for field in ("PAGE", "NUMPAGES"):
        if field == "NUMPAGES":
            paragraph.add_run(" / ")
        paragraph._p.append(  # noqa: SLF001 - python-docx has no fields
            parse_xml(
                f'<w:fldSimple xmlns:w="{NAMESPACE}" w:instr="{field}"><w:r><w:t>1</w:t></w:r>'
                "</w:fldSimple>"
            )
        )


def _add_footnotes(document: Any) -> None:
    """Add the part that footnotes are in, and name it in the settings."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml

    name = PackURI("/word/footnotes.xml")
    part = Part(name, FOOTNOTES_TYPE, (FOOTNOTES_HEAD + FOOTNOTES_TAIL).encode(), None)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    numbers = "".join(f'<w:footnote w:id="{number}"/>' for number in (-1, 0))
    properties = parse_xml(f'<w:footnotePr xmlns:w="{NAMESPACE}">{numbers}</w:footnotePr>')
    settings = document.settings.element
    compatibility = settings.find(f"{{{NAMESPACE}}}compat")
    compatibility.addprevious(properties)


FOOTNOTES_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<w:footnotes xmlns:w="{NAMESPACE}">'
    + "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
        f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
        for number, kind in enumerate(_SEPARATORS, start=-1)
    )
)
FOOTNOTES_TAIL = "</w:footnotes>"
