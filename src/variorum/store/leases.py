"""Turns at hosts: one connection and a gap between requests, over all processes that use the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, text, update

from variorum.errors import NotNowError, StoppedError
from variorum.store.engine import reading, writing
from variorum.store.locks import Release, try_lock
from variorum.store.tables import host_lease

POLL_SECONDS = 0.05
"""How often a turn that somebody else has is asked for again."""


@dataclass(frozen=True)
class Turn:
    """The right to send one request to a host; nobody else has it until it is over."""

    engine: Engine
    host: str
    gap: float

    def answered(self) -> None:
        """The answer has begun to come: the gap counts from now."""
        self.hold_off(self.gap)

    def hold_off(self, seconds: float) -> None:
        """Nobody asks this host sooner than in ``seconds``."""
        if seconds > 0:
            with writing(self.engine) as connection:
                _note(connection, self.host, seconds)


class HostPacer:
    """Gives out turns at hosts, in the order in which they are free.

    A turn is a lock that dies with its holder; the gap is a row with the time from which the host may be
    asked again, by the database's clock. It is written before a request is sent, so that a process
    killed in the middle has still paid for it, and again when the answer comes.
    """

    def __init__(self, engine: Engine, stop: threading.Event, patience: float = 300.0) -> None:
        self._engine = engine
        self._stop = stop
        self._patience = patience

    @contextmanager
    def turn(self, host: str, gap: float, daily: int | None = None) -> Iterator[Turn]:
        """Wait for the host's turn and hold it.

        ``daily``: requests the host allows in a day (UTC), all processes together. Raises ``NotNowError``
        when the turn would come later than the pacer's patience allows or the day's requests are used up
        (``budget_spent``), and ``StoppedError`` when the run is asked to end.
        """
        release = self._locked(host)
        try:
            self._wait_for_gap(host)
            if daily is not None:
                with writing(self._engine) as connection:
                    _spend(connection, host, daily)
            turn = Turn(self._engine, host, gap)
            turn.hold_off(gap)
            yield turn
        finally:
            release()

    def _locked(self, host: str) -> Release:
        patience_ends = time.monotonic() + self._patience
        while (release := try_lock(self._engine, f"host {host}")) is None:
            if time.monotonic() > patience_ends:
                raise NotNowError(f"{host} is busy with another run's requests; try again", code="host_busy")
            self._sleep(POLL_SECONDS)
        return release

    def _wait_for_gap(self, host: str) -> None:
        with reading(self._engine) as connection:
            wait = _seconds_to_wait(connection, host)
        if wait > self._patience:
            until = datetime.fromtimestamp(time.time() + wait, UTC).isoformat(timespec="seconds")
            raise NotNowError(
                f"{host} asked to be left alone until {until}; run again then", code="rate_limited", resume_at=until
            )
        if wait > 0:
            self._sleep(wait)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StoppedError


def _seconds_to_wait(connection: Connection, host: str) -> float:
    row = connection.execute(select(host_lease).where(host_lease.c.host == host)).one_or_none()
    if row is None:
        return 0.0
    # Never longer than was noted: a clock that was set back must not close a host for a day.
    return float(min(row.next_ok_at - _now(connection), row.next_ok_at - row.noted_at))


def _note(connection: Connection, host: str, seconds: float) -> None:
    now = _now(connection)
    row = connection.execute(select(host_lease.c.next_ok_at).where(host_lease.c.host == host)).one_or_none()
    values = {"next_ok_at": now + seconds, "noted_at": now}
    if row is None:
        connection.execute(insert(host_lease).values(host=host, **values))
    elif row.next_ok_at < now + seconds or row.next_ok_at > now + 86_400:
        # A longer pause that was asked for stands, unless it lies so far off that a clock must have jumped.
        connection.execute(update(host_lease).where(host_lease.c.host == host).values(values))


def _spend(connection: Connection, host: str, daily: int) -> None:
    """Take one request from what the host allows today. Raises ``NotNowError`` (``budget_spent``)."""
    now = datetime.fromtimestamp(_now(connection), UTC)
    row = connection.execute(select(host_lease).where(host_lease.c.host == host)).one_or_none()
    used = row.used if row is not None and row.day == now.date().isoformat() else 0
    if used >= daily:
        resume_at = f"{now.date() + timedelta(days=1)}T00:00:00+00:00"
        raise NotNowError(
            f"{host} allows {daily:,} requests a day, and today's are used up; run again after {resume_at}",
            code="budget_spent",
            resume_at=resume_at,
        )
    values = {"day": now.date().isoformat(), "used": used + 1}
    if row is None:
        connection.execute(insert(host_lease).values(host=host, next_ok_at=0.0, noted_at=0.0, **values))
    else:
        connection.execute(update(host_lease).where(host_lease.c.host == host).values(**values))


_CLOCKS = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
}


def _now(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock, which all processes share."""
    return float(connection.execute(text(_CLOCKS[connection.dialect.name])).scalar_one())
