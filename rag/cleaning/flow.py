"""Paragraphs that a page or column break cut in two, and rows between rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cleaning.characters import SOFT_HYPHEN
from rag.cleaning.dates import is_date_line
from rag.cleaning.lines import Vocabulary, seam
from rag.sentences import sentence_spans
from rag.types import CELL_SEPARATOR, BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'”’)\]]*[¹²³⁴⁵⁶⁷⁸⁹⁰]*$")
_LONG_WORDS = 20
_PAGE_WORDS = 6
_LABEL_CHARS = 120
_HEAD_WORDS = 5
_UNIT_LINE = re.compile(r"\(?(?:in|amounts in|figures in|unaudited|\$|€|£)\b", re.IGNORECASE)
_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.REFERENCE)


def rejoined(drafts: Sequence[Draft], vocabulary: Vocabulary) -> list[Draft]:
    """Return *drafts* with the halves of cut paragraphs joined, footnotes between them moved."""
    result: list[Draft] = []
    last = -1  # the block before this one that is no note
    for draft in drafts:
        if last >= 0 and not draft.is_note and _continues(result[last], draft):
            result[last:] = _joined_around(result[last], result[last + 1 :], draft, vocabulary)
            last = max(i for i in range(last, len(result)) if not result[i].is_note)
        else:
            result.append(draft)
            last = last if draft.is_note else len(result) - 1
    return result


def without_soft_hyphens(drafts: Sequence[Draft]) -> list[Draft]:
    """Return *drafts* without the soft hyphens that waited for a line to join, blank ones out."""
    result = []
    for draft in drafts:
        text = draft.text
        if SOFT_HYPHEN in text:
            breaks = tuple(
                (offset - text[:offset].count(SOFT_HYPHEN), page) for offset, page in draft.breaks
            )
            text = text.replace(SOFT_HYPHEN, "").strip()
            draft = replace(draft, text=text, breaks=breaks)  # noqa: PLW2901 - one step of two
        if text:
            result.append(draft)
    return result


def labelled_rows(drafts: Sequence[Draft]) -> list[Draft]:
    """Return *drafts* with the short lines in a table made rows of it, and wrapped rows joined.

    "Operating expenses:" between two rows is a row with one cell, not a paragraph.
    """
    result = list(drafts)
    for index in range(len(drafts) - 1, -1, -1):
        after = index + 1 < len(result) and result[index + 1].kind is BlockKind.TABLE_ROW
        if after and _is_label(result[index]):
            before = any(
                draft.kind is BlockKind.TABLE_ROW for draft in result[max(0, index - 3) : index]
            )
            if before or _heads_table(result[index].text):
                result[index] = result[index].as_kind(BlockKind.TABLE_ROW)
    rows: list[Draft] = []
    for draft in result:
        if rows and _wraps(rows[-1], draft):
            rows[-1] = replace(draft, text=f"{rows[-1].text} {draft.text}", page=rows[-1].page)
        else:
            rows.append(draft)
    return rows


def _is_label(draft: Draft) -> bool:
    """Whether a paragraph may be a row with one cell."""
    if draft.kind is not BlockKind.PARAGRAPH or not draft.inferred:
        return False
    ends = _ENDS_SENTENCE.search(draft.text) is not None and not draft.text.endswith(":")
    return len(draft.text) <= _LABEL_CHARS and not ends


def _heads_table(text: str) -> bool:
    """Whether a line that stands before a table, with no row above, belongs to it."""
    return _UNIT_LINE.match(text) is not None or is_date_line(text) or text.count(" ") < _HEAD_WORDS


def _wraps(last: Draft, draft: Draft) -> bool:
    """Whether a row goes on with the words of a label that took two lines."""
    rows = last.kind is draft.kind is BlockKind.TABLE_ROW and last.page == draft.page
    label = CELL_SEPARATOR not in last.text and not last.text.endswith((":", ")"))
    return rows and label and draft.text[0].islower() and last.inferred


def _continues(last: Draft, draft: Draft) -> bool:
    if last.kind not in _PROSE or draft.kind is not BlockKind.PARAGRAPH or not draft.inferred:
        return False
    if not last.inferred or _ENDS_SENTENCE.search(last.text):
        return False
    first = draft.text.lstrip("“\"'(‘")[:1]
    if first.islower() or last.text.endswith((",", "-", SOFT_HYPHEN)):
        return True
    if last.kind is not BlockKind.PARAGRAPH:
        return False
    needed = _PAGE_WORDS if draft.page != last.last_page else _LONG_WORDS
    return last.words >= needed and draft.words >= _PAGE_WORDS


def _joined_around(
    last: Draft, notes: list[Draft], draft: Draft, vocabulary: Vocabulary
) -> list[Draft]:
    """Join a cut paragraph, and leave the notes between its halves on the page that has them.

    They go before the paragraph, or before its last sentence if it began on an earlier page.
    """
    if not notes or draft.page == last.last_page:
        return [_glued(last, draft, vocabulary), *notes]
    if not last.breaks:
        return [*notes, _glued(last, draft, vocabulary)]
    cut = sentence_spans(last.text)[-1].start
    if cut < last.breaks[-1][0]:
        return [_glued(last, draft, vocabulary), *notes]
    breaks = tuple(entry for entry in last.breaks if entry[0] < cut)
    whole = replace(last, text=last.text[:cut].rstrip(), breaks=breaks)
    rest = replace(last, text=last.text[cut:], page=last.last_page, breaks=())
    return [whole, *notes, _glued(rest, draft, vocabulary)]


def _glued(last: Draft, draft: Draft, vocabulary: Vocabulary) -> Draft:
    left, glue = seam(last.text, draft.text, vocabulary)
    start = len(left) + len(glue)
    breaks = last.breaks
    if draft.page != last.last_page:
        breaks += ((start, draft.page),)
    breaks += tuple((start + offset, page) for offset, page in draft.breaks)
    # A hyphen that falls away shortens the text before the seam only.
    return replace(last, text=left + glue + draft.text, breaks=breaks)
