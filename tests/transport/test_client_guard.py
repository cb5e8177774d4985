"""Where the client goes: redirects, private addresses, robots.txt."""

from __future__ import annotations

import gzip
import ipaddress
import random
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.loopback import Reply, redirect, serve
from tests.transport.conftest import MakeFetch
from tests.transport.fetching import ATOM, LOCAL, Fetcher, always, by_path, in_turn

from variorum.errors import NotNowError
from variorum.transport import network
from variorum.transport.addresses import is_public
from variorum.transport.answers import TransientError
from variorum.transport.client import FetchError
from variorum.transport.robots import rules_of
from variorum.transport.sockets import Watch, connect

# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(fetch: Fetcher, status: int) -> None:
    with serve(always(ATOM)) as other, serve(by_path(a=redirect("b?x=1", status), b=redirect(other.url))) as server:
        answer = fetch(f"{server.url}/a")
    assert answer.body == ATOM
    assert answer.url == f"{other.url}"
    assert [ask.target for ask in server.pages] == ["/a", "/b?x=1"]
    hosts = [host for host, _ in fetch.pacer.turns]
    # robots.txt, two pages; robots.txt and the page of the other.
    assert hosts == [f"127.0.0.1:{server.port}"] * 3 + [f"127.0.0.1:{other.port}"] * 2


def test_five_redirects_are_followed_and_no_more(fetch: Fetcher) -> None:
    with serve(lambda ask: redirect(f"/{ask.number}") if ask.number <= 5 else ATOM) as server:
        assert fetch(f"{server.url}/").url.endswith("/5")
    with serve(lambda ask: redirect(f"/{ask.number}")) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "too_many_redirects"
    assert len(server.pages) == 6


