"""What goes wrong on the way: broken, late, refused and overlong answers, and how often they are tried."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.loopback import Reply, gzipped, raw, redirect, reset, serve
from tests.transport.conftest import MakeFetch
from tests.transport.fetching import ATOM, LOCAL, Fetcher, always, in_turn

from variorum.errors import ExitCode, NotNowError
from variorum.schema.harvest import Manners
from variorum.transport.client import FetchError

LONG = ATOM + b" " * 5000
BROKEN = {
    "reset in the body": reset(LONG, 2000),
    "reset before the body": reset(LONG, 0),
    "body shorter than it says": Reply(ATOM, length=len(ATOM) + 10),
    "chunks that end early": Reply(LONG, chunked=True, cut=2000),
    "gzip that ends early": Reply(gzip.compress(LONG)[:-9], headers={"Content-Encoding": "gzip"}),
    "gzip that is damaged": Reply(gzip.compress(LONG)[:-8] + b"\0" * 8, headers={"Content-Encoding": "gzip"}),
    "no answer": None,
    "no answer but a reset": Reply(raw=b"", reset=True),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9\r\n\r\n"),
    "nothing": b"",
    "blanks": b" \n" * 4000,
    "no content": Reply(status=204),
    **{f"HTTP {status}": Reply(b"busy", status) for status in (408, 425, 500, 502, 503, 504, 599)},
    "an error that could be read": Reply(ATOM, 503),
}


# So that each try has a connection of its own: on a kept one, an answer that fails to come is no fault yet.
NO_ROBOTS = Reply(b"", 404, close=True)


@pytest.mark.parametrize("name", BROKEN)
def test_what_may_pass_is_tried_again(fetch: Fetcher, name: str) -> None:
    with serve(in_turn(BROKEN[name], BROKEN[name], BROKEN[name], ATOM), robots=NO_ROBOTS) as server:
        assert fetch(f"{server.url}/").body == ATOM
    assert len(server.pages) == 4
    assert len(fetch.stop.slept) == 3
    for least, slept in zip((1, 2, 4), fetch.stop.slept, strict=True):
        assert least <= slept <= 1.5 * least


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("reset in the body", "reset"),
        ("body shorter than it says", "truncated"),
        ("chunks that end early", "truncated"),
        ("gzip that ends early", "truncated"),
        ("no answer", "reset"),
        ("no HTTP", "protocol"),
        ("HTTP 503", "http_503"),
        ("an error that could be read", "http_503"),
    ],
)
def test_after_four_tries_it_is_left_for_another_run(fetch: Fetcher, name: str, last: str) -> None:
    with serve(always(BROKEN[name]), robots=NO_ROBOTS) as server, pytest.raises(NotNowError, match=last) as caught:
        fetch(f"{server.url}/?key=canary")
    assert (caught.value.code, caught.value.exit_code) == ("unavailable", ExitCode.NOT_NOW)
    assert len(server.pages) == 4
    assert "canary" not in caught.value.message


@pytest.mark.parametrize("name", ["nothing", "blanks", "no content"])
def test_an_answer_without_content_is_an_error_in_the_end(fetch: Fetcher, name: str) -> None:
    with serve(always(BROKEN[name])) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "empty_body"
    assert caught.value.answer is not None
    assert len(server.pages) == 4


def test_nobody_listening_is_tried_four_times(fetch: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotNowError, match="refused") as caught:
        fetch(f"http://127.0.0.1:{port}/")
    # The first thing asked for is robots.txt.
    assert caught.value.code == "robots_unavailable"
    assert len(fetch.pacer.turns) == 4


def test_an_unknown_name_is_tried_four_times(fetch: Fetcher) -> None:
    with pytest.raises(NotNowError, match="dns"):
        fetch("http://nowhere.invalid/")
    assert len(fetch.pacer.turns) == 4


SLOW = {
    "slow to answer": Reply(ATOM, delay=60),
    "slow head": Reply(ATOM, head_pause=0.05),
    "slow body": Reply(LONG, body_pause=0.01),
    "slow chunks": Reply(LONG, body_pause=0.01, chunked=True),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_deadline_holds_over_everything(name: str, make_fetch: MakeFetch) -> None:
    fetch = make_fetch(patience=0.5)
    with serve(always(SLOW[name])) as server, pytest.raises(NotNowError, match="timeout") as caught:
        fetch(f"{server.url}/", manners=replace(LOCAL, deadline=0.3))
    assert caught.value.code == "unavailable"
    assert len(server.pages) == 1


def test_the_deadline_holds_over_redirects(make_fetch: MakeFetch) -> None:
    fetch = make_fetch(patience=0.5)
    with (
        serve(lambda ask: replace(redirect(f"/{ask.number}"), delay=0.2)) as server,
        pytest.raises(NotNowError, match="timeout"),
    ):
        fetch(f"{server.url}/", manners=replace(LOCAL, deadline=0.5))
    assert len(server.pages) <= 3


HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 302 Go\r\nLocation: ",
        b"HTTP/1.1 100 Go on\r\n\r\n",
        b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Retry-After: ",
        b"\r\n",
        b"\r\n\r\n",
        b"5\r\n<a/> \r\n",
        b"0\r\n\r\n",
        b"\x1f\x8b\x08",
        ATOM,
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(HEADS | st.binary(max_size=20), max_size=6).map(b"".join))
def test_whatever_a_server_sends_has_one_of_three_ends(sent: bytes) -> None:
    fetch = Fetcher()
    with serve(always(raw(b"HTTP/1.1 200 OK\r\n" * (len(sent) % 2) + sent))) as server, fetch.client:
        try:
            end = fetch(f"{server.url}/").status
        except (FetchError, NotNowError) as error:
            end = error.exit_code
    assert end


# Overlong and foreign bodies


def bomb(mebibytes: int) -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    zeros = bytes(2**20)
    return b"".join(packer.compress(zeros) for _ in range(mebibytes)) + packer.flush()


BOMB = bomb(128)
BOMBS = {
    "gzip": ({"Content-Encoding": "gzip"}, BOMB, "too_large"),
    "gzip, not announced": ({}, BOMB, "too_large"),
    "gzip of gzip": ({"Content-Encoding": "gzip, gzip"}, gzip.compress(BOMB), "bad_encoding"),
    "gzip of gzip, not announced": ({}, gzip.compress(BOMB), "wrong_content"),
    "brotli": ({"Content-Encoding": "br"}, b"\xcf\xff\xff\x7f\xf8" * 100, "bad_encoding"),
    "deflate": ({"Content-Encoding": "deflate"}, zlib.compress(bytes(2**24)), "bad_encoding"),
    "no gzip": ({"Content-Encoding": "gzip"}, ATOM, "bad_encoding"),
    "many empty members": ({"Content-Encoding": "gzip"}, gzip.compress(b"") * 20_000, "bad_encoding"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_no_memory(fetch: Fetcher, name: str) -> None:
    headers, body, code = BOMBS[name]
    with serve(always(Reply(body, headers=headers))) as server:
        tracemalloc.start()
        try:
            with pytest.raises(FetchError) as caught:
                fetch(f"{server.url}/", manners=replace(LOCAL, max_mib=64))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert caught.value.code == code
    assert peak < 16 * 2**20
    assert len(server.pages) == 1


@pytest.mark.parametrize("announced", [True, False])
def test_gzip_is_bounded_by_what_it_inflates_to(fetch: Fetcher, announced: bool) -> None:
    fits = b"<a>" + b" " * (2**20 - 3)
    with serve(in_turn(gzipped(fits, announced=announced), gzipped(fits + b" ", announced=announced))) as server:
        assert fetch(f"{server.url}/").body == fits
        with pytest.raises(FetchError) as caught:
            fetch(f"{server.url}/")
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_is_bounded_as_it_comes(fetch: Fetcher, chunked: bool) -> None:
    fits = b"<a>" + b" " * (2**20 - 3)
    with serve(in_turn(Reply(fits, chunked=chunked), Reply(fits + b" ", chunked=chunked))) as server:
        assert fetch(f"{server.url}/").body == fits
        with pytest.raises(FetchError, match="1 MiB") as caught:
            fetch(f"{server.url}/")
        # The connection with the rest of the body on it is not used again.
        with pytest.raises(FetchError):
            fetch(f"{server.url}/")
    assert caught.value.code == "too_large"
    assert server.connections == 2


def test_a_body_longer_than_it_says_does_not_spill_into_the_next(fetch: Fetcher) -> None:
    first = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>rubbish" + b"\r\n" * 3)
    with serve(in_turn(first, ATOM)) as server:
        assert fetch(f"{server.url}/").body == b"<a/>"
        assert fetch(f"{server.url}/").body == ATOM


# Asked to wait


def http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_says_how_long_to_wait(fetch: Fetcher, status: int) -> None:
    with serve(in_turn(Reply(b"Rate exceeded.", status, {"Retry-After": "7"}), ATOM)) as server:
        assert fetch(f"{server.url}/").body == ATOM
    assert fetch.stop.slept == [7]
    assert fetch.pacer.held_off == [(f"127.0.0.1:{server.port}", 7)]


def test_a_date_to_come_back_at_is_read_by_the_servers_own_clock(fetch: Fetcher) -> None:
    headers = {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:07 GMT"}
    with serve(in_turn(Reply(b"", 429, headers), Reply(b"", 429, {"Retry-After": http_date(100)}), ATOM)) as server:
        fetch(f"{server.url}/")
    assert fetch.stop.slept[0] == 30
    assert 60 < fetch.stop.slept[1] <= 100


@pytest.mark.parametrize("value", ["-5", "soon", "", "1e3", "nan", "inf", "0x10", "٣", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_senseless_wait_is_ignored(fetch: Fetcher, value: str) -> None:
    limited = Reply(b"", 429, {"Retry-After": value.encode().decode("latin-1")})
    busy = Reply(b"", 503, {"Retry-After": value.encode().decode("latin-1")})
    with serve(in_turn(limited, busy, ATOM)) as server:
        fetch(f"{server.url}/")
    assert fetch.stop.slept[0] == LOCAL.pause
    assert 2 <= fetch.stop.slept[1] <= 3


def test_no_time_to_wait_still_means_a_pause(fetch: Fetcher) -> None:
    with serve(in_turn(Reply(b"", 429, {"Retry-After": "0"}), ATOM)) as server:
        fetch(f"{server.url}/")
    assert fetch.stop.slept == [1]
    assert fetch.pacer.held_off == []


@pytest.mark.parametrize("form", [str, http_date])
@pytest.mark.parametrize("status", [429, 503])
def test_a_long_wait_ends_the_fetch_at_once(fetch: Fetcher, form: Callable[[int], str], status: int) -> None:
    value = form(36_000)
    with serve(always(Reply(b"", status, {"Retry-After": value}))) as server, pytest.raises(NotNowError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "rate_limited"
    assert caught.value.resume_at is not None
    left = datetime.fromisoformat(caught.value.resume_at) - datetime.now(UTC)
    assert timedelta(hours=9) < left <= timedelta(hours=10)
    assert fetch.stop.slept == []
    assert [host for host, _ in fetch.pacer.held_off] == [f"127.0.0.1:{server.port}"]
    assert 9 * 3600 < fetch.pacer.held_off[0][1] <= 10 * 3600


def test_limited_without_a_word_means_the_usual_pause(fetch: Fetcher) -> None:
    with serve(in_turn(Reply(b"Rate exceeded.", 429), ATOM)) as server:
        fetch(f"{server.url}/")
    assert fetch.stop.slept == [60]
    assert fetch.pacer.held_off == [(f"127.0.0.1:{server.port}", 60)]


def test_a_usual_pause_beyond_all_patience_ends_the_fetch(fetch: Fetcher) -> None:
    with serve(always(Reply(b"Rate exceeded.", 429))) as server, pytest.raises(NotNowError) as caught:
        fetch(f"{server.url}/", manners=replace(LOCAL, pause=600))
    assert (caught.value.code, fetch.stop.slept) == ("rate_limited", [])
    assert caught.value.resume_at is not None
    assert fetch.pacer.held_off == [(f"127.0.0.1:{server.port}", 600)]


def test_a_limit_that_stays_is_left_for_another_run(fetch: Fetcher) -> None:
    with serve(always(Reply(b"", 429, {"Retry-After": "5"}))) as server, pytest.raises(NotNowError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "rate_limited"
    assert caught.value.resume_at is not None
    assert (len(server.pages), fetch.stop.slept) == (4, [5, 5, 5])


def test_patience_is_one_for_all_waits_of_a_fetch(fetch: Fetcher) -> None:
    with serve(always(Reply(b"", 503, {"Retry-After": "200"}))) as server, pytest.raises(NotNowError):
        fetch(f"{server.url}/")
    assert (len(server.pages), fetch.stop.slept) == (2, [200])


def test_a_limit_is_heeded_although_its_body_is_torn(fetch: Fetcher) -> None:
    with serve(in_turn(Reply(b"", 429, {"Retry-After": "9"}, length=5), ATOM)) as server:
        fetch(f"{server.url}/")
    assert fetch.pacer.held_off == [(f"127.0.0.1:{server.port}", 9)]


def test_what_a_good_answer_says_of_waiting_does_not_matter(fetch: Fetcher) -> None:
    with serve(always(Reply(ATOM, headers={"Retry-After": "60"}))) as server:
        assert fetch(f"{server.url}/").headers["retry-after"] == "60"
    assert fetch.pacer.held_off == []


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost that nobody vouches for."""
    both = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(both), "-out", f"{both}.crt"]
    try:
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command")
    both.write_text(both.read_text() + Path(f"{both}.crt").read_text())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


