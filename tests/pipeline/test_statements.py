from __future__ import annotations

import csv
import io
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.columns import StatementColumns
from variorum.dedup.features import Statement, features_of
from variorum.normalizers import LONGEST_FIELD, normalise
from variorum.pipeline.statements import statement_columns, statement_of_record, statement_of_row
from variorum.schema import Author, Entry, Identifier, Record, Rejection, text_key
from variorum.scrapers import FileFormat, Row, RowColumns, markup_of, read_citations, read_rows

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"

CSV = """id,type,title,authors,year,date,venue,volume,issue,pages,doi,abstract,isbn,url,pmid,arxiv
1,article,On Knots,"Roe, Ann; Poe, Bob",1999,,Journal of Knots,12,3,11-19,10.1000/ABC.1,,2049-3630,,,
2,inproceedings,Part II: the {DNA} of <i>ropes</i>,"Roe, Ann and Poe, Bob",,2019-05-03,Proc. of Ropes,,,e45,,,,,,
3,book,A Book,Ann Roe,2019.0,,,,,,,,978-3-16-148410-0,,,
4,article,In a Book,Ann Roe,2019,,,,,,,,978-3-16-148410-0,,,
5,,Without type,"A. Roe, B. Poe",2001,,arXiv,,,,10.48550/arXiv.2101.00001,,1477-9072 1744-8344,,,
6,,By address,Roe A,2001,Spring 2002,Letters in Knots,,,,,,,https://www.ncbi.nlm.nih.gov/pubmed/123456/,,
7,,By two addresses,Roe A,in press,,,,,,,,,https://a.example/1 https://dl.a.example/doi/abs/10.1145/1.2?x=y,,
8,,Escaped,Roe A,2001,06/12/2023,,7 (Suppl),,S12-S14,http://dx.doi.org/10.1016/S0003-4975%2800%2901367-9,,,,,
9,preprint,All,Roe A,2001,,,,,,https://doi.org/10.1000/a,,,https://pubmed.ncbi.nlm.nih.gov/77/,PMID: 78,2101.00002v3
10,journal article,[No title],Anonymous,n.d.,,n/a,-,-,n/a,null,[No abstract available],-,N/A,none,
11,techreport,Cut,Poe B,1998,,Report,,,,10.1000/a; 10.1000/b,Long ago and far away ...,,,,
12,techreport,Not cut,Poe B,1998,,Report,,,,10.1000/abc def,<p>Abstract: Long ago</p>,,http://arxiv.org/abs/hep-th/9501018v1,,
"""
BIBTEX = r"""@article{roe, title = {The {DNA} of $\alpha$-helices}, author = {M{\"u}ller, J. and Roe, Ann},
  year = 1999, journal = {{arXiv} preprint}, pages = {1--9}, doi = {10.1000/a\_b}, eprint = {2101.00001}}
"""
RIS = """TY  - JOUR
TI  - On knots
AU  - Roe, Ann
AU  - Poe, B.
PY  - 1999/03//
SP  - 11
EP  - 19
DO  - doi: 10.1000/A
ER  -
"""
JSONL = '{"title": "A", "authors": [{"family": "Roe", "given": "Ann"}, "Bob Poe"], "year": 2019, "DOI": "10.1/x"}\n'


COMPARED = attrgetter(
    *("kind", "title", "families", "year", "venue", "preprint", "volume", "issue", "first_page", "last_page"),
    *("identifiers", "abstract", "abstract_truncated", "own_id"),
)


def both(text: str, file_format: FileFormat) -> list[tuple[Statement, Statement]]:
    """What each row of a file says, read as a row and read as a record."""
    rows = [row for row in read_rows(io.StringIO(text, newline=""), file_format) if isinstance(row, Row)]
    entries = [one for one in read_citations(io.StringIO(text, newline=""), file_format) if isinstance(one, Entry)]
    pairs = []
    for row, entry in zip(rows, entries, strict=True):
        said, record = statement_of_row(row, markup_of(file_format)), normalise(entry)
        assert isinstance(said, Statement)
        assert isinstance(record, Record)
        pairs.append((said, statement_of_record(record)))
    return pairs


def said(**fields: str) -> Statement:
    result = statement_of_row(Row(key="1", source="file", place="row=1", **fields), "")
    assert isinstance(result, Statement)
    return result


FILES = [
    pytest.param(CSV, "csv", 12, id="csv"),
    pytest.param(BIBTEX, "bibtex", 1, id="bibtex"),
    pytest.param(RIS, "ris", 1, id="ris"),
    pytest.param(JSONL, "jsonl", 1, id="jsonl"),
    pytest.param((FIXTURES / "nsf_par/export_csv/page.csv").read_text(), "csv", 5, id="fixture"),
    pytest.param((FIXTURES / "nsf_par/export_spreadsheet_csv/page.csv").read_text(), "csv", 2, id="spreadsheet"),
]


