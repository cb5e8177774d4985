from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.normalizers import normalise
from variorum.schema import Entry, Record, identify
from variorum.schema.identifiers import normalise_arxiv, normalise_pmid


def record(**fields: str) -> Record:
    entry = Entry(source="file", format="citation", source_key="1", place="row=1", fields=fields)
    result = normalise(entry)
    assert isinstance(result, Record)
    return result


def identifiers(**fields: str) -> list[tuple[str, str, str]]:
    return [(found.scheme, found.value, found.role) for found in record(**fields).identifiers]


def test_a_whole_citation() -> None:
    found = record(
        type="article",
        title="The {DNA} of $\\alpha$-helices",
        authors='Roe, Ann and M{\\"u}ller, J.',
        year="1999",
        venue="Journal of {Things}",
        volume=" 12, ",
        issue="3",
        pages="11--19",
        doi="https://doi.org/10.1000/ABC",
        abstract="Abstract: We look at it...",
        keywords="one; two",
        url="https://a.example/1",
        publisher="P",
        editor="E",
        language="en",
        markup="tex",
    )
    assert (found.source, found.source_key, found.format) == ("file", "1", "citation")
    assert (found.kind, found.kind_raw, found.stage) == ("article-journal", "article", "published")
    assert (found.title, found.title_raw) == ("The DNA of α-helices", "The {DNA} of $\\alpha$-helices")
    assert [(a.name, a.family, a.given) for a in found.authors] == [
        ("Roe, Ann", "Roe", "Ann"),
        ('M{\\"u}ller, J.', "Müller", "J."),
    ]
    assert found.authors_complete
    assert (found.date, found.date_raw) == ("1999", "1999")
    assert (found.venue, found.venue_raw) == ("Journal of Things", "Journal of {Things}")
    assert (found.volume, found.issue, found.pages) == ("12", "3", "11--19")
    assert (found.abstract, found.abstract_truncated) == ("We look at it...", True)
    assert found.subjects == ("one", "two")
    assert [(link.url, link.rel) for link in found.links] == [("https://a.example/1", "landing")]
    assert [(i.scheme, i.value, i.raw) for i in found.identifiers] == [
        ("doi", "10.1000/abc", "https://doi.org/10.1000/ABC")
    ]
    assert found.flags == ()


def test_an_empty_citation_is_a_stub() -> None:
    found = record()
    assert (found.title, found.kind, found.stage, found.date, found.flags) == (None, "document", None, None, ("stub",))
    assert not found.authors_complete


@pytest.mark.parametrize(
    ("raw", "venue", "kind", "stage"),
    [
        ("JOUR", "Nature", "article-journal", "published"),
        ("Journal Article", None, "article-journal", None),
        ("article-journal", None, "article-journal", None),
        ("inproceedings", "Proc. X", "paper-conference", "published"),
        ("CPAPER", None, "paper-conference", None),
        ("CONF", None, "paper-conference", None),
        ("Conference Paper", None, "paper-conference", None),
        ("proceedings-article", None, "paper-conference", None),
        ("BOOK", None, "book", None),
        ("incollection", None, "chapter", None),
        ("CHAP", None, "chapter", None),
        ("phdthesis", None, "thesis", None),
        ("THES", None, "thesis", None),
        ("techreport", None, "report", None),
        ("RPRT", None, "report", None),
        ("dataset", None, "dataset", None),
        ("COMP", None, "software", None),
        ("preprint", None, "article", "preprint"),
        ("preprint", "Nature", "article", "preprint"),
        ("article", "medRxiv", "article", "preprint"),
        ("misc", "arXiv", "article", "preprint"),
        ("misc", None, "document", None),
        ("unpublished", None, "document", None),
        (None, "Proceedings of the Xth", "paper-conference", "published"),
        (None, "Journal of Y", "article-journal", "published"),
        (None, "VLDB", "document", "published"),
    ],
)
def test_kind_and_stage(raw: str | None, venue: str | None, kind: str, stage: str | None) -> None:
    found = record(**{name: value for name, value in (("type", raw), ("venue", venue)) if value is not None})
    assert (found.kind, found.stage, found.kind_raw) == (kind, stage, raw)
    assert "unknown_kind" not in found.flags


def test_an_unknown_type_is_kept_and_flagged() -> None:
    found = record(type="Vinyl", title="A")
    assert (found.kind, found.kind_raw, found.flags) == ("document", "Vinyl", ("unknown_kind",))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("A {B}ig {DNA}", "A Big DNA"),
        ("{The Whole}", "The Whole"),
        ("Caf{\\'e}s in Stra{\\ss}en", "Cafés in Straßen"),
        ('M\\"unchen', "München"),
        ('so-called \\"epidemic gearing\\" here', 'so-called \\"epidemic gearing\\" here'),
        ("PKC{epsilon}", "PKC{epsilon}"),
        ("50 % of AT&T", "50 % of AT&T"),
        ("The &#961; &amp; the &lt;i&gt;x&lt;/i&gt;", "The ρ & the x"),
        ("H<sub>2</sub>O and <em>x</em> < y", "H2O and x < y"),
        ("<p>Risk</p>", "Risk"),
        ("two\n  lines", "two lines"),
    ],
)
def test_titles_are_cleaned(raw: str, expected: str) -> None:
    found = record(title=raw)
    assert (found.title, found.title_raw) == (expected, raw)


