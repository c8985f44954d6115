"""What a caller gives to ask, checked before anything is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.types import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_QUESTION_CHARACTERS = 2000


def checked_question(question: str) -> str:
    """Return *question* without surrounding and repeated white space.

    Raises:
        InputError: it is no text, nothing is left, or it is too long.
    """
    if not isinstance(question, str):
        message = f"Expected a question as text, but got {type(question).__name__}."
        raise InputError(message)
    text = " ".join(whole_characters(question).replace("\0", " ").split())
    if not any(char.isalnum() for char in text):
        message = f"Expected a question in words, but got {question[:80]!r}."
        raise InputError(message)
    if len(text) > MAX_QUESTION_CHARACTERS:
        message = (
            f"Expected a question of at most {MAX_QUESTION_CHARACTERS} characters, "
            f"but got {len(text)}. Ask a shorter one."
        )
        raise InputError(message)
    return text


def whole_characters(text: str) -> str:
    """Return *text* with halves of characters, which no file and no model takes, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def checked_history(history: Sequence[Turn]) -> Sequence[Turn]:
    """Return *history* as it is.

    Raises:
        InputError: it holds something else than turns.
    """
    for turn in history:
        if not isinstance(turn, Turn):
            message = (
                "Expected a history of rag.Turn(question, answer), the oldest first, "
                f"but got {type(turn).__name__}."
            )
            raise InputError(message)
    return history
