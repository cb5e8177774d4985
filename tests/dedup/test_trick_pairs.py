"""Pairs that are easily judged wrongly, each with the verdict that a librarian would give."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from variorum.dedup.blocking import blocking_of, candidate_pairs
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.matching import judge
from variorum.pipeline.statements import statement_of_row
from variorum.scrapers import Row, read_rows

PAIRS = Path(__file__).parent.parent.parent / "fixtures" / "pairs.csv"
ABOUT = PAIRS.with_suffix(".md")
PAIR_COLUMNS = ["id", "expected", "reason", "why"]
SIDE_COLUMNS = "source type title authors year venue volume issue pages doi abstract isbn".split()
FEWEST = {"not_same": 140, "same": 100}
FEWEST_OF_A_TRAP = 5
TELLING = ("title", "authors", "doi", "abstract")


def verdicts(pairs: list[tuple[dict[str, str], dict[str, str]]]) -> list[str]:
    """``same`` or ``not_same`` for each pair, judged as if there were no other records."""
    sides = [side for pair in pairs for side in pair]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(sides[0]))
    writer.writeheader()
    writer.writerows(sides)
    text.seek(0)
    rows = [row for row in read_rows(text, "csv") if isinstance(row, Row)]
    said = [statement for row in rows if isinstance(statement := statement_of_row(row, ""), Statement)]
    features = {record.ref: record for record in map(features_of, said)}
    return [_verdict(features[a["id"]], features[b["id"]]) for a, b in pairs]


def _verdict(a: Features, b: Features) -> str:
    met = len(candidate_pairs(blocking_of([a, b]), workers=1)) == 1
    return "same" if met and judge(a, b).verdict == "same" else "not_same"


def _rows() -> list[dict[str, str]]:
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def _side(row: dict[str, str], prefix: str) -> dict[str, str]:
    return {"id": f"{row['id']}:{prefix}"} | {name: row[f"{prefix}_{name}"] for name in SIDE_COLUMNS}


ROWS = _rows()


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """The verdicts by the pairs' ids; all in one call, for a start of the program each would be slow."""
    given = verdicts([(_side(row, "a"), _side(row, "b")) for row in ROWS])
    return dict(zip((row["id"] for row in ROWS), given, strict=True))


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_verdict_is_a_librarians(row: dict[str, str], found: dict[str, str]) -> None:
    assert found[row["id"]] == row["expected"], row["why"]


# The file itself


def test_columns_are_those_that_are_known() -> None:
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines, strict=True)
    assert header == PAIR_COLUMNS + [f"{prefix}_{name}" for prefix in "ab" for name in SIDE_COLUMNS]
    assert {len(row) for row in rows} == {len(header)}


def test_there_are_enough_pairs() -> None:
    counts = Counter(row["expected"] for row in ROWS)
    assert counts.keys() == FEWEST.keys()
    assert all(counts[name] >= fewest for name, fewest in FEWEST.items()), counts


def test_each_trap_is_set_more_than_once() -> None:
    counts = Counter(row["reason"] for row in ROWS if row["expected"] == "not_same")
    assert {reason for reason, count in counts.items() if count < FEWEST_OF_A_TRAP} == set()


def test_ids_are_unique_and_begin_with_their_reason() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert re.fullmatch(rf"{row['reason']}-[1-9]\d*", row["id"]), row["id"]


def test_a_reason_stands_for_one_verdict() -> None:
    expected = {row["reason"]: row["expected"] for row in ROWS}
    assert [row["id"] for row in ROWS if row["expected"] != expected[row["reason"]]] == []


def test_reasons_are_given_in_a_sentence() -> None:
    assert [row["id"] for row in ROWS if not re.fullmatch(r"\S.{10,160}\.", row["why"])] == []


@pytest.mark.parametrize("prefix", ["a", "b"])
def test_no_side_is_empty(prefix: str) -> None:
    sides = [_side(row, prefix) for row in ROWS]
    assert [side["id"] for side in sides if not any(side[name] for name in TELLING)] == []


def test_different_publications_differ_in_what_they_say() -> None:
    def statement(row: dict[str, str], prefix: str) -> tuple[str, ...]:
        return tuple(row[f"{prefix}_{name}"] for name in SIDE_COLUMNS if name != "source")

    traps = [row for row in ROWS if row["expected"] == "not_same"]
    assert [row["id"] for row in traps if statement(row, "a") == statement(row, "b")] == []


def test_no_pair_stands_there_twice() -> None:
    sides = [frozenset(tuple(row[f"{prefix}_{name}"] for name in SIDE_COLUMNS) for prefix in "ab") for row in ROWS]
    assert len(set(sides)) == len(sides)


def test_the_cases_that_the_description_names_are_there() -> None:
    named = set(re.findall(r"`([a-z_]+-\d+)`", ABOUT.read_text(encoding="utf-8")))
    assert named
    assert named <= {row["id"] for row in ROWS}
