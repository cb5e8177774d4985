"""SIGINT and SIGTERM: for most commands the end, for long ones a request to end well."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from variorum.cli._output import say

ENDING = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """The command was asked to end: what is open is rolled back on the way out."""


def end_at_once(_signal: int, _frame: FrameType | None) -> None:
    """Leave whatever is under way. A second signal while leaving changes nothing."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise Interrupted


def install() -> None:
    """Let both signals end the command; the framework would turn them into its own exit code."""
    for number in ENDING:
        signal.signal(number, end_at_once)


@contextmanager
def stoppable(tell: Callable[[str], None] = say) -> Iterator[threading.Event]:
    """An event that the first signal sets, so that the work can end at a good place; the second one ends at once."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        install()
        tell("variorum: finishing the page in hand; once more to leave at once")

    for number in ENDING:
        signal.signal(number, ask_to_stop)
    try:
        yield stop
    finally:
        install()
