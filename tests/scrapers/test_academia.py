"""Academia.edu: a page and its rendering as text tell the same; pages that are no profile, and hostile ones."""

from __future__ import annotations

import json
import time
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError
from variorum.pipeline.reading import Page, read_page
from variorum.schema import Record
from variorum.scrapers import decode, get_source, recognise

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PAGES = sorted(FIXTURES.glob("academia/*/page.html"))


def card(
    number: int | str, *, title: str = "On Knots", inner: str = "", classes: str = "profile--work_container"
) -> str:
    return (
        f'<div class="js-work-strip {classes}" data-work-id="{number}">'
        f'<div class="wp-workCard_item wp-workCard--title"><a class="js-work-strip-work-link" '
        f'href="https://www.academia.edu/{number}/On_Knots">{title}</a></div>{inner}</div>\n'
    )


def item(words: str) -> str:
    return f'<div class="wp-workCard_item">{words}</div>'


def profile(body: str, *, title: str = "Ann Roe - Academia.edu", head: str = "") -> bytes:
    html = f"<!doctype html>\n<html><head>{head}<title>{title}</title></head>\n<body>{body}</body></html>\n"
    return html.encode("utf-8", "surrogatepass")


def codes(page: Page) -> list[str]:
    return [rejection.code for rejection in page.rejections]


def only(page: bytes) -> Record:
    [sighting] = read_page(page).sightings
    return sighting.statement


# --- the page and its rendering as text ---

KNOWN_BY_THE_PAGE_ONLY = {"source_key", "title", "title_raw", "display_title", "links", "flags", "sightings"}


def test_the_page_tells_what_its_rendering_as_text_does() -> None:
    [seed] = (FIXTURES / "seeds" / "expected").glob("004_*.json")
    text = json.loads(seed.read_text())["records"]
    html = json.loads((FIXTURES / "academia" / "seed_004" / "expected.json").read_text())["records"]
    assert len(html) == len(text) == 19
    for rendered, shown in zip(text, html, strict=True):
        common = {name for name in rendered if name not in KNOWN_BY_THE_PAGE_ONLY}
        assert {name: shown[name] for name in common} == {name: rendered[name] for name in common}
        assert shown["title"]
        assert set(rendered["flags"]) - {"stub"} == set(shown["flags"])
        assert len(shown["sightings"]) == len(rendered["sightings"]) == 2


# --- what makes a page one of the site's ---

HEADS: dict[str, str] = {
    "title": "<title>Ann Roe | University of Knots - Academia.edu</title>",
    "saved from": "<!-- saved from url=(0042)https://independent.academia.edu/AnnRoe --><title>x</title>",
    "canonical": '<link href="https://knots.academia.edu/AnnRoe" rel="canonical"><title>x</title>',
    "og:url": '<meta property="og:url" content="http://knots.academia.edu/AnnRoe"><title>x</title>',
}


@pytest.mark.parametrize("head", HEADS)
def test_recognised_by(head: str) -> None:
    source, layout = recognise(decode(f"<!doctype html>\n<html><head>{HEADS[head]}</head></html>".encode()))
    assert (source.name, layout.formats) == ("academia", ("academia_html",))


@pytest.mark.parametrize(
    "head",
    [
        '<title>My page</title><link rel="me" href="https://knots.academia.edu/AnnRoe">',
        "<title>Why I left Academia.edu for good</title>",
        '<title>x</title><link rel="canonical" href="https://example.org/academia.edu/">',
    ],
)
def test_pages_that_only_mention_the_site_are_not_its_own(head: str) -> None:
    with pytest.raises(BadInputError) as caught:
        recognise(decode(f"<!doctype html>\n<html><head>{head}</head></html>".encode()))
    assert caught.value.code == "unrecognised"


def test_it_is_never_fetched() -> None:
    source = get_source("academia")
    assert source.channels == ()
    assert "robots.txt" in source.access


# --- whose page it is ---


@pytest.mark.parametrize(
    ("title", "body", "owner"),
    [
        ("x", '<h1 class="ds-product-heading-lg"> Ann\n Roe </h1>', "Ann Roe"),
        ("Ann Roe | University of Knots - Academia.edu", "", "Ann Roe"),
        ("Ann-Lee Roe - Academia.edu", "", "Ann-Lee Roe"),
        (
            "x",
            '<ul class="profile-user-info"><li class="InlineList-item">Ann Roe<li class="InlineList-item">12</ul>',
            "Ann Roe",
        ),
    ],
)
def test_the_owner(title: str, body: str, owner: str) -> None:
    head = '<link rel="canonical" href="https://knots.academia.edu/AnnRoe">'
    [author] = only(profile(body + card(1), title=title, head=head)).authors
    assert (author.name, author.family, author.evidence) == (owner, "Roe", "profile")


def test_a_page_of_nobody_is_not_believed() -> None:
    page = read_page(profile(card(1), title="x", head='<link rel="canonical" href="https://a.academia.edu/B">'))
    assert codes(page) == ["layout_changed"]


# --- single cards ---


@pytest.mark.parametrize(
    ("line", "venue", "date"),
    [
        ("Journal of Knots, Sep 25, 2014", "Journal of Knots", "2014-09-25"),
        ("<span>Journal of\n   Knots</span>", "Journal of Knots", None),
        ("2014", None, "2014"),
        ("Research Interests: Knots", None, None),
        ("12 Views", None, None),
        ("x" * 251, None, None),
        ("by Ann Roe", None, None),  # names that link to nobody
    ],
)
def test_the_line_of_venue_and_date(line: str, venue: str | None, date: str | None) -> None:
    record = only(profile(card(1, inner=item(line))))
    assert (record.venue, record.date) == (venue, date)


