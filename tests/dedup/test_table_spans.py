"""Large tables read in spans say what they say when read row by row, or are read row by row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError
from variorum.pipeline import chunk_reading, file_reading
from variorum.pipeline.citation_files import opened
from variorum.pipeline.file_dedup import FileDedup, dedup_files
from variorum.schema import Rejection
from variorum.scrapers import Row, _table_spans, read_rows, read_span, table_spans

HEADER = "id,title,authors,year"
QUOTED_HEADER = '"id",title,"authors",year'


@contextmanager
def spans_of(size: int, least: int = 0) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_table_spans, "_SIZE", size)
        patch.setattr(_table_spans, "_LEAST", least)
        yield


@contextmanager
def written(content: bytes, name: str = "a.csv") -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def row_by_row(path: Path) -> list[Row | Rejection] | str:
    """The rows without their places, or the code of what is wrong with the file."""
    try:
        with opened(path) as stream:
            rows = list(read_rows(stream, "csv", columns={}))
    except BadInputError as error:
        return error.code
    return [row._replace(place="") if isinstance(row, Row) else row for row in rows]


def in_spans(path: Path) -> list[Row] | str | None:
    """The rows of all spans, the code of what is wrong with the file, or None where it is not read in spans."""
    try:
        spans = list(table_spans(path, {}))
    except BadInputError as error:
        return error.code
    if not spans:
        return None
    assert [span.end for span in spans[:-1]] == [span.start for span in spans[1:]]
    assert spans[-1].end == path.stat().st_size
    rows: list[Row] = []
    for span in spans:
        some = read_span(span)
        if some is None:
            return None
        assert some.longest >= max([len("".join(row)) for row in some.rows.rows()], default=0)
        rows += some.rows.rows()
    # Who reads several spans sees to it that no id comes twice.
    return rows if len({row.key for row in rows}) == len(rows) else None


WORDS = st.sampled_from(["", "Counting Seabirds", "Knots", "Über Knoten", "x", " ", "2020", "\ufeff"])
QUOTED = st.lists(
    st.sampled_from(["Roe, Ann", "one\ntwo", "three\r\nfour", 'a ""word""', ",", "\r", '""', "", "1,a\n2,b", "\n\n"]),
    max_size=3,
).map(lambda parts: f'"{"".join(parts)}"')
STRAY = st.sampled_from(
    ['5" disk', '"', 'a "word" here', '"closed" and more', '""', '"never closed', "a\x00b", 'x"\ny']
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\n\n", "\n \n", ",\n", "\r"])


@st.composite
def tables(draw: Any, *, regular: bool = False) -> bytes:
    """CSV files that are mostly in order, or wholly."""
    plain = st.one_of(WORDS, QUOTED)
    cell = plain if regular else st.one_of(plain, plain, plain, STRAY)
    end = st.sampled_from(["\n", "\r\n"]) if regular else st.one_of(st.just("\n"), ENDS)
    text = "" if regular else draw(st.sampled_from(["", "", "\ufeff", "\n"]))
    text += HEADER if regular else draw(st.sampled_from([HEADER, HEADER, HEADER, QUOTED_HEADER, "title,a,b,c"]))
    # A header before a bare carriage return has a test of its own.
    text += draw(end).replace("\r", "\r\n").replace("\n\n", "\n")
    for number in range(draw(st.integers(0, 12))):
        ids = [str(number), f'"n{number}"'] if regular else [str(number)] * 6 + ["", "7", "row-1"]
        width = 3 if regular else draw(st.sampled_from([3, 3, 3, 3, 3, 2, 4]))
        text += ",".join([draw(st.sampled_from(ids)), *(draw(cell) for _ in range(width))]) + draw(end)
    return (text if regular or draw(st.booleans()) else text.rstrip("\r\n")).encode()


@settings(max_examples=80)
@given(tables(), st.integers(1, 60))
@example(f"{HEADER}\n1,a,b,c\n1,a,b,c\n".encode(), 1)
@example(f"{HEADER}\n1,a,b,c\n\n \n2,a,b,c".encode(), 5)
@example(f'{HEADER}\n1,"a\n2,b",b,c\n3,"x",y,z\n'.encode(), 8)
@example(f'{HEADER}\n1,a" b,b,c\n2,x" y,b,c\n3,x,y,z\n'.encode(), 8)
@example(f'{HEADER}\n1,5" a,b,c\n2,"a\n3,5"" b,c",e,f\n'.encode(), 8)
@example(f"{HEADER}\n1,a,b,\xff\n".encode("latin-1"), 8)
def test_spans_have_the_very_rows_or_are_not_read(content: bytes, size: int) -> None:
    with written(content) as path, spans_of(size):
        found = in_spans(path)
        if found is not None:
            assert found == row_by_row(path)


@settings(max_examples=40)
@given(tables(regular=True), st.integers(1, 60))
def test_a_regular_table_is_read_in_spans(content: bytes, size: int) -> None:
    with written(content) as path, spans_of(size):
        expected = row_by_row(path)
        found = in_spans(path)
        assert found == expected or (found is None and not expected)


def test_a_span_ends_with_a_row() -> None:
    rows = [f'{n},"Knots, and\nropes {n}","Roe, ""Ann""",2020' for n in range(40)]
    with written("\n".join([HEADER, *rows, ""]).encode()) as path, spans_of(100):
        spans = list(table_spans(path, {}))
        assert len(spans) > 10
        keys = [list(read.rows.key) for span in spans if (read := read_span(span))]
    assert len(keys) == len(spans)
    assert all(keys)
    assert list(chain.from_iterable(keys)) == [str(n) for n in range(40)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", f"{HEADER}\n1,a,b,c\n"),
        ("a.csv.gz", f"{HEADER}\n1,a,b,c\n"),
        ("a.csv", "title,authors\na,b\n"),
        ("a.csv", f"\n{HEADER}\n1,a,b,c\n"),
        ("a.csv", '"id\n",title\n1,a\n'),
        ("a.csv", HEADER),
        ("a.csv", ""),
        ("a.csv", f"{HEADER}\n"),
    ],
)
def test_what_is_not_read_in_spans(name: str, content: str) -> None:
    with written(content.encode(), name) as path, spans_of(10):
        assert not list(table_spans(path, {}))


