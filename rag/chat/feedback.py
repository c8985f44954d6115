"""What people say about answers, as candidates for gold questions."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.types import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.chat.turns import Exchange
    from rag.types import Answer

FEEDBACK_FILE = "feedback.jsonl"
"""Everything that was said, one a line."""
CANDIDATES_FILE = "candidate-gold.jsonl"
"""Of the last verdict on each answer, what `rag eval` can read as gold questions."""
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is right; ``passage`` is (document, quote) of what answers instead."""

    right: bool
    note: str = ""
    passage: tuple[str, str] | None = None


class Feedback:
    """Two files of JSON Lines in one folder; for several threads."""

    def __init__(self, folder: Path | None) -> None:
        """Write into *folder*; None keeps nothing."""
        self._folder = folder
        self._lock = threading.Lock()

    def keep(self, earlier: Sequence[Exchange], exchange: Exchange, verdict: Verdict) -> None:
        """Note a verdict on *exchange*, which followed the *earlier* ones.

        What an earlier verdict on the same answer made a candidate is one no longer.
        """
        if self._folder is None or exchange.answer is None:
            return
        record = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "right": verdict.right,
            "note": verdict.note[:LONGEST_NOTE],
            "passage": verdict.passage,
            "within": exchange.within,
            "answer": exchange.answer.to_dict(),
        }
        candidate = gold_candidate([item.question for item in earlier], exchange, verdict)
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / FEEDBACK_FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
            _set_candidate(self._folder / CANDIDATES_FILE, _identifier(exchange.answer), candidate)


def gold_candidate(
    history: Sequence[str], exchange: Exchange, verdict: Verdict
) -> dict[str, Any] | None:
    """Return a gold question made of a verdict, None where it does not tell what is right.

    A right answer gives its quotes as evidence, a right refusal a question that nothing answers,
    and a wrong one the passage that was marked instead. A right refusal of a question that was
    limited to some documents gives none, since others may answer.
    """
    answer = exchange.answer
    if answer is None:
        return None
    refused = answer.status is Status.NOT_FOUND
    if verdict.passage is not None:
        evidence = [{"document": verdict.passage[0], "quote": verdict.passage[1]}]
        answers = []
    elif not verdict.right or (refused and exchange.within):
        return None
    else:
        evidence = [{"document": item.document, "quote": item.quote} for item in answer.citations]
        answers = [answer.short_answer] if answer.short_answer else []
    unanswerable = refused and verdict.passage is None
    follow_up = bool(history) and not unanswerable
    follow_up = follow_up and answer.standalone_question.strip() != exchange.question.strip()
    candidate: dict[str, Any] = {
        "id": _identifier(answer),
        "question": exchange.question,
        "kind": "unanswerable: near miss" if unanswerable else "fact",
        "answers": answers,
        "evidence": evidence,
    }
    if follow_up:
        candidate |= {"kind": "follow-up", "history": list(history)}
    if verdict.note.strip():
        candidate["note"] = verdict.note.strip()[:LONGEST_NOTE]
    return candidate


def _identifier(answer: Answer) -> str:
    """Return the id of an answer's candidate, the same when its conversation is opened again."""
    content = json.dumps(answer.to_dict(), sort_keys=True)
    return f"feedback-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _set_candidate(path: Path, identifier: str, candidate: dict[str, Any] | None) -> None:
    """Put *candidate* in the place of the line with its *identifier*, at once; None removes it."""
    before = path.read_bytes().split(b"\n") if path.exists() else []
    mark = f'"{identifier}"'.encode()
    lines = [line for line in before if line.strip() and mark not in line]
    if candidate is not None:
        lines.append(json.dumps(candidate, ensure_ascii=False).encode())
    if not lines:
        path.unlink(missing_ok=True)
        return
    unfinished = path.with_suffix(".tmp")
    unfinished.write_bytes(b"".join(line + b"\n" for line in lines))
    unfinished.replace(path)