def by_column(rows: list[Row], markup: str, prefix: str = "") -> list[Statement] | None:
    """What rows say, read by column; None if one is rejected."""
    found = statement_columns(RowColumns.of(rows), markup, prefix=prefix)
    return None if found is None else [found.statement(at) for at in range(len(rows))]


def one_by_one(rows: list[Row], markup: str, prefix: str = "") -> list[Statement] | None:
    statements = [statement_of_row(row, markup, prefix=prefix) for row in rows]
    read = [one for one in statements if isinstance(one, Statement)]
    return read if len(read) == len(rows) else None


@pytest.mark.parametrize(("text", "file_format", "count"), FILES)
def test_rows_say_by_column_what_they_say_one_by_one(text: str, file_format: FileFormat, count: int) -> None:
    rows = [row for row in read_rows(io.StringIO(text, newline=""), file_format) if isinstance(row, Row)]
    assert len(rows) == count
    markup = markup_of(file_format)
    found = by_column(rows, markup, "a.csv:")
    assert found == one_by_one(rows, markup, "a.csv:")
    assert found is not None
    assert [StatementColumns.of(found).statement(at) for at in range(count)] == found
    assert RowColumns.of(rows).rows() == rows


def test_columns_of_rows_have_the_fields_of_rows() -> None:
    assert RowColumns._fields == Row._fields
    assert (*StatementColumns._fields, "read") == Statement._fields
    assert by_column([], "") == []


@pytest.mark.parametrize(("text", "file_format", "count"), FILES)
def test_a_row_says_what_its_record_would(text: str, file_format: FileFormat, count: int) -> None:
    pairs = both(text, file_format)
    assert len(pairs) == count
    for row, record in pairs:
        assert COMPARED(features_of(row)) == COMPARED(features_of(record))


def test_every_field_of_a_row_has_its_place() -> None:
    found = said(
        type="article",
        title="On Knots",
        authors="Roe, A.",
        year="1999",
        venue="Knots",
        volume="1",
        issue="2",
        pages="3-4",
        doi="10.1000/A",
        abstract="We knot…",
    )
    assert found == Statement(
        ref="1",
        source="",
        kind="article-journal",
        title="On Knots",
        byline="Roe, A.",
        year="1999",
        venue="Knots",
        volume="1",
        issue="2",
        pages="3-4",
        identifiers=(("doi", "10.1000/a"),),
        abstract="We knot…",
        abstract_truncated=True,
    )


def test_refs_bear_the_prefix_and_digests_are_no_ids() -> None:
    row = Row(key=text_key("a"), source="file", place="row=1", title="A")
    found = statement_of_row(row, "", prefix="a.csv:")
    assert isinstance(found, Statement)
    assert (found.ref, found.own_id) == (f"a.csv:{text_key('a')}", False)
    assert said(title="A").own_id


@pytest.mark.parametrize("words", ["[No title]", "n/a", "Untitled", "-"])
def test_words_for_a_missing_title_are_none(words: str) -> None:
    assert said(title=words).title == ""


@pytest.mark.parametrize(
    ("abstract", "truncated"),
    [("We did ...", True), ("<p>We did…</p>", True), ("We did " * 50 + "…\n", True), ("We did...  not.", False)],
)
def test_a_cut_abstract_is_known(abstract: str, truncated: bool) -> None:
    assert said(abstract=abstract).abstract_truncated is truncated


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Row(key="k" * 1001, source="file", place="row=1"), "too_long"),
        (Row(key="1", source="file", place="row=1", abstract="a" * (LONGEST_FIELD + 1)), "too_long"),
        (Row(key="1", source="file", place="row=1", authors="a" * (LONGEST_FIELD + 1)), None),
    ],
)
def test_what_is_far_too_long_is_rejected(row: Row, code: str | None) -> None:
    found = statement_of_row(row, "")
    assert (found.code if isinstance(found, Rejection) else None) == code
    plain = Row(key="2", source="file", place="row=2", title="On Knots")
    assert by_column([plain, row, plain], "") == one_by_one([plain, row, plain], "")
    assert (by_column([row], "") is None) == bool(code)


def test_a_record_keeps_what_its_row_could_not_say() -> None:
    record = Record(
        source="arxiv",
        source_key=text_key("a"),
        format="x",
        title="A",
        authors=(Author(name="The Team", evidence="profile"), Author(name="A. Roe", family="Roe", given="A.")),
        authors_complete=True,
        date="2019-05",
        identifiers=(
            Identifier(scheme="doi", value="10.1/a", raw=""),
            Identifier(scheme="issn", value="0028-0836", raw="", role="container"),
        ),
        stage="preprint",
        flags=("low_confidence:date",),
    )
    found = statement_of_record(record, listed_once=True)
    assert found.ref == record.ref
    assert found.names == (("The Team", ""), ("Roe", "A."))
    assert (found.names_complete, found.profile_only) == (True, False)
    assert (found.year, found.year_doubtful) == ("2019", True)
    assert found.identifiers == (("doi", "10.1/a"),)
    assert (found.preprint, found.listed_once, found.own_id) == (True, True, False)


