"""An HTTP/1.1 server on 127.0.0.1 that does exactly what a test tells it to, also what no server should.

``with serve(handler) as server:`` gives ``server.url`` and ``server.log``. The handler is called with each
``Ask`` and returns a ``Reply``, plain bytes or text (200), or ``None`` to hang up without a word. ``/robots.txt``
is answered by the server itself (404, or ``serve(handler, robots=...)``); ``robots=None`` leaves it to the
handler. No header is sent that was not asked for, except Content-Length and Location.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Ask:
    """One request.

    ``number`` counts all requests from 1, those for robots.txt excepted (0). ``connection`` says on which
    connection it came, counted from 1, and ``open`` how many were open then. ``at``: seconds of
    ``time.monotonic``, ``wall``: of ``time.time``.
    """

    method: str
    target: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    number: int
    connection: int
    open: int
    at: float
    wall: float

    def value(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Reply:
    """One answer.

    ``length``: Content-Length, if not the true one; -1 sends none and ends the body by closing.
    ``chunked``: in chunks instead. ``close``: close the connection afterwards. ``cut``: send only so many
    bytes of the body, then break the connection off (with a reset, if ``reset``). ``delay``: seconds before
    the first byte; ``head_pause``, ``body_pause``: seconds before each byte of head or body. ``raw``: send
    these bytes and nothing else, then close (or ``reset``).
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    chunked: bool = False
    close: bool = False
    cut: int | None = None
    reset: bool = False
    delay: float = 0.0
    head_pause: float = 0.0
    body_pause: float = 0.0
    raw: bytes | None = None


Handler = Callable[[Ask], Reply | bytes | str | None]

TLS_GREETING = b"\x16\x03"
NOT_FOUND = Reply(b"not found", 404)


def gzipped(body: bytes, status: int = 200, *, announced: bool = True, **headers: str) -> Reply:
    """A gzip body, with or without the header that says so."""
    told = {"Content-Encoding": "gzip"} if announced else {}
    return Reply(gzip.compress(body, mtime=0), status, {**headers, **told})


def redirect(location: str, status: int = 302) -> Reply:
    """Go and look there."""
    return Reply(b"", status, {"Location": location})


def reset(body: bytes, after: int) -> Reply:
    """A body that breaks off with a TCP reset after so many bytes."""
    return Reply(body, cut=after, reset=True)


def raw(data: bytes) -> Reply:
    """Exactly these bytes, then the end of the connection."""
    return Reply(raw=data)


class Server:
    """What ``serve`` gives: ``url`` without a slash at the end, the ``log`` of requests, ``pages`` without robots.txt.

    ``most_open``: most connections open at the same time. ``connections``: how many there were in all.
    """

    def __init__(self, handler: Handler, robots: Reply | None, tls: ssl.SSLContext | None) -> None:
        self.log: list[Ask] = []
        self.failures: list[Exception] = []
        self.connections = 0
        self.most_open = 0
        self.closing = threading.Event()
        self._handler = handler
        self._robots = robots
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.02)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}" if tls is None else f"https://localhost:{self.port}"
        self._start(self._accept)

    @property
    def pages(self) -> list[Ask]:
        return [ask for ask in self.log if ask.number]

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                plug, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(plug)
                self.most_open = max(self.most_open, len(self._open))
            self._start(self._talk, plug, number)

    def _talk(self, plug: socket.socket, connection: int) -> None:
        try:
            plug.settimeout(None)
            plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                bare, plug = plug, self._tls.wrap_socket(plug, server_side=True)
                with self._lock:
                    self._open.symmetric_difference_update({bare, plug})
            pending = b""
            while not self.closing.is_set():
                head, pending = _head(plug, pending)
                if not head or not self._answer(plug, self._noted(head, connection)):
                    return
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001 - raised by serve, in the test's own thread
            self.failures.append(error)
        finally:
            with self._lock:
                self._open.discard(plug)
            with suppress(OSError):
                plug.shutdown(socket.SHUT_WR)
            plug.close()

    def _noted(self, head: str, connection: int) -> Ask:
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ", 2)
        parts = urlsplit(target)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        with self._lock:
            is_robots = parts.path == "/robots.txt" and self._robots is not None
            number = 0 if is_robots else len(self.pages) + 1
            query = parse_qs(parts.query, keep_blank_values=True)
            ask = Ask(
                method,
                target,
                parts.path,
                query,
                headers,
                number,
                connection,
                len(self._open),
                time.monotonic(),
                time.time(),
            )
            self.log.append(ask)
        return ask

    def _answer(self, plug: socket.socket, ask: Ask) -> bool:
        """Send the answer; whether the connection goes on."""
        reply = self._robots if ask.number == 0 and self._robots is not None else self._handler(ask)
        if reply is None:
            return False
        if not isinstance(reply, Reply):
            reply = Reply(reply.encode() if isinstance(reply, str) else reply)
        self.closing.wait(reply.delay)
        if reply.raw is not None:
            plug.sendall(reply.raw)
            if reply.reset:
                _reset(plug)
            return False
        self._send(plug, _head_of(reply), reply.head_pause)
        if ask.method == "HEAD" or reply.status in (204, 304):
            return not reply.close
        self._send(plug, _body_of(reply)[: reply.cut], reply.body_pause)
        if reply.cut is not None and reply.reset:
            _reset(plug)
        return not (reply.close or reply.length is not None or reply.cut is not None)

    def _send(self, plug: socket.socket, data: bytes, pause: float) -> None:
        if not pause:
            plug.sendall(data)
            return
        for byte in data:
            if self.closing.wait(pause):
                return
            plug.sendall(bytes([byte]))

    def close(self) -> None:
        """Hang up everywhere and wait for all threads."""
        self.closing.set()
        self._listener.close()
        with self._lock:
            still_open = list(self._open)
        for plug in still_open:
            with suppress(OSError):
                # Not the TLS socket's own shutdown, which takes it away from the thread that reads.
                socket.socket.shutdown(plug, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)


def _head(plug: socket.socket, pending: bytes) -> tuple[str, bytes]:
    """The next request's head, and what came behind it; empty when the client has hung up."""
    while b"\r\n\r\n" not in pending:
        data = plug.recv(65_536)
        if data.startswith(TLS_GREETING):
            plug.sendall(b"HTTP/1.1 400 No TLS here\r\nContent-Length: 0\r\n\r\n")
            return "", b""
        if not data:
            return "", b""
        pending += data
    head, _, rest = pending.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _reset(plug: socket.socket) -> None:
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plug.close()


def _head_of(reply: Reply) -> bytes:
    headers = dict(reply.headers)
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif reply.length != -1 and reply.status not in (204, 304):
        headers["Content-Length"] = str(len(reply.body) if reply.length is None else reply.length)
    if reply.close:
        headers["Connection"] = "close"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {reply.status} As told\r\n{lines}\r\n".encode("latin-1")


def _body_of(reply: Reply) -> bytes:
    if not reply.chunked:
        return reply.body
    portions = (reply.body[start : start + 1000] for start in range(0, len(reply.body), 1000))
    return b"".join(b"%x\r\n%s\r\n" % (len(portion), portion) for portion in portions) + b"0\r\n\r\n"


@contextmanager
def serve(handler: Handler, *, robots: Reply | None = NOT_FOUND, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server while the block runs. Raises what a handler raised, once the block is over."""
    server = Server(handler, robots, tls)
    try:
        yield server
    finally:
        server.close()
    if server.failures:
        raise server.failures[0]
