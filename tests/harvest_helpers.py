"""What tests of harvests share: settings for a loopback server, a night's run, what is stored."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, select

from variorum.config import Settings
from variorum.pipeline import enriching, ingesting
from variorum.pipeline.ingesting import IngestResult, Orders, ingest
from variorum.pipeline.keeping import Event
from variorum.pipeline.outcomes import Outcome
from variorum.pipeline.plans import make_plan
from variorum.pipeline.workspace import Workspace
from variorum.schema.harvest import Scope, Since
from variorum.store import tables
from variorum.store.engine import reading, writing
from variorum.transport.client import Client

CONTACT = "tests@library.example"


def settings_for(sources: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Settings in which every source may be asked on loopback, without a gap."""
    usual = {"gap_seconds": 0, "allow_hosts": ["127.0.0.1"]}
    return Settings.model_validate(
        {"contact": CONTACT, "sources": {name: {**usual, **own} for name, own in sources.items()}}
    )


def run(
    workspace: Workspace,
    sources: Mapping[str, Mapping[str, Any]],
    *,
    scope: Scope | None = None,
    limit: int | None = None,
    accept_drop: bool = False,
    stop: threading.Event | None = None,
    events: list[Event] | None = None,
) -> IngestResult:
    """One run over the named sources, each with its settings."""
    settings = settings_for(sources)
    plans = [make_plan(settings, name, scope or Since()) for name in sources]
    orders = Orders("ingest", list(sources), settings.contact, limit, accept_drop)
    told = events if events is not None else []
    return ingest(workspace, plans, orders, stop or threading.Event(), told.append)


def night(workspace: Workspace, url: str, source: str = "arxiv", **own: Any) -> Outcome:
    """A nightly run of one source; how it ended."""
    return run(workspace, {source: {"url": f"{url}/oai", **own}}).outcomes[0]


def keys(workspace: Workspace, source: str = "arxiv") -> list[str]:
    """The stored records of a source, each once, in order."""
    with reading(workspace.engine) as connection:
        statement = select(tables.record.c.source_key).where(tables.record.c.source == source)
        return sorted(connection.execute(statement).scalars())


def later(workspace: Workspace) -> None:
    """Let the time pass that hosts asked to be left alone for."""
    with writing(workspace.engine) as connection:
        connection.execute(delete(tables.host_lease))


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again after hundredths of a second instead of seconds."""
    for module in (ingesting, enriching):
        monkeypatch.setattr(module, "Client", functools.partial(Client, backoff=0.01))
