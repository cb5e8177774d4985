"""BZPEER profile items, rendered text. The words come from arXiv, TeX escapes included."""

from __future__ import annotations

from variorum.normalizers._dates import parse_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Entry, Kind, Record, Stage

FORMAT = "bzpeer_text"

KINDS: dict[str, Kind] = {
    "preprint": "article",
    "article": "article-journal",
    "conference": "paper-conference",
    "book": "book",
    "dataset": "dataset",
}


def normalise(entry: Entry, fields: Fields) -> Record:
    """One listed item as a record; its only known author is the profile's owner."""
    badge, year = fields.take("type") or "", fields.take("year")
    repository, owner = fields.take("repository"), fields.take("owner") or ""
    title, abstract = fields.take("title") or "", fields.take("abstract")
    family, given = split_name(owner)
    stage: Stage | None = "preprint" if badge == "preprint" else stage_of(repository)
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=KINDS.get(badge, "document"),
        kind_raw=badge,
        title=clean(title, tex=True),
        title_raw=title,
        authors=(Author(name=owner, family=family, given=given, evidence="profile"),),
        authors_complete=False,
        abstract=clean(abstract, tex=True) if abstract else None,
        abstract_raw=abstract,
        date=parse_date(year) if year else None,
        date_raw=year,
        venue=clean(repository) if repository else None,
        venue_raw=repository,
        stage=stage,
        flags=() if badge in KINDS else ("unknown_kind",),
    )