def test_tex_is_read_in_every_word_of_a_bibtex_file() -> None:
    assert record(title="a~b of $x$", markup="tex").title == "a b of x"
    assert record(title="a~b of $x$").title == "a~b of $x$"


@pytest.mark.parametrize(
    "raw", ["[no title]", "No Title", "untitled", "null", "N/A", "UNKNOWN", "name", "-", "{}", "[No title available]."]
)
def test_placeholder_titles_are_no_titles(raw: str) -> None:
    found = record(title=raw)
    assert (found.title, found.title_raw, found.flags) == (None, raw, ("stub",))


@pytest.mark.parametrize(
    ("date", "year", "expected", "raw"),
    [
        (None, "1999", "1999", "1999"),
        (None, "2019.0", "2019", "2019.0"),
        (None, " 1999 ", "1999", "1999"),
        ("2019-05-03", "2019", "2019-05-03", "2019-05-03"),
        ("2019/05/03/", None, "2019-05-03", "2019/05/03/"),
        ("2019/5", None, "2019-05", "2019/5"),
        ("2019///", None, "2019", "2019///"),
        ("2019/05/03/spring", None, "2019-05-03", "2019/05/03/spring"),
        ("2019-05-03T10:00:00Z", None, "2019-05-03", "2019-05-03T10:00:00Z"),
        ("May 3, 2019", None, "2019-05-03", "May 3, 2019"),
        ("Spring 2019", "2019", "2019", "Spring 2019"),
        ("2019-13-01", "2019", "2019", "2019-13-01"),
        (None, "in press", None, "in press"),
        (None, "199", None, "199"),
        (None, "2019.5", None, "2019.5"),
        (None, "1999-2000", None, "1999-2000"),
        (None, "0", None, "0"),
        (None, "٢٠١٩", None, "٢٠١٩"),
    ],
)
def test_dates(date: str | None, year: str | None, expected: str | None, raw: str) -> None:
    found = record(**{name: value for name, value in (("date", date), ("year", year)) if value is not None})
    assert (found.date, found.date_raw) == (expected, raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Abstract Background: x", "Background: x"),
        ("ABSTRACT:: We did", "We did"),
        ("AbstractBackground We did", "Background We did"),
        ("Abstract The knot", "The knot"),
        ("Abstract—Knots are", "Knots are"),
        ("Abstract. Knots are", "Knots are"),
        ("Abstract\nKnots are", "Knots are"),
        ("ABSTRACT DNA is", "DNA is"),
        ("ABSTRACT SYNTAX TREES", "ABSTRACT SYNTAX TREES"),
        ("Abstract Meaning Representation (AMR) is", "Abstract Meaning Representation (AMR) is"),
        ("Abstract Syntax Trees are good", "Abstract Syntax Trees are good"),
        ("Abstract-Level Reasoning", "Abstract-Level Reasoning"),
        ("AbstractFactory is a pattern", "AbstractFactory is a pattern"),
        ("<jats:title>Abstract</jats:title><jats:p>We did.</jats:p>", "We did."),
        ("Abstract interpretation is old", "Abstract interpretation is old"),
        ("Abstracts are short", "Abstracts are short"),
        ("[No abstract available]", None),
        ("n/a", None),
        ("We did. Abstract: yes", "We did. Abstract: yes"),
    ],
)
def test_abstracts(raw: str, expected: str | None) -> None:
    found = record(abstract=raw)
    assert (found.abstract, found.abstract_raw, found.abstract_truncated) == (expected, raw, False)


