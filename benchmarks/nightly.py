"""A night on which nothing changed: 100,000 stored records are sent again, in other bytes, and nothing is written.

Run with ``make bench-nightly`` (RECORDS=n for another number). Prints rows written to each table, the time of both
nights, and beside them the least either could take: reading the same pages without storing them.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.loopback import serve
from tests.repository import Repository, papers

from variorum.config import Settings
from variorum.pipeline.ingesting import IngestResult, Orders, ingest
from variorum.pipeline.plans import make_plan
from variorum.pipeline.reading import read_page
from variorum.pipeline.workspace import Workspace, open_workspace
from variorum.schema.harvest import Since
from variorum.store import reporting
from variorum.store.engine import reading

PAGE = 1000
LEDGER = {"run", "harvest", "checkpoint", "host_lease"}
"""Tables that say what was run, not what was read."""


def night(workspace: Workspace, url: str) -> tuple[IngestResult, float]:
    own = {"arxiv": {"url": f"{url}/oai", "gap_seconds": 0, "allow_hosts": ["127.0.0.1"]}}
    settings = Settings.model_validate({"contact": "bench@library.example", "sources": own})
    orders = Orders("ingest", ["arxiv"], settings.contact)
    start = time.perf_counter()
    result = ingest(workspace, [make_plan(settings, "arxiv", Since())], orders, threading.Event())
    return result, time.perf_counter() - start


def sizes(workspace: Workspace) -> Mapping[str, int]:
    with reading(workspace.engine) as connection:
        return reporting.table_sizes(connection)


def bare_seconds(repository: Repository) -> float:
    """Reading all pages, without fetching or storing them."""
    start = time.perf_counter()
    for at in range(0, len(repository.papers), PAGE):
        some = "".join(map(repository.record, repository.papers[at : at + PAGE]))
        read_page(repository.says("ListRecords", f"<ListRecords>{some}</ListRecords>").body, "arxiv")
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    count = parser.parse_args().records
    known = papers(count, per_day=count // 20 or 1)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        workspace = open_workspace(Settings(db=url, archive=Path(folder) / "archive"), create=True)
        first = Repository(known, page_size=PAGE)
        with serve(first) as server:
            result, seconds = night(workspace, server.url)
        print(
            f"first night    {result.counts['new']:>8,} new        {seconds:8.1f} s  {count / seconds:8,.0f} records/s"
        )
        before = sizes(workspace)
        resent = [replace(paper, day="2026-11-19") for paper in known]
        with serve(Repository(resent, page_size=PAGE, served="2026-11-21T00:00:00Z")) as server:
            result, seconds = night(workspace, server.url)
        after = sizes(workspace)
        again = result.counts["unchanged"]
        print(f"same again     {again:>8,} unchanged  {seconds:8.1f} s  {count / seconds:8,.0f} records/s", flush=True)
        bare = bare_seconds(first)
        print(f"reading alone  {count:>8,} read       {bare:8.1f} s  {seconds / bare:8.1f} x for the night")
        written = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        content = {name: rows for name, rows in written.items() if name not in LEDGER}
        print(f"rows written to content tables: {sum(content.values())} {content or ''}; to the ledger: {written}")
        print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB, server included")
        if content:
            raise SystemExit("a night without news wrote content")


if __name__ == "__main__":
    main()
