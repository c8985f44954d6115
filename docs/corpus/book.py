"""Set a manuscript as a PDF: front matter with roman numbers, running heads, a reference list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import reportlab
from hyphens import soften
from manuscript import Block, BlockKind, Manuscript
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

ROMAN = ("", "i", "ii", "iii", "iv")
REFERENCES = "References"
DASH = "\u2013"  # the bullet of the built-in fonts comes out of many readers as a control code
GREY = colors.Color(0.35, 0.35, 0.35)


@dataclass(frozen=True, slots=True)
class Design:
    """The look of a document: page, margins, fonts and sizes (in points)."""

    page: tuple[float, float]
    margin: float
    font: str
    bold: str
    size: float
    front: bool


def design_of(manuscript: Manuscript) -> Design:
    """Papers are small books in Times; reports are A4 in an embedded sans serif."""
    if manuscript.kind == "paper":
        return Design(A5, 19 * mm, "Times-Roman", "Times-Bold", 10, front=True)
    fonts = Path(reportlab.__file__).parent / "fonts"
    files = {"Vera": "Vera", "VeraBd": "VeraBd", "VeraIt": "VeraIt", "VeraBI": "VeraBI"}
    for name, stem in files.items():
        pdfmetrics.registerFont(TTFont(name, fonts / f"{stem}.ttf"))
    pdfmetrics.registerFontFamily("Vera", "Vera", "VeraBd", "VeraIt", "VeraBI")
    return Design(A4, 28 * mm, "Vera", "VeraBd", 9.5, front=False)


def write(manuscript: Manuscript, path: Path) -> None:
    """Write the PDF to `path`."""
    book = Book(manuscript, design_of(manuscript))
    template = book.template(path)
    template.build(book.story())


class Book:
    """One manuscript on its way to a PDF."""

    def __init__(self, manuscript: Manuscript, design: Design) -> None:
        """Prepare the styles; the front matter has a second page when there is a note."""
        self.manuscript = manuscript
        self.design = design
        self.front_pages = (2 if manuscript.note else 1) if design.front else 0
        self.styles = _styles(design)

    def template(self, path: Path) -> BaseDocTemplate:
        """Page templates, metadata and everything that keeps the bytes the same every time."""
        text, design = self.manuscript, self.design
        width, height = design.page
        frame = Frame(
            design.margin,
            design.margin,
            width - 2 * design.margin,
            height - 2 * design.margin,
            **dict.fromkeys(("leftPadding", "rightPadding", "topPadding", "bottomPadding"), 0),
        )
        return BaseDocTemplate(
            str(path),
            pagesize=design.page,
            pageTemplates=[
                PageTemplate(id="page", frames=[frame], onPage=self.head, onPageEnd=self.foot)
            ],
            title=text.title,
            author=text.author,
            subject=text.kind,
            keywords=text.keywords,
            creator="Footnote sample library",
            lang="en-GB",
            invariant=1,
            pageCompression=0,  # zlib versions compress unlike, plain streams are always the same
        )

    def head(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Draw the running header; on the first page, set the date and the page labels too."""
        if document.page == 1:
            day = self.manuscript.day
            canvas.setDateFormatter(lambda *_: f"D:{day:%Y%m%d}090000Z")
            if self.front_pages:
                canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
            canvas.addPageLabel(self.front_pages, style="ARABIC", start=1)
        width, height = self.design.page
        left, right = self.design.margin, width - self.design.margin
        top = height - self.design.margin + 5 * mm
        canvas.saveState()
        canvas.setFont(self.design.font, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(left, top, "Footnote sample library")
        canvas.drawRightString(right, top, self.manuscript.running)
        canvas.setLineWidth(0.4)
        canvas.line(left, top - 1.5 * mm, right, top - 1.5 * mm)
        canvas.restoreState()

    def foot(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Draw the running footer with the page number, roman in the front matter."""
        front = document.page <= self.front_pages
        label = ROMAN[document.page] if front else str(document.page - self.front_pages)
        bottom = self.design.margin - 8 * mm
        canvas.saveState()
        canvas.setFont(self.design.font, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(self.design.margin, bottom, f"{self.manuscript.day.year} \u00b7 CC0")
        canvas.drawCentredString(self.design.page[0] / 2, bottom, label)
        canvas.restoreState()

    def story(self) -> list[Flowable]:
        """All that flows through the pages, front matter first."""
        flow = self.front_matter() if self.design.front else self.masthead()
        references = False
        blocks = list(self.manuscript.blocks)
        while blocks:
            block = blocks.pop(0)
            if block.kind is BlockKind.HEADING:
                references = block.text == REFERENCES
            if block.kind is BlockKind.CAPTION:
                flow.append(self.table(block, blocks.pop(0)))
            else:
                flow += self.set_block(block, references=references)
        return flow

    def masthead(self) -> list[Flowable]:
        """Title and byline at the top of the first page of a report."""
        text = self.manuscript
        byline = f"{text.author} \u00b7 {text.long_date} \u00b7 {text.kind.capitalize()}"
        return [self.paragraph(text.title, "title"), self.paragraph(byline, "byline")]

    def front_matter(self) -> list[Flowable]:
        """Set the roman-numbered pages: title and abstract, then a note and the contents."""
        text = self.manuscript
        flow: list[Flowable] = [
            Spacer(1, 22 * mm),
            self.paragraph(text.title, "title"),
            self.paragraph(text.author, "byline"),
            self.paragraph(f"{text.kind.capitalize()}, {text.long_date}", "byline"),
            Spacer(1, 6 * mm),
            self.paragraph("Abstract", "subheading"),
            self.paragraph(soften(text.abstract), "body"),
        ]
        if text.note:
            flow += [
                PageBreak(),
                self.paragraph("A note on the sources", "heading"),
                self.paragraph(soften(text.note), "body"),
            ]
        flow.append(self.paragraph("Contents", "subheading"))
        flow += [self.paragraph(heading, "contents") for heading in text.headings]
        return [*flow, NextPageTemplate("page"), PageBreak()]

    def set_block(self, block: Block, *, references: bool) -> list[Flowable]:
        """Set one block that is not a table."""
        if block.kind is BlockKind.HEADING:
            return [self.paragraph(block.text, "heading")]
        if block.kind is BlockKind.SUBHEADING:
            return [self.paragraph(block.text, "subheading")]
        if block.kind is BlockKind.BULLETS:
            return [self.paragraph(line, "item", DASH) for line in block.lines]
        if block.kind is BlockKind.NUMBERS:
            numbered = enumerate(block.lines, start=1)
            return [self.paragraph(line, "item", f"{number}.") for number, line in numbered]
        if references:
            return [self.paragraph(block.text, "reference")]
        return [self.paragraph(soften(block.text), "body")]

    def paragraph(self, text: str, style: str, bullet: str | None = None) -> Paragraph:
        """Set a paragraph with `*...*` as italics."""
        markup = re.sub(r"\*([^*]+)\*", r"<i>\1</i>", escape(text))
        return Paragraph(markup, self.styles[style], bulletText=bullet)

    def table(self, caption: Block, block: Block) -> KeepTogether:
        """Set a table under its caption; columns as wide as their longest cells ask for."""
        rows = block.rows
        heads = [[self.paragraph(cell, "head") for cell in rows[0]]]
        cells = [[self.paragraph(cell, "cell") for cell in row] for row in rows[1:]]
        weights = [min(30, max(11, *map(len, column))) for column in zip(*rows, strict=True)]
        room = self.design.page[0] - 2 * self.design.margin
        table = Table(
            heads + cells,
            colWidths=[room * weight / sum(weights) for weight in weights],
            style=_TABLE_STYLE,
            repeatRows=1,
        )
        above, below = Spacer(1, 2 * mm), Spacer(1, 3 * mm)
        return KeepTogether([above, self.paragraph(caption.text, "caption"), table, below])


_TABLE_STYLE = TableStyle(
    [
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.4, colors.black),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)


def _styles(design: Design) -> dict[str, ParagraphStyle]:
    """Paragraph styles by name, all grown from the body text."""
    size, centred = design.size, TA_CENTER if design.front else 0
    plain: dict[str, Any] = {"fontName": design.font, "fontSize": size, "leading": size * 1.3}
    small: dict[str, Any] = {**plain, "fontSize": size * 0.86, "leading": size * 1.08}
    bold: dict[str, Any] = {"fontName": design.bold, "keepWithNext": 1}
    big = {"fontSize": size * 1.8, "leading": size * 2.2, "alignment": centred, "spaceAfter": 10}
    indent = {"leftIndent": 16, "spaceAfter": 3}
    wide = {"spaceBefore": 9, "spaceAfter": 4, "fontSize": size * 1.2, "leading": size * 1.5}
    made: dict[str, dict[str, Any]] = {
        "body": {**plain, "alignment": TA_JUSTIFY, "spaceAfter": 5, "allowWidows": 0},
        "title": {**plain, "fontName": design.bold, **big},
        "byline": {**plain, "alignment": centred, "spaceAfter": 8},
        "heading": {**plain, **bold, **wide},
        "subheading": {**plain, **bold, "spaceBefore": 6, "spaceAfter": 3},
        "contents": {**plain, "leftIndent": 10},
        "item": {**plain, **indent, "bulletIndent": 3, "bulletFontName": design.font},
        "reference": {**small, "leftIndent": 14, "firstLineIndent": -14, "spaceAfter": 4},
        "caption": {**small, "fontName": design.bold, "spaceBefore": 5, "spaceAfter": 3},
        "head": {**small, "fontName": design.bold},
        "cell": small,
    }
    return {name: ParagraphStyle(name, **style) for name, style in made.items()}
