"""NSF Public Access Repository: lists of an award's publications, record pages, exports, and rendered text."""

from __future__ import annotations

from variorum.schema.harvest import Awards, Keys, Manners, Scope
from variorum.schema.identifiers import normalise_par_id
from variorum.scrapers import _par_csv, _par_text
from variorum.scrapers._base import Body, Channel, Endpoint, Expectations, Layout, Reading, Source
from variorum.scrapers._html import parse_html
from variorum.scrapers._key_harvest import KeyHarvest
from variorum.scrapers._par_harvest import ask_record, ask_search, lead_record, lead_search
from variorum.scrapers._par_html import MARKS, SITE
from variorum.scrapers._par_list import FORMAT as LIST_FORMAT
from variorum.scrapers._par_list import parse_list
from variorum.scrapers._par_record import FORMAT as RECORD_FORMAT
from variorum.scrapers._par_record import is_record, parse_record
from variorum.scrapers._par_words import NAME


def parse_page(page: Body) -> Reading:
    """Read a list or a record page.

    Raises ``LayoutError`` for pages that say that there is nothing (``not_found``), whose counts do not hold
    (``count_mismatch``), that name no record (``no_identifier``), or that are laid out in another way.
    """
    tree = parse_html(page)
    return parse_record(tree) if is_record(tree) else parse_list(tree)


MANNERS = Manners(gap=5.0, deadline=60.0)
"""The site states no rule. Its pages are made for people, so it is asked as slowly as a person reads."""


def _search(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    return KeyHarvest(endpoint, scope, ask_search, lead_search)


def _record(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    return KeyHarvest(endpoint, scope, ask_record, lead_record)


SOURCE = Source(
    name=NAME,
    title="NSF Public Access Repository",
    homepage="https://par.nsf.gov/",
    category="repository",
    key_of=normalise_par_id,
    access="by award and by id, one request in 5 s; saved pages and CSV export",
    lists_once=False,
    channels=(
        Channel(name="search", scopes=(Awards,), endpoint=Endpoint(SITE), harvest=_search, manners=MANNERS),
        Channel(name="record", scopes=(Keys,), endpoint=Endpoint(SITE), harvest=_record, manners=MANNERS),
    ),
    # Rendered text has no titles and many items without anything, so what pages must hold is left to the scraper.
    expects=Expectations(same_title=0.5),
    layouts=(
        Layout(formats=(_par_text.FORMAT,), media="text", marks=_par_text.MARKS, parse=_par_text.parse_text),
        Layout(formats=(LIST_FORMAT, RECORD_FORMAT), media="html", marks=MARKS, parse=parse_page),
        Layout(formats=(_par_csv.FORMAT,), media="text", marks=_par_csv.MARKS, parse=_par_csv.parse_csv),
        Layout(formats=(_par_csv.FORMAT,), media="text", marks=_par_csv.SPREADSHEET_MARKS, parse=_par_csv.parse_csv),
    ),
    notes=(
        "rendered text has no titles and no authors; records are shown by their abstract's opening words",
        "items that show only 'null (Ed.)' are quarantined as no_metadata",
        "a paper often has two ids there; its records meet by their DOIs",
        "editors are not read",
    ),
)
