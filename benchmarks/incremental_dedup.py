"""A dedup run after a night's harvest: 5,000 new records against a store that holds many, and one with nothing new.

Run with ``python benchmarks/incremental_dedup.py --records 20000``. Titles are drawn from the words of real ones, as
often as these have them; one record in five is another source's word on a publication that is there already.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import accumulate, islice
from pathlib import Path

from variorum.config import Settings
from variorum.pipeline.resolving import DedupResult, run_dedup
from variorum.pipeline.workspace import Workspace, open_workspace
from variorum.schema import Author, Identifier, Record
from variorum.store import pages, runs
from variorum.store.engine import writing

NEW = 5_000
AT_ONCE = 2_000
REPEATED = 0.2
FAMILIES = 20_000
VENUES = 2_000


def made_records(seed: int) -> Iterator[Record]:
    """Records without end; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - made data, not secrets
    lines = files("variorum.dedup").joinpath("title_words.txt").read_text().splitlines()
    pairs = [line.split() for line in lines if not line.startswith("#")]
    words = [(word, int(count)) for count, word in pairs if word != "*"]
    # Rare words make up the rest of any vocabulary.
    words += [(f"{one}{other}", 1) for (one, _), (other, _) in zip(words[200:], words[900:], strict=False)]
    vocabulary, weights = [word for word, _ in words], list(accumulate(count for _, count in words))
    syllables = "an bar chen dor el fis gro han is jo kim li mar no ou par qi ros sa tan ul vo wang xu ya zhu".split()
    surnames = ["".join(draw.choices(syllables, k=draw.randint(1, 3))).title() for _ in range(FAMILIES)]
    common = list(accumulate(1 / place for place in range(1, FAMILIES + 1)))
    recent: list[Record] = []
    number = 0
    while True:
        number += 1
        if recent and draw.random() < REPEATED:
            yield _restated(draw.choice(recent), f"{seed}-{number}", draw)
            continue
        title = " ".join(draw.choices(vocabulary, cum_weights=weights, k=draw.randint(6, 16))).capitalize()
        names = draw.choices(surnames, cum_weights=common, k=draw.randint(1, 5))
        doi = f"10.5555/{seed}.{number}"
        page = draw.randint(1, 2_000)
        own = Record(
            source="alpha",
            source_key=f"{seed}-{number}",
            format="made",
            kind="article-journal",
            title=title,
            authors=tuple(Author(name=f"A {name}", family=name, given="A", evidence="byline") for name in names),
            authors_complete=True,
            date=str(draw.randint(1990, 2025)),
            venue=f"Journal of {vocabulary[300 + draw.randint(0, VENUES)]} Research",
            volume=str(draw.randint(1, 60)),
            pages=f"{page}-{page + 9}",
            identifiers=(Identifier(scheme="doi", value=doi, raw=doi),) if draw.random() < 0.7 else (),
        )
        if len(recent) < FAMILIES:
            recent.append(own)
        else:
            recent[draw.randrange(FAMILIES)] = own
        yield own


def _restated(known: Record, key: str, draw: random.Random) -> Record:
    """The same publication as another source tells it: without this or that, and with a letter missing at times."""
    title = known.title or ""
    if draw.random() < 0.2:
        at = draw.randrange(1, len(title))
        title = title[:at] + title[at + 1 :]
    gone = {name: None for name in ("venue", "volume", "pages") if draw.random() < 0.3}
    if draw.random() < 0.5:
        gone["identifiers"] = ()  # type: ignore[assignment]
    return known.model_copy(update={"source": "beta", "source_key": key, "title": title, **gone})


def fill(workspace: Workspace, records: Iterator[Record], count: int) -> None:
    """Store records without pages on which they stand."""
    with writing(workspace.engine) as connection:
        run_id = runs.start(connection, "import", [], "", workspace.clock())
        for at in range(0, count, AT_ONCE):
            some: Sequence[Record] = list(islice(records, min(AT_ONCE, count - at)))
            pages.insert_records(connection, run_id, some)


def timed(workspace: Workspace, name: str, *, full: bool = False) -> None:
    """A dedup run and what it took."""
    start, busy = time.perf_counter(), time.process_time()
    result: DedupResult = run_dedup(workspace, full=full)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(
        f"{name:14} {result.records:>9,} records  {result.compared:>12,} pairs  {result.moved:>7,} moved"
        f"  {result.skipped_pairs:>13,} skipped  {seconds:7.2f} s, {busy:.2f} s of them busy",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--full", action="store_true", help="measure a run over everything, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        workspace = open_workspace(Settings(db=f"sqlite:///{path}", archive=Path(folder) / "archive"), create=True)
        records = made_records(1)
        start = time.perf_counter()
        fill(workspace, records, options.records)
        print(f"stored {options.records:,} records in {time.perf_counter() - start:.1f} s", flush=True)
        timed(workspace, "first run")
        for night in range(2):
            fill(workspace, records, NEW)
            timed(workspace, f"night {night + 1}")
        timed(workspace, "nothing new")
        if options.full:
            timed(workspace, "full", full=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory {peak:,.0f} MiB; store {path.stat().st_size / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
