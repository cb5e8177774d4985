"""What the tests of the client share: a pacer and a clock that never wait, and quick ways to fetch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.loopback import Ask, Handler, Reply

from variorum.schema.harvest import Manners, Media, Request
from variorum.transport.client import Answer, Client, Validators

LOCAL = Manners(gap=1.5, deadline=10, pause=60, max_mib=1, allow_hosts=frozenset({"127.0.0.1"}))
CONTACT = "test@library.example"
ATOM = b'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"/>'
PAGE = b"<!DOCTYPE html><html><head><title>A page</title></head><body>Hello</body></html>"


@dataclass
class FreePacer:
    """Gives every turn at once and notes it; two turns at a time in one thread are a mistake."""

    turns: list[tuple[str, float]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    held_off: list[tuple[str, float]] = field(default_factory=list)
    inside: threading.local = field(default_factory=threading.local)

    @property
    def is_held(self) -> bool:
        return bool(getattr(self.inside, "host", None))

    @contextmanager
    def turn(self, host: str, gap: float, _daily: int | None = None) -> Iterator[FreeSlot]:
        assert not self.is_held, "a turn inside a turn"
        self.turns.append((host, gap))
        self.inside.host = host
        try:
            yield FreeSlot(self, host)
        finally:
            self.inside.host = None


@dataclass(frozen=True)
class FreeSlot:
    pacer: FreePacer
    host: str

    def answered(self) -> None:
        self.pacer.answered.append(self.host)

    def hold_off(self, seconds: float) -> None:
        self.pacer.held_off.append((self.host, seconds))


class NoSleep(threading.Event):
    """A stop signal on which waiting takes no time and is written down."""

    def __init__(self, pacer: FreePacer) -> None:
        super().__init__()
        self.slept: list[float] = []
        self._pacer = pacer

    def wait(self, timeout: float | None = None) -> bool:
        assert not self._pacer.is_held, "asleep while holding a turn"
        self.slept.append(timeout or 0.0)
        return self.is_set()


class Fetcher:
    """A client that talks to the loopback server and never sleeps."""

    def __init__(self, **options: object) -> None:
        self.pacer = FreePacer()
        self.stop = NoSleep(self.pacer)
        self.client = Client(contact=CONTACT, pacer=self.pacer, stop=self.stop, **options)  # type: ignore[arg-type]

    def __call__(
        self, url: str, expects: Media = "xml", manners: Manners = LOCAL, validators: Validators | None = None
    ) -> Answer:
        return self.client.fetch(Request(url, expects), manners, validators)


def always(reply: Reply | bytes | str | None) -> Handler:
    """The same answer to everything."""
    return lambda _: reply


def in_turn(*replies: Reply | bytes | str | None) -> Handler:
    """One answer after the other; the last again and again."""
    return lambda ask: replies[min(ask.number, len(replies)) - 1]


def by_path(**replies: Reply | bytes | str | Callable[[Ask], Reply]) -> Handler:
    """By the path, without its slash."""

    def handle(ask: Ask) -> Reply | bytes | str:
        reply = replies[ask.path.strip("/")]
        return reply(ask) if callable(reply) else reply

    return handle
