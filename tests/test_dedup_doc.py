"""docs/dedup.md against the code: its example is what the program prints, its tables name all there is.

``python -m tests.test_dedup_doc`` writes what the program prints now into the document.
"""

from __future__ import annotations

import csv
import inspect
import re
from contextlib import redirect_stderr, redirect_stdout
from functools import cache, partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from variorum.cli._output import print_table
from variorum.dedup import blocking, guards
from variorum.dedup.features import Features, features_of
from variorum.dedup.matching import judge
from variorum.dedup.model import shipped
from variorum.pipeline.file_dedup import dedup_files
from variorum.pipeline.statements import statement_of_row
from variorum.reports.explain import waterfall
from variorum.scrapers import guess_format, markup_of, read_rows

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
    """The cells of the table whose first column has that heading."""
    [body] = re.findall(rf"^\| {heading} \|.*\n\|[-: |]+\n((?:\|.*\n)+)", DOC.read_text(), re.M)
    return [row.strip("|\n").split("|") for row in body.splitlines()]


def _coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_all_kinds_of_keys_are_told() -> None:
    rows = _rows("key")
    told = {name: "yes" in row[2] for row in rows for name in _coded(row[0])}
    code = inspect.getsource(blocking.blocking_keys) + inspect.getsource(blocking._title_keys)
    kinds = set(re.findall(r'f"([a-z]{2}) ', code + inspect.getsource(blocking._abstract_keys)))
    assert told == {kind: f"{kind} " in blocking._STRENGTH for kind in kinds}


def test_all_levels_are_told() -> None:
    names = r"identifier|title|place|year|authors|venue|abstract"
    told: dict[str, list[str]] = {}
    for feature, levels in re.findall(rf"^\| `({names})`[^|]*\|(.*)\|$", DOC.read_text(), re.M):
        told.setdefault(feature, []).extend(_coded(levels))
    assert {feature: sorted(levels) for feature, levels in told.items()} == {
        feature: sorted(levels) for feature, levels in shipped().weights.items()
    }


def test_all_guards_are_told_with_what_they_do() -> None:
    code = inspect.getsource(guards)
    raised = set(re.findall(r'Objection\(\s*"(\w+)",\s*"(\w+)"', code))
    for guard in re.findall(r'_belongs_to\(a, b, "(\w+)"', code):
        raised |= {(guard, "related"), (guard, "veto")}
    told = {
        (name, effect)
        for row in _rows("guard")
        for name in _coded(row[0])
        for effect in re.findall(r"\b(?:veto|hold|related)\b", row[1])
    }
    assert told == raised


def test_limits_are_those_of_the_code() -> None:
    text = DOC.read_text()
    weak, strong = blocking.MAX_BLOCK, blocking.MAX_BLOCK * blocking.STRONGER
    assert f"A weak key gathers up to {weak} records, a strong one up to {strong}." in text


if __name__ == "__main__":
    DOC.write_text(_refreshed(DOC.read_text()))
