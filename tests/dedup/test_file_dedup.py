"""Deduplicating citation files: files in, files out."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from pathlib import Path

import pytest

from variorum.errors import BadInputError
from variorum.normalizers import LONGEST_FIELD
from variorum.pipeline import file_chunks, file_reading
from variorum.pipeline.file_dedup import FileDedup, dedup_files

COLUMNS = "id,title,authors,year,venue,volume,pages,doi".split(",")
PAPER = ["Counting Seabirds From Drifting Ice With Thermal Cameras", "Roe, Ann; Doe, Bob", "2020", "Polar Biology", "3"]
OTHER = ["A Grammar for a Small Language of Knots", "Poe, Cy", "1999", "Journal of Knot Theory", "8"]


def table(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows([*row, *[""] * (len(COLUMNS) - len(row))] for row in rows)
    return path


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def run(inputs: list[Path], *, workers: int = 1) -> tuple[FileDedup, list[list[str]], list[list[str]]]:
    """What was done, and the rows of both outputs without their header."""
    folder = inputs[0].parent
    out, pairs = folder / f"clusters{workers}.csv", folder / f"pairs{workers}.csv"
    done = dedup_files(inputs, out, pairs, {}, workers=workers)
    (header, *clusters), (pair_header, *found) = read(out), read(pairs)
    assert header == ["id", "cluster_id"]
    assert pair_header == ["id1", "id2", "probability", "verdict", "reasons"]
    return done, clusters, found


def test_each_record_is_given_a_cluster_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv", [["7", *OTHER], ["3", *PAPER], ["5", "Something Else"], ["1", *OTHER], ["9", *PAPER]]
    )
    done, clusters, pairs = run([path])
    assert clusters == [["7", "c1"], ["3", "c2"], ["5", "c3"], ["1", "c1"], ["9", "c2"]]
    assert (done.records, done.clusters, done.to_review, done.rejections) == (5, 3, 0, ())
    assert done.compared >= 2
    assert {tuple(sorted(row[:2])) for row in pairs} == {("1", "7"), ("3", "9")}


def test_pairs_have_a_probability_a_verdict_and_reasons(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["1", *PAPER], ["2", *PAPER], ["3", f"Erratum: {PAPER[0]}", *PAPER[1:]]])
    _, clusters, pairs = run([path])
    assert [cluster for _, cluster in clusters] == ["c1", "c1", "c2"]
    found = {(one, other): row for one, other, *row in pairs}
    assert set(found) == {("1", "2"), ("1", "3"), ("2", "3")}
    probability, verdict, reasons = found["1", "2"]
    assert 0.5 < float(probability) < 1
    assert (verdict, found["1", "3"][1]) == ("same", "related")
    assert "authors_equal" in reasons.split()
    assert found["1", "3"][2].split()[-1] == "guard_notice"


def test_ids_of_several_files_are_told_apart(tmp_path: Path) -> None:
    one = table(tmp_path / "a.csv", [["1", *PAPER], ["2", *OTHER]])
    other = table(tmp_path / "b.csv", [["1", *OTHER], ["2", *PAPER]])
    done, clusters, pairs = run([one, other])
    assert clusters == [["a.csv:1", "c1"], ["a.csv:2", "c2"], ["b.csv:1", "c2"], ["b.csv:2", "c1"]]
    assert {tuple(row[:2]) for row in pairs} == {("a.csv:1", "b.csv:2"), ("a.csv:2", "b.csv:1")}
    assert (done.records, done.clusters) == (4, 2)


def test_files_of_several_formats(tmp_path: Path) -> None:
    one = table(tmp_path / "a.csv", [["1", *PAPER]])
    other = tmp_path / "b.bib"
    other.write_text(
        "@article{roe, title={Counting Seabirds from Drifting {Ice} with Thermal Cameras},"
        " author={Roe, Ann and Doe, Bob}, year=2020, journal={Polar Biology}, volume=3}\n",
        encoding="utf-8",
    )
    assert run([one, other])[1] == [["a.csv:1", "c1"], ["b.bib:roe", "c1"]]


def test_broken_rows_are_named_and_the_others_read(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["1", *PAPER], ["2", "x" * (LONGEST_FIELD + 1)], ["3", *PAPER]])
    with path.open("a", encoding="utf-8") as stream:
        stream.write("4,too,many,cells,for,this,small,table,indeed,as,can,be,seen\n")
    done, clusters, _ = run([path])
    assert [row for row in clusters if row[0] in "13"] == [["1", "c1"], ["3", "c1"]]
    named = [place for place, _ in done.rejections]
    assert all(place.startswith(f"{path}#") for place in named)
    assert [rejection.code for _, rejection in done.rejections].count("too_long") == 1
    assert done.records + len(done.rejections) == 4


def test_an_empty_table_has_no_clusters(tmp_path: Path) -> None:
    done, clusters, pairs = run([table(tmp_path / "a.csv", [])])
    assert (done.records, done.clusters, clusters, pairs) == (0, 0, [], [])


def test_pairs_are_written_only_when_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["1", *PAPER], ["2", *PAPER]])
    assert dedup_files([path], tmp_path / "out.csv", None, {}, workers=1).clusters == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "out.csv"]


def test_no_output_overwrites_an_input_or_the_other(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["1", *PAPER]])
    before = path.read_bytes()
    for out, pairs in ((path, None), (tmp_path / "o.csv", path), (tmp_path / "o.csv", tmp_path / "o.csv")):
        with pytest.raises(BadInputError) as refused:
            dedup_files([path], out, pairs, {}, workers=1)
        assert refused.value.code == "same_file"
    assert path.read_bytes() == before


def test_two_inputs_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    paths = [table(tmp_path / "a.csv", []), table(tmp_path / "b" / "a.csv", [])]
    with pytest.raises(BadInputError) as refused:
        dedup_files(paths, tmp_path / "out.csv", None, {}, workers=1)
    assert refused.value.code == "same_name"


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    with pytest.raises(BadInputError, match=r"a\.csv"):
        dedup_files([path], tmp_path / "out.csv", None, {}, workers=1)


SYLLABLES = "ka mo ti ru ben sol dar vi ne po lum gra tes qui far on".split()


def many_rows(count: int) -> tuple[list[list[str]], list[int]]:
    """Rows of works that one to three rows state, with slips; and the work of each."""
    draw = random.Random(7)  # noqa: S311 - the same each time
    rows: list[tuple[int, list[str]]] = []
    work = 0
    while len(rows) < count:
        work += 1
        words = ["".join(draw.choices(SYLLABLES, k=3)) for _ in range(6)]
        people = "; ".join(
            f"{''.join(draw.choices(SYLLABLES, k=2)).title()}, {draw.choice('ABCDE')}." for _ in range(2)
        )
        year, volume, page = draw.randint(1980, 2020), draw.randint(1, 60), draw.randint(1, 900)
        for version in range(draw.randint(1, 3)):
            title = " ".join(words) if version < 2 else " ".join([*words[:5], words[5][:2] + words[5][3:]])
            pages = f"{page}-{page + 12}" if version != 1 else ""
            rows.append((work, [title, people, str(year), "Journal of Ice", str(volume), pages]))
    draw.shuffle(rows)
    return [[str(n), *row] for n, (_, row) in enumerate(rows)], [work for work, _ in rows]


def test_one_process_and_two_write_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, works = many_rows(1_500)
    path = table(tmp_path / "a.csv", rows)
    monkeypatch.setattr(file_chunks, "_ROWS_AT_ONCE", 150)
    monkeypatch.setattr(file_reading, "_WORTH_SHARING", 2)
    one, clusters, pairs = run([path], workers=1)
    two, clusters_of_two, pairs_of_two = run([path], workers=2)
    assert one == two
    assert clusters == clusters_of_two
    assert pairs == pairs_of_two
    assert one.compared > 500
    home: defaultdict[int, set[str]] = defaultdict(set)
    for work, (_, cluster) in zip(works, clusters, strict=True):
        home[work].add(cluster)
    assert one.records == len(rows)
    assert sum(len(found) == 1 for found in home.values()) > 0.95 * len(home)
    assert one.clusters >= 0.98 * len(home)
