"""What looking works up came to, as rows and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from variorum.pipeline.enriching import Enriched
from variorum.pipeline.lacking import Lacking
from variorum.pipeline.looking_up import Question


def enriched_row(one: Enriched) -> dict[str, Any]:
    """One work: what it lacked, who was asked with which outcome, what was filled."""
    return {
        "work_id": one.work.work_id,
        "title": one.work.known.display_title,
        "lacked": list(one.work.holes),
        "filled": list(one.filled),
        "lookups": [
            {"source": each.source, "query": each.query, "outcome": each.outcome, "message": each.message}
            for each in one.lookups
        ],
    }


def planned_rows(planned: Iterable[tuple[Lacking, Sequence[Question]]]) -> list[dict[str, Any]]:
    """What would be asked, a row for each question."""
    return [
        {
            "work_id": work.work_id,
            "title": work.known.display_title,
            "lacked": list(work.holes),
            "source": question.source,
            "query": question.query,
        }
        for work, asked in planned
        for question in asked
    ]
