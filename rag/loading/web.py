"""Web pages: the main text through trafilatura, and what it left out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

from rag.errors import DamagedError, EmptyError
from rag.loading.encodings import decode
from rag.loading.raised import raised
from rag.loading.raw import RawBlock, RawDocument, RawPage
from rag.loading.rows import row_lines
from rag.loading.web_body import main_body
from rag.loading.web_metadata import declared_metadata
from rag.types import BlockKind, Dropped

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARSET = re.compile(
    rb"""<(?:meta[^>]*charset|\?xml[^>]*encoding)\s*=\s*["']?([\w-]+)""", re.IGNORECASE
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_MARKUP = re.compile(r"<[a-zA-Z!?/]")
_BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "label",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "head", "svg", "iframe"})
_REGIONS = ("nav", "footer", "aside", "form", "header")
_HEAD_BYTES = 4096
_BREAK = "\0"
"""Where a line of a paragraph ends; what is read has no such character."""


def read(content: bytes) -> RawDocument:
    """Return the blocks of a web page's main text.

    Raises:
        DamagedError: there is no markup, or it cannot be parsed.
        EmptyError: the page has no text.
    """
    charset = _CHARSET.search(content[:_HEAD_BYTES])
    text = decode(content, charset[1].decode("ascii") if charset else None)
    text = _XML_DECLARATION.sub("", text.replace("\0", ""))
    if not text.strip():
        message = "Expected a web page, but the file is empty."
        raise EmptyError(message)
    tree = _parse(text)
    blocks = list(_Walk(main_body(tree)).blocks)
    title = _page_title(tree, blocks)
    if title is not None:
        blocks.insert(0, title)
    return RawDocument(
        pages=(RawPage(1, tuple(blocks)),),
        marked=True,
        declared=declared_metadata(tree),
        dropped=tuple(_left_out(tree, blocks)),
        default_kind="web article",
    )


def _parse(text: str) -> lxml_html.HtmlElement:
    if not _MARKUP.search(text):
        message = "Expected a web page, but there is no markup in it; the file may be damaged."
        raise DamagedError(message)
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        message = f"Expected a web page, but it cannot be parsed: {error}."
        raise DamagedError(message) from error
    _raise_numbers(tree)
    return tree


def _raise_numbers(tree: lxml_html.HtmlElement) -> None:
    """Write raised numbers as such, before extraction takes the markup off."""
    for element in tree.iter("sup"):
        text = "".join(element.itertext())
        if raised(text) == text:
            continue
        for part in element.iter():
            part.text = raised(part.text or "")
            if part is not element:
                part.tail = raised(part.tail or "")


