"""Items of BZPEER profiles as HTML. The words come from arXiv, TeX escapes included."""

from __future__ import annotations

from typing import Any

from variorum.normalizers._dates import parse_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._mojibake import mended
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.normalizers._venues import stage_of
from variorum.normalizers.bzpeer_text import KINDS
from variorum.schema import Author, Entry, Link, Record
from variorum.schema.record import Evidence

FORMAT = "bzpeer_profile"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One listed item as a record; its only known author is the profile's owner."""
    owner = fields.take("owner") or ""
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        authors=(author_of(owner, "profile"),),
        authors_complete=False,
        **values_of(fields),
    )


def author_of(name: str, evidence: Evidence) -> Author:
    """An author by the name that a page shows."""
    name = mended(name)
    family, given = split_name(name)
    return Author(name=name, family=family, given=given, evidence=evidence)


def values_of(fields: Fields) -> dict[str, Any]:
    """What items and pages of works tell alike: all of a record but its authors. Flag ``unknown_kind``."""
    badge, year, repository = fields.take("type") or "", fields.take("year"), fields.take("repository")
    title, abstract, url = fields.take("title"), fields.take("abstract"), fields.take("url")
    fields.take("access")  # the schema has no place for it; the entry keeps it
    return {
        "kind": KINDS.get(badge, "document"),
        "kind_raw": badge,
        "title": clean(mended(title), tex=True) if title else None,
        "title_raw": title,
        "abstract": clean(mended(abstract), tex=True) if abstract else None,
        "abstract_raw": abstract,
        "abstract_truncated": (abstract or "").endswith(("...", "…")),
        "date": parse_date(year) if year else None,
        "date_raw": year,
        "venue": clean(mended(repository)) if repository else None,
        "venue_raw": repository,
        "stage": "preprint" if badge == "preprint" else stage_of(repository),
        "links": (Link(url=url, rel="landing"),) if url else (),
        "flags": () if badge in KINDS else ("unknown_kind",),
    }
