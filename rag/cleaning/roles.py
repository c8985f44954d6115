"""Which blocks are no prose to answer from: bylines, references, boilerplate."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cleaning.boilerplate import has_dot_leaders, in_contents, is_boilerplate
from rag.cleaning.bylines import Credits, is_byline
from rag.cleaning.dates import is_date_line
from rag.cleaning.names import is_name_list
from rag.cleaning.shapes import is_reference, is_section_name
from rag.cleaning.signatures import is_credit_line
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_REFERENCE_HEADING = re.compile(
    r"(?:[\dIVX.]+\s+)?(?:references?(?:\s+(?:list|and\s+notes|cited))?|bibliography|works\s+cited|"
    r"notes(?:\s+and\s+references)?|end\s?notes|foot\s?notes|literature\s+cited|sources|citations)"
    r"\s*:?",
    re.IGNORECASE,
)
_SETTLED = (BlockKind.TABLE_ROW, BlockKind.REFERENCE, BlockKind.BYLINE, BlockKind.BOILERPLATE)
_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
_HEAD_BLOCKS = 12
_MAX_BRACKET_CHARS = 120
_MIN_ENTRIES = 3


def assign_roles(drafts: Sequence[Draft], author: str | None = None) -> list[Draft]:
    """Return *drafts* with bylines, references and boilerplate told from prose.

    Args:
        drafts: All blocks of a document.
        author: What the file declares; a line under the title that names it is a byline.
    """
    known = Credits.of(drafts, author)
    entries = sum(is_reference(draft.text) for draft in drafts) >= _MIN_ENTRIES
    result: list[Draft] = []
    in_references = inside_contents = False
    for index, draft in enumerate(drafts):
        inside_contents = in_contents(drafts, index, inside=inside_contents)
        role = BlockKind.BOILERPLATE if inside_contents else _role(draft, index, known)
        if result and result[-1].kind is BlockKind.BYLINE and _is_bracketed(draft):
            role = BlockKind.BYLINE
        if role is BlockKind.HEADING:
            if in_references and not _ends_references(draft):
                role = BlockKind.REFERENCE
            else:
                in_references = _REFERENCE_HEADING.fullmatch(draft.text) is not None
        elif (in_references and role is not BlockKind.BOILERPLATE) or (
            entries and role in _PROSE and is_reference(draft.text)
        ):
            role = BlockKind.REFERENCE
        result.append(draft if role is draft.kind else draft.as_kind(role))
    return _after_last_heading(result)


def _role(draft: Draft, index: int, known: Credits) -> BlockKind:
    kind, text = draft.kind, draft.text
    in_opening = index < known.opening
    if index < _HEAD_BLOCKS and draft.inferred and text.startswith("By ") and is_credit_line(text):
        return BlockKind.BYLINE  # "By Ann Bell | 4 May 2023" is no row of a table
    if kind in _SETTLED:
        return BlockKind.BOILERPLATE if has_dot_leaders(text) else kind
    if is_boilerplate(text):
        return BlockKind.BOILERPLATE
    if kind is BlockKind.HEADING and (not draft.inferred or draft.level == 1):
        alone = (in_opening and is_date_line(text)) or (draft.level > 1 and is_name_list(text))
        return BlockKind.BYLINE if alone else kind
    return BlockKind.BYLINE if is_byline(draft, known, in_opening=in_opening) else kind


def _is_bracketed(draft: Draft) -> bool:
    """Whether a block is one short bracket: the office of the person named before it."""
    text = draft.text
    prose = draft.kind is BlockKind.PARAGRAPH and len(text) < _MAX_BRACKET_CHARS
    return prose and text.startswith("(") and text.endswith(")")


def _ends_references(draft: Draft) -> bool:
    """Inside a bibliography only a heading that is sure ends it: titles look like headings."""
    text = draft.text
    sure = not draft.inferred or is_section_name(text) or text.isupper()
    return sure or text.lower().startswith(("appendix", "annex", "about the author"))


def _after_last_heading(drafts: list[Draft]) -> list[Draft]:
    """A guessed heading with nothing under it is a paragraph."""
    for index in range(len(drafts) - 1, -1, -1):
        draft = drafts[index]
        if draft.kind in (BlockKind.BOILERPLATE, BlockKind.BYLINE):
            continue
        if index and draft.kind is BlockKind.HEADING and draft.inferred:
            drafts[index] = replace(draft, kind=BlockKind.PARAGRAPH, level=0)
            continue
        break
    return drafts
