"""A CPU's cores, each with work of its own.

A pass of one picture, or of a phrase's few candidates, is too small to share out: with two threads of
torch they mostly wait for each other. Two passes at once, each in one thread, keep both cores busy, and
what comes does not depend on how much else is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import torch

from atelier.errors import Cancelled

Result = TypeVar("Result")


class Crew:
    """As many threads as torch would use; within each of them torch uses one."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size or torch.get_num_threads()
        self._pool = ThreadPoolExecutor(self.size, "crew")
        before, ready = torch.get_num_threads(), Barrier(self.size + 1)
        for _ in range(self.size):
            self._pool.submit(_alone, ready)
        ready.wait()
        torch.set_num_threads(before)  # the last call decides for threads that are still to come

    def start(self, task: Callable[[], Result]) -> Future[Result]:
        """One task, behind those that wait already."""
        return self._pool.submit(task)

    def run(
        self, tasks: Sequence[Callable[[], Result]], stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[Result]:
        """The tasks' results, in order. Raises :class:`Cancelled` once ``stopped()`` is true."""
        futures = [self._pool.submit(task) for task in tasks]
        try:
            for future in futures:
                if stopped():
                    raise Cancelled
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _alone(ready: Barrier) -> None:
    # A thread's first parallel call takes over the number that holds for the process then, and undoes what
    # was set before in the thread. Asking for the number is such a call.
    torch.get_num_threads()
    torch.set_num_threads(1)
    ready.wait()
