"""Many questions at once: the calls of their threads to the models, gathered into larger ones.

Each question goes through the same code as `Pipeline.ask`, in a thread of its own. Only what it
asks of the embedder and the reader waits until all threads of its group wait, and is then computed
in one call: rows of like length share a batch, and a sentence is embedded once however many
questions consider it. There are two groups, so that while the models work for one, Python works
for the other.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import RagError
from rag.reading import ToRead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.embedding import Embedder, Vectors
    from rag.reading import PassageReading, Reader
    from rag.types import Answer, Chunk, Reading, Span

    Ask = Callable[[str], Answer]
    AskWith = Callable[[Embedder, Reader | None], Ask]

GROUPS = 2
GROUP_QUESTIONS = 16
"""Questions of one group: 128 passages at a time, enough for batches of like length."""
KEPT_VECTORS = 20_000
"""Of sentences that were embedded last, 1.5 KB each."""
KEPT_ANSWERS = 256
"""To the questions asked last, some 20 KB each, for those that are asked again."""


def ask_together(
    questions: Iterable[str], ask_with: AskWith, embedder: Embedder, reader: Reader | None
) -> Iterator[Answer | RagError]:
    """Yield what asking each question gives, in order.

    Args:
        questions: Read as answers are taken, a few dozen ahead.
        ask_with: Returns what answers one question with the models given.
        embedder: The model that groups share.
        reader: The same; None where there is none.

    Yields:
        An answer, or the error that asking raised.
    """
    vectors = _Vectors(embedder)
    tasks: _Tasks = queue.SimpleQueue()
    begun = threading.Event()
    workers = []
    for _ in range(GROUPS):
        meeting = _Meeting(vectors, reader)
        companion = GatheringEmbedder(embedder, meeting)
        ask = ask_with(companion, GatheringReader(meeting) if reader else None)
        workers += [
            threading.Thread(target=_work, args=(tasks, begun, meeting, ask), daemon=True)
            for _ in range(GROUP_QUESTIONS)
        ]
    for worker in workers:
        worker.start()
    try:
        yield from _in_order(questions, tasks, begun, ahead=2 * len(workers))
    finally:
        while not tasks.empty():  # nobody waits for these any more
            tasks.get_nowait()
        begun.set()
        for _ in workers:
            tasks.put(None)
        for worker in workers:
            worker.join()


@dataclass(frozen=True, slots=True)
class _Task:
    question: str
    answer: Future[Answer]


_Tasks = queue.SimpleQueue[_Task | None]


def _in_order(
    questions: Iterable[str], tasks: _Tasks, begun: threading.Event, *, ahead: int
) -> Iterator[Answer | RagError]:
    """Hand out questions, *ahead* of those answered, and yield answers in their order.

    The first ones are all handed out before the work has *begun*.
    """
    known: OrderedDict[str, Future[Answer]] = OrderedDict()
    waiting: deque[_Task] = deque()
    source = iter(questions)

    def hand_out(question: str) -> _Task:
        key = " ".join(question.split())
        answer = known.pop(key, None)
        if answer is None:
            answer = Future()
            tasks.put(_Task(question, answer))
        known[key] = answer
        if len(known) > KEPT_ANSWERS:
            known.popitem(last=False)
        return _Task(question, answer)

    waiting.extend(hand_out(question) for question in islice(source, ahead))
    begun.set()
    while waiting:
        task = waiting.popleft()
        try:
            outcome: Answer | RagError = replace(task.answer.result(), question=task.question)
        except RagError as error:
            outcome = error
        waiting.extend(hand_out(question) for question in islice(source, 1))
        yield outcome


def _work(tasks: _Tasks, begun: threading.Event, meeting: _Meeting, ask: Ask) -> None:
    """Answer questions until there are no more; the meeting waits for those who have one."""
    begun.wait()
    while True:
        try:
            task = tasks.get_nowait()
        except queue.Empty:
            meeting.leave()
            task = tasks.get()
            meeting.join()
        if task is None:
            meeting.leave()
            return
        try:
            task.answer.set_result(ask(task.question))
        except BaseException as error:  # noqa: BLE001 - raised where the answer is taken
            task.answer.set_exception(error)


@dataclass(slots=True)
class _Call:
    """What a thread asks of a model: *texts* to embed, or *tasks* for the reader."""

    texts: Sequence[str] = ()
    tasks: Sequence[ToRead] = ()
    result: Any = None
    error: BaseException | None = None
    done: bool = field(default=False)


class _Meeting:
    """Where the threads of a group wait for each other; the last one makes the calls of all.

    All are members from the start, so that none of them makes its calls alone because the others
    have not run yet. Who finds no question leaves, and joins again with the next one.
    """

    def __init__(self, vectors: _Vectors, reader: Reader | None) -> None:
        self._vectors = vectors
        self._reader = reader
        self._members = GROUP_QUESTIONS
        self._calls: list[_Call] = []
        self._changed = threading.Condition()

    def join(self) -> None:
        """Become a member: calls wait for this thread too."""
        with self._changed:
            self._members += 1

    def leave(self) -> None:
        """Be waited for no longer."""
        with self._changed:
            self._members -= 1
            self._serve()

    def make(self, call: _Call) -> Any:
        """Return the result of a call, made together with what others ask."""
        with self._changed:
            self._calls.append(call)
            self._serve()
            while not call.done:
                self._changed.wait()
        if call.error is not None:
            raise call.error
        return call.result

    def _serve(self) -> None:
        """Make the calls once every member waits for one."""
        if not self._calls or len(self._calls) < self._members:
            return
        calls, self._calls = self._calls, []
        try:
            self._vectors.embed([call for call in calls if not call.tasks])
            self._read([call for call in calls if call.tasks])
        except BaseException as error:  # noqa: BLE001 - raised in each thread that waits
            for call in calls:
                call.error = error
        for call in calls:
            call.done = True
        self._changed.notify_all()

    def _read(self, calls: Sequence[_Call]) -> None:
        if calls and self._reader is not None:
            readings = iter(
                self._reader.read_several([task for call in calls for task in call.tasks])
            )
            for call in calls:
                call.result = [next(readings) for _ in call.tasks]


class _Vectors:
    """The vectors of texts, those used last kept."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, calls: Sequence[_Call]) -> None:
        """Embed the texts of all calls that have no vector yet, each once."""
        wanted = list(dict.fromkeys(text for call in calls for text in call.texts))
        with self._lock:
            found = {text: self._kept[text] for text in wanted if text in self._kept}
        missing = [text for text in wanted if text not in found]
        if missing:
            found.update(zip(missing, self._embedder.embed(missing), strict=True))
        for call in calls:
            rows = [found[text] for text in call.texts]
            empty = np.empty((0, self._embedder.dimension), np.float32)
            call.result = np.stack(rows) if rows else empty
        with self._lock:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > KEPT_VECTORS:
                self._kept.popitem(last=False)


class GatheringEmbedder:
    """An embedder whose calls are made together with those of other threads."""

    def __init__(self, embedder: Embedder, meeting: _Meeting) -> None:
        """Stand for *embedder* among the members of *meeting*."""
        self._embedder = embedder
        self._meeting = meeting
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension), float32."""
        vectors: Vectors = self._meeting.make(_Call(texts=texts))
        return vectors

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences, by themselves: no question asks so."""
        return self._embedder.embed_with_sentences(chunks)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the model's special ones."""
        return self._embedder.count_tokens(texts)


class GatheringReader:
    """A reader whose calls are made together with those of other threads."""

    def __init__(self, meeting: _Meeting) -> None:
        """Stand for the reader among the members of *meeting*."""
        self._meeting = meeting

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
        """Return what `read_sentences` returns for each of the *tasks*."""
        readings: list[list[PassageReading]] = (
            self._meeting.make(_Call(tasks=tasks)) if tasks else []
        )
        return readings
