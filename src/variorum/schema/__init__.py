"""The common schema every source is mapped into, and the identifier rules it rests on."""

from variorum.schema.award import AwardDetails, AwardSighting
from variorum.schema.dates import PartialDate, partial_date, year_of
from variorum.schema.entry import Entry, is_text_key, join_values, split_values, text_key
from variorum.schema.identifiers import Identifier
from variorum.schema.record import (
    Author,
    Award,
    Evidence,
    Kind,
    Link,
    Record,
    Rejection,
    Sighting,
    Stage,
    incipit,
)

__all__ = [
    "Author",
    "Award",
    "AwardDetails",
    "AwardSighting",
    "Entry",
    "Evidence",
    "Identifier",
    "Kind",
    "Link",
    "PartialDate",
    "Record",
    "Rejection",
    "Sighting",
    "Stage",
    "incipit",
    "is_text_key",
    "join_values",
    "partial_date",
    "split_values",
    "text_key",
    "year_of",
]
