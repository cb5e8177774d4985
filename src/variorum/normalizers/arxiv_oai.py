"""arXiv's own OAI-PMH format: authors split into names, categories as one text."""

from __future__ import annotations

from variorum.normalizers._arxiv import arxiv_record, authors_of_rows
from variorum.normalizers._fields import Fields
from variorum.schema import Entry, Record

FORMAT = "arxiv_oai"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version."""
    authors = authors_of_rows(fields.take_values("authors"))
    subjects = (fields.take("categories") or "").split()
    return arxiv_record(entry, fields, authors, date_raw=fields.take("created"), subjects=subjects)
