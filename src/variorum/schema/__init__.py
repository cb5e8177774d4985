"""The common schema every source is mapped into, and the identifier rules it rests on."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from variorum.schema.dates import partial_date, year_of
from variorum.schema.keys import TEXT_KEY_LENGTH, is_text_key, join_values, split_values, text_key

if TYPE_CHECKING:
    from variorum.schema.award import AwardDetails, AwardSighting
    from variorum.schema.base import PartialDate
    from variorum.schema.entry import Entry
    from variorum.schema.record import (
        Author,
        Award,
        Evidence,
        Identifier,
        Kind,
        Link,
        Record,
        Rejection,
        Sighting,
        Stage,
        identify,
        incipit,
    )

__all__ = [
    "TEXT_KEY_LENGTH",
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
    "identify",
    "incipit",
    "is_text_key",
    "join_values",
    "partial_date",
    "split_values",
    "text_key",
    "year_of",
]

_MODULES = {"AwardDetails": "award", "AwardSighting": "award", "PartialDate": "base", "Entry": "entry"}


def __getattr__(name: str) -> Any:
    # Models when they are first asked for: pydantic takes long to load, and matching files has no use for it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'record')}"), name)
    return found
