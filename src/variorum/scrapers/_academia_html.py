"""Academia.edu profile pages as a browser saves them: a person, and cards of works in one tab or in several.

A work stands once in each tab that lists it, by the same id: those are sightings of one publication. The site
shows the first portion of each tab and loads the others on scrolling, so a page may lack works without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._academia_cards import (
    CARD,
    CURRENT_CARD,
    TITLE,
    Card,
    addresses_work,
    line_of,
    read_card,
    words_of,
)
from variorum.scrapers._academia_text import SECTION, SOURCE_NAME
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._html import all_of, parse_html

FORMAT = "academia_html"

_HOST = r"https?://(?:[\w-]{1,63}\.)?academia\.edu\b"
MARKS = (
    Mark(
        "page title '… Academia.edu', or an address on academia.edu as the page's own",
        re.compile(
            rf"""
              <title\b[^>]{{0,200}}>[^<]{{0,300}}\bAcademia\.edu\s{{0,20}}</title
            | <!--\s{{0,9}}saved\ from\ url=\(\d{{1,9}}\){_HOST}
            | <link\b(?=[^>]{{0,500}}\brel=["']?canonical\b)[^>]{{0,500}}\bhref=["']?{_HOST}
            | <meta\b(?=[^>]{{0,500}}["']og:url\b)[^>]{{0,500}}\bcontent=["']?{_HOST}
            | \bcZone:\s?["'](?:[\w-]{{1,63}}\.)?academia\.edu["']
            """,
            re.X | re.I,
        ),
    ),
)

_TAB = ".profile--tab_content_container"
_NAME_OF_2016 = ".InlineList-item"
_AFFILIATION = ".Affiliation-text--affiliation"
_PORTION, _PORTION_OF_2016 = 20, 10
"""Works that a tab shows at first; scrolling adds as many each time."""

_PAGE_TITLE = re.compile(r"(?P<owner>[^|]*\S)(?:\s*\|.*)?\s+-\s+Academia\.edu", re.S)
_CHALLENGE = re.compile(r"just a moment|attention required|security check", re.I)
_NOT_FOUND = re.compile(r"\b404\b|\bnot found\b|doesn.t exist|does not exist|no longer available", re.I)
_SEVERAL = 5
"""So many works are enough to tell a page without titles from works without."""


@dataclass(frozen=True)
class _Sighting:
    """A card at its place."""

    place: str
    card: Card


def parse_page(page: Body) -> Reading:
    """Read a profile.

    Raises ``LayoutError`` for pages that are no profile (``blocked``, ``not_found``, ``unknown_layout``), those laid
    out in another way (``layout_changed``), and those whose tabs contradict each other (``broken_repeat``).
    """
    tree = parse_html(page)
    tabs = _tabs(tree)
    if not tabs:
        return _without_works(tree)
    owner = _owner(tree)
    if not owner:
        raise LayoutError("layout_changed", "the page names no person, in its heading or in its title")
    return Reading.of(_results(tree, tabs, owner))


def _without_works(tree: LexborHTMLParser) -> Reading:
    """A page without cards: nothing, if it is the profile of somebody without works. Raises ``LayoutError``."""
    titles = [line_of(node) for node in all_of(tree, "title")]
    headings = [line_of(node) for node in all_of(tree, "h1, h2, h3")]
    told = "; ".join([*titles, *headings])[:200]
    if any(map(_CHALLENGE.search, titles)):
        message = f"the site kept the browser waiting ({told}); save the page when its works are to be seen"
        raise LayoutError("blocked", message)
    if any(map(_NOT_FOUND.search, [*titles, *headings])):
        raise LayoutError("not_found", told)
    if all_of(tree, "meta[name=citation_title]"):
        raise LayoutError("unknown_layout", f"a page about one work; profiles are read, and pages of works not: {told}")
    if not _owner(tree):
        raise LayoutError("unknown_layout", f"no profile: {told}")
    if any(map(SECTION.fullmatch, headings)) or all_of(tree, TITLE) or addresses_work(tree):
        raise LayoutError("layout_changed", f"the profile links to works, and has none of their cards: {told}")
    return Reading(())


def _owner(tree: LexborHTMLParser) -> str:
    """Whose profile it is, as the heading says, or else the title; empty where neither does."""
    about = all_of(tree, ".profile-user-info")[:1]
    names = [*all_of(tree, "h1.ds-product-heading-lg"), *(name for one in about for name in all_of(one, _NAME_OF_2016))]
    if found := next(filter(None, map(line_of, names)), ""):
        return found
    titles = (_PAGE_TITLE.fullmatch(line_of(node)) for node in all_of(tree, "title"))
    return next((found["owner"] for found in titles if found), "")


def _affiliations(tree: LexborHTMLParser) -> list[str]:
    """The institutions where the person works today: what the first link of an affiliation leads to."""
    about = all_of(tree, ".profile-user-info")[:1]
    nodes = [node for one in about for node in all_of(one, _AFFILIATION)] or all_of(tree, _AFFILIATION)[:1]
    first = (next(filter(None, map(line_of, all_of(node, "a[href]"))), "") for node in nodes)
    return list(dict.fromkeys(filter(None, first)))


# Cards


def _tabs(tree: LexborHTMLParser) -> dict[str, list[LexborNode]]:
    """The cards of each tab, by what places of the tab begin with; those in no tab are one more."""
    cards = {card.mem_id for card in all_of(tree, CARD)}
    names = {tab.mem_id: f"tab={number};" for number, tab in enumerate(all_of(tree, _TAB), start=1)}
    tabs: dict[str, list[LexborNode]] = {}
    # Gone over once: looking up from each card, or down from each tab, would take long on pages that nest deep.
    waiting = [(tree.root, "")] if tree.root is not None and cards else []
    while waiting:
        node, name = waiting.pop()
        name = names.get(node.mem_id, name)
        if node.mem_id in cards:
            tabs.setdefault(name, []).append(node)
        else:
            waiting += [(child, name) for child in reversed(list(node.iter()))]
    found = [card for tab in tabs.values() for card in tab]
    if len(found) < len(cards):
        raise LayoutError("layout_changed", f"{len(cards) - len(found)} cards of works stand inside of others")
    titles = {node.mem_id for node in all_of(tree, TITLE)}
    titles.difference_update(node.mem_id for card in found for node in all_of(card, TITLE))
    if found and titles:
        raise LayoutError("layout_changed", f"{len(titles)} titles of works stand in no card")
    return tabs


def _results(tree: LexborHTMLParser, tabs: dict[str, list[LexborNode]], owner: str) -> Iterator[Entry | Rejection]:
    results = [
        _card_at(f"{name}item={number}", card)
        for name, cards in tabs.items()
        for number, card in enumerate(cards, start=1)
    ]
    works: dict[str, list[_Sighting]] = {}
    for one in results:
        if isinstance(one, _Sighting):
            works.setdefault(one.card.key, []).append(one)
    if not works:
        raise LayoutError("layout_changed", f"none of the page's {len(results)} cards names a work by its id")
    if len(works) >= _SEVERAL and not any("title" in one.card.fields for copies in works.values() for one in copies):
        raise LayoutError("layout_changed", f"none of the page's {len(works)} works has a title")
    merged = {key: _merged(copies) for key, copies in works.items()}
    differing = sum(isinstance(one, LayoutError) for one in merged.values())
    if 2 * differing > len(works):
        message = f"{differing} of {len(works)} works are contradicted by their own copies: ids are not what they were"
        raise LayoutError("broken_repeat", message)
    about = filled(owner=owner, affiliations=join_values(_affiliations(tree)))
    for one in results:
        yield one if isinstance(one, Rejection) else _result(one, merged[one.card.key], about)
    yield from _unknown_parts(works)
    yield from _may_be_cut(tree, tabs, owner)


def _card_at(place: str, card: LexborNode) -> _Sighting | Rejection:
    try:
        return _Sighting(place, read_card(card))
    except LayoutError as error:
        return Rejection(code=error.code, message=error.message, place=place, raw=words_of(card))


def _merged(copies: list[_Sighting]) -> dict[str, str] | LayoutError:
    """What the copies of a card say together, or how they contradict each other."""
    key = copies[0].card.key
    merged: dict[str, str] = {}
    for copy in copies:
        for name, value in copy.card.fields.items():
            before = merged.setdefault(name, value)
            if name == "short_abstract":
                merged[name] = max(before, value, key=len)
            elif name != "url" and before.split() != value.split():
                return LayoutError("inconsistent_copies", f"the page shows {key} several times, with another {name}")
    full, short = merged.get("abstract"), merged.get("short_abstract")
    if full and short and not _line(full).startswith(_line(short).rstrip(".… ")):
        message = f"the short form of the abstract of {key} does not begin its full form"
        return LayoutError("inconsistent_copies", message)
    return merged


def _line(text: str) -> str:
    return " ".join(text.split())


def _result(one: _Sighting, fields: dict[str, str] | LayoutError, about: dict[str, str]) -> Entry | Rejection:
    key, place = one.card.key, one.place
    raw = "\n".join(f"{name}: {value}" for name, value in one.card.fields.items())
    if isinstance(fields, LayoutError):
        return Rejection(code=fields.code, message=fields.message, place=place, raw=raw)
    if not fields.keys() & {"title", "abstract", "short_abstract", "venue"}:
        message = f"{key} is listed, and nothing is said of it"
        return Rejection(code="no_metadata", message=message, place=place, raw=raw)
    return Entry(source=SOURCE_NAME, format=FORMAT, source_key=key, place=place, fields={**fields, **about})


# What the page as a whole leaves open


def _unknown_parts(works: dict[str, list[_Sighting]]) -> Iterator[Rejection]:
    """Parts of cards that are not known, once for each sort."""
    parts: dict[str, dict[str, None]] = {}
    for key, copies in works.items():
        for label, words in (part for copy in copies for part in copy.card.unknown):
            parts.setdefault(label, {})[f"{key}: {words}"] = None
    for label, lines in parts.items():
        message = f"{len(lines)} times cards have words in a part {label!r} that is not known; they are not read"
        yield Rejection(code="unknown_label", message=message, place=f"page;label={label}", raw="\n".join(lines))


def _may_be_cut(tree: LexborHTMLParser, tabs: dict[str, list[LexborNode]], owner: str) -> Iterator[Rejection]:
    """A finding when a tab shows full portions: as many works, and then perhaps more."""
    portion = _PORTION if all_of(tree, CURRENT_CARD) else _PORTION_OF_2016
    full = [len(cards) for cards in tabs.values() if len(cards) % portion == 0]
    if full:
        message = (
            f"{max(full)} works are on the page of {owner}, and the site loads more by {portion} on scrolling: "
            "if there are more, scroll to the end and save the page again"
        )
        yield Rejection(code="page_may_be_cut", message=message, place="page", raw=f"{owner}: {max(full)} works")
