"""Results of Europe PMC's search, short (``lite``) or full (``core``).

A date of which only the year is known comes as the first of January: such a date is read as the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from variorum.normalizers._authors import name_parts, split_authors
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._grants import Grant, nsf_awards
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._registry import body, distinct, jats_text, marked_text
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, identify
from variorum.schema.identifiers import normalise_issn, normalise_orcid, normalise_pmid

FORMAT = "europe_pmc"

_PREPRINTS, _THESES = "PPR", "ETH"
"""Databases whose name says what they hold."""
_IN_JOURNALS = frozenset(
    {
        *("abstract", "briefreport", "casereport", "casereports", "clinicaltrial", "comment", "correction"),
        *("editorial", "historicalarticle", "introductoryjournalarticle", "letter", "metaanalysis"),
        *("publishederratum", "randomizedcontrolledtrial", "retractedpublication", "retractionofpublication"),
        *("systematicreview",),
    }
)
"""Publication types of PubMed and of publishers for what stands in journals, letters only."""
_HEADING_TAG = re.compile(r"</?h[1-6]>", re.I)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One result as a record.

    Flags beside those every record may have: ``retracted``, ``unknown_kind``, and ``invalid_doi``,
    ``invalid_pmid``, ``invalid_orcid``, ``invalid_award``.
    """
    title_raw, abstract_raw = fields.take("title"), fields.take("abstract")
    title = marked_text(title_raw or "")
    abstract = jats_text(_HEADING_TAG.sub(" ", abstract_raw or ""))
    types = [name for joined in fields.take_values("types") for name in _parts(joined)]
    kind, known = _kind(fields.take("database") or "", types)
    journal, publisher = fields.take("journal"), fields.take("publisher")
    venue_raw = journal or (publisher if kind == "article" else None)
    authors, complete, orcids_right = _authors(fields)
    awards, all_awards = nsf_awards(_grants(fields))
    identifiers, invalid = _identifiers(fields)
    date, year = fields.take("date"), fields.take("year")
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw="; ".join(types) or None,
        title=title or None,
        title_raw=title_raw,
        authors=authors,
        authors_complete=complete,
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=_date(date, year),
        date_raw=date or year,
        venue=marked_text(venue_raw or "") or None,
        venue_raw=venue_raw,
        volume=fields.take("volume"),
        issue=fields.take("issue"),
        pages=fields.take("pages"),
        stage="preprint" if kind == "article" else stage_of(journal),
        subjects=tuple(dict.fromkeys(map(marked_text, fields.take_values("subjects")))),
        identifiers=identifiers,
        awards=awards,
        links=(Link(url=f"https://europepmc.org/article/{entry.source_key.replace(':', '/')}", rel="landing"),),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *(["retracted"] if "retractedpublication" in map(_letters, types) else []),
            *([] if known else ["unknown_kind"]),
            *(f"invalid_{name}" for name in invalid),
            *([] if orcids_right else ["invalid_orcid"]),
            *([] if all_awards else ["invalid_award"]),
        ),
    )


def _parts(joined: str) -> Iterator[str]:
    """The types of a short result, which stand in one text."""
    return filter(None, map(str.strip, joined.split(";")))


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower()))


def _kind(database: str, types: list[str]) -> tuple[Kind, bool]:
    """The kind, and whether a type is known or none is stated; many types say nothing of the kind."""
    if database == _PREPRINTS:
        return "article", True
    if database == _THESES:
        return "thesis", True
    found = ("article-journal" if _letters(name) in _IN_JOURNALS else kind_of_type(name) for name in types)
    known: list[Kind] = [kind for kind in found if kind is not None]
    telling = [kind for kind in known if kind != "document"]
    return next(iter(telling or known), "document"), bool(known) or not types


def _date(date: str | None, year: str | None) -> str | None:
    found = read_date(date) if date else None
    if found and found.endswith("-01-01"):
        return found[:4]
    return found or (read_date(year) if year else None)


def _authors(fields: Fields) -> tuple[tuple[Author, ...], bool, bool]:
    """The authors in parts, or those of the byline; whether they are all; whether all ORCID iDs are right."""
    rows = [row.split("\t") for row in fields.take_values("authors")]
    names, complete = split_authors(fields.take("byline") or "")
    if not rows:
        return tuple(_of_byline(name) for name in names), complete, True
    authors = [_in_parts(*row) for row in rows]
    right = all(normalise_orcid(orcid) for *_, orcid in rows if orcid)
    found = tuple(author for author in authors if author is not None)
    return found, bool(found) and len(found) == len(rows), right


def _of_byline(name: str) -> Author:
    name = marked_text(name)
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def _in_parts(name: str, family: str, given: str, orcid: str) -> Author | None:
    family, given = marked_text(family), marked_text(given)
    if not family:
        return body(name)
    whole = marked_text(name) or f"{given} {family}".strip()
    return Author(name=whole, family=family, given=given or None, orcid=normalise_orcid(orcid))


def _grants(fields: Fields) -> Iterator[Grant]:
    for row in fields.take_values("awards"):
        agency, number = row.split("\t")
        yield Grant(agency, (), number)


def _identifiers(fields: Fields) -> tuple[tuple[Identifier, ...], list[str]]:
    """Identifiers, and the names of the fields that hold none."""
    doi, pmid = fields.take("doi"), fields.take("pmid")
    own = identify(doi) if doi else None
    number = normalise_pmid(pmid) if pmid else None
    found = [own] if own is not None else []
    if number and pmid:
        found.append(Identifier(scheme="pmid", value=number, raw=pmid))
    found.extend(
        Identifier(scheme="issn", value=issn, raw=raw, role="container")
        for joined in fields.take_values("issn")
        for raw in _parts(joined)
        if (issn := normalise_issn(raw))
    )
    invalid = [name for name, stated, read in (("doi", doi, own), ("pmid", pmid, number)) if stated and not read]
    return distinct(found), invalid
