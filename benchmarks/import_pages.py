"""What reading and storing pages costs, beside the least it could cost on this machine.

Run with ``make bench``. Pages are the Scholar Feed sample with its words drawn anew, so that every entry is a
new record. Limits, measured in the same rounds: splitting the page's text into lines, and inserting as many
rows as an import writes through the bare driver. Figures are medians.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from variorum.config import Settings
from variorum.pipeline.importing import import_files
from variorum.pipeline.reading import read_page
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import open_workspace
from variorum.store import reporting
from variorum.store.engine import reading

SEED = next((Path(__file__).parent.parent / "fixtures" / "seeds").glob("003*.txt"))
PAGES = 60
ROUNDS = 5


def made_pages() -> list[bytes]:
    """Pages whose titles and abstracts are drawn from the sample's words, in the sample's lengths."""
    lines = SEED.read_text("utf-8").split("\n")
    vocabulary = sorted({word for line in lines[2::3] for word in line.split(" ")})
    pages = []
    for number in range(PAGES):
        draw = random.Random(number)  # noqa: S311 - made data, not secrets
        changed = [
            _redrawn(line, vocabulary, draw, keep=8 if i % 3 == 1 else 1) if i % 3 else line
            for i, line in enumerate(lines)
        ]
        pages.append("\n".join(changed).encode())
    return pages


def _redrawn(line: str, vocabulary: list[str], draw: random.Random, keep: int) -> str:
    """As many words as the line has, but for the last ones (the byline, the full stop)."""
    words = line.split(" ")
    return " ".join([*draw.choices(vocabulary, k=max(len(words) - keep, 1)), *words[-keep:]])


def seconds(job: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print medians with their ratios to the limit."""
    pages = made_pages()
    times: dict[str, list[float]] = {name: [] for name in ("split", "read", "bare insert", "import", "dedup")}
    entries = rows = 0
    for _ in range(ROUNDS):
        times["split"].append(seconds(lambda: [page.decode().split("\n") for page in pages]))
        times["read"].append(seconds(lambda: [read_page(page) for page in pages]))
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, page in enumerate(pages):
                paths.append(Path(folder) / f"{number}.txt")
                paths[-1].write_bytes(page)
            workspace = open_workspace(Settings(db=f"sqlite:///{folder}/bench.db"), create=True)
            times["import"].append(seconds(lambda: import_files(workspace, paths)))  # noqa: B023
            times["dedup"].append(seconds(lambda: run_dedup(workspace)))  # noqa: B023
            with reading(workspace.engine) as connection:
                sizes = reporting.table_sizes(connection)
            workspace.engine.dispose()
            entries, rows = sizes["sighting"], sum(sizes.values())
            payload = "x" * 2_000
            times["bare insert"].append(seconds(lambda: bare_insert(Path(folder) / "bare.db", rows, payload)))  # noqa: B023
    print(f"{PAGES} pages, {entries:,} entries, {rows:,} rows; median of {ROUNDS} rounds")
    limits = {"split": None, "read": "split", "bare insert": None, "import": "bare insert", "dedup": None}
    for name, limit in limits.items():
        middle = statistics.median(times[name])
        ratio = f"{middle / statistics.median(times[limit]):7.1f} × {limit}" if limit else ""
        print(f"{name:12} {middle:8.3f} s {entries / middle:12,.0f} entries/s {ratio}")


def bare_insert(path: Path, rows: int, payload: str) -> None:
    """As many rows as an import writes, a page's worth per transaction, through the bare driver."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, payload TEXT)")
    for _ in range(PAGES):
        with connection:
            connection.executemany("INSERT INTO t (payload) VALUES (?)", [(payload,)] * (rows // PAGES))
    connection.close()


if __name__ == "__main__":
    main()
