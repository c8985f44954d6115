"""Answers re-checked against the source files.

A citation is held to its exact span and page in the file that it names by its SHA-256. Where the
file has changed since, the quote must still be somewhere in it, word for word.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answers_file import read_answers
from rag.errors import IndexMissingError, InputError, LoadError
from rag.evidence import quotable_spans
from rag.loading import Loader
from rag.models import file_sha256
from rag.types import Block, BlockKind, Span, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.answers_file import WrittenAnswer
    from rag.settings import LoadingSettings
    from rag.store import Snapshot, SourceFile, Store
    from rag.types import Citation, Document, Page, Sentence

SIMILAR = 0.5
"""Share of equal words (0..1) from which on a sentence is shown as what a quote became."""
_COMPARED_SENTENCES = 10


class Outcome(StrEnum):
    """What became of a quote."""

    INTACT = "intact"
    MOVED = "moved"
    """The same words are elsewhere in the document, or on another page."""
    ALTERED = "altered"
    MISSING_SOURCE = "missing source"


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """A citation and what its source says now.

    ``document`` is where it was looked for: the cited name, or another one of the same bytes.
    ``span`` and ``page`` are where the quote, or what it became, is now; ``found`` is what it
    became and ``difference`` marks ``[-old-]`` and ``{+new+}`` words. ``problems`` make the
    citation fail, ``notes`` do not.
    """

    citation: Citation
    outcome: Outcome
    document: str
    span: Span | None = None
    page: Page | None = None
    found: str | None = None
    difference: str | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the quote stands."""
        return self.outcome in {Outcome.INTACT, Outcome.MOVED} and not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the check as JSON."""
        return {
            "n": self.citation.number,
            "document": self.citation.document,
            "quote": self.citation.quote,
            "passed": self.passed,
            "outcome": self.outcome.value,
            "found_in": self.document,
            "start": self.span.start if self.span else None,
            "end": self.span.end if self.span else None,
            "page": _number(self.page),
            "found": self.found,
            "difference": self.difference,
            "problems": list(self.problems),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """An answer, its citations, and ``problems`` of the answer as a whole."""

    answer: WrittenAnswer
    citations: tuple[CitationCheck, ...]
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the answer and all its quotes stand."""
        return not self.problems and all(check.passed for check in self.citations)

    def to_dict(self) -> dict[str, Any]:
        """Return the check as JSON."""
        return {
            "id": self.answer.identifier,
            "line": self.answer.line,
            "question": self.answer.question,
            "passed": self.passed,
            "problems": list(self.problems),
            "citations": [check.to_dict() for check in self.citations],
        }


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The checks of all answers in a file, in its order."""

    answers: tuple[AnswerCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether everything stands."""
        return all(answer.passed for answer in self.answers)

    @property
    def exit_code(self) -> int:
        """0 when everything stands, else 1."""
        return 0 if self.passed else 1

    @property
    def outcomes(self) -> dict[str, int]:
        """How many citations had each outcome."""
        found = Counter(check.outcome for answer in self.answers for check in answer.citations)
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def failed(self) -> int:
        """How many citations fail."""
        return sum(not check.passed for answer in self.answers for check in answer.citations)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "passed": self.passed,
            "answers": len(self.answers),
            "citations": sum(self.outcomes.values()),
            "failed": self.failed,
            "outcomes": self.outcomes,
            "results": [answer.to_dict() for answer in self.answers],
        }


def verify_file(path: Path, store: Store, settings: LoadingSettings) -> VerificationReport:
    """Re-check every quote of an answers file; see `verify_answers`.

    Raises:
        InputError: the file cannot be read or does not hold answers; names the line.
        IndexMissingError: there is no index.
    """
    return verify_answers(read_answers(path), store, settings)


