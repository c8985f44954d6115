"""Candidates for gold questions, drawn from documents and from what people said about answers.

A candidate is a draft: a person reads it, corrects it and sets ``accepted`` to true. The system
that is to be measured takes no part in choosing, else it would be measured on what it can do.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation.labels import Kind, Split
from rag.evaluation.proposals import proposals
from rag.sentences import sentence_spans
from rag.types import BlockKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rag.store import Snapshot
    from rag.types import Document

DRAFTS = 20
"""Candidates drawn from documents if no number is given."""
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_COMMON_WORD = re.compile(r"(?<![.!?:] )\b[a-z]\w+")


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What was drafted, and how many verdicts of the feedback say too little for a question."""

    path: Path
    from_documents: int
    from_feedback: int
    unusable: int

    def to_text(self) -> str:
        """Return what was written and what a person has to do now."""
        counts = f"{self.from_documents} drafts from documents, {self.from_feedback} from feedback"
        lines = [f"{self.path}: {counts}"]
        if self.unusable:
            said = "that an answer was wrong, or that some chosen documents do not answer"
            lines.append(f"{self.unusable} verdicts say only {said}: left out")
        lines.append('Read each one, correct it, and set "accepted" to true where it is good.')
        return "\n".join(lines) + "\n"


def write_drafts(
    snapshot: Snapshot, path: Path, feedback: Path | None = None, count: int = DRAFTS
) -> DraftReport:
    """Write candidates to *path*, one a line, those from feedback first.

    Args:
        snapshot: The index whose documents questions are drawn from.
        path: A file that does not exist yet: drafts may hold a person's corrections.
        feedback: The chat's ``feedback.jsonl``; None means none.
        count: How many at most from documents.

    Raises:
        InputError: *path* exists or cannot be written, the feedback cannot be read, or there is
            nothing to draft.
    """
    judged = _read_feedback(feedback) if feedback is not None else []
    said = [draft for draft in judged if draft is not None]
    drawn = from_documents(snapshot, count)
    rows = {row["id"]: row for row in [*said, *drawn]}
    if not rows:
        message = (
            "Expected sentences that a question can be drawn from, but no document has one that "
            "is simple enough, and no verdict tells what is right. Nothing was written."
        )
        raise InputError(message)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values())
    except FileExistsError as error:
        message = f"Expected a new file for drafts, but {path} exists. Choose another name."
        raise InputError(message) from error
    except OSError as error:
        message = f"Expected to write drafts to {path}, but: {error}. Choose another file."
        raise InputError(message) from error
    return DraftReport(path, len(drawn), len(said), len(judged) - len(said))


def from_documents(snapshot: Snapshot, count: int) -> list[dict[str, Any]]:
    """Return up to *count* drafts, one of each document in turn.

    Sentences that answer the same question become evidence of one draft.
    """
    documents = [snapshot.document(name) for name in snapshot.catalog()]
    common = frozenset(word for item in documents for word in _COMMON_WORD.findall(item.text))
    found: dict[str, dict[str, Any]] = {}
    drafts = [_drafts_of(document, common) for document in documents]
    for draft in chain.from_iterable(zip_longest(*drafts)):
        if draft is None:
            continue
        same = found.setdefault(draft["question"].casefold(), draft)
        for key in ("answers", "evidence"):
            same[key] += [item for item in draft[key] if item not in same[key]]
    return list(found.values())[:count]


def from_verdict(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the draft that a line of the chat's feedback gives, None where it tells too little.

    A right answer gives its quotes as evidence, a right refusal a question that nothing answers,
    a wrong one the passage that was marked instead. A follow-up is asked as it was completed. A
    right refusal of a question that was limited to some documents gives none, since others may
    answer; a line without ``within`` was not limited.

    Raises:
        KeyError, TypeError: the line is no verdict.
    """
    answer = record["answer"]
    question, passage = answer["standalone_question"], record.get("passage")
    if passage:
        return _draft(question, Kind.FACT, [], [(passage[0], passage[1])], record.get("note"))
    if not record["right"]:
        return None
    if answer["status"] == Status.NOT_FOUND.value:
        if record.get("within"):
            return None
        return _draft(question, Kind.NEAR_MISS, [], [], record.get("note"))
    short = [answer["short_answer"]] if answer["short_answer"] else []
    evidence = [(citation["document"], citation["quote"]) for citation in answer["citations"]]
    return _draft(question, Kind.FACT, short, evidence, record.get("note"))


def _drafts_of(document: Document, common: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield at most one draft for each sentence of prose."""
    for block in document.blocks:
        if block.kind in _PROSE:
            for span in sentence_spans(document.text, block.span):
                quote = document.slice(span)
                proposal = next(proposals(quote, common), None)
                if proposal is not None:
                    evidence = [(document.name, quote)]
                    yield _draft(proposal.question, Kind.FACT, [proposal.answer], evidence)


def _draft(
    question: str,
    kind: Kind,
    answers: Sequence[str],
    evidence: Iterable[tuple[str, str]],
    note: str | None = None,
) -> dict[str, Any]:
    """Return one line. Its hash decides the split, so that drafting again changes none."""
    digest = hashlib.sha256(question.encode()).hexdigest()
    row: dict[str, Any] = {
        "id": f"draft-{digest[:12]}",
        "question": question,
        "kind": kind.value,
        "answers": list(answers),
        "evidence": [{"document": name, "quote": quote} for name, quote in evidence],
        "split": (Split.DEVELOPMENT if int(digest[-1], 16) % 2 else Split.TEST).value,
        "accepted": False,
    }
    return row | ({"note": note} if note else {})


def _read_feedback(path: Path) -> list[dict[str, Any] | None]:
    """Return what the last verdict on each answer gives, None where it tells too little."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"Expected the chat's feedback in UTF-8 at {path}, but: {error}."
        raise InputError(message) from error
    drafts: dict[str, dict[str, Any] | None] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                record = json.loads(line)
                draft = from_verdict(record)
            except (ValueError, KeyError, TypeError, IndexError) as error:
                message = f"Expected a verdict of the chat in {path}, line {number}: {error!r}."
                raise InputError(message) from error
            answer = json.dumps(record["answer"], sort_keys=True)
            drafts.pop(answer, None)  # the last verdict also comes last
            drafts[answer] = draft
    return list(drafts.values())
