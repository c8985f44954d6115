"""The settings that people change on the page, for their own questions and without a restart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting as the page shows it; ``key`` names it in the address of the page.

    ``group`` and ``name`` are those of `rag.settings.Settings`; ``low``, ``high`` and ``step`` are
    in its unit. ``ends`` say what lies at the two ends.
    """

    key: str
    group: str
    name: str
    title: str
    help: str
    low: float
    high: float
    step: float
    ends: tuple[str, str]
    is_share: bool = False

    def value(self, settings: Settings) -> float:
        """Return what *settings* say."""
        return float(getattr(getattr(settings, self.group), self.name))

    def shown(self, value: float) -> str:
        """Return *value* in words: "55 %", "5"."""
        return f"{100 * value:.0f} %" if self.is_share else f"{value:g}"

    def changed(self, settings: Settings, value: float) -> Settings:
        """Return *settings* with this one set to *value*, moved into its range."""
        kept = min(max(value, self.low), self.high)
        group = getattr(settings, self.group)
        typed = type(getattr(group, self.name))(kept if self.is_share else round(kept))
        changes: dict[str, Any] = {self.group: replace(group, **{self.name: typed})}
        return replace(settings, **changes)


CHOICES = (
    Choice(
        "sure",
        "answering",
        "threshold",
        "How sure an answer must be",
        "Below this, Footnote says that the documents do not answer. Lower it to see more answers, "
        "more of them wrong; raise it to see fewer, more of them right.",
        0.0,
        0.99,
        0.01,
        ("answers nearly everything", "answers only what is plain"),
        is_share=True,
    ),
    Choice(
        "sentences",
        "answering",
        "max_sentences",
        "Sentences in an answer, at most",
        "A short question gets fewer by itself.",
        1,
        12,
        1,
        ("one", "twelve"),
    ),
    Choice(
        "passages",
        "answering",
        "passages",
        "Passages considered",
        "An answer takes its sentences from these; they are listed under “Why this answer”.",
        3,
        40,
        1,
        ("three", "forty"),
    ),
    Choice(
        "read",
        "reading",
        "passages",
        "Passages read closely",
        "The best of them go through the reader. More finds more and takes longer.",
        1,
        20,
        1,
        ("fast", "thorough"),
    ),
    Choice(
        "meaning",
        "retrieval",
        "dense_weight",
        "Search by words or by meaning",
        "Words suit names, numbers and acronyms; meaning suits questions in other words than the "
        "documents use.",
        0.0,
        1.0,
        0.05,
        ("words only", "meaning only"),
        is_share=True,
    ),
)


def chosen(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Return *settings* with what is *given* by key; what makes no sense is left out."""
    for choice in CHOICES:
        try:
            value = float(given[choice.key])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            settings = choice.changed(settings, value)
    return settings


def differing(settings: Settings, default: Settings) -> list[tuple[Choice, str, str]]:
    """Return the choices that differ, each with what it is and what it was, in words."""
    return [
        (choice, choice.shown(choice.value(settings)), choice.shown(choice.value(default)))
        for choice in CHOICES
        if choice.value(settings) != choice.value(default)
    ]
