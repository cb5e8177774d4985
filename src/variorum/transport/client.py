"""Fetching one document politely: identified, allowed, paced, bounded, tried again, and looked at."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

import httpx

from variorum import __version__
from variorum.errors import BadInputError, NotNowError
from variorum.schema.harvest import Manners, Media, Request
from variorum.transport.addresses import shown
from variorum.transport.answers import Answer, FetchError, Pacer, Slot, Stopped, TransientError, Validators
from variorum.transport.decoding import read_body, read_opening
from variorum.transport.judging import judge, may_pass
from variorum.transport.network import Network
from variorum.transport.retrying import Retries, http_date, retry_after
from variorum.transport.robots import AGENT, MOST_READ, Rules, rules_of
from variorum.transport.sockets import Watch

__all__ = ["Answer", "Client", "FetchError", "Pacer", "Slot", "Stopped", "Validators"]

MOST_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEPT_HEADERS = frozenset(
    """
    content-type content-length content-language etag last-modified date expires retry-after server location link
    x-total-count
    """.split()
)
_LONGEST_HEADER = 8192
_ACCEPT: Mapping[Media, str] = {
    "xml": "application/xml, text/xml, application/atom+xml, application/rss+xml, */*;q=0.1",
    "json": "application/json, */*;q=0.1",
    "html": "text/html, application/xhtml+xml, */*;q=0.1",
    "text": "text/plain, */*;q=0.1",
}
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WEB = re.compile(r"https?://[A-Za-z0-9][!#$%&'*+,./0-9:;=?@A-Z_a-z~-]*")
_SENDABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,1000}[\x21-\x7e])?")


@dataclass(frozen=True)
class _Ask:
    """What stays the same over the redirects of one try."""

    headers: Mapping[str, str]
    manners: Manners
    watch: Watch
    read: Callable[[Iterable[bytes], str, int, str], bytes]
    most: int


@dataclass(frozen=True)
class _Came:
    """An answer, and the seconds for which its server wants to be left alone."""

    answer: Answer
    wait: float | None


class Client:
    """Fetches for one run. Several threads may use it; robots.txt files are remembered for its life.

    ``contact``: e-mail or web address of whoever runs this. ``pacer``: gives out turns at hosts.
    ``stop``: when set, every fetch ends with ``Stopped`` within about a second. ``patience``: seconds one
    fetch may sleep in all between its tries. ``backoff``: seconds before the second try, doubled each
    time. ``tls``: certificates to trust, if not the usual ones.

    Raises ``BadInputError`` (``no_contact``, ``bad_contact``).
    """

    def __init__(
        self,
        *,
        contact: str,
        pacer: Pacer,
        stop: threading.Event,
        patience: float = 300.0,
        backoff: float = 1.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pacer = pacer
        self._stop = stop
        self._patience = patience
        self._backoff = backoff
        self._rules: dict[str, Rules] = {}
        self._identity = identity(contact)
        # The transport alone, without httpx.Client: that one would take proxies from the environment, keep
        # cookies, log whole addresses with their keys, and fail on malformed redirects it is not to follow.
        self._network = Network(tls)

    def fetch(self, request: Request, manners: Manners, validators: Validators | None = None) -> Answer:
        """The document at an address, or ``status`` 304 if it is still the one the validators came with.

        An answer of status 4xx that is of the due medium is returned too; the reader finds the error in
        it. Raises ``FetchError`` for what trying again will not change, ``NotNowError``
        (``rate_limited``, ``unavailable``, ``robots_unavailable``) for what it may, and ``Stopped``.
        """
        conditions = _conditions(validators)
        headers = {"Accept": _ACCEPT[request.expects], **conditions}
        retries = Retries(self._stop, base=self._backoff, patience=self._patience)

        def attempt() -> Answer:
            ask = _Ask(headers, manners, self._watch(manners), read_body, manners.max_mib * 2**20)
            came = self._follow(request.url, ask, lambda url: self._permitted(url, manners, retries))
            return judge(came.answer, request.expects, conditional=bool(conditions), wait=came.wait)

        return retries.run(attempt, shown(request.url))

    def close(self) -> None:
        """Close all connections."""
        self._network.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _watch(self, manners: Manners) -> Watch:
        return Watch(manners.deadline, self._stop, manners.allow_hosts)

    def _permitted(self, url: httpx.URL, manners: Manners, retries: Retries) -> float:
        """The gap to keep at an address's host; ``FetchError`` (``robots_disallowed``) if it may not be asked."""
        rules = self._rules_for(url, manners, retries)
        if not rules.allow(str(url)):
            raise FetchError(
                f"the robots.txt of {url.netloc.decode()} does not allow {shown(str(url))}; "
                "get the page by hand and import it, or ask those who run the site",
                code="robots_disallowed",
            )
        return rules.gap(manners.gap, self._patience)

    def _rules_for(self, url: httpx.URL, manners: Manners, retries: Retries) -> Rules:
        origin = f"{url.scheme}://{url.netloc.decode()}"
        if origin not in self._rules:
            self._rules[origin] = self._robots(f"{origin}/robots.txt", manners, retries)
        return self._rules[origin]

    def _robots(self, url: str, manners: Manners, retries: Retries) -> Rules:
        def attempt() -> Rules:
            ask = _Ask({"Accept": _ACCEPT["text"]}, manners, self._watch(manners), read_opening, MOST_READ)
            came = self._follow(url, ask, lambda _: manners.gap)
            if may_pass(came.answer.status):
                raise TransientError(f"http_{came.answer.status}", wait=came.wait)
            return rules_of(came.answer.status, came.answer.body)

        try:
            return retries.run(attempt, shown(url))
        except NotNowError as error:
            if error.code != "unavailable":
                raise
            raise NotNowError(
                f"{error.message} (nothing may be fetched from a site whose robots.txt cannot be had)",
                code="robots_unavailable",
                resume_at=error.resume_at,
            ) from None
        except FetchError as error:
            if error.code != "too_many_redirects":
                raise
            return rules_of(404, b"")

    def _follow(self, url: str, ask: _Ask, permit: Callable[[httpx.URL], float]) -> _Came:
        """The answer behind at most five redirects; each hop is allowed, paced and checked for itself."""
        here = _checked(url)
        seen = {here}
        while True:
            came = self._hop(here, permit(here), ask)
            location = came.answer.headers.get("location")
            if came.answer.status not in _REDIRECTS or location is None:
                return came
            here = _next(here, location)
            if here in seen or len(seen) > MOST_REDIRECTS:
                raise FetchError(
                    f"{shown(url)} redirects again and again, at last to {shown(str(here))}; "
                    "open it in a browser to see where it leads",
                    code="too_many_redirects",
                )
            seen.add(here)

    def _hop(self, url: httpx.URL, gap: float, ask: _Ask) -> _Came:
        """One request in one turn; the turn is over when the whole answer is here."""
        request = httpx.Request("GET", url, headers={**self._identity, **ask.headers}, extensions={"watch": ask.watch})
        with (
            self._pacer.turn(url.netloc.decode(), gap, ask.manners.daily) as slot,
            ask.watch.running(),
            closing(self._network.handle_request(request)) as response,
        ):
            slot.answered()
            status, headers = response.status_code, _kept(response.headers)
            wait = _asked_wait(status, headers, ask.manners)
            if wait:
                slot.hold_off(wait)
            body = b""
            if status not in _REDIRECTS:
                encoding = response.headers.get("content-encoding", "")
                body = ask.read(response.iter_raw(), encoding, ask.most, shown(str(url)))
        return _Came(Answer(str(url), status, headers, body), wait)


