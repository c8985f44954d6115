"""How facts are worded on the page; filters of the templates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.presentation import KIND_LABELS, excerpt, page_label
from rag.wording.lexicon import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Metadata

OPINION = "op-ed"
_AGES = ((0, "Today"), (1, "Yesterday"), (6, "This week"), (30, "This month"), (0, "Earlier"))
_SMALL = 10
"""Figures from here on, such as milliseconds, need no decimals."""
_LONGEST_GLUED = 24
"""Characters; a longer last word may be parted from its citation, or it would not fit a phone."""


def date_label(date: str | None) -> str:
    """Return an ISO date of any precision in words: "4 December 2017", "December 2017", "2017"."""
    parts = (date or "").split("-")
    if len(parts) == 1 or not all(part.isdecimal() for part in parts):
        return date or ""
    month = int(parts[1])
    if not 1 <= month <= len(MONTHS):
        return date or ""
    day = f"{int(parts[2])} " if len(parts) > 2 else ""  # noqa: PLR2004 - year, month, day
    return f"{day}{MONTHS[month - 1]} {parts[0]}"


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


def number(value: float | None) -> str:
    """Return a figure with as many decimals as mean something, an en dash where there is none."""
    return "–" if value is None else f"{value:.3f}" if abs(value) < _SMALL else f"{value:.0f}"


def signed(value: float | None) -> str:
    """Return a difference with its sign, an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:+.3f}" if abs(value) < _SMALL else f"{value:+.0f}"
    return "0" if not float(text) else text.replace("-", "\u2212")


def moment(time: datetime) -> str:
    """Return a time in this machine's zone: "22 November 2026, 02:30"."""
    local = time.astimezone()
    return f"{date_label(local.date().isoformat())}, {local:%H:%M}"


def run_on(text: str) -> str:
    r"""Set headings and the like off from what follows them, for an excerpt on one line.

    >>> run_on("What he said\n\nHe thanked them.")
    'What he said · He thanked them.'
    """
    return re.sub(r"(?<![.:;!?,])\n\n+", " · ", text)


def age(time: str) -> str:
    """Return under which heading an ISO time is listed: "Today", "Yesterday", "Earlier"."""
    then = datetime.fromisoformat(time).astimezone().date()
    days = (datetime.now(UTC).astimezone().date() - then).days
    return next((name for most, name in _AGES if days <= most), _AGES[-1][1])


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
    "number": number,
    "signed": signed,
    "moment": moment,
    "run_on": run_on,
    "age": age,
    "excerpt": excerpt,
    "last_word": last_word,
}
"""The filters of the templates by name."""
