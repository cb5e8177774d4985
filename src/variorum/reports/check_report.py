"""What looking at one page of a source found, for people and programs."""

from __future__ import annotations

from typing import Any

from variorum.pipeline.checking import CheckResult

SHOWN = 3


def check_view(result: CheckResult) -> dict[str, Any]:
    """The findings as JSON; ``examples`` are the page's first records."""
    alarm = result.alarm
    return {
        "source": result.source,
        "requests": list(result.requests),
        "formats": list(result.formats),
        "records": len(result.records),
        "rejected": dict(result.rejected),
        "shares": result.shares,
        "alarm": {"code": alarm.code, "message": alarm.message} if alarm else None,
        "examples": [
            {
                "source_key": record.source_key,
                "title": record.display_title,
                "authors": [author.name for author in record.authors],
                "date": record.date,
            }
            for record in result.records[:SHOWN]
        ],
    }


def check_rows(result: CheckResult) -> list[dict[str, str]]:
    """The findings as rows of two cells."""
    view = check_view(result)
    rejected = ", ".join(f"{number} {code}" for code, number in sorted(view["rejected"].items()))
    rows = [
        ("source", result.source),
        *(("asked", request) for request in result.requests),
        ("read as", ", ".join(result.formats) or "nothing"),
        ("records", str(view["records"])),
        ("rejected", rejected or "none"),
        *((f"with {field}", f"{share:.0%}") for field, share in result.shares.items()),
        ("alarm", f"{result.alarm.code}: {result.alarm.message}" if result.alarm else "none"),
        *(("example", _line(example)) for example in view["examples"]),
    ]
    return [{"what": what, "value": value} for what, value in rows]


def _line(example: dict[str, Any]) -> str:
    names = example["authors"]
    byline = ", ".join(names[:2]) + (" et al." if len(names) > 2 else "")
    return " · ".join(part for part in (example["source_key"], example["title"], byline, example["date"]) if part)