def test_a_redirect_in_a_circle_is_seen_at_once(fetch: Fetcher) -> None:
    with serve(by_path(a=redirect("/b"), b=redirect("/a#again"))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/a")
    assert caught.value.code == "too_many_redirects"
    assert len(server.pages) == 2


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/", "http://[::1"]
)
def test_redirects_lead_to_clean_web_addresses_only(fetch: Fetcher, location: str) -> None:
    with serve(always(redirect(location))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "bad_url"
    assert len(server.log) == 2


def test_a_redirect_without_an_address_is_an_error(fetch: Fetcher) -> None:
    with serve(always(Reply(b"", 302))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "http_302"


def test_an_overlong_redirect_is_not_followed_in_part(fetch: Fetcher) -> None:
    with serve(always(redirect("/" + "a" * 10_000))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/")
    assert (caught.value.code, len(server.pages)) == ("http_302", 1)


# Private addresses

PRIVATE_HOSTS = [
    "localhost",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0.0.0.0",  # noqa: S104 - asked for, not bound
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "169.254.169.254",
    "10.0.0.1",
    "100.64.0.1",
    "[fe80::1]",
    "[fd00::1]",
]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which a connection was begun."""
    addresses: list[str] = []

    def noting(address: str, port: int, watch: Watch) -> socket.socket:
        addresses.append(address)
        if not ipaddress.ip_address(address).is_loopback:
            raise TransientError("refused")
        return connect(address, port, watch)

    monkeypatch.setattr(network, "connect", noting)
    return addresses


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_private_addresses_are_not_connected_to(fetch: Fetcher, connected: list[str], host: str) -> None:
    with serve(always(ATOM)) as server, pytest.raises(FetchError) as caught:
        fetch(f"http://{host}:{server.port}/", manners=replace(LOCAL, allow_hosts=frozenset()))
    assert caught.value.code == "forbidden_address"
    assert (server.connections, connected) == (0, [])


def test_octal_addresses_are_no_addresses(fetch: Fetcher, connected: list[str]) -> None:
    with pytest.raises(FetchError) as caught:
        fetch("http://0177.0.0.1/")
    assert (caught.value.code, connected) == ("bad_url", [])


@pytest.mark.parametrize("host", [host for host in PRIVATE_HOSTS if host != "127.0.0.1"])
def test_redirects_to_private_addresses_are_not_followed(fetch: Fetcher, connected: list[str], host: str) -> None:
    with (
        serve(always(ATOM)) as private,
        serve(always(redirect(f"http://{host}:{private.port}/latest"))) as server,
        pytest.raises(FetchError) as caught,
    ):
        fetch(f"{server.url}/")
    assert private.connections == 0
    assert caught.value.code == "forbidden_address"
    assert set(connected) == {"127.0.0.1"}


def test_robots_txt_is_not_followed_there_either(fetch: Fetcher) -> None:
    with (
        serve(always(ATOM)) as private,
        serve(always(ATOM), robots=redirect(f"http://localhost:{private.port}/robots.txt")) as server,
        pytest.raises(FetchError) as caught,
    ):
        fetch(f"{server.url}/")
    assert private.connections == 0
    assert caught.value.code == "forbidden_address"


def test_a_host_that_may_be_private_is_named_as_it_is_asked(fetch: Fetcher) -> None:
    with serve(always(ATOM)) as server:
        manners = replace(LOCAL, allow_hosts=frozenset({"LocalHost"}))
        assert fetch(f"http://localhost:{server.port}/", manners=manners).status == 200
        with pytest.raises(FetchError):
            fetch(f"http://127.0.0.1:{server.port}/", manners=manners)


Names = Callable[[dict[str, list[list[str]]]], list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Sets what names resolve to, one answer after the other; gives the list of names looked up."""

    def setting(answers: dict[str, list[list[str]]]) -> list[str]:
        looked_up: list[str] = []

        def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            looked_up.append(host)
            left = answers[host]
            addresses = left.pop(0) if len(left) > 1 else left[0]
            return [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return looked_up

    return setting


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_names_for_private_addresses_are_refused(
    fetch: Fetcher, connected: list[str], names: Names, addresses: list[str]
) -> None:
    names({"rebind.example": [addresses]})
    with serve(always(ATOM)) as server, pytest.raises(FetchError) as caught:
        fetch(f"http://rebind.example:{server.port}/")
    assert caught.value.code == "forbidden_address"
    assert (connected, server.connections) == ([], 0)


def test_a_name_that_changes_its_address_is_caught(fetch: Fetcher, connected: list[str], names: Names) -> None:
    looked_up = names({"rebind.example": [["93.184.215.14"], ["127.0.0.1"]]})
    with serve(always(ATOM)) as server, pytest.raises(FetchError) as caught:
        fetch(f"http://rebind.example:{server.port}/")
    # The first look-up leads to the address that was checked, the second is refused.
    assert (connected, looked_up) == (["93.184.215.14"], ["rebind.example"] * 2)
    assert (caught.value.code, server.connections) == ("forbidden_address", 0)


def test_addresses_are_tried_one_after_the_other(fetch: Fetcher, connected: list[str], names: Names) -> None:
    names({"two.example": [["93.184.215.14", "127.0.0.1"]]})
    with serve(always(ATOM)) as server:
        manners = replace(LOCAL, allow_hosts=frozenset({"two.example"}))
        assert fetch(f"http://two.example:{server.port}/", manners=manners).body == ATOM
    assert connected == ["93.184.215.14", "127.0.0.1"]
    assert server.pages[0].headers["host"] == f"two.example:{server.port}"


@pytest.mark.parametrize(
    "address",
    """
    8.8.8.8 93.184.215.14 2606:2800:220:1::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
    """.split(),
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """
    0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
    192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::8.8.8.8 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::127.0.0.1 64:ff9b:1::8.8.8.8 2002:7f00:1::1
    2002:a9fe:a9fe::1 2001::1 2001:0:808:808::1 2001:db8::1 3fff::1 100::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0
    2606:2800:220:1::1%2 fec0::1 ff02::1 5f00::1 4000::1 nonsense 127.1 1.2.3
    """.split(),
)
def test_other_addresses(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_what_is_public_is_so_by_the_standard_library_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(str(address)):
        embedded = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
        assert (embedded or address).is_global
        assert not address.is_multicast
        assert not address.is_unspecified


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_in_every_disguise(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    disguises = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80 | 1]
    assert {is_public(str(ipaddress.IPv6Address(it))) for it in disguises} == {is_public(str(address))}


# robots.txt


def rules(text: str) -> Reply:
    return Reply(text.encode(), headers={"Content-Type": "text/plain"})


def test_what_robots_txt_disallows_is_not_fetched(fetch: Fetcher) -> None:
    robots = rules("User-agent: *\nDisallow: /search\nAllow: /search/open\n\nUser-agent: other\nDisallow: /\n")
    with serve(always(ATOM), robots=robots) as server:
        for path in ("/search", "/search?q=1", "/search/x"):
            with pytest.raises(FetchError) as caught:
                fetch(server.url + path)
            assert caught.value.code == "robots_disallowed"
        assert fetch(f"{server.url}/search/open").status == 200
    assert [ask.path for ask in server.log] == ["/robots.txt", "/search/open"]


def test_robots_txt_may_speak_of_us(fetch: Fetcher) -> None:
    with serve(
        always(ATOM), robots=rules("User-agent: *\nAllow: /\n\nUser-agent: variorum\nDisallow: /a$\n")
    ) as server:
        assert fetch(f"{server.url}/ab").status == 200
        with pytest.raises(FetchError):
            fetch(f"{server.url}/a")


def test_redirects_are_held_to_robots_txt(fetch: Fetcher) -> None:
    with (
        serve(always(ATOM), robots=rules("User-agent: *\nDisallow: /b")) as other,
        serve(always(redirect(f"{other.url}/b"))) as server,
        pytest.raises(FetchError) as caught,
    ):
        fetch(f"{server.url}/a")
    assert caught.value.code == "robots_disallowed"
    assert [ask.path for ask in other.log] == ["/robots.txt"]


@pytest.mark.parametrize(("delay", "gap"), [("0.5", 1.5), ("15", 15), ("900", 300), ("-1", 1.5), ("nan", 1.5)])
def test_a_crawl_delay_widens_the_gap(fetch: Fetcher, delay: str, gap: float) -> None:
    with serve(always(ATOM), robots=rules(f"User-agent: *\nCrawl-delay: {delay}")) as server:
        fetch(f"{server.url}/")
    assert [wait for _, wait in fetch.pacer.turns] == [LOCAL.gap, gap]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_robots_txt_allows_everything(fetch: Fetcher, status: int) -> None:
    with serve(always(ATOM), robots=Reply(b"User-agent: *\nDisallow: /", status)) as server:
        assert fetch(f"{server.url}/").status == 200


@pytest.mark.parametrize("robots", [Reply(b""), Reply(status=204), Reply(b"<html><body>Our home page</body></html>")])
def test_a_robots_txt_that_says_nothing_allows_everything(fetch: Fetcher, robots: Reply) -> None:
    with serve(always(ATOM), robots=robots) as server:
        assert fetch(f"{server.url}/").status == 200


@pytest.mark.parametrize("robots", [Reply(b"", 500), Reply(b"User-agent: *", 503), Reply(b"x", length=100)])
def test_a_robots_txt_that_cannot_be_had_allows_nothing(fetch: Fetcher, robots: Reply) -> None:
    with serve(always(ATOM), robots=robots) as server, pytest.raises(NotNowError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "robots_unavailable"
    assert (len(server.pages), len(server.log)) == (0, 4)


def test_a_limit_on_robots_txt_is_a_limit(fetch: Fetcher) -> None:
    limited = Reply(b"", 429, {"Retry-After": "36000"})
    with serve(always(ATOM), robots=limited) as server, pytest.raises(NotNowError) as caught:
        fetch(f"{server.url}/")
    assert caught.value.code == "rate_limited"
    assert fetch.pacer.held_off == [(f"127.0.0.1:{server.port}", 36_000)]


def test_robots_txt_is_tried_again_within_the_same_patience(make_fetch: MakeFetch) -> None:
    fetch = make_fetch(patience=20)
    limited = Reply(b"", 429, {"Retry-After": "15"})

    with (
        serve(in_turn(limited, rules("User-agent: *"), limited), robots=None) as server,
        pytest.raises(NotNowError, match="left alone"),
    ):
        fetch(f"{server.url}/")
    assert fetch.stop.slept == [15]


def test_robots_txt_behind_redirects_is_read(fetch: Fetcher) -> None:
    with (
        serve(always(b"User-agent: *\nDisallow: /x")) as other,
        serve(always(ATOM), robots=redirect(f"{other.url}/r")) as server,
        pytest.raises(FetchError) as caught,
    ):
        fetch(f"{server.url}/x")
    assert caught.value.code == "robots_disallowed"
    # The other host's own robots.txt is not asked for permission.
    assert [ask.path for ask in other.log] == ["/r"]


def test_robots_txt_behind_too_many_redirects_allows_everything(fetch: Fetcher) -> None:
    with serve(always(ATOM), robots=redirect("/robots.txt")) as server:
        assert fetch(f"{server.url}/").status == 200


@pytest.mark.parametrize("packed", [False, True])
def test_an_overlong_robots_txt_is_read_in_part(fetch: Fetcher, packed: bool) -> None:
    text = b"User-agent: *\nDisallow: /a\n" + b"# padding\n" * 200_000 + b"Disallow: /b\n"
    robots = Reply(gzip.compress(text), headers={"Content-Encoding": "gzip"}) if packed else Reply(text)
    with serve(always(ATOM), robots=robots) as server:
        assert fetch(f"{server.url}/b").status == 200
        with pytest.raises(FetchError):
            fetch(f"{server.url}/a")


def test_a_packed_robots_txt_that_is_overlong_even_packed_is_read_in_part(fetch: Fetcher) -> None:
    noise = random.Random(1).randbytes(2**20).hex().encode()  # noqa: S311 - padding
    robots = Reply(gzip.compress(b"User-agent: *\nDisallow: /a\n#" + noise), headers={"Content-Encoding": "gzip"})
    with serve(always(ATOM), robots=robots) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/a")
    assert caught.value.code == "robots_disallowed"


def test_robots_txt_is_asked_for_once_in_a_run(fetch: Fetcher, make_fetch: MakeFetch) -> None:
    with serve(always(ATOM)) as server:
        for another in (fetch, fetch, make_fetch()):
            another(f"{server.url}/")
    assert [ask.path for ask in server.log] == ["/robots.txt", "/", "/", "/robots.txt", "/"]


def test_a_failure_to_get_robots_txt_is_not_remembered(fetch: Fetcher) -> None:
    with serve(in_turn(*[Reply(b"", 500)] * 4, rules(""), ATOM), robots=None) as server:
        with pytest.raises(NotNowError):
            fetch(f"{server.url}/")
        assert fetch(f"{server.url}/").body == ATOM


@given(st.binary(max_size=300))
def test_any_bytes_are_rules(body: bytes) -> None:
    assert rules_of(200, body).allow("http://a.example/x") in (True, False)
    assert rules_of(200, body).gap(1.0, 300.0) >= 1.0
