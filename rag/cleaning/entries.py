"""Entries: a date or headword in a line of its own, and the text that it stands over.

"16 December 2015" over "Pakistan is surprised." says when; as two blocks neither says both. One
such line is a heading or a date of publication; several, each over one short paragraph, are the
entries of a chronology or glossary, and each becomes one block.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cleaning.dates import is_date_line
from rag.cleaning.shapes import is_section_name
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.cleaning.drafts import Draft

_TIME = re.compile(
    r"(?:(?:early|mid|late|spring|summer|autumn|fall|winter|the)[\s-]+)*(?:1[0-9]|20)\d\ds?"
    r"(?:\s?(?:to|[–-])\s?(?:(?:1[0-9]|20)\d\d|\d\d))?:?",
    re.IGNORECASE,
)
_HEADWORD = re.compile(r"[\"“‘']?[A-Z\d][^.!?;|]*")
_ENDS_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*$")
_MIN_DATES = 2
_MIN_HEADWORDS = 3
_MAX_HEADWORD_WORDS = 4
_MAX_HEADWORD_CHARS = 40
_MAX_EVENT_CHARS = 700
_MAX_DEFINITION_CHARS = 260


def with_entries(drafts: Sequence[Draft]) -> list[Draft]:
    """Return *drafts* with the labels of entries joined to their text."""
    labels = _run(drafts, _is_event, _MIN_DATES) | _run(drafts, _is_definition, _MIN_HEADWORDS)
    result: list[Draft] = []
    for index, draft in enumerate(drafts):
        if index - 1 in labels:
            result[-1] = _joined(result[-1], draft)
        else:
            result.append(draft)
    return result


def _run(drafts: Sequence[Draft], is_entry: Callable[[Draft, Draft], bool], least: int) -> set[int]:
    """The labels, by index, of entries of which at least *least* follow each other."""
    labels: set[int] = set()
    index = 1  # the first block is the title
    while index + 1 < len(drafts):
        run: list[int] = []
        while index + 1 < len(drafts) and is_entry(drafts[index], drafts[index + 1]):
            run.append(index)
            index += 2
        if len(run) >= least:
            labels.update(run)
        index += 1
    return labels


def _is_event(label: Draft, body: Draft) -> bool:
    if not _is_line(label) or not _is_text(body, _MAX_EVENT_CHARS):
        return False
    return is_date_line(label.text.rstrip(":")) or _TIME.fullmatch(label.text) is not None


def _is_definition(label: Draft, body: Draft) -> bool:
    text = label.text
    if not _is_line(label) or not _is_text(body, _MAX_DEFINITION_CHARS):
        return False
    if label.kind is BlockKind.HEADING and not label.inferred:
        return False
    if len(text) > _MAX_HEADWORD_CHARS or text.count(" ") >= _MAX_HEADWORD_WORDS:
        return False
    return _HEADWORD.fullmatch(text) is not None and not is_section_name(text)


def _is_line(draft: Draft) -> bool:
    return draft.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)


def _is_text(draft: Draft, longest: int) -> bool:
    whole = draft.kind is BlockKind.PARAGRAPH and _ENDS_SENTENCE.search(draft.text) is not None
    return whole and len(draft.text) <= longest


def _joined(label: Draft, body: Draft) -> Draft:
    start = len(label.text) + 1
    turned = [(0, body.page)] if body.page != label.page else []
    breaks = tuple((start + offset, page) for offset, page in [*turned, *body.breaks])
    return replace(body, text=f"{label.text} {body.text}", page=label.page, breaks=breaks)
