"""Bylines: who wrote a text, from where, when; names standing alone, biographies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.cleaning.dates import find_date, is_date_line
from rag.cleaning.names import has_title, is_name, is_name_list
from rag.cleaning.shapes import is_section_name
from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_BYLINE = re.compile(
    r"by\s+(?=[A-Z])(?:\b(?:dr|prof|mr|mrs|ms|gen|lt|col|maj|brig|capt|adm|amb|[A-Z])\.|"
    r"[^.!?]){3,100}$|"
    r"(?:authors?|written by|reviewed by|edited by|reporting by|prepared by|contact|tel|phone|fax|"
    r"e-?mail|corresponding author|affiliations?|twitter|orcid)\s*:.{0,200}$|"
    r"(?:received|accepted|revised|published(?:\s+online)?|submitted|available\s+online|posted(?:\s+on)?|"
    r"last\s+(?:updated|modified)|updated(?:\s+on)?|date)\s*:.{0,160}$|"
    r"(?:doi|issn|isbn|e-issn|p-issn|eissn|pii|jel)\b[\s:].{0,160}$|https?://(?:dx\.)?doi\.org/\S+$|"
    r"(?:www\.|https?://)\S+$|(?:twitter|x)?\s*:?\s*@\w+$|"
    r"key\s?words?\s*[:—–-].{0,300}$|"
    r"(?:[A-Z][\w&’' -]{3,80}, )?vol(?:ume)?\.?\s*\d+,?\s*(?:\(|no\b|issue\b|,).{0,120}$",
    re.IGNORECASE,
)
AFFILIATION = re.compile(
    r"\b(?:university|institute|department|dept|faculty|school of|college|centre for|center for|"
    r"corresponding author|research fellow|scholar|ph\.?\s?d|m\.?\s?phil)\b",
    re.IGNORECASE,
)
_ENUMERATED = re.compile(r"(?:[¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§]|\(?\d{1,2}[.)]|[a-d][.)])\s*\S")
_BIOGRAPHY = re.compile(
    r"^(?:[—–-]\s*)?(?:(?:the|this)\s+(?:author|writer)s?\s+(?:is|are|was)\b|about the (?:author|writer)s?\s*:)",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"^[—–-]+\s*((?:[A-Z][\w.’'-]*\s+){1,5})(?:is|was)\s+(?:a|an|the)\b")
_IS_OR_WAS = re.compile(r",?\s+(?:is|was|has)\b")
_POSTAL = re.compile(
    r"\b(?:P\.?\s?O\.?\s?Box|Street|Avenue|Road|Suite|Floor|Block|Sector)\b.{0,60}\d|"
    r"\d{1,4}-?[A-Z]?[.,]?\s+(?:[A-Z][\w.-]*\s+){0,3}(?:Street|Avenue|Road|Blvd|Lane)\b"
)
_LOWER_WORD = re.compile(r"(?<![\w’'])[a-zß-ÿ]{2,}(?!\w)")
_ENDS_SENTENCE = re.compile(r"[.!?:][\"'”’)]*$")
_OPENING_BLOCKS = 14
_SHORT_CHARS = 160
_LINE_CHARS = 120
_DATED_CHARS = 90
_MAX_CHARS = 320


@dataclass(frozen=True, slots=True)
class Credits:
    """What bylines of one document are known by.

    ``names`` stand alone in a line somewhere; ``author`` is what the file declares; ``opening`` is
    how many blocks may be a title page.
    """

    names: frozenset[str]
    author: str
    opening: int

    @classmethod
    def of(cls, drafts: Sequence[Draft], author: str | None) -> Credits:
        """Collect the credits of a document."""
        return cls(_standing_names(drafts), author or "", _opening(drafts))


def is_byline(draft: Draft, known: Credits, *, in_opening: bool) -> bool:
    """Whether a block is a byline and no prose."""
    text = draft.text
    if not draft.inferred and _is_marked_item(draft):
        return False
    if _is_biography(text, known.names):
        return False  # prose about the author, to be quoted when someone asks who that is
    if len(text) > _MAX_CHARS:
        return False
    with_address = _EMAIL.search(text) is not None and (
        len(text) < _LINE_CHARS or AFFILIATION.search(text) is not None
    )
    if text in known.names or _BYLINE.match(text) or with_address:
        return True
    return in_opening and _is_opening_byline(text, known.author)


def _is_marked_item(draft: Draft) -> bool:
    return draft.kind is BlockKind.LIST_ITEM


def _is_biography(text: str, names: frozenset[str]) -> bool:
    if _BIOGRAPHY.match(text) or _DASHED_NAME.match(text):
        return True
    return any(
        text.startswith(name) and _IS_OR_WAS.match(text, len(name)) is not None for name in names
    )


def _is_opening_byline(text: str, author: str) -> bool:
    """Whether a line under the title is a byline: there, weaker signs will do."""
    if is_date_line(text) or is_name_list(text):
        return True
    if _ENUMERATED.match(text) and AFFILIATION.search(text):
        return True
    if len(text) > _SHORT_CHARS:
        return False
    if _POSTAL.search(text) and len(text) < _LINE_CHARS:
        return True
    if _ENDS_SENTENCE.search(text):
        return False
    dated = len(text) <= _DATED_CHARS and find_date(text, years=False) is not None
    affiliated = AFFILIATION.search(text) is not None and "," in text
    return affiliated or dated or bool(author and author in text)


def _standing_names(drafts: Sequence[Draft]) -> frozenset[str]:
    """Names that stand alone in a line: a paragraph that begins so is a biography.

    "Way Forward" is shaped like a name too, but a text that has such a heading mostly writes
    "way" or "forward" in lower case as well.
    """
    common = {word for draft in drafts for word in _LOWER_WORD.findall(draft.text)}
    names = {
        draft.text
        for draft in drafts
        if is_name(draft.text)
        and (has_title(draft.text) or not common & set(draft.text.lower().split()))
    }
    dashed = (_DASHED_NAME.match(draft.text) for draft in drafts)
    return frozenset(names | {match[1].strip() for match in dashed if match})


def _opening(drafts: Sequence[Draft]) -> int:
    """How many blocks at the start may be a title page.

    It ends at the first section: at its heading, or at the first paragraph where it has none.
    """
    top = min((draft.level for draft in drafts if draft.kind is BlockKind.HEADING), default=0)
    for index, draft in enumerate(drafts[:_OPENING_BLOCKS]):
        if draft.kind is BlockKind.HEADING:
            after_text = index > 0 and drafts[index - 1].kind is not BlockKind.HEADING
            if is_section_name(draft.text) or (after_text and draft.level > top):
                return index
        elif len(draft.text) > _SHORT_CHARS and _ENDS_SENTENCE.search(draft.text):
            return index
    return min(_OPENING_BLOCKS, len(drafts))
