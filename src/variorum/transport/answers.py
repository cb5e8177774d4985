"""What travels between the client and those who use it: answers, errors, turns."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from variorum.errors import ExitCode, StoppedError, VariorumError

Stopped = StoppedError
"""Raised out of a fetch within about a second after the run was asked to end."""


@dataclass(frozen=True)
class Validators:
    """What an earlier answer said of its version; with them only a changed document is sent again."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Answer:
    """One answer of a source.

    ``url``: the address that finally answered. ``status``: the HTTP status; for 304 the body is empty and
    nothing has changed. ``headers``: by lower-case name, only those worth keeping. ``body``: inflated.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class FetchError(VariorumError):
    """An address that trying again will not help. ``answer`` is what came, to be kept as it is."""

    code = "fetch_failed"

    def __init__(self, message: str, *, code: str | None = None, answer: Answer | None = None) -> None:
        super().__init__(message, code=code)
        self.answer = answer
        if answer is not None and answer.body:
            # There is something to look at, and only a person can tell what it means.
            self.exit_code = ExitCode.NEEDS_A_HUMAN


class TransientError(Exception):
    """One try that failed in a way that may pass.

    ``name``: what went wrong (``timeout``, ``reset``, ``http_503``). ``wait``: seconds the server wants
    to be left alone. ``last``: what to raise when no try is left, if it is not "try again later".
    """

    def __init__(self, name: str, *, wait: float | None = None, last: FetchError | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.wait = wait
        self.last = last


class Slot(Protocol):
    """One turn at a host."""

    def answered(self) -> None:
        """The headers of the answer have come: the gap counts from now."""

    def hold_off(self, seconds: float) -> None:
        """Nobody, in no process, asks this host sooner than in ``seconds``."""


class Pacer(Protocol):
    """Gives out turns at hosts."""

    def turn(self, host: str, gap: float, daily: int | None = None) -> AbstractContextManager[Slot]:
        """Wait until ``host`` (host:port, default port left out) may be asked, and hold its only connection.

        ``daily``: requests it allows in a day. May raise ``NotNowError`` instead of waiting long, and ``Stopped``.
        """
