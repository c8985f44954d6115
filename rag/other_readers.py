"""Readers other than the bundled one: any question-answering or cross-encoder model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError
from rag.logistic import sigmoid
from rag.reading import PassageReading, SentenceReading
from rag.types import Reading, Span
from rag.windows import LONGEST_ANSWER_PIECES, NO_SPAN, WINDOW_STEP_PIECES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.reading import ToRead

CROSS_ENCODER_SUFFIX = "ForSequenceClassification"


class TransformersReader:
    """A model of transformers, on a GPU where there is one.

    A question-answering model gives spans, and the margin of its best span over the null answer
    as answerability; a cross-encoder gives no spans, so its whole passage counts as the span.
    Neither is calibrated: the threshold for answering may have to be set anew.
    """

    def __init__(self, name: str) -> None:
        """Load the model by the path of a folder or by name."""
        import torch
        from transformers import (
            AutoConfig,
            AutoModelForQuestionAnswering,
            AutoModelForSequenceClassification,
            AutoTokenizer,
        )

        try:
            architectures = AutoConfig.from_pretrained(name).architectures or [""]
            self._spans = not architectures[0].endswith(CROSS_ENCODER_SUFFIX)
            kind = (
                AutoModelForQuestionAnswering if self._spans else AutoModelForSequenceClassification
            )
            self._model = kind.from_pretrained(name).eval()
            self._tokenizer = AutoTokenizer.from_pretrained(name)
        except Exception as error:
            message = (
                f"Expected a question-answering or cross-encoder model at {name!r}, but "
                f'transformers cannot load it: {error}. Use "footnote", "none" or another path.'
            )
            raise ModelError(message) from error
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return the best span and the answerability of each passage, in their order."""
        empty: list[list[Span]] = [[] for _ in passages]
        return [reading.best for reading in self.read_sentences(question, passages, empty)]

    def read_sentences(
        self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[PassageReading]:
        """Return the same, and the best span inside each of the *sentences* of each passage."""
        return [
            self._read(question, passage, own)
            for passage, own in zip(passages, sentences, strict=True)
        ]

    def read_several(self, tasks: Sequence[ToRead]) -> list[list[PassageReading]]:
        """Return what `read_sentences` returns for each of the *tasks*."""
        return [self.read_sentences(*task) for task in tasks]

    def _read(self, question: str, passage: str, sentences: Sequence[Span]) -> PassageReading:
        import torch

        encoded = self._tokenizer(
            question,
            passage,
            truncation="only_second",
            stride=WINDOW_STEP_PIECES,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").numpy()
        encoded.pop("overflow_to_sample_mapping", None)
        belongs = [encoded.sequence_ids(row) for row in range(len(offsets))]
        with torch.inference_mode():
            output = self._model(**{key: value.to(self._device) for key, value in encoded.items()})
        if not self._spans:
            return _without_spans(passage, sentences, output.logits.cpu().numpy())
        parts = [
            _window_spans(start, end, places, ids, sentences)
            for start, end, places, ids in zip(
                output.start_logits.cpu().numpy(),
                output.end_logits.cpu().numpy(),
                offsets,
                belongs,
                strict=True,
            )
        ]
        margin, span, score, _ = max(parts, key=lambda part: part[0])
        best = tuple(
            max((part[3][index] for part in parts), key=lambda item: item.answerable)
            for index in range(len(sentences))
        )
        reading = Reading(
            span.start, span.end, passage[span.start : span.end], score, sigmoid(margin)
        )
        return PassageReading(reading, best)


def _window_spans(
    start: Any, end: Any, offsets: Any, belongs: Sequence[int | None], sentences: Sequence[Span]
) -> tuple[float, Span, float, list[SentenceReading]]:
    null = float(start[0] + end[0])
    pieces = [index for index, owner in enumerate(belongs) if owner == 1]
    span, score = _best(start, end, offsets, pieces)
    readings = []
    for sentence in sentences:
        inside = [
            index
            for index in pieces
            if offsets[index][0] >= sentence.start and offsets[index][1] <= sentence.end
        ]
        found, value = _best(start, end, offsets, inside)
        readings.append(SentenceReading(found, sigmoid(value - null)))
    return score - null, span, score, readings


def _best(start: Any, end: Any, offsets: Any, pieces: Sequence[int]) -> tuple[Span, float]:
    if not pieces:
        return Span(0, 0), NO_SPAN
    starts, ends = start[pieces], end[pieces]
    sums = np.triu(starts[:, None] + ends[None, :])
    distance = np.arange(len(pieces))[None, :] - np.arange(len(pieces))[:, None]
    sums[(distance < 0) | (distance >= LONGEST_ANSWER_PIECES)] = NO_SPAN
    first, last = divmod(int(np.argmax(sums)), len(ends))
    span = Span(int(offsets[pieces[first]][0]), int(offsets[pieces[last]][1]))
    return span, float(sums[first, last])


def _without_spans(passage: str, sentences: Sequence[Span], logits: Any) -> PassageReading:
    relevance = float(np.max(logits[:, -1]))
    reading = Reading(0, len(passage), passage, relevance, sigmoid(relevance))
    return PassageReading(
        reading, tuple(SentenceReading(sentence, sigmoid(relevance)) for sentence in sentences)
    )
