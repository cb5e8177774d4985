"""Awards, as the Award API and the award's page describe them."""

from __future__ import annotations

import re

from variorum.normalizers._dates import parse_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._markup import readable
from variorum.normalizers._mojibake import mended
from variorum.normalizers._text import clean
from variorum.schema import AwardDetails, Entry, Rejection, partial_date

FORMAT = "nsf_award"

_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ESTIMATED = re.compile(r"\s*\(Estimated\)$")
_DOLLARS = re.compile(r"\$?(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,4})?", re.ASCII)
_FORMER = re.compile(r"\s*\(Former\b[^()]{0,40}\)$", re.I)


def normalise(entry: Entry, fields: Fields) -> AwardDetails | Rejection:
    """One award.

    A date or an amount that cannot be read gives a ``Rejection`` (``invalid_value``). Cents are dropped.
    """
    title_raw, institution = fields.take("title"), fields.take("institution")
    stated = {name: fields.take(name) for name in ("starts", "ends", "obligated")}
    starts, ends, amount = _date(stated["starts"]), _date(stated["ends"]), _dollars(stated["obligated"])
    unread = [
        name for name, value in zip(stated, (starts, ends, amount), strict=True) if stated[name] and value is None
    ]
    if unread:
        message = ", ".join(f"{name} is {stated[name]!r}" for name in unread)[:500]
        raw = "\n".join(f"{name}: {value}" for name, value in entry.fields.items())
        return Rejection(code="invalid_value", message=message, place=entry.place, stage="normalise", raw=raw)
    return AwardDetails(
        id=fields.take("id") or entry.source_key,
        title=_readable(title_raw),
        title_raw=title_raw,
        institution=_readable(institution),
        investigators=_investigators(fields),
        starts=starts,
        ends=ends,
        amount=amount,
        program=_readable("; ".join(fields.take_values("program"))),
    )


def _readable(text: str | None) -> str | None:
    return readable(mended(text), tex=False) or None if text else None


def _investigators(fields: Fields) -> tuple[str, ...]:
    """The principal investigator, then those before, then the others; each name once, without its role."""
    principal, parts = fields.take("principal"), fields.take("principal_parts")
    principals = fields.take_values("principals")
    # The list of principal investigators, where it stands, spells the same name out.
    first = [principal] if principal else [] if principals or not parts else [parts]
    unique: dict[str, str] = {}
    for name in (*first, *principals, *fields.take_values("others")):
        name = clean(_FORMER.sub("", mended(name)))
        unique.setdefault(name.casefold(), name)
    return tuple(filter(None, unique.values()))


def _date(text: str | None) -> str | None:
    """A date as the API writes it (mm/dd/yyyy), or as the page does (July 1, 2021)."""
    text = _ESTIMATED.sub("", text or "").strip()
    match = _MONTH_FIRST.fullmatch(text)
    if match is None:
        return parse_date(text)
    month, day, year = map(int, match.groups())
    try:
        return partial_date(year, month, day)
    except ValueError:
        return None


def _dollars(text: str | None) -> int | None:
    match = _DOLLARS.fullmatch((text or "").strip())
    return int(match[1].replace(",", "")) if match else None
