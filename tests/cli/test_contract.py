"""The command line as others rely on it: commands, JSON shapes, exit codes, what goes where."""

from __future__ import annotations

import csv
import io
import json
import math
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SEEDS, Outcome

Variorum = Callable[..., Outcome]

COMMANDS = (
    "import",
    "parse",
    *(f"dedup {name}" for name in ("run", "report", "explain", "decide", "undo", "file", "evaluate")),
    *(f"works {name}" for name in ("list", "show", "search")),
    *(f"quarantine {name}" for name in ("list", "show", "dismiss")),
    *(f"runs {name}" for name in ("list", "show")),
    *(f"source {name}" for name in ("list", "show")),
    *(f"db {name}" for name in ("upgrade", "info", "doctor")),
)


@pytest.fixture
def filled(variorum: Variorum) -> Variorum:
    assert variorum("import", *SEEDS).code == 3
    assert variorum("dedup", "run").code == 3
    return variorum


def _json(outcome: Outcome) -> Any:
    return json.loads(outcome.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str, variorum: Variorum) -> None:
    outcome = variorum(*command.split(), "--help")
    assert outcome.code == 0
    assert "Example: variorum" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_help_and_import_stay_light() -> None:
    """Loading the database, the matcher or pydantic for ``--help`` would cost most of a second."""
    heavy = ("sqlalchemy", "pydantic", "rapidfuzz", "alembic", "rich", "pylatexenc", "bibtexparser")
    probe = (
        "import sys, variorum; sys.argv = ['variorum', '--help']\n"
        "from variorum.cli import main\n"
        "try: main()\n"
        f"finally: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_parse_prints_each_record_once_and_rejections_on_standard_error(variorum: Variorum) -> None:
    outcome = variorum("parse", *SEEDS)
    assert outcome.code == 3
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert len(records) == 53
    assert sum(len(record["sightings"]) for record in records) == 74
    assert {
        "source", "source_key", "kind", "title", "title_raw", "authors", "authors_complete", "abstract",
        "abstract_truncated", "date", "venue", "stage", "subjects", "identifiers", "awards", "flags", "sightings",
    } <= set(records[0])  # fmt: skip
    assert set(records[0]["authors"][0]) >= {"name", "family", "given", "orcid"}
    shared = [record for record in records if record["source"] == "bzpeer" and len(record["sightings"]) == 2]
    assert [[author["name"] for author in record["authors"]] for record in shared] == [
        ["Xiaoyao Liang", "Zhuoran Song"]
    ] * 2
    rejections = [json.loads(line) for line in outcome.err.splitlines()]
    assert [rejection["code"] for rejection in rejections] == ["no_metadata"] * 3
    assert set(rejections[0]) == {"code", "message", "locator"}
    assert not Path("variorum.db").exists()


def test_report_in_json(filled: Variorum) -> None:
    report = _json(filled("dedup", "report", "--format", "json"))
    assert (report["records"], report["works"], report["sightings"]) == (53, 52, 74)
    assert set(report["clusters"][0]) == {"work_id", "title", "records"}
    assert set(report["clusters"][0]["records"][0]) == {"source", "source_key"}
    assert {"a", "b", "probability", "reasons"} <= set(report["review"][0])


def test_report_as_table_and_csv_and_file(filled: Variorum, tmp_path: Path) -> None:
    table = filled("dedup", "report").out
    assert "77 entries seen = 74 sightings read + 3 quarantined; 53 records; 52 works" in table
    assert max(map(len, table.splitlines())) <= 100
    out = tmp_path / "report.csv"
    assert filled("dedup", "report", "--format", "csv", "--out", out).out == ""
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert len(rows) == 53
    assert len({row["work_id"] for row in rows}) == 52


def test_runs(filled: Variorum) -> None:
    last = _json(filled("runs", "show", "last", "--format", "json"))
    assert {"id", "command", "status", "counts"} <= set(last)
    names = {"captures", "sightings", "new", "changed", "unchanged", "quarantined", "works"}
    assert names <= set(last["counts"])
    first = _json(filled("runs", "show", "1", "--format", "json"))["counts"]
    assert {name: first[name] for name in names} == {
        "captures": 5,
        "sightings": 74,
        "new": 53,
        "changed": 2,
        "unchanged": 19,
        "quarantined": 3,
        "works": 53,
    }
    assert [run["command"] for run in _json(filled("runs", "list", "--format", "json"))] == ["dedup run", "import"]
    assert filled("runs", "show", "99").code == 2
    assert filled("runs", "show", "latest").code == 2


def test_works(filled: Variorum) -> None:
    [found] = _json(filled("works", "search", "BEST-SUITED", "gong", "--format", "json"))
    work = _json(filled("works", "show", found["work_id"], "--format", "json"))
    assert set(work["fields"]["title"]) == {"value", "source", "record", "rule"}
    assert [award["value"]["id"] for award in work["fields"]["awards"]] == ["1919117"]
    assert work["history"][0]["kind"] == "merge"
    merged_away = work["history"][0]["work"]
    assert _json(filled("works", "show", merged_away, "--format", "json"))["work_id"] == found["work_id"]

    by_award = _json(filled("works", "list", "--award", "CCF-1919117", "--format", "json"))
    assert len(by_award) == 2
    assert len(_json(filled("works", "list", "--limit", "1000", "--format", "json"))) == 52
    assert len(filled("works", "list", "--source", "academia", "--format", "csv").out.splitlines()) == 20
    assert filled("works", "show", "w000000000000").code == 2
    assert "no works found" in filled("works", "search", "phlogiston").err


def test_explain_is_a_waterfall(filled: Variorum) -> None:
    [pair] = _json(filled("dedup", "report", "--format", "json"))["review"]
    told = filled("dedup", "explain", pair["a"], pair["b"]).out
    for part in ("any two records that meet and look alike", "abstracts 90 % alike", "guard listed_twice", "verdict:"):
        assert part in told
    view = _json(filled("dedup", "explain", pair["b"], pair["a"], "--format", "json"))
    assert view["prior"] + sum(piece["log_odds"] for piece in view["evidence"]) == pytest.approx(
        math.log(pair["probability"] / (1 - pair["probability"])), abs=0.01
    )
    assert view["probability"] == pair["probability"]
    assert filled("dedup", "explain", pair["a"], "nsf_par:none").code == 2
    assert filled("dedup", "explain", pair["a"], pair["a"]).code == 2


def test_quarantine(filled: Variorum) -> None:
    rows = _json(filled("quarantine", "list", "--format", "json"))
    assert [row["code"] for row in rows] == ["no_metadata"] * 3
    shown = _json(filled("quarantine", "show", rows[0]["id"], "--format", "json"))
    assert shown["raw"] == "null (Ed.)"
    assert filled("quarantine", "show", "99").code == 2


def test_sources(variorum: Variorum) -> None:
    names = [row["name"] for row in _json(variorum("source", "list", "--format", "json"))]
    assert names == [
        *("academia", "arxiv", "bzpeer", "crossref", "datacite", "europe_pmc", "feed", "nsf_awards", "nsf_par"),
        *("oai", "openalex", "osti", "scholar_feed", "semantic_scholar"),
    ]
    assert "robots.txt" in variorum("source", "show", "academia").out
    assert variorum("source", "show", "nosuch").code == 2
    assert variorum("import", SEEDS[0], "--source", "nosuch").code == 2


def test_an_unrecognised_page_says_what_was_tried(variorum: Variorum, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Nothing anyone would know.\n")
    outcome = variorum("import", page)
    assert outcome.code == 2
    for source in ("academia", "arxiv", "bzpeer", "nsf_par", "scholar_feed"):
        assert f"{source}: no " in outcome.err
    assert "crossref: no " not in outcome.err


def test_a_named_source_outranks_recognition(variorum: Variorum) -> None:
    outcome = variorum("parse", SEEDS[0], "--source", "nsf_par")
    assert outcome.code == 3
    assert json.loads(outcome.err)["code"] == "no_entries"


def test_database_states(variorum: Variorum, tmp_path: Path) -> None:
    assert variorum("works", "list").code == 2
    assert not Path("variorum.db").exists()
    assert variorum("works", "list", "--db", "mysql://x/y").code == 2
    assert variorum("works", "list", "--db", "no url").code == 2
    empty = tmp_path / "empty.db"
    empty.touch()
    url = f"sqlite:///{empty}"
    assert variorum("works", "list", "--db", url).code == 4
    assert variorum("db", "upgrade", "--db", url).code == 0
    assert variorum("works", "list", "--db", url).code == 0
    assert "already" in variorum("db", "upgrade", "--db", url).err
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    assert variorum("works", "list", "--db", f"sqlite:///{garbage}").code == 4


def test_a_judgement_sticks_and_can_be_taken_back(filled: Variorum) -> None:
    before = filled("dedup", "report", "--format", "json").out
    [pair] = json.loads(before)["review"]
    assert filled("dedup", "decide", pair["a"], pair["b"], "same", "--why", "a later title of the same paper").code == 0
    after = _json(filled("dedup", "report", "--format", "json"))
    assert (after["works"], after["review"]) == (51, [])
    assert filled("dedup", "run", "--full").code == 0
    assert _json(filled("dedup", "report", "--format", "json"))["works"] == 51
    assert filled("db", "doctor").code == 0
    assert filled("dedup", "undo", "1").code == 0
    assert filled("dedup", "report", "--format", "json").out == before
    assert filled("dedup", "undo", "1").code == 2
    assert filled("dedup", "decide", pair["a"], pair["b"], "same", "--why", " ").code == 2
    assert filled("dedup", "decide", pair["a"], "x:y", "same", "--why", "none").code == 2


def test_a_dismissed_entry_leaves_the_list(filled: Variorum) -> None:
    assert filled("quarantine", "dismiss", "2").code == 0
    assert [row["id"] for row in _json(filled("quarantine", "list", "--format", "json"))] == [1, 3]
    assert len(_json(filled("quarantine", "list", "--all", "--format", "json"))) == 3
    assert filled("quarantine", "dismiss", "2").code == 2
    assert filled("db", "doctor").code == 0


def test_a_store_whose_records_await_dedup_is_sound(variorum: Variorum) -> None:
    variorum("import", *SEEDS[2:4])
    assert variorum("db", "doctor").code == 0
    variorum("dedup", "run")
    variorum("import", *SEEDS)
    assert variorum("db", "doctor").code == 0


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE record SET document = replace(document, 'Weight pruning', 'Wait pruning')", "I2"),
        ("UPDATE record SET document = '{'", "I2"),
        ("UPDATE record SET title = 'x' WHERE title IS NOT NULL", "I2"),
        ("DELETE FROM record_author", "I2"),
        ("DELETE FROM pair", "I2"),
        ("DELETE FROM sighting WHERE id = 1", "I2"),
        ("DELETE FROM work_record WHERE record_id = 1", "I3"),
        ("UPDATE work SET redirect_to = 'wnowhere' WHERE redirect_to IS NOT NULL", "I5"),
        ("UPDATE work_field SET value = '\"x\"' WHERE field = 'title'", "I6"),
        ("UPDATE work_field SET value = '{'", "I6"),
        ("UPDATE run SET unchanged = unchanged + 1", "I10"),
    ],
)
def test_the_doctor_notices(damage: str, invariant: str, filled: Variorum) -> None:
    connection = sqlite3.connect("variorum.db")
    with connection:
        connection.execute(damage)
    connection.close()
    outcome = filled("db", "doctor", "--format", "json")
    assert outcome.code == 4
    assert invariant in {finding["invariant"] for finding in _json(outcome) if not finding["ok"]}


