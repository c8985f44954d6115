"""Which blocks are no prose to answer from: bylines, references, boilerplate."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cleaning.dates import is_date_line
from rag.cleaning.shapes import has_title, is_name, is_name_list, is_reference, is_section_name
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_REFERENCE_HEADING = re.compile(
    r"(?:[\dIVX.]+\s+)?(?:references?(?:\s+(?:list|and\s+notes|cited))?|bibliography|works\s+cited|"
    r"notes(?:\s+and\s+references)?|end\s?notes|foot\s?notes|literature\s+cited|sources|citations)"
    r"\s*:?",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_BYLINE = re.compile(
    r"by\s+(?:[A-Z]|dr\b|prof\b)[^.!?]{2,80}$|"
    r"(?:authors?|written by|reviewed by|edited by|reporting by|prepared by|contact|tel|phone|fax|"
    r"e-?mail|corresponding author|affiliations?|twitter|orcid)\s*:.{0,200}$|"
    r"(?:received|accepted|revised|published(?:\s+online)?|submitted|available\s+online|posted(?:\s+on)?|"
    r"last\s+(?:updated|modified)|updated(?:\s+on)?|date)\s*:.{0,160}$|"
    r"(?:doi|issn|isbn|e-issn|p-issn|eissn|pii|jel)\b[\s:].{0,160}$|https?://(?:dx\.)?doi\.org/\S+$|"
    r"(?:www\.|https?://)\S+$|(?:twitter|x)?\s*:?\s*@\w+$|"
    r"key\s?words?\s*[:—–-].{0,300}$|"  # noqa: RUF001
    r"vol(?:ume)?\.?\s*\d+,?\s*(?:\(|no\b|issue\b|,).{0,120}$",
    re.I,
)
_AFFILIATION = re.compile(
    r"\b(?:university|institute|department|dept|faculty|school of|college|centre for|center for|"
    r"corresponding author|research fellow|scholar|ph\.?\s?d|m\.?\s?phil)\b",
    re.I,
)
_ENUMERATED = re.compile(r"(?:[¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§]|\(?\d{1,2}[.)]|[a-d][.)])\s*\S")
_BIOGRAPHY = re.compile(
    r"^(?:[—–-]\s*)?(?:(?:the|this)\s+(?:author|writer)s?\s+(?:is|are|was)\b|about the authors?\s*:)",  # noqa: RUF001
    re.I,
)
_DASHED_NAME = re.compile(
    r"^[—–-]+\s*((?:[A-Z][\w.’'-]*\s+){1,5})(?:is|was)\s+(?:a|an|the)\b"  # noqa: RUF001
)
_POSTAL = re.compile(
    r"\b(?:P\.?\s?O\.?\s?Box|Street|Avenue|Road|Suite|Floor|Block|Sector)\b.{0,60}\d|"
    r"\d{1,4}-?[A-Z]?[.,]?\s+(?:[A-Z][\w.-]*\s+){0,3}(?:Street|Avenue|Road|Blvd|Lane)\b"
)
_BOILERPLATE = re.compile(
    r"(?:©|\(c\)\s|copyright\b(?!\s+(?:law|act|infring))).{0,250}$|.{0,80}all rights reserved\.?.{0,80}$|"
    r"disclaimer\s*:|(?:the\s+)?(?:views|opinions)\s+(?:and\s+\w+\s+)?expressed\s|"
    r"(?:also|further)\s+read\s*:?\s|read\s+(?:more|also|next)\b.{0,140}$|"
    r"(?:share|tweet|pin|email|print|follow)(?:\s+(?:this|on|us|with|via|article|page|it))?"
    r"(?:\s*[:|].{0,120}|\s+\w+){0,1}$|subscribe(?:\s+(?:to|now|today|here)\b.{0,120})?$|"
    r"sign\s+up\s+(?:for|to)\b.{0,120}$|(?:leave|post|add|write)\s+a\s+(?:comment|reply)\b.{0,60}$|"
    r"(?:log|sign)\s?in\b.{0,80}$|welcome!\s+log\s?in.{0,80}$|remember\s+me\b.{0,60}$|"
    r"(?:lost|forgot(?:ten)?)\s+(?:your\s+)?password\b.{0,20}$|"
    r"(?:related|recommended|popular|trending)\s+(?:articles?|posts?|stories|news|reading)\b.{0,60}$|"
    r"(?:figure|fig\.|photo|image|picture)\s*(?:\d+\s*)?(?:credit|source|courtesy|by)\s*:.{0,120}$|"
    r"(?:photo|image|picture)(?:\s+credit|\s+courtesy)?\s*[:/]\s*.{0,120}$|credit\s*:\s.{0,100}$|"
    r"this\s+(?:is\s+an\s+open\s+access|article\s+is\s+(?:distributed|licensed)|work\s+is\s+licensed)|"
    r"creative\s+commons\b.{0,200}$|(?:we\s+use|this\s+(?:web)?site\s+uses)\s+cookies\b|"
    r"to\s+cite\s+this\s+article\s*:|(?:table\s+of\s+)?contents$",
    re.I,
)
_DOT_LEADERS = re.compile(r".{2,}?(?:\s*\.){4,}\s*(?:\d{1,4}|[ivxlc]{1,7})?\s*$", re.I)
_LOWER_WORD = re.compile(r"(?<![\w’'])[a-zß-ÿ]{2,}(?!\w)")  # noqa: RUF001
_MAX_BRACKET_CHARS = 120
_CONTENTS = re.compile(r"^(?:table\s+of\s+)?contents\b.{0,60}$|\bTABLE OF CONTENTS\b|\b(?-i:INDEX)$", re.I)
_PAGE_AT_END = re.compile(r"(?:\||\.{2,}|\s)\s*(?:\d{1,4}|[ivxlc]{1,6})$")
_MAX_CONTENTS_CHARS = 160
_CONTENTS_GAP = 4
_OPENING_BLOCKS = 14
_MAX_BYLINE_CHARS = 320
_MAX_BIOGRAPHY_CHARS = 900
_MIN_ENTRIES = 3


def assign_roles(drafts: Sequence[Draft]) -> list[Draft]:
    """Return *drafts* with bylines, references and boilerplate told from prose."""
    common = _common_words(drafts)
    names = _standing_names(drafts, common)
    opening = _opening(drafts)
    entries = sum(is_reference(draft.text) for draft in drafts) >= _MIN_ENTRIES
    result: list[Draft] = []
    in_references = in_contents = False
    for index, draft in enumerate(drafts):
        role = _role(draft, names, in_opening=index < opening)
        if result and result[-1].kind is BlockKind.BYLINE and _is_bracketed(draft):
            role = BlockKind.BYLINE
        if in_references and draft.kind is BlockKind.HEADING and not _ends_references(draft, role):
            role = BlockKind.REFERENCE
        in_contents = _in_contents(drafts, index, inside=in_contents)
        if in_contents:
            role = BlockKind.BOILERPLATE
        if role is BlockKind.HEADING:
            in_references = _REFERENCE_HEADING.fullmatch(draft.text) is not None
        elif in_references and role is not BlockKind.BOILERPLATE:
            role = BlockKind.REFERENCE
        elif entries and role in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
            role = BlockKind.REFERENCE if is_reference(draft.text) else role
        result.append(draft if role is draft.kind else draft.as_kind(role))
    return _after_last_heading(result)


def _role(draft: Draft, names: frozenset[str], *, in_opening: bool) -> BlockKind:
    kind, text = draft.kind, draft.text
    if kind in (BlockKind.TABLE_ROW, BlockKind.REFERENCE, BlockKind.BYLINE, BlockKind.BOILERPLATE):
        return BlockKind.BOILERPLATE if _DOT_LEADERS.fullmatch(text) else kind
    if _BOILERPLATE.match(text) or _DOT_LEADERS.fullmatch(text):
        return BlockKind.BOILERPLATE
    if kind is BlockKind.HEADING and not draft.inferred:
        alone = (in_opening and is_date_line(text)) or (draft.level > 1 and is_name_list(text))
        return BlockKind.BYLINE if alone else kind
    if _is_byline(text, names, in_opening=in_opening):
        return BlockKind.BYLINE
    return kind


def _is_byline(text: str, names: frozenset[str], *, in_opening: bool) -> bool:
    if len(text) > _MAX_BIOGRAPHY_CHARS:
        return False
    if _BIOGRAPHY.match(text) or _DASHED_NAME.match(text):
        return True
    if any(re.match(rf"{re.escape(name)},?\s+(?:is|was|has)\b", text) for name in names):
        return True
    if len(text) > _MAX_BYLINE_CHARS:
        return False
    if text in names or _BYLINE.match(text) or (in_opening and is_date_line(text)):
        return True
    if _EMAIL.search(text) and (len(text) < 80 or _AFFILIATION.search(text)):  # noqa: PLR2004
        return True
    if not in_opening:
        return False
    return (
        is_name_list(text)
        or (_ENUMERATED.match(text) is not None and _AFFILIATION.search(text) is not None)
        or (_POSTAL.search(text) is not None and len(text) < 120)  # noqa: PLR2004
        or (_AFFILIATION.search(text) is not None and len(text) < 160 and "," in text
            and not text.endswith((".", ":")))  # noqa: PLR2004
    )


def _in_contents(drafts: Sequence[Draft], index: int, *, inside: bool) -> bool:
    """Whether a block belongs to a table of contents, its heading included.

    Its lines end in page numbers; one that does not, because it is wrapped or heads a part, has
    such a line soon after it.
    """
    text = drafts[index].text
    following = drafts[index + 1 : index + 1 + _CONTENTS_GAP]
    numbered = sum(_PAGE_AT_END.search(draft.text) is not None for draft in following)
    if not inside:
        return _CONTENTS.search(text) is not None and numbered > 1
    if _PAGE_AT_END.search(text):
        return True
    return numbered > 0 and len(text) <= _MAX_CONTENTS_CHARS and not text.endswith(".")


def _is_bracketed(draft: Draft) -> bool:
    """Whether a block is one short bracket: the office of the person named before it."""
    text = draft.text
    prose = draft.kind is BlockKind.PARAGRAPH and len(text) < _MAX_BRACKET_CHARS
    return prose and text.startswith("(") and text.endswith(")")


def _common_words(drafts: Sequence[Draft]) -> frozenset[str]:
    """The words that the document writes in lower case: no names."""
    return frozenset(word for draft in drafts for word in _LOWER_WORD.findall(draft.text))


def _standing_names(drafts: Sequence[Draft], common: frozenset[str]) -> frozenset[str]:
    """Names that stand alone in a line somewhere: a paragraph that begins so is a biography.

    "Way Forward" is shaped like a name too, but a text that has such a heading mostly writes
    "way" or "forward" in lower case as well.
    """
    names = {
        draft.text
        for draft in drafts
        if is_name(draft.text)
        and (has_title(draft.text) or not common & set(draft.text.lower().split()))
    }
    for draft in drafts:
        dashed = _DASHED_NAME.match(draft.text)
        if dashed:
            names.add(dashed[1].strip())
    return frozenset(names)


def _opening(drafts: Sequence[Draft]) -> int:
    """How many blocks at the start may be a title page: up to the first section or long text."""
    for index, draft in enumerate(drafts[:_OPENING_BLOCKS]):
        section = draft.kind is BlockKind.HEADING and is_section_name(draft.text)
        if section or len(draft.text) > _MAX_BYLINE_CHARS:
            return index
    return min(_OPENING_BLOCKS, len(drafts))


def _ends_references(draft: Draft, role: BlockKind) -> bool:
    """Inside a bibliography only a heading that is sure ends it: titles look like headings."""
    if role is not BlockKind.HEADING:
        return False
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
