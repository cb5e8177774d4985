"""What arXiv's formats have in common. Words are TeX; the dates are those of the first version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Identifier, Link, Record
from variorum.schema.identifiers import ArxivId, find_dois, identify, normalise_arxiv

_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.I)
_NO_LONGER = re.compile(r"\s*(?:this|the) (?:paper|article|manuscript) (?:has been|was|is) withdrawn\b", re.I)


def arxiv_record(
    entry: Entry,
    fields: Fields,
    authors: Iterable[Author],
    *,
    date_raw: str | None,
    subjects: Iterable[str],
    withdrawn: bool = False,
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
        authors_complete=bool(people),
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
