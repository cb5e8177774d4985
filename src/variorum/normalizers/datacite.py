"""DataCite's DOIs: datasets, software, theses, preprints, with typed titles, dates, relations and funders."""

from __future__ import annotations

import re
from collections.abc import Sequence

from variorum.normalizers._authors import name_parts
from variorum.normalizers._dates import read_loose_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._grants import Grant, nsf_awards
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._registry import (
    Rel,
    body,
    distinct,
    earliest_date,
    full_title,
    jats_text,
    kind_of_work,
    marked_text,
    names_in,
    person,
    stated_identifier,
    web_links,
)
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Entry, Identifier, Kind, Record, Stage
from variorum.schema.identifiers import Role, normalise_orcid

FORMAT = "datacite"

_PUBLISHED = frozenset({"article-journal", "paper-conference", "chapter", "book"})
_INSIDE = frozenset({"article-journal", "paper-conference", "chapter"})
_HELD: frozenset[Kind] = frozenset({"article", "dataset", "software", "thesis", "report"})
"""Kinds whose publisher stands for a venue; the repository with a copy of an article is not where it appeared."""
_VERSIONS = frozenset(
    "HasVersion IsVersionOf IsNewVersionOf IsPreviousVersionOf IsVariantFormOf IsOriginalFormOf"
    " IsPreprintOf HasPreprint IsObsoletedBy Obsoletes".split()
)
_SAME = "IsIdenticalTo"
_CONTAINERS = frozenset({"IsPartOf", "IsPublishedIn"})
_UNKNOWN = re.compile(r"\(?:\(?(?:unac|unal|unap|unas|unav|unkn|none|null|tba)\)?", re.I)
"""Words that DataCite's schema prescribes for values that are missing."""


def normalise(entry: Entry, fields: Fields) -> Record:
    """One DOI as a record, dated by its issue, else by the year of publication.

    Flags beside those every record may have: ``unknown_kind``; ``not_findable`` for DOIs that their owners have
    taken out of the index; ``invalid_award`` for NSF award numbers that are none, ``invalid_url``.
    """
    title_raw, subtitle_raw = fields.take("title"), fields.take("subtitle")
    title = full_title(_known(title_raw), subtitle_raw or "")
    abstract_raw = fields.take("abstract")
    abstract = jats_text(_known(abstract_raw))
    authors, complete = _authors(fields.take_values("creators"))
    container, publisher = fields.take("container"), fields.take("publisher")
    kind, kind_raw, stage, known = _kind(fields.take("type"), fields.take("subtype"), container, publisher)
    venue_raw = container or (publisher if kind in _HELD else None)
    date, date_raw = _date(fields.take_values("dates"), fields.take("year"), stage)
    awards, all_awards = nsf_awards(map(Grant.of, fields.take_values("grants")))
    links, all_links = web_links(_links(fields))
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw=kind_raw,
        title=title or None,
        title_raw="\n".join(filter(None, (title_raw, subtitle_raw))) or None,
        authors=authors,
        authors_complete=complete,
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=date,
        date_raw=date_raw,
        venue=marked_text(_known(venue_raw)) or None,
        venue_raw=venue_raw,
        volume=fields.take("volume"),
        issue=fields.take("issue"),
        pages="-".join(filter(None, (fields.take("page"), fields.take("last_page")))) or None,
        stage=stage,
        subjects=tuple(dict.fromkeys(map(marked_text, fields.take_values("subjects")))),
        identifiers=_identifiers(entry, fields, kind),
        awards=awards,
        links=links,
        flags=(
            *([] if known else ["unknown_kind"]),
            *(["stub"] if not title and not abstract else []),
            *(["not_findable"] if fields.take("state") in {"registered", "draft"} else []),
            *([] if all_awards else ["invalid_award"]),
            *([] if all_links else ["invalid_url"]),
        ),
    )


def _known(text: str | None) -> str:
    """A text, empty where it only says that the value is missing."""
    return "" if text is None or _UNKNOWN.fullmatch(text.strip()) else text


