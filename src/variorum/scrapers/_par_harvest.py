"""Asking NSF PAR: for the publications of an award, page after page, and for records by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from variorum.errors import LayoutError
from variorum.schema.harvest import Request
from variorum.schema.identifiers import normalise_nsf_award, normalise_par_id
from variorum.scrapers._base import Body, Endpoint
from variorum.scrapers._html import parse_html
from variorum.scrapers._key_harvest import Asked, Lead
from variorum.scrapers._par_html import no_publication
from variorum.scrapers._par_list import Listing, ids_of, read_listing
from variorum.scrapers._par_record import id_of_record, is_record

MOST_PAGES = 500
"""No award has thousands of publications: a longer list is that of another search."""


@dataclass(frozen=True)
class _Turn:
    """Which page of a list is due; how many items there are in all, and which was the last, by the page before."""

    page: int = 1
    total: str = ""
    last: str = ""

    @classmethod
    def of(cls, asked: Asked) -> _Turn:
        """The turn that a token stands for: ``2/13/10500010``. Without one it is the first."""
        page, _, rest = asked.token.partition("/")
        total, _, last = rest.partition("/")
        return cls(int(page or "1"), total, last)

    @property
    def token(self) -> str:
        return f"{self.page}/{self.total}/{self.last}"


def ask_search(endpoint: Endpoint, asked: Asked) -> Request:
    """A page of the publications of an award, newest first; without an order the site repeats and skips some."""
    site, award = endpoint.url.rstrip("/"), quote(_award(asked.key), safe="")
    url = f"{site}/search/award_ids:{award}/sort:publication_date%20desc/page:{_Turn.of(asked).page}"
    return Request(url, "html")


def lead_search(asked: Asked, page: Body) -> Lead:
    """On to the next page, as long as the page itself says that there is one.

    Raises ``LayoutError`` when another page or award came than was asked for, when the list has changed since the
    page before (``list_changed``), and for lists without end.
    """
    listing = read_listing(parse_html(page))
    turn = _Turn.of(asked)
    if _award(listing.award) != _award(asked.key):
        named = f"award {listing.award}" if listing.award else "no award that it names"
        raise LayoutError("wrong_content", f"award {asked.key} was asked for; the list is of {named}")
    if not listing.items and turn.page == 1:
        return Lead(holds=False, note=f"no publication of award {asked.key}")
    if not listing.items or listing.page not in (None, turn.page):
        came = f"page {listing.page}" if listing.items else "one without publications"
        raise LayoutError("wrong_content", f"page {turn.page} of award {asked.key} was asked for, {came} came")
    ids, total = ids_of(listing), "" if listing.total is None else str(listing.total)
    if turn.page > 1:
        _check_follows(turn, asked.key, ids, total, numbered=listing.page is not None)
    pages = _pages(listing)
    if pages > MOST_PAGES:
        raise LayoutError("too_many", f"{pages} pages of publications of award {asked.key}: that cannot be")
    following = _Turn(turn.page + 1, total, ids[-1] if ids else "")
    return Lead(token=following.token if turn.page < pages else "")


def _check_follows(turn: _Turn, award: str, ids: Sequence[str], total: str, *, numbered: bool) -> None:
    """Raise ``LayoutError`` unless a page goes on where the one before it ended.

    When a publication is added or withdrawn between two answers, one comes twice or never; then only the whole
    list, asked for again, tells what is in it.
    """
    this = f"page {turn.page} of award {award}"
    if turn.total and total != turn.total:
        message = f"{this} says that there are {total or 'some'} publications, the one before it {turn.total}"
        raise LayoutError("list_changed", f"{message}: ask again")
    if not numbered and not (turn.last and ids):
        raise LayoutError("unknown_layout", f"nothing tells whether {this} came")
    if turn.last and turn.last in ids[-1:]:
        raise LayoutError("wrong_content", f"{this} was asked for, the one before it came")
    if turn.last in ids:
        raise LayoutError("list_changed", f"{this} shows {turn.last}, as the one before it did: ask again")


def _award(text: str) -> str:
    """An award by its number, however it is written."""
    return normalise_nsf_award(text) or text.strip()


def _pages(listing: Listing) -> int:
    if listing.pages is not None:
        return listing.pages
    if listing.total == len(listing.items):
        return 1
    raise LayoutError("unknown_layout", "the list does not say how many pages it has")


def ask_record(endpoint: Endpoint, asked: Asked) -> Request:
    """The page of a record."""
    return Request(f"{endpoint.url.rstrip('/')}/biblio/{quote(asked.key, safe='')}", "html")


def lead_record(asked: Asked, page: Body) -> Lead:
    """Nowhere else. Raises ``LayoutError`` when the page is that of another record, or of none that is known."""
    tree = parse_html(page)
    if not is_record(tree):
        error = no_publication(tree)
        if error.code == "not_found":
            return Lead(known=False, note=error.message)
        raise error
    if (came := id_of_record(tree)) != normalise_par_id(asked.key):
        raise LayoutError("wrong_content", f"record {asked.key} was asked for, {came} came")
    return Lead()
