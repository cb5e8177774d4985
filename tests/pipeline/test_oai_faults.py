"""An OAI-PMH server that does everything wrong: each harvest ends in the whole truth, in a named error, or in
"not now" with a next run that completes it. Nothing hangs, nothing is lost, nothing is doubled."""

from __future__ import annotations

import gzip
import resource
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import MakeWorkspace
from tests.harvest_helpers import keys, later, night, quick_retries
from tests.loopback import Ask, Handler, Reply, gzipped, redirect, reset, serve
from tests.repository import Fault, Paper, Repository, papers

from variorum.errors import ExitCode
from variorum.pipeline.doctor import examine
from variorum.pipeline.workspace import Workspace
from variorum.store import checkpoints, matches, reporting
from variorum.store.engine import reading

__all__ = ["quick_retries"]
pytestmark = pytest.mark.usefixtures("quick_retries", "bounded")

MORE_MEMORY_KIB = 64 * 1024
DEADLINE = 2.0
HANGING_SECONDS = 60.0


@pytest.fixture
def bounded() -> Iterator[None]:
    """No case grows the process by more than 64 MB or hangs."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MORE_MEMORY_KIB
    assert time.monotonic() - started < HANGING_SECONDS


@pytest.fixture
def store(make_workspace: MakeWorkspace) -> Workspace:
    return make_workspace()


def ids(all_papers: list[Paper]) -> list[str]:
    return sorted(paper.id for paper in all_papers)


def sound(workspace: Workspace) -> None:
    wrong = [finding for finding in examine(workspace) if not finding.ok]
    assert wrong == []


PAGE = 10
ALL = papers(45, per_day=7)
LISTED = len(ALL) // PAGE + 1


def repository_of(some: list[Paper], **own: Any) -> Repository:
    return Repository(some, page_size=PAGE, **own)


def status(number: int, **headers: str) -> Fault:
    return lambda _repository, _ask: Reply(b"Rate exceeded.", number, headers)


def once(reply: Reply) -> Fault:
    return lambda _repository, _ask: reply


def true_answer(repository: Repository, ask: Ask) -> Reply:
    return repository.answer(ask)


def cut(repository: Repository, ask: Ask) -> Reply:
    return reset(true_answer(repository, ask).body, 500)


def too_short(repository: Repository, ask: Ask) -> Reply:
    good = true_answer(repository, ask)
    return replace(good, length=len(good.body) + 1000)


def chunked(repository: Repository, ask: Ask) -> Reply:
    return replace(true_answer(repository, ask), chunked=True)


def packed(repository: Repository, ask: Ask) -> Reply:
    return gzipped(true_answer(repository, ask).body)


def packed_secretly(repository: Repository, ask: Ask) -> Reply:
    return gzipped(true_answer(repository, ask).body, announced=False)


def dribbling(repository: Repository, ask: Ask) -> Reply:
    return replace(true_answer(repository, ask), body_pause=0.05)


def slow_head(repository: Repository, ask: Ask) -> Reply:
    return replace(true_answer(repository, ask), head_pause=0.2)


def controls(repository: Repository, ask: Ask) -> Reply:
    good = true_answer(repository, ask)
    return replace(good, body=good.body.replace(b"<title>Counting", b"<title>Coun\x0bting", 1))


def empty_with_token(repository: Repository, _ask: Ask) -> Reply:
    return repository.says("ListRecords", f"<ListRecords>{repository.token(f'||{PAGE}')}</ListRecords>")


HARMLESS: dict[str, Fault] = {
    "503 that asks for a second": status(503, **{"Retry-After": "1"}),
    "503 that says nothing": status(503),
    "500": status(500),
    "503 with a date long past": status(503, **{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "503 with nonsense": status(503, **{"Retry-After": "soon"}),
    "reset in mid-body": cut,
    "a length that is too long": too_short,
    "no answer": lambda _repository, _ask: Reply(raw=b""),
    "nonsense for an answer": lambda _repository, _ask: Reply(raw=b"\x00\x01\x02 hello\r\n\r\n"),
    "an empty body": once(Reply(b"", 200)),
    "chunked": chunked,
    "gzip": packed,
    "gzip that nobody announced": packed_secretly,
    "an illegal character": controls,
}


@pytest.mark.parametrize("where", [2, 4, LISTED + 1], ids=["first page", "in mid-list", "last page"])
@pytest.mark.parametrize("what", HARMLESS)
def test_what_passes_is_passed_over(store: Workspace, what: str, where: int) -> None:
    with serve(repository_of(ALL, faults={where: HARMLESS[what]})) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, outcome.code) == (ExitCode.OK, None)
    assert keys(store) == ids(ALL)
    assert outcome.counts["new"] == len(ALL)


LOGIN = b"<!DOCTYPE html><html><title>Sign in</title><form action='/login'><input type=password></form></html>"
CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
BOMB = gzip.compress(b"\x00" * 300_000_000, compresslevel=9)


def twice_packed(data: bytes) -> Reply:
    return Reply(gzip.compress(data), headers={"Content-Encoding": "gzip, gzip"})


ENDING: dict[str, tuple[Fault, ExitCode, set[str]]] = {
    "a login page": (once(Reply(LOGIN)), ExitCode.NEEDS_A_HUMAN, {"blocked", "wrong_content"}),
    "a challenge": (once(Reply(CHALLENGE, 403)), ExitCode.NEEDS_A_HUMAN, {"blocked"}),
    "JSON": (once(Reply(b'{"error": "moved"}')), ExitCode.NEEDS_A_HUMAN, {"wrong_content"}),
    "another XML": (once(Reply(b"<rss><channel/></rss>")), ExitCode.NEEDS_A_HUMAN, {"wrong_content"}),
    "cut XML of the right length": (
        lambda r, a: Reply(true_answer(r, a).body[:3000]),
        ExitCode.NEEDS_A_HUMAN,
        {"malformed_xml"},
    ),
    "another verb's answer": (
        lambda r, _a: r.says("ListIdentifiers", "<ListIdentifiers/>"),
        ExitCode.NEEDS_A_HUMAN,
        {"no_metadata"},
    ),
    "badArgument": (
        lambda r, _a: r.error("ListRecords", "badArgument", "no"),
        ExitCode.NEEDS_A_HUMAN,
        {"oai_badArgument"},
    ),
    "a gzip bomb": (
        once(Reply(BOMB, headers={"Content-Encoding": "gzip"})),
        ExitCode.FAILED,
        {"too_large"},
    ),
    "a gzip bomb that nobody announced": (once(Reply(BOMB)), ExitCode.FAILED, {"too_large"}),
    "a bomb in a bomb": (once(twice_packed(BOMB)), ExitCode.FAILED, {"bad_encoding"}),
    "br": (once(Reply(zlib.compress(b"x"), headers={"Content-Encoding": "br"})), ExitCode.FAILED, {"bad_encoding"}),
    "a redirect to itself": (lambda _r, a: redirect(a.target), ExitCode.FAILED, {"too_many_redirects"}),
    "a redirect to the cloud's own data": (
        once(redirect("http://169.254.169.254/latest/meta-data/")),
        ExitCode.FAILED,
        {"forbidden_address"},
    ),
    "a redirect to a file": (once(redirect("file:///etc/passwd")), ExitCode.FAILED, {"bad_url"}),
    "404": (once(Reply(b"not here", 404)), ExitCode.NEEDS_A_HUMAN, {"http_404"}),
    "429 that asks for hours": (status(429, **{"Retry-After": "36000"}), ExitCode.NOT_NOW, {"rate_limited"}),
    "429 that says nothing": (status(429), ExitCode.NOT_NOW, {"rate_limited"}),
    "503 for ever": (status(503), ExitCode.NOT_NOW, {"unavailable"}),
    "one byte at a time": (dribbling, ExitCode.NOT_NOW, {"unavailable"}),
    "a head that does not end": (slow_head, ExitCode.NOT_NOW, {"unavailable"}),
}


class Always:
    """The fault from one request on, until it is mended."""

    def __init__(self, repository: Repository, fault: Fault, since: int) -> None:
        self.repository, self.fault, self.since, self.mended = repository, fault, since, False

    def __call__(self, ask: Ask) -> Reply:
        if ask.number >= self.since and not self.mended:
            reply = self.fault(self.repository, ask)
            if reply is not None:
                return reply
        return self.repository.answer(ask)


@pytest.mark.parametrize("what", ENDING)
def test_what_does_not_pass_ends_with_its_name_and_the_next_run_completes(store: Workspace, what: str) -> None:
    fault, exit_code, codes = ENDING[what]
    handler = Always(repository_of(ALL), fault, since=4)
    with serve(handler) as server:
        outcome = night(store, server.url, deadline_seconds=DEADLINE)
        assert (outcome.exit_code, outcome.code in codes) == (exit_code, True), outcome
        assert outcome.message
        assert len(keys(store)) == 2 * PAGE
        assert (outcome.resume_at is not None) == (outcome.code == "rate_limited")
        with reading(store.engine) as connection:
            position = checkpoints.every(connection)[0]
        assert position.harvested_to is None
        handler.mended = True
        later(store)
        before = len(server.pages)
        again = night(store, server.url)
        assert len(server.pages) - before == LISTED - 2, "only what was missing is asked for"
    assert again.exit_code is ExitCode.OK
    assert keys(store) == ids(ALL)
    assert again.counts["new"] == len(ALL) - 2 * PAGE
    sound(store)


def test_a_bad_page_is_kept_with_its_reason(store: Workspace) -> None:
    handler = Always(repository_of(ALL), once(Reply(LOGIN)), since=3)
    with serve(handler) as server:
        outcome = night(store, server.url)
        with reading(store.engine) as connection:
            rows = reporting.quarantined(connection)
        assert [row["code"] for row in rows] == [outcome.code]
        assert store.archive.get(rows[0]["sha256"], len(LOGIN)) == LOGIN
        night(store, server.url)
    with reading(store.engine) as connection:
        assert len(reporting.quarantined(connection)) == 1, "the same page is not kept twice"
    sound(store)


@pytest.mark.parametrize("source", ["arxiv", "oai:made-up"], ids=["by date", "in any order"])
def test_an_expired_token_falls_back_on_dates(store: Workspace, source: str) -> None:
    by_date = source == "arxiv"
    repository = repository_of(ALL if by_date else [*ALL[23:], *ALL[:23]], dublin_core=not by_date)
    repository.expired = {repository.token_of(f"||{2 * PAGE}")}
    with serve(repository) as server:
        outcome = night(store, server.url, source)
        asked = [(ask.value("from"), ask.value("until")) for ask in server.pages if not ask.value("resumptionToken")]
    assert outcome.exit_code is ExitCode.OK
    assert keys(store, source) == [one if by_date else f"oai:arXiv.org:{one}" for one in ids(ALL)]
    # From the date of the last record that came; or over half the days, and then over the rest.
    assert asked[2:] == [("2026-01-03", "")] if by_date else [("", "2017-02-19"), ("2017-02-19", "")]
    sound(store)


def test_a_token_that_expires_in_every_list_is_outrun(store: Workspace) -> None:
    repository = repository_of(ALL)

    def handler(ask: Ask) -> Reply:
        # No list may be followed for more than one token.
        token = ask.value("resumptionToken")
        if token.endswith(str(2 * PAGE)):
            return repository.error("ListRecords", "badResumptionToken", "expired")
        return repository.answer(ask)

    with serve(handler) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, keys(store)) == (ExitCode.OK, ids(ALL))


def in_circles(length: int, dated_too: bool) -> Handler:
    """Lists whose tokens t1, t2 … come back to t1; with dates asked for, only where ``dated_too``."""
    repository = repository_of(ALL)

    def handler(ask: Ask) -> Reply:
        token = ask.value("resumptionToken")
        undated = not ask.value("from") and not ask.value("until")
        if ask.value("verb") != "ListRecords" or not (dated_too or token.startswith("t") or (undated and not token)):
            return repository.answer(ask)
        number = int(token[1:] or 0)
        following = number + 1 if number < length else 1
        some = "".join(paper.record() for paper in ALL[number * 3 : number * 3 + 3])
        more = f"<resumptionToken>t{following}</resumptionToken>"
        return repository.says("ListRecords", f"<ListRecords>{some}{more}</ListRecords>")

    return handler


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_a_list_that_goes_in_circles_is_asked_for_by_days(store: Workspace, length: int) -> None:
    with serve(in_circles(length, dated_too=False)) as server:
        outcome = night(store, server.url)
        assert len(server.pages) < 50
    assert (outcome.exit_code, keys(store)) == (ExitCode.OK, ids(ALL))


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_circles_everywhere_are_given_up(store: Workspace, length: int) -> None:
    with serve(in_circles(length, dated_too=True)) as server:
        outcome = night(store, server.url, since="2026-01-01")
        assert len(server.pages) < 400
    assert (outcome.exit_code, outcome.code) == (ExitCode.NEEDS_A_HUMAN, "token_refused")


def test_an_empty_page_with_a_token_is_not_the_end(store: Workspace) -> None:
    with serve(repository_of(ALL, faults={3: empty_with_token})) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, keys(store)) == (ExitCode.OK, ids(ALL))


def test_empty_pages_for_ever_are_the_end(store: Workspace) -> None:
    def handler(ask: Ask) -> Reply:
        repository = repository_of(ALL)
        if ask.value("verb") != "ListRecords":
            return repository.answer(ask)
        return repository.says("ListRecords", f"<ListRecords>{repository.token(f'||{ask.number}')}</ListRecords>")

    with serve(handler) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, outcome.code) == (ExitCode.NEEDS_A_HUMAN, "empty_pages")


@pytest.mark.parametrize("end", ["", "<resumptionToken/>", "<resumptionToken>\n </resumptionToken>"])
def test_every_way_of_ending_a_list(store: Workspace, end: str) -> None:
    def handler(ask: Ask) -> Reply:
        repository = repository_of(ALL[:30])
        if ask.value("verb") != "ListRecords":
            return repository.answer(ask)
        some = "".join(paper.record() for paper in ALL[:30])
        return repository.says("ListRecords", f"<ListRecords>{some}{end}</ListRecords>")

    with serve(handler) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, len(keys(store))) == (ExitCode.OK, 30)


def test_deleted_records_stay_marked_with_what_was_known(store: Workspace) -> None:
    with serve(repository_of(ALL[:25])) as server:
        night(store, server.url)
    gone = [replace(paper, deleted=True, day="2026-11-19") if i < 5 else paper for i, paper in enumerate(ALL[:25])]
    with serve(Repository(gone)) as server:
        outcome = night(store, server.url)
        assert outcome.counts["changed"] == 5
        assert night(store, server.url).counts["unchanged"] == 5
    with reading(store.engine) as connection:
        found = matches.find_ref(connection, f"arxiv:{ALL[0].id}")
    assert found is not None
    assert "deleted" in found.record.flags
    assert found.record.title == ALL[0].title
    sound(store)


def test_nothing_new_is_nothing_written(store: Workspace) -> None:
    with serve(repository_of(ALL, served="2026-11-20T00:00:00Z")) as server:
        night(store, server.url)
    with reading(store.engine) as connection:
        before = reporting.table_sizes(connection)
    # Another day, so other bytes, that say the same; all of it is sent again.
    with serve(repository_of([replace(p, day="2026-11-19") for p in ALL], served="2026-11-21T00:00:00Z")) as server:
        outcome = night(store, server.url)
    assert (outcome.counts["unchanged"], outcome.counts["seen"]) == (len(ALL), len(ALL))
    with reading(store.engine) as connection:
        after = reporting.table_sizes(connection)
    grown = {name for name in after if after[name] != before[name]}
    assert grown == {"run", "harvest"}
    sound(store)


def test_the_window_begins_where_the_repository_does(store: Workspace) -> None:
    with serve(repository_of(ALL)) as server:
        outcome = night(store, server.url, since="1999-01-01")
        assert [ask.value("from") for ask in server.pages][1:3] == ["1999-01-01", "2007-05-23"]
    assert (outcome.exit_code, keys(store)) == (ExitCode.OK, ids(ALL))


def test_the_checkpoint_follows_the_earlier_clock(store: Workspace) -> None:
    with serve(repository_of(ALL, served="2026-02-03T23:59:00Z")) as server:
        night(store, server.url)
        with reading(store.engine) as connection:
            assert checkpoints.every(connection)[0].harvested_to == "2026-02-03"
        night(store, server.url)
        assert [ask.value("from") for ask in server.pages][-1] == "2026-01-31", "three days back"


def test_sets_are_harvested_one_after_the_other(store: Workspace) -> None:
    with serve(repository_of(ALL[:8])) as server:
        outcome = night(store, server.url, sets=["cs:cs:DL", "math"], since="2026-01-01")
        asked = [(ask.value("set"), ask.value("from")) for ask in server.pages[1:]]
    assert asked == [("cs:cs:DL", "2026-01-01"), ("math", "2026-01-01")]
    assert (outcome.counts["new"], outcome.counts["unchanged"]) == (8, 8)


def test_a_limit_is_a_pause(store: Workspace) -> None:
    from tests.harvest_helpers import run

    with serve(repository_of(ALL)) as server:
        own = {"arxiv": {"url": f"{server.url}/oai"}}
        first = run(store, own, limit=15).outcomes[0]
        assert (first.exit_code, first.code, len(keys(store))) == (ExitCode.OK, "limit", 2 * PAGE)
        assert night(store, server.url).exit_code is ExitCode.OK
        assert len(server.pages) == LISTED + 1
    assert keys(store) == ids(ALL)


def flags_of(workspace: Workspace, key: str) -> tuple[str, ...]:
    with reading(workspace.engine) as connection:
        found = matches.find_ref(connection, f"arxiv:{key}")
    assert found is not None
    return found.record.flags


def test_deleted_and_back_and_deleted_again(store: Workspace) -> None:
    alive = [replace(paper, day="2026-11-19") for paper in papers(10)]
    gone = [replace(alive[0], deleted=True), *alive[1:]]
    for known, deleted in ((alive, False), (gone, True), (alive, False), (gone, True), (gone, True)):
        with serve(repository_of(known)) as server:
            night(store, server.url)
        assert ("deleted" in flags_of(store, alive[0].id)) is deleted
    sound(store)


def test_what_stood_before_may_stand_again(store: Workspace) -> None:
    right = [replace(paper, day="2026-11-19") for paper in papers(3)]
    wrong = [replace(right[0], title="Cuonting"), *right[1:]]
    for known in (right, wrong, right):
        with serve(repository_of(known)) as server:
            night(store, server.url)
    with reading(store.engine) as connection:
        found = matches.find_ref(connection, f"arxiv:{right[0].id}")
    assert found is not None
    assert found.record.title == right[0].title
    sound(store)


def test_a_first_day_that_the_repository_makes_up_leaves_no_gap(store: Workspace) -> None:
    known = [replace(paper, day="2026-11-18") for paper in papers(5)]
    for made_up in ("2026-11-20", "2099-01-01", "0001-01-01", "", "2026-11-20T10:00:00Z"):
        repository = repository_of(known, earliest=made_up)
        repository.refuses_early = False
        with serve(repository) as server:
            assert night(store, server.url, since="2026-11-01").exit_code is ExitCode.OK
    assert keys(store) == ids(known)


def test_no_records_is_no_answer_to_a_token(store: Workspace) -> None:
    fault: Fault = lambda r, _a: r.error("ListRecords", "noRecordsMatch", "nothing")  # noqa: E731
    with serve(repository_of(ALL, faults={4: fault})) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, keys(store)) == (ExitCode.OK, ids(ALL))


def test_a_day_that_lies_ahead_is_no_place_to_go_on_from(store: Workspace) -> None:
    known = [replace(paper, day="9999-12-31") if number == 20 else paper for number, paper in enumerate(ALL)]
    repository = repository_of(known)
    repository.expired = {repository.token_of(f"||{2 * PAGE}")}
    with serve(repository) as server:
        outcome = night(store, server.url)
    assert (outcome.exit_code, keys(store)) == (ExitCode.OK, ids(ALL))


def test_until_may_mean_the_first_second_of_a_day(store: Workspace) -> None:
    known = papers(120, per_day=20)

    def handler(ask: Ask) -> Reply:
        repository = repository_of(known, dublin_core=True, earliest="2026-01-01", served="2026-01-08T00:00:00Z")
        if ask.value("resumptionToken"):
            return repository.error("ListRecords", "badResumptionToken", "never")
        until = ask.value("until")
        repository.papers = [paper for paper in known if not until or paper.day < until]
        repository.page_size = 45
        return repository.answer(ask)

    with serve(handler) as server:
        outcome = night(store, server.url, "oai:made-up")
    assert len(keys(store, "oai:made-up")) == 120 or outcome.exit_code is not ExitCode.OK, "all of it, or an error"


def test_a_harvest_under_way_is_begun_anew_when_the_settings_change(store: Workspace) -> None:
    with serve(repository_of(ALL, earliest="1800-01-01")) as server:
        outcome = night(store, server.url, since="2026-01-05", deadline_seconds=DEADLINE)
        assert outcome.exit_code is ExitCode.OK

    broken = Always(repository_of(ALL), lambda r, _a: r.error("ListRecords", "badArgument", "no"), since=2)
    with serve(broken) as server:
        assert night(store, server.url, "oai:made-up", since="1900-01-01").code == "oai_badArgument"
        broken.mended = True
        before = len(server.pages)
        night(store, server.url, "oai:made-up", since="2026-01-01")
        assert [ask.value("from") for ask in server.pages[before:]][1] == "2026-01-01"


def test_a_page_that_is_refused_again_after_it_was_well_is_kept_again(store: Workspace) -> None:
    well = [replace(paper, day="2026-11-19") for paper in papers(20)]
    untitled = [replace(paper, title="") for paper in well]
    tonight = {"": repository_of([])}
    with serve(lambda ask: tonight[""](ask)) as server:
        for day, known in (("16", untitled), ("17", well), ("18", untitled)):
            tonight[""] = repository_of(known, served=f"2026-11-{day}T00:00:00Z")
            outcome = night(store, server.url)
            with reading(store.engine) as connection:
                waiting = reporting.quarantined(connection, status="open")
            expected = ["drift_title"] if known is untitled else []
            assert [row["code"] for row in waiting] == expected
            assert [alarm.code for alarm in outcome.alarms] == expected
    sound(store)


def test_a_page_that_cannot_be_read_again_after_it_was_well_is_kept_again(store: Workspace) -> None:
    broken = {"": True}
    day = {"": "16"}

    def handler(ask: Ask) -> Reply:
        good = repository_of(ALL[:25], served=f"2026-11-{day['']}T00:00:00Z").answer(ask)
        lists = ask.value("verb") == "ListRecords"
        return Reply(good.body[:3000]) if lists and broken[""] else good

    with serve(handler) as server:
        for number, bad in (("16", True), ("17", False), ("16", True), ("18", True)):
            day[""], broken[""] = number, bad
            assert night(store, server.url, lookback_days=366).code == ("malformed_xml" if bad else None)
    sound(store)


def test_bytes_that_were_believed_may_be_refused_later(store: Workspace) -> None:
    with serve(repository_of(ALL[:25])) as server:
        assert night(store, server.url).exit_code is ExitCode.OK
        outcome = night(store, server.url, required={"date": 1.0, "title": 1.0}, since="2026-01-01", sets=["cs"])
        assert outcome.exit_code is ExitCode.OK
        later_on = night(store, server.url, rejected=0.0, required={"identifiers": 1.0}, sets=["math"])
        assert later_on.exit_code is ExitCode.OK
    sound(store)
