"""NSF PAR's record pages: what their labels say; where these are silent, the citation in BibTeX on the page."""

from __future__ import annotations

from variorum.normalizers._fields import Fields
from variorum.normalizers._par_labelled import labelled_record
from variorum.schema import Entry, Record

FORMAT = "nsf_par_record"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One record page as a record."""
    return labelled_record(entry, fields)
