from __future__ import annotations

import io
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.errors import BadInputError
from variorum.schema import Entry, Rejection
from variorum.scrapers._citation_fields import NAMES
from variorum.scrapers._citations import FileFormat, guess_format, read_citations, read_rows


def read(text: str, file_format: FileFormat, **columns: str) -> list[Entry | Rejection]:
    return list(read_citations(io.StringIO(text, newline=""), file_format, columns=columns))


def entries(text: str, file_format: FileFormat) -> list[Entry]:
    result = read(text, file_format)
    assert all(isinstance(one, Entry) for one in result), result
    return [one for one in result if isinstance(one, Entry)]


def codes(text: str, file_format: FileFormat) -> list[str]:
    return [one.code if isinstance(one, Rejection) else "" for one in read(text, file_format)]


def fields(text: str, file_format: FileFormat) -> dict[str, str]:
    (entry,) = entries(text, file_format)
    return dict(entry.fields)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("A.CSV.GZ", "csv"),
        ("x/y.tsv", "tsv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.gz", "jsonl"),
        ("my.refs.bib", "bibtex"),
        ("a.ris", "ris"),
    ],
)
def test_the_suffix_names_the_format(name: str, expected: str) -> None:
    assert guess_format(name) == expected


@pytest.mark.parametrize("name", ["a.txt", "csv", "a.gz", "a.csv.zip", ""])
def test_other_suffixes_are_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(BadInputError, match=r"\.csv .*\.ris") as caught:
        guess_format(name)
    assert caught.value.code == "unknown_format"


# CSV and TSV


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Title,Authors,Year", {"title": "1", "authors": "2", "year": "3"}),
        ("Document Title,Author(s),Publication Year", {"title": "1", "authors": "2", "year": "3"}),
        ("article_title,AU,PY", {"title": "1", "authors": "2", "year": "3"}),
        ("TITLE,Source title,Source", {"title": "1", "venue": "2"}),
        ("Title,Publication-Title,Link", {"title": "1", "venue": "2", "url": "3"}),
        ("TI,VL,IS", {"title": "1", "volume": "2", "issue": "3"}),
        ("Title,Start Page,End Page", {"title": "1", "pages": "2-3"}),
        ("Title,Pages,Start Page", {"title": "1", "pages": "2"}),
        ("Title,Cited by,Affiliations", {"title": "1"}),
        ("Title,Author Keywords,ISBNs", {"title": "1", "keywords": "2", "isbn": "3"}),
    ],
)
def test_columns_are_recognised_by_their_usual_names(header: str, expected: dict[str, str]) -> None:
    assert fields(f"{header}\n1,2,3\n", "csv") == expected


def test_ids_and_sources_are_the_rows_own_and_kept_word_for_word() -> None:
    first, second, third = entries("id,Database,Title\n 07 ,Medline,A\n,,B\nx,,C\n", "csv")
    assert (first.source, first.source_key, first.place) == ("Medline", " 07 ", "row=1")
    assert (second.source, second.source_key, second.place) == ("file", "row-2", "row=2")
    assert (third.format, third.source_key) == ("citation", "x")


def test_web_of_science_ids_are_not_taken_from_its_keywords() -> None:
    (entry,) = entries("TI\tID\tUT\nA\tcells\tWOS:1\n", "tsv")
    assert entry.source_key == "WOS:1"


def test_blank_cells_are_absent_and_of_two_columns_the_filled_one_counts() -> None:
    assert fields("Title,Document Title,DOI\n ,B,  \n", "csv") == {"title": "B"}