def verify_answers(
    answers: Iterable[WrittenAnswer], store: Store, settings: LoadingSettings
) -> VerificationReport:
    """Re-check every quote against its source file.

    Args:
        answers: What was written down.
        store: Knows where the source files are, and the text of those that did not change.
        settings: Limits for reading those that did.

    Raises:
        IndexMissingError: there is no index.
        IndexDamagedError: a part of the index is missing or changed.
    """
    if store.manifest() is None:
        message = f"Expected an index called {store.name}, but there is none. Run rag index first."
        raise IndexMissingError(message)
    with store.snapshot() as snapshot, Loader(settings) as loader:
        sources = _Sources(store.files(), snapshot, loader)
        return VerificationReport(
            tuple(
                AnswerCheck(
                    answer,
                    tuple(_check_citation(citation, sources) for citation in answer.citations),
                    tuple(answer_problems(answer)),
                )
                for answer in answers
            )
        )


def answer_problems(answer: WrittenAnswer) -> list[str]:
    """Return where an answer breaks the rules that hold for every answer."""
    problems = []
    if answer.status is Status.NOT_FOUND:
        if answer.sentences or answer.citations or answer.short_answer:
            problems.append("status is not_found, but there are sentences or citations")
    elif not answer.sentences:
        problems.append("status is answered, but there is no sentence")
    quotes = {citation.number: citation.quote for citation in answer.citations}
    if len(quotes) != len(answer.citations):
        problems.append("two citations have the same number")
    for position, sentence in enumerate(answer.sentences, start=1):
        problems += [
            f"sentence {position} {problem}" for problem in _sentence_problems(sentence, quotes)
        ]
    rendered = " ".join(
        f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}"
        for sentence in answer.sentences
    )
    if answer.text is not None and answer.text != rendered:
        problems.append("the text is not its sentences with their citations")
    if answer.short_answer and not any(
        answer.short_answer.casefold() in quote.casefold() for quote in quotes.values()
    ):
        problems.append(f"the short answer {answer.short_answer!r} is in no quote")
    return problems


def difference(old: str, new: str) -> str:
    """Return *new* with what changed, word by word: ``It has [-34-] {+41+} members.``."""
    before, after = old.split(), new.split()
    parts = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            parts += before[i1:i2]
            continue
        if i2 > i1:
            parts.append(f"[-{' '.join(before[i1:i2])}-]")
        if j2 > j1:
            parts.append(f"{{+{' '.join(after[j1:j2])}+}}")
    return " ".join(parts)


def _sentence_problems(sentence: Sentence, quotes: dict[int, str]) -> list[str]:
    if not sentence.citations:
        return ["has no citation"]
    missing = [number for number in sentence.citations if number not in quotes]
    if missing:
        return [f"cites [{number}], which does not exist" for number in missing]
    cited = [quotes[number] for number in sentence.citations]
    if sentence.text not in {*cited, " ".join(cited)}:
        return ["is not what its citations quote"]
    return []


class _Sources:
    """The source files as they are now, each hashed and read once."""

    def __init__(self, files: list[SourceFile], snapshot: Snapshot, loader: Loader) -> None:
        self._files = {file.name: file for file in files}
        self._snapshot = snapshot
        self._loader = loader
        self._sha256: dict[str, str] = {}
        self._reloaded: dict[str, Document] = {}

    def find(self, citation: Citation) -> SourceFile | None:
        """Return the cited file; where it is gone, another one that had the same bytes."""
        names = [citation.document, *citation.other_names]
        names += [file.name for file in self._files.values() if file.sha256 == citation.sha256]
        known = [self._files[name] for name in names if name in self._files]
        return next((file for file in known if Path(file.path).is_file()), None)

    def sha256(self, file: SourceFile) -> str:
        """Return the hash of the file's bytes now."""
        if file.path not in self._sha256:
            self._sha256[file.path] = file_sha256(Path(file.path))
        return self._sha256[file.path]

    def document(self, file: SourceFile) -> Document:
        """Return the text: the catalog's where the bytes did not change, else read again."""
        try:
            kept = self._snapshot.document(file.name)
        except InputError:
            kept = None  # it was skipped when it was indexed
        if kept is not None and kept.sha256 == self.sha256(file):
            return kept
        if file.path not in self._reloaded:
            self._reloaded[file.path] = self._loader.load(Path(file.path), file.name)
        return self._reloaded[file.path]


