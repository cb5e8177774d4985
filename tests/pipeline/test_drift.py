"""A source that changes its pages is noticed before anything wrong is stored; one that merely lives is left in peace.

Steady nights first, then one on which every page is mutated: it must end in an alarm, in a named error,
or in "not now". With ``VARIORUM_CAPTURES`` recorded pages are mutated too. Then nights as they are at
sources where nothing is wrong: none may end in an alarm.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.harvest_helpers import run
from tests.loopback import Ask, Handler, Reply, redirect, serve
from tests.repository import Paper, Repository

from variorum.config import Settings
from variorum.pipeline.outcomes import Outcome
from variorum.pipeline.workspace import Workspace, open_workspace
from variorum.reports.run_report import ingest_view
from variorum.schema.harvest import Between, Scope, Since

CAPTURES = Path(os.environ.get("VARIORUM_CAPTURES", "/nowhere"))
STEADY_NIGHTS = 5
OLDER = 6
"""Days before the first night from which there are papers."""

LEAST_CAUGHT = 0.95
NEW_EACH_NIGHT = 10
PAGE = 15
FIRST_NIGHT = date(2026, 3, 2)
XML = {"Content-Type": "text/xml"}


class NoWaiting(threading.Event):
    """Never set, and never waited for: tries follow one another at once."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002
        return False


# What is served


@dataclass(frozen=True)
class Kind:
    """A source as it is served: what its elements are called, and what it answers on a good night.

    ``names``: of record, header, identifier, metadata, format, title, authors, date. ``optional``: those
    that may be missing: the source's expectations do not ask for them, and a feed without items is what
    comes at weekends. ``steady``: whether a short answer is suspicious. ``all_mutations``: try also those
    that have nothing to do with the make of the pages.
    """

    name: str
    source: str
    names: Mapping[str, str]
    served: Callable[[int], Handler]
    settings: Mapping[str, object] = field(default_factory=dict)
    scope: Scope = field(default_factory=Since)
    optional: frozenset[str] = frozenset({"date"})
    steady: bool = True
    all_mutations: bool = False

    def night(self, workspace: Workspace, number: int, handler: Handler) -> Outcome:
        """One run; the clock shows the night's day."""
        workspace = replace(workspace, clock=lambda: f"{day_of(number)}T03:00:00.000000+00:00")
        with serve(handler) as server:
            address = f"{server.url}/oai"
            own = {"url": address, **({"urls": {"api": address}} if self.source == "arxiv" else {}), **self.settings}
            result = run(workspace, {self.source: own}, scope=self.scope, stop=NoWaiting())
        shown = ingest_view(result)
        assert shown["exit_code"] == result.outcomes[0].exit_code
        assert len(shown["sources"][0]["alarms"]) == len(result.outcomes[0].alarms)
        return result.outcomes[0]


def day_of(night: int) -> str:
    return (FIRST_NIGHT + timedelta(days=night)).isoformat()


def up_to(night: int, new: Callable[[int], int] = lambda _: NEW_EACH_NIGHT) -> list[Paper]:
    """All papers up to a night; ``new`` says how many of each."""
    days = [day_of(number) for number in range(-OLDER, night + 1) for _ in range(new(number))]
    return [
        Paper(f"2001.{number:05d}", day, f"Counting seabird {number}", deleted=number % 37 == 0)
        for number, day in enumerate(days, start=1)
    ]


def made_up(night: int, *, dublin_core: bool = False) -> Repository:
    return Repository(up_to(night), page_size=PAGE, served=f"{day_of(night)}T01:00:00Z", dublin_core=dublin_core)


ARXIV = {
    "record": "record", "header": "header", "identifier": "identifier", "metadata": "metadata",
    "format": "arXiv", "title": "title", "authors": "authors", "date": "created",
}  # fmt: skip
DUBLIN_CORE = {**ARXIV, "format": "dc", "authors": "creator", "date": "date"}
ATOM = {
    "record": "entry", "identifier": "id", "title": "title", "authors": "author", "date": "published",
}  # fmt: skip
RSS = {"record": "item", "identifier": "guid", "title": "title", "authors": "creator", "metadata": "description"}

NOT_ASKED = frozenset({"authors", "date"})

