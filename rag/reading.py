"""The reader: a question and passages in, answer spans and answerability out.

The bundled reader is a small BERT trained for this package (see ``training/``). Its input is
``[CLS] question [SEP] passage [SEP]``; its span head gives a start and an end logit for each word
piece, with position 0 standing for "no answer here" as in BERT's SQuAD 2.0 recipe (Devlin et al.
2019, https://arxiv.org/abs/1810.04805), and its verdict head one logit for the whole passage.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from rag.errors import ModelError
from rag.models import WEIGHTS_FILE, check_sha256, read_json
from rag.types import Reading, Span
from rag.windows import (
    MAX_PIECES,
    MAX_QUESTION_PIECES,
    WINDOW_STEP_PIECES,
    Window,
    WindowReading,
    read_window,
)
from rag.word_pieces import aligned, batches_by_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.settings import ReadingSettings
    from rag.windows import Logits

READER_FOLDER = Path(__file__).parent / "weights" / "reader"


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """The best span inside one sentence of a passage.

    ``span`` is in characters of the passage; ``answerable`` is the calibrated probability (0..1)
    that this sentence answers, and equals the passage's for the sentence with its best span.
    """

    span: Span
    answerable: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """A passage's best reading, and the best of each of its sentences, in their order."""

    best: Reading
    sentences: tuple[SentenceReading, ...]


class ToRead(NamedTuple):
    """A question, passages to read for it, and for each passage spans in its characters."""

    question: str
    passages: Sequence[str]
    sentences: Sequence[Sequence[Span]]


