"""Asking: who asks, what is sent, what comes back."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest
from tests.loopback import Reply, gzipped, serve
from tests.transport.fetching import ATOM, CONTACT, LOCAL, PAGE, Fetcher, always, in_turn

from variorum import __version__
from variorum.errors import BadInputError, ExitCode
from variorum.schema.harvest import Media
from variorum.transport.addresses import shown
from variorum.transport.client import Client, FetchError, Validators, identity


def test_a_document_comes_back_as_it_was_sent(fetch: Fetcher) -> None:
    headers = {"Content-Type": "application/xml", "ETag": '"one"', "Set-Cookie": "a=b", "X-Powered-By": "magic"}
    with serve(always(Reply(ATOM, headers=headers))) as server:
        answer = fetch(f"{server.url}/a?resumptionToken=verb%3DListRecords%26skip%3D60#part")
    assert (answer.status, answer.body) == (200, ATOM)
    assert answer.url == f"{server.url}/a?resumptionToken=verb%3DListRecords%26skip%3D60"
    assert answer.headers == {"content-type": "application/xml", "etag": '"one"', "content-length": str(len(ATOM))}
    assert server.pages[0].target == "/a?resumptionToken=verb%3DListRecords%26skip%3D60"


def test_every_request_says_who_asks_and_wants_gzip_only(fetch: Fetcher) -> None:
    with serve(always(ATOM)) as server:
        fetch(f"{server.url}/")
    assert [ask.path for ask in server.log] == ["/robots.txt", "/"]
    for ask in server.log:
        assert ask.method == "GET"
        assert ask.headers["user-agent"] == f"Variorum/{__version__} (mailto:{CONTACT})"
        assert ask.headers["from"] == CONTACT
        assert ask.headers["accept-encoding"] == "gzip"
        assert not {"cookie", "authorization", "if-none-match", "if-modified-since"} & set(ask.headers)


@pytest.mark.parametrize(
    ("expects", "body", "first"),
    [("xml", ATOM, "application/xml"), ("json", b'{"a": 1}', "application/json"), ("html", PAGE, "text/html")],
)
def test_the_due_medium_is_asked_for(fetch: Fetcher, expects: Media, body: bytes, first: str) -> None:
    with serve(always(body)) as server:
        fetch(f"{server.url}/", expects)
    assert server.pages[0].headers["accept"].split(",")[0] == first


@pytest.mark.parametrize("contact", ["", "  "])
def test_without_a_contact_nothing_is_fetched(contact: str) -> None:
    with pytest.raises(BadInputError, match="VARIORUM_CONTACT") as caught:
        identity(contact)
    assert caught.value.code == "no_contact"


@pytest.mark.parametrize("contact", ["me", "a@b", "a@b.c\r\nX: y", "a b@c.d", "ftp://x.y", "https://x.y (z)", "ü@x.yz"])
def test_a_contact_must_be_one(contact: str) -> None:
    with pytest.raises(BadInputError) as caught:
        identity(contact)
    assert caught.value.code == "bad_contact"


def test_a_web_address_is_a_contact_too() -> None:
    assert identity("https://library.example/bot") == {
        "User-Agent": f"Variorum/{__version__} (+https://library.example/bot)",
        "Accept-Encoding": "gzip",
    }


def test_what_did_not_change_is_not_sent_again(fetch: Fetcher) -> None:
    with serve(always(Reply(status=304, headers={"ETag": '"one"'}))) as server:
        validators = Validators(etag='"one"', last_modified="Tue, 03 Nov 2026 10:00:00 GMT")
        answer = fetch(f"{server.url}/", validators=validators)
        again = fetch(f"{server.url}/", validators=validators)
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"one"')
    assert again == answer
    assert server.pages[0].headers["if-none-match"] == '"one"'
    assert server.pages[0].headers["if-modified-since"] == "Tue, 03 Nov 2026 10:00:00 GMT"
    assert server.connections == 1


def test_not_modified_without_having_asked_is_an_error(fetch: Fetcher) -> None:
    with serve(always(Reply(status=304))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/", validators=Validators())
    assert caught.value.code == "http_304"


def test_a_validator_that_cannot_be_sent_is_left_out(fetch: Fetcher) -> None:
    with serve(always(ATOM)) as server:
        fetch(f"{server.url}/", validators=Validators(etag='"a"\r\nEvil: 1', last_modified="Dienstag, 3. März"))
    assert not {"evil", "if-none-match", "if-modified-since"} & set(server.pages[0].headers)


def test_one_connection_is_kept_and_used_again(fetch: Fetcher) -> None:
    with serve(always(ATOM)) as server:
        for _ in range(5):
            fetch(f"{server.url}/")
    assert (server.connections, len(server.pages)) == (1, 5)


def test_a_connection_the_server_closed_meanwhile_is_no_error(fetch: Fetcher) -> None:
    with serve(always(Reply(ATOM, close=True))) as server:
        for _ in range(3):
            fetch(f"{server.url}/")
    assert len(server.pages) == 3
    assert fetch.stop.slept == []


def test_a_kept_connection_that_dies_under_the_request_is_no_error(fetch: Fetcher) -> None:
    with serve(in_turn(ATOM, None, ATOM)) as server:
        fetch(f"{server.url}/")
        assert fetch(f"{server.url}/").body == ATOM
    # The same request on a new connection, in the same turn.
    assert (server.connections, len(server.pages), len(fetch.pacer.turns)) == (2, 3, 3)
    assert fetch.stop.slept == []


def test_a_turn_is_taken_for_each_request(fetch: Fetcher) -> None:
    with serve(always(ATOM)) as server:
        fetch(f"{server.url}/")
    host = f"127.0.0.1:{server.port}"
    assert fetch.pacer.turns == [(host, LOCAL.gap)] * 2
    assert fetch.pacer.answered == [host] * 2
    assert fetch.pacer.held_off == []


def test_gzip_is_inflated_announced_or_not(fetch: Fetcher) -> None:
    packed = gzip.compress(ATOM[:20]) + gzip.compress(ATOM[20:]) + b"\0" * 12
    replies = (
        gzipped(ATOM),
        gzipped(ATOM, announced=False),
        Reply(packed, headers={"Content-Encoding": "X-GZIP"}, chunked=True),
        Reply(ATOM, headers={"Content-Encoding": "identity"}),
    )
    with serve(in_turn(*replies)) as server:
        assert [fetch(f"{server.url}/").body for _ in replies] == [ATOM] * 4


def test_proxies_of_the_environment_are_not_used(fetch: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(always("a proxy's answer")) as proxy, serve(always(ATOM)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert fetch(f"{server.url}/").body == ATOM
    assert proxy.log == []


def test_closing_ends_the_connections() -> None:
    fetch = Fetcher()
    with serve(always(ATOM)) as server, fetch.client as client:
        assert isinstance(client, Client)
        fetch(f"{server.url}/")


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "ftp://a.b/", "file:///etc/passwd", "gopher://a.b/"])
def test_only_web_addresses_are_fetched(fetch: Fetcher, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url)
    assert (caught.value.code, caught.value.exit_code) == ("bad_url", ExitCode.FAILED)
    assert fetch.pacer.turns == []


@pytest.mark.parametrize("url", ["http://me:canary@a.example/", "http://a\nb.example/", "http://a.example:99999/"])
def test_addresses_that_are_not_clean_are_refused(fetch: Fetcher, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url)
    assert caught.value.code == "bad_url"
    assert "canary" not in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.b/c?key=canary&x=1", "https://a.b/c?key=…&x=1"),
        ("https://a.b/c?x=1&api_key=canary#f", "https://a.b/c?x=1&api_key=…#f"),
        ("https://a.b/?apiKey=canary&access_token=canary", "https://a.b/?apiKey=…&access_token=…"),
        ("https://a.b/?accessToken=canary;X-Api-Key=canary", "https://a.b/?accessToken=…;X-Api-Key=…"),
        ("https://u:canary@a.b/?client_secret=canary", "https://…@a.b/?client_secret=…"),
        (
            "https://a.b/?resumptionToken=a%3Db&monkey=1&keyword=x",
            "https://a.b/?resumptionToken=a%3Db&monkey=1&keyword=x",
        ),
    ],
)
def test_keys_are_not_shown(url: str, expected: str) -> None:
    assert shown(url) == expected


def test_errors_do_not_show_keys(fetch: Fetcher) -> None:
    with serve(always(Reply(b"gone", 410))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/?api_key=canary&q=1")
    assert "canary" not in caught.value.message
    assert "q=1" in caught.value.message


def test_nothing_logs_addresses() -> None:
    code = (
        "import logging, sys; logging.basicConfig(level=logging.INFO, stream=sys.stdout);"
        "from tests.transport.fetching import *; from tests.loopback import serve\n"
        "fetch = Fetcher()\n"
        "with serve(always(ATOM)) as server, fetch.client: fetch(server.url + '/?key=canary')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "canary" not in done.stdout + done.stderr
