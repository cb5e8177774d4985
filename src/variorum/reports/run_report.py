"""What a run over sources did, source by source: for people, programs and monitoring."""

from __future__ import annotations

from typing import Any

from variorum.pipeline.harvesting import Outcome
from variorum.pipeline.ingesting import IngestResult


def ingest_view(result: IngestResult) -> dict[str, Any]:
    """The run as JSON: its exit code, all counts, and each source's part."""
    return {
        "id": result.run_id,
        "exit_code": int(result.exit_code),
        "counts": dict(result.counts),
        "sources": [outcome_view(outcome) for outcome in result.outcomes],
    }


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
        "counts": dict(outcome.counts),
        "missing": list(outcome.missing),
    }


def harvest_rows(result: IngestResult) -> list[dict[str, Any]]:
    """Rows for a table: the counts, and in words what there is to know."""
    return [
        {**outcome_view(outcome), **outcome.counts, "told": "; ".join(_told(outcome))} for outcome in result.outcomes
    ]


def _told(outcome: Outcome) -> list[str]:
    told = [f"{alarm.code}: {alarm.message}" for alarm in outcome.alarms]
    if outcome.message and not outcome.alarms:
        told.append(f"{outcome.code}: {outcome.message}")
    if outcome.newly_quarantined:
        told.append(f"{outcome.newly_quarantined} newly quarantined")
    if outcome.missing:
        shown = ", ".join(outcome.missing[:3])
        told.append(f"{len(outcome.missing)} not found: {shown}{' …' if len(outcome.missing) > 3 else ''}")
    return told
