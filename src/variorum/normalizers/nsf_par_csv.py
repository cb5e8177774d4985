"""Rows of NSF PAR's exports: the same words as on record pages, as far as the columns go."""

from __future__ import annotations

from variorum.normalizers._fields import Fields
from variorum.normalizers._par_labelled import labelled_record
from variorum.schema import Entry, Record

FORMAT = "nsf_par_csv"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One row as a record."""
    return labelled_record(entry, fields)