def test_only_large_files_are_read_in_spans() -> None:
    content = f"{HEADER}\n1,a,b,c\n".encode()
    with written(content) as path:
        assert not list(table_spans(path, {}))
        with spans_of(10, len(content)):
            assert len(list(table_spans(path, {}))) == 1
        with spans_of(10, len(content) + 1):
            assert not list(table_spans(path, {}))


@pytest.mark.parametrize(
    ("columns", "header", "code"),
    [
        ({"title": "Titel"}, HEADER, "unknown_column"),
        ({}, "id,authors", "no_title_column"),
        ({}, 'id,title,"a"b', "bad_csv"),
    ],
)
def test_faults_of_the_header_are_told_as_ever(columns: dict[str, str], header: str, code: str) -> None:
    with written(f"{header}\n1,a,b,c\n".encode()) as path, spans_of(10):
        with pytest.raises(BadInputError) as refused:
            list(table_spans(path, columns))
        assert refused.value.code == code
        with pytest.raises(BadInputError) as also, opened(path) as stream:
            list(read_rows(stream, "csv", columns=columns))
        assert (also.value.code, also.value.message) == (code, refused.value.message)


def test_a_header_may_end_with_a_bare_carriage_return() -> None:
    with written(f"{HEADER}\r1,a,b,2020\n2,b,c,2021\n".encode()) as path, spans_of(8):
        found = in_spans(path)
        assert found is None or found == row_by_row(path)


def test_columns_may_be_named() -> None:
    with written(b"Nr,Titel,id\n1,a,x\n2,b,y\n") as path, spans_of(4):
        spans = list(table_spans(path, {"id": "Nr", "title": "Titel"}))
        rows = [row for span in spans if (read := read_span(span)) for row in read.rows.rows()]
        assert [(row.key, row.title) for row in rows] == [("1", "a"), ("2", "b")]


# Files deduplicated either way


NEVER = 1 << 40
"""Bytes that no file here has, so that it is read row by row."""


def outcome(inputs: Sequence[Path], size: int, least: int, workers: int = 1) -> tuple[FileDedup, bytes, bytes] | str:
    """What was done, with both outputs, or what is wrong with the files."""
    out, pairs = (inputs[0].with_name(name) for name in ("clusters.out", "pairs.out"))
    with spans_of(size, least):
        try:
            done = dedup_files(inputs, out, pairs, {}, workers=workers)
        except BadInputError as error:
            return f"{error.code}: {error.message}"
    return done, out.read_bytes(), pairs.read_bytes()


def either_way(inputs: Sequence[Path], size: int, workers: int = 1) -> FileDedup | None:
    """What was done to files, which is the same whether they are read in spans or not."""
    expected = outcome(inputs, size, NEVER)
    assert outcome(inputs, size, 0, workers) == expected
    return None if isinstance(expected, str) else expected[0]


@settings(max_examples=15)
@given(tables(), st.integers(20, 80))
@example(f"{HEADER}\n1,Knots,Roe,2020\n2,Knots,Roe,2020\n1,Ropes,Doe,2021\n3,Sails,Poe,2022\n".encode(), 20)
def test_files_are_deduplicated_alike_either_way(content: bytes, size: int) -> None:
    with written(content) as path:
        either_way([path], size)


ROWS = [f'{n},"Counting Seabirds, the {n // 2 * 7}th Time","Roe, Ann; Doe, Bob",{1900 + n // 2}' for n in range(30)]
FAULTS = {
    "none": "",
    "an id comes twice": "7,Knots,Roe,2020",
    "no id": ",Knots,Roe,2020",
    "a cell too many": "x,Knots,Roe,2020,y",
    "a cell too few": "x,Knots,Roe",
    "a stray quote": 'x,"Knots" and ropes,Roe,2020',
    "too long": f"x,{'knots ' * 20_000},Roe,2020",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", [0, 15, 29])
def test_one_irregular_row_anywhere_changes_nothing_but_itself(tmp_path: Path, fault: str, at: int) -> None:
    rows = [*ROWS[:at], FAULTS[fault], *ROWS[at:]]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEADER, *filter(None, rows), ""]), encoding="utf-8")
    done = either_way([path], 200)
    assert done
    assert done.records + len(done.rejections) == 30 + bool(FAULTS[fault])


@pytest.mark.parametrize("fault", FAULTS)
def test_several_files_are_read_alike_either_way(tmp_path: Path, fault: str) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"]
    for path, rows in zip(paths, (ROWS[:9], [FAULTS[fault], *ROWS[10:]], ROWS[5:20]), strict=True):
        path.write_text("\n".join([HEADER, *filter(None, rows), ""]), encoding="utf-8")
    assert either_way(paths, 300)


def test_one_process_and_two_read_spans_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reading, "_WORTH_SHARING", 2)
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEADER, *ROWS, ""]), encoding="utf-8")
    done = either_way([path], 300, workers=2)
    assert done
    assert done.records == 30


def test_many_small_rows_are_made_keys_of_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEADER, *ROWS, ""]), encoding="utf-8")
    at_once = outcome([path], 300, 0)
    monkeypatch.setattr(chunk_reading, "BATCH", 4)
    assert outcome([path], 300, 0) == outcome([path], 300, NEVER) == at_once
