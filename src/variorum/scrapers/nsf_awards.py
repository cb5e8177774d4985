"""NSF Award Search: what an award is, and the publications that its grantees reported.

The Award API gives each publication as one string of a report, the award's page in elements. Publications that
were deposited in the Public Access Repository (PAR) come with its id.
"""

from __future__ import annotations

from urllib.parse import quote

from variorum.errors import LayoutError
from variorum.schema import is_text_key
from variorum.schema.harvest import Awards, Manners, Request
from variorum.schema.identifiers import normalise_par_id
from variorum.scrapers._base import Body, Channel, Endpoint, Expectations, Layout, Source
from variorum.scrapers._contacts import without_contacts
from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead
from variorum.scrapers._nsf_html import AWARD_MARKS, ERROR_MARKS, parse_page
from variorum.scrapers._nsf_json import AWARD_FORMAT, MARKS, PRINTED, awards_in, number_of, parse_answer
from variorum.scrapers._nsf_reference import FORMAT, NAME

_FORMATS = (AWARD_FORMAT, FORMAT)


def ask(endpoint: Endpoint, asked: Asked) -> Request:
    """One award by its number, with the members that hold no contact details; its number is one of them."""
    return Request(f"{endpoint.url}?id={quote(asked.key, safe='')}&printFields={','.join(PRINTED)}", "json")


def lead(asked: Asked, page: Body) -> Lead:
    """An answer is complete, or says that there is no such award.

    Raises ``LayoutError`` when it reports an error (``api_error``) or is about other awards (``wrong_award``).
    """
    try:
        awards = awards_in(page)
        numbers = [number_of(award) for award in awards]
    except LayoutError as error:
        if error.code != "not_found":
            raise LayoutError(error.code, without_contacts(error.message)) from None
        return Lead(known=False, holds=False, note=error.message)
    if not awards:
        return Lead(known=False, holds=False, note=f"NSF knows no award {asked.key}")
    # An answer may hold nothing but publications; then it is known by what was asked for.
    if len(numbers) > 1 or numbers[0] not in {asked.key, ""}:
        given = ", ".join(number or "without number" for number in numbers[:5])
        raise LayoutError("wrong_award", f"asked for award {asked.key}, NSF gives {given}")
    return Lead()


def _key_of(text: str) -> str | None:
    """The repository's id, or the key of a record without one, as it is; None for anything else."""
    return normalise_par_id(text) or (text if is_text_key(text) else None)


SOURCE = Source(
    name=NAME,
    title="NSF Award Search",
    homepage="https://www.nsf.gov/awardsearch/",
    # Strings that grantees typed into reports, later ones over PAR.
    category="aggregator",
    access="Award API (by award); saved responses and pages",
    lists_once=False,
    key_of=_key_of,
    channels=(
        Channel(
            name="api",
            scopes=(Awards,),
            endpoint=Endpoint("https://api.nsf.gov/services/v1/awards.json"),
            harvest=lambda endpoint, scope: KeyHarvest(endpoint, scope, ask, lead),
            manners=Manners(gap=2.0, deadline=60.0),
            steady=False,
        ),
    ),
    expects=Expectations(required=(("authors", 0.9), ("date", 0.98), ("title", 0.98)), rejected=0.2),
    layouts=(
        Layout(formats=_FORMATS, media="json", marks=MARKS, parse=parse_answer),
        Layout(formats=_FORMATS, media="html", marks=AWARD_MARKS, parse=parse_page),
        Layout(formats=_FORMATS, media="html", marks=ERROR_MARKS, parse=parse_page),
    ),
    notes=(
        "publications without an id in PAR are known by their words: each wording is a record of its own",
        "publications whose parts cannot be told apart are quarantined as unsplit_publication",
        "co-investigators come from pages only: the Award API gives their names with e-mail addresses, "
        "so they are not asked for",
    ),
)
