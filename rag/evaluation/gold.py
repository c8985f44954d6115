"""Reading and checking a file of gold questions.

A file holds JSON Lines, one question a line; ``eval/gold/README.md`` describes the keys. Evidence
is a place in a source file, never a chunk, so that chunking can change without new labels.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import InputError
from rag.evaluation.answers import normalised
from rag.evaluation.labels import Evidence, Gold, GoldQuestion, Kind, Split

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_Member = TypeVar("_Member", bound=StrEnum)

_KEYS = frozenset(
    {
        "accepted",
        "answers",
        "evidence",
        "groups",
        "history",
        "id",
        "kind",
        "note",
        "positions",
        "question",
        "split",
        "wording",
    }
)


def read_gold(path: Path) -> Gold:
    """Read and check a gold file.

    Raises:
        InputError: the file cannot be read, a line breaks the format, which the message tells, or
            every question is a draft.
    """
    gold, problems = examine_gold(path)
    if gold.drafts and not gold.questions and not problems:
        message = (
            f"Expected accepted questions in {path}, but all {len(gold.drafts)} are drafts. "
            'Read each one, and set "accepted" to true where it is good.'
        )
        raise InputError(message)
    if problems:
        more = f" ({len(problems) - 1} more; see rag gold check)" if len(problems) > 1 else ""
        raise InputError(problems[0] + more)
    return gold


def examine_gold(path: Path) -> tuple[Gold, list[str]]:
    """Return the valid questions of a file and a message for every problem in it.

    Raises:
        InputError: the file cannot be read at all.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"Expected a gold file in UTF-8 at {path}, but: {error}."
        raise InputError(message) from error
    questions: list[GoldQuestion] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            question = _question(line, number)
        except InputError as error:
            problems.append(f"{path.name}, line {number}: {error}")
            continue
        if question.identifier in seen:
            problems.append(
                f"{path.name}, line {number}: Expected another id than {question.identifier!r}, "
                f"which line {seen[question.identifier]} has."
            )
            continue
        seen[question.identifier] = number
        questions.append(question)
    if not questions and not problems:
        problems.append(f"Expected at least one question in {path}, but it is empty.")
    accepted = tuple(item for item in questions if item.accepted)
    drafts = tuple(item for item in questions if not item.accepted)
    return Gold(path.name, hashlib.sha256(content).hexdigest(), accepted, drafts), problems


def _question(line: str, number: int) -> GoldQuestion:
    try:
        row = json.loads(line)
    except ValueError as error:
        message = f"Expected a JSON object, but: {error}."
        raise InputError(message) from error
    if not isinstance(row, dict):
        message = f"Expected a JSON object, but got {type(row).__name__}."
        raise InputError(message)
    unknown = sorted(row.keys() - _KEYS)
    if unknown:
        message = f"Unknown key {unknown[0]!r}; expected some of {', '.join(sorted(_KEYS))}."
        raise InputError(message)
    kind = _member(Kind, row.get("kind"), "kind")
    evidence = tuple(_evidence(item) for item in _list(row, "evidence", dict))
    groups = tuple(_group(item, len(evidence)) for item in _list(row, "groups", list))
    question = GoldQuestion(
        identifier=_text(row, "id"),
        question=_text(row, "question"),
        kind=kind,
        answers=_answers(row),
        evidence=evidence,
        groups=groups or ((tuple(range(len(evidence))),) if evidence else ()),
        positions=tuple(_spellings(item) for item in _list(row, "positions", list)),
        history=_history(row),
        wording=row.get("wording"),
        split=_member(Split, row["split"], "split") if row.get("split") else None,
        line=number,
        accepted=_accepted(row),
    )
    _check(question)
    return question


