"""The other ways of fetching: by id, by day, feeds; several sources at once; what a run refuses to begin."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.conftest import MakeWorkspace, Outcome
from tests.harvest_helpers import keys, quick_retries, run, settings_for
from tests.loopback import Ask, Reply, serve
from tests.repository import Paper, Repository, papers

from variorum.errors import BadInputError, ExitCode
from variorum.pipeline.doctor import examine
from variorum.pipeline.ingesting import Orders, ingest
from variorum.pipeline.plans import make_plan
from variorum.pipeline.workspace import Workspace
from variorum.schema.harvest import Between, Keys, Scope, Since
from variorum.scrapers import sources
from variorum.scrapers._arxiv_api import category_of
from variorum.store import checkpoints, reporting
from variorum.store.engine import reading

__all__ = ["quick_retries"]
pytestmark = pytest.mark.usefixtures("quick_retries")
Variorum = Callable[..., Outcome]


@pytest.fixture
def store(make_workspace: MakeWorkspace) -> Workspace:
    return make_workspace()


# arXiv's query API

ATOM = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>arXiv Query: made up</title>'
    "<id>https://arxiv.org/api/made-up</id><opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>"
)


def entry(paper: Paper) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.id}v2</id><title>{escape(paper.title)}</title>"
        f"<summary>About {escape(paper.title)}.</summary><published>{paper.day}T10:00:00Z</published>"
        f"<updated>{paper.day}T10:00:00Z</updated><author><name>Ann Roe</name></author>"
        '<category term="cs.DL"/></entry>'
    )


class Api:
    """Plays the query API: out of order, silent about unknown ids, now and then empty although it announces more."""

    def __init__(self, known: list[Paper], empty: set[int] | None = None) -> None:
        self.known, self.empty = known, empty or set()

    def __call__(self, ask: Ask) -> Reply:
        if ask.value("id_list"):
            wanted = ask.value("id_list").split(",")
            found = [paper for paper in reversed(self.known) if paper.id in wanted]
            start, total = 0, len(found)
        else:
            first, last = (part[:8] for part in ask.value("search_query").split("[")[1].split(" TO "))
            chosen = [paper for paper in self.known if first <= paper.day.replace("-", "") <= last]
            start, total = int(ask.value("start")), len(chosen)
            found = chosen[start : start + int(ask.value("max_results"))]
        if ask.number in self.empty:
            found = []
        return Reply(ATOM.format(total=total, entries="".join(map(entry, found))).encode())


def test_papers_by_id_in_whatever_order_they_come(store: Workspace) -> None:
    known = papers(250)
    asked = Keys((*(paper.id for paper in known), "2104.99999"))
    with serve(Api(known)) as server:
        result = run(store, {"arxiv": {"urls": {"api": f"{server.url}/api"}}}, scope=asked).outcomes[0]
        assert [len(ask.value("id_list").split(",")) for ask in server.pages] == [100, 100, 51]
    assert (result.exit_code, [one.key for one in result.missed]) == (ExitCode.NEEDS_A_HUMAN, ["2104.99999"])
    assert keys(store) == sorted(paper.id for paper in known)
    with reading(store.engine) as connection:
        assert [one.key for one in checkpoints.missed_keys(connection, "arxiv", "keys")] == ["2104.99999"]
        assert all(one.harvested_to is None for one in checkpoints.every(connection)), "no checkpoint is moved"


def test_a_slice_that_comes_empty_is_asked_for_again(store: Workspace) -> None:
    known = papers(1200, per_day=400)
    with serve(Api(known, empty={2})) as server:
        own = {"arxiv": {"urls": {"api": f"{server.url}/api"}}}
        result = run(store, own, scope=Between("2026-01-01", "2026-01-03")).outcomes[0]
        assert [ask.value("start") for ask in server.pages] == ["0", "500", "500", "1000"]
    assert (result.exit_code, result.counts["new"]) == (ExitCode.OK, 1200)


def test_a_list_longer_than_the_server_goes_is_begun_anew_by_date(
    store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("variorum.scrapers._arxiv_api.SLICE", 50)
    monkeypatch.setattr("variorum.scrapers._arxiv_api.DEEPEST", 200)
    known = papers(450, per_day=90)
    with serve(Api(known)) as server:
        own = {"arxiv": {"urls": {"api": f"{server.url}/api"}}}
        result = run(store, own, scope=Between("2026-01-01", "2026-01-05")).outcomes[0]
        assert max(int(ask.value("start")) for ask in server.pages) < 200
    assert (result.exit_code, keys(store)) == (ExitCode.OK, sorted(paper.id for paper in known))


@pytest.mark.parametrize(
    ("set_spec", "category"),
    [
        ("cs:cs:AI", "cs.AI"),
        ("physics:hep-th", "hep-th*"),
        ("cs", "cs*"),
        ("cs.AI", "cs.AI"),
        ("math:math:NA", "math.NA"),
    ],
)
def test_sets_as_categories(set_spec: str, category: str) -> None:
    assert category_of(set_spec) == category


# OAI-PMH by key and by day


def test_records_by_key_from_any_repository(store: Workspace) -> None:
    known = papers(3)
    wanted = [f"oai:arXiv.org:{paper.id}" for paper in known]
    with serve(Repository(known, dublin_core=True)) as server:
        own = {"oai:made-up": {"url": f"{server.url}/oai"}}
        result = run(store, own, scope=Keys((*wanted, "oai:arXiv.org:2104.99999"))).outcomes[0]
    assert [one.key for one in result.missed] == ["oai:arXiv.org:2104.99999"]
    assert keys(store, "oai:made-up") == wanted


def test_records_between_two_days(store: Workspace) -> None:
    with serve(Repository(papers(100, per_day=10), dublin_core=True)) as server:
        own = {"oai:made-up": {"url": f"{server.url}/oai"}}
        result = run(store, own, scope=Between("2026-01-03", "2026-01-05")).outcomes[0]
    assert (result.exit_code, result.counts["new"]) == (ExitCode.OK, 30)


# Feeds


FEED = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<channel><title>Made up</title><link>https://made-up.example/</link>{items}</channel></rss>"
)
ITEM = (
    "<item><title>Post {n}</title><link>https://made-up.example/{n}</link>"
    "<guid>https://made-up.example/{n}</guid><dc:creator>Ann Roe</dc:creator></item>"
)


def test_a_feed_is_asked_for_only_if_it_has_changed(store: Workspace) -> None:
    numbers = [1, 2]

    def handler(ask: Ask) -> Reply:
        etag = f'"{len(numbers)}"'
        if ask.headers.get("if-none-match") == etag:
            return Reply(b"", 304)
        return Reply(FEED.format(items="".join(ITEM.format(n=n) for n in numbers)).encode(), headers={"ETag": etag})

    with serve(handler) as server:
        own = {"feed:made-up": {"url": f"{server.url}/rss"}}
        assert run(store, own).outcomes[0].counts["new"] == 2
        assert run(store, own).outcomes[0].counts["seen"] == 0
        numbers.append(3)
        third = run(store, own).outcomes[0]
        assert (third.counts["new"], third.counts["unchanged"]) == (1, 2)
        numbers.clear()
        assert run(store, own).outcomes[0].exit_code is ExitCode.OK, "an empty feed is valid"
    assert len(keys(store, "feed:made-up")) == 3
    assert [one for one in examine(store) if not one.ok] == []


# Several sources


def test_sources_of_different_hosts_run_side_by_side_and_leave_each_other_alone(store: Workspace) -> None:
    with serve(Repository(papers(40))) as one, serve(lambda _ask: Reply(b"gone", 410)) as two:
        own = {"arxiv": {"url": f"{one.url}/oai"}, "oai:gone": {"url": f"{two.url}/oai"}}
        result = run(store, own)
    assert [outcome.status for outcome in result.outcomes] == ["ok", "needs_a_human"]
    assert result.exit_code is ExitCode.NEEDS_A_HUMAN
    assert len(keys(store)) == 40
    with reading(store.engine) as connection:
        assert {row["source"] for row in reporting.quarantined(connection)} == {"oai:gone"}


def test_a_fault_of_ours_is_told_and_ends_only_its_source(store: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    source = sources()["oai"]
    monkeypatch.setattr("variorum.scrapers._oai_harvest.OaiHarvest.request", broken)
    with serve(Api(papers(1))) as server:
        result = run(store, {"oai:made-up": {"url": f"{server.url}/oai"}}).outcomes[0]
    assert source.channels
    assert (result.code, result.exit_code) == ("internal_error", ExitCode.FAILED)


# What is not begun


@pytest.mark.parametrize(
    ("name", "scope", "code"),
    [
        ("academia", Since(), "not_fetched"),
        ("arxive", Since(), "unknown_source"),
        ("oai", Since(), "unknown_source"),
        ("oai:nowhere", Since(), "no_url"),
        ("feed:made-up", Keys(("1",)), "no_channel"),
    ],
)
def test_what_cannot_be_fetched(name: str, scope: Scope, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        make_plan(settings_for({}), name, scope)
    assert caught.value.code == code


def write_settings(url: str, contact: str = 'contact = "tests@library.example"') -> None:
    text = f'{contact}\n[sources.arxiv]\nurl = "{url}/oai"\ngap_seconds = 0\nallow_hosts = ["127.0.0.1"]\n'
    Path("variorum.toml").write_text(text)


def test_the_command_line(variorum: Variorum) -> None:
    assert variorum("ingest").code == ExitCode.BAD_INPUT
    with serve(Repository(papers(30), page_size=10)) as server:
        write_settings(server.url)
        planned = json.loads(variorum("ingest", "--dry-run", "--format", "json").out)
        assert planned[0]["request"] == f"{server.url}/oai?verb=Identify"
        assert not list(Path().glob("variorum.db*")), "a dry run writes nothing"
        assert server.log == []
        first = variorum("ingest", "--format", "json", "--log-format", "json")
        assert first.code == 0
        report = json.loads(first.out)
        assert report["sources"][0]["counts"]["new"] == 30
        lines = [json.loads(line) for line in first.err.splitlines()]
        assert {line["source"] for line in lines} == {"arxiv"}
        assert [line["event"] for line in lines][-2:] == ["complete", "ended"]
        assert variorum("backfill", "keys", "arxiv", "no-id").code == ExitCode.BAD_INPUT
        assert variorum("backfill", "between", "arxiv", "2026-02-01", "2026-01-01").code == ExitCode.BAD_INPUT
        assert variorum("ingest", "--since", "yesterday").code == ExitCode.BAD_INPUT
        write_settings(server.url, contact="")
        refused = variorum("ingest")
        assert refused.code == ExitCode.BAD_INPUT
        assert "contact =" in refused.err


def test_checking_a_source(variorum: Variorum) -> None:
    with serve(Repository(papers(30, per_day=1, start=300), page_size=10)) as server:
        write_settings(server.url)
        looked = variorum("source", "check", "arxiv", "--format", "json")
    found = json.loads(looked.out)
    assert not list(Path().glob("variorum.db*")), "nothing is stored"
    # None of its papers is of the last week by the machine's clock.
    assert found["requests"][0].endswith("verb=Identify")
    assert looked.code in {0, 3}


@pytest.mark.parametrize(
    "own",
    [
        {"url": "http://[::1/oai"},
        {"url": "file:///etc/passwd"},
        {"url": "zenodo.org/oai2d"},
        {"url": "https://user:secret@zenodo.org/oai2d"},
        {"required": {"titel": 0.9}},
        {"required": {"title": 95}},
        {"gap_seconds": -1},
        {"nosuch": 1},
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_once(own: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings_for({"oai:made-up": own})


def test_a_log_that_cannot_be_written_stops_nothing(store: Workspace) -> None:
    def full(_event: object) -> None:
        raise OSError(28, "No space left on device")

    with serve(Repository(papers(10))) as server:
        settings = settings_for({"arxiv": {"url": f"{server.url}/oai"}})
        orders = Orders("ingest", [], settings.contact)
        result = ingest(store, [make_plan(settings, "arxiv", Since())], orders, threading.Event(), full)
    assert (result.exit_code, len(keys(store))) == (ExitCode.OK, 10)