SECURE = Manners(deadline=10, allow_hosts=frozenset({"localhost", "127.0.0.1"}))


def test_a_trusted_server_is_read_over_tls(tls: ssl.SSLContext, certificate: Path, make_fetch: MakeFetch) -> None:
    fetch = make_fetch(tls=ssl.create_default_context(cafile=str(certificate)))
    with serve(always(LONG), tls=tls) as server:
        assert [fetch(f"{server.url}/", manners=SECURE).body for _ in range(3)] == [LONG] * 3
    assert server.connections == 1


@pytest.mark.parametrize("trusted", [True, False])
def test_a_wrong_certificate_is_not_tried_again(
    tls: ssl.SSLContext, certificate: Path, trusted: bool, make_fetch: MakeFetch
) -> None:
    fetch = make_fetch(tls=ssl.create_default_context(cafile=str(certificate))) if trusted else make_fetch()
    with serve(always(ATOM), tls=tls) as server, pytest.raises(FetchError, match="certificate") as caught:
        # Trusted, but for another name; or for the right name, but not trusted.
        fetch(server.url.replace("localhost", "127.0.0.1") if trusted else server.url, manners=SECURE)
    assert caught.value.code == "tls"
    assert (server.log, server.connections) == ([], 1)


def test_no_tls_where_it_is_due_is_tried_again(fetch: Fetcher) -> None:
    with serve(always(ATOM)) as server, pytest.raises(NotNowError, match="tls"):
        fetch(server.url.replace("http:", "https:") + "/")
    assert server.connections == 4


def test_from_tls_nothing_leads_back(tls: ssl.SSLContext, certificate: Path, make_fetch: MakeFetch) -> None:
    fetch = make_fetch(tls=ssl.create_default_context(cafile=str(certificate)))
    with serve(always(ATOM)) as plain, serve(always(redirect(plain.url)), tls=tls) as server:
        with pytest.raises(FetchError) as caught:
            fetch(f"{server.url}/", manners=SECURE)
        assert plain.connections == 0
    assert caught.value.code == "insecure_redirect"


def test_a_torn_handshake_is_tried_again(make_fetch: MakeFetch) -> None:
    fetch = make_fetch(patience=0.5)
    with serve(always(ATOM)) as server, socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NotNowError, match="timeout"):
            fetch(url, manners=replace(LOCAL, deadline=0.4))
        assert server.log == []
