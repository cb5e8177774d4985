"""What a run over sources did, source by source: for people, programs and monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from variorum.pipeline.ingesting import IngestResult
from variorum.pipeline.outcomes import Outcome
from variorum.store.tables import HARVEST_COUNTS


def ingest_view(result: IngestResult) -> dict[str, Any]:
    """The run as JSON: its exit code, all counts, and each source's part."""
    return {
        "id": result.run_id,
        "exit_code": int(result.exit_code),
        "counts": all_counts(result.counts),
        "sources": [outcome_view(outcome) for outcome in result.outcomes],
    }


def all_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """All counts of a harvest, those that are nothing too."""
    return {name: counts.get(name, 0) for name in HARVEST_COUNTS}


def outcome_view(outcome: Outcome) -> dict[str, Any]:
    """One source's part in a run."""
    return {
        "source": outcome.source,
        "scope": outcome.scope,
        "status": outcome.status,
        "code": outcome.code,
        "message": outcome.message,
        "alarms": [{"code": alarm.code, "message": alarm.message} for alarm in outcome.alarms],
        "resume_at": outcome.resume_at,
        "pages": outcome.pages,
        "counts": all_counts(outcome.counts),
        "missing": [one.key for one in outcome.missed],
    }


def harvest_row(view: Mapping[str, Any]) -> dict[str, Any]:
    """A source's part in a run, as a row for a table: its counts, and in words what there is to know."""
    told = [f"{alarm['code']}: {alarm['message']}" for alarm in view["alarms"]]
    if not told and view["code"]:
        told = [f"{view['code']}: {view['message']}"]
    return {**view, **view["counts"], "told": "; ".join(told)}