class _Walk:
    """From trafilatura's tree (head, p, list, item, table, row, cell, quote) to blocks."""

    def __init__(self, body: etree._Element) -> None:
        self.blocks: list[RawBlock] = []
        self._group = 0
        self._after_term = False
        self._rows: dict[etree._Element, str] = {}
        self._walk(body)

    def _walk(self, element: etree._Element, kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        """Add the blocks of an element; text outside inner blocks is a block of its own."""
        inline: list[str] = [element.text or ""]
        for child in element:
            if child.tag in {"head", "p", "list", "item", "table", "row", "quote", "code"}:
                self._add("".join(inline), kind)
                inline = []
                self._walk_block(child, kind)
            elif child.tag == "lb":
                inline.append(_BREAK)
            elif child.tag not in {"graphic", "fw"}:
                inline.append("".join(child.itertext()))
            inline.append(child.tail or "")
        self._add("".join(inline), kind)

    def _walk_block(self, element: etree._Element, kind: BlockKind) -> None:
        if element.tag == "head":
            level = element.get("rend", "h2")[-1]
            self._add(_text_of(element), BlockKind.HEADING, int(level) if level.isdigit() else 2)
        elif element.tag == "table":
            self._group += kind is BlockKind.PARAGRAPH
            rows = element.findall("row")
            self._rows.update(zip(rows, row_lines([_cells(row) for row in rows]), strict=True))
            self._walk(element, kind)
        elif element.tag == "row":
            line = self._rows.get(element) or row_lines([_cells(element)])[0]
            self._add(line, BlockKind.TABLE_ROW)
        elif element.tag == "item":
            self._item(element)
        else:
            self._group += element.tag == "list" and kind is BlockKind.PARAGRAPH
            self._walk(element, kind)

    def _item(self, element: etree._Element) -> None:
        """Add a list item; a term and its definition are one."""
        rank = element.get("rend", "")
        place = len(self.blocks)
        self._walk(element, BlockKind.LIST_ITEM)
        if self._after_term and rank.startswith("dd") and len(self.blocks) > place:
            term, definition = self.blocks[place - 1 : place + 1]
            whole = f"{term.lines[0]} {definition.lines[0]}"
            self.blocks[place - 1 : place + 1] = [replace(definition, lines=(whole,))]
        self._after_term = rank.startswith("dt") and len(self.blocks) == place + 1

    def _add(self, text: str, kind: BlockKind, level: int = 0) -> None:
        parted = kind is BlockKind.PARAGRAPH
        lines = text.split(_BREAK) if parted else [text.replace(_BREAK, " ")]
        lines = [" ".join(line.split()) for line in lines]
        if any(lines):
            self.blocks.append(RawBlock(tuple(filter(None, lines)), kind, level, self._group))


def _cells(row: etree._Element) -> list[str]:
    return [" ".join(_text_of(cell).split()) for cell in row.findall("cell")]


def _text_of(element: etree._Element) -> str:
    """All text of an element, with a space where a line or an inner block ends."""
    parts = [element.text or ""]
    for child in element.iterdescendants():
        parts.append(" " if child.tag in {"lb", "p", "item", "row", "cell", "head"} else "")
        parts.append(child.text or "")
        parts.append(" " if child.tag in {"p", "item", "cell"} else "")
        parts.append(child.tail or "")
    return "".join(parts)


def _page_title(tree: lxml_html.HtmlElement, blocks: list[RawBlock]) -> RawBlock | None:
    """The page's only first-level heading, where extraction lost it with the page header."""
    headings = [" ".join(heading.text_content().split()) for heading in tree.iter("h1")]
    if len(headings) != 1 or not headings[0]:
        return None
    if any(_key(block.lines[0]) == _key(headings[0]) for block in blocks[:5]):
        return None
    return RawBlock((headings[0],), BlockKind.HEADING, 1)


def _left_out(tree: lxml_html.HtmlElement, blocks: list[RawBlock]) -> Iterator[Dropped]:
    """What the page shows and the blocks do not have, neighbours together."""
    kept = _key(" ".join(line for block in blocks for line in block.lines))
    region, texts = "", list[str]()
    for element in tree.iter(etree.Element):
        text = _own_text(element)
        if not text or _key(text) in kept:
            continue
        here = _region(element)
        if texts and here != region:
            yield Dropped(f"outside the main text ({region})", " · ".join(texts)[:200])
            texts = []
        region = here
        texts.append(text)
    if texts:
        yield Dropped(f"outside the main text ({region})", " · ".join(texts)[:200])


def _own_text(element: lxml_html.HtmlElement) -> str:
    """The text of a block element without that of the blocks inside it."""
    if element.tag not in _BLOCK_TAGS:
        return ""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in _BLOCK_TAGS and child.tag not in _SILENT_TAGS:
            parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _region(element: lxml_html.HtmlElement) -> str:
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in _REGIONS:
            return str(ancestor.tag)
        label = f"{ancestor.get('class', '')} {ancestor.get('id', '')}".lower()
        for word in ("cookie", "comment", "share", "nav", "menu", "footer", "related"):
            if word in label:
                return word
    return "page"


def _key(text: str) -> str:
    """Text without spaces, so that line breaks make no difference."""
    return "".join(text.split())