class Reader(Protocol):
    """Marks answers in passages."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return the best span and the answerability of each passage, in their order."""

    def read_sentences(
        self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[PassageReading]:
        """Return the same, and the best span inside each of the *sentences* of each passage.

        Args:
            question: Self-contained text.
            passages: Texts of any length; long ones are read in windows.
            sentences: For each passage, spans in its characters.
        """

    def read_several(self, tasks: Sequence[ToRead]) -> list[list[PassageReading]]:
        """Return what `read_sentences` returns for each of the *tasks*, read together."""


def open_reader(settings: ReadingSettings | None = None) -> Reader:
    """Return the reader that *settings* name, the bundled one by default.

    Raises:
        ModelError: its files are missing or were changed, or it is no question-answering model.
    """
    name = settings.reader if settings else "footnote"
    if name == "none":
        message = 'Expected the name of a reader, but got "none", which stands for no reader.'
        raise ModelError(message)
    if name == "footnote":
        return FootnoteReader(READER_FOLDER)
    from rag.other_readers import TransformersReader

    return TransformersReader(name)


class FootnoteReader:
    """The bundled reader, on the CPU through OpenVINO."""

    def __init__(self, folder: Path) -> None:
        """Load tokenizer, calibration and weights from *folder*."""
        from tokenizers import Tokenizer

        calibration = read_json(folder / "calibration.json")
        check_sha256(folder / WEIGHTS_FILE, calibration["weights_sha256"])
        self._identity = f"reader {calibration['weights_sha256']}"
        self._weights = calibration["weights"]
        self._bias = float(calibration["bias"])
        self._temperature = float(calibration["temperature"])
        self._folder = folder
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._request: Any = None
        self._lock = threading.Lock()  # one request computes one batch at a time

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return the best span and the answerability of each passage, in their order."""
        empty: list[list[Span]] = [[] for _ in passages]
        return [reading.best for reading in self.read_sentences(question, passages, empty)]

    def read_sentences(
        self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[PassageReading]:
        """Return the same, and the best span inside each of the *sentences* of each passage."""
        [readings] = self.read_several([ToRead(question, passages, sentences)])
        return readings

    def read_several(self, tasks: Sequence[ToRead]) -> list[list[PassageReading]]:
        """Return what `read_sentences` returns for each of the *tasks*, read together."""
        windows = [self._windows(task.question, task.passages) for task in tasks]
        outputs = iter(self._run([window for own in windows for window in own]))
        readings = []
        for task, own in zip(tasks, windows, strict=True):
            parts: list[list[WindowReading]] = [[] for _ in task.passages]
            for window in own:
                passage, sentences = task.passages[window.passage], task.sentences[window.passage]
                part = read_window(window, *next(outputs), passage, sentences)
                parts[window.passage].append(part)
            readings.append(
                [self._joined(*item) for item in zip(task.passages, parts, strict=True)]
            )
        return readings

    def answerable(self, margin: float, verdict: float) -> float:
        """Return the calibrated probability that a passage answers.

        Platt scaling (1999) of the best span's margin over "no answer" and the verdict logit.
        """
        total = (
            self._weights["margin"] * max(-30.0, min(30.0, margin))
            + self._weights["verdict"] * verdict
            + self._bias
        )
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total / self._temperature))))

    def _windows(self, question: str, passages: Sequence[str]) -> list[Window]:
        encoded = self._tokenizer.encode_batch([question, *passages], add_special_tokens=False)
        start, end = (int(self._tokenizer.token_to_id(mark) or 0) for mark in ("[CLS]", "[SEP]"))
        asked = encoded[0].ids[:MAX_QUESTION_PIECES]
        room = MAX_PIECES - len(asked) - 3
        windows = []
        for index, passage in enumerate(encoded[1:]):
            for begin in range(0, max(1, len(passage.ids)), WINDOW_STEP_PIECES):
                ids = [start, *asked, end, *passage.ids[begin : begin + room], end]
                offsets = passage.offsets[begin : begin + room]
                windows.append(Window(index, ids, len(asked) + 2, offsets))
                if begin + room >= len(passage.ids):
                    break
        return windows

    def _run(self, windows: Sequence[Window]) -> list[tuple[Logits, Logits, float]]:
        """Return the start logits, end logits and verdict of each window."""
        outputs: list[tuple[Logits, Logits, float]] = [(None, None, 0.0)] * len(windows)  # type: ignore[list-item]
        for batch in batches_by_length([len(window.ids) for window in windows]):
            longest = aligned(max(len(windows[index].ids) for index in batch))
            ids, mask, types = (np.zeros((len(batch), longest), np.int64) for _ in range(3))
            for row, index in enumerate(batch):
                window = windows[index]
                ids[row, : len(window.ids)] = window.ids
                mask[row, : len(window.ids)] = 1
                types[row, window.first : len(window.ids)] = 1
            spans, verdicts = self._infer([ids, mask, types])
            for row, index in enumerate(batch):
                length = len(windows[index].ids)
                logits = spans[row, :length]
                outputs[index] = (logits[:, 0], logits[:, 1], float(verdicts[row, 0]))
        return outputs

    def open(self) -> None:
        """Open the graph, which the first reading does otherwise."""
        with self._lock:
            self._compiled()

    def _infer(self, inputs: list[Any]) -> tuple[Any, Any]:
        with self._lock:
            spans, verdicts = self._compiled().infer(inputs).values()
            return np.array(spans), np.array(verdicts)

    def _compiled(self) -> Any:
        if self._request is None:
            from rag.compiled import open_graph

            graph = open_graph(self._identity, lambda: _graph(self._folder))
            self._request = graph.create_infer_request()
        return self._request

    def _joined(self, passage: str, parts: Sequence[WindowReading]) -> PassageReading:
        """Return the window with the best margin, and each sentence's best of all windows."""
        best = max(parts, key=lambda part: part.margin)
        sentences = tuple(
            max(
                (
                    SentenceReading(span, self.answerable(margin, part.verdict))
                    for part in parts
                    for span, margin in [part.sentences[index]]
                ),
                key=lambda item: item.answerable,
            )
            for index in range(len(best.sentences))
        )
        reading = Reading(
            start=best.span.start,
            end=best.span.end,
            text=passage[best.span.start : best.span.end],
            score=best.score,
            answerable=self.answerable(best.margin, best.verdict),
        )
        return PassageReading(reading, sentences)


def _graph(folder: Path) -> Any:
    """Build the encoder with the two heads."""
    from openvino import Model

    from rag.bert import Weights, build_encoder, import_operations

    ops = import_operations()
    weights = Weights(folder / WEIGHTS_FILE)
    encoder = build_encoder(weights, read_json(folder / "config.json"), "bert.")

    def linear(x: Any, name: str) -> Any:
        product = ops.matmul(x, ops.constant(weights[name + ".weight"]), False, True)  # noqa: FBT003
        return ops.add(product, ops.constant(weights[name + ".bias"]))

    first = ops.gather(encoder.hidden, ops.constant(np.int64(0)), ops.constant(np.int64(1)))
    if "answerable_dense.weight" in weights:
        first = ops.tanh(linear(first, "answerable_dense"))
    outputs = [linear(encoder.hidden, "qa_outputs"), linear(first, "answerable")]
    return Model(outputs, encoder.inputs(), "read")
