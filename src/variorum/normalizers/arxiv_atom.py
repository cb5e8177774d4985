"""arXiv's query API: an Atom entry for each paper."""

from __future__ import annotations

from variorum.normalizers._arxiv import arxiv_record
from variorum.normalizers._authors import name_parts
from variorum.normalizers._fields import Fields
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Record

FORMAT = "arxiv_atom"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version; the primary class comes first."""
    names = [clean(name, tex=True) for name in fields.take_values("names")]
    primary = fields.take("primary")
    subjects = [*([primary] if primary else []), *(fields.take("categories") or "").split()]
    created = fields.take("created")
    return arxiv_record(entry, fields, [_author(name) for name in names], date_raw=created, subjects=subjects)


def _author(name: str) -> Author:
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)
