"""Answers of the Award API: ``response.award[]``, each with what the award is and strings for its publications.

Only the members named here are looked at. Others hold addresses and telephone numbers of people, and do so
unless an answer is asked for by the names of its members.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_nsf_award
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._contacts import bare_name, without_contacts, without_emails
from variorum.scrapers._json import LONGEST_RAW, as_text, list_in, object_in, parse_json, raw_of, text_in
from variorum.scrapers._nsf_reference import NAME, split_reference

AWARD_FORMAT = "nsf_award"

MARKS = (
    Mark("member 'response' first", re.compile(r"^\s*\{\s*\"response\"\s*:\s*\{")),
    Mark("NSF's members 'award' or 'serviceNotification'", re.compile(r"\"(?:award|serviceNotification)\"\s*:\s*\[")),
)

LISTS = ("publicationResearch", "publicationConference")
_DETAILS = {
    "title": "title",
    "starts": "startDate",
    "ends": "expDate",
    "obligated": "fundsObligatedAmt",
    "institution": "awardeeName",
}
_PERSONS = ("pdPIName", "piFirstName", "piMiddeInitial", "piLastName")
_PROGRAMS = ("program", "fundProgramName")
PRINTED = ("id", *_DETAILS.values(), *_PERSONS, "fundProgramName", *LISTS)
"""Members to ask for. The service spells the middle initial so."""
# Lists of names with addresses behind them are read where an answer has them, and not asked for.
_SHOWN = frozenset(("id", *_DETAILS.values(), *_PERSONS, *_PROGRAMS, "pi", "coPDPI"))

_NUMBER = re.compile(r"\d{7}", re.ASCII)
_UNKNOWN_AWARD = re.compile(
    r"\bnot? (?:been )?(?:found|exist)|\bno (?:such )?(?:awards?|records?|results?)\b|unknown award", re.I
)

Result = Entry | Rejection


def parse_answer(page: Body) -> Reading:
    """Read an answer.

    Raises ``LayoutError`` when it is none, or says why it names no award: ``not_found``, ``api_error``.
    """
    awards = awards_in(page)
    asked = _asked_in(page.uri) if len(awards) == 1 else ""
    return Reading.of(result for position, award in enumerate(awards, 1) for result in _award(position, award, asked))


def _asked_in(uri: str) -> str:
    """The one award that an address asks for; empty where it asks for something else."""
    asked = parse_qs(urlsplit(uri).query).get("id", [])
    return asked[0] if len(asked) == 1 and _NUMBER.fullmatch(asked[0]) else ""


def awards_in(page: Body) -> list[Any]:
    """The awards of an answer, whatever they are. Raises ``LayoutError`` as ``parse_answer`` does."""
    try:
        response = object_in(parse_json(page), "response")
        if notes := list_in(response, "serviceNotification"):
            raise _notified(notes)
        return list_in(response, "award")
    except LayoutError as error:
        raise LayoutError(error.code, without_contacts(error.message)) from None


def number_of(award: Any) -> str | None:
    """The award's number: empty where the answer gives no id, None for an id that is no award's.

    Raises ``LayoutError``.
    """
    stated = text_in(award, "id").strip()
    return normalise_nsf_award(stated) if stated else ""


def _notified(notes: list[Any]) -> LayoutError:
    parts = [
        f"{text_in(note, 'notificationCode')}: {text_in(note, 'notificationMessage')}".strip(" :") for note in notes
    ]
    message = "; ".join(filter(None, parts)) or "the service reports an error without saying which"
    return LayoutError("not_found" if _UNKNOWN_AWARD.search(message) else "api_error", message)


def _award(position: int, award: Any, asked: str) -> Iterator[Result]:
    """What is read of one award. Its publications are those of the award ``asked`` for where it has no id at all."""
    place = f"award={position}"
    number: str | None = None
    try:
        number = number_of(award)
        yield from _details(place, award, number)
    except LayoutError as error:
        yield _rejection(error, place, _shown(award))
    if not isinstance(award, dict):
        return
    supports = asked if number == "" else number or ""
    for name in LISTS:
        yield from _publications(place, award, name, supports)
    for name in award:
        if name.lower().startswith("publication") and name not in LISTS:
            message = "the award has publications in a list that is not known"
            raw = without_emails(raw_of({name: _texts_only(award[name])}))
            yield Rejection(code="unknown_label", message=message, place=f"{place};label={_safe(name)}", raw=raw)


def _details(place: str, award: Any, number: str | None) -> Iterator[Result]:
    """The entry for the award itself, unless nothing but its publications was asked for."""
    fields = filled(
        **{field: text_in(award, name) for field, name in _DETAILS.items()},
        program=join_values(next(filter(None, (_texts(award, name) for name in _PROGRAMS)), [])),
        principal=bare_name(text_in(award, "pdPIName")),
        principal_parts=bare_name(" ".join(text_in(award, name) for name in _PERSONS[1:])),
        principals=join_values(map(bare_name, _texts(award, "pi"))),
        others=join_values(map(bare_name, _texts(award, "coPDPI"))),
    )
    if number:
        fields = {"id": number, **{name: without_emails(text) for name, text in fields.items()}}
        yield Entry(source=NAME, format=AWARD_FORMAT, source_key=number, place=place, fields=fields)
    elif fields or number is None or not any(name in award for name in LISTS):
        message = "the award has no number of seven digits"
        yield Rejection(code="no_identifier", message=message, place=place, raw=_shown(award))


def _texts(award: Any, name: str) -> list[str]:
    """The texts of a list, or the one that stands there without a list."""
    value = award.get(name)
    return [as_text(one, name) for one in ([value] if isinstance(value, str) else list_in(award, name))]


def _publications(place: str, award: dict[str, Any], name: str, number: str) -> Iterator[Result]:
    try:
        strings = list_in(award, name)
    except LayoutError as error:
        yield _rejection(error, f"{place};{name}", without_emails(raw_of(_texts_only(award[name]))))
        return
    for position, string in enumerate(strings, start=1):
        yield _publication(f"{place};{name}={position}", string, name, number)


def _publication(place: str, value: Any, listed: str, number: str) -> Result:
    try:
        text = without_emails(as_text(value, "the publication"))
    except LayoutError as error:
        return _rejection(error, place, without_emails(raw_of(_texts_only(value))))
    try:
        return split_reference(text).entry(place, number, listed)
    except LayoutError as error:
        return _rejection(error, place, text)


def _rejection(error: LayoutError, place: str, raw: str) -> Rejection:
    return Rejection(code=error.code, message=without_contacts(error.message), place=place, raw=raw[:LONGEST_RAW])


def _shown(award: Any) -> str:
    """Of an award that could not be read what may be kept: the members that are read, as far as they are text."""
    if not isinstance(award, dict):
        return without_contacts(raw_of(_texts_only(award)))
    return without_contacts(raw_of({name: _texts_only(value) for name, value in award.items() if name in _SHOWN}))


def _safe(name: str) -> str:
    """A member's name for a place: short, and without half characters."""
    return raw_of(name[:80]).strip('"')


def _texts_only(value: Any) -> Any:
    """Text, or a list of texts; of anything else only what it is, for it may hold anything."""
    if isinstance(value, list):
        return [one if isinstance(one, str) else f"({type(one).__name__})" for one in value]
    return value if isinstance(value, str) else f"({type(value).__name__})"
