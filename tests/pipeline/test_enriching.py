"""Looking works up in registries on loopback: what agrees is taken, near misses are not, nothing is asked twice."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.harvest_helpers import (
    later,
    quick_retries,  # noqa: F401 - a fixture
    settings_for,
)
from tests.loopback import Ask, Reply, Server, serve

from variorum.errors import BadInputError, ExitCode
from variorum.pipeline.containers import SavedBody
from variorum.pipeline.doctor import examine
from variorum.pipeline.enriching import EnrichResult, enrich
from variorum.pipeline.importing import store_saved
from variorum.pipeline.lacking import Wish, lacking_works, open_questions
from variorum.pipeline.ledger import recorded
from variorum.pipeline.looking_up import choose
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.schema import Author, Identifier, Record, Sighting
from variorum.scrapers import get_source
from variorum.store import works
from variorum.store.engine import reading

TITLE = "Counting Seabirds From Drifting Ice With Cheap Thermal Cameras"
ABSTRACT = (
    "We count seabirds from drifting ice with thermal cameras that cost less than a pair of boots, over four winters "
    "and two oceans, and show that the counts agree with those of observers to within three birds in a hundred."
)
AUTHORS = [("Ann", "Roe"), ("Bo C.", "Poe"), ("Li", "Doe")]
CAPTURES = os.environ.get("VARIORUM_CAPTURES")


def crossref(title: str = TITLE, authors: Sequence[tuple[str, str]] = AUTHORS, **own: Any) -> dict[str, Any]:
    """A work as Crossref gives it."""
    usual = {"DOI": "10.5555/seabirds", "type": "journal-article", "issued": {"date-parts": [[2020, 3]]}}
    people = [{"given": given, "family": family, "sequence": "additional"} for given, family in authors]
    return {**usual, "title": [title], "author": people, "container-title": ["Polar Counts"], **own}


def openalex(**own: Any) -> dict[str, Any]:
    """A work as OpenAlex gives it."""
    index: dict[str, list[int]] = {}
    for position, word in enumerate(ABSTRACT.split()):
        index.setdefault(word, []).append(position)
    people = [{"author": {"display_name": f"{given} {family}"}, "institutions": []} for given, family in AUTHORS]
    return {
        "id": "https://openalex.org/W4400000001",
        "doi": "https://doi.org/10.5555/seabirds",
        "title": TITLE,
        "display_name": TITLE,
        "publication_year": 2020,
        "publication_date": "2020-03-01",
        "type": "article",
        "authorships": people,
        "abstract_inverted_index": index,
        **own,
    }


class Registries:
    """Crossref, DataCite and OpenAlex on one server. ``hits``: what Crossref's search finds, whatever is asked."""

    def __init__(self, known: Sequence[dict[str, Any]] = (), hits: Sequence[dict[str, Any]] = ()) -> None:
        self.known = {work["DOI"]: work for work in known}
        self.hits = list(hits)
        self.openalex: list[dict[str, Any]] = []
        self.broken = False

    def __call__(self, ask: Ask) -> Reply:
        site, _, rest = ask.path.removeprefix("/").partition("/")
        if self.broken:
            return Reply(b"oops", 500)
        if site == "crossref":
            return self._crossref(ask, unquote(rest.removeprefix("works").removeprefix("/")))
        if site == "openalex":
            return self._openalex(ask, unquote(rest.removeprefix("works").removeprefix("/")))
        missing = {"errors": [{"status": "404", "title": "The resource you are looking for doesn't exist."}]}
        if rest == "dois":
            return _json({"data": [], "meta": {"total": 0}})
        return Reply(json.dumps(missing).encode(), 404, {"Content-Type": "application/json"})

    def _crossref(self, ask: Ask, doi: str) -> Reply:
        if doi:
            work = self.known.get(doi)
            if work is None:
                return Reply(b"Resource not found.", 404)
            return _json({"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": work})
        assert ask.value("query.bibliographic")
        message = {"total-results": len(self.hits), "items": self.hits, "items-per-page": 5}
        return _json({"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message})

    def _openalex(self, ask: Ask, key: str) -> Reply:
        if key:
            doi = key.removeprefix("doi:")
            found = [one for one in self.openalex if doi in str(one["doi"]) or key in str(one["id"])]
            return _json(found[0]) if found else Reply(b"<!DOCTYPE html><html><title>404</title></html>", 404)
        assert ask.value("filter")
        return _json({"meta": {"count": len(self.openalex)}, "results": self.openalex, "group_by": []})


def _json(value: object) -> Reply:
    return Reply(json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def author(given: str, family: str, evidence: Any = "byline") -> Author:
    return Author(name=f"{given} {family}", family=family, given=given, evidence=evidence)


def known(**own: Any) -> Record:
    """What a listing says of the paper; give what it leaves out."""
    usual = {"title": TITLE, "authors": tuple(author(*name) for name in AUTHORS), "authors_complete": True}
    return Record(**{"source": "bzpeer", "source_key": "a-1", "format": "x", "date": "2020"} | usual | own)


def stored(workspace: Workspace, *records: Record) -> None:
    """The records as works of their own."""
    with recorded(workspace, "import", []) as run:
        for record in records:
            page = Page(get_source(record.source), (Sighting(place="page", statement=record),), ())
            store_saved(workspace, run.id, SavedBody("file:page", record.model_dump_json().encode()), page)
    run_dedup(workspace)


def looked_up(workspace: Workspace, server: Server, *missing: str, again: bool = False) -> EnrichResult:
    sites = {name: {"urls": {"api": f"{server.url}/{name}"}} for name in ("crossref", "datacite", "openalex")}
    return enrich(workspace, settings_for(sites), Wish(missing, again=again), threading.Event())


def fields_of_all(workspace: Workspace) -> list[dict[str, Any]]:
    """The single fields of every live work, after a dedup run, with the source of each."""
    run_dedup(workspace)
    with reading(workspace.engine) as connection:
        found = works.fields(connection, works.live_ids(connection))
    return [{row.field: (row.value, row.source) for row in rows if row.position == 0} for rows in found.values()]


def test_what_a_registry_adds_can_be_rebuilt_from_the_archive(workspace: Workspace) -> None:
    reference = (
        f"Polar Counts~2020~7~Roe, Ann and Poe, Bo C. and Doe, Li~10.5555/seabirds~1-9~{TITLE}~2021-12-06 08:27:13.9"
    )
    body = json.dumps({"response": {"award": [{"id": "0802001", "publicationResearch": [reference]}]}}).encode()
    with recorded(workspace, "import", []) as run:
        store_saved(workspace, run.id, SavedBody("file:page", body), read_page(body))
    run_dedup(workspace)
    with serve(Registries([crossref(abstract=f"<jats:p>{ABSTRACT}</jats:p>")])) as server:
        (one,) = looked_up(workspace, server).works
    assert one.filled == ("abstract",)
    (work,) = fields_of_all(workspace)
    assert work["abstract"] == (ABSTRACT, "crossref")
    assert [finding for finding in examine(workspace) if not finding.ok] == []


DOI = Identifier(scheme="doi", value="10.5555/seabirds", raw="10.5555/seabirds")


def test_a_stub_is_filled_by_its_doi_and_says_by_whom(workspace: Workspace) -> None:
    stored(workspace, known(title=None, authors=(), date=None, venue="Polar Counts", identifiers=(DOI,)))
    registries = Registries([crossref()])
    registries.openalex = [openalex()]
    with serve(registries) as server:
        result = looked_up(workspace, server)
    (one,) = result.works
    assert result.exit_code is ExitCode.OK
    assert [(each.source, each.outcome) for each in one.lookups] == [
        ("crossref", "accepted"),
        ("datacite", "not_found"),
        ("openalex", "accepted"),
    ]
    assert one.filled == ("title", "authors", "abstract", "date")
    (work,) = fields_of_all(workspace)
    assert work["title"] == (TITLE, "crossref")
    assert work["abstract"] == (ABSTRACT, "openalex")
    assert work["date"] == ("2020-03", "crossref")


def test_a_record_without_title_is_found_by_abstract_and_author(workspace: Workspace) -> None:
    owner = (author("Ann", "Roe", "profile"),)
    stored(workspace, known(title=None, authors=owner, authors_complete=False, abstract=ABSTRACT, source="academia"))
    registries = Registries([crossref()])
    registries.openalex = [openalex(id="https://openalex.org/W1", title="Something Else", abstract_inverted_index={})]
    with serve(registries) as server:
        refused = looked_up(workspace, server)
        assert [each.outcome for each in refused.works[0].lookups] == ["refused"]
        registries.openalex.append(openalex())
        assert looked_up(workspace, server).works == ()
        taken = looked_up(workspace, server, again=True)
    assert ("openalex", "accepted") in {(each.source, each.outcome) for each in taken.works[0].lookups}
    (work,) = fields_of_all(workspace)
    assert work["title"] == (TITLE, "openalex")
    assert [name["name"] for name in work["authors"][0]] == ["Ann Roe", "Bo C. Poe", "Li Doe"]


def _near(reason: str, **own: Any) -> Any:
    return pytest.param(crossref(**own), id=reason)


NEAR_MISSES = [
    _near("another year", issued={"date-parts": [[2017]]}),
    _near("no year", issued={"date-parts": [[None]]}),
    _near("other authors", authors=[("Jo", "Loe"), ("Mo", "Noe")]),
    _near("one author in three by chance", authors=[("Jo", "Loe"), ("Mo", "Noe"), ("Ann", "Roe"), ("Ed", "Soe")]),
    _near("no authors", authors=[]),
    _near("the second part", title=f"{TITLE}: Part II"),
    _near("an erratum", title=f"Erratum: {TITLE}"),
    _near("a correction", title=f"Correction to {TITLE}"),
    _near("a reply", title=f"Reply to {TITLE}"),
    _near("a comment", title=f"Comment on {TITLE}"),
    _near("a retraction", title=f"Retraction: {TITLE}"),
    _near("other animals", title=TITLE.replace("Seabirds", "Walruses")),
    _near("the opposite", title=TITLE.replace("Drifting", "Grounded")),
    _near("an extension", title=f"{TITLE}: Ten Years Later in the Southern Ocean"),
    _near("a shorter title", title="Counting Seabirds From Drifting Ice"),
    _near("a number", title=f"{TITLE} in 2019"),
    _near("another instrument", title=TITLE.replace("Thermal Cameras", "Acoustic Buoys")),
    _near("a book review", title=f"Review of {TITLE}"),
    _near("a supplement", title=f"Supplementary Material for {TITLE}"),
    _near("half of the words", title="Cheap Thermal Cameras for Counting Things"),
    _near("a word in common", title="Ice"),
    _near("no title", title=""),
    _near("a cheaper one", title=TITLE.replace("Cheap", "Expensive")),
    _near("no cameras", title=TITLE.replace("With", "Without")),
    _near("one letter in a short word", title=TITLE.replace("Ice", "Ace")),
    *(_near(kind, type=kind) for kind in ("dissertation", "dataset", "peer-review", "component", "grant", "report")),
]
OPPOSITES = (
    ("Arctic", "Antarctic"),
    ("Eastern", "Western"),
    ("Northern", "Southern"),
    ("Synchronous", "Asynchronous"),
    ("Symmetric", "Asymmetric"),
    ("Typical", "Atypical"),
    ("Ascending", "Descending"),
    ("Afferent", "Efferent"),
    ("Microscopic", "Macroscopic"),
)


def answers(*items: dict[str, Any]) -> list[Record]:
    body = {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": {"items": list(items)}}
    return [sighting.statement for sighting in read_page(json.dumps(body).encode(), "crossref").sightings]


@pytest.mark.parametrize("item", NEAR_MISSES)
def test_a_near_miss_is_not_taken(item: dict[str, Any]) -> None:
    chosen, why = choose(known(), answers(item))
    assert chosen is None
    assert why


@pytest.mark.parametrize(
    "item",
    [
        _near("as it is"),
        _near("a slip", title=TITLE.replace("Thermal", "Termal")),
        _near("upper case", title=TITLE.upper()),
        _near("the year before", issued={"date-parts": [[2019, 12, 30]]}),
        _near("initials", authors=[("A.", "Roe"), ("B.C.", "Poe"), ("L.", "Doe")]),
        _near("retracted", title=f"RETRACTED: {TITLE}"),
        _near("a preprint", type="posted-content", subtype="preprint"),
    ],
)
def test_the_same_in_other_spelling_is_taken(item: dict[str, Any]) -> None:
    assert choose(known(), answers(item))[0] is not None


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_the_opposite_is_not_taken_for_a_slip(one: str, other: str) -> None:
    titles = [TITLE.replace("Drifting", word) for word in (one, other)]
    for title, found in (titles, titles[::-1]):
        assert choose(known(title=title), answers(crossref(title=found)))[1] == "guard_telling_word"


def test_of_several_that_agree_the_one_of_the_same_venue_and_year_is_taken() -> None:
    article, talk = crossref(), crossref(DOI="10.5555/talk", **{"container-title": ["Talks on Ice"]})
    assert choose(known(), answers(talk, article)) == (None, "ambiguous 2")
    chosen, _ = choose(known(venue="Polar Counts"), answers(talk, article))
    assert chosen is not None
    assert chosen.source_key == "10.5555/seabirds"
    same_issue = crossref(DOI="10.5555/again")
    assert choose(known(venue="Polar Counts"), answers(article, same_issue)) == (None, "ambiguous 2")
    preprint = crossref(DOI="10.1101/2020.01.01", type="posted-content", subtype="preprint")
    assert choose(known(), answers(article, preprint))[0] == answers(article)[0]


def test_a_doubtful_year_neither_accepts_nor_refuses() -> None:
    owner = {"authors": (author("Ann", "Roe", "profile"),), "authors_complete": False}
    doubtful = {"date": "2017", "flags": ("low_confidence:date",)}
    assert choose(known(date="2017"), answers(crossref()))[0] is None
    assert choose(known(**doubtful), answers(crossref()))[0] is not None
    assert choose(known(**doubtful, **owner), answers(crossref()))[1] == "doubtful_year"
    assert choose(known(**doubtful, **owner, venue="Polar Counts"), answers(crossref()))[0] is not None
    assert choose(known(date=None), answers(crossref()))[1] == "no_year_known"


OTHER_ABSTRACT = (
    "A grammar for a small language of knots is given and shown to be decidable in linear time. The proof rewrites "
    "each knot to a braid whose word problem is trivial, and keeps count of crossings as it goes; questions stay open."
)


@pytest.mark.parametrize(
    ("own", "item", "reason"),
    [
        pytest.param({}, crossref(), "", id="nothing known"),
        pytest.param({"abstract": ABSTRACT}, crossref(abstract=ABSTRACT), "", id="same abstract"),
        pytest.param(
            {"abstract": OTHER_ABSTRACT}, crossref(abstract=ABSTRACT), "guard_container_identifier", id="abstract"
        ),
        pytest.param({"authors": (author("Jo", "Loe"),)}, crossref(), "other_authors", id="other authors"),
        pytest.param({"date": "2022"}, crossref(), "", id="two years later"),
        pytest.param({"date": "2023"}, crossref(), "other_year", id="three years later"),
        pytest.param({}, crossref(type="proceedings"), "container", id="proceedings"),
        pytest.param({"kind": "book"}, crossref(type="proceedings"), "", id="proceedings wanted"),
    ],
)
def test_without_title_an_identifier_is_not_enough(own: dict[str, Any], item: dict[str, Any], reason: str) -> None:
    stub = {"title": None, "authors": (), "date": None, "identifiers": (DOI,)}
    chosen, why = choose(known(**stub | own), answers(item))
    assert (chosen is None, why) == (bool(reason), reason)


def test_a_works_kind_and_doubt_about_its_date_are_held_against_answers(workspace: Workspace) -> None:
    flags = ("low_confidence:date",)
    stored(workspace, known(kind="paper-conference", kind_raw="Conference paper", flags=flags))
    (work,) = lacking_works(workspace, Wish())
    assert (work.known.kind, work.known.kind_raw, work.known.flags) == ("paper-conference", "Conference paper", flags)


def test_refused_answers_leave_no_trace_but_in_the_ledger(workspace: Workspace) -> None:
    stored(workspace, known())
    with serve(Registries([crossref()], [param.values[0] for param in NEAR_MISSES])) as server:
        result = looked_up(workspace, server, "abstract")
        asked = len(server.pages)
        (one,) = result.works
        assert {each.outcome for each in one.lookups} == {"refused", "not_found"}
        assert "other_title" in str(one.lookups[0].message)
        assert looked_up(workspace, server, "abstract").works == ()
        assert len(server.pages) == asked
    assert [work["title"] for work in fields_of_all(workspace)] == [(TITLE, "bzpeer")]


def test_a_wrong_doi_brings_nothing(workspace: Workspace) -> None:
    stored(workspace, known(identifiers=(DOI,)))
    other = crossref("Grounded Walruses Do Not Sing in Winter", [("Jo", "Loe")])
    with serve(Registries([other])) as server:
        (one,) = looked_up(workspace, server).works
    assert (one.lookups[0].outcome, one.lookups[0].message) == ("refused", "guard_container_identifier")
    assert [work["title"] for work in fields_of_all(workspace)] == [(TITLE, "bzpeer")]


@pytest.mark.usefixtures("quick_retries")
def test_a_registry_that_fails_is_asked_again_next_time(workspace: Workspace) -> None:
    stored(workspace, known(identifiers=(DOI,)))
    registries = Registries([crossref(abstract=f"<jats:p>{ABSTRACT}</jats:p>")])
    registries.broken = True
    with serve(registries) as server:
        failed = looked_up(workspace, server)
        assert failed.exit_code is ExitCode.NOT_NOW
        assert {each.outcome for each in failed.works[0].lookups} == {"failed"}
        registries.broken = False
        later(workspace)
        mended = looked_up(workspace, server)
    assert (mended.exit_code, mended.works[0].filled) == (ExitCode.OK, ("abstract",))


def test_what_would_be_asked_can_be_seen_without_asking(workspace: Workspace) -> None:
    stored(workspace, known(), known(source_key="a-2", title=None, authors=(), date=None, venue="Polar Counts"))
    # About the stub there is nothing to ask.
    (whole,) = lacking_works(workspace, Wish())
    assert [one.source for one in open_questions(workspace, whole, Wish())] == ["crossref", "datacite", "openalex"]
    assert lacking_works(workspace, Wish(("title",))) == []
    for wish in (Wish(("venue",)), Wish(only=("arxiv",)), Wish(work_id="w000000000000")):
        with pytest.raises(BadInputError):
            lacking_works(workspace, wish)


@pytest.mark.usefixtures("quick_retries")
def test_a_registry_that_is_down_or_lets_nobody_in_is_left_alone(workspace: Workspace) -> None:
    stored(workspace, *(known(source_key=f"a-{n}", title=f"{TITLE} {n}", identifiers=(doi(n),)) for n in range(6)))
    registries = Registries()
    registries.broken = True
    with serve(registries) as server:
        result = looked_up(workspace, server)
        assert result.exit_code is ExitCode.NOT_NOW
        assert set(result.left) == {"crossref", "datacite", "openalex"}
        assert len(result.works) == 3
        assert len(server.pages) == 3 * 3 * 4  # three works, three registries, four tries
    with serve(lambda _: Reply(b"<!DOCTYPE html><title>Just a moment...</title>", 403)) as server:
        later(workspace)
        result = looked_up(workspace, server)
        assert (result.exit_code, len(server.pages)) == (ExitCode.NEEDS_A_HUMAN, 3)
        assert {why.code for why in result.left.values()} == {"blocked"}


def test_a_limit_goes_on_with_other_works(workspace: Workspace) -> None:
    stored(workspace, *(known(source_key=f"a-{n}", title=f"{TITLE} {n}", identifiers=(doi(n),)) for n in range(4)))
    sites = ("crossref", "datacite", "openalex")
    with serve(Registries([crossref("Other words", DOI=f"10.5555/{n}") for n in range(4)])) as server:
        settings = settings_for({name: {"urls": {"api": f"{server.url}/{name}"}} for name in sites})
        for _ in range(2):
            result = enrich(workspace, settings, Wish(limit=2), threading.Event())
            assert len(result.works) == 2
        assert enrich(workspace, settings, Wish(limit=2), threading.Event()).works == ()


def doi(number: int) -> Identifier:
    return Identifier(scheme="doi", value=f"10.5555/{number}", raw=f"10.5555/{number}")


@pytest.mark.skipif(not CAPTURES, reason="VARIORUM_CAPTURES is not set")
def test_of_all_real_answers_only_its_own_is_taken_for_a_publication() -> None:
    found: dict[str, Record] = {}
    for path in sorted((Path(CAPTURES or "") / "crossref").glob("*.json")):
        try:
            page = read_page(path.read_bytes(), "crossref")
        except BadInputError:
            continue
        found |= {one.statement.source_key: one.statement for one in page.sightings}
    records = list(found.values())
    assert len(records) > 100
    taken = {
        frozenset((one.source_key, other.source_key))
        for one in records
        for other in records
        if one is not other and choose(one.model_copy(update={"identifiers": ()}), [other])[0] is not None
    }
    # Crossref has these twice: a journal that changed hands, a blog's post and a report registered again.
    assert taken == {
        frozenset({"10.1006/jvlc.2000.0175", "10.1016/s1045-926x(00)90175-7"}),
        frozenset({"10.1006/jvlc.2002.0245", "10.1016/s1045-926x(02)90245-4"}),
        frozenset({"10.59350/7mtwq-q3661", "10.59350/895qm-mnq80"}),
        frozenset({"10.2172/10115553", "10.2172/7118251"}),
    }
