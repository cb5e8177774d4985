"""docs/dedup.md against the code: its example is what the program prints, its tables name all there is.

``python -m tests.test_dedup_doc`` writes what the program prints now into the document.
"""

from __future__ import annotations

import csv
import inspect
import itertools
import re
from contextlib import redirect_stderr, redirect_stdout
from functools import cache, partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from variorum.cli._output import print_table
from variorum.dedup import blocking, clustering, guards, keys, places, title_guards
from variorum.dedup.engines import local
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.folding import STOP_WORDS
from variorum.dedup.matching import KEPT, judge
from variorum.dedup.model import shipped
from variorum.dedup.screening import LEVELS, shipped_screen
from variorum.dedup.telling_words import TellingWords
from variorum.pipeline import file_chunks
from variorum.pipeline.file_dedup import dedup_files
from variorum.pipeline.statements import statement_of_row
from variorum.reports.explain import waterfall
from variorum.scrapers import _table_spans, guess_format, markup_of, read_rows

DOC = Path(__file__).parent.parent / "docs" / "dedup.md"


# The example


def _refreshed(text: str) -> str:
    """The document with what the program says of its example."""
    [table] = re.findall(r"^`tiny\.csv`:\n\n```csv\n(.*?)^```$", text, re.S | re.M)
    for name, written in _files(table).items():
        text = re.sub(
            rf"(^`{name}` .*?```csv\n).*?(?=^```$)", partial(_behind, written), text, count=1, flags=re.S | re.M
        )
    records = _records(table)

    def told(match: re.Match[str]) -> str:
        return match[1] + _waterfall(records[match[2]], records[match[3]])

    return re.sub(r"(\(`(\w+)`, `(\w+)`\):\n\n```text\n).*?(?=^```$)", told, text, flags=re.S | re.M)


def _behind(written: str, match: re.Match[str]) -> str:
    return match[1] + written


@cache
def _files(table: str) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        given, *results = (Path(folder) / name for name in ("tiny.csv", "clusters.csv", "pairs.csv"))
        given.write_text(table)
        dedup_files([given], *results, {}, workers=1)
        return {path.name: path.read_text().replace("\r", "") for path in results}


def _records(table: str) -> dict[str, Features]:
    kind = guess_format("tiny.csv")
    said = [statement_of_row(row, markup_of(kind)) for row in read_rows(StringIO(table), kind, columns={})]  # type: ignore[arg-type]
    return {record.ref: record for record in map(features_of, said)}  # type: ignore[arg-type]


def _waterfall(a: Features, b: Features) -> str:
    with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()):
        print_table(waterfall(judge(a, b), (a, b)), ["*evidence", ">log-odds", ">so far", "different │ same"])
    return "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())


def test_the_example_is_what_the_program_prints() -> None:
    assert DOC.read_text() == _refreshed(DOC.read_text())


def test_the_example_shows_what_the_text_says_of_it() -> None:
    [table] = re.findall(r"^`tiny\.csv`:\n\n```csv\n(.*?)^```$", DOC.read_text(), re.S | re.M)
    written = {name: list(csv.DictReader(StringIO(text))) for name, text in _files(table).items()}
    home = {row["id"]: row["cluster_id"] for row in written["clusters.csv"]}
    assert home["a1"] == home["a2"] == home["a3"]
    assert len(set(home.values())) == len(home) - 2
    verdicts = {(row["id1"], row["id2"]): row["verdict"] for row in written["pairs.csv"]}
    assert verdicts["a1", "a2"] == verdicts["a3", "d1"] == "same"
    assert verdicts["a2", "c1"] == "related"
    assert [pair for pair, verdict in verdicts.items() if verdict == "review"] == [("a3", "b1"), ("f1", "f2")]
    records = _records(table)
    assert [o.guard for o in judge(records["a1"], records["d1"]).objections] == ["another_form"]
    assert [told.split("\n")[0].split()[0] for told in _told()] == ["evidence"] * 3


def _told() -> list[str]:
    return re.findall(r"`\w+`\):\n\n```text\n(.*?)^```$", DOC.read_text(), re.S | re.M)


