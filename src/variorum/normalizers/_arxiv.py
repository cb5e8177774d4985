"""What arXiv's formats have in common. Words are TeX; the dates are those of the first version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from email.utils import parsedate_to_datetime

from variorum.normalizers._authors import name_parts, split_authors
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Identifier, Link, Record, identify
from variorum.schema.identifiers import ArxivId, find_dois, normalise_arxiv

_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.I)
_AFFILIATION = re.compile(r"\s*\([^()]{0,1000}\)")
_DEEPEST_NESTING = 4
_NO_LONGER = re.compile(r"\s*(?:this|the) (?:paper|article|manuscript) (?:has been|was|is) withdrawn\b", re.I)


def arxiv_record(
    entry: Entry,
    fields: Fields,
    authors: Iterable[Author],
    *,
    date_raw: str | None,
    subjects: Iterable[str],
    withdrawn: bool = False,
    complete: bool = True,
) -> Record:
    """A record of the fields that all formats share, and of what each found in its own way."""
    for unused in ("license", "report_no", "updated", "oai_identifier", "datestamp", "sets"):
        fields.take(unused)
    title, abstract = fields.take("title"), fields.take("abstract")
    journal, comments = fields.take("journal_ref"), fields.take("comments") or ""
    people = tuple(authors)
    date = read_date(date_raw) if date_raw else None
    withdrawn = withdrawn or bool(_WITHDRAWN.search(comments) or _NO_LONGER.match(abstract or ""))
    stated = fields.take("id") or entry.source_key
    paper = normalise_arxiv(stated)
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=entry.format,
        kind="article",
        title=clean(title, tex=True) if title else None,
        title_raw=title,
        authors=people,
        authors_complete=bool(people) and complete,
        abstract=clean(abstract, tex=True) if abstract else None,
        abstract_raw=abstract,
        date=date,
        date_raw=date_raw,
        venue=clean(journal, tex=True) if journal else None,
        venue_raw=journal,
        stage="preprint",
        subjects=tuple(dict.fromkeys(subjects)),
        identifiers=tuple(_identifiers(paper, stated, fields.take("doi") or "")),
        links=(Link(url=f"https://arxiv.org/abs/{paper.id}", rel="landing"),) if paper else (),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *(["withdrawn"] if withdrawn else []),
            *(["repaired"] if fields.take("repaired") else []),
        ),
    )


def _identifiers(paper: ArxivId | None, stated: str, doi: str) -> Iterator[Identifier]:
    """The arXiv id and the article's DOI; of several DOIs the others are of errata and the like."""
    if paper:
        yield Identifier(scheme="arxiv", value=paper.id, raw=stated)
    for number, value in enumerate(find_dois(doi)):
        found = identify(value)
        if found is not None and found.scheme == "doi":
            yield Identifier(scheme="doi", value=found.value, raw=doi, role="related" if number else "self")


# Authors


def author_of(name: str) -> Author:
    """One author named in the order in which people write names."""
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def authors_of_rows(rows: Iterable[str]) -> Iterator[Author]:
    """Authors of rows ``keyname TAB forenames TAB suffix``. A collaboration has a keyname only."""
    for row in rows:
        family, forenames, suffix = (clean(part, tex=True) for part in row.split("\t"))
        family = f"{family} {suffix}" if suffix else family
        if family and forenames:
            yield Author(name=f"{forenames} {family}", family=family, given=forenames)
        elif family:
            only, _ = name_parts(family)
            yield Author(name=family, family=only)


def authors_of_byline(byline: str) -> tuple[tuple[Author, ...], bool]:
    """The authors of a byline in one piece, without their affiliations, and whether they are all."""
    names, complete = split_authors(without_affiliations(byline))
    return tuple(author_of(clean(name, tex=True)) for name in names), complete


def without_affiliations(byline: str) -> str:
    """The byline without what stands in parentheses after names, which may be nested."""
    for _ in range(_DEEPEST_NESTING):
        byline, found = _AFFILIATION.subn("", byline)
        if not found:
            break
    return byline


# Versions


def first_day(versions: Sequence[str]) -> str | None:
    """The day of version 1 of rows ``version TAB date TAB size``, dates as in mail (RFC 2822).

    The date itself when it is none; None when the first version is not there.
    """
    first, date, _ = versions[0].split("\t") if versions else ("", "", "")
    if first not in {"", "v1"}:
        return None
    try:
        return parsedate_to_datetime(date).date().isoformat()
    except ValueError:
        return date or None


def is_withdrawn(versions: Sequence[str]) -> bool:
    """Whether the last version has no size, which is how arXiv marks withdrawn papers."""
    return bool(versions) and versions[-1].rpartition("\t")[2] == "0kb"
