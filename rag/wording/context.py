"""The conversation as a follow-up question sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.wording.clauses import Clause, parse
from rag.wording.kinds import Kind
from rag.wording.mentions import Mention, mentioned, usable_answer
from rag.wording.pronouns import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Turn

_LIST_MARK = re.compile(r"\s*(?:,\s*(?:and|or)\b|,|;|\band\b|\bor\b|&)\s*")


@dataclass(frozen=True, slots=True)
class Context:
    """The question before in self-contained form, its parts and its answer.

    ``mentions`` holds what each turn mentioned, the latest turn first.
    """

    before: str
    clause: Clause | None
    answer: str | None
    mentions: tuple[tuple[Mention, ...], ...]

    @property
    def topic(self) -> str | None:
        """What the conversation is about, a person only if nothing else."""
        topic = find("it", self.mentions) or find("they", self.mentions)
        return topic.text if topic else None

    @property
    def answering_person(self) -> str | None:
        """The person whom the last answer named."""
        for mention in self.mentions[0]:
            if mention.answers and mention.kind in {Kind.PERSON, Kind.GROUP}:
                return mention.text
        return None

    @property
    def enumerated(self) -> list[str]:
        """What the last answer lists, or else the question before; empty without a list."""
        choice = self.before.strip(" ?.").rpartition(", ")[2]
        for text in (self.answer or "", choice if " or " in choice else ""):
            items = [item.strip() for item in _LIST_MARK.split(text) if item.strip()]
            if len(items) > 1:
                return items
        return []


def context_of(history: Sequence[Turn]) -> Context:
    """Read a conversation of at least one turn, the oldest first."""
    last = history[-1]
    before = last.answer.standalone_question or last.question
    clause = parse(before)
    turns = [mentioned(turn) for turn in reversed(history)]
    persons = {item.text for turn in turns for item in turn if item.kind is Kind.PERSON}
    mentions = tuple(
        tuple(replace(item, kind=Kind.PERSON) if item.text in persons else item for item in turn)
        for turn in turns
    )
    return Context(before, clause, usable_answer(last, clause), mentions)
