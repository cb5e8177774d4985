"""A run that is asked to end gives up what it is fetching, wherever it stands."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.loopback import Ask, Reply, redirect, serve
from tests.transport.fetching import ATOM, CONTACT, LOCAL, FreePacer

from variorum.errors import NotNowError
from variorum.schema.harvest import Request
from variorum.transport.client import Client, Stopped

# Long enough for any machine; a client that does not hear the signal ends with another error than Stopped.
PATIENT = replace(LOCAL, deadline=20, max_mib=64)


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def client(stop: threading.Event) -> Iterator[Client]:
    with Client(contact=CONTACT, pacer=FreePacer(), stop=stop, patience=30, backoff=20) as client:
        yield client


WAITS = {
    "no answer": Reply(ATOM, delay=60),
    "slow head": Reply(ATOM, head_pause=1),
    "slow body": Reply(ATOM * 100, body_pause=0.01),
    "endless body": Reply(ATOM * 400_000, body_pause=0),
    "sleep between tries": Reply(b"", 503),
    "sleep that was asked for": Reply(b"", 429, {"Retry-After": "25"}),
    "redirects": redirect("/next"),
}


@pytest.mark.parametrize("name", WAITS)
def test_it_ends_in_the_middle(client: Client, stop: threading.Event, name: str) -> None:
    def handle(ask: Ask) -> Reply:
        if name in ("endless body", "redirects"):
            stop.set()
        else:
            threading.Timer(0.1, stop.set).start()
        return WAITS[name]

    with serve(handle) as server, pytest.raises(Stopped):
        client.fetch(Request(f"{server.url}/", "xml"), PATIENT)
    assert len(server.pages) == 1


def test_it_ends_before_it_began(client: Client, stop: threading.Event) -> None:
    stop.set()
    with serve(lambda _: ATOM) as server, pytest.raises(Stopped):
        client.fetch(Request(f"{server.url}/", "xml"), PATIENT)
    assert server.connections == 0


def test_it_ends_in_the_middle_of_a_handshake(client: Client, stop: threading.Event) -> None:
    threading.Timer(0.1, stop.set).start()
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Stopped):
        client.fetch(Request(f"https://127.0.0.1:{silent.getsockname()[1]}/", "xml"), PATIENT)


def test_it_ends_in_the_middle_of_a_look_up(
    client: Client, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        stop.set()
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        with pytest.raises(Stopped):
            client.fetch(Request("http://slow.example/", "xml"), PATIENT)
    finally:
        over.set()


def test_a_look_up_counts_as_time(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        with (
            Client(contact=CONTACT, pacer=FreePacer(), stop=stop, patience=0) as client,
            pytest.raises(NotNowError, match="timeout"),
        ):
            client.fetch(Request("http://slow.example/", "xml"), replace(LOCAL, deadline=0.2))
    finally:
        over.set()


def test_two_threads_take_turns_on_one_connection(client: Client) -> None:
    """The pacer keeps them apart; a pacer that does not, as here, must not break the client."""
    failures: list[BaseException] = []

    def fetch_some(url: str) -> None:
        try:
            for _ in range(10):
                assert client.fetch(Request(url, "xml"), PATIENT).body == ATOM
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    with serve(lambda _: ATOM) as server:
        threads = [threading.Thread(target=fetch_some, args=(f"{server.url}/",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert failures == []
        assert (server.most_open, len(server.pages)) == (1, 40)
