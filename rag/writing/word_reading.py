"""Word reports read back, by their styles: what people see is what is checked."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from lxml import etree

from rag.errors import InputError
from rag.writing.marks import Draft, Note, Version, disagreement_in, sentences_in
from rag.writing.word import DOCUMENT_PART, FOOTNOTES_PART
from rag.writing.word_styles import NAMESPACE, CharacterStyle, ParagraphStyle
from rag.writing.wording import SAME_FILE, TABLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.answers_file import WrittenAnswer
    from rag.writing.marks import Token

STYLES_PART = "word/styles.xml"
_W = f"{{{NAMESPACE}}}"


def read_word(content: bytes, source: str) -> Iterator[WrittenAnswer]:
    """Yield the answers of a Word report.

    Paragraphs of other styles, such as a reader's own remarks, are passed over.

    Raises:
        InputError: it is no Word file.
    """
    report = _Report(content, source)
    sources, notes = report.sources(), report.notes()
    for draft in report.drafts():
        yield draft.written(notes, sources)


class _Report:
    """The parts of a Word file."""

    def __init__(self, content: bytes, source: str) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                self._body = _parsed(package.read(DOCUMENT_PART))
                self._footnotes = _parsed(package.read(FOOTNOTES_PART))
                styles = _parsed(package.read(STYLES_PART))
        except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
            message = f"Expected a Word report of answers in {source}, but: {error}."
            raise InputError(message) from error
        self._styles = {
            style.get(f"{_W}styleId"): style.find(f"{_W}name").get(f"{_W}val")
            for style in styles.iter(f"{_W}style")
            if style.find(f"{_W}name") is not None
        }
        marks = (item.get(f"{_W}id") for item in self._body.iter(f"{_W}footnoteReference"))
        self._numbers = {identifier: number for number, identifier in enumerate(marks, start=1)}

    def drafts(self) -> Iterator[Draft]:
        """Yield the answers without their notes."""
        draft: Draft | None = None
        for paragraph in self._body.iter(f"{_W}p"):
            style = self._style_of(paragraph, "p")
            if style == ParagraphStyle.QUESTION:
                if draft is not None:
                    yield draft
                draft = self._begun(paragraph, 1 if draft is None else draft.line + 1)
            elif draft is not None:
                self._add(paragraph, style, draft)
        if draft is not None:
            yield draft

    def notes(self) -> dict[int, Note]:
        """Return the footnotes by the number that people see."""
        found = {}
        for note in self._footnotes.iter(f"{_W}footnote"):
            number = self._numbers.get(note.get(f"{_W}id"))
            if number is not None:
                styles = (
                    CharacterStyle.DOCUMENT,
                    CharacterStyle.VERSION,
                    CharacterStyle.PAGE,
                    CharacterStyle.SPAN,
                    CharacterStyle.QUOTE,
                )
                texts = [self._text(note, style) for style in styles]
                found[number] = Note(texts[0], texts[1].strip(", "), *texts[2:])
        return found

    def sources(self) -> dict[str, list[Version]]:
        """Return the rows of the table of sources by document."""
        found: dict[str, list[Version]] = {}
        for table in self._body.iter(f"{_W}tbl"):
            rows = [
                [[_plain(line) for line in cell.iter(f"{_W}p")] for cell in row.iter(f"{_W}tc")]
                for row in table.iter(f"{_W}tr")
            ]
            if rows and ["".join(cell) for cell in rows[0]] == list(TABLE_NAMES):
                for _, _, files, hashes in (row for row in rows[1:] if len(row) == len(rows[0])):
                    others = tuple(name.removeprefix(SAME_FILE) for name in files[1:])
                    found.setdefault(files[0], []).append(Version("".join(hashes).strip(), others))
        return found

    def _begun(self, paragraph: Any, number: int) -> Draft:
        question = "".join(
            text for style, text in self._runs(paragraph) if style != CharacterStyle.NUMBER
        )
        return Draft(number, f"question {number}", question)

    def _add(self, paragraph: Any, style: str | None, draft: Draft) -> None:
        match style:
            case ParagraphStyle.DETAILS:
                draft.name = self._text(paragraph, CharacterStyle.IDENTIFIER) or draft.name
            case ParagraphStyle.SHORT_ANSWER:
                draft.short_answer = _plain(paragraph)
            case ParagraphStyle.DISAGREEMENT:
                tokens = self._tokens(paragraph)
                draft.disagreements.append(disagreement_in(tokens, draft.question))
            case ParagraphStyle.ANSWER:
                draft.sentences += sentences_in(self._tokens(paragraph))
            case ParagraphStyle.NOT_FOUND:
                draft.not_found = True
            case ParagraphStyle.ERROR:
                draft.error = _plain(paragraph)
            case _:
                return

    def _tokens(self, paragraph: Any) -> Iterator[Token]:
        """Yield the text and marks of a paragraph; a repeated mark is a field with its number."""
        for run in paragraph.iter(f"{_W}r"):
            reference = run.find(f"{_W}footnoteReference")
            text = _plain(run)
            if reference is not None:
                yield self._numbers[reference.get(f"{_W}id")]
            elif self._style_of(run, "r") != CharacterStyle.MARK:
                yield text
            elif text.strip().isdecimal():
                yield int(text)

    def _text(self, element: Any, style: CharacterStyle) -> str:
        return "".join(text for found, text in self._runs(element) if found == style)

    def _runs(self, element: Any) -> Iterator[tuple[str | None, str]]:
        for run in element.iter(f"{_W}r"):
            yield self._style_of(run, "r"), _plain(run)

    def _style_of(self, element: Any, kind: str) -> str | None:
        style = element.find(f"{_W}{kind}Pr/{_W}{kind}Style")
        return None if style is None else self._styles.get(style.get(f"{_W}val"))


def _parsed(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))


def _plain(element: Any) -> str:
    """Return the text of an element; deleted text, which is no ``w:t``, is left out."""
    return "".join(
        "\n" if item.tag == f"{_W}br" else item.text or ""
        for item in element.iter(f"{_W}t", f"{_W}br")
    )
