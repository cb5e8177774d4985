"""The JSON shapes that other programs rely on. Absent values are null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from variorum.dedup.survivorship import MULTIPLE_FIELDS, SINGLE_FIELDS
from variorum.schema import Author, Record, Rejection
from variorum.store.harvests import HarvestRow
from variorum.store.runs import RunRow
from variorum.store.works import FieldRow, SeenRecord


def record_view(record: Record, locators: Sequence[str]) -> dict[str, Any]:
    """A record as ``variorum parse`` prints it; a locator is ``file#place``."""
    return {
        "source": record.source,
        "source_key": record.source_key,
        "kind": record.kind,
        "title": record.title,
        "title_raw": record.title_raw,
        "display_title": record.display_title,
        "authors": [_author_view(author) for author in record.authors],
        "authors_complete": record.authors_complete,
        "abstract": record.abstract,
        "abstract_raw": record.abstract_raw,
        "abstract_truncated": record.abstract_truncated,
        "date": record.date,
        "venue": record.venue,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "stage": record.stage,
        "subjects": list(record.subjects),
        "identifiers": [identifier.model_dump() for identifier in record.identifiers],
        "awards": [award.id for award in record.awards],
        "links": [link.model_dump() for link in record.links],
        "institutions": list(record.institutions),
        "flags": list(record.flags),
        "sightings": list(locators),
    }


def _author_view(author: Author) -> dict[str, str | None]:
    return author.model_dump()


def rejection_view(rejection: Rejection, locator: str) -> dict[str, str]:
    """A rejection as ``variorum parse`` prints it on standard error."""
    return {"code": rejection.code, "message": rejection.message, "locator": locator}


def run_view(run: RunRow) -> dict[str, Any]:
    """A run with its counts."""
    return {
        "id": run.id,
        "command": run.command,
        "arguments": run.arguments,
        "software": run.software,
        "status": run.status,
        "message": run.message,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "counts": run.counts,
    }


def harvest_view(harvest: HarvestRow) -> dict[str, Any]:
    """One source's part in a run, as the ledger has it."""
    return {
        "source": harvest.source,
        "scope": harvest.scope,
        "status": harvest.status,
        "code": harvest.code,
        "message": harvest.message,
        "alarms": [{"code": code, "message": message} for code, message in harvest.alarms],
        "resume_at": harvest.resume_at,
        "started_at": harvest.started_at,
        "finished_at": harvest.finished_at,
        "pages": harvest.pages,
        "entries": harvest.entries,
        "counts": harvest.counts,
    }


def work_view(
    work_id: str,
    fields: Iterable[FieldRow],
    members: Iterable[SeenRecord],
    places: Mapping[str, Sequence[Mapping[str, Any]]],
    relations: Sequence[Mapping[str, Any]],
    history: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A work with the proof of every field: single values as one object, gathered ones as a list.

    ``places`` says for each record, by reference, on which pages it was seen and where on them.
    """
    merged: dict[str, Any] = dict.fromkeys(SINGLE_FIELDS)
    merged |= {field: [] for field in MULTIPLE_FIELDS}
    for row in fields:
        proof = {"value": row.value, "source": row.source, "record": row.ref, "rule": row.rule}
        if row.field in MULTIPLE_FIELDS:
            merged[row.field].append(proof)
        else:
            merged[row.field] = proof
    return {
        "work_id": work_id,
        "fields": merged,
        "records": [
            {
                "source": member.record.source,
                "source_key": member.record.source_key,
                "title": member.record.display_title,
                "date": member.record.date,
                "stage": member.record.stage,
                "flags": list(member.record.flags),
                "seen_at": [dict(place) for place in places.get(member.record.ref, ())],
            }
            for member in members
        ],
        "relations": list(relations),
        "history": list(history),
    }


def title_of(fields: Iterable[FieldRow], members: Sequence[SeenRecord]) -> str:
    """What to call a work: its title, else the opening words of its abstract, else its venue line."""
    for row in fields:
        if row.field == "title":
            return str(row.value)
    return next((m.record.display_title for m in members if m.record.abstract), members[0].record.display_title)