def test_byte_order_mark_blank_lines_and_line_ends_in_cells() -> None:
    text = '\ufeffTitle,Abstract\r\n\r\n"A ""b""","one\ntwo"\r\n,\r\nC\r\n'
    first, second = entries(text, "csv")
    assert first.fields == {"title": 'A "b"', "abstract": "one\ntwo"}
    assert (second.fields, second.place) == ({"title": "C"}, "row=2")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("1,A\n1,B\n", ["", "repeated_id"]),
        ("row-2,A\n,B\n", ["", "repeated_id"]),
        ("1,A,extra\n2,B\n", ["ragged_row", ""]),
        ('1,"A"b\n2,B\n', ["bad_csv", ""]),
        ('1,A\n2,"B\n3,C\n', ["", "bad_csv"]),
        ("1,A\x00\n2,B\n", ["bad_characters", ""]),
        ("1,A\ud800\n2,B\n", ["bad_characters", ""]),
    ],
)
def test_a_bad_row_is_rejected_and_leaves_the_others_alone(rows: str, expected: list[str]) -> None:
    assert codes(f"id,title\n{rows}", "csv") == expected


def test_a_rejection_keeps_the_row_as_the_file_has_it() -> None:
    (rejection,) = read('id,title\n7,"never closed\nmore\n', "csv")
    assert isinstance(rejection, Rejection)
    assert (rejection.place, rejection.raw) == ("row=1", '7,"never closed\nmore\n')


def test_a_rejection_keeps_no_other_row() -> None:
    found = read('id,title\n1,"A\nB"\n\n2,C,"D\nE"\n3,F\n1,G\n', "csv")
    assert [one.raw for one in found if isinstance(one, Rejection)] == ['2,C,"D\nE"\n', "1,G\n"]
    assert [one.place for one in found] == ["row=1", "row=2", "row=3", "row=4"]


def test_every_field_has_its_place_in_a_row() -> None:
    text = f"{','.join(NAMES)}\n{','.join(name.upper() for name in NAMES)}\n"
    (row,) = read_rows(io.StringIO(text), "csv")
    renamed = {"id": "key"}
    expected = {renamed.get(name, name): name.upper() for name in NAMES if name not in ("start", "end")}
    assert not isinstance(row, Rejection)
    assert row._asdict() == expected | {"place": "row=1"}


def test_a_column_given_by_hand_outranks_recognition_and_serves_nothing_else() -> None:
    (entry,) = read("Title,Journal,Nr\nA,B,C\n", "csv", title="journal", id="Nr")
    assert isinstance(entry, Entry)
    assert (entry.source_key, entry.fields) == ("C", {"title": "B"})


@pytest.mark.parametrize(
    ("text", "columns", "code", "words"),
    [
        ("", {}, "empty_file", "empty"),
        ("\ufeff \n\n", {}, "empty_file", "empty"),
        ("a;b\n1;2\n", {}, "no_title_column", "a;b"),
        ("a,b\n1,2\n", {"title": "c"}, "unknown_column", "c; the columns are: a, b"),
        ("a,b\n1,2\n", {"titel": "a"}, "unknown_field", "titel"),
        ('"a,b\n', {"title": "a"}, "bad_csv", "column names"),
    ],
)
def test_unusable_tables(text: str, columns: dict[str, str], code: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words) as caught:
        read(text, "csv", **columns)
    assert caught.value.code == code


def test_a_file_in_another_encoding_is_bad_input() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"title\ncaf\xe9\n"), encoding="utf-8", newline="")
    with pytest.raises(BadInputError, match="save the file as UTF-8") as caught:
        list(read_citations(stream, "csv"))
    assert caught.value.code == "bad_encoding"


# JSON lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"Title": "A", "YEAR": 2019}', {"title": "A", "year": "2019"}),
        ('{"title": "A", "year": 2019.0}', {"title": "A", "year": "2019.0"}),
        ('{"title": "A", "authors": ["B C", "D, E"]}', {"title": "A", "authors": "B C\nD, E"}),
        (
            '{"title": "A", "author": [{"family": "B", "given": "C"}, {"name": "D"}]}',
            {"title": "A", "authors": "B, C\nD"},
        ),
        ('{"title": ["A"], "doi": null, "issue": ""}', {"title": "A"}),
        ('{"title": "A", "cites": {"x": [true]}}', {"title": "A"}),
        ('{"title": "A", "volume": ' + "9" * 5000 + "}", {"title": "A", "volume": "9" * 5000}),
    ],
)
def test_json_objects(line: str, expected: dict[str, str]) -> None:
    assert fields(line, "jsonl") == expected


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '"text"',
        '{"title": "A", "title": "B"}',
        '{"title": true}',
        '{"title": {"en": "A"}}',
        '{"author": [{"orcid": "0"}]}',
        "[" * 100_000,
        '{"title": ' + "[" * 100_000 + "}",
    ],
)
def test_json_that_is_no_citation_is_rejected(line: str) -> None:
    assert codes(line + '\n\n{"title": "B"}\n', "jsonl") == ["bad_json", ""]


