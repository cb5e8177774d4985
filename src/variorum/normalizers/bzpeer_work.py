"""BZPEER's pages of works, as HTML and as rendered text. The words come from arXiv, TeX escapes included."""

from __future__ import annotations

from variorum.normalizers._fields import Fields
from variorum.normalizers.bzpeer_profile import author_of, values_of
from variorum.schema import Entry, Record

FORMAT = "bzpeer_work"


def normalise(entry: Entry, fields: Fields) -> Record:
    """The work as a record. Authors are those that the page names, all of them only where it counts them too."""
    names = fields.take_values("authors")
    all_authors = fields.take("all_authors") is not None
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        authors=tuple(author_of(name, "byline") for name in names),
        authors_complete=bool(names) and all_authors,
        **values_of(fields),
    )
