"""BZPEER: what its pages' structure may be, what is asked for, and that no page breaks the readers."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError, LayoutError
from variorum.schema import Entry
from variorum.schema.harvest import Since
from variorum.scrapers._base import Body, Endpoint, Reading
from variorum.scrapers._bzpeer_words import read_badges, work_key
from variorum.scrapers._decode import decode
from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead
from variorum.scrapers.bzpeer import SOURCE

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PAGES = sorted(FIXTURES.glob("bzpeer/*/page.*"))


def _page(case: str) -> Body:
    return decode(next((FIXTURES / "bzpeer" / case).glob("page.*")).read_bytes())


def _read(body: Body) -> Reading:
    """As the program does for a page whose source is named: by its layout, else by the first of its medium."""
    layouts = [one for one in SOURCE.layouts if one.media == body.media]
    if not layouts:
        raise BadInputError(f"not read from {body.media}")
    return next((one for one in layouts if not one.missing_in(body)), layouts[0]).parse(body)


def _html(items: str, count: int = 1) -> Body:
    return decode(
        "<!DOCTYPE html><html><body><p>Researcher profile</p><h1>Ann Roe</h1>"
        f"<p>{count} published item(s)</p>{items}</body></html>".encode()
    )


# The same items as HTML and as rendered text


@pytest.mark.parametrize("seed", ["000", "001"])
def test_seed_as_html_says_what_its_rendering_says(seed: str) -> None:
    text = json.loads(next(FIXTURES.glob(f"seeds/expected/{seed}_*.json")).read_text())["records"]
    shown = json.loads((FIXTURES / f"bzpeer/seed_{seed}/expected.json").read_text())["records"]
    own = {"source_key", "sightings", "links"}
    assert [{k: v for k, v in one.items() if k not in own} for one in shown] == [
        {k: v for k, v in one.items() if k not in own} for one in text
    ]


def test_a_paper_on_two_profiles_has_one_key() -> None:
    first, second = (_read(_page(case)).entries for case in ("seed_000", "seed_001"))
    assert [one.source_key for one in first] == [one.source_key for one in second[:2]]


def test_the_rendered_page_of_a_work_has_the_key_of_rendered_profiles() -> None:
    assert _read(_page("work_text")).entries[0].source_key == _read(_page("badges")).entries[0].source_key


# Structures

LINK = '<a href="/works/a-title-0123abcd">'


@pytest.mark.parametrize(
    "item",
    [
        f"<p>preprint2022arXiv</p><p>{LINK}A Title</a></p><p>Its abstract.</p>",
        f"<p><b>preprint</b><b>2022</b>arXiv</p><p>{LINK}A Title</a></p><p>Its abstract.</p>",
        f"<p><i>preprint</i> <span>2022</span> <span>arXiv</span></p><h2>{LINK}A <em>Title</em></a></h2>Its abstract.",
        f"<p><b>preprint</b>\n<b>2022</b>\n<b>arXiv</b></p><p>{LINK}A Title</a></p><p>Its abstract.</p>",
        f"<p>preprint 2022 arXiv</p><p>{LINK}A Title</a></p><p>Its abstract.</p>",
        f"{LINK}<div><span>preprint</span><span>2022</span><span>arXiv</span></div>A Title<p>Its abstract.</p></a>",
        f"{LINK}</a><div><span>preprint</span><span>2022</span><span>arXiv</span></div>A Title<br>Its abstract.",
        f"<ul><li><x-badge>preprint</x-badge><x-badge>2022</x-badge><x-badge>arXiv</x-badge><li>{LINK}A Title</a>"
        "<li>Its <!-- - -->abstract.<svg><path d=''/></svg><button>Save</button></ul>",
    ],
)
def test_structure_means_nothing(item: str) -> None:
    for page in (_html(f"<div>{item}</div>"), _html(f"<footer>{item}</footer><p>About us</p>")):
        reading = _read(page)
        assert not reading.rejections
        assert [one.fields for one in reading.entries] == [
            {
                "owner": "Ann Roe",
                "type": "preprint",
                "year": "2022",
                "repository": "arXiv",
                "title": "A Title",
                "abstract": "Its abstract.",
                "url": "https://www.bzpeer.com/works/a-title-0123abcd",
            }
        ]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (_html("<p>nothing</p>"), "count_mismatch"),
        (decode(b"<html><body>Researcher profile</body></html>"), "layout_changed"),
        (decode(b"<html><body>Researcher profile<p>Ann Roe</body></html>"), "layout_changed"),
        (decode(b"<html><body>Paper detail<p>A Title<p>Next steps</body></html>"), "layout_changed"),
        (decode(b"<html><body>Paper detail<p>A Title<p>One.<p>Two.<p>preprint2022</body></html>"), "unexpected_lines"),
        (decode(b"<html><body>Paper detail"), "cut_off"),
        (decode(b"Paper detail\nA Title\nAn abstract that is cut"), "layout_changed"),
    ],
)
def test_pages_that_cannot_be_trusted_are_refused(page: Body, code: str) -> None:
    parse = SOURCE.layouts[0].parse if page.media == "html" else SOURCE.layouts[2].parse
    with pytest.raises(LayoutError) as raised:
        parse(page)
    assert raised.value.code == code


def test_a_work_without_address_of_its_own_is_named_by_its_words() -> None:
    page = decode(b"<html><body>Paper detail<p>A Title<p>preprint2022arXivOpen access</body></html>")
    text = decode(b"Paper detail\nA Title\npreprint2022arXivOpen access\nNext steps\nDecide what to do with this paper")
    assert _read(page).entries[0].source_key == _read(text).entries[0].source_key


# Words


def test_the_digits_alone_do_not_name_a_work() -> None:
    # The last eight of 1111.3543 and of 2111.13543.
    keys = {work_key(f"/works/{title}-11113543") for title in ("one-paper", "another")}
    assert keys == {"one-paper-11113543", "another-11113543"}


@given(st.from_regex(r"[a-z0-9-]{0,90}", fullmatch=True), st.from_regex(r"[0-9a-f]{8}", fullmatch=True))
def test_keys_are_found_in_addresses(slug: str, digits: str) -> None:
    key = f"{slug}-{digits}"
    for address in (f"/works/{key}", f"https://www.bzpeer.com/works/{key}/", f"/works/{key}?from=profile#top"):
        assert work_key(address) == key
        assert SOURCE.key_of(address) == SOURCE.key_of(key) == key


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_other_addresses_have_no_key(text: str) -> None:
    assert work_key(f"/authors/{text}") == work_key(text)
    assert SOURCE.key_of(text) == (work_key(text) or text)


@settings(max_examples=50)
@given(
    st.sampled_from(["preprint", "article", "working-paper"]),
    st.integers(1000, 2999).map(str),
    st.sampled_from(["", "arXiv", "Acta Mathematica", "bioRxiv"]),
    st.sampled_from(["", "Open access"]),
)
def test_glued_badges_are_read_as_those_apart(kind: str, year: str, repository: str, access: str) -> None:
    words = [word for word in (kind, year, repository, access) if word]
    assert read_badges("".join(words)) == read_badges("".join(words), words)
    assert read_badges(" ".join(words), words) == read_badges("".join(words))


def test_a_sentence_is_no_badges() -> None:
    for text in ("since 2019 graphs have grown.", "since 2019 " + "graphs have grown " * 9 + "much"):
        assert read_badges(text, (text,)) is None
    assert read_badges("preprint 2022 arXiv") is None


# Asking


def test_profiles_are_asked_for_one_by_one() -> None:
    (channel,) = SOURCE.channels
    assert channel.unpermitted
    assert channel.manners.gap == 10.0
    endpoint = Endpoint(channel.endpoint.url, sets=("ann-roe-arxiv-annroe", "a/b c"))
    harvest = channel.harvest(endpoint, Since())
    assert isinstance(harvest, KeyHarvest)
    first = harvest.request(harvest.begin())
    assert (first.url, first.expects) == ("https://www.bzpeer.com/authors/ann-roe-arxiv-annroe", "html")
    step = harvest.follow(harvest.begin(), _page("html_empty"))
    assert (step.done, step.holds) == (("ann-roe-arxiv-annroe",), False)
    assert step.next
    assert harvest.request(step.next).url == "https://www.bzpeer.com/authors/a%2Fb%20c"


def test_a_profile_leads_nowhere() -> None:
    (channel,) = SOURCE.channels
    harvest = channel.harvest(Endpoint("", sets=("bo-doe-arxiv-bodoe",)), Since())
    assert isinstance(harvest, KeyHarvest)
    assert harvest.lead(Asked("bo-doe-arxiv-bodoe"), _page("html_one_item")) == Lead()
    for case, code in (("html_empty", "wrong_content"), ("html_error", "unknown_layout")):
        with pytest.raises(LayoutError) as raised:
            harvest.lead(Asked("bo-doe-arxiv-bodoe"), _page(case))
        assert raised.value.code == code


# Whatever the bytes

BITES = [
    b"<",
    b">",
    b"</",
    b"&",
    b'"',
    b"</p>",
    b"<p>",
    b"<a href='/works/x-00000000'>",
    b"\n",
    b"\x00",
    b"\xff",
    b"<!--",
]


@pytest.mark.parametrize("path", PAGES, ids=lambda page: page.parent.name)
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_garbled(path: Path, data: st.DataObject) -> None:
    page = path.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(page))] * 2)))
    bite = b"".join(data.draw(st.lists(st.sampled_from(BITES), max_size=4)))
    try:
        reading = _read(decode(page[:start] + bite + page[end:]))
    except (BadInputError, LayoutError):
        return
    assert all(isinstance(one, Entry) and one.source_key and one.fields["title"] for one in reading.entries)


@pytest.mark.parametrize(
    "body",
    [
        b"<p><a href='/works/x-%08x'>x</a>\n" * 6_000 % tuple(range(6_000)),
        b"<div>" * 400 + b"<a href='/works/x-%08x'>x</a>\n" * 6_000 % tuple(range(6_000)),
        b"<span>preprint</span><span>2022</span>\n" * 6_000,
        b"1 published item(s)<br>\n" * 10_000,
        b"preprint-" * 100_000,
    ],
    ids=["items", "deep", "badges", "counters", "type"],
)
def test_large_pages_take_little_time(body: bytes) -> None:
    for head in (b"Researcher profile<p>Ann Roe<p>6000 published item(s)", b"Paper detail<p>A Title"):
        page = decode(b"<html><body>%s<p>%s</body></html>" % (head, body))
        started = time.process_time()
        with suppress(LayoutError):
            _read(page)
        assert time.process_time() - started < 2