def test_half_a_character_in_json_is_rejected_and_shown_escaped() -> None:
    (rejection,) = read('{"title": "\\ud800"}', "jsonl")
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.raw) == ("bad_characters", '{"title": "\\ud800"}')


# BibTeX


def test_a_bibtex_entry() -> None:
    text = """% a comment
@string{jm = "J. Made-up"}
@Article{key:1, Title = {The {DNA} of {\\"u}}, AUTHOR = "Roe, Ann and
    Doe, Bob", journal = jm, number = 3, year = 1999, month = jan, pages = {1--9}}
"""
    (entry,) = entries(text, "bibtex")
    assert (entry.source_key, entry.place) == ("key:1", "entry=1")
    assert entry.fields == {
        "type": "Article".lower(),
        "title": 'The {DNA} of {\\"u}',
        "authors": "Roe, Ann and Doe, Bob",
        "venue": "J. Made-up",
        "issue": "3",
        "year": "1999",
        "pages": "1--9",
        "markup": "tex",
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('jm # " (B)"', "J. M (B)"),
        ("{A } # jm # {{X}}", "A J. M{X}"),
        ("nosuch", "nosuch"),
        ('nosuch # "x"', "nosuchx"),
        ("{{Whole}}", "{Whole}"),
        ('"in {"}quotes{"}"', 'in {"}quotes{"}'),
    ],
)
def test_bibtex_values(value: str, expected: str) -> None:
    text = f'@string{{jm = "J. M"}}\n@misc{{a, title = {{T}}, journal = {value}}}'
    assert fields(text, "bibtex")["venue"] == expected


@pytest.mark.parametrize(
    ("archive", "expected"),
    [
        ("archiveprefix={arXiv}", "2101.00001"),
        ("eprinttype={ARXIV}", "2101.00001"),
        ("x={}", "2101.00001"),
        ("archiveprefix={jstor}", None),
    ],
)
def test_only_arxivs_eprints_are_arxiv_ids(archive: str, expected: str | None) -> None:
    text = f"@misc{{a, title={{T}}, eprint={{2101.00001}}, {archive}}}"
    assert fields(text, "bibtex").get("arxiv") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@misc{a, title={T}}\n@misc{a, title={U}}", ["", "repeated_id"]),
        ("@misc{a, title={T\n@misc{b, title={U}}", ["bad_bibtex", ""]),
        ("@misc{a, title={T}, title={U}}", ["bad_bibtex"]),
        ("@misc{a, title={T}, TITLE={U}}", ["bad_bibtex"]),
        ("@misc{a, title={T} year={1999}}", ["bad_bibtex"]),
        ("@misc{a, title={T}", ["bad_bibtex"]),
        ('@string{a = "x"}\n@string{a = "y"}\n@misc{b, title=a}', ["bad_bibtex", ""]),
        ("@misc{, title={T}}\n@misc{, title={U}}", ["", "repeated_id"]),
        ("@comment{@misc{a, title={T}}}\nwords\n@misc(b, title={U})", [""]),
        ("words only", []),
    ],
)
def test_bad_bibtex_is_rejected(text: str, expected: list[str]) -> None:
    assert codes(text, "bibtex") == expected


def test_bibtex_trouble_is_reported_once_and_not_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    assert codes("@misc{a, title={T", "bibtex") == ["bad_bibtex"]
    assert capfd.readouterr() == ("", "")


# RIS