def _kind(
    general: str | None, own: str | None, container: str | None, publisher: str | None
) -> tuple[Kind, str | None, Stage | None, bool]:
    """Kind, what is stated, stage, and whether the type is known.

    The owner's own words count where the general type says as little as "Text". What a preprint server holds
    is a preprint, whatever its type. What stands in something is published where that is named.
    """
    kind = kind_of_work(general or "")
    known = kind is not None or not general
    if kind in (None, "document"):
        kind = kind_of_type(own or "") or kind or "document"
    stage: Stage | None = "published" if kind in _PUBLISHED and (container or kind not in _INSIDE) else None
    if kind == "article" or (
        stage_of(container or publisher) == "preprint" and kind in ("article-journal", "document")
    ):
        kind, stage = "article", "preprint"
    return kind, "/".join(filter(None, (general, own))) or None, stage, known


def _authors(rows: Sequence[str]) -> tuple[tuple[Author, ...], bool]:
    """The creators, and whether they are all."""
    read = [_creators(*row.split("\t")) for row in rows]
    authors = tuple(author for found, _ in read for author in found)
    return authors, bool(authors) and all(complete for _, complete in read)


def _creators(name: str, sort: str, family: str, given: str, orcid: str) -> tuple[Sequence[Author], bool]:
    """The creators in one creator's place under the names that are stated, persons' in parts; whether they are all."""
    name, family = _known(name), _known(family)
    if sort == "Organizational":
        group = body(name)
        return ([group], True) if group else ([], False)
    names, complete = names_in(name)
    if len(names) > 1:
        return list(map(_of_byline, names)), complete
    if family and (parts := person(family, given, orcid=orcid)):
        return [parts.model_copy(update={"name": names[0]}) if names else parts], complete or not name
    return [_of_byline(one).model_copy(update={"orcid": normalise_orcid(orcid)}) for one in names], complete


def _of_byline(name: str) -> Author:
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def _date(rows: Sequence[str], year: str | None, stage: Stage | None) -> tuple[str | None, str | None]:
    """The day of issue, else the first on which it was to be had, else the year; and all that is stated.

    Where the issue is given by its year or month, the day may be found under another type: that of
    availability, and for preprints, which nobody delays, that of submission.
    """
    stated = [tuple(row.split("\t")) for row in rows]
    dates = [(sort, date) for sort, text in stated if (date := _day(text))]
    issued = [date for sort, date in dates if sort == "Issued"] or list(filter(None, [_day(year or "")]))
    exact = {"Available", "Submitted"} if stage == "preprint" else {"Available"}
    others = [date for sort, date in dates if sort in exact]
    first = earliest_date(issued)
    raw = "; ".join([*(f"{sort} {text}" for sort, text in stated), *([year] if year else [])]) or None
    return earliest_date([date for date in (*issued, *others) if not first or date.startswith(first)]), raw


def _day(text: str) -> str | None:
    """A date as a partial date; of a span the beginning."""
    return read_loose_date(text) or read_loose_date(text.partition("/")[0])


def _identifiers(entry: Entry, fields: Fields, kind: Kind) -> tuple[Identifier, ...]:
    found = [stated_identifier("doi", fields.take("doi") or entry.source_key, "self")]
    for row in fields.take_values("identifiers"):
        named, scheme, raw = row.split("\t")
        serial = named == "container" or "issn" in scheme.lower()
        inside = serial or (scheme.lower() == "isbn" and kind in _INSIDE)
        found.append(stated_identifier(scheme, raw, "container" if inside else "self"))
    for row in fields.take_values("relations"):
        relation, scheme, raw = row.split("\t")
        found.append(stated_identifier(scheme, raw, _role(relation, scheme)))
    return distinct(one for one in found if one)


def _role(relation: str, scheme: str) -> Role:
    """What is the same under another DOI is this publication; a series is never."""
    if relation == _SAME and "issn" not in scheme.lower():
        return "self"
    if relation in _VERSIONS:
        return "version"
    return "container" if relation in _CONTAINERS else "related"


def _links(fields: Fields) -> list[tuple[Rel, str]]:
    landing: list[tuple[Rel, str]] = [("landing", url)] if (url := fields.take("url")) else []
    return [*landing, *(("fulltext", url) for url in fields.take_values("content"))]
