"""The kind of a document: paper, op-ed, report or web article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.types import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cleaning.drafts import Draft

_DECLARED = (
    (
        "op-ed",
        re.compile(
            r"\b(?:op-?ed|opinions?|comment(?:ary)?|column|editorial|viewpoint)\b", re.IGNORECASE
        ),
    ),
    (
        "report",
        re.compile(
            r"\b(?:reports?|policy\s+briefs?|briefing|white\s*paper|form\s+10-[kq]|10-[kq]|"
            r"working\s+paper|fact\s*sheet|techreport)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "paper",
        re.compile(
            r"\b(?:(?:research|journal|conference|academic)\s+(?:paper|article)|paper|"
            r"scholarlyarticle|thesis|dissertation|preprint|proceedings)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "web article",
        re.compile(
            r"\b(?:web\s*(?:article|page|site)|newsarticle|blog(?:posting)?)\b", re.IGNORECASE
        ),
    ),
)
_OPINION = re.compile(
    r"(?:views?|opinions?)\s+(?:and\s+\w+\s+)?expressed\s+(?:by\s+(?:the\s+)?writers?|in\s+this|here)|"
    r"^(?:opinion|op-ed|commentary)\b",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"\b(?:institute|centre|center|council|commission|agency|ministry|foundation|group)\b"
    r".{0,60}\breport\b|\b(?:annual|quarterly|progress|situation|final)\s+report\b|^form\s+10-[kq]\b",
    re.IGNORECASE,
)
_PAGE_LEFTOVERS = re.compile(
    r"(?:leave\s+a\s+comment|log\s?in|share\s+this|subscribe)\b", re.IGNORECASE
)
_EDGE_BLOCKS = 12


def declared_kind(declared: str | None) -> str | None:
    """Return the kind that declared words name; the first word that names one decides."""
    best: tuple[int, str] | None = None
    for kind, words in _DECLARED:
        match = words.search(declared or "")
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), kind)
    return best[1] if best else None


def printed_kind(drafts: Sequence[Draft]) -> str | None:
    """Return the kind that the text shows at its head or tail, None when unsure."""
    edges = [*drafts[:_EDGE_BLOCKS], *drafts[-_EDGE_BLOCKS:]]
    if any(_OPINION.search(draft.text) for draft in edges if len(draft.text) < 400):  # noqa: PLR2004
        return "op-ed"
    headings = {
        draft.text.strip(" :").lower() for draft in drafts if draft.kind is BlockKind.HEADING
    }
    head = drafts[: 2 * _EDGE_BLOCKS]
    keywords = any(draft.text.lower().startswith(("keywords:", "key words:")) for draft in head)
    abstract = "abstract" in headings or any(
        re.match(r"abstract\b\s*[:.—–-]", draft.text, re.IGNORECASE) for draft in head
    )
    if abstract or (keywords and "references" in headings):
        return "paper"
    titles = [draft for draft in drafts[:_EDGE_BLOCKS] if draft.kind is not BlockKind.PARAGRAPH]
    advice = headings & {"recommendations", "policy recommendations"}
    summed_up = headings & {"summary", "key takeaways", "key findings", "executive summary"}
    if (
        "executive summary" in headings
        or (advice and summed_up)
        or any(_REPORT.search(draft.text) for draft in titles)
    ):
        return "report"
    leftovers = (draft for draft in edges if draft.kind is BlockKind.BOILERPLATE)
    if any(_PAGE_LEFTOVERS.match(draft.text) for draft in leftovers):
        return "web article"
    return None
