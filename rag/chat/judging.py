"""From a click on "Right" or "Wrong" to a verdict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rag.chat.feedback import Verdict
from rag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.chat.engine import Engine

LONGEST_SELECTION = 4000


def verdict_of(engine: Engine, data: Mapping[str, Any]) -> tuple[int, Verdict]:
    """Return the turn that *data* judges, and the verdict.

    Raises:
        InputError: it names no turn, or the text marked is not in the document.
    """
    try:
        turn = int(data["turn"])
    except (KeyError, TypeError, ValueError) as error:
        message = "There is no such answer in this conversation."
        raise InputError(message) from error
    selected = str(data.get("quote") or "").strip()
    passage = None
    if selected:
        name = str(data.get("document") or "")
        passage = (name, quoted_text(engine.document(name).text, selected))
    return turn, Verdict(data.get("verdict") == "right", str(data.get("note") or ""), passage)


def quoted_text(text: str, selected: str) -> str:
    """Return the part of *text* that was selected on the page, where spaces may differ.

    Raises:
        InputError: it is too long, or not there.
    """
    words = selected.split()
    if words and len(selected) <= LONGEST_SELECTION:
        match = re.search(r"\s+".join(map(re.escape, words)), text)
        if match:
            return match[0]
    message = "Mark some words of one document, shorter than a page."
    raise InputError(message)
