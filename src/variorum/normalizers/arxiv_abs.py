"""arXiv's metadata as text: the byline in one piece, and all versions with their dates and sizes."""

from __future__ import annotations

from variorum.normalizers._arxiv import arxiv_record, authors_of_byline, first_day, is_withdrawn
from variorum.normalizers._fields import Fields
from variorum.schema import Entry, Record

FORMAT = "arxiv_abs"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version where that is named."""
    authors, complete = authors_of_byline(" ".join((fields.take("byline") or "").split()))
    versions = fields.take_values("versions")
    return arxiv_record(
        entry,
        fields,
        authors,
        date_raw=first_day(versions),
        subjects=(fields.take("categories") or "").split(),
        withdrawn=is_withdrawn(versions),
        complete=complete,
    )
