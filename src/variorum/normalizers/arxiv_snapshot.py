"""arXiv's metadata snapshot: names split, categories as one text, all versions with their dates."""

from __future__ import annotations

from variorum.normalizers._arxiv import arxiv_record, authors_of_byline, authors_of_rows, first_day
from variorum.normalizers._fields import Fields
from variorum.schema import Entry, Record

FORMAT = "arxiv_snapshot"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version."""
    authors, complete = tuple(authors_of_rows(fields.take_values("authors"))), True
    byline = " ".join((fields.take("byline") or "").split())
    if not authors:
        authors, complete = authors_of_byline(byline)
    date = first_day(fields.take_values("versions"))
    subjects = (fields.take("categories") or "").split()
    return arxiv_record(entry, fields, authors, date_raw=date, subjects=subjects, complete=complete)
