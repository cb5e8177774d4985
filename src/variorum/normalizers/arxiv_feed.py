"""arXiv's daily announcements: no date, since an item's is that of the announcement."""

from __future__ import annotations

from variorum.normalizers._arxiv import arxiv_record, authors_of_byline
from variorum.normalizers._fields import Fields
from variorum.schema import Entry, Record

FORMAT = "arxiv_feed"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One announced paper as a record without date."""
    fields.take("announce_type")
    # One field for all names; line ends in it are those of the submission form and mean nothing.
    authors, complete = authors_of_byline(" ".join((fields.take("byline") or "").split()))
    subjects = fields.take_values("categories")
    return arxiv_record(entry, fields, authors, date_raw=None, subjects=subjects, complete=complete)
