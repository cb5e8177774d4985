"""The dedup report: what was seen, what it came to, what was merged and why, what waits for a curator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from variorum.reports.views import title_of
from variorum.store import matches, reporting, works
from variorum.store.engine import Connection
from variorum.store.works import FieldRow, SeenRecord


@dataclass(frozen=True)
class SourceLine:
    """What one source contributed."""

    source: str
    captures: int
    sightings: int
    quarantined: int
    records: int
    works: int


def dedup_report(connection: Connection) -> dict[str, Any]:
    """The whole report as plain data: counts, every cluster with its records, and the pairs to review.

    ``clusters`` covers all works, those of one record too, so that it maps every record.
    """
    by_source = [line.__dict__ for line in source_lines(connection)]
    ids = works.live_ids(connection)
    members = works.members(connection, ids)
    fields = works.fields(connection, ids)
    clusters: list[dict[str, Any]] = [
        {
            "work_id": work_id,
            "title": title_of(fields.get(work_id, ()), members[work_id]),
            "records": [{"source": m.record.source, "source_key": m.record.source_key} for m in members[work_id]],
        }
        for work_id in ids
    ]
    clusters.sort(key=lambda found: (-len(found["records"]), found["title"].casefold(), found["work_id"]))
    return {
        "seen": sum(line["sightings"] + line["quarantined"] for line in by_source),
        "sightings": sum(line["sightings"] for line in by_source),
        "quarantined": sum(line["quarantined"] for line in by_source),
        "records": sum(line["records"] for line in by_source),
        "works": len(ids),
        "sources": by_source,
        "merges": _merges(connection, members, fields),
        "clusters": clusters,
        "review": review_list(connection),
        "guards": reporting.guards(connection),
    }


def source_lines(connection: Connection) -> list[SourceLine]:
    """What each source contributed, by name."""
    return [SourceLine(**row) for row in reporting.by_source(connection)]


def _merges(
    connection: Connection, members: Mapping[str, Sequence[SeenRecord]], fields: Mapping[str, Sequence[FieldRow]]
) -> list[dict[str, Any]]:
    """Each work of several records: what it is called and by whom, its records, and the strongest pair's reasons."""
    found = []
    for work_id, group in members.items():
        if len(group) < 2:
            continue
        numbers = {member.id for member in group}
        inside = [
            row
            for row in matches.pairs_touching(connection, sorted(numbers)).values()
            if {row.a_id, row.b_id} <= numbers and row.verdict == "same"
        ]
        best = max(inside, key=lambda row: row.probability, default=None)
        own = fields.get(work_id, ())
        found.append(
            {
                "work_id": work_id,
                "title": title_of(own, group),
                "title_from": next((row.ref for row in own if row.field == "title"), None),
                "awards": [{"id": row.value["id"], "from": row.ref} for row in own if row.field == "awards"],
                "records": [{"ref": m.record.ref, "shown_as": m.record.display_title} for m in group],
                "probability": best.probability if best else None,
                "reasons": list(best.reasons) if best else ["judged_same"],
            }
        )
    return sorted(found, key=lambda merge: (-len(merge["records"]), merge["title"].casefold(), merge["work_id"]))


def review_list(connection: Connection) -> list[dict[str, Any]]:
    """The pairs a curator must decide, likeliest first, each with both titles."""
    rows = matches.review_pairs(connection)
    needed = {record_id for row in rows for record_id in (row.a_id, row.b_id)}
    records = {stored.id: stored.record for stored in matches.load(connection, needed)}
    found = []
    for row in rows:
        a, b = sorted((records[row.a_id], records[row.b_id]), key=lambda record: record.ref)
        found.append(
            {
                "a": a.ref,
                "b": b.ref,
                "probability": row.probability,
                "reasons": list(row.reasons),
                "a_title": a.display_title,
                "b_title": b.display_title,
                "a_venue": a.venue_raw or a.venue,
                "b_venue": b.venue_raw or b.venue,
            }
        )
    return sorted(found, key=lambda pair: (-pair["probability"], pair["a"], pair["b"]))
