"""Asking NSF PAR: for the publications of an award, page after page, and for records by their ids."""

from __future__ import annotations

from urllib.parse import quote

from variorum.errors import LayoutError
from variorum.schema.harvest import Request
from variorum.schema.identifiers import normalise_nsf_award, normalise_par_id
from variorum.scrapers._base import Body, Endpoint
from variorum.scrapers._html import parse_html
from variorum.scrapers._key_harvest import Asked, Lead
from variorum.scrapers._par_html import no_publication
from variorum.scrapers._par_list import Listing, read_listing
from variorum.scrapers._par_record import id_of_record, is_record

MOST_PAGES = 500
"""No award has thousands of publications: a longer list is that of another search."""


def ask_search(endpoint: Endpoint, asked: Asked) -> Request:
    """A page of the publications of an award, newest first; without an order the site repeats and skips some."""
    site, award = endpoint.url.rstrip("/"), quote(_award(asked.key), safe="")
    url = f"{site}/search/award_ids:{award}/sort:publication_date%20desc/page:{_number(asked)}"
    return Request(url, "html")


def lead_search(asked: Asked, page: Body) -> Lead:
    """On to the next page, as long as the page itself says that there is one.

    Raises ``LayoutError`` when another page or award came than was asked for, and for lists without end.
    """
    listing = read_listing(parse_html(page))
    number = _number(asked)
    if not listing.items and number == 1:
        return Lead(holds=False, note=f"no publication of award {asked.key}")
    if not listing.items or listing.page not in (None, number):
        came = f"page {listing.page}" if listing.items else "one without publications"
        raise LayoutError("wrong_content", f"page {number} of award {asked.key} was asked for, {came} came")
    if _award(listing.award) != _award(asked.key):
        named = f"award {listing.award}" if listing.award else "no award that it names"
        raise LayoutError("wrong_content", f"award {asked.key} was asked for; the list is of {named}")
    pages = _pages(listing)
    if pages > MOST_PAGES:
        raise LayoutError("too_many", f"{pages} pages of publications of award {asked.key}: that cannot be")
    return Lead(token=str(number + 1) if number < pages else "")


def _number(asked: Asked) -> int:
    return int(asked.token or "1")


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
