"""arXiv's own OAI-PMH format: authors split into names, categories as one text."""

from __future__ import annotations

from collections.abc import Iterator

from variorum.normalizers._arxiv import arxiv_record
from variorum.normalizers._authors import name_parts
from variorum.normalizers._fields import Fields
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Record

FORMAT = "arxiv_oai"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version."""
    authors = tuple(_authors(fields.take_values("authors")))
    subjects = (fields.take("categories") or "").split()
    return arxiv_record(entry, fields, authors, date_raw=fields.take("created"), subjects=subjects)


def _authors(rows: tuple[str, ...]) -> Iterator[Author]:
    """Authors of rows ``keyname TAB forenames TAB suffix``. A collaboration has a keyname only."""
    for row in rows:
        family, forenames, suffix = (clean(part, tex=True) for part in row.split("\t"))
        family = f"{family} {suffix}" if suffix else family
        if family and forenames:
            yield Author(name=f"{forenames} {family}", family=family, given=forenames)
        elif family:
            only, _ = name_parts(family)
            yield Author(name=family, family=only)
