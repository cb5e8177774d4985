"""Harvesting by OAI-PMH (http://www.openarchives.org/OAI/openarchivesprotocol.html), without doing it.

The rules that repositories break are the reason for this module: tokens expire in mid-list, come back,
or stand on empty pages; the end of a list is an empty token, a token without text, or none at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from variorum.errors import LayoutError
from variorum.schema.harvest import Between, Keys, Position, Request, Scope, Since
from variorum.scrapers._base import Body, Endpoint, Step
from variorum.scrapers._oai import error_code
from variorum.scrapers._xml import child, children, name_of, parse_xml, words, words_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

OLDEST = "1985-01-01"
"""Some clocks that were never set say 0001 or 1970."""

ASK_WHO = -1
"""The part of a harvest that asks the repository who it is, before any list."""

MAX_RESTARTS = 3
"""How often a list is begun anew without having got any further, before it is given up."""

MAX_EMPTY_PAGES = 20
"""How many answers without a record may follow one another; each has a token, so the list is not over."""


@dataclass(frozen=True)
class OaiHarvest:
    """ListRecords over the endpoint's sets, one after the other, or GetRecord for each key.

    ``prefix`` goes before keys to make OAI identifiers of them (``oai:arXiv.org:``). ``by_date``: the
    repository lists records in the order of their datestamps, which the protocol does not ask for.
    """

    endpoint: Endpoint
    scope: Scope
    prefix: str = ""
    by_date: bool = False

    def begin(self) -> Position:
        """Keys are asked for at once; a list only after the repository has said since when it has records."""
        match self.scope:
            case Since(day):
                return Position(part=ASK_WHO, first=day)
            case Between(first, last):
                return Position(part=ASK_WHO, first=first, last=last)
            case _:
                return Position()

    def request(self, position: Position) -> Request:
        """A request that goes on with a token carries nothing but the verb and the token."""
        if position.part == ASK_WHO:
            return self._asking(verb="Identify")
        if isinstance(self.scope, Keys):
            identifier = self.prefix + self.scope.ids[position.part]
            return self._asking(verb="GetRecord", metadataPrefix=self.endpoint.format, identifier=identifier)
        if position.token:
            return self._asking(verb="ListRecords", resumptionToken=position.token)
        sets = self.endpoint.sets
        bounds = {"from": position.first, "until": position.last, "set": sets[position.part] if sets else None}
        given = {name: value for name, value in bounds.items() if value}
        return self._asking(verb="ListRecords", metadataPrefix=self.endpoint.format, **given)

    def _asking(self, **arguments: str) -> Request:
        mark = "&" if "?" in self.endpoint.url else "?"
        return Request(f"{self.endpoint.url}{mark}{urlencode(arguments)}", "xml")

    def follow(self, position: Position, page: Body) -> Step:
        """Read no records, only what leads on: token, errors, dates."""
        root, _ = parse_xml(page.data)
        if name_of(root) != "OAI-PMH":
            raise LayoutError("wrong_content", f"an OAI-PMH response was due, this is <{name_of(root)}>")
        served = day_of(words_of(root, "responseDate"))
        if served:
            position = position.model_copy(update={"served": min(position.served or served, served)})
        errors = {error_code(error): " ".join(words(error).split()) for error in children(root, "error")}
        if position.part == ASK_WHO:
            return self._introduced(position, root, errors)
        if isinstance(self.scope, Keys):
            answer = child(root, "GetRecord")
            return self._answered(position, errors, answer is not None and child(answer, "record") is not None)
        if errors:
            return self._refused(position, errors)
        return self._listed(position, root)

    def _introduced(self, position: Position, root: Element, errors: dict[str, str]) -> Step:
        """Since when it has records is only remembered: some repositories say what is not so."""
        answer = child(root, "Identify")
        if answer is None:
            code = next(iter(errors), "no_identify")
            raise LayoutError(f"oai_{code}", errors.get(code) or "the repository does not say who it is")
        earliest = day_of(words_of(answer, "earliestDatestamp"))
        known = {"part": 0, "floor": position.first, "earliest": earliest}
        return Step(position.model_copy(update=known), holds=False)

    def _answered(self, position: Position, errors: dict[str, str], came: bool) -> Step:
        if not errors and not came:
            errors = {"no_record": "the answer has no record and reports no error"}
        missing = (self.scope.ids[position.part],) if errors and isinstance(self.scope, Keys) else ()
        note = "; ".join(f"{code}: {message}" for code, message in errors.items())
        return Step(self._next_part(position), holds=not errors, missing=missing, note=note)

    def _refused(self, position: Position, errors: dict[str, str]) -> Step:
        code, message = next(iter(errors.items()))
        if code in {"noRecordsMatch", "badResumptionToken"} and position.token:
            return self._begun_anew(position, f"the repository refused its own token ({message or code})")
        if code == "noRecordsMatch":
            return Step(self._next_part(position), holds=False)
        if code == "badArgument" and _begins_too_early(position):
            # arXiv answers so to days before its first record.
            later = position.model_copy(update={"floor": position.earliest, "first": position.earliest})
            return Step(later, holds=False, note=f"it has records since {position.earliest}")
        raise LayoutError(f"oai_{code}", message or f"the repository answered {code}")

    def _begun_anew(self, position: Position, why: str) -> Step:
        """Go on without the token.

        Where records come by date, from the newest one seen. Elsewhere nothing tells what is missing:
        the list is begun again over half its days, which is short enough sooner or later.
        """
        kept = {**position.model_dump(include={"part", "floor", "earliest", "served"}), "begun_again": True}
        start = position.newest
        if self.by_date and position.ordered and start and start > (position.first or ""):
            return Step(
                Position(**kept, first=start, last=position.last), holds=False, note=f"{why}; going on from {start}"
            )
        first, last = position.first or position.earliest, position.last or position.served
        middle = _midway(first, last) if first and last else last
        if first and last and middle and middle < last:
            anew = Position(**kept, first=position.first, last=middle)
            return Step(anew, holds=False, note=f"{why}; beginning again, up to {middle}")
        if position.restarts == MAX_RESTARTS:
            raise LayoutError("token_refused", f"{why}, and there are no fewer days to ask for")
        anew = Position(**kept, first=position.first, last=position.last, restarts=position.restarts + 1)
        return Step(anew, holds=False, note=f"{why}; beginning again")

    def _listed(self, position: Position, root: Element) -> Step:
        listing = child(root, "ListRecords")
        if listing is None:
            raise LayoutError("no_metadata", "the answer lists no records and reports no error")
        position = _with_dates(position, listing)
        records = next(children(listing, "record"), None) is not None
        token = words_of(listing, "resumptionToken")
        if not token:
            return Step(self._next_part(position), holds=records)
        if token in {position.token, position.trail}:
            step = self._begun_anew(position, "the repository gave a token for the second time")
            return Step(step.next, holds=records, note=step.note)
        empty = 0 if records else position.empty + 1
        if empty > MAX_EMPTY_PAGES:
            raise LayoutError("empty_pages", f"{empty} answers with a token and without a record")
        # Brent's way of finding a cycle: compare with one earlier token, moved up at powers of two.
        steps = position.steps + 1
        trail = token if steps & (steps - 1) == 0 else position.trail
        moved = {"token": token, "steps": steps, "trail": trail, "empty": empty}
        return Step(position.model_copy(update=moved), holds=records)

    def _next_part(self, position: Position) -> Position | None:
        """The days that are left, then the next set or key; None after the last."""
        until = self.scope.last if isinstance(self.scope, Between) else None
        if position.last is not None and position.last != until:
            # From the same day again: some take a day as "until" for its first second.
            kept = position.model_dump(include={"part", "floor", "earliest", "served", "begun_again"})
            return Position(**kept, first=position.last, last=until)
        parts = len(self.scope.ids) if isinstance(self.scope, Keys) else len(self.endpoint.sets)
        if position.part + 1 >= parts:
            return None
        kept = position.model_dump(include={"floor", "earliest", "served", "begun_again"})
        return Position(**kept, part=position.part + 1, first=position.floor, last=until)


def day_of(stamp: str) -> str | None:
    """The day (YYYY-MM-DD) that a date or time begins with; None when it is none, or older than any source."""
    try:
        day = date.fromisoformat(stamp[:10]).isoformat()
    except ValueError:
        return None
    return day if day >= OLDEST else None


def _begins_too_early(position: Position) -> bool:
    first, earliest, served = position.first, position.earliest, position.served
    return bool(first and earliest and first < earliest and not position.token and earliest <= (served or earliest))


def _midway(first: str, last: str) -> str:
    """The day half-way, a day after ``first`` at the least."""
    start = date.fromisoformat(first)
    half = (date.fromisoformat(last) - start) // 2
    return (start + max(half, timedelta(days=1))).isoformat()


def _with_dates(position: Position, listing: Element) -> Position:
    newest, ordered = position.newest, position.ordered
    for record in children(listing, "record"):
        header = child(record, "header")
        day = day_of(words_of(header, "datestamp")) if header is not None else None
        if day and position.served and day > position.served:
            continue  # nothing has changed tomorrow: such a date is no place to go on from
        ordered = ordered and day is not None and day >= (newest or "")
        newest = max(newest or "", day or "") or None
    return position.model_copy(update={"newest": newest, "ordered": ordered})
