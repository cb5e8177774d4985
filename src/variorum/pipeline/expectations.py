"""Alarms: a page that no longer looks like its source's, a harvest that shrank.

A page is judged by what its source declares (``Expectations``), a harvest by the ones before it.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from variorum.pipeline.reading import Page
from variorum.schema import Record, Rejection
from variorum.scrapers import Expectations


@dataclass(frozen=True)
class Alarm:
    """Something a person should look at: a code and what was seen."""

    code: str
    message: str


RecordKey = tuple[str, str]
"""A record's identity: source and source key."""

STRAYS = 2
"""So many bad entries a page of any size may have: shares of a dozen entries say little."""


def page_alarm(expects: Expectations, page: Page) -> Alarm | None:
    """Why the page is not to be believed; None when it is what its source's pages are."""
    if page.seen < expects.entries:
        return None
    if len(page.rejections) > max(STRAYS, expects.rejected * page.seen):
        codes = ", ".join(sorted({rejection.code for rejection in page.rejections}))
        return Alarm("drift_rejected", f"{len(page.rejections)} of {page.seen} entries could not be read ({codes})")
    records = [one.statement for one in page.sightings if "deleted" not in one.statement.flags]
    if len(records) < expects.entries:
        return None
    for field, share in expects.required:
        having = sum(1 for record in records if _has(record, field))
        if len(records) - having > max(STRAYS, (1 - share) * len(records)):
            return Alarm(
                f"drift_{field}", f"{having} of {len(records)} records have {field}; at least {share:.0%} should"
            )
    title, alike = Counter(record.title for record in records).most_common(1)[0]
    if title is not None and alike > max(STRAYS, expects.same_title * len(records)):
        return Alarm("drift_title", f"{alike} of {len(records)} records are called {title[:80]!r}")
    return None


WATCHED = ("abstract", "authors", "date", "title")
LOST_SHARE = 0.5


def may_have_lost(page: Page) -> bool:
    """Whether so many records lack a watched field that what is stored of them should be looked at."""
    now = [one.statement for one in page.sightings if "deleted" not in one.statement.flags]
    return any(sum(1 for one in now if not _has(one, field)) > STRAYS for field in WATCHED)


def loss_alarm(expects: Expectations, page: Page, stored: Mapping[RecordKey, Record]) -> Alarm | None:
    """An alarm when most of the page's records that are stored with a field come without it now.

    ``stored``: the page's records as they are stored. Compared are statements in the same format: what
    a format never tells is not lost.
    """
    now = [one.statement for one in page.sightings if "deleted" not in one.statement.flags]
    pairs = [(stored[one.source, one.source_key], one) for one in now if (one.source, one.source_key) in stored]
    alike = [(before, after) for before, after in pairs if before.format == after.format]
    for field in WATCHED:
        had = [after for before, after in alike if _has(before, field)]
        lost = sum(1 for after in had if not _has(after, field))
        if len(had) >= expects.entries and lost > max(STRAYS, LOST_SHARE * len(had)):
            return Alarm(f"drift_{field}", f"{lost} of {len(had)} records that had {field} have none now")
    return None


def _has(record: Record, field: str) -> bool:
    value = getattr(record, field)
    return value is not None and value != ()


def refused(page: Page, alarm: Alarm, *, stage: Literal["fetch", "page"] = "page") -> Page:
    """The page as one that is not believed: nothing of it is taken, for the reason the alarm gives."""
    why = Rejection(code=alarm.code, message=alarm.message, place="page", stage=stage)
    return Page(page.source, (), (why,), refused=True)


SHORT_PAGE = 0.6
"""A page with more to come that holds less than this share of the largest before it has lost something."""


def short_page_alarm(entries: int, largest: int, expects: Expectations) -> Alarm | None:
    """An alarm when a page in mid-list is much shorter than those before it."""
    if largest >= expects.entries and entries < SHORT_PAGE * largest:
        return Alarm("short_page", f"a page in mid-list has {entries} entries; others have up to {largest}")
    return None


LEAST_HISTORY = 3
SMALLEST_MEDIAN = 20
SHARE_OF_MEDIAN = 0.2
LONG_HISTORY = 5
SHARE_OF_LEAST = 0.6


def yield_alarm(entries: int, before: Sequence[int]) -> Alarm | None:
    """An alarm when a complete harvest brought far less than the last ones.

    ``before`` holds what each of those brought. With three of them, less than a fifth of their median is
    an alarm; with five, so is less than three fifths of the least: what never went below 1,000 in a week
    does not bring 500. Sources that bring a handful are left alone.
    """
    if len(before) < LEAST_HISTORY or statistics.median(before) < SMALLEST_MEDIAN:
        return None
    usual = statistics.median(before)
    too_few = entries < SHARE_OF_MEDIAN * usual
    fewest = len(before) >= LONG_HISTORY and entries < SHARE_OF_LEAST * min(before)
    if not too_few and not fewest:
        return None
    return Alarm(
        "harvest_shrank",
        f"{entries:,} entries; the last {len(before)} harvests brought {min(before):,} to {max(before):,} "
        f"(median {usual:,.0f}); if that is right, run again with --accept-drop",
    )
