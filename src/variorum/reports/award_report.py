"""Awards as rows and JSON: the grant, its publications, what these lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from variorum.pipeline.award_summaries import AwardSummary, Publication
from variorum.reports.views import title_of


def summary_row(summary: AwardSummary) -> dict[str, Any]:
    """One award in a line: what was found, what is new and incomplete, which sources failed."""
    details = summary.details
    return {
        "award": summary.number,
        "title": details.title if details else None,
        "institution": details.institution if details else None,
        "starts": details.starts if details else None,
        "ends": details.ends if details else None,
        "amount": details.amount if details else None,
        "found": len(summary.publications),
        "new": summary.new,
        "incomplete": summary.incomplete,
        "failed": [f"{one.source}: {one.code}" for one in summary.failed],
    }


def award_view(summary: AwardSummary) -> dict[str, Any]:
    """One award as JSON: what is stated of it with the pages that state it, its publications, who was asked."""
    return {
        "award": summary.number,
        "details": summary.details.model_dump(exclude={"id"}) if summary.details else None,
        "stated_on": [
            {"source": one.source, "uri": one.uri, "place": one.place, "captured_at": one.captured_at}
            for one in summary.stated
        ],
        "publications": [publication_row(one) for one in summary.publications],
        "asked": [
            {"source": one.source, "status": one.status, "code": one.code, "message": one.message}
            for one in summary.asked
        ],
    }


def publication_row(publication: Publication) -> dict[str, Any]:
    """One publication of an award: what it is called, its identifiers, and what it lacks."""
    own = {row.field: row.value for row in publication.fields if row.position == 0}
    return {
        "work_id": publication.work_id,
        "title": title_of(publication.fields, publication.members),
        "authors": [author["name"] for author in own.get("authors") or ()],
        "date": own.get("date"),
        "venue": own.get("venue"),
        "doi": _ids(publication, "doi"),
        "par_id": _ids(publication, "nsf_par"),
        "arxiv": _ids(publication, "arxiv"),
        "records": len(publication.members),
        "lacks": list(publication.holes),
    }


def _ids(publication: Publication, scheme: str) -> list[str]:
    found: Sequence[dict[str, Any]] = [row.value for row in publication.fields if row.field == "identifiers"]
    return [one["value"] for one in found if one["scheme"] == scheme and one["role"] == "self"]
