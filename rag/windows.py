"""What the reader's logits say of a window of a passage: its best span, and that of each sentence.

A passage that is longer than the model's input is read in windows that overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    Logits = np.ndarray[Any, np.dtype[np.float32]]

MAX_PIECES = 384
MAX_QUESTION_PIECES = 64
WINDOW_STEP_PIECES = 128
LONGEST_ANSWER_PIECES = 30
NO_SPAN = -1e9
"""The score of a sentence in which no span can lie."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a passage as model input; ``first`` is where the passage begins in ``ids``."""

    passage: int
    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class WindowReading:
    """What the reader says of one window.

    ``span`` is the best one in characters of the passage, ``score`` its logit sum, ``margin`` that
    over the null answer's, ``verdict`` the logit of answerability; ``sentences`` are the best span
    inside each sentence and its margin, `NO_SPAN` where none can lie.
    """

    span: Span
    score: float
    margin: float
    verdict: float
    sentences: tuple[tuple[Span, float], ...]


def read_window(
    window: Window,
    start: Logits,
    end: Logits,
    verdict: float,
    passage: str,
    sentences: Sequence[Span],
) -> WindowReading:
    """Return the best span of a window and of each sentence.

    Args:
        window: The model's input.
        start: The start logit of each of its word pieces, position 0 for the null answer.
        end: The same of ends.
        verdict: The logit of answerability.
        passage: Its whole text.
        sentences: Spans in its characters.
    """
    null = float(start[0] + end[0])
    starts, ends = start[window.first : -1], end[window.first : -1]
    span, score = _best_span(window.offsets, starts, ends)
    if span is None:
        empty = tuple((Span(item.start, item.start), NO_SPAN) for item in sentences)
        return WindowReading(Span(0, 0), NO_SPAN, NO_SPAN, verdict, empty)
    readings = []
    for sentence in sentences:
        inside = [
            piece
            for piece, (left, right) in enumerate(window.offsets)
            if left >= sentence.start and right <= sentence.end
        ]
        found, value = None, NO_SPAN
        if inside:
            part = slice(inside[0], inside[-1] + 1)
            found, value = _best_span(window.offsets[part], starts[part], ends[part])
        readings.append((found or Span(sentence.start, sentence.start), value - null))
    return WindowReading(_whole_words(passage, span), score, score - null, verdict, tuple(readings))


def _best_span(
    offsets: Sequence[tuple[int, int]], starts: Logits, ends: Logits
) -> tuple[Span | None, float]:
    """Return the characters of the best span and its score; the first of equal ones."""
    if len(starts) == 0:
        return None, NO_SPAN
    sums = starts[:, np.newaxis] + ends[np.newaxis, :]
    distance = np.arange(len(ends))[np.newaxis, :] - np.arange(len(starts))[:, np.newaxis]
    sums[(distance < 0) | (distance >= LONGEST_ANSWER_PIECES)] = NO_SPAN
    first, last = divmod(int(np.argmax(sums)), len(ends))
    return Span(offsets[first][0], offsets[last][1]), float(sums[first, last])


def _whole_words(text: str, span: Span) -> Span:
    """Extend a span that begins or ends inside a word, which word pieces allow."""
    start, end = span.start, span.end
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return Span(start, end)
