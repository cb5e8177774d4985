"""The least that deduplicating a set can cost here: ``limit.py RECORDS``. Runs in Splink's environment (DuckDB).

Three parts, each by the fastest means at hand, on all processors: read the file and keep what is compared; join
records into pairs that share a DOI, the opening of the title, or first author, year and page; compare the titles of
each pair once, by bare calls of rapidfuzz. Nothing is decided, merged or written, so no tool can be as quick and do
its work. Prints the parts as one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from itertools import pairwise
from pathlib import Path

import duckdb
from rapidfuzz.process import cpdist

AT_ONCE = 500_000
"""Pairs compared in one call, so that the lists stay small."""

CUT_OFF = 90
PARTS = ("read", "join", "compare")

READ = """
CREATE TABLE record AS SELECT
    row_number() OVER () - 1 AS number,
    regexp_replace(lower(title), '[^a-z0-9]+', ' ', 'g') AS title,
    left(regexp_replace(lower(title), '[^a-z0-9]+', '', 'g'), 20) AS opening,
    lower(doi) AS doi,
    regexp_extract(lower(authors), '[a-z]{3,}') AS author,
    year,
    regexp_extract(pages, '[0-9]+') AS page
FROM read_csv(?, header = true, all_varchar = true, max_line_size = 100000000)
"""

JOIN = """
CREATE TABLE pair AS
SELECT l.number AS one, r.number AS other FROM record l JOIN record r USING (doi) WHERE one < other AND doi <> ''
UNION
SELECT l.number, r.number FROM record l JOIN record r USING (opening) WHERE l.number < r.number AND opening <> ''
UNION
SELECT l.number, r.number FROM record l JOIN record r USING (author, year, page)
WHERE l.number < r.number AND page <> ''
"""


def seconds_of_parts(records: Path) -> dict[str, float]:
    """How long reading, joining and comparing took, and over how many pairs."""
    connection = duckdb.connect()
    marks = [time.perf_counter()]
    connection.execute(READ, [str(records)])
    marks.append(time.perf_counter())
    connection.execute(JOIN)
    marks.append(time.perf_counter())
    titles = [title or "" for (title,) in connection.execute("SELECT title FROM record ORDER BY number").fetchall()]
    found = connection.execute("SELECT one, other FROM pair").fetchnumpy()
    one, other = found["one"].tolist(), found["other"].tolist()
    for start in range(0, len(one), AT_ONCE):
        left = [titles[number] for number in one[start : start + AT_ONCE]]
        right = [titles[number] for number in other[start : start + AT_ONCE]]
        cpdist(left, right, score_cutoff=CUT_OFF, workers=os.cpu_count() or 1)
    marks.append(time.perf_counter())
    took = [after - before for before, after in pairwise(marks)]
    return {**dict(zip(PARTS, took, strict=True)), "pairs": len(one)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    print(json.dumps(seconds_of_parts(parser.parse_args().records)))


if __name__ == "__main__":
    main()
