"""Markdown files, read from the token stream of markdown-it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from rag.loading.encodings import decode
from rag.loading.front_matter import split_front_matter
from rag.loading.raised import raised
from rag.loading.raw import RawBlock, RawDocument, RawPage
from rag.types import CELL_SEPARATOR, BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_TAG = re.compile(r"<!--.*?-->|<[/a-zA-Z!?][^>]*>", re.DOTALL)
_OPENS_RAISED = re.compile(r"<sup\b", re.IGNORECASE)
_RAISED = re.compile(r"<sup\b[^>]*>(.*?)</sup\s*>", re.DOTALL | re.IGNORECASE)
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n(?: {4}|\t).*)*)", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^[^\]\s]+\]")
_ATTRIBUTES = re.compile(r"\s*\{[#.][^}]*\}\s*$")


def read(content: bytes) -> RawDocument:
    """Return the blocks of a Markdown file, without markup."""
    text = decode(content).replace("\r\n", "\n").replace("\r", "\n")
    declared, dropped, text = split_front_matter(text)
    notes = [RawBlock((_plain(note[2]),), BlockKind.REFERENCE) for note in _NOTE.finditer(text)]
    # Taken out first: to the parser a footnote is a link definition, which it swallows.
    text = _NOTE.sub("", text)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    blocks = _Walk(parser.parse(text)).blocks
    return RawDocument(
        pages=(RawPage(1, (*blocks, *notes)),),
        marked=True,
        declared=declared,
        dropped=tuple(dropped),
    )


class _Walk:
    """One pass over the tokens, which nest by open and close."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.blocks: list[RawBlock] = []
        self._lists = 0
        self._group = 0
        self._level = 0
        self._cells: list[str] = []
        self._in_cell = False
        for token in tokens:
            self._take(token)

    def _take(self, token: Token) -> None:
        if token.nesting:
            self._enter_or_leave(token)
        elif token.type == "inline":
            self._take_inline(_inline(token.children or []))
        elif token.type in {"fence", "code_block"}:
            self._add(" ".join(token.content.split()), BlockKind.PARAGRAPH)
        elif token.type == "html_block":
            self._add(_plain(token.content), BlockKind.PARAGRAPH)

    def _enter_or_leave(self, token: Token) -> None:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            self._group += self._lists == 0
            self._lists += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._lists -= 1
        elif token.type == "heading_open":
            self._level = int(token.tag[1:])
        elif token.type == "table_open":
            self._group += 1
        elif token.tag in {"th", "td"}:
            self._in_cell = token.nesting > 0
        elif token.type == "tr_close":
            self._add(CELL_SEPARATOR.join(self._cells), BlockKind.TABLE_ROW)
            self._cells = []

    def _take_inline(self, text: str) -> None:
        if self._in_cell:
            self._cells.append(_one_line(text))
        elif self._level:
            self._add(_ATTRIBUTES.sub("", text), BlockKind.HEADING)
            self._level = 0
        elif self._lists:
            self._add(text, BlockKind.LIST_ITEM)
        else:
            self._add(text, BlockKind.PARAGRAPH)

    def _add(self, text: str, kind: BlockKind) -> None:
        lines = tuple(text.split("\n")) if kind is BlockKind.PARAGRAPH else (_one_line(text),)
        if text.strip():
            level = self._level if kind is BlockKind.HEADING else 0
            self.blocks.append(RawBlock(lines, kind, level, self._group))


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    opened: int | None = None
    for token in tokens:
        if token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
        elif token.type == "html_inline" and _OPENS_RAISED.match(token.content):
            opened = len(parts)
        elif opened is not None and token.content.lower().startswith("</sup"):
            parts[opened:] = [raised("".join(parts[opened:]))]
            opened = None
        elif token.type in {"softbreak", "hardbreak"} or (
            token.type == "html_inline" and token.content.lower().startswith("<br")
        ):
            parts.append("\n")
    return _NOTE_MARK.sub("", "".join(parts)).strip()


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def _plain(markup: str) -> str:
    markup = _RAISED.sub(_raised_markup, markup)
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _raised_markup(match: re.Match[str]) -> str:
    """A raised number without its tags; anything else as it stands."""
    text = _TAG.sub("", match[1])
    return match[0] if raised(text) == text else raised(text)
