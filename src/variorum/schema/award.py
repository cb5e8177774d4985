"""Awards: what a page states of the grant itself, beside the publications that came of it."""

from __future__ import annotations

from pydantic import Field

from variorum.schema.base import Model, PartialDate


class AwardDetails(Model):
    """One page's statement about one award; absent is None or empty.

    ``amount``: US dollars obligated to date. ``investigators``: names only, the principal one first;
    addresses and telephone numbers are never kept.
    """

    funder: str = "NSF"
    id: str
    title: str | None = None
    title_raw: str | None = None
    institution: str | None = None
    investigators: tuple[str, ...] = ()
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    amount: int | None = Field(default=None, ge=0)
    program: str | None = None


class AwardSighting(Model):
    """One place on one page where an award was described."""

    place: str
    statement: AwardDetails
