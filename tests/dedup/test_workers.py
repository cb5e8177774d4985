"""Work shared among processes comes out as if one had done it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from variorum.dedup.engines import workers
from variorum.dedup.engines.workers import Team, team
from variorum.dedup.processors import worker_count


@pytest.fixture(scope="module")
def two() -> Iterator[Team]:
    with team(2) as found:
        yield found


def squared(number: int) -> tuple[int, int]:
    """The square, and which process made it."""
    return number * number, os.getpid()


def refused(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def ours(found: list[tuple[int, int]]) -> bool:
    return {process for _, process in found} == {os.getpid()}


@pytest.mark.parametrize(("size", "count", "worth"), [(1, 9, 2), (2, 3, 4), (2, 0, 1), (2, 0, 0)])
def test_little_work_or_one_worker_stays_here(size: int, count: int, worth: int) -> None:
    with team(size) as found:
        results = list(found.share(squared, range(count), worth=worth))
    assert [result for result, _ in results] == [number * number for number in range(count)]
    assert not results or ours(results)


def test_more_is_shared_in_order_by_processes_that_stay(two: Team) -> None:
    some = list(two.share(squared, range(30), worth=4))
    assert [result for result, _ in some] == [number * number for number in range(30)]
    processes = {process for _, process in some}
    assert os.getpid() not in processes
    assert 1 <= len(processes) <= 2
    # Once there are processes, little work is shared as well.
    few = list(two.share(squared, range(2), worth=4))
    assert [result for result, _ in few] == [0, 1]
    assert os.getpid() not in {process for _, process in few}
    with pytest.raises(ValueError, match="three"):
        list(two.share(refused, range(9), worth=1))


def test_items_are_taken_only_as_far_ahead_as_there_are_workers_for(two: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_AHEAD", 2)
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield number

    shared = two.share(squared, items(), worth=3)
    for done in range(1, 41):
        next(shared)
        assert len(taken) <= done + 2 * 2


def test_a_team_that_is_dismissed_leaves_nothing_running() -> None:
    before = threading.active_count()
    helpers = Team(2)
    list(helpers.share(squared, range(4), worth=1))
    helpers.dismiss()
    helpers.dismiss()
    assert threading.active_count() == before


def test_a_process_may_use_at_least_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= worker_count() <= (os.cpu_count() or 1)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert worker_count() == (os.cpu_count() or 1)
