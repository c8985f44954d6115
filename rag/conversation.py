"""Follow-up questions made self-contained from the conversation, by rules and without a model.

Pronouns are replaced by what was last spoken of, elliptic questions ("why?", "and Iran?") take
their rest from the question before, and a question that stands on its own is left alone, so that
a change of topic carries nothing over. In doubt nothing is changed: a wrong reading of a question
is worse than none. The rules are in `rag.wording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Turn


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return *question* such that it can be understood without the conversation.

    Args:
        question: What was just asked.
        history: The earlier turns, the oldest first.

    Returns:
        The question itself where it needs nothing from the conversation.
    """
    if not history:
        return question
    from rag.wording.rewriting import rewritten  # its patterns are slow to compile

    return rewritten(question, history)
