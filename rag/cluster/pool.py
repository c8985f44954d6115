"""Actors on a cluster and the tasks that they do: bounded, in order, and done again when lost.

The pool is driven by whoever waits for a result, so it needs no thread. An actor whose node dies
is given up, its tasks go to the others, and actors are started on nodes that join.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

import ray
from ray.exceptions import RayError, RayTaskError

from rag.cluster.worker import Worker
from rag.errors import ClusterError, RagError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from rag.cluster.worker import Facts, Job

    Carried = TypeVar("Carried")

TASKS_A_WORKER = 2
"""One that is done and one that waits, so that no actor is idle while results are written."""
AHEAD_A_WORKER = 4
"""Tasks whose results may wait for an earlier one, for each actor."""
NODE_CHECK_S = 5.0
"""Seconds between two looks at which nodes there are."""
START_TIMEOUT_S = 180.0
"""How long nothing may be able to run: no free processor, or models that load slowly."""
MAX_LOSSES = 4
"""How often a task may take its actor down before it counts as the cause."""


@dataclass(slots=True, eq=False)
class _Task:
    method: str
    argument: Any
    losses: int = 0
    done: bool = False
    result: Any = None


@dataclass(slots=True, eq=False)
class _Actor:
    """An actor; ``running`` are its tasks by reference, None for the one that opens its models."""

    handle: Any
    gpu: bool
    running: dict[Any, _Task | None] = field(default_factory=dict)
    ready: bool = False


class Pool:
    """Actors of one job, one for each processor of the cluster, or for each GPU where that helps.

    Use it as a context manager; the actors end with it.
    """

    def __init__(
        self,
        job: Job,
        facts: Facts,
        methods: tuple[str, ...],
        on_gpu: frozenset[str] = frozenset(),
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Start nothing until the first task.

        Args:
            job: What actors are made with.
            facts: What every actor must find on its machine.
            methods: Methods of `Worker`; tasks of the first go before those of the next.
            on_gpu: Those of *methods* that only actors with a GPU do where there are GPUs.
            warn: Told when an actor is lost.
        """
        self._job = job
        self._facts = facts
        self._on_gpu = on_gpu
        self._warn = warn
        self._queues: dict[str, deque[_Task]] = {method: deque() for method in methods}
        self._actors: list[_Actor] = []
        self._looked = 0.0
        self._checked = time.monotonic()
        self._without_s = 0.0
        self._last_loss = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self._actors:
            _end(actor)
        self._actors.clear()

    def ready(self) -> int:
        """Return how many actors have opened their models."""
        return sum(actor.ready for actor in self._actors)

    def map(
        self, method: str, tasks: Iterable[tuple[Carried, Any]]
    ) -> Generator[tuple[Carried, Any], None, None]:
        """Do tasks on the cluster.

        Args:
            method: Its name.
            tasks: What to hand back with the result, and the argument; taken some tasks ahead.

        Yields:
            For each task, in order, what it carried and its result.

        Raises:
            RagError: an actor raised it.
            ClusterError: no actor can be started, or a task takes down whoever does it.
        """
        waiting: deque[tuple[Carried, _Task]] = deque()
        try:
            for carried, argument in tasks:
                waiting.append((carried, self._submit(method, argument)))
                while len(waiting) > AHEAD_A_WORKER * max(1, len(self._actors)):
                    yield self._taken(waiting)
            while waiting:
                yield self._taken(waiting)
        finally:
            left = {id(task) for _, task in waiting}
            queue = self._queues[method]
            self._queues[method] = deque(task for task in queue if id(task) not in left)

    def _submit(self, method: str, argument: Any) -> _Task:
        task = _Task(method, argument)
        self._queues[method].append(task)
        self._step(wait_s=0)
        return task

    def _taken(self, waiting: deque[tuple[Carried, _Task]]) -> tuple[Carried, Any]:
        carried, task = waiting.popleft()
        while not task.done:
            self._step(wait_s=NODE_CHECK_S)
        return carried, task.result

    def _step(self, wait_s: float) -> None:
        """Hand out tasks, and take results for at most *wait_s* seconds if there are none yet."""
        if time.monotonic() - self._looked >= NODE_CHECK_S:
            self._start_actors()
        self._hand_out()
        running = {ref: actor for actor in self._actors for ref in actor.running}
        if running:
            done, _ = ray.wait(list(running), num_returns=len(running), timeout=0)
            if not done and wait_s:
                done, _ = ray.wait(list(running), num_returns=1, timeout=wait_s)
            for ref in done:
                if running[ref] in self._actors:
                    self._take(running[ref], ref)
        elif wait_s:
            time.sleep(min(wait_s, 1.0))
        self._check_working()

    def _hand_out(self) -> None:
        """Give actors that have room what goes first, each a task before any gets a second."""
        for count in range(TASKS_A_WORKER):
            for actor in self._actors:
                if actor.ready and len(actor.running) == count and (task := self._next_for(actor)):
                    reference = getattr(actor.handle, task.method).remote(task.argument)
                    actor.running[reference] = task

    def _next_for(self, actor: _Actor) -> _Task | None:
        """Return what *actor* does next: its own kind of work while both kinds of actors work."""
        both = len({other.gpu for other in self._actors if other.ready}) > 1
        for method, queue in self._queues.items():
            if queue and (not both or actor.gpu == (method in self._on_gpu)):
                return queue.popleft()
        return None

    def _take(self, actor: _Actor, reference: Any) -> None:
        task = actor.running[reference]
        try:
            result = ray.get(reference)
        except RayTaskError as error:
            raise _raised(error, begun=task is not None) from error
        except RayError as error:
            self._lose(actor, error)
            return
        del actor.running[reference]
        if task is not None:
            task.done, task.result = True, result
            return
        actor.ready = True
        for name, here, there in zip(self._facts._fields, self._facts, result, strict=True):
            if here != there:
                message = f"Expected the {name} {here} on every node, but one has {there}. {_SAME}"
                raise ClusterError(message)

    def _lose(self, actor: _Actor, error: RayError) -> None:
        """Give an actor up; its tasks go first to the others."""
        self._last_loss = _summary(error)
        self._warn(f"warning: an actor was lost, others do its work again: {self._last_loss}")
        self._actors.remove(actor)
        _end(actor)
        for task in reversed([task for task in actor.running.values() if task is not None]):
            task.losses += 1
            if task.losses > MAX_LOSSES:
                message = (
                    f"Expected a task to be done, but {task.losses} actors died with it: "
                    f"{self._last_loss} Check the memory of the nodes; what is stored is kept."
                )
                raise ClusterError(message)
            self._queues[task.method].appendleft(task)

    def _start_actors(self) -> None:
        """Start an actor for each processor that has none, counting those of nodes that joined."""
        self._looked = time.monotonic()
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        gpus = int(sum(node.get("GPU", 0) for node in nodes)) if self._on_gpu else 0
        cpus = int(sum(node.get("CPU", 0) for node in nodes))
        for gpu, wanted in ((True, gpus), (False, max(cpus - gpus, 0 if gpus else 1))):
            there = [actor for actor in self._actors if actor.gpu == gpu]
            for _ in range(wanted - len(there)):
                self._start(gpu=gpu)
            waiting = [actor for actor in there if not actor.ready]
            for actor in waiting[: max(0, len(there) - wanted)]:  # their node is gone
                self._actors.remove(actor)
                _end(actor)

    def _start(self, *, gpu: bool) -> None:
        options = {"num_cpus": 1, "num_gpus": int(gpu), "max_restarts": 0, "max_task_retries": 0}
        handle = ray.remote(Worker).options(**options).remote(self._job, cpus=1)
        self._actors.append(_Actor(handle, gpu, {handle.begin.remote(): None}))

    def _check_working(self) -> None:
        """Give up when nothing could run for long; time spent between steps does not count.

        Raises:
            ClusterError: that is so.
        """
        passed, self._checked = time.monotonic() - self._checked, time.monotonic()
        self._without_s = 0.0 if self.ready() else self._without_s + min(passed, NODE_CHECK_S)
        if self._without_s > START_TIMEOUT_S:
            message = (
                f"Expected a free processor on a node within {START_TIMEOUT_S:g} s, but no actor "
                f"could be started. {self._last_loss} Check ray status; what is stored is kept."
            )
            raise ClusterError(message)


_SAME = "Install the same version of Footnote and its models on every node."


def _end(actor: _Actor) -> None:
    with suppress(Exception):  # it is gone, or its node is
        ray.kill(actor.handle)


def _raised(error: RayTaskError, *, begun: bool) -> RagError:
    """Return what an actor's own code raised, after it had *begun* or while it opened models."""
    if begun and isinstance(error.cause, RagError):
        return error.cause
    seen = str(error.cause) if isinstance(error.cause, RagError) else _summary(error)
    return ClusterError(f"Expected every node to work as this one, but {error.ip}: {seen} {_SAME}")


def _summary(error: RayError) -> str:
    """Return the part of an error of Ray that says what happened: the last line of its trace."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1 if isinstance(error, RayTaskError) else 0][:300] if lines else "no reason given"
