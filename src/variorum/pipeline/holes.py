"""What a work still lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from variorum.schema import Record
from variorum.store.works import FieldRow, SeenRecord

HOLES = ("title", "authors", "doi", "abstract", "date")
"""The fields a publication is expected to have, in the order in which their absence is told."""

_IDS = frozenset({"doi", "arxiv"})


def holes_of(fields: Sequence[FieldRow], members: Sequence[SeenRecord]) -> tuple[str, ...]:
    """The fields of ``HOLES`` that a work lacks.

    Authors are lacking also where the byline is cut or only a profile's owner is known, an abstract also
    where it is cut, and ``doi`` where there is neither a DOI nor an arXiv id, which stands for one.
    """
    chosen = {row.field: row for row in fields if row.position == 0}
    records = {member.record.ref: member.record for member in members}
    ids = {row.value["scheme"] for row in fields if row.field == "identifiers" and row.value["role"] == "self"}
    lacking = {
        "title": "title" not in chosen,
        "authors": not _whole(chosen, records, "authors"),
        "doi": not ids & _IDS,
        "abstract": not _whole(chosen, records, "abstract"),
        "date": "date" not in chosen,
    }
    return tuple(name for name in HOLES if lacking[name])


def _whole(chosen: Mapping[str, FieldRow], records: Mapping[str, Record], field: str) -> bool:
    """Whether the chosen value is there and all of it."""
    row = chosen.get(field)
    if row is None:
        return False
    record = records[row.ref]
    return record.authors_complete if field == "authors" else not record.abstract_truncated
