"""Connections: guarded against private addresses, kept alive, and never waiting longer than they may.

An ``httpx`` transport over ``httpcore`` pools of one connection each. The pools get a network backend of
our own, because the stock one checks no addresses, restarts its time limit with every byte, and cannot be
interrupted.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import TypeVar

import httpcore
import httpx

from variorum.transport.addresses import is_public
from variorum.transport.answers import FetchError, TransientError
from variorum.transport.sockets import Watch, connect, fault_of, is_readable, resolve

R = TypeVar("R")

KEPT_SECONDS = 60.0
"""How long a connection without requests is kept."""


class Network(httpx.BaseTransport):
    """Sends ``httpx`` requests, which carry their ``Watch`` in ``extensions["watch"]``; one connection per origin.

    Raises ``TransientError`` for what may pass, ``FetchError`` (``forbidden_address``, ``tls``), ``StoppedError``.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or _usual_certificates()
        self._lines: dict[tuple[str, str, int | None], _Line] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body is to be read, and closed, by the caller."""
        origin = (request.url.scheme, request.url.host, request.url.port)
        with self._lock:
            line = self._lines.get(origin) or self._lines.setdefault(origin, _Line(self._tls))
        return line.ask(request)

    def close(self) -> None:
        """Close all connections."""
        for line in self._lines.values():
            line.close()


@cache
def _usual_certificates() -> ssl.SSLContext:
    """Those of this machine and Mozilla's; reading them takes a while."""
    return httpcore.default_ssl_context()


class _Line:
    """The one connection to an origin; who asks has it until the answer is closed."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._backend = _Backend()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=1, keepalive_expiry=KEPT_SECONDS, network_backend=self._backend
        )
        self._busy = threading.Lock()

    def ask(self, request: httpx.Request) -> httpx.Response:
        watch: Watch = request.extensions["watch"]
        while not self._busy.acquire(timeout=watch.slice()):
            pass
        try:
            self._backend.begin(watch)
            answer = self._send(request)
        except BaseException:
            self._busy.release()
            raise
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, self._busy.release))

    def _send(self, request: httpx.Request) -> httpcore.Response:
        try:
            return self._handle(request)
        except TransientError:
            if self._backend.is_new or self._backend.has_heard:
                raise
        # The server had closed the kept connection just then. Nothing was answered, so nothing is lost.
        return self._handle(request)

    def _handle(self, request: httpx.Request) -> httpcore.Response:
        url = request.url
        try:
            return self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                )
            )
        except httpcore.RemoteProtocolError:
            raise TransientError("protocol" if self._backend.has_heard else "reset") from None

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """An answer's body as it comes over the wire; closing it gives the connection back."""

    def __init__(self, answer: httpcore.Response, release: Callable[[], None]) -> None:
        self._answer = answer
        self._release: Callable[[], None] | None = release

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_stream()
        except httpcore.RemoteProtocolError:
            raise TransientError("truncated") from None

    def close(self) -> None:
        try:
            self._answer.close()
        finally:
            if self._release is not None:
                self._release()
                self._release = None


class _Backend(httpcore.NetworkBackend):
    """Connects for one line, to addresses it has checked itself."""

    def __init__(self) -> None:
        self.watch = Watch(0, threading.Event())
        self.is_new = False
        self.has_heard = False

    def begin(self, watch: Watch) -> None:
        """A request begins: nothing was connected or heard for it yet."""
        self.watch = watch
        self.is_new = False
        self.has_heard = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the watch knows better
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        self.is_new = True
        addresses = resolve(host, port, self.watch)
        if host.lower() not in self.watch.allowed:
            _check(host, addresses)
        fault = TransientError("dns")
        for address in addresses:
            try:
                # The very address that was checked: looking the name up again could give another.
                return _Stream(connect(address, port, self.watch), self)
            except TransientError as failed:
                fault = failed
        raise fault


def _check(host: str, addresses: Iterable[str]) -> None:
    for address in addresses:
        if not is_public(address):
            raise FetchError(
                f"{host} has the address {address}, which is not on the public internet; if it is meant, "
                "add the host to allow_hosts of the source in variorum.toml",
                code="forbidden_address",
            )


class _Stream(httpcore.NetworkStream):
    """A socket that waits in short slices. Time limits of the caller are ignored: the watch has them."""

    def __init__(self, plug: socket.socket, backend: _Backend) -> None:
        self._plug = plug
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        data = self._patiently(lambda: self._plug.recv(max_bytes))
        self._backend.has_heard = self._backend.has_heard or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        rest = memoryview(buffer)
        try:
            while rest:
                sent = self._patiently(partial(self._plug.send, rest))
                rest = rest[sent:]
        except TransientError as fault:
            if fault.name == "timeout":
                raise
            # httpcore goes on to read after this error: a server may answer before it has heard all.
            raise httpcore.WriteError(fault.name) from None

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            plug = ssl_context.wrap_socket(self._plug, server_hostname=server_hostname, do_handshake_on_connect=False)
            self._plug = plug
            self._patiently(plug.do_handshake)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise FetchError(
                f"the certificate of {server_hostname} is not valid ({error.verify_message}); if this machine's "
                "clock and certificates are right, tell those who run it",
                code="tls",
            ) from None
        except BaseException:
            self.close()
            raise
        return self

    def _patiently(self, action: Callable[[], R]) -> R:
        while True:
            self._plug.settimeout(self._backend.watch.slice())
            try:
                return action()
            except TimeoutError:
                continue
            except ssl.SSLCertVerificationError:
                raise
            except OSError as error:
                raise fault_of(error) from None

    def close(self) -> None:
        self._plug.close()

    def get_extra_info(self, info: str) -> object:
        if info == "ssl_object" and isinstance(self._plug, ssl.SSLSocket):
            return self._plug
        if info == "is_readable":
            return is_readable(self._plug)
        return None