def test_authors_known_from_their_profile_only() -> None:
    record = Record(source="s", source_key="1", format="x", authors=(Author(name="A. Roe", evidence="profile"),))
    assert statement_of_record(record).profile_only
    assert not statement_of_record(Record(source="s", source_key="1", format="x")).profile_only


_CELLS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["10.1000/a", "https://doi.org/10.1000/a", "n/a", "1999", "978-3-16-148410-0", "book", "arXiv", "{", "&#0;", " "]
)
_HEADER = ["id", "title", "document title", "type", "year", "venue", "doi", "isbn", "url", "abstract", "start page"]


@given(st.lists(st.lists(_CELLS, max_size=len(_HEADER) + 1), max_size=8))
def test_every_row_that_is_not_blank_is_read_or_rejected(table: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([_HEADER, *table])
    stream.seek(0)
    read = list(read_rows(stream, "csv"))
    assert len(read) == sum(any(cell.strip() for cell in row) for row in table)
    for one, other in both(stream.getvalue(), "csv"):
        assert (one.kind, one.preprint, one.own_id) == (other.kind, other.preprint, other.own_id)
        assert sorted(one.identifiers) == sorted(other.identifiers)
        assert int(one.year or 0) == int(other.year or 0)


_DOIS = st.one_of(
    st.sampled_from(["", "10.1000/a", "10.1000/A.B-c(1)_2", "10.1000/a..b", "10.1000/a.", "10.48550/arXiv.2101.00001"]),
    st.sampled_from(["https://doi.org/10.1000/A", "http://dx.doi.org/10.1000/a", "10.1000/a...b", "10.1000/\u212a"]),
    st.sampled_from(["10.1000.10/a", "10.100/a", "10.1000/" + "a" * 50, "10.1000/" + "a.b" * 99, "10.1000/a\n", "n/a"]),
    st.text("10./aA-(<ä", max_size=8).map(lambda text: f"10.1000/{text}"),
)
_URLS = st.one_of(
    st.sampled_from(["", "https://pubmed.ncbi.nlm.nih.gov/77/", "https://pubmed.ncbi.nlm.nih.gov/77", "n/a"]),
    st.sampled_from(
        ["https://www.ncbi.nlm.nih.gov/pubmed/78", "https://a.example/?u=https://www.NCBI.nlm.nih.gov/pubmed/79"]
    ),
    st.sampled_from(["https://a.example", "https://a.example/doi/10.1000/u", "https://a.example/doi:10.1000/u"]),
    st.sampled_from(["https://doi.org/10.1000/u", "https://a.example https://doi.org/10.1000/u", "10.1000/u"]),
    st.sampled_from(
        ["https://www.a.example/arxiv:2101.00001", "https://arxiv.org/abs/2101.00001", "https://d.example/doi"]
    ),
)
_ROWS = st.builds(
    Row,
    key=st.sampled_from(["1", "x", text_key("a")]),
    source=st.sampled_from(["file", "dblp"]),
    place=st.just(""),
    type=st.sampled_from(["", "article", "book", "preprint"]),
    title=st.sampled_from(["", "On Knots", "[No title]", "n/a", "Knots; Ropes", f"{' ' * 50}No title", "No title" * 9]),
    year=st.sampled_from(["", "1999", "19999", "in press", "\u0661\u0669\u0669\u0669"]),
    date=st.sampled_from(["", "", "2001-02", "Spring 2002"]),
    venue=st.sampled_from(["", "arXiv", "Knots", "n/a", "{Knots}"]),
    doi=_DOIS,
    abstract=st.sampled_from(["", "We knot...", "[No abstract available]", "<p>We knot…</p>", "We knot. " * 20, " "])
    | st.text("k.… <>", max_size=6).map(lambda end: f"{'We knot. ' * 12}{end}"),
    isbn=st.sampled_from(["", "978-3-16-148410-0", "0028-0836"]),
    issn=st.sampled_from(["", "", "0028-0836", "978-3-16-148410-0"]),
    url=_URLS,
    pmid=st.sampled_from(["", "", "77"]),
)


@given(st.lists(_ROWS, max_size=5), st.sampled_from(["", "tex"]))
def test_whatever_rows_hold_they_say_it_by_column_too(rows: list[Row], markup: str) -> None:
    assert by_column(rows, markup) == one_by_one(rows, markup)