KINDS = [
    Kind("made-up arXiv", "arxiv", ARXIV, made_up, all_mutations=True),
    Kind(
        "made-up repository",
        "oai:made.up",
        DUBLIN_CORE,
        lambda night: made_up(night, dublin_core=True),
        {"lookback_days": 3},
        optional=NOT_ASKED,
    ),
]


def recorded(path: str, names: Mapping[str, str], rows: int) -> Callable[[int], Handler]:
    """A capture's first rows, the same every night, without a token."""
    body = (CAPTURES / path).read_bytes() if CAPTURES.exists() else b""
    found = list(element(names["record"]).finditer(body))
    for one in reversed(found[rows:]):
        body = body[: one.start()] + body[one.end() :]
    body = element("resumptionToken").sub(b"", body)
    body = re.sub(rb"(totalResults[^>]*>)\d+", rb"\g<1>%d" % min(rows, len(found)), body)
    who = Repository([])

    def handler(_night: int) -> Handler:
        return lambda ask: who(ask) if ask.value("verb") == "Identify" else Reply(body, headers=XML)

    return handler


def element(name: str) -> re.Pattern[bytes]:
    """A whole element, whatever its prefix."""
    tag = rb"(?:\w+:)?" + name.encode()
    return re.compile(rb"<(" + tag + rb")\b(?:[^>]*/>|.*?</\1>)\s*", re.S)


if CAPTURES.exists():
    OAI_DC = {"format": "oai_dc"}
    KINDS += [
        Kind(
            "recorded arXiv",
            "arxiv",
            ARXIV,
            recorded("oai_arxiv/sample_arxiv_response_listrecords_cs.xml", ARXIV, 30),
        ),
        Kind(
            "recorded arXiv, Dublin Core",
            "arxiv",
            DUBLIN_CORE,
            recorded("oai_arxiv/scrapi_arxiv_oai_0.xml", DUBLIN_CORE, 30),
            OAI_DC,
        ),
        Kind(
            "recorded repository",
            "oai:cogprints",
            DUBLIN_CORE,
            recorded("oai_repositories/scrapi_cogprints_0.xml", DUBLIN_CORE, 30),
            optional=NOT_ASKED,
        ),
        Kind(
            "recorded query API",
            "arxiv",
            ATOM,
            recorded("arxiv_api/q_testing_s0_m15.atom.xml", ATOM, 15),
            scope=Between("2026-03-01", "2026-03-07"),
            steady=False,
        ),
        Kind(
            "rendered feed",
            "arxiv",
            RSS,
            recorded("arxiv_rendered_feed/rss_multi.xml", RSS, 30),
            {"channel": "feed"},
            optional=frozenset({"record"}),
            steady=False,
        ),
    ]


# What is done to it


Mutate = Callable[[Reply, Mapping[str, str], int], Reply]
"""Makes the answer that comes instead: of the good one, the elements' names, and the page's number from 1."""


@dataclass(frozen=True)
class Mutation:
    """Something that sources do to their pages.

    ``needs``: the elements a source must have for it. ``harmless``: what is read stays as good as it was.
    ``shortens``: only how little comes can tell. ``in_list``: it takes a list of several pages.
    """

    name: str
    mutate: Mutate
    needs: tuple[str, ...] = ()
    harmless: bool = False
    shortens: bool = False
    in_list: bool = False

    def may_pass(self, kind: Kind) -> bool:
        return self.harmless or bool(kind.optional & set(self.needs)) or (self.shortens and not kind.steady)


def body(change: Callable[[bytes, Mapping[str, str]], bytes]) -> Mutate:
    """A mutation of every page's bytes."""
    return lambda reply, names, _: replace(reply, body=change(reply.body, names))


def instead(reply: Reply) -> Mutate:
    """Something else in place of every page."""
    return lambda _reply, _names, _number: reply


def renamed(what: str) -> Mutation:
    def change(data: bytes, names: Mapping[str, str]) -> bytes:
        return re.sub(rb"(</?(?:\w+:)?)" + names[what].encode() + rb"\b", rb"\g<1>" + b"renamedElement", data)

    return Mutation(f"{what} renamed", body(change), (what,))


def dropped(what: str) -> Mutation:
    return Mutation(f"{what} dropped", body(lambda data, names: element(names[what]).sub(b"", data)), (what,))