def test_a_ris_entry() -> None:
    text = """Provider: somebody
Content: text/plain

TY  - JOUR
ID  - 77
TI  -The title
  goes on
AU  - Roe, Ann
AU  - Doe, B.
T2  - The Journal
JO  - TJ
PY  - 1999/03//
SP  - 11
EP  - 19
UR  - http://a.example/x;y
ZZ  - unheard of
 and more
ER  -

"""
    (entry,) = entries(text, "ris")
    assert (entry.source_key, entry.place) == ("77", "entry=1")
    assert entry.fields == {
        "type": "JOUR",
        "title": "The title goes on",
        "authors": "Roe, Ann\nDoe, B.",
        "venue": "The Journal",
        "year": "1999/03//",
        "pages": "11-19",
        "url": "http://a.example/x;y",
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_ris_line_ends(line_end: str) -> None:
    text = line_end.join(["TY  - BOOK", "T1  - A", "Y1  - 1999", "ER  - ", ""])
    assert fields(text, "ris") == {"type": "BOOK", "title": "A", "year": "1999"}


def test_a_tag_given_twice_loses_nothing() -> None:
    assert fields("TY  - BOOK\nTI  - A\nTI  - B\nER  - \n", "ris")["title"] == "A\nB"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TY  - JOUR\nTI  - A\n", ["bad_ris"]),
        ("TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - \n", ["bad_ris", ""]),
        ("TY  - JOUR\nTI  - A\nER  - \nTI  - loose\n", ["", "bad_ris"]),
        ("TI  - loose\nER  - \nTY  - JOUR\nTI  - B\nER  - \n", ["bad_ris", ""]),
        ("TY  - JOUR\nwords\nER  - \n", ["bad_ris"]),
        ("TY  - JOUR\nTI  - A\nTI  - B\n more\nER  - \n", ["bad_ris"]),
        ("TY - JOUR\nTI - A\nER - \n", ["bad_ris"]),
        ("no citation", ["bad_ris"]),
        ("TY  - JOUR\nUK  - A\nXY  - B\nER  - \n", [""]),
        ("TY  - A\nID  - 1\nER  - \nTY  - A\nID  - 1\nER  - \n", ["", "repeated_id"]),
    ],
)
def test_bad_ris_is_rejected(text: str, expected: list[str]) -> None:
    assert codes(text, "ris") == expected


# Any text

_WORDS = """title id , " { } @misc{a, @string{ = # TY ER TI UK {"title":"A"} {" [ 1 x é -""".split()
_SIGNS = ["\t", "\n", "\r", " ", "  - ", "\nTY  - ", "\nER  - ", "\x00", "\ufeff", "\ud800"]
_FRAGMENTS = st.sampled_from([*_WORDS, *_SIGNS])
_TEXT = st.one_of(st.text(), st.lists(_FRAGMENTS, max_size=40).map("".join))


def code_or_entries(text: str, file_format: FileFormat) -> str | list[Entry | Rejection]:
    try:
        return read(text, file_format)
    except BadInputError as error:
        return error.code


@given(_TEXT, st.sampled_from(get_args(FileFormat)), st.sampled_from(["", "id,title,abstract\n", "id\ttitle\n"]))
def test_no_text_makes_a_reader_fail(text: str, file_format: FileFormat, header: str) -> None:
    result = code_or_entries(header + text, file_format)
    if isinstance(result, str):
        assert result in {"empty_file", "no_title_column", "bad_csv"}
        return
    keys = [one.source_key for one in result if isinstance(one, Entry)]
    assert len(set(keys)) == len(keys)
    assert all(one.model_dump_json() for one in result)


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=8, unique_by=lambda row: row[0]))
def test_what_is_written_as_csv_is_read_word_for_word(rows: list[tuple[str, str]]) -> None:
    import csv

    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([("id", "title"), *rows])
    stream.seek(0)
    found = [one for one in read_citations(stream, "csv") if isinstance(one, Entry)]
    for entry, (key, title) in zip(found, [row for row in rows if any(c.strip() for c in row)], strict=True):
        assert entry.source_key == (key if key.strip() else entry.place.replace("=", "-"))
        assert entry.fields.get("title", "") == (title if title.strip() else "")
