"""arXiv's OAI-PMH format ``arXivRaw``: the byline as one text, and all versions."""

from __future__ import annotations

from variorum.normalizers._arxiv import arxiv_record, authors_of_byline, first_day, is_withdrawn
from variorum.normalizers._fields import Fields
from variorum.schema import Entry, Record

FORMAT = "arxiv_raw"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version; a last version of no size means withdrawn."""
    authors, _ = authors_of_byline(fields.take("byline") or "")
    versions = fields.take_values("versions")
    fields.take("created")
    return arxiv_record(
        entry,
        fields,
        authors,
        date_raw=first_day(versions),
        subjects=(fields.take("categories") or "").split(),
        withdrawn=is_withdrawn(versions),
    )
