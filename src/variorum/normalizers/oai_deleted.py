"""An OAI-PMH record that its repository has deleted: it is known to have existed, and nothing else."""

from __future__ import annotations

from variorum.normalizers._fields import Fields
from variorum.schema import Entry, Record

FORMAT = "oai_deleted"


def normalise(entry: Entry, fields: Fields) -> Record:
    """A tombstone, flagged ``deleted``; what was known of the record before stays with it."""
    for name in ("oai_identifier", "datestamp", "sets", "status", "repaired"):
        fields.take(name)
    return Record(source=entry.source, source_key=entry.source_key, format=FORMAT, flags=("stub", "deleted"))
