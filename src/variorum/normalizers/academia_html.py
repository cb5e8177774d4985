"""Academia.edu works as their cards on profile pages show them: title, venue and date, abstract."""

from __future__ import annotations

from variorum.normalizers._academia import fields_of_venue, is_cut
from variorum.normalizers._fields import Fields
from variorum.normalizers._mojibake import mended
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Link, Record
from variorum.schema.record import Evidence

FORMAT = "academia_html"

_SITE = "https://www.academia.edu"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One listed work as a record.

    Its authors are never known to be all: the site names those of them who are its members, or only the one whose
    profile it is. Institutions are that person's today, not those of the publication. A venue line alone makes a
    ``stub``.
    """
    title, full, short = fields.take("title"), fields.take("abstract"), fields.take("short_abstract")
    url, line, abstract = fields.take("url"), fields.take("venue"), full or short
    institutions = tuple(clean(mended(name)) for name in fields.take_values("affiliations"))
    venue, flags = fields_of_venue(mended(line) if line else None)
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        title=clean(mended(title), tex=True) if title else None,
        title_raw=title,
        authors=_authors(fields.take("owner") or "", fields.take_values("coauthors")),
        abstract=clean(mended(abstract), tex=True) if abstract else None,
        abstract_raw=abstract,
        abstract_truncated=(full is None and short is not None) or is_cut(full),
        links=(Link(url=_SITE + url if url.startswith("/") else url, rel="landing"),) if url else (),
        institutions=institutions,
        flags=(
            *(() if title or abstract else ("stub",)),
            *flags,
            *(("low_confidence:institutions",) if institutions else ()),
        ),
        **(venue | {"venue_raw": line}),
    )


def _authors(owner: str, coauthors: tuple[str, ...]) -> tuple[Author, ...]:
    """Those whom the card names, in its order, and the profile's owner where he is not among them."""
    owner, named = clean(mended(owner)), [clean(mended(name)) for name in coauthors]
    known = {name.casefold() for name in named}
    return (
        *(_author(name, "byline") for name in named),
        *(() if owner.casefold() in known else (_author(owner, "profile"),)),
    )


def _author(name: str, evidence: Evidence) -> Author:
    family, given = split_name(name)
    return Author(name=name, family=family, given=given, evidence=evidence)