def _check(question: GoldQuestion) -> None:
    """Raise the first rule that the question breaks as a whole."""
    covered = {index for group in question.groups for index in group}
    wrong: dict[str, bool] = {
        "evidence, since the question is answerable": (
            question.answerable and not question.evidence
        ),
        "no evidence and no answers, since nothing answers it": (
            not question.answerable and bool(question.evidence or question.answers)
        ),
        "groups that use every piece of evidence": covered != set(range(len(question.evidence))),
        "two or more positions for a conflict, and none for other kinds": (
            len(question.positions) < 2  # noqa: PLR2004
            if question.kind is Kind.CONFLICT
            else bool(question.positions)
        ),
        "one group for each position": (
            bool(question.positions) and len(question.groups) != len(question.positions)
        ),
        "a history for a follow-up, and none for other kinds": (
            bool(question.history) != (question.kind is Kind.FOLLOW_UP)
        ),
        'wording to be "same" or "other"': question.wording not in (None, "same", "other"),
    }
    for expected, broken in wrong.items():
        if broken:
            message = f"Expected {expected}, in {question.identifier!r}."
            raise InputError(message)


def _evidence(item: Mapping[str, Any]) -> Evidence:
    document = _text(item, "document")
    if item.keys() == {"document", "quote"}:
        quote = _text(item, "quote")
        if not any(char.isalnum() for char in quote):
            message = f"Expected letters or digits in a quote, but got {quote!r}."
            raise InputError(message)
        return Evidence(document, quote)
    if item.keys() != {"document", "start", "end", "document_sha256"}:
        message = (
            "Expected evidence to have document and quote, or document, start, end and "
            f"document_sha256, but got {', '.join(sorted(item))}."
        )
        raise InputError(message)
    start, end = item["start"], item["end"]
    if not (type(start) is int and type(end) is int and 0 <= start < end):
        message = f"Expected evidence with 0 <= start < end, but got {start!r} and {end!r}."
        raise InputError(message)
    return Evidence(document, None, start, end, _text(item, "document_sha256"))


def _group(item: list[Any], size: int) -> tuple[int, ...]:
    if not item or any(type(index) is not int or not 0 <= index < size for index in item):
        message = f"Expected a group of indexes into {size} pieces of evidence, but got {item!r}."
        raise InputError(message)
    return tuple(item)


def _answers(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the answers; one without letters, digits or signs such as € is never found right."""
    found = tuple(_list(row, "answers", str))
    for text in found:
        if not _can_be_found(text):
            message = f"Expected letters or digits in each of the answers, but got {text!r}."
            raise InputError(message)
    return found


def _spellings(item: list[Any]) -> tuple[str, ...]:
    if not item or any(not isinstance(text, str) or not _can_be_found(text) for text in item):
        message = f"Expected a position as a list of its spellings, but got {item!r}."
        raise InputError(message)
    return tuple(item)


def _can_be_found(text: str) -> bool:
    return any(char.isalnum() for char in text) or bool(normalised(text))


def _history(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = tuple(_list(row, "history", str))
    for text in found:
        if not any(char.isalnum() for char in text):
            message = f"Expected a question in words in the history, but got {text!r}."
            raise InputError(message)
    return found


def _accepted(row: Mapping[str, Any]) -> bool:
    value = row.get("accepted", True)
    if not isinstance(value, bool):
        message = f"Expected accepted to be true or false, but got {value!r}."
        raise InputError(message)
    return value


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        message = f"Expected {key} to be text, but got {value!r}."
        raise InputError(message)
    return value


def _list(row: Mapping[str, Any], key: str, item_type: type) -> list[Any]:
    value = row.get(key, [])
    if not isinstance(value, list) or any(not isinstance(item, item_type) for item in value):
        message = f"Expected {key} to be a list of {item_type.__name__}, but got {value!r}."
        raise InputError(message)
    return value


def _member(enum: type[_Member], value: Any, key: str) -> _Member:
    try:
        return enum(value)
    except ValueError as error:
        expected = ", ".join(repr(item.value) for item in enum)
        message = f"Expected {key} to be one of {expected}, but got {value!r}."
        raise InputError(message) from error
