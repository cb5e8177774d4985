"""Academia.edu works, rendered text: a venue line, an abstract, or both; never a title."""

from __future__ import annotations

from variorum.normalizers._academia import fields_of_venue, is_cut
from variorum.normalizers._fields import Fields
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Record

FORMAT = "academia_text"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One listed work as a record; a venue line alone makes a ``stub``."""
    owner, line, abstract = fields.take("owner") or "", fields.take("venue"), fields.take("abstract")
    venue, flags = fields_of_venue(line)
    family, given = split_name(owner)
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        authors=(Author(name=owner, family=family, given=given, evidence="profile"),),
        abstract=clean(abstract, tex=True) if abstract else None,
        abstract_raw=abstract,
        abstract_truncated=is_cut(abstract),
        flags=(*(() if abstract else ("stub",)), *flags),
        **venue,
    )
