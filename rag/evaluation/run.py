"""Measuring a pipeline on gold questions."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import platform
import subprocess
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation.intervals import RESAMPLES, SEED, Metric, Resamples
from rag.evaluation.locating import Locator
from rag.evaluation.metrics import measured, measured_by
from rag.evaluation.records import DEPTHS, Outcome, QuestionRecord, record_of
from rag.settings import to_dict
from rag.types import Status, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rag.evaluation.labels import Gold, GoldQuestion, Split
    from rag.pipeline import Pipeline
    from rag.store.protocol import Manifest
    from rag.types import Answer

FORMAT = 1
"""Counts incompatible changes of the JSON of a run."""
PACKAGES = ("faiss-cpu", "numpy", "openvino", "sentencex", "tantivy", "tokenizers")
GIT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A measured run: what was measured, how, each question, and the figures.

    ``made_with`` holds the gold's name and hash, settings, index, commit and versions.
    ``metrics`` are over all questions, ``by_kind`` over those of one kind, ``by_wording`` over the
    answerable ones that share words with their evidence or do not, where the gold tells.
    """

    made_with: dict[str, Any]
    records: tuple[QuestionRecord, ...]
    metrics: dict[str, Metric]
    by_kind: dict[str, dict[str, Metric]]
    by_wording: dict[str, dict[str, Metric]]

    def to_dict(self) -> dict[str, Any]:
        """Return the run as JSON; the same index, settings and gold give the same, times aside."""
        return {
            "format": FORMAT,
            **self.made_with,
            "metrics": {name: metric.to_dict() for name, metric in self.metrics.items()},
            "by_kind": _parts_to_dict(self.by_kind),
            "by_wording": _parts_to_dict(self.by_wording),
            "questions": [record.to_dict() for record in self.records],
        }


def evaluate(
    pipeline: Pipeline,
    gold: Gold,
    split: Split | None = None,
    *,
    tell: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask every gold question and score what comes back.

    Follow-ups are asked after their history, in one conversation. The retrieval of a follow-up is
    judged on the question as the pipeline made it self-contained. A refused answerable question is
    asked once more with the threshold at 0, to know whether its answer would have been right.

    Args:
        pipeline: What to measure.
        gold: The questions; their documents must be in the index.
        split: Only these questions; None means all.
        tell: Called after each question with how many are done, and of how many.

    Raises:
        InputError: evidence is not in the index, or no question is in the split.
    """
    questions = gold.part(split)
    records = []
    with pipeline.store.snapshot() as snapshot:
        for outcome in outcomes(pipeline, questions):
            records.append(record_of(outcome, snapshot.document))
            if tell is not None:
                tell(len(records), len(questions.questions))
        generation = snapshot.generation
    return evaluation_of(tuple(records), _made_with(pipeline, gold, split, generation))


def outcomes(pipeline: Pipeline, gold: Gold) -> Iterator[Outcome]:
    """Yield what the pipeline gives for each question of *gold*; see `evaluate`.

    Raises:
        InputError: evidence is not in the index; nothing was asked.
    """
    sources = {file.name: Path(file.path) for file in pipeline.store.files()}
    with pipeline.store.snapshot() as snapshot:
        locator = Locator(snapshot, sources)
        places = [locator.locate(question) for question in gold.questions]
    for question, evidence in zip(gold.questions, places, strict=True):
        answer, milliseconds = _asked(pipeline, question)
        hits = pipeline.search(answer.standalone_question, max(DEPTHS))
        forced = answer
        if question.answerable and answer.status is Status.NOT_FOUND:
            forced, _ = _asked(never_refusing(pipeline), question)
        yield Outcome(question, evidence, answer, forced, hits, milliseconds)


def evaluation_of(records: tuple[QuestionRecord, ...], made_with: dict[str, Any]) -> Evaluation:
    """Return the figures of *records*, all together and by kind."""
    resamples = Resamples(len(records))
    return Evaluation(
        made_with,
        records,
        measured(records, resamples),
        measured_by(records, resamples, lambda record: record.kind),
        measured_by(records, resamples, lambda record: record.wording),
    )


def read_evaluation(path: Path) -> Evaluation:
    """Read a run that was written as JSON.

    Raises:
        InputError: it cannot be read, or was written by another version.
    """
    try:
        value = json.loads(path.read_bytes())
        if value["format"] != FORMAT:
            message = f"Expected a run of format {FORMAT} in {path}, but got {value['format']!r}."
            raise InputError(message)
        records = tuple(QuestionRecord.from_dict(row) for row in value["questions"])
        return Evaluation(
            {key: value[key] for key in _MADE_WITH},
            records,
            _metrics_from(value["metrics"]),
            {kind: _metrics_from(found) for kind, found in value["by_kind"].items()},
            {wording: _metrics_from(found) for wording, found in value["by_wording"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"Expected a run written by rag eval --json in {path}, but: {error!r}."
        raise InputError(message) from error


_MADE_WITH = ("gold", "settings", "settings_sha256", "index", "bootstrap", "commit", "versions")


def current_commit() -> str | None:
    """Return the commit of the working directory, with a + if files differ; None without git."""
    try:
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}+" if changed else commit


def _asked(pipeline: Pipeline, question: GoldQuestion) -> tuple[Answer, float]:
    """Return the answer after its history, and the milliseconds of this last question."""
    turns: list[Turn] = []
    for earlier in question.history:
        turns.append(Turn(earlier, pipeline.ask(earlier, tuple(turns))))
    began = time.perf_counter()
    answer = pipeline.ask(question.question, tuple(turns))
    return answer, 1000 * (time.perf_counter() - began)


def never_refusing(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline with a threshold of 0."""
    settings = pipeline.settings
    forced = copy.copy(pipeline)
    forced.settings = replace(settings, answering=replace(settings.answering, threshold=0.0))
    return forced


def _made_with(
    pipeline: Pipeline, gold: Gold, split: Split | None, generation: int
) -> dict[str, Any]:
    manifest = pipeline.store.manifest()
    files = {file.name: file.sha256 for file in pipeline.store.files()}
    return {
        "gold": {
            "name": gold.name,
            "sha256": gold.sha256,
            "split": split.value if split else None,
            "drafts": len(gold.drafts),
        },
        "settings": to_dict(pipeline.settings),
        "settings_sha256": pipeline.settings.sha256(),
        "index": {
            "name": pipeline.store.name,
            "generation": generation,
            "sha256": _index_sha256(manifest, files),
            "embedder": manifest.embedder if manifest else None,
            "format": manifest.format if manifest else None,
            "files": files,
        },
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED},
        "commit": current_commit(),
        "versions": versions(),
    }


def _index_sha256(manifest: Manifest | None, files: Mapping[str, str]) -> str:
    """Return the SHA-256 of what decides an index's content: its files and what made it."""
    content = json.dumps([asdict(manifest) if manifest else None, files], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def versions() -> Mapping[str, str]:
    """Return the versions of Python and of the packages that figures depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _parts_to_dict(parts: Mapping[str, Mapping[str, Metric]]) -> dict[str, Any]:
    return {
        part: {name: metric.to_dict() for name, metric in found.items()}
        for part, found in parts.items()
    }


def _metrics_from(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Metric]:
    return {name: Metric(**row) for name, row in rows.items()}


def _git(*arguments: str) -> str:
    finished = subprocess.run(  # noqa: S603 - fixed arguments
        ["git", *arguments],  # noqa: S607 - whichever git the user has
        capture_output=True,
        check=True,
        text=True,
        timeout=GIT_TIMEOUT_S,
    )
    return finished.stdout.strip()
