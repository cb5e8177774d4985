"""Processes that share work, in the order in which it is given to them."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 3
"""Items given to each process beforehand, and no more: they wait in memory."""


class Team:
    """Processes that are started once there is enough to do; before that, and with one worker, this process works."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def share(self, work: Callable[[Item], Result], items: Iterable[Item], *, worth: int) -> Iterator[Result]:
        """What ``work`` makes of each item, in their order; shared if there are at least ``worth`` items.

        Others begin at once, before the first result is asked for.
        """
        items = iter(items)
        first = list(islice(items, worth))
        if self.workers == 1 or (len(first) < worth and self._pool is None):
            return map(work, chain(first, items))
        pool = self._started()
        return self._results(pool, work, deque(pool.submit(work, item) for item in first), items)

    def _results(
        self,
        pool: ProcessPoolExecutor,
        work: Callable[[Item], Result],
        waiting: deque[Future[Result]],
        items: Iterator[Item],
    ) -> Iterator[Result]:
        for item in items:
            if len(waiting) >= _AHEAD * self.workers:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, item))
        while waiting:
            yield waiting.popleft().result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.workers, _context(), initializer=_begin)
        return self._pool

    def dismiss(self, *, wait: bool = True) -> None:
        """Stop the processes. Without waiting for it they end while this one goes on."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = None


def spare_threads() -> None:
    """Let NumPy, where it is yet to be loaded, start no threads for matrices, of which there are none here.

    They take half as long to start as all the rest of it takes to load, in this process and in every other.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def load_ahead(modules: list[str]) -> None:
    """Begin to load what workers will need, in another process, while this one goes on."""
    context = _context()
    context.set_forkserver_preload(modules)
    if context.get_start_method() == "forkserver":
        forkserver.ensure_running()


def _context() -> BaseContext:
    # Not copies of this process: one with threads may hang. They are copies of one that has loaded all they need.
    return multiprocessing.get_context("forkserver" if "forkserver" in _METHODS else "spawn")


_METHODS = multiprocessing.get_all_start_methods()


@contextmanager
def team(workers: int) -> Iterator[Team]:
    """A team, dismissed in the end."""
    found = Team(workers)
    try:
        yield found
    finally:
        found.dismiss()


def _begin() -> None:
    # Nothing that workers make refers to itself, so looking for cycles is wasted time.
    gc.disable()
