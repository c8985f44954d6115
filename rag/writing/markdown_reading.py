"""Markdown reports read back: what people see is what is checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.presentation import NOT_FOUND
from rag.writing.markdown import NO_ANSWER, SOURCES
from rag.writing.marks import Draft, Note, Version, disagreement_in, sentences_in
from rag.writing.wording import DIFFER, SAME_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.answers_file import WrittenAnswer
    from rag.writing.marks import Token

_HEADING = re.compile(r"## (\d+)\. ?(.*)")
_NOTE = re.compile(r"\[\^(\d+)\]: (.*?)(characters \d+–\d+): “(.*)”\s*")
_ROW = re.compile(r"\| \d+ \| .* \| (.*) \| `([0-9a-f]{64})` \|\s*")
_CODE = re.compile(r"\\.|(?P<fence>`+)(?P<text>.+?)(?<!`)(?P=fence)(?!`)")
_TOKEN = re.compile(
    r"\\(?P<escaped>[^\sA-Za-z0-9])|\[\^(?P<mark>\d+)\]|(?P<line><br>)|(?P<plain>.)", re.DOTALL
)
_SHORT = re.compile(r"\*\*(.*)\*\*")


def read_markdown(content: bytes, source: str) -> Iterator[WrittenAnswer]:
    """Yield the answers of a Markdown report.

    Lines that no report has, such as a reader's own remarks without notes, are passed over.

    Raises:
        InputError: it is no text in UTF-8.
    """
    try:
        lines = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        message = f"Expected a Markdown report in UTF-8 in {source}, but {error.reason}."
        raise InputError(message) from error
    end = lines.index(SOURCES) if SOURCES in lines else len(lines)
    sources = _sources(lines[end:])
    notes = dict(_note(match) for line in lines if (match := _NOTE.fullmatch(line)))
    for draft in _drafts(lines[:end]):
        yield draft.written(notes, sources)


def _drafts(lines: list[str]) -> Iterator[Draft]:
    draft: Draft | None = None
    for number, line in enumerate(lines, start=1):
        heading = _HEADING.fullmatch(line)
        if heading:
            if draft is not None:
                yield draft
            draft = Draft(number, f"question {heading[1]}", _unescaped(heading[2]))
        elif draft is not None:
            _add(line, draft)
    if draft is not None:
        yield draft


def _add(line: str, draft: Draft) -> None:
    short = _SHORT.fullmatch(line)
    if line.startswith(NO_ANSWER):
        draft.error = _unescaped(line.removeprefix(NO_ANSWER))
    elif line == NOT_FOUND:
        draft.not_found = True
    elif short:
        draft.short_answer = _unescaped(short[1])
    elif line.startswith(f"*{DIFFER}"):
        tokens = _tokens(line.removeprefix("*").removesuffix("*"))
        draft.disagreements.append(disagreement_in(tokens, draft.question))
    elif line.startswith("*`"):
        draft.name = _last_code(line.split(" · ", maxsplit=1)[0])[0] or draft.name
    elif not line.startswith(("[^", ">", "*")) and any(
        isinstance(token, int) for token in _tokens(line)
    ):
        draft.sentences += sentences_in(_tokens(line))


def _note(match: re.Match[str]) -> tuple[int, Note]:
    document, rest = _last_code(match[2])
    version = re.search(r"\b[0-9a-f]{8}\b", rest.split(" p. ")[0])
    found = version[0] if version else ""
    return int(match[1]), Note(document, found, _unescaped(rest), match[3], _unescaped(match[4]))


def _sources(lines: list[str]) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for line in lines:
        row = _ROW.fullmatch(line)
        if row:
            first, *others = row[1].replace("\\|", "|").split("<br>")
            names = tuple(_last_code(name.removeprefix(SAME_FILE))[0] for name in others)
            found.setdefault(_last_code(first)[0], []).append(Version(row[2], names))
    return found


def _last_code(text: str) -> tuple[str, str]:
    """Return the last code span of *text* and what follows it."""
    spans = [match for match in _CODE.finditer(text) if match["fence"]]
    if not spans:
        return "", text
    code = spans[-1]["text"]
    if code.startswith(" `") or code.endswith("` "):
        code = code[1:-1]
    return code, text[spans[-1].end() :]


def _unescaped(text: str) -> str:
    return "".join(token for token in _tokens(text) if isinstance(token, str))


def _tokens(text: str) -> Iterator[Token]:
    """Yield text and the numbers of marks, in order."""
    plain = ""
    for match in _TOKEN.finditer(text):
        if match["mark"] is None:
            plain += "\n" if match["line"] else match["escaped"] or match["plain"]
            continue
        if plain:
            yield plain
        plain = ""
        yield int(match["mark"])
    if plain:
        yield plain