def _check_citation(citation: Citation, sources: _Sources) -> CitationCheck:
    file = sources.find(citation)
    if file is None:
        problem = "no file of that name or hash is left"
        return CitationCheck(
            citation, Outcome.MISSING_SOURCE, citation.document, problems=(problem,)
        )
    try:
        sha256, document = sources.sha256(file), sources.document(file)
    except (LoadError, OSError) as error:
        problem = f"the file cannot be read: {error}"
        return CitationCheck(citation, Outcome.MISSING_SOURCE, file.name, problems=(problem,))
    notes = []
    if file.name != citation.document:
        notes.append(f"the file is now called {file.name}")
    same_bytes = sha256 == citation.sha256
    if not same_bytes:
        notes.append(f"wrong hash: {citation.sha256} is cited, but the file has {sha256}")
    check = _located(citation, file.name, document) or _altered(citation, file.name, document)
    problems = _mismatches(check) if same_bytes else []
    return replace(check, problems=tuple(problems), notes=tuple(notes))


def _located(citation: Citation, name: str, document: Document) -> CitationCheck | None:
    """Return where the quote is word for word, at its span or nearest to it."""
    span, quote = citation.span, citation.quote
    at_span = quote and 0 <= span.start < span.end and document.slice(span) == quote
    if not at_span:
        places = [match.start() for match in re.finditer(re.escape(quote), document.text)]
        if not quote or not places:
            return None
        start = min(places, key=lambda place: (abs(place - span.start), place))
        span = Span(start, start + len(quote))
    page = document.page_at(span.start)
    stays = at_span and _number(page) == _number(citation.page)
    outcome = Outcome.INTACT if stays else Outcome.MOVED
    return CitationCheck(citation, outcome, name, span, page)


def _altered(citation: Citation, name: str, document: Document) -> CitationCheck:
    """Return the sentence that is nearest to a quote that is no longer there."""
    span = _nearest(citation.quote, document)
    if span is None:
        return CitationCheck(citation, Outcome.ALTERED, name)
    found = document.slice(span)
    return CitationCheck(
        citation,
        Outcome.ALTERED,
        name,
        span,
        document.page_at(span.start),
        found,
        difference(citation.quote, found),
    )


def _mismatches(check: CitationCheck) -> list[str]:
    """Return what a citation says wrongly of a file that has not changed."""
    citation, problems = check.citation, []
    if check.outcome is Outcome.ALTERED:
        problems.append("the file has not changed, and the quote is not in it")
    elif check.span != citation.span:
        problems.append(f"wrong span: {citation.span.start}-{citation.span.end} is cited")
    elif _number(check.page) != _number(citation.page):
        problems.append(f"page mismatch: {_number(citation.page)} is cited")
    elif citation.page and check.page and citation.page.label != check.page.label:
        problems.append(f"page mismatch: label {citation.page.label!r} is cited")
    return problems


def _number(page: Page | None) -> int | None:
    return page.number if page else None


def _nearest(quote: str, document: Document) -> Span | None:
    """Return the sentence that shares the most words with *quote*, None where none is similar."""
    words = quote.split()
    blocks = document.blocks or (Block(BlockKind.PARAGRAPH, Span(0, len(document.text))),)
    spans = [span for block in blocks for span in quotable_spans(document, block)]

    def shared(span: Span) -> tuple[float, int]:
        own = document.slice(span).split()
        common = (Counter(words) & Counter(own)).total()
        return -common / (len(words) + len(own) or 1), span.start

    def ratio(span: Span) -> float:
        own = document.slice(span).split()
        return difflib.SequenceMatcher(None, words, own, autojunk=False).ratio()

    candidates = sorted(spans, key=shared)[:_COMPARED_SENTENCES]
    best = max(candidates, key=ratio, default=None)
    return best if best is not None and ratio(best) >= SIMILAR else None
