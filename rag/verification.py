"""Answers re-checked against the source files.

A citation is held to its exact span and page in the file that it names by its SHA-256, and to the
title, author, date and kind that this file is read to have. Where the file has changed since, the
quote must still be somewhere in it, word for word.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answers_file import ERROR, read_answers
from rag.errors import IndexMissingError, InputError, LoadError
from rag.loading import Loader
from rag.models import file_sha256
from rag.quotes import CitationCheck, Outcome, check_quote, gives
from rag.types import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.answers_file import WrittenAnswer
    from rag.settings import LoadingSettings
    from rag.store import Snapshot, SourceFile, Store
    from rag.types import Citation, Document, Position, Sentence


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
    problems = list(answer.problems)
    if answer.status is not Status.ANSWERED:
        status = answer.status or ERROR
        if answer.sentences or answer.citations or answer.short_answer:
            problems.append(f"status is {status}, but there are sentences or citations")
    elif not answer.sentences:
        problems.append("status is answered, but there is no sentence")
    quotes = {citation.number: citation.quote for citation in answer.citations}
    if len(quotes) != len(answer.citations):
        problems.append("two citations have the same number")
    for position, sentence in enumerate(answer.sentences, start=1):
        problems += [
            f"sentence {position} {problem}" for problem in _sentence_problems(sentence, quotes)
        ]
    problems += [
        f"the value {position.value!r} in a disagreement {problem}"
        for disagreement in answer.disagreements
        for position in disagreement.positions
        for problem in _value_problems(position, quotes)
    ]
    if answer.text is not None and answer.text != answer.expected_text:
        problems.append("the text is not its sentences with their citations")
    if answer.short_answer and not any(
        gives(quote, answer.short_answer) for quote in quotes.values()
    ):
        problems.append(f"the short answer {answer.short_answer!r} is in no quote")
    return problems


def _sentence_problems(sentence: Sentence, quotes: dict[int, str]) -> list[str]:
    problems = _number_problems(sentence.citations, quotes)
    if problems:
        return problems
    cited = [quotes[number] for number in sentence.citations]
    if sentence.text not in {*cited, " ".join(cited)}:
        return ["is not what its citations quote"]
    return []


def _value_problems(position: Position, quotes: dict[int, str]) -> list[str]:
    problems = _number_problems(position.citations, quotes)
    cited = [quotes[number] for number in position.citations if number in quotes]
    if not problems and not any(gives(quote, position.value) for quote in cited):
        return ["is in no quote that it cites"]
    return problems


def _number_problems(numbers: Sequence[int], quotes: dict[int, str]) -> list[str]:
    if not numbers:
        return ["has no citation"]
    return [f"cites [{n}], which does not exist" for n in numbers if n not in quotes]


class _Sources:
    """The source files as they are now, each hashed and read once."""

    def __init__(self, files: list[SourceFile], snapshot: Snapshot, loader: Loader) -> None:
        self._files = {file.name: file for file in files}
        self._snapshot = snapshot
        self._loader = loader
        self._sha256: dict[str, str] = {}
        self._reloaded: dict[str, Document] = {}

    def find(self, citation: Citation) -> SourceFile | None:
        """Return the file that had the cited bytes, the cited name first, else the one so named."""
        names = (citation.document, *citation.other_names)
        named = [self._files[name] for name in names if name in self._files]
        known = (*named, *self._files.values())
        same = [file for file in known if file.sha256 == citation.sha256]
        return next((file for file in (*same, *named) if _is_there(Path(file.path))), None)

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


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that may not be entered; reading it says so
        return True


def _check_citation(citation: Citation, sources: _Sources) -> CitationCheck:
    file = sources.find(citation)
    if file is None:
        problem = "no file of that name or hash is left"
        return CitationCheck(
            citation, Outcome.MISSING_SOURCE, citation.document, problems=(problem,)
        )
    try:
        document = sources.document(file)
    except (LoadError, OSError) as error:
        problem = f"the file cannot be read: {error}"
        return CitationCheck(citation, Outcome.MISSING_SOURCE, file.name, problems=(problem,))
    check = check_quote(citation, file.name, document)
    if file.name != citation.document:
        check = replace(check, notes=(f"the file is now called {file.name}", *check.notes))
    return check