@pytest.mark.parametrize("end", ["...", "…", " … "])
def test_a_cut_abstract_is_known(end: str) -> None:
    assert record(abstract=f"We did{end}").abstract_truncated


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"doi": "doi: 10.1000/A"}, [("doi", "10.1000/a", "self")]),
        ({"doi": "10.1000/a; 10.1000/b"}, [("doi", "10.1000/a", "self"), ("doi", "10.1000/b", "self")]),
        ({"doi": "10.1000/a [doi]"}, [("doi", "10.1000/a", "self")]),
        ({"doi": "10.48550/arXiv.2101.00001"}, [("arxiv", "2101.00001", "self")]),
        ({"arxiv": "arXiv:2101.00001v2"}, [("arxiv", "2101.00001", "self")]),
        ({"pmid": "12345"}, [("pmid", "12345", "self")]),
        ({"issn": "0028-0836"}, [("issn", "0028-0836", "container")]),
        (
            {"isbn": "0028-0836 (Print) 1476-4687 (Linking)"},
            [("issn", "0028-0836", "container"), ("issn", "1476-4687", "container")],
        ),
        ({"isbn": "978-3-16-148410-0", "type": "book"}, [("isbn", "9783161484100", "self")]),
        ({"issn": "978-3-16-148410-0", "type": "book"}, [("isbn", "9783161484100", "self")]),
        ({"isbn": "9783161484100", "type": "CHAP"}, [("isbn", "9783161484100", "container")]),
        ({"isbn": "9783161484100", "type": "inproceedings"}, [("isbn", "9783161484100", "container")]),
        ({"isbn": "9783161484100", "type": "article"}, [("isbn", "9783161484100", "container")]),
        ({"url": "https://doi.org/10.1000/a"}, [("doi", "10.1000/a", "self")]),
        ({"url": "https://dl.example.org/doi/abs/10.1145/1.2?x=y"}, [("doi", "10.1145/1.2", "self")]),
        ({"url": "https://arxiv.org/abs/hep-th/9501018v1"}, [("arxiv", "hep-th/9501018", "self")]),
        ({"url": "https://pubmed.ncbi.nlm.nih.gov/12345/"}, [("pmid", "12345", "self")]),
        ({"url": "https://doi.org/10.1000/a", "doi": "10.1000/b"}, [("doi", "10.1000/b", "self")]),
        ({"url": "https://arxiv.org/abs/2101.00001", "doi": "10.1000/b"}, [("doi", "10.1000/b", "self")]),
        ({"url": "https://a.example/10.1000/a"}, []),
        ({"doi": "null", "isbn": "-", "url": "N/A"}, []),
    ],
)
def test_identifiers(fields: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    assert identifiers(**fields) == expected
    assert set(record(**fields).flags) <= {"stub"}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("doi", "54061"),
        ("doi", "10.1000/abc def"),
        ("doi", "10.1000/abc..."),
        ("arxiv", "12345"),
        ("pmid", "PMC12"),
        ("isbn", "9783161484101"),
        ("issn", "0028-0837"),
        ("url", "see the library"),
    ],
)
def test_what_is_no_identifier_is_none_and_flagged(name: str, raw: str) -> None:
    found = record(**{name: raw, "title": "A"})
    assert (found.identifiers, found.flags) == ((), (f"invalid_{name}",))


_LEADS = st.sampled_from(["", "doi:", "DOI: ", "http://dx.doi.org/", "https://doi.org/", "https://www.doi.org/"])
_PARTS = st.lists(
    st.sampled_from(["10.", "1000/", "48550/", "arXiv.", "2101.00001", "a", "B", "1", ".", "-", "(", ")", "/"])
)


@given(_LEADS, _PARTS)
def test_a_plain_doi_is_read_as_any_other(lead: str, parts: list[str]) -> None:
    raw = f"{lead}10.{''.join(parts)}"
    found = identify(raw)
    expected = [(found.scheme, found.value, "self")] if found and found.scheme in ("doi", "arxiv") else []
    assert identifiers(doi=raw) == expected


_ARXIV = st.from_regex(
    r"(arXiv:|https?://arxiv\.org/abs/)?[0-3][0-9][0-2][0-9]\.[0-9]{4,6}(v[0-9]{1,4})?", fullmatch=True
)
_PUBMED = "(https?://(www\\.ncbi\\.nlm\\.nih\\.gov/pubmed|pubmed\\.ncbi\\.nlm\\.nih\\.gov)/)?[0-9]{1,10}"


@given(_ARXIV, st.from_regex(_PUBMED, fullmatch=True))
def test_plain_numbers_are_read_as_any_other(arxiv: str, pmid: str) -> None:
    paper, number = normalise_arxiv(arxiv), normalise_pmid(pmid)
    assert identifiers(arxiv=arxiv) == ([("arxiv", paper.id, "self")] if paper else [])
    assert identifiers(pmid=pmid) == ([("pmid", number, "self")] if number else [])


def test_several_addresses_are_several_links() -> None:
    found = record(url="https://a.example/1;x\nwww.b.example")
    assert [link.url for link in found.links] == ["https://a.example/1;x", "www.b.example"]


@pytest.mark.parametrize(
    ("authors", "complete"), [("Roe, A.", True), ("Roe, A. and others", False), ("Anonymous", False)]
)
def test_a_byline_is_complete_unless_cut(authors: str, complete: bool) -> None:
    assert record(authors=authors).authors_complete is complete


def test_a_field_the_format_does_not_know_is_a_rejection() -> None:
    entry = Entry(source="file", format="citation", source_key="1", place="row=1", fields={"colour": "red"})
    assert getattr(normalise(entry), "code", None) == "unknown_field"


_NAMES = (
    "type title authors year date venue volume issue pages doi abstract isbn issn url arxiv pmid keywords publisher"
    " editor language markup"
).split()
_VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.sampled_from(
    ["10.1000/a", "{", "\\'", "\\begin{", "$", "<b", "&#0;", "&#xd800;", "tex", "1999", "Roe, A.", "http://", "{{}"]
)


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES))
def test_any_values_make_a_record_that_can_be_stored(fields: dict[str, str]) -> None:
    found = record(**fields)
    assert found.title_raw == fields.get("title")
    assert Record.model_validate_json(found.model_dump_json(), strict=False) == found