def test_what_follows_the_abstract_is_no_venue() -> None:
    abstract = '<span class="js-work-more-abstract-untruncated">Knots.</span>'
    page = read_page(profile(card(1, inner=item(abstract) + item("Figure 1"))))
    [sighting] = page.sightings
    assert (sighting.statement.abstract, sighting.statement.venue) == ("Knots.", None)
    [finding] = page.rejections
    assert (finding.code, finding.place, finding.raw) == ("unknown_label", "page;label=wp-workCard_item", "1: Figure 1")


def test_words_beside_the_title_are_told_and_spoil_nothing() -> None:
    badge = '<span class="badge">Top 1%</span>'
    page = read_page(
        profile(card(1, inner=item("Journal of Knots, 2011")).replace("</a></div>", f"</a>{badge}</div>", 1))
    )
    [sighting] = page.sightings
    assert (sighting.statement.title, sighting.statement.venue) == ("On Knots", "Journal of Knots")
    assert [(one.place, one.raw) for one in page.rejections] == [("page;label=badge", "1: Top 1%")]


def test_links_inside_an_abstract_stay_and_its_toggle_goes() -> None:
    words = 'See <a href="https://example.org/k">example.org/k</a>.<a class="js-work-more-abstract" href="#">less</a>'
    full = f'<span class="js-work-more-abstract-untruncated">{words}</span>'
    assert only(profile(card(1, inner=item(full)))).abstract == "See example.org/k."


# --- several tabs ---


def tabs(*cards: str) -> bytes:
    return profile("".join(f'<div class="profile--tab_content_container">{one}</div>' for one in cards))


def test_of_tabs_in_tabs_the_innermost_counts() -> None:
    inner = f'<div class="profile--tab_content_container">{card(1)}</div>'
    sightings = read_page(tabs(inner + card(2))).sightings
    assert {one.statement.source_key: one.place for one in sightings} == {"1": "tab=2;item=1", "2": "tab=1;item=1"}


def test_ids_that_mean_something_else_spoil_the_page() -> None:
    page = read_page(tabs(card(1, title="One Knot") + card(1, title="Another Knot"), card(2)))
    assert codes(page) == ["inconsistent_copies"] * 2
    page = read_page(tabs(card(1, title="One Knot") + card(1, title="Another Knot")))
    assert codes(page) == ["broken_repeat"]


def test_cards_inside_of_cards_are_another_layout() -> None:
    assert codes(read_page(profile(card(1, inner=card(2))))) == ["layout_changed"]
    assert codes(read_page(profile(card(1) + '<div class="wp-workCard--title">A title</div>'))) == ["layout_changed"]


@pytest.mark.parametrize(
    ("count", "classes", "cut"),
    [
        (19, "profile--work_container", False),
        (20, "profile--work_container", True),
        (40, "profile--work_container", True),
        (21, "profile--work_container", False),
        (10, "media work", True),
        (11, "media work", False),
    ],
)
def test_full_portions_may_be_cut(count: int, classes: str, cut: bool) -> None:
    page = read_page(profile("".join(card(number, classes=classes) for number in range(1, count + 1))))
    assert len(page.sightings) == count
    assert codes(page) == (["page_may_be_cut"] if cut else [])


# --- whatever comes ---

NOT_NUMBERS = ["", "x", "-1", "1" * 13, "１２", "1 2", "0x1"]


@pytest.mark.parametrize("number", NOT_NUMBERS)
def test_ids_that_are_none(number: str) -> None:
    whole, broken = card(7), card(number).replace("https://www.academia.edu/", "https://example.org/")
    assert codes(read_page(profile(whole + broken))) == ["no_identifier"]


@settings(max_examples=60, deadline=None)
@given(page=st.sampled_from(PAGES), data=st.data())
def test_any_damage_ends_in_records_rejections_or_a_named_error(page: Path, data: st.DataObject) -> None:
    body = page.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    body = body[:start] + data.draw(st.binary(max_size=30)) + body[end:]
    try:
        read = read_page(body, "academia")
    except BadInputError:
        return
    assert read.sightings or read.rejections


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40)


@settings(max_examples=60, deadline=None)
@given(title=WORDS, line=WORDS, number=st.integers(1, 10**12 - 1))
def test_any_words_make_a_record_or_a_rejection(title: str, line: str, number: int) -> None:
    page = read_page(profile(card(number, title=escape(title), inner=item(escape(line))) + card(3)), "academia")
    assert page.seen >= 1


N = 10_000
HOSTILE: dict[str, Any] = {
    "links": '<a href="/x">y</a>\n' * N,
    "links of digits": ('<a href="https://www.academia.edu/' + "1" * N + '">\n') * 20,
    "cells in cells": "<table><tr><td class='profile--tab_content_container'>\n" * N,
    "titles": "<div class=js-work-strip>" + '<a class="js-work-strip-work-link" href="/1/x">T</a>\n' * N + "</div>",
    "items": card(1, inner=item("") * 400 + item("\n") * N),
    "labels": card(1, inner="".join(f"<p class='l{number}'>w</p>\n" for number in range(4_000))),
    "people": card(1, inner=item("by " + '<a href="https://x.academia.edu/P">P</a>,\n' * N)),
    "copies": card(1) * 1_000,
    "page titles": "<title>" + "a |\n" * 10 * N + "</title>" + card(1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_takes_linear_time(name: str) -> None:
    started = time.process_time()
    read_page(profile(HOSTILE[name]), "academia")
    assert time.process_time() - started < 2