def emptied(what: str) -> Mutation:
    def change(data: bytes, names: Mapping[str, str]) -> bytes:
        return element(names[what]).sub(rb"<\1></\1>", data)

    return Mutation(f"{what} empty", body(change), (what,))


def of_rows(change: Callable[[int, bytes], bytes]) -> Callable[[bytes, Mapping[str, str]], bytes]:
    """A mutation row by row, with the row's number."""

    def all_rows(data: bytes, names: Mapping[str, str]) -> bytes:
        rows = iter(range(10**6))
        return element(names["record"]).sub(lambda found: change(next(rows), found[0]), data)

    return all_rows


def on_page(number: int, mutate: Mutate) -> Mutate:
    return lambda reply, names, page: mutate(reply, names, page) if page == number else reply


def without_identifier(row: bytes, names: Mapping[str, str]) -> bytes:
    return element(names["identifier"]).sub(b"", row)


def _broken(share: float) -> Mutate:
    def change(data: bytes, names: Mapping[str, str]) -> bytes:
        def breaks(number: int) -> bool:
            return int((number + 1) * share) > int(number * share)

        return of_rows(lambda n, row: without_identifier(row, names) if breaks(n) else row)(data, names)

    return body(change)


def _other_format(data: bytes, names: Mapping[str, str]) -> bytes:
    name = names["format"].encode()
    return re.sub(rb"(</?(?:\w+:)?)" + name + rb"\b([^>]*>)", rb"\g<1>record2\g<2>", data)


def _html(text: str, status: int = 200) -> Mutate:
    page = f"<!DOCTYPE html><html><head>{text}</head><body>{text}</body></html>"
    return instead(Reply(page.encode(), status, {"Content-Type": "text/html"}))


def _json(text: str, status: int = 200) -> Mutate:
    return instead(Reply(text.encode(), status, {"Content-Type": "application/json"}))


def _error(code: str) -> Mutate:
    return lambda _reply, _names, _number: Repository([]).error("ListRecords", code, "made up")


def _says(content: str) -> Mutate:
    return lambda _reply, _names, _number: Repository([]).says("ListRecords", content)


HALF = body(of_rows(lambda number, row: row if number % 2 else b""))
NAMESPACE = re.compile(rb"(xmlns(?::\w+)?=.http)")
TITLE = re.compile(rb"(<(?:\w+:)?title\b[^>]*>).*?(</(?:\w+:)?title>)", re.S)