# The tables


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table whose head begins like that."""
    [body] = re.findall(rf"^\| {heading} \|.*\n\|[-: |]+\n((?:\|.*\n)+)", DOC.read_text(), re.M)
    return [row.strip("|\n").split("|") for row in body.splitlines()]


def _coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


EVERYTHING = Statement(
    ref="x:1",
    title="Extraordinary knots made fast: on ropes",
    byline="Ann Roe, Bob Doe",
    year="2020",
    volume="3",
    pages="12-30",
    identifiers=(("doi", "10.1000/a1"),),
    abstract="Ships count seabirds by eye, which needs light, patience and a place to stand.",
)
"""A record that has all of which keys are made."""


def test_all_kinds_of_keys_are_told() -> None:
    columns = keys.columns_of([features_of(EVERYTHING)])
    words, names = TellingWords.of(columns.titles, STOP_WORDS), keys._names(columns.bylines)
    made = list(keys._kinds(columns, words, names, TellingWords.of(columns.abstracts, frozenset())))
    assert all(len(kind.hashes) for kind in made)
    told = {name: "yes" in row[2] for row in _rows("key") for name in _coded(row[0])}
    assert told == {kind.name: kind.strength > 0 for kind in made}


def test_all_that_the_screen_looks_at_is_told() -> None:
    told = {name: _spelt_out(row[1]) for row in _rows("looked at") for name in _coded(row[0])}
    assert told == {feature: set(levels) for feature, levels in LEVELS.items()}
    assert told == {feature: set(weights) for feature, weights in shipped_screen().weights.items()}


def _spelt_out(cell: str) -> set[str]:
    """The levels in a cell, with "`a_1` to `a_3`" and "`a` or `b`, each with `_c` or `_d`" taken apart."""
    runs = re.findall(r"`(\w+_)(\d+)` to `\1(\d+)`", cell)
    levels = {f"{name}{number}" for name, first, last in runs for number in range(int(first), int(last) + 1)}
    beginnings, each, endings = cell.partition("each with")
    if not each:
        return levels | set(_coded(cell))
    ends = [name for name in _coded(endings) if name.startswith("_")]
    apart = set(_coded(endings)) - set(ends)
    return apart | {beginning + end for beginning, end in itertools.product(_coded(beginnings), ends)}


def test_all_levels_are_told() -> None:
    told: dict[str, set[str]] = {}
    for row in _rows(r"feature \| levels"):
        told.setdefault(_coded(row[0])[0], set()).update(_coded(row[1]))
    [weightless] = re.findall(r"^\*\*Weighing nothing\*\*: (.*?)\n\n", DOC.read_text(), re.S | re.M)
    weighing = {feature: set(weights) for feature, weights in shipped().weights.items()}
    assert {feature: levels - set(_coded(weightless)) for feature, levels in told.items()} == weighing
    assert set(_coded(weightless)) <= set().union(*told.values())


def test_all_guards_are_told_with_what_they_do() -> None:
    code = inspect.getsource(guards) + inspect.getsource(title_guards)
    raised = set(re.findall(r'Objection\(\s*"(\w+)",\s*"(\w+)"', code))
    for guard in re.findall(r'_belongs_to\(a, b, "(\w+)"', code):
        raised |= {(guard, "related"), (guard, "veto")}
    assert {guard for guard, _ in raised} == {watch.guard.__name__.lstrip("_") for watch in guards._WATCHES}
    told = {
        (name, effect)
        for row in _rows("guard")
        for name in _coded(row[0])
        for effect in re.findall(r"\b(?:veto|hold|related)\b", row[1])
    }
    assert told == raised


def test_limits_are_those_of_the_code() -> None:
    text = " ".join(DOC.read_text().split())
    weak, strong = blocking.MAX_BLOCK, blocking.MAX_BLOCK * blocking.STRONGER
    assert f"A weak key gathers up to {weak} records, a strong one up to {strong}." in text
    assert f"the first and the last {keys._EDGE_LETTERS} letters of a title" in text
    assert f"A single page of no more than {places.DIGITS_OF_A_COUNT} digits may be a count of pages" in text
    model = shipped()
    assert f"`auto` is {model.auto:.2f} and `review` {model.review:.2f}" in text
    assert f"Below {KEPT} a pair is not even kept" in text
    assert f"(of more than {clustering.MOST_CROSS_PAIRS}, every so many-th)" in text
    least, span = _table_spans._LEAST // 10**6, _table_spans._SIZE // 10**6
    assert f"A CSV file of {least} MB or more whose rows have ids is read in spans of {span} MB" in text
    assert f"row by row, {file_chunks._ROWS_AT_ONCE:,} to a worker" in text
    assert f"{local._AT_ONCE:,} pairs" in text


if __name__ == "__main__":
    DOC.write_text(_refreshed(DOC.read_text()))
