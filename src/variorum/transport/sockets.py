"""Looking up, connecting and waiting, all in short slices, so that every wait ends when it has to."""

from __future__ import annotations

import errno
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager

from variorum.errors import StoppedError
from variorum.transport.answers import TransientError

SLICE_SECONDS = 0.25
"""Longest wait before the deadline and the wish to stop are looked at again."""

CONNECT_SECONDS = 20.0
"""Time one of a host's addresses has to take up a connection, before the next is tried."""


class Watch:
    """What ends a request early: its time is up, or the run is asked to end. Time counts only while ``running``."""

    def __init__(self, seconds: float, stop: threading.Event, allowed: Iterable[str] = ()) -> None:
        self._left = seconds
        self._end = 0.0
        self._stop = stop
        self.allowed = frozenset(host.strip("[]").lower() for host in allowed)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the time count."""
        self._end = time.monotonic() + self._left
        try:
            yield
        finally:
            self._left = self._end - time.monotonic()

    def slice(self) -> float:
        """Seconds to wait before asking again. Raises ``StoppedError``, or ``TransientError`` (``timeout``)."""
        if self._stop.is_set():
            raise StoppedError
        left = self._end - time.monotonic()
        if left <= 0:
            raise TransientError("timeout")
        return min(left, SLICE_SECONDS)


def resolve(host: str, port: int, watch: Watch) -> list[str]:
    """The IP addresses of a host, in the order to try them. Raises ``TransientError`` (``dns``)."""
    found: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    # On a thread of its own, since the system's resolver cannot be interrupted.
    threading.Thread(target=look_up, daemon=True).start()
    while not found.done():
        wait([found], timeout=watch.slice())
    try:
        return found.result()
    except (OSError, UnicodeError):
        raise TransientError("dns") from None


def connect(address: str, port: int, watch: Watch) -> socket.socket:
    """A connection to an IP address. Raises ``TransientError`` (``refused``, ``reset``, ``timeout``, ``network``)."""
    plug = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        plug.setblocking(False)
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        failed = plug.connect_ex((address, port))
        if failed == errno.EINPROGRESS:
            _until_writable(plug, watch)
            failed = plug.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise fault_of(OSError(failed, ""))
    except BaseException:
        plug.close()
        raise
    return plug


def _until_writable(plug: socket.socket, watch: Watch) -> None:
    latest = time.monotonic() + CONNECT_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(plug, selectors.EVENT_WRITE)
        while not selector.select(watch.slice()):
            if time.monotonic() > latest:
                raise TransientError("timeout")


def is_readable(plug: socket.socket) -> bool:
    """Whether an idle connection has something to say, which can only be its end."""
    if plug.fileno() < 0:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(plug, selectors.EVENT_READ)
        return bool(selector.select(0))


def fault_of(error: OSError) -> TransientError:
    """The short name of what went wrong on a connection."""
    if isinstance(error, ssl.SSLError):
        return TransientError("tls")
    if isinstance(error, ConnectionRefusedError):
        return TransientError("refused")
    if isinstance(error, ConnectionError):
        return TransientError("reset")
    return TransientError("timeout" if isinstance(error, TimeoutError) else "network")