MUTATIONS = [
    *(renamed(what) for what in ("record", "header", "identifier", "metadata", "title", "authors")),
    *(dropped(what) for what in ("record", "header", "identifier", "metadata", "title", "authors", "date")),
    *(emptied(what) for what in ("identifier", "metadata", "title", "authors")),
    Mutation("unknown format", body(_other_format), ("format",)),
    Mutation("half the rows", HALF, shortens=True),
    Mutation("a tenth of the rows", body(of_rows(lambda n, row: b"" if n % 10 else row)), shortens=True),
    Mutation("half a page in mid-list", on_page(2, HALF), in_list=True),
    Mutation("no rows", body(of_rows(lambda _, _row: b"")), shortens=True),
    Mutation("30 % of the rows broken", _broken(0.3)),
    Mutation("all but one row broken", body(of_rows(lambda n, row: row if n == 0 else b"<record/>"))),
    Mutation("cut off in the middle", body(lambda data, _: data[: len(data) // 2])),
    Mutation("cut off behind a row", body(lambda data, names: data[: _last_row(data, names)])),
    Mutation("last bytes missing", body(lambda data, _: data[:-5])),
    Mutation("torn transfer", lambda reply, _names, _number: replace(reply, cut=len(reply.body) // 2)),
    Mutation("bytes that are no UTF-8", body(lambda data, _: TITLE.sub(b"\\1\xff\xfe\xe9\\2", data))),
    Mutation("UTF-16 announced as UTF-8", body(lambda data, _: data[:40] + _wide(data[40:]))),
    Mutation("binary", instead(Reply(bytes(range(256)) * 20))),
    Mutation("empty body", instead(Reply(b"", headers=XML))),
    Mutation("blanks only", instead(Reply(b" \n" * 50, headers=XML))),
    Mutation("no content", instead(Reply(b"", 204))),
    Mutation("plain text", instead(Reply(b"Service under maintenance. Come back tomorrow.\n"))),
    Mutation("another XML document", instead(Reply(b"<?xml version='1.0'?><html5><p>moved</p></html5>", headers=XML))),
    Mutation("login page", _html("<title>Sign in</title><form><input type='password'></form>")),
    Mutation("redirect to a login page", lambda *_: redirect("/login")),
    Mutation("a new web page", _html("<title>Our new API</title><p>Please see the documentation.</p>")),
    Mutation("Cloudflare, 403", _html("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", 403)),
    Mutation("Cloudflare, 503", _html("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", 503)),
    Mutation("Cloudflare, 200", _html("<title>Attention Required! | Cloudflare</title>")),
    Mutation("error as JSON, 200", _json('{"error": "rate limit", "code": 1015}')),
    Mutation("error as JSON, 400", _json('{"error": "unknown verb"}', 400)),
    Mutation("error as JSON, 500", _json('{"error": "internal"}', 500)),
    Mutation("not found", _html("<title>404</title>", 404)),
    Mutation("gone", instead(Reply(b"", 410))),
    Mutation("unavailable", instead(Reply(b"later", 503))),
    Mutation("too many requests", instead(Reply(b"slow down", 429, {"Retry-After": "3600"}))),
    *(
        Mutation(f"OAI error {code}", _error(code), ("header",))
        for code in ("badArgument", "badVerb", "cannotDisseminateFormat", "noRecordsMatch", "somethingNew")
    ),
    Mutation("Identify instead of a list", _says("<Identify><baseURL>x</baseURL></Identify>"), ("header",)),
    Mutation("headers instead of records", _says("<ListIdentifiers><header/></ListIdentifiers>"), ("header",)),
    Mutation("an empty list", _says("<ListRecords/>"), ("header",)),
    Mutation("an empty response", _says(""), ("header",)),
    Mutation("token renamed", body(lambda data, _: data.replace(b"resumptionToken", b"nextToken")), in_list=True),
    Mutation("identifiers of another scheme", body(lambda data, _: data.replace(b"oai:arXiv.org:", b"hdl:10.99/"))),
    Mutation("all titles alike", body(lambda data, _: TITLE.sub(b"\\1Untitled\\2", data))),
    Mutation("every namespace changed", body(lambda data, _: NAMESPACE.sub(rb"\1s", data)), harmless=True),
    Mutation("one row broken", body(lambda data, names: _one_broken(data, names)), harmless=True),
]  # fmt: skip

OF_THE_PAGE = re.compile(r"renamed|dropped|empty|format|rows?\b|cut off|missing|UTF-8|changed")
"""Walls and errors are the same everywhere, and tried on one source only."""


def _last_row(data: bytes, names: Mapping[str, str]) -> int:
    rows = [found.end() for found in element(names["record"]).finditer(data)]
    return rows[len(rows) // 2] if rows else 10


def _wide(data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode("utf-16-le")


def _one_broken(data: bytes, names: Mapping[str, str]) -> bytes:
    return of_rows(lambda n, row: without_identifier(row, names) if n == 3 else row)(data, names)


# The tests


def mutated(kind: Kind, mutation: Mutation, night: int) -> Handler:
    """The night's answers, all but Identify mutated."""
    good, pages = kind.served(night), iter(range(1, 10**6))

    def handler(ask: Ask) -> Reply:
        reply = good(ask)
        assert isinstance(reply, Reply)
        if ask.value("verb") == "Identify":
            return reply
        if ask.path == "/login":
            return Reply(b"<html><title>Sign in</title><input type='password'></html>")
        return mutation.mutate(reply, kind.names, next(pages))

    return handler


def fitting(kind: Kind) -> list[Mutation]:
    """The mutations that make sense for a source."""
    return [
        one
        for one in MUTATIONS
        if set(one.needs) <= set(kind.names)
        and (kind.all_mutations or OF_THE_PAGE.search(one.name))
        and (not one.in_list or "made-up" in kind.name)
    ]


def opened(folder: Path) -> Workspace:
    return open_workspace(Settings(db=f"sqlite:///{folder / 'v.db'}", archive=folder / "archive"), create=True)


def steady(kind: Kind, folder: Path) -> None:
    """Nights on which all is as ever."""
    folder.mkdir()
    workspace = opened(folder)
    for night in range(STEADY_NIGHTS if isinstance(kind.scope, Since) else 1):
        outcome = kind.night(workspace, night, kind.served(night))
        assert (outcome.alarms, outcome.exit_code) == ((), 0), outcome
        assert outcome.counts["sightings"], outcome
    workspace.engine.dispose()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_sources_do_to_their_pages_is_noticed(kind: Kind, tmp_path: Path) -> None:
    steady(kind, tmp_path / "steady")
    table, missed, judged = [], 0, 0
    for number, mutation in enumerate(fitting(kind)):
        folder = shutil.copytree(tmp_path / "steady", tmp_path / str(number))
        workspace = opened(folder)
        outcome = kind.night(workspace, STEADY_NIGHTS, mutated(kind, mutation, STEADY_NIGHTS))
        workspace.engine.dispose()
        told = ", ".join(alarm.code for alarm in outcome.alarms) or outcome.code
        assert told != "internal_error", (mutation.name, outcome)
        caught, free = bool(told) and outcome.exit_code in (1, 2, 3, 75), mutation.may_pass(kind)
        judged += not free
        missed += not free and not caught
        state = "noticed" if caught else "may pass" if free else "MISSED"
        table.append(f"{state:<9}{mutation.name:<31}exit {int(outcome.exit_code):<3} {told} {dict(outcome.counts)}")
    print(f"{kind.name}: {judged - missed} of {judged}", *table, sep="\n")
    assert missed <= (1 - LEAST_CAUGHT) * judged, "\n".join([f"{judged - missed} of {judged} noticed", *table])


# Nights on which nothing is wrong


def varied(usual: int, seed: int, *, weekends: bool = True) -> Callable[[int], int]:
    """Papers of each night, 30 % more or less than usual; none at weekends unless they are days like others."""

    def of_night(night: int) -> int:
        quiet = not weekends and (FIRST_NIGHT + timedelta(days=night)).weekday() >= 5
        return 0 if quiet else round(usual * random.Random(seed * 1000 + night).uniform(0.7, 1.3))  # noqa: S311

    return of_night


@dataclass(frozen=True)
class Life:
    """A source where nothing is wrong: how many papers come each night, how many rows of a night are broken."""

    kind: Kind
    new: Callable[[int], int]
    broken: int = 0

    def night(self, number: int) -> Handler:
        day = day_of(number)
        good = Repository(
            up_to(number, self.new),
            page_size=25,
            served=f"{day}T01:00:00Z",
            dublin_core=self.kind.source != "arxiv",
        )
        tonight = [paper.id.encode() for paper in good.papers if paper.day == day and not paper.deleted]

        def handler(ask: Ask) -> Reply:
            reply = good(ask)
            for paper in tonight[: self.broken]:
                broken = reply.body.replace(b"oai:arXiv.org:" + paper + b"</identifier>", b"</identifier>")
                reply = replace(reply, body=broken)
            return reply

        return handler


LIVES = {
    "arXiv": Life(KINDS[0], varied(14, 1, weekends=False)),
    "arXiv, rows in quarantine": Life(KINDS[0], varied(18, 2), broken=2),
    "a small repository": Life(replace(KINDS[1], settings={"lookback_days": 0}), varied(4, 3, weekends=False)),
    "a large repository": Life(replace(KINDS[1], settings={"lookback_days": 1}), varied(30, 4), broken=1),
}
NIGHTS_OF_LIFE = 25


@pytest.mark.parametrize("life", LIVES)
def test_nights_as_they_are_raise_no_alarm(life: str, tmp_path: Path) -> None:
    source = LIVES[life]
    workspace = opened(tmp_path)
    empty, quarantined = 0, 0
    for night in range(NIGHTS_OF_LIFE):
        outcome = source.kind.night(workspace, night, source.night(night))
        assert outcome.alarms == (), (night, outcome)
        assert outcome.exit_code == (3 if outcome.newly_quarantined else 0), (night, outcome)
        empty += not outcome.counts["seen"]
        quarantined += outcome.newly_quarantined
    workspace.engine.dispose()
    assert (empty > 0) == (life == "a small repository")
    assert (quarantined > 0) == (source.broken > 0)