def test_a_damaged_archive_is_healed_by_the_same_page(filled: Variorum) -> None:
    for body in Path("variorum.archive").rglob("*.gz"):
        body.write_bytes(b"")
    filled("import", *SEEDS)
    assert filled("db", "doctor").code == 0


def test_an_archive_that_cannot_be_written_is_an_error_and_the_run_says_so(variorum: Variorum) -> None:
    Path("variorum.archive").write_text("a file where a folder should be")
    outcome = variorum("import", SEEDS[0])
    assert outcome.code == 1
    assert "cannot be written" in outcome.err
    assert _json(variorum("runs", "show", "--format", "json"))["status"] == "failed"


def test_outputs_never_overwrite_inputs(variorum: Variorum, tmp_path: Path) -> None:
    records = tmp_path / "records.csv"
    records.write_text("id,title\n1,Something to keep\n")
    for outputs in (("--out", records), ("--out", tmp_path / "o.csv", "--pairs", tmp_path / "o.csv")):
        assert variorum("dedup", "file", records, *outputs).code == 2
    assert records.read_text().endswith("Something to keep\n")


def test_names_that_do_not_exist_are_usage_errors(filled: Variorum) -> None:
    assert filled("works", "list", "--source", "nosuch").code == 2
    assert filled("quarantine", "list", "--source", "nosuch").code == 2
    assert filled("runs", "show", "9" * 20).code == 2
    assert filled("works", "list", "--limit", "9" * 20).code == 2


