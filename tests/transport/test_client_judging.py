"""What an answer is worth: documents, errors that can be read, walls, and the wrong thing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.loopback import Reply, serve
from tests.transport.fetching import ATOM, PAGE, Fetcher, always

from variorum.errors import ExitCode, NotNowError
from variorum.schema.harvest import Media
from variorum.transport.client import FetchError
from variorum.transport.retrying import LONGEST_WAIT, http_date, retry_after
from variorum.transport.sniffing import medium

CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
    b"<script>window._cf_chl_opt={};</script></body></html>"
)
LOGIN = b"<html><head><title>Sign in</title></head><body><form><input type='password'></form></body></html>"
CAPTCHA = b"<html><body>Please solve the CAPTCHA below</body></html>"
DENIED = b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>You don't have permission</BODY></HTML>"
ERROR = b"<html><body><h1>Not found</h1></body></html>"
JSON = b'{"message": "no such work"}'
OAI_ERROR = b'\xef\xbb\xbf \n<?xml version="1.0"?><!-- x --><OAI-PMH><error code="badArgument"/></OAI-PMH>'


@pytest.mark.parametrize(
    ("status", "body", "expects"),
    [
        (200, ATOM, "xml"),
        (203, ATOM, "xml"),
        (200, JSON, "json"),
        (200, PAGE, "html"),
        (200, b"TY  - JOUR\r\n", "text"),
        # Errors that the reader finds in the document itself.
        (400, ATOM, "xml"),
        (422, OAI_ERROR, "xml"),
        (404, JSON, "json"),
        (404, ERROR, "html"),
        (410, PAGE, "html"),
        # A page that was asked for may be about captchas and have a form to log in.
        (200, CAPTCHA, "html"),
        (200, LOGIN, "html"),
    ],
)
def test_documents_of_the_due_medium_are_returned(fetch: Fetcher, status: int, body: bytes, expects: Media) -> None:
    with serve(always(Reply(body, status))) as server:
        answer = fetch(f"{server.url}/", expects)
    assert (answer.status, answer.body) == (status, body)
    assert len(server.pages) == 1


@pytest.mark.parametrize(
    ("status", "body", "expects", "code"),
    [
        (200, CHALLENGE, "xml", "blocked"),
        (200, CHALLENGE, "html", "blocked"),
        (403, CHALLENGE, "html", "blocked"),
        (403, PAGE, "html", "blocked"),
        (401, ERROR, "json", "blocked"),
        (403, ERROR, "xml", "blocked"),
        (404, CAPTCHA, "xml", "blocked"),
        (503, CHALLENGE, "xml", "blocked"),
        (429, CHALLENGE, "html", "blocked"),
        (200, LOGIN, "json", "blocked"),
        (200, CAPTCHA, "text", "blocked"),
        (200, DENIED, "html", "blocked"),
        (200, PAGE, "xml", "wrong_content"),
        (200, PAGE, "json", "wrong_content"),
        (200, PAGE, "text", "wrong_content"),
        (200, JSON, "xml", "wrong_content"),
        (200, ATOM, "json", "wrong_content"),
        (200, ATOM, "html", "wrong_content"),
        (200, JSON, "text", "wrong_content"),
        (200, b"Rate exceeded.", "xml", "wrong_content"),
        (200, b"%PDF-1.7\n\x00\x01", "text", "wrong_content"),
        (404, b"Resource not found.", "json", "http_404"),
        (404, ERROR, "json", "http_404"),
        (403, b"Forbidden", "json", "http_403"),
        (410, JSON, "xml", "http_410"),
        (206, ATOM, "xml", "http_206"),
        (300, ATOM, "xml", "http_300"),
    ],
)
def test_everything_else_is_for_a_person_to_look_at(
    fetch: Fetcher, status: int, body: bytes, expects: Media, code: str
) -> None:
    with serve(always(Reply(body, status, {"Server": "x"}))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/a", expects)
    error = caught.value
    assert (error.code, error.exit_code) == (code, ExitCode.NEEDS_A_HUMAN)
    assert error.answer is not None
    assert (error.answer.status, error.answer.body, error.answer.url) == (status, body, f"{server.url}/a")
    assert error.answer.headers["server"] == "x"
    assert f"{server.url}/a" in error.message
    assert len(server.pages) == 1
    assert fetch.stop.slept == []


def test_an_error_without_a_body_leaves_nothing_to_look_at(fetch: Fetcher) -> None:
    with serve(always(Reply(b"", 404))) as server, pytest.raises(FetchError) as caught:
        fetch(f"{server.url}/")
    assert (caught.value.code, caught.value.exit_code) == ("http_404", ExitCode.FAILED)


@pytest.mark.parametrize("status", [429, 503])
def test_a_plain_page_that_says_too_busy_is_no_wall(fetch: Fetcher, status: int) -> None:
    with serve(always(Reply(ERROR, status))) as server, pytest.raises(NotNowError):
        fetch(f"{server.url}/")
    assert len(server.pages) == 4


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t", "empty"),
        (b" " * 70_000, "empty"),
        (b" " * 70_000 + b"{}", "json"),
        (b"<!doctype HTML>", "html"),
        (b'<?xml version="1.0"?>\n<!-- a page -->\n<!DOCTYPE html PUBLIC "x"><html/>', "html"),
        (b"<div class=x>", "html"),
        (b"<script>", "html"),
        (b"<!-- generator: x --><feed>", "xml"),
        (b"<!-- never ends", "xml"),
        (b"<!DOCTYPE TEI SYSTEM 'x'><TEI><head>", "xml"),
        (b"<article><body>", "xml"),
        (b"<p:record>", "xml"),
        (b"<header/>", "xml"),
        ("<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16"), "xml"),
        (b"[1]", "json"),
        (b"\xef\xbb\xbf{}", "json"),
        (b"<3 of them", "text"),
        (b"@article{x,", "text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
    ],
)
def test_the_medium_is_told_from_the_first_bytes(body: bytes, expected: str) -> None:
    assert medium(body) == expected


@given(st.binary(max_size=2000) | st.text(max_size=500).map(str.encode))
def test_any_bytes_have_a_medium(body: bytes) -> None:
    assert medium(body) in {"empty", "binary", "html", "xml", "json", "text"}
    if body.strip() and b"\x00" not in body:
        assert medium(b"<!doctype html>" + body) == "html"


NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@given(st.text(max_size=40) | st.integers().map(str) | st.floats().map(str))
@example("9" * 400)
@example("Tue, 99 Nov 9999 99:99:99 GMT")
def test_no_header_makes_a_senseless_wait(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


@given(st.integers(0, 10**12))
def test_seconds_are_seconds_up_to_a_day(seconds: int) -> None:
    assert retry_after(f" {seconds} ", NOW) == min(seconds, LONGEST_WAIT)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001 - made aware below
def test_dates_are_counted_from_now(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    written = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert http_date(written) == moment
    expected = (moment - NOW).total_seconds()
    assert retry_after(written, NOW) == (None if expected < 0 else min(expected, LONGEST_WAIT))


@pytest.mark.parametrize(
    "written", ["Tue, 03 Nov 2026 12:00:30 GMT", "Tuesday, 03-Nov-26 12:00:30 GMT", "Tue Nov  3 12:00:30 2026"]
)
def test_dates_come_in_three_forms(written: str) -> None:
    assert retry_after(written, NOW) == 30
