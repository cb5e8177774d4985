"""From entries to records, one module for each *format* (sites share formats). Pure: no I/O, no clock."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from variorum.normalizers._fields import Fields

if TYPE_CHECKING:
    from variorum.schema import AwardDetails, Entry, Record, Rejection

    Normaliser = Callable[[Entry, Fields], Record | AwardDetails | Rejection]

__all__ = ["normalise"]

LONGEST_FIELD = 50_000
LONGEST = {"source_key": 1_000, "authors": 1_000_000}
"""Characters of a field. No publication comes near; reading more TeX, or indexing longer keys, takes seconds."""


@cache
def _normalisers() -> dict[str, Normaliser]:
    names = (info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.FORMAT: module.normalise for module in modules}


def normalise(entry: Entry) -> Record | AwardDetails | Rejection:
    """Map an entry into the common schema: that of publications, or that of awards.

    Gives a ``Rejection`` when the entry's values do not make a valid record (``invalid_value``), when
    one is far longer than it can be (``too_long``), or when the scraper read a field that the format
    does not know (``unknown_field``).
    """
    from pydantic import ValidationError

    from variorum.schema import Rejection

    for name, value in (("source_key", entry.source_key), *entry.fields.items()):
        limit = LONGEST.get(name, LONGEST_FIELD)
        if len(value) > limit:
            return _rejection(entry, "too_long", f"{name} has {len(value):,} characters")
    fields = Fields(entry)
    try:
        result = _normalisers()[entry.format](entry, fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return _rejection(entry, "invalid_value", f"{where}: {first['msg']}")
    if fields.leftovers and not isinstance(result, Rejection):
        return _rejection(entry, "unknown_field", f"not understood: {', '.join(fields.leftovers)}")
    return result


def _rejection(entry: Entry, code: str, message: str) -> Rejection:
    from variorum.schema import Rejection

    raw = "\n".join(f"{name}: {value}" for name, value in entry.fields.items())
    return Rejection(code=code, message=message, place=entry.place, stage="normalise", raw=raw)
