"""Gold evidence to spans of the documents in an index.

Cleaning joins hyphenated words, drops running heads and changes white space, dashes and quotation
marks, so evidence is looked for by its letters and digits alone, case and accents left off.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.types import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.evaluation.labels import Evidence, GoldQuestion
    from rag.store import Snapshot
    from rag.types import Document


@dataclass(frozen=True, slots=True)
class Located:
    """Where a document says what a piece of evidence quotes; several places when it repeats."""

    document: Document
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """The letters and digits of a text, and the offset in the text of each."""

    letters: str
    offsets: tuple[int, ...]


class Locator:
    """Finds evidence in one snapshot of an index. Texts and source files are read once."""

    def __init__(self, snapshot: Snapshot, sources: Mapping[str, Path]) -> None:
        """Look in *snapshot*.

        Args:
            snapshot: The index.
            sources: The source files by their names in the index, for evidence as raw offsets.
        """
        self._snapshot = snapshot
        self._sources = sources
        self._skeletons: dict[str, _Skeleton] = {}
        self._raw: dict[str, tuple[str, str]] = {}

    def locate(self, question: GoldQuestion) -> tuple[Located, ...]:
        """Return where each piece of evidence of *question* is, in their order.

        Raises:
            InputError: a document or a quote is not in the index; the message names both.
        """
        try:
            return tuple(self._place(item) for item in question.evidence)
        except InputError as error:
            message = f"Question {question.identifier}: {error}"
            raise InputError(message) from error

    def _place(self, evidence: Evidence) -> Located:
        document = self._snapshot.document(evidence.document)
        quote = self._quote(evidence)
        if document.name not in self._skeletons:
            self._skeletons[document.name] = _skeleton(document.text)
        spans = _occurrences(quote, document.text, self._skeletons[document.name])
        if not spans:
            message = f"Expected {quote!r} in {document.name}, but its text does not hold it."
            raise InputError(message)
        return Located(document, tuple(spans))

    def _quote(self, evidence: Evidence) -> str:
        if evidence.quote is not None:
            return evidence.quote
        text, sha256 = self._raw_text(evidence.document)
        if sha256 != evidence.sha256:
            message = (
                f"Expected {evidence.document} with SHA-256 {evidence.sha256}, but it has {sha256}: "
                "the offsets hold for another version of the file."
            )
            raise InputError(message)
        quote = text[evidence.start : evidence.end]
        if not any(char.isalnum() for char in quote):
            message = (
                f"Expected text at {evidence.start}-{evidence.end} of {evidence.document}, "
                f"but got {quote!r}."
            )
            raise InputError(message)
        return quote

    def _raw_text(self, name: str) -> tuple[str, str]:
        if name not in self._raw:
            path = self._sources.get(name)
            try:
                content = Path(path or name).read_bytes()
                text = content.decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                message = f"Expected the source of {name} in UTF-8 at {path}, but: {error}."
                raise InputError(message) from error
            self._raw[name] = (text, hashlib.sha256(content).hexdigest())
        return self._raw[name]


def find_quote(quote: str, text: str) -> list[Span]:
    """Return every place in *text* that has the letters and digits of *quote*, in order.

    Where some occurrences begin and end with whole words, only these count.

    >>> find_quote("co-operation", "Any cooperation is co-operation.")
    [Span(start=4, end=15), Span(start=19, end=31)]
    """
    return _occurrences(quote, text, _skeleton(text))


def _skeleton(text: str) -> _Skeleton:
    letters: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        for plain in unicodedata.normalize("NFKD", char).casefold():
            if plain.isalnum():
                letters.append(plain)
                offsets.append(offset)
    return _Skeleton("".join(letters), tuple(offsets))


def _occurrences(quote: str, text: str, skeleton: _Skeleton) -> list[Span]:
    wanted = _skeleton(quote).letters
    found: list[Span] = []
    position = skeleton.letters.find(wanted) if wanted else -1
    while position >= 0:
        last = position + len(wanted) - 1
        span = Span(skeleton.offsets[position], skeleton.offsets[last] + 1)
        found.append(_with_marks(quote, text, span))
        position = skeleton.letters.find(wanted, position + 1)
    whole = [span for span in found if _is_whole(text, span)]
    return whole or found


def _with_marks(quote: str, text: str, span: Span) -> Span:
    """Take in the closing marks that the quote ends with: its full stop, its quotation mark."""
    marks = len(quote) - len(quote.rstrip(_CLOSING))
    end = span.end
    while marks and end < len(text) and text[end] in _CLOSING:
        end += 1
        marks -= 1
    return Span(span.start, end)


_CLOSING = ".!?…:;)]\u201d\u2019\"'\u00bb"


def _is_whole(text: str, span: Span) -> bool:
    before = span.start == 0 or not text[span.start - 1].isalnum()
    after = span.end >= len(text) or not text[span.end].isalnum()
    return before and after
