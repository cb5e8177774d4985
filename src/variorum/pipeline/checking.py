"""Looking at one page of a source, fetched or saved, without storing anything: does it still read as it should."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from variorum.config import Settings
from variorum.errors import BadInputError, LayoutError
from variorum.pipeline.expectations import Alarm, page_alarm
from variorum.pipeline.plans import Plan, expectations_of, make_plan
from variorum.pipeline.reading import Page, read_file, read_page
from variorum.pipeline.workspace import open_workspace
from variorum.schema import Record
from variorum.schema.harvest import Since
from variorum.scrapers import decode
from variorum.store.engine import Engine, open_engine
from variorum.store.leases import HostPacer
from variorum.store.migrate import upgrade
from variorum.transport.client import Answer, Client

FIELDS = ("title", "authors", "abstract", "date", "venue", "subjects", "identifiers")
MOST_REQUESTS = 4
DAYS_BACK = 7


@dataclass(frozen=True)
class CheckResult:
    """What one page says.

    ``shares``: for each field the share of records that have it, 0 to 1. ``requests``: addresses asked.
    ``alarm``: why the page would not be believed.
    """

    source: str
    requests: tuple[str, ...]
    formats: tuple[str, ...]
    records: tuple[Record, ...]
    rejected: Counter[str]
    shares: dict[str, float]
    alarm: Alarm | None


def check_saved(settings: Settings, name: str, path: Path) -> CheckResult:
    """Read a saved page as the source's. Raises ``BadInputError`` when it cannot be read at all."""
    return _checked(settings, read_page(read_file(path, settings.max_file_mib), name), (str(path),))


def check_live(settings: Settings, name: str, stop: threading.Event) -> CheckResult:
    """Fetch one page that should hold publications: what the nightly run would ask for first, of the last week.

    Raises what fetching raises.
    """
    day = (datetime.now(UTC) - timedelta(days=DAYS_BACK)).date().isoformat()
    plan = make_plan(settings, name, Since(day))
    with _engine(settings) as engine:
        pacer = HostPacer(engine, stop)
        with Client(contact=settings.contact, pacer=pacer, stop=stop) as client:
            return _first_page(settings, plan, client)


def _first_page(settings: Settings, plan: Plan, client: Client) -> CheckResult:
    steps = plan.starting(plan.scope.day if isinstance(plan.scope, Since) else None)
    position = steps.begin()
    asked: list[str] = []
    for _ in range(MOST_REQUESTS):
        request = steps.request(position)
        asked.append(request.url)
        answer: Answer = client.fetch(request, plan.manners)
        try:
            step = steps.follow(position, decode(answer.body))
            if step.holds:
                return _checked(settings, read_page(answer.body, plan.source.name, request.url), tuple(asked))
        except LayoutError as error:
            return _without_page(plan, asked, Alarm(error.code, error.message))
        if step.next is None:
            break
        position = step.next
    told = "nothing new in the last week" if plan.channel.steady else "the page lists nothing today"
    return _without_page(plan, asked, Alarm("no_entries", told))


def _without_page(plan: Plan, asked: list[str], alarm: Alarm) -> CheckResult:
    return CheckResult(plan.source.name, tuple(asked), (), (), Counter(), {}, alarm)


def _checked(settings: Settings, page: Page, requests: tuple[str, ...]) -> CheckResult:
    records = tuple(sighting.statement for sighting in page.sightings)
    alive = [record for record in records if "deleted" not in record.flags]
    shares = {
        field: round(sum(1 for record in alive if getattr(record, field)) / len(alive), 3) for field in FIELDS if alive
    }
    whole = page.rejection
    alarm = Alarm(whole.code, whole.message) if whole else page_alarm(expectations_of(settings, page.source), page)
    formats = tuple(sorted({record.format for record in records}))
    rejected = Counter(one.code for one in page.rejections)
    return CheckResult(page.source.name, requests, formats, records, rejected, shares, alarm)


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    """The database, whose leases pace all processes; a passing one where there is none yet."""
    engine = _known_engine(settings)
    if engine is not None:
        yield engine
        return
    with tempfile.TemporaryDirectory(prefix="variorum-check-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'leases.db'}")
        upgrade(engine)
        try:
            yield engine
        finally:
            engine.dispose()


def _known_engine(settings: Settings) -> Engine | None:
    try:
        return open_workspace(settings).engine
    except BadInputError as error:
        if error.code != "no_database":
            raise
        return None
