"""The last run and the state of the store as a Prometheus text file.

Only scopes that are harvested every night are shown: a backfill that failed once would otherwise raise
an alert for ever, and every list of ids would make a series of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from variorum.config import Settings
from variorum.errors import BadInputError
from variorum.pipeline.ingesting import IngestResult
from variorum.pipeline.plans import Plan, make_plan
from variorum.reports.run_report import outcome_view
from variorum.reports.views import harvest_view
from variorum.schema.harvest import Since
from variorum.store import checkpoints, harvests, matches, monitoring, reporting, runs
from variorum.store.engine import Connection

ScopeOf = tuple[str, str]
"""A source and one of its scopes."""

STATUSES = ("ok", "needs_a_human", "not_now", "failed", "running")
RESULTS = ("new", "changed", "unchanged", "quarantined", "skipped")
"""What becomes of an entry; together they are the entries seen."""

Samples = Iterable[tuple[Sequence[str], float]]


def watched_scopes(settings: Settings, plans: Sequence[Plan]) -> set[ScopeOf]:
    """What is to be shown: the nightly scopes of all sources that are enabled, and those of this run."""
    found = {(plan.source.name, name) for plan in plans for name in (plan.standing, plan.scope_name)}
    for name, own in settings.sources.items():
        # A source that cannot be planned is told by the run that asks for it.
        with suppress(BadInputError):
            if own.enabled:
                found.add((name, make_plan(settings, name, Since()).standing))
    return found


def metrics_text(
    connection: Connection, result: IngestResult, watched: Collection[ScopeOf], now: datetime | None = None
) -> bytes:
    """The metrics in Prometheus' text format; the same state always gives the same bytes."""
    registry = CollectorRegistry()
    registry.register(_Prepared(_families(connection, result, watched, now or datetime.now(UTC))))
    return generate_latest(registry)


@dataclass(frozen=True, eq=False)
class _Prepared(Collector):
    """Metrics that are known already, for a registry that wants to collect them."""

    families: Sequence[GaugeMetricFamily]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self.families


def _gauge(name: str, told: str, labels: Sequence[str], samples: Samples) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"variorum_{name}", told, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _families(
    connection: Connection, result: IngestResult, watched: Collection[ScopeOf], now: datetime
) -> list[GaugeMetricFamily]:
    return [
        *_of_run(connection, result),
        *_of_harvests(_last_harvests(connection, result, watched)),
        *_of_checkpoints(connection, watched, now),
        *_of_store(connection),
    ]


def _of_run(connection: Connection, result: IngestResult) -> list[GaugeMetricFamily]:
    run = runs.get(connection, result.run_id)
    assert run is not None  # noqa: S101 - the run has just written its row
    assert run.finished_at is not None  # noqa: S101
    began, ended = _seconds(run.started_at), _seconds(run.finished_at)
    return [
        _gauge("build_info", "Version of the program; always 1.", ["version"], [([run.software], 1)]),
        _gauge("run_exit_code", "Exit code of the last ingest run.", [], [((), int(result.exit_code))]),
        _gauge("run_duration_seconds", "How long the last ingest run took.", [], [((), round(ended - began, 3))]),
        _gauge("run_end_timestamp_seconds", "When the last ingest run ended.", [], [((), ended)]),
    ]


def _last_harvests(
    connection: Connection, result: IngestResult, watched: Collection[ScopeOf]
) -> dict[ScopeOf, Mapping[str, Any]]:
    """The last harvest of each scope: as this run knows it, else as the ledger has it."""
    known: dict[ScopeOf, Mapping[str, Any]] = {
        (row.source, row.scope): harvest_view(row) for row in harvests.latest(connection)
    }
    known |= {(one.source, one.scope): outcome_view(one) for one in result.outcomes}
    return {scope: known[scope] for scope in sorted(watched) if scope in known}


def _of_harvests(last: Mapping[ScopeOf, Mapping[str, Any]]) -> list[GaugeMetricFamily]:
    scope = ["source", "scope"]
    statuses = [((*one, status), float(view["status"] == status)) for one, view in last.items() for status in STATUSES]
    codes = [((*one, code), 1.0) for one, view in last.items() for code in _codes(view)]
    results = [((*one, name), view["counts"].get(name, 0)) for one, view in last.items() for name in RESULTS]
    resumed = [(one, _seconds(view["resume_at"])) for one, view in last.items() if view["resume_at"]]
    return [
        _gauge("harvest_status", "How the last harvest ended: 1 for that status.", [*scope, "status"], statuses),
        _gauge("harvest_code", "Why it ended so, and its alarms; always 1.", [*scope, "code"], codes),
        _gauge("harvest_alarms", "Alarms of the last harvest.", scope, _each(last, lambda view: len(view["alarms"]))),
        _gauge("harvest_pages", "Answers taken in the last harvest.", scope, _each(last, lambda view: view["pages"])),
        _gauge(
            "harvest_entries_seen",
            "Entries seen in the last harvest.",
            scope,
            _each(last, lambda view: view["counts"].get("seen", 0)),
        ),
        _gauge("harvest_entries", "What became of the entries seen.", [*scope, "result"], results),
        _gauge(
            "harvest_resume_timestamp_seconds",
            "When the source wants to be asked again at the earliest.",
            scope,
            resumed,
        ),
    ]


def _each(last: Mapping[ScopeOf, Mapping[str, Any]], value: Callable[[Mapping[str, Any]], float]) -> Samples:
    return [(one, value(view)) for one, view in last.items()]


def _codes(view: Mapping[str, Any]) -> list[str]:
    return sorted({alarm["code"] for alarm in view["alarms"]} | ({view["code"]} if view["code"] else set()))


def _of_checkpoints(connection: Connection, watched: Collection[ScopeOf], now: datetime) -> list[GaugeMetricFamily]:
    scope = ["source", "scope"]
    ended = {key: at for key, at in sorted(monitoring.completed_at(connection).items()) if key in watched}
    reached = {
        (one.source, one.scope): date.fromisoformat(one.harvested_to)
        for one in checkpoints.every(connection)
        if one.harvested_to is not None and (one.source, one.scope) in watched
    }
    return [
        _gauge(
            "harvest_last_success_timestamp_seconds",
            "When a harvest of the scope last came to its end and counted.",
            scope,
            [(key, _seconds(at)) for key, at in ended.items()],
        ),
        _gauge(
            "checkpoint_timestamp_seconds",
            "Day up to which everything is here, as the time at which it began (UTC).",
            scope,
            [(key, _seconds(day.isoformat())) for key, day in reached.items()],
        ),
        _gauge(
            "checkpoint_age_days",
            "Days from that day to the day on which this was written.",
            scope,
            [(key, (now.astimezone(UTC).date() - day).days) for key, day in reached.items()],
        ),
    ]


def _of_store(connection: Connection) -> list[GaugeMetricFamily]:
    lines = reporting.by_source(connection)
    works, waiting = runs.live_works(connection), len(matches.review_pairs(connection))
    return [
        _gauge("store_records", "Records.", ["source"], [([one["source"]], one["records"]) for one in lines]),
        _gauge("store_works", "Works, redirects not counted.", [], [((), works)]),
        _gauge(
            "store_quarantine_open",
            "Rows in quarantine that nobody has settled.",
            ["source"],
            [([one["source"]], one["quarantined"]) for one in lines],
        ),
        _gauge("store_pairs_to_review", "Pairs of records that wait for a person.", [], [((), waiting)]),
    ]


def _seconds(stamp: str) -> float:
    """Seconds since 1970 of an ISO 8601 time; one without time zone is in UTC."""
    moment = datetime.fromisoformat(stamp)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
