"""How facts are worded on the page; filters of the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.presentation import KIND_LABELS, excerpt, page_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Metadata

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
OPINION = "op-ed"
_LONGEST_GLUED = 24
"""Characters; a longer last word may be parted from its citation, or it would not fit a phone."""


def date_label(date: str | None) -> str:
    """Return an ISO date of any precision in words: "4 December 2017", "December 2017", "2017"."""
    parts = (date or "").split("-")
    if len(parts) == 1 or not all(part.isdecimal() for part in parts):
        return date or ""
    month = int(parts[1])
    if not 1 <= month <= len(_MONTHS):
        return date or ""
    day = f"{int(parts[2])} " if len(parts) > 2 else ""  # noqa: PLR2004 - year, month, day
    return f"{day}{_MONTHS[month - 1]} {parts[0]}"


def kind_label(kind: str | None) -> str:
    """Return what a kind of document is called: "Opinion", "Paper"."""
    return KIND_LABELS.get(kind or "", kind or "").capitalize()


def is_opinion(metadata: Metadata) -> bool:
    """Whether the document argues rather than reports."""
    return metadata.kind == OPINION


def percent(share: float | None) -> str:
    """Return a share (0..1) as "83 %", an en dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


def decimals(score: float | None, places: int = 2) -> str:
    """Return a score with so many decimals, an en dash where there is none."""
    return "–" if score is None else f"{score:.{places}f}"


def last_word(text: str) -> tuple[str, str]:
    """Split off the last word, which must stay on one line with the citation after it.

    >>> last_word("It was about Yemen.")
    ('It was about ', 'Yemen.')
    """
    cut = max(text.rfind(" "), text.rfind("\n")) + 1
    return (text[:cut], text[cut:]) if len(text) - cut <= _LONGEST_GLUED else (text, "")


LABELS: dict[str, Callable[..., object]] = {
    "date": date_label,
    "kind": kind_label,
    "page_label": page_label,
    "opinion": is_opinion,
    "percent": percent,
    "decimals": decimals,
    "excerpt": excerpt,
    "last_word": last_word,
}
"""The filters of the templates by name."""