def test_info(filled: Variorum) -> None:
    info = _json(filled("db", "info", "--format", "json"))
    assert info["version"] == "0006"
    assert info["rows"]["record"] == 53


def test_doctor_reports_damage(filled: Variorum) -> None:
    assert filled("db", "doctor").code == 0
    body = next(Path("variorum.archive").rglob("*.gz"))
    body.write_bytes(body.read_bytes()[:-20])
    outcome = filled("db", "doctor", "--format", "json")
    assert outcome.code == 4
    broken = {finding["invariant"] for finding in _json(outcome) if not finding["ok"]}
    assert "I1" in broken


def test_terminal_escapes_in_data_are_shown_not_obeyed(variorum: Variorum, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    hostile = SEEDS[3].read_text("utf-8").replace("Search for Efficient", "\u202eSearch [red]for\u009b31m Efficient", 1)
    page.write_text(hostile)
    variorum("import", page)
    shown = variorum("works", "search", "Efficient", "Large").out
    assert "\u202e" not in shown
    assert "\x9b" not in shown
    assert "[red]" in shown


def test_csv_output_holds_no_formulas(variorum: Variorum, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(SEEDS[3].read_text("utf-8").replace("Search for Efficient", "=HYPERLINK(1) Search Efficient", 1))
    variorum("import", page)
    [row] = csv.DictReader(io.StringIO(variorum("works", "search", "HYPERLINK", "--format", "csv").out))
    assert row["title"].startswith("'=HYPERLINK")


def test_dedup_of_a_file(variorum: Variorum, tmp_path: Path) -> None:
    records = tmp_path / "records.csv"
    records.write_text(
        "id,title,authors,year,venue,doi\n"
        "1,On Computable Numbers with an Application to the Entscheidungsproblem,A. M. Turing,1937,PLMS,"
        "10.1112/plms/s2-42.1.230\n"
        "2,On computable numbers with an application to the Entscheidungsproblem.,\"Turing, A. M.\",1937,,\n"
        "-3,Computing Machinery and Intelligence,A. M. Turing,1950,Mind,10.1093/mind/LIX.236.433\n"
    )  # fmt: skip
    out, pairs = tmp_path / "clusters.csv", tmp_path / "pairs.csv"
    outcome = variorum("dedup", "file", records, "--out", out, "--pairs", pairs)
    assert outcome.code == 0, outcome.err
    assert out.read_text() == "id,cluster_id\n1,c1\n2,c1\n-3,c2\n"
    assert "same" in pairs.read_text()
    truth = tmp_path / "truth.csv"
    truth.write_text("id,cluster_id\n1,a\n2,a\n-3,b\n")
    measured = _json(variorum("dedup", "evaluate", "--clusters", out, "--truth", truth, "--format", "json"))
    assert measured["pairs"]["f1"] == 1.0
    assert "1.0000" in variorum("dedup", "evaluate", "--clusters", out, "--truth", truth).out


def test_dedup_of_several_files_and_odd_columns(variorum: Variorum, tmp_path: Path) -> None:
    one, two, out = tmp_path / "one.csv", tmp_path / "two.csv", tmp_path / "out.csv"
    one.write_text("Nr,Titel\n1,A Mathematical Theory of Communication in the Presence of Noise\n")
    two.write_text("Nr,Titel\n1,A Mathematical Theory of Communication in the Presence of Noise\n2\n3,x,y,z\n")
    arguments = ("--map", "title=Titel", "--map", "id=Nr")
    outcome = variorum("dedup", "file", one, two, "--out", out, *arguments)
    assert outcome.code == 3
    assert "ragged_row" in outcome.err
    assert out.read_text().splitlines()[1:3] == ["one.csv:1,c1", "two.csv:1,c1"]
    assert variorum("dedup", "file", one, "--out", out).code == 2
    assert variorum("dedup", "file", one, "--out", out, "--map", "title").code == 2
    assert variorum("dedup", "file", tmp_path / "none.csv", "--out", out).code == 2
    assert variorum("dedup", "file", one, "--out", tmp_path / "no" / "such" / "folder.csv", *arguments).code == 2


def test_a_closed_pipe_is_no_failure(tmp_path: Path) -> None:
    command = f"{sys.executable} -m variorum parse {' '.join(map(str, SEEDS))} 2>/dev/null | head -n 1 >/dev/null"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "Traceback" not in done.stderr