def identity(contact: str) -> dict[str, str]:
    """The headers by which every request says who asks.

    Raises ``BadInputError`` (``no_contact``, ``bad_contact``).
    """
    how = 'set contact = "you@library.example" in variorum.toml, or VARIORUM_CONTACT'
    contact = contact.strip(" ")
    if not contact:
        raise BadInputError(f"sources must be able to reach whoever asks them: {how}", code="no_contact")
    if _EMAIL.fullmatch(contact):
        who = {"User-Agent": f"{AGENT}/{__version__} (mailto:{contact})", "From": contact}
    elif _WEB.fullmatch(contact):
        who = {"User-Agent": f"{AGENT}/{__version__} (+{contact})"}
    else:
        raise BadInputError(
            f"{contact[:100]!a} is neither an e-mail address nor a web address: {how}", code="bad_contact"
        )
    # What is not asked for need not be inflated: gzip is the one encoding that is read within bounds.
    return {**who, "Accept-Encoding": "gzip"}


def _conditions(validators: Validators | None) -> dict[str, str]:
    """Headers that ask for changes only. A validator that cannot be sent back as it came is left out."""
    if validators is None:
        return {}
    named = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in named.items() if value and _SENDABLE.fullmatch(value)}


def _checked(url: str) -> httpx.URL:
    """An address that may be asked as far as its words go; its host's IP addresses are checked on connecting."""
    try:
        parsed = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise FetchError(f"{shown(url)} is no web address; correct it", code="bad_url") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host or (parsed.port or 0) >= 2**16:
        raise FetchError(f"{shown(url)} is no http(s) address; nothing else is fetched", code="bad_url")
    if parsed.userinfo:
        raise FetchError(f"{shown(url)} holds a user name; take it out", code="bad_url")
    return parsed


def _next(here: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads."""
    try:
        joined = str(here.join(location))
    except (httpx.InvalidURL, ValueError, UnicodeError):
        joined = location
    target = _checked(joined)
    if here.scheme == "https" and target.scheme == "http":
        raise FetchError(
            f"{shown(str(here))} redirects to the unencrypted {shown(str(target))}; "
            "if that is meant, set it as the source's address",
            code="insecure_redirect",
        )
    return target


def _kept(headers: httpx.Headers) -> dict[str, str]:
    """Headers worth keeping, whole or not at all: part of an address or of a validator is another one."""
    return {name: value for name, value in headers.items() if name in _KEPT_HEADERS and len(value) <= _LONGEST_HEADER}


def _asked_wait(status: int, headers: Mapping[str, str], manners: Manners) -> float | None:
    """Seconds an answer asks to be left alone for; a 429 that does not say how long means the usual pause."""
    if not may_pass(status):
        return None
    # Measured by the server's own clock, where it tells it.
    now = http_date(headers.get("date")) or datetime.now(UTC)
    wait = retry_after(headers.get("retry-after"), now)
    return manners.pause if wait is None and status == 429 else wait
