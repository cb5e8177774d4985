"""Dublin Core as OAI-PMH repositories send it: fifteen elements, each any number of times, in any shape.

One record may hold several titles, dates and descriptions without saying what each is. The first title is
taken, the longest description as abstract, the earliest date; where dates name different years the date is
of low confidence. Contributors, publishers, formats, relations, coverage, rights and languages have no
place in the schema; the archived response keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from variorum.normalizers._authors import is_placeholder, name_parts
from variorum.normalizers._dates import read_loose_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._markup import ABSTRACT_HEADING, readable, unmarked
from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, identify

FORMAT = "oai_dc"

_UNUSED = ("contributor", "publisher", "format", "source", "language", "relation", "coverage", "rights", "sets")
_WEB = re.compile(r"https?://\S+", re.I)
_SHORTEST_ABSTRACT = 60


def normalise(entry: Entry, fields: Fields) -> Record:
    """One record in Dublin Core; without title and description it is a ``stub``."""
    for unused in (*_UNUSED, "datestamp", "oai_identifier"):
        fields.take(unused)
    titles = [title for title in fields.take_values("title") if not is_placeholder(title)]
    descriptions = fields.take_values("description")
    abstract_raw = max(descriptions, key=len, default=None)
    if abstract_raw is not None and len(abstract_raw) < _SHORTEST_ABSTRACT:
        abstract_raw = None
    abstract = readable(ABSTRACT_HEADING.sub("", unmarked(abstract_raw)), tex=False) if abstract_raw else None
    dates = fields.take_values("date")
    date, certain = _earliest(dates)
    kind, kind_raw, known = _kind(fields.take_values("type"))
    creators = fields.take_values("creator")
    identifiers, links = _identifiers((entry.source_key, *fields.take_values("identifier")))
    preprint = entry.source == "arxiv"
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind="article" if preprint else kind,
        kind_raw=kind_raw,
        title=readable(titles[0], tex=preprint) if titles else None,
        title_raw=titles[0] if titles else None,
        authors=tuple(_authors(creators)),
        authors_complete=bool(creators),
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=bool(abstract) and (abstract or "").endswith(("...", "…")),
        date=date,
        date_raw="; ".join(dates) or None,
        stage="preprint" if preprint else None,
        subjects=tuple(dict.fromkeys(readable(subject, tex=False) for subject in fields.take_values("subject"))),
        identifiers=identifiers,
        links=links,
        flags=(
            *(["stub"] if not titles and not abstract else []),
            *(["unknown_kind"] if not known else []),
            *([] if certain else ["low_confidence:date"]),
            *(["repaired"] if fields.take("repaired") else []),
        ),
    )


def _authors(creators: Iterable[str]) -> Iterable[Author]:
    """One author for each creator; several names in one element are parted at semicolons."""
    for creator in creators:
        for name in creator.split(";") if ";" in creator else (creator,):
            name = " ".join(name.split())
            if name and not is_placeholder(name):
                family, given = name_parts(name)
                yield Author(name=name, family=family, given=given)


def _earliest(dates: Sequence[str]) -> tuple[str | None, bool]:
    """The earliest date, and whether all that can be read agree on the year.

    Of dates within one year the fullest is the earliest: a bare year says less, not sooner.
    """
    found = [date for text in dates if (date := read_loose_date(text))]
    if not found:
        return None, True
    year = min(date[:4] for date in found)
    of_year = [date for date in found if date.startswith(year)]
    full = [date for date in of_year if len(date) == max(map(len, of_year))]
    return min(full), len({date[:4] for date in found}) == 1


def _kind(types: Sequence[str]) -> tuple[Kind, str | None, bool]:
    """The first type that is known; what the source says; whether it was known or not stated."""
    known = [kind for name in types if (kind := kind_of_type(name)) is not None]
    telling = [kind for kind in known if kind != "document"]
    return next(iter(telling or known), "document"), "; ".join(types) or None, bool(known) or not types


def _identifiers(stated: Iterable[str]) -> tuple[tuple[Identifier, ...], tuple[Link, ...]]:
    """Identifiers of known schemes and links; free citations in the same element are neither."""
    found: dict[tuple[str, str], Identifier] = {}
    links: dict[str, Link] = {}
    for raw in stated:
        identifier = identify(raw)
        if identifier is not None:
            found.setdefault((identifier.scheme, identifier.value), identifier)
        elif _WEB.fullmatch(raw.strip()):
            links.setdefault(raw.strip(), Link(url=raw.strip(), rel="landing"))
    return tuple(found.values()), tuple(links.values())
