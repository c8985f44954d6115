"""Gold labels: what a right answer is and where the documents say so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.errors import InputError


class Kind(StrEnum):
    """What a question asks for."""

    FACT = "fact"
    LIST = "list"
    WHY = "why"
    COMPARISON = "comparison"
    ACROSS = "across documents"
    CONFLICT = "conflict"
    FOLLOW_UP = "follow-up"
    OFF_TOPIC = "unanswerable: off topic"
    NEAR_MISS = "unanswerable: near miss"


class Split(StrEnum):
    """Which part of the gold a question belongs to: tune on one, report the other."""

    DEVELOPMENT = "development"
    TEST = "test"


UNANSWERABLE = frozenset({Kind.OFF_TOPIC, Kind.NEAR_MISS})
FACTUAL = frozenset({Kind.FACT, Kind.FOLLOW_UP})
"""Kinds whose ``answers`` are alternatives, any one of which is right."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: an exact quote, or a range of the raw source file.

    Either ``quote`` is given, or ``start``, ``end`` and ``sha256``: offsets in code points into the
    file decoded as UTF-8 with its newlines untouched, and the hash of the file that they hold for.
    """

    document: str
    quote: str | None = None
    start: int = 0
    end: int = 0
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """One question with what a right answer holds.

    ``groups`` are indexes into ``evidence``: one of each group is needed, and all the groups.
    ``positions`` (conflict only) are the values that sources give, each with its spellings.
    ``history`` (follow-up only) are the earlier questions, the oldest first. Only an ``accepted``
    question is asked; what is not is a draft that a person has yet to read.
    """

    identifier: str
    question: str
    kind: Kind
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    groups: tuple[tuple[int, ...], ...]
    positions: tuple[tuple[str, ...], ...] = ()
    history: tuple[str, ...] = ()
    wording: str | None = None
    split: Split | None = None
    line: int = 0
    accepted: bool = True

    @property
    def answerable(self) -> bool:
        """Whether the documents answer the question."""
        return self.kind not in UNANSWERABLE

    @property
    def factual(self) -> bool:
        """Whether a short answer can be right or wrong."""
        return self.kind in FACTUAL and bool(self.answers)


@dataclass(frozen=True, slots=True)
class Gold:
    """The accepted questions of one file, its drafts, and the SHA-256 of its bytes."""

    name: str
    sha256: str
    questions: tuple[GoldQuestion, ...]
    drafts: tuple[GoldQuestion, ...] = ()

    def part(self, split: Split | None) -> Gold:
        """Return the questions of one split, all of them for None.

        Raises:
            InputError: no question belongs to it.
        """
        if split is None:
            return self
        questions = tuple(item for item in self.questions if item.split is split)
        if not questions:
            message = f"Expected questions of the split {split.value} in {self.name}, found none."
            raise InputError(message)
        return replace(self, questions=questions)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many questions each kind has in each split."""
        counted = Counter((item.kind, item.split) for item in self.questions)
        splits: tuple[Split | None, ...] = (*Split, None)
        return {
            kind.value: {
                split.value if split else "none": counted[kind, split]
                for split in splits
                if counted[kind, split]
            }
            for kind in Kind
            if any(counted[kind, split] for split in splits)
        }
