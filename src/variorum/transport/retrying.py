"""Trying again: how long to wait, how often, and when to leave it for another run."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from variorum.errors import NotNowError, StoppedError, UnavailableError, VariorumError
from variorum.transport.answers import TransientError

T = TypeVar("T")

TRIES = 4
LONGEST_WAIT = 86_400.0
"""Seconds for which a host is left alone at most, whatever it asks for; then it is asked anew."""

_SECONDS = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?", re.ASCII)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, at most a day; ``None`` for what is no such thing or lies in the past."""
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_WAIT)
    moment = http_date(value)
    if moment is None or moment < now:
        return None
    return min((moment - now).total_seconds(), LONGEST_WAIT)


def http_date(value: str | None) -> datetime | None:
    """A date of an HTTP header, in UTC; ``None`` for what is none."""
    try:
        moment = parsedate_to_datetime(value or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


class Retries:
    """The tries of one fetch, which share one allowance for sleeping.

    A loop of our own, not stamina's: its hook takes a Retry-After as the delay, but it sleeps by
    ``time.sleep``, which neither ends when the run is asked to end nor adds up what was slept.
    """

    def __init__(self, stop: threading.Event, *, base: float, patience: float) -> None:
        self._stop = stop
        self._base = base
        self._left = patience

    def run(self, attempt: Callable[[], T], where: str) -> T:
        """What ``attempt`` returns, tried at most four times while it raises ``TransientError``.

        Raises ``NotNowError`` (``rate_limited``, ``unavailable``) when no try or no patience is left, and
        whatever else ``attempt`` raises at once.
        """
        for number in range(1, TRIES + 1):
            try:
                return attempt()
            except TransientError as fault:
                wait = self._delay(fault, number)
                if number == TRIES or wait > self._left:
                    raise _given_up(fault, number, where, asleep_too_long=wait > self._left) from None
            self._sleep(wait)
        raise AssertionError

    def _delay(self, fault: TransientError, number: int) -> float:
        if fault.wait is not None:
            return max(fault.wait, self._base)
        # Jitter keeps processes that failed together from coming back together.
        return self._base * 2.0 ** (number - 1) * random.uniform(1.0, 1.5)  # noqa: S311

    def _sleep(self, seconds: float) -> None:
        self._left -= seconds
        if self._stop.wait(seconds):
            raise StoppedError


def _given_up(fault: TransientError, tries: int, where: str, *, asleep_too_long: bool) -> VariorumError:
    if fault.last is not None:
        return fault.last
    resume_at = None
    if fault.wait:
        resume_at = (datetime.now(UTC) + timedelta(seconds=fault.wait)).isoformat(timespec="seconds")
    if fault.name == "http_429" or (resume_at is not None and asleep_too_long):
        when = f"until {resume_at}; run again then" if resume_at else "for now; run again later"
        return NotNowError(f"{where} asks to be left alone {when}", code="rate_limited", resume_at=resume_at)
    times = "once" if tries == 1 else f"{tries} times"
    return UnavailableError(
        f"{where} was tried {times}, the last time with {fault.name}; run again later", resume_at=resume_at
    )
