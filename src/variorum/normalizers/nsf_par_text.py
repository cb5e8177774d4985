"""NSF PAR search results, rendered text: an abstract, and the award the search was for."""

from __future__ import annotations

from variorum.normalizers._fields import Fields
from variorum.normalizers._markup import ABSTRACT_HEADING
from variorum.normalizers._text import clean
from variorum.schema import Award, Entry, Record
from variorum.schema.identifiers import normalise_nsf_award

FORMAT = "nsf_par_text"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One search result as a record without title or authors."""
    raw, award = fields.take("abstract") or "", fields.take("award")
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        abstract=clean(ABSTRACT_HEADING.sub("", raw), tex=True),
        abstract_raw=raw,
        awards=_awards(award),
    )


def _awards(searched_for: str | None) -> tuple[Award, ...]:
    number = normalise_nsf_award(searched_for) if searched_for else None
    # A search may also be for a part of a number, which names no award.
    return (Award(funder="NSF", id=number, raw=searched_for or ""),) if number else ()
