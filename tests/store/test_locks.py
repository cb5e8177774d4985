"""Locks that die with their holder, turns at hosts, and runs whose process is gone: on both databases."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from variorum.errors import NotNowError, StoppedError
from variorum.pipeline.ledger import recorded
from variorum.pipeline.workspace import Workspace
from variorum.store import runs, tables
from variorum.store.engine import reading, writing
from variorum.store.leases import HostPacer
from variorum.store.locks import try_lock


def test_a_lock_is_held_by_one_at_a_time(workspace: Workspace) -> None:
    release = try_lock(workspace.engine, "source arxiv")
    assert release is not None
    assert try_lock(workspace.engine, "source arxiv") is None
    other = try_lock(workspace.engine, "source oai:x")
    assert other is not None
    other()
    release()
    again = try_lock(workspace.engine, "source arxiv")
    assert again is not None
    again()


def test_many_locks_leave_the_database_usable(workspace: Workspace) -> None:
    held = [try_lock(workspace.engine, f"source {number}") for number in range(30)]
    with writing(workspace.engine) as connection:
        number = runs.start(connection, "test", [], "", workspace.clock())
    assert number
    for release in held:
        assert release is not None
        release()


def test_a_lock_of_a_name_used_once_leaves_no_file(workspace: Workspace) -> None:
    release = try_lock(workspace.engine, "run 1", once=True)
    assert release is not None
    release()
    if workspace.engine.dialect.name == "sqlite":
        folder = Path(f"{workspace.engine.url.database}.locks")
        assert list(folder.glob("run*")) == []


def test_a_run_whose_process_is_gone_is_closed_by_the_next(workspace: Workspace) -> None:
    with writing(workspace.engine) as connection:
        dead = runs.start(connection, "ingest", [], "", workspace.clock())
    with (
        recorded(workspace, "import", []) as alive,
        recorded(workspace, "import", []),
        reading(workspace.engine) as connection,
    ):
        states = {row.id: row.status for row in runs.newest(connection, 10)}
        assert (states[dead], states[alive.id]) == ("not_now", "running")


class Ending(BaseException):
    pass


def test_a_run_that_is_asked_to_end_does_not_wait_for_the_database(workspace: Workspace) -> None:
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(workspace.engine):
            held.set()
            let_go.wait(25)

    def ended() -> None:
        with recorded(workspace, "import", []):
            holder.start()
            held.wait(20)
            raise Ending

    holder = threading.Thread(target=hold)
    started = time.monotonic()
    with pytest.raises(Ending):
        ended()
    # A guard against waiting out the usual 30 seconds, no measurement.
    assert time.monotonic() - started < 20
    let_go.set()
    holder.join()


def test_a_turn_waits_for_the_gap_and_no_longer(workspace: Workspace) -> None:
    pacer = HostPacer(workspace.engine, threading.Event(), patience=0.2)
    with pacer.turn("a.example", 0.05) as turn:
        turn.answered()
    with pacer.turn("a.example", 0.05) as turn:
        turn.hold_off(3600)
    with pytest.raises(NotNowError) as caught, pacer.turn("a.example", 0.05):
        pass
    assert caught.value.code == "rate_limited"
    assert caught.value.resume_at
    with pacer.turn("b.example", 0.05):
        pass


def test_a_clock_that_was_set_back_closes_no_host(workspace: Workspace) -> None:
    pacer = HostPacer(workspace.engine, threading.Event(), patience=5)
    with pacer.turn("a.example", 0.05):
        pass
    with writing(workspace.engine) as connection:
        ahead = {
            "next_ok_at": tables.host_lease.c.next_ok_at + 86_000,
            "noted_at": tables.host_lease.c.noted_at + 86_000,
        }
        connection.execute(update(tables.host_lease).values(ahead))
    with pacer.turn("a.example", 0.05):
        pass


def test_a_stop_ends_the_wait_for_a_turn(workspace: Workspace) -> None:
    stop = threading.Event()
    pacer = HostPacer(workspace.engine, stop)
    with pacer.turn("a.example", 0.0):
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(StoppedError), pacer.turn("a.example", 0.0):
            pass


def test_what_a_host_allows_in_a_day_is_counted_over_all_processes(workspace: Workspace) -> None:
    pacers = [HostPacer(workspace.engine, threading.Event(), patience=0.2) for _ in range(2)]
    for pacer in (*pacers, pacers[0]):
        with pacer.turn("a.example", 0.0, 3):
            pass
    with pytest.raises(NotNowError) as caught, pacers[1].turn("a.example", 0.0, 3):
        pass
    assert caught.value.code == "budget_spent"
    assert caught.value.resume_at
    assert caught.value.resume_at.endswith("T00:00:00+00:00")
    with pacers[1].turn("b.example", 0.0, 3):
        pass
    with writing(workspace.engine) as connection:
        connection.execute(update(tables.host_lease).values(day="2020-01-01"))
    with pacers[1].turn("a.example", 0.0, 3):
        pass
