"""NSF PAR: the seed page as HTML, what is asked and where answers lead, counts, two forms of one record, garbage."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError, LayoutError
from variorum.normalizers import normalise
from variorum.normalizers._par import people
from variorum.pipeline.combining import combine
from variorum.pipeline.reading import read_page
from variorum.schema import Entry, Record
from variorum.schema.harvest import Awards, Keys
from variorum.scrapers import decode
from variorum.scrapers._base import Body, Channel, Endpoint
from variorum.scrapers._key_harvest import Asked, Lead
from variorum.scrapers._par_harvest import lead_record, lead_search
from variorum.scrapers._par_list import _holds
from variorum.scrapers._par_words import without_toggle
from variorum.scrapers.nsf_par import SOURCE, parse_page

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
HTML = sorted((FIXTURES / "nsf_par").glob("*/page.html"))
CSV = sorted((FIXTURES / "nsf_par").glob("*/page.csv"))
SEED = next((FIXTURES / "seeds").glob("002_*.txt"))
OWN = "nsf_par"


def fixture(case: str) -> str:
    return next((FIXTURES / "nsf_par" / case).glob("page.*")).read_text()


def html(text: str) -> Body:
    return Body(text.encode(), "html", text)


def channel(name: str) -> Channel:
    return next(one for one in SOURCE.channels if one.name == name)


def records(page: str) -> list[Record]:
    return [one.statement for one in read_page(page.encode(), OWN).sightings]


# The seed


def test_the_seed_as_html_says_what_its_text_says_and_more() -> None:
    as_text = read_page(SEED.read_bytes())
    as_html = read_page(fixture("seed_002").encode())
    assert not as_html.rejections
    from_text = [one.statement for one in as_text.sightings]
    from_html = [one.statement for one in as_html.sightings]
    assert [one.abstract for one in from_html] == [*(one.abstract for one in from_text), None, None, None]
    told_otherwise = {"source", "source_key", "format"}
    for text, page in zip(from_text, from_html[: len(from_text)], strict=True):
        both = {name for name in Record.model_fields if getattr(text, name) and getattr(page, name)} - told_otherwise
        assert {"abstract", "abstract_raw", "awards"} <= both
        assert {name: getattr(text, name) for name in both} == {name: getattr(page, name) for name in both}
    hidden = from_html[len(from_text) :]
    assert [one.code for one in as_text.rejections] == ["no_metadata"] * len(hidden)
    assert all(one.title and one.authors and one.awards == from_text[0].awards for one in hidden)
    assert not any("null" in author.name for one in from_html for author in one.authors)


# Asking


def test_what_is_asked() -> None:
    search, record = channel("search"), channel("record")
    assert (search.manners.gap, search.manners.deadline, record.manners) == (5.0, 60.0, search.manners)
    harvest = search.harvest(search.endpoint, Awards(("CCF-0802290", "a/b")))
    first = harvest.begin()
    request = harvest.request(first)
    assert request.url == "https://par.nsf.gov/search/award_ids:0802290/sort:publication_date%20desc/page:1"
    assert request.expects == "html"
    step = harvest.follow(first, html(fixture("search_page")))
    assert step.next is not None
    assert harvest.request(step.next).url.endswith("/award_ids:0802290/sort:publication_date%20desc/page:2")
    step = harvest.follow(step.next, html(fixture("search_last_page")))
    assert (step.done, step.holds) == (("CCF-0802290",), True)
    assert step.next is not None
    assert "/award_ids:a%2Fb/" in harvest.request(step.next).url
    one = record.harvest(Endpoint("https://mirror.example/"), Keys(("10600001",)))
    assert one.request(one.begin()).url == "https://mirror.example/biblio/10600001"


def test_keys_are_par_ids() -> None:
    assert SOURCE.key_of("https://par.nsf.gov/biblio/10447589-some-slug") == "10447589"
    assert SOURCE.key_of("osti_10447589") == "10447589"
    assert SOURCE.key_of("Knots") is None


# Where answers lead


def test_the_end_of_a_list() -> None:
    award = Asked("0802290")
    assert lead_search(award, html(fixture("search_page"))) == Lead("2/5/10500003")
    assert lead_search(Asked("0802290", "2"), html(fixture("search_last_page"))) == Lead()
    assert lead_search(Asked("1919117"), html(fixture("seed_002"))) == Lead(), "one page has no paging"
    empty = lead_search(Asked("9999999"), html(fixture("search_empty")))
    assert (empty.token, empty.known, empty.holds) == ("", True, False)


def listed(first: int, last: int, total: int | None = 13, page: str = "Page 2 of 2") -> Body:
    """A page of a list of publications numbered from ``first`` to ``last``."""
    source = fixture("search_page")
    item = source[source.index("<li>\n<div") : source.index("</li>\n<li>\n<div") + 6]
    head, tail = source[: source.index("<li>\n<div")], source[source.index("</ol>\n<div") :]
    items = "".join(item.replace("10500001", str(10500000 + number)) for number in range(first, last + 1))
    head = head.replace("Page 1 of 2", page).replace(">5<", f">{'' if total is None else total}<")
    return html(head + items + tail)


def test_a_list_goes_on_where_it_ended() -> None:
    assert lead_search(Asked("0802290"), listed(1, 10, page="Page 1 of 2")) == Lead("2/13/10500010")
    for page in ("Page 2 of 2", ""):
        assert lead_search(Asked("0802290", "2/13/10500010"), listed(11, 13, page=page)) == Lead()


@pytest.mark.parametrize(
    ("token", "page", "code"),
    [
        ("2/13/10500010", listed(12, 13, total=12), "list_changed"),
        ("2/13/10500010", listed(11, 13, total=None), "list_changed"),
        ("2/13/10500010", listed(10, 12), "list_changed"),
        ("2/20/10500010", listed(1, 10, total=20, page=""), "wrong_content"),
        ("2//", listed(1, 10, total=20, page=""), "unknown_layout"),
    ],
)
def test_a_list_that_changes_or_comes_again_is_no_whole_one(token: str, page: Body, code: str) -> None:
    with pytest.raises(LayoutError) as refused:
        lead_search(Asked("0802290", token), page)
    assert refused.value.code == code


def test_an_empty_list_is_that_of_the_award_asked_for() -> None:
    with pytest.raises(LayoutError) as refused:
        lead_search(Asked("1500001"), html(fixture("search_empty")))
    assert refused.value.code == "wrong_content"


NO_PAGE_COUNT = ("Page 1 of 2", "", '<span class="paging-max">2</span>', "")
REFUSED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "the first page again": ("2", "wrong_content", ()),
    "another award": ("1", "wrong_content", ("CCF-0802290", "1919117")),
    "no award": ("1", "wrong_content", ("Award ID contains: <strong>CCF-0802290</strong>", "", "award_ids:", "term:")),
    "a list without end": (
        "1",
        "too_many",
        ("Page 1 of 2", "Page 1 of 27,801", ">2</span>", ">27801</span>", ">5<", "><"),
    ),
    "no number of pages": ("1", "count_mismatch", (*NO_PAGE_COUNT, ">5<", ">2<")),
    "nothing of pages": ("1", "unknown_layout", (*NO_PAGE_COUNT, ">5<", "><")),
    "items of another make": ("1", "count_mismatch", ("article item document", "card")),
    "items of another make, no count": ("1", "unknown_layout", ("article item document", "card", ">5<", "><")),
    "two numbers of pages": ("1", "count_mismatch", (">2</span>", ">3</span>")),
    "a page behind the last": ("1", "count_mismatch", ("Page 1 of 2", "Page 3 of 2")),
    "a count of words": ("1", "unknown_layout", (">5<", ">five<")),
    "items inside of items": (
        "1",
        "unknown_layout",
        ('<div class="item-info">', '<div class="article item document">'),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_lists_that_are_not_followed(name: str) -> None:
    number, code, changes = REFUSED[name]
    page = fixture("search_page")
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in page
        page = page.replace(old, new)
    with pytest.raises(LayoutError) as refused:
        lead_search(Asked("0802290", number), html(page))
    assert refused.value.code == code


def test_the_award_is_read_off_the_links_to_other_pages_where_no_line_names_it() -> None:
    page = fixture("search_page").replace("Award ID contains", "Searched")
    assert lead_search(Asked("0802290"), html(page)).token
    narrower = '<a href="https://par.nsf.gov/search/award_ids:1919117">1919117 (3)</a>'
    assert lead_search(Asked("0802290"), html(page.replace("<main", f"{narrower}<main"))).token
    assert {award.id for one in records(page) for award in one.awards} == {"0802290"}


def test_an_empty_page_in_mid_list_is_refused() -> None:
    with pytest.raises(LayoutError) as refused:
        lead_search(Asked("9999999", "3"), html(fixture("search_empty")))
    assert refused.value.code == "wrong_content"


def test_the_page_of_a_record() -> None:
    assert lead_record(Asked("10600001"), html(fixture("record_new"))) == Lead()
    assert not lead_record(Asked("10600001"), html(fixture("error_page"))).known
    for case, code in (("record_old", "wrong_content"), ("search_page", "unknown_layout")):
        with pytest.raises(LayoutError) as refused:
            lead_record(Asked("10600001"), html(fixture(case)))
        assert refused.value.code == code


@given(st.integers(1, 12), st.integers(1, 60), st.data())
@settings(max_examples=50, deadline=None)
def test_counts_of_lists(rows: int, total: int, data: st.DataObject) -> None:
    pages = -(-total // rows)
    page = data.draw(st.integers(1, pages))
    shown = rows if page < pages else total - rows * (pages - 1)
    assert _holds(shown, total, page, pages)
    assert _holds(shown, total, None, None)
    assert not _holds(shown, shown - 1, page, pages)
    if pages == 1:
        assert not _holds(shown - 1, total, page, pages)
        assert not _holds(shown, total + 1, page, pages)


# Two forms of one record


def test_a_later_list_takes_nothing_from_a_record_page() -> None:
    page = fixture("record_new").replace("10600001", "10500001")
    (record,) = records(page)
    item = records(fixture("search_page"))[0]
    both = combine([record, item])
    assert record.source_key == item.source_key == both.source_key
    assert (both.title, both.date, both.abstract) == (item.title, item.date, item.abstract)
    assert (both.venue, both.volume, both.pages, both.subjects) == (
        record.venue,
        record.volume,
        record.pages,
        record.subjects,
    )
    assert [award.id for award in both.awards] == ["0802290", "2213789", "2418655"]


def test_nothing_is_read_below_more_like_this() -> None:
    (record,) = records(fixture("record_new"))
    assert "Another paper" not in record.model_dump_json()
    assert record.volume == "12"


# Recognition


def test_pages_that_only_name_the_repository_are_not_its_pages() -> None:
    award_page = (
        '<!DOCTYPE html><html><body><a href="https://par.nsf.gov">NSF Public Access Repository</a>'
        "<a href=\" javascript:popwin('http://par.nsf.gov/biblio/10526864')\">10526864</a></body></html>"
    )
    other_agency = fixture("export_spreadsheet_csv").replace("National Science Foundation", "USDOE")
    for page in (award_page, other_agency):
        assert SOURCE.layout_of(decode(page.encode())) is None
    for path in (*HTML, *CSV, SEED):
        assert SOURCE.layout_of(decode(path.read_bytes())) is not None, path


# Names and abstracts

NAMES = st.sampled_from(("Roe, Ann", "van der Poe, José María", "Li, Bo", "O'Doe, X.", "Na, Li"))


@given(st.lists(NAMES, min_size=1, max_size=5), st.data())
@settings(max_examples=30, deadline=None)
def test_bylines(names: list[str], data: st.DataObject) -> None:
    authors, complete = people("; ".join(names))
    assert ([author.name for author in authors], complete) == (names, True)
    assert [f"{author.family}, {author.given}" for author in authors] == names
    place = data.draw(st.integers(0, len(names)))
    for piece, whole in (("null (Ed.)", True), ("Poe, Bea (Ed.)", True), ("null", False)):
        byline = ";\n ".join([*names[:place], piece, *names[place:]])
        authors, complete = people(byline)
        assert ([author.name for author in authors], complete) == (names, whole)
    authors, complete = people("; ".join([*names[:place], "", *names[place:]]))
    assert [author.name for author in authors] == names
    assert complete == (place == len(names)), "a semicolon at the end says nothing"


@given(st.text("ab«» .\n\u00a0", max_size=30), st.sampled_from((" ", "\u00a0", "\n    ", "")))
@settings(max_examples=50, deadline=None)
def test_the_toggle_is_no_part_of_an_abstract(text: str, space: str) -> None:
    assert without_toggle(f"{text} more{space}»{space}«{space}less{space}") == (text.rstrip(), True)
    assert without_toggle(f"{text}.") == (f"{text}.", False)


@pytest.mark.parametrize(
    ("raw", "abstract"),
    [
        ("null", None),
        ("Abstract Meaning Representation is read.", "Abstract Meaning Representation is read."),
        ("Abstract We read knots.", "We read knots."),
        ("Abstract\nMeaning is read.", "Meaning is read."),
        ("Abstract. Meaning is read.", "Meaning is read."),
        ("<title>Abstract</title> <p>Meaning is read.</p>", "Meaning is read."),
        ("&lt;title&gt;Abstract&lt;/title&gt; &lt;p&gt;Meaning is read.", "Meaning is read."),
        ("Knots of 5~10 km, by Roe~et~al.", "Knots of 5~10 km, by Roe et al."),
    ],
)
def test_abstracts_lose_their_heading_and_nothing_else(raw: str, abstract: str | None) -> None:
    for form, fields in (("nsf_par", {"title": "Knots"}), ("nsf_par_record", {}), ("nsf_par_csv", {})):
        entry = Entry(source=OWN, format=form, source_key="1", place="1", fields={**fields, "abstract": raw})
        record = normalise(entry)
        assert isinstance(record, Record)
        assert (record.abstract, record.abstract_raw) == (abstract, raw)


def test_the_heading_of_an_abstract_is_an_element_of_its_own() -> None:
    page = fixture("search_page")
    for heading in ("<title>Abstract</title> <p>", "<h6>Abstract</h6>", "<jats:title>Abstract</jats:title><jats:p>"):
        changed = page.replace("<title>Abstract</title> <p>We count", f"{heading}Meaning, and we count")
        assert changed != page
        assert (records(changed)[0].abstract or "").startswith("Meaning, and we count")
    assert (records(page.replace("Tangles need", "Abstract Tangles need"))[2].abstract or "").startswith("Abstract Tan")


def test_words_that_only_say_that_there_is_nothing_are_nothing() -> None:
    fields = {"title": "null", "abstract": "null", "venue": "null", "authors": "null", "doi": "10.5555/1"}
    entry = Entry(source=OWN, format="nsf_par_record", source_key="1", place="1", fields=fields)
    record = normalise(entry)
    assert isinstance(record, Record)
    assert (record.title, record.abstract, record.venue, record.stage, record.authors) == (None, None, None, None, ())
    assert (record.title_raw, record.venue_raw, record.flags) == ("null", "null", ("stub",))
    text = SEED.read_text()
    start = text.index("  1. ") + 5
    nothing = text[:start] + "null more » « less\n" + text[text.index("\n  2. ") :]
    assert {one.code for one in read_page(nothing.encode()).rejections} == {"no_metadata"}
    assert len(read_page(nothing.encode()).sightings) == len(read_page(text.encode()).sightings) - 1


# Garbage

N = 5_000
LIST, RECORD = fixture("search_page"), fixture("record_new")
MONSTERS: dict[str, Callable[[], str]] = {
    "tables in an abstract": lambda: LIST.replace("Tangles need", "<table><tr><td>" * 400 + "Tangles"),
    "blanks in an abstract": lambda: LIST.replace("Tangles need", "x" + " " * 900_000 + "x"),
    "many items": lambda: LIST.replace("</ol>\n<div", LIST[LIST.index("<li>\n") : LIST.index("</ol>\n<div")] * 400),
    "items in items": lambda: LIST.replace(
        "<li>\n", "<li><div class='article item document'>" * 200 + "x y\n" * 225_000
    ),
    "authors in authors": lambda: LIST.replace("Roe, Ann", "<i itemprop=author>" * 400 + "x y\n" * 250_000),
    "many authors": lambda: LIST.replace("Roe, Ann", "</span>; <span itemprop=author>".join(["Roe, Ann"] * N)),
    "details in details": lambda: RECORD.replace("<dd>12", "<dd><dl><dt>a<dd>" * 100 + "x y\n" * 250_000),
    "many details": lambda: RECORD.replace("<dd>12", "".join(f"<dd>1<dt>Detail {n}" for n in range(N)) + "<dd>"),
    "a long citation": lambda: RECORD.replace("@article{", "@article{" * N),
    "many headings": lambda: fixture("error_page").replace(
        "Page Not Found</h1>", "<div><h1>" * 200 + "x y\n" * 250_000
    ),
    "a header of commas": lambda: fixture("export_csv").replace("LICENSE", "," * 100_000),
    "an open quote": lambda: fixture("export_csv").replace('"Knots', '"' + "Knots\n" * 200_000),
    "blanks in text": lambda: SEED.read_text().replace("1919117", "1919117" + " " * 900_000 + "x"),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monstrous_page_is_read_or_refused_soon(name: str) -> None:
    body = MONSTERS[name]().encode()
    started = time.monotonic()
    page = read_page(body, OWN)
    assert page.seen > 0
    assert time.monotonic() - started < 2


BITES = (
    "<",
    ">",
    "</",
    "&",
    '"',
    "\n",
    "<li>",
    "<dl>",
    "<dt>",
    "</div>",
    "<!--",
    "{",
    "}",
    "@",
    ";",
    "&#30;",
    ",",
    "\x0b",
)


@pytest.mark.parametrize("path", [*HTML, *CSV], ids=lambda path: path.parent.name)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbled(path: Path, data: st.DataObject) -> None:
    text = path.read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 200)))
        text = text[:start] + data.draw(st.sampled_from(BITES)) + text[stop:]
    try:
        page = read_page(text.encode(), OWN)
    except BadInputError:
        return
    assert page.seen > 0
    for lead in (lead_search, lead_record):
        with suppress(LayoutError):
            lead(Asked("1919117"), html(text))


def test_a_page_that_is_cut_off_is_refused() -> None:
    for path in HTML:
        text = path.read_text()
        with pytest.raises(LayoutError) as refused:
            parse_page(html(text[: len(text) // 2]))
        assert refused.value.code == "cut_off"


def test_fields_of_its_formats_are_all_understood() -> None:
    for path in (*HTML, *CSV):
        page = read_page(path.read_bytes(), OWN)
        assert not [one for one in page.rejections if one.stage == "normalise"], path
    unknown = Entry(source=OWN, format="nsf_par_record", source_key="1", place="page", fields={"surprise": "x"})
    assert getattr(normalise(unknown), "code", "") == "unknown_field"
    assert json.loads((FIXTURES / "nsf_par" / "seed_002" / "expected.json").read_text())["rejections"] == []
