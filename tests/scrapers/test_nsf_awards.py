"""NSF Award Search: what is asked and how answers are judged, strings cut into members, and what is never kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.errors import LayoutError
from variorum.normalizers import normalise
from variorum.pipeline.reading import Page, read_page, records_of
from variorum.schema import Author, AwardDetails, Entry, Record, Rejection
from variorum.schema.harvest import Awards
from variorum.scrapers import Asked, Lead, decode, get_source
from variorum.scrapers._nsf_reference import Reference, split_reference
from variorum.scrapers.nsf_awards import SOURCE, lead

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "nsf_awards"
CASES = sorted(page.parent.name for page in FIXTURES.glob("*/page.*"))


def fixture(case: str) -> bytes:
    return next((FIXTURES / case).glob("page.*")).read_bytes()


def page_of(case: str) -> Page:
    return read_page(fixture(case))


def answer(**response: Any) -> bytes:
    return json.dumps({"response": response}).encode()


def led(number: str, body: bytes) -> Lead:
    return lead(Asked(number), decode(body))


# Asking


def test_an_award_is_asked_for_by_number_without_addresses() -> None:
    (channel,) = SOURCE.channels
    harvest = channel.harvest(channel.endpoint, Awards(("0802001",)))
    request = harvest.request(harvest.begin())
    address, _, query = request.url.partition("?")
    assert (address, request.expects) == ("https://api.nsf.gov/services/v1/awards.json", "json")
    assert query.startswith("id=0802001&printFields=id,title,")
    assert {"publicationResearch", "publicationConference"} <= set(query.split(","))
    assert not [name for name in query.split(",") if "mail" in name.lower() or "phone" in name.lower()]
    assert not {"pi", "coPDPI"} & set(query.split(","))


def test_an_answer_is_complete_or_says_that_there_is_no_such_award() -> None:
    assert led("0802001", fixture("api_answer")) == Lead()
    assert led("0802001", answer(award=[{"id": "0802001"}])) == Lead()
    assert led("0802001", answer(award=[{"id": "PLR-0802001"}])) == Lead()
    assert led("0802001", answer(award=[{"publicationResearch": []}])) == Lead()
    missing = answer(serviceNotification=[{"notificationMessage": "Award 9999999 was not found"}])
    for body in (fixture("no_award"), answer(), answer(award=None), missing):
        found = led("9999999", body)
        assert (found.known, found.holds) == (False, False)
        assert "9999999" in found.note


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("api_error", fixture("api_error")),
        ("wrong_award", fixture("api_answer")),
        ("wrong_award", answer(award=[{"publicationResearch": []}, {"publicationResearch": []}])),
        ("wrong_award", answer(award=[{"id": "9999999"}, {"id": "0802001"}])),
        ("wrong_award", answer(award=[{"id": "CNS-1234567", "publicationResearch": []}])),
        ("wrong_award", answer(award=[{"id": "999999", "publicationResearch": []}])),
        ("unexpected_value", answer(award={"id": "9999999"})),
        ("unexpected_value", answer(award=[["ann.roe@example.edu"]])),
        ("unexpected_value", b"[]"),
        ("malformed_json", b'{"response": {"award": ['),
    ],
)
def test_an_answer_that_is_none_leads_nowhere(code: str, body: bytes) -> None:
    with pytest.raises(LayoutError) as refused:
        led("9999999", body)
    assert refused.value.code == code
    assert "@" not in refused.value.message


def test_keys_are_ids_of_the_repository_or_digests() -> None:
    assert [SOURCE.key_of(text) for text in ("10526864", "https://par.nsf.gov/biblio/10526864-title")] == [
        "10526864"
    ] * 2
    assert SOURCE.key_of("c432e121ddde6367") == "c432e121ddde6367"
    assert SOURCE.key_of("12") is SOURCE.key_of("a paper") is None


# Contacts


@pytest.mark.parametrize("case", CASES)
def test_no_address_and_no_number_of_a_person_is_kept(case: str) -> None:
    body = decode(fixture(case))
    layout = get_source("nsf_awards").layout_of(body)
    assert layout is not None
    page = page_of(case)
    kept = [*page.sightings, *page.rejections, *page.awards]
    if not page.refused and page.rejection is None:
        reading = layout.parse(body)
        kept += [*reading.entries, *reading.rejections]
    for one in kept:
        text = one.model_dump_json()
        assert "@" not in text
        assert "555-01" not in text
        assert "(555)" not in text


# Awards


def test_awards_as_answers_and_pages_describe_them() -> None:
    (by_answer,), (by_page,) = page_of("api_answer").awards, page_of("award_page").awards
    assert by_answer.statement == AwardDetails(
        id="0802001",
        title="Collaborative Research: Loops & Knots in Arctic Ice",
        title_raw="Collaborative Research:  Loops &amp; Knots in Arctic Ice",
        institution="University of Nowhere",
        investigators=("Ann B Roe", "Max Muster", "José María Poe", "Bo van Doe, Jr."),
        starts="2008-09-01",
        ends="2012-08-31",
        amount=211133,
        program="ARCTIC NOWHERE SCIENCES",
    )
    assert by_page.statement == AwardDetails(
        id="2132001",
        title="EAGER: Knots & Loops of Nowhere",
        title_raw="EAGER: Knots & Loops of Nowhere",
        institution="THE REGENTS OF NOWHERE",
        investigators=("Ann Roe", "Bo van Doe", "Max Muster"),
        starts="2021-07-01",
        ends="2024-06-30",
        amount=296234,
        program="Public Knots; Private Loops",
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"starts": "2/29/2024"}, {"starts": "2024-02-29"}),
        ({"starts": "02/30/2024"}, None),
        ({"ends": "31/12/2024"}, None),
        ({"obligated": "845345.00"}, {"amount": 845345}),
        ({"obligated": "0"}, {"amount": 0}),
        ({"obligated": "1e6"}, None),
        ({"obligated": "12,34"}, None),
        ({"principal_parts": "Ann B Roe"}, {"investigators": ("Ann B Roe",)}),
        (
            {"principal": "Ann Roe", "principal_parts": "Ann B Roe", "principals": "ANN ROE\x1eMax Muster (Former)"},
            {"investigators": ("Ann Roe", "Max Muster")},
        ),
    ],
)
def test_an_unreadable_date_or_amount_is_told(fields: dict[str, str], expected: dict[str, object] | None) -> None:
    result = normalise(
        Entry(source="nsf_awards", format="nsf_award", source_key="0802001", place="award=1", fields=fields)
    )
    if expected is None:
        assert isinstance(result, Rejection)
        assert result.code == "invalid_value"
    else:
        assert result == AwardDetails(id="0802001").model_copy(update=expected)


# Strings


def cut(text: str) -> tuple[str, ...]:
    found = split_reference(text)
    return (found.volume, found.authors, found.doi, found.pages, found.title, found.par)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "73~Roe, A.~10.55/1~12-15~On knots~2021-12-06 08:27:13.9",
            ("73", "Roe, A.", "10.55/1", "12-15", "On knots", ""),
        ),
        ("Roe, A.~On knots", ("", "Roe, A.", "", "", "On knots", "")),
        ("Ann Roe~On knots~N~", ("", "Ann Roe", "", "", "On knots", "")),
        ("73~Roe, A.~147~On knots~N~", ("73", "Roe, A.", "", "147", "On knots", "")),
        ("Roe, A.~e1602~On knots~", ("", "Roe, A.", "", "e1602", "On knots", "")),
        ("XII~Roe, A.~Art. 5~On knots~", ("XII", "Roe, A.", "", "Art. 5", "On knots", "")),
        ("In Pres~Li, W.~Accepted~On knots~", ("In Pres", "Li, W.", "", "Accepted", "On knots", "")),
        ("Early, J. and Roe, A.~On knots~", ("", "Early, J. and Roe, A.", "", "", "On knots", "")),
        ("12B~Roe, A.~. DOI10.5555/1~On knots~N~", ("12B", "Roe, A.", ". DOI10.5555/1", "", "On knots", "")),
        ("Winter~Roe, A.~10.5555/1~On knots~", ("Winter", "Roe, A.", "10.5555/1", "", "On knots", "")),
        ("6~10.5555/1~15~On knots~", ("6", "", "10.5555/1", "15", "On knots", "")),
        ("Roe, A.~10.5555/1~KTaO3 (001) at ~100 K~N~", ("", "Roe, A.", "10.5555/1", "", "KTaO3 (001) at ~100 K", "")),
        ("Roe, A.~Knots ~ and loops~N~", ("", "Roe, A.", "", "", "Knots ~ and loops", "")),
        ("Roe, A.~On knots~N~10526864~10526865~OSTI~", ("", "Roe, A.", "", "", "On knots", "10526865")),
        (
            "Roe, A.~On knots~10418750~10402405~OSTI~2023-12-09 15:04:14",
            ("", "Roe, A.", "", "", "On knots", "10402405"),
        ),
        ("Roe, A.~On knots~10402405~OSTI", ("", "Roe, A.", "", "", "On knots", "10402405")),
        ("Roe, A.~2019GL085678~On knots~N~", ("", "Roe, A.", "", "2019GL085678", "On knots", "")),
        ("Roe, A.~Pending ~ questions~N~", ("", "Roe, A.", "", "", "Pending ~ questions", "")),
        ("Early~On knots~N~", ("", "Early", "", "", "On knots", "")),
        (
            "In press, corrected proof~Roe, A.~On knots~N~",
            ("In press, corrected proof", "Roe, A.", "", "", "On knots", ""),
        ),
    ],
)
def test_a_string_is_cut_into_its_members(rest: str, expected: tuple[str, ...]) -> None:
    assert cut(f"Journal of Knots~2018~{rest}") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~~~~",
        "Roe, A. & Poe, J.~What people tie~Environmental Knots~5~2015~54~",  # the order of older answers
        "Journal of Knots~73~Roe, A.~On knots~N~",
        "~2018~73~Roe, A.~On knots~N~",
        "Journal of Knots~2018~On knots~N~",
        "Journal of Knots~2018~73~On knots~N~",
        "Journal of Knots~2018~73~15~On knots~N~",
        "Journal of Knots~2018~73~Roe, A.~10.5555/1~N~",
        "Journal of Knots~2018~73~Roe, A.~147~N~",
        "Journal of Knots~2018~Roe, A.~10.5555/1~10.5555/2~On knots~N~",
        "Journal of Knots~2018~Roe, A.~Doe, B.~10.5555/1~On knots~N~",
        "Journal of Knots~2018~Roe, A.~Pages nobody numbered~On knots~N~",
        "Journal of Knots~2018~Roe, A.~2D~3D knots~N~",
        "Journal of Knots~2018~Roe, A.~On knots~10418750~10402405~PAR~N~",
        "Journal of Knots~2018~Roe, A.~On knots~OSTI~",
        "Journal of Knots~2018~A title of so many words that it can be no name~On knots~N~",
        "Journal of Knots~2018~Roe, A.~In Press~N~",
        "Journal of Knots~2018~Roe, A.~10.5555/1~Accepted for publication~N~",
        "Journal of Knots~2018~Roe, A.~10 ~20 knots~N~",
        "Journal of Knots~2018~Roe, A.~10.5555/1~H2O~CO2 knots~N~",
        "Journal of Knots~2018~Roe, A.~10.5555/1~Knots at 5~10 K~N~",
        "Journal of Knots~2018~Roe, A.~10.5555/1~KNOT2018AB~a longer one~N~",
    ],
)
def test_what_can_be_cut_in_two_ways_is_not_cut(text: str) -> None:
    with pytest.raises(LayoutError) as refused:
        split_reference(text)
    assert refused.value.code == "unsplit_publication"


@pytest.mark.parametrize(
    "pages",
    [
        *("e2019GL085678", "e2019GL08", "e2019JC015999", "2004JC002345", "D24S05", "98760A", "FTh1D.3", "pone.0123456"),
        *("L12 (10pp)", "A12-1 to A12-9", "pp. 12 to 15", "2150-2163.e4", "UNSP 123456", "123-+", "n/a-n/a", "10 pgs"),
        *("Article e2019GL085678", "Article e", "Paper No.", "In Press, Accepted Manuscript", "Early View"),
    ],
)
def test_pages_are_known_by_their_shape(pages: str) -> None:
    found = split_reference(f"Journal of Knots~2018~7~Roe, A.~10.5555/1~{pages}~On knots~N~")
    assert (found.pages, found.title, found.doubtful) == (pages, "On knots", ())


def test_inferred_members_are_marked() -> None:
    assert split_reference("J~2018~Roe, A.~10.5555/1~P43B-1234~On knots~").doubtful == ("pages", "title")
    assert split_reference("J~2018~Winter~Roe, A.~10.5555/1~On knots~").doubtful == ("volume",)
    assert split_reference("J~2018~Roe, A.~Knots at ~100 K~").doubtful == ("title",)
    assert split_reference("J~2018~Roe, A.~Knots ~ and loops~").doubtful == ()


NAMES = st.sampled_from(["Roe, A. B.", "Roe, Ann and Poe, J.", "A. Roe, B. Doe, and C. Poe", "Li, W.", "Ø. Å, et al."])
TITLES = st.sampled_from(
    ["On knots", "GaN at 3 K", "Loops, and knots: a review", "10 knots", "The year 2018 ~ or 2019"]
)
STRINGS = st.builds(
    Reference,
    journal=st.sampled_from(["Journal of Knots", "2D Materials", "Science"]),
    year=st.sampled_from(["1998", "2018"]),
    volume=st.sampled_from(["", "73", "12(3)", "2015", "In Pres", "XV", "47A"]),
    authors=NAMES,
    doi=st.sampled_from(["", "10.5555/jk~1".replace("~", "."), "https://doi.org/10.5555/x", "doi: 10.5555/(y)2"]),
    pages=st.sampled_from(["", "15", "15-19", "074101", "S12-S15", "pp. 3", "e12"]),
    title=TITLES,
    par=st.sampled_from(["", "10402405"]),
)


@settings(max_examples=50)
@given(STRINGS, st.sampled_from(["", "~", "~2021-12-06 08:27:13.943"]), st.booleans(), st.booleans())
def test_whatever_is_left_out_the_rest_is_found(one: Reference, time: str, mark: bool, other_id: bool) -> None:
    members = [one.journal, one.year, one.volume, one.authors, one.doi, one.pages, one.title]
    tail = ["N"] if mark else []
    if one.par:
        tail += [*(["10418750"] if other_id else []), one.par, "OSTI"]
    assert split_reference("~".join([*filter(None, members), *tail]) + time) == one


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["J", "2018", "73", "Roe, A.", "10.5/x", "On knots", "N", "OSTI", "1234567", " ", ""])))
def test_no_word_is_made_up(members: list[str]) -> None:
    text = "~".join(members)
    try:
        found = split_reference(text)
    except LayoutError:
        return
    assert found.title
    assert all(word in text for word in (found.journal, found.authors, found.doi, found.title, found.par))


# Records


def record(**fields: str) -> Record:
    entry = Entry(source="nsf_awards", format="nsf_publication", source_key="1", place="1", fields=fields)
    result = normalise(entry)
    assert isinstance(result, Record)
    return result


def test_a_paper_under_two_awards_and_in_two_layouts_is_one_record() -> None:
    records = {
        one.source_key: one for one, _ in records_of([(case, page_of(case)) for case in ("api_answer", "award_page")])
    }
    deposited = records["10526001"]
    assert [award.id for award in deposited.awards] == ["0802001", "2132001"]
    (worded,) = [one for one in records.values() if one.title == "Colouring the trefoil"]
    assert [award.id for award in worded.awards] == ["0802001", "2132001"]
    assert deposited.title == "A programmatic approach to tying"


def test_a_byline_that_was_cut_off_loses_its_last_name() -> None:
    names = "Roe, A. and " * 20
    for last, count, complete in (
        ("Doe, B.", 21, True),
        ("Doe, Barbara An", 20, False),
        ("Doe, Barbara Ann", 21, True),
    ):
        byline = names + last
        found = record(title="On knots", byline=byline)
        assert (len(found.authors), found.authors_complete) == (count, complete), len(byline)


@pytest.mark.parametrize(
    ("byline", "names", "flags"),
    [
        ("MÃ¼ller, JÃ¶rg and GarcÃ\xada, A.", ["Müller, Jörg", "García, A."], ()),
        ("M. LÃ???Ã©vesque and JÃ¶rg Roe", ["M. LÃ???Ã©vesque", "Jörg Roe"], ("garbled",)),
        ("Roe, A., . . . Doe, B.", ["Roe, A.", "Doe, B."], ()),
        ("Muster, K.L. Sample, D. Specimen", ["Muster, K.L. Sample", "D. Specimen"], ("low_confidence:authors",)),
        ("Muster, J. Robert and Roe, Ann", ["Muster, J. Robert", "Roe, Ann"], ()),
    ],
)
def test_bylines(byline: str, names: list[str], flags: tuple[str, ...]) -> None:
    found = record(title="On knots", byline=byline, listed="publicationResearch")
    assert [author.name for author in found.authors] == names
    assert found.flags == flags


def test_a_garbled_name_has_no_parts() -> None:
    assert record(title="On knots", byline="M. LÃ???vesque").authors == (Author(name="M. LÃ???vesque"),)


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        ("volume", "In Pres", None),
        ("volume", "N/A", None),
        ("volume", "XII", "XII"),
        ("volume", "12(3)", "12(3)"),
        ("pages", "Accepted", None),
        ("pages", "15-19,", "15-19"),
    ],
)
def test_words_in_place_of_numbers_are_none(field: str, raw: str, expected: str | None) -> None:
    assert getattr(record(title="On knots", **{field: raw}), field) == expected


def test_pages_that_were_cut_off_are_marked() -> None:
    cut, whole = (
        ("26012-260", "e1234-e12", "e2019GL08", "Article 1"),
        ("5186-5191", "5186-91", "213-2", "e2019GL085678"),
    )
    assert [pages for pages in (*cut, *whole) if record(pages=pages).low_confidence("pages")] == list(cut)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("J. Knots~2016~Submitt~Roe, A.~On knots~", None),
        ("J. Knots~2016~Roe, A.~in preparation~On knots~", None),
        ("J. Knots~2016~under r~Roe, A.~On knots~", None),
        ("J. Knots~2016~Submitted, 2016~Roe, A.~On knots~", None),
        ("J. Knots (submitted)~2016~Roe, A.~On knots~", None),
        ("J. Knots~2016~In Pres~Roe, A.~On knots~", "accepted"),
        ("J. Knots~2016~7~Roe, A.~Accepted~On knots~", "accepted"),
        ("J. Knots~2016~Early V~Roe, A.~On knots~", "published"),
        ("J. Knots~2016~n/a~Roe, A.~On knots~", "published"),
        ("Technology, Acceptance and Knots~2016~Roe, A.~On knots~", "published"),
        ("arXiv~2016~Submitt~Roe, A.~On knots~", "preprint"),
    ],
)
def test_what_became_of_a_paper_is_its_stage(text: str, stage: str | None) -> None:
    found = normalise(split_reference(text).entry("1", "", "publicationResearch"))
    assert isinstance(found, Record)
    assert (found.title, found.stage, found.pages) == ("On knots", stage, None)
    assert found.volume in (None, "7")


@pytest.mark.parametrize(
    ("raw", "doi", "flags"),
    [
        ("DOI: 10.5555/j.knot.2018.1", "10.5555/j.knot.2018.1", ()),
        ("DOI: 10.5555/j.knot.2018.1, 2018", "10.5555/j.knot.2018.1", ("low_confidence:doi",)),
        ("DOI 10.5555/ j.knot.2018.1", "10.5555/j.knot.2018.1", ("low_confidence:doi",)),
        ("10.5555/j.knot.2018.1 (in press)", "10.5555/j.knot.2018.1", ("low_confidence:doi",)),
        ("10.5555/j.knot 2018.1", None, ("invalid_doi",)),
        ("10.5555/j.knot1. 2018", None, ("invalid_doi",)),
        ("10.5555/j.knot, 2018.1", None, ("invalid_doi",)),
        ("10.5555/ 2018", None, ("invalid_doi",)),
        ("10.5555/j.knot.1, 10.5555/j.knot.2", None, ("invalid_doi",)),
        ("https://knots.example/10.5555/k1/full.html", None, ("invalid_doi",)),
    ],
)
def test_a_doi_is_found_only_where_its_end_is_clear(raw: str, doi: str | None, flags: tuple[str, ...]) -> None:
    found = record(title="On knots", doi=raw, listed="publicationResearch")
    assert [(one.value, one.raw) for one in found.identifiers] == ([(doi, raw)] if doi else [])
    assert found.flags == flags


# Pages


def test_a_page_that_changed_is_refused() -> None:
    html = fixture("award_page").decode()
    changes = {
        "wrong_award": ('<td class="tabletext2">2132001</td>', "<td>2132002</td>"),
        "cut_off": ("</html>", ""),
        "unknown_layout": ('id="showAward"', 'id="award"'),
    }
    for code, (before, after) in changes.items():
        assert before in html
        rejection = read_page(html.replace(before, after).encode()).rejection
        assert rejection is not None
        assert rejection.code == code
    for before, after in (
        ("# 2132001</strong>", "</strong>"),
        ("margintop15", "margin"),
        ("pageheadline", "headline"),
        ("<strong>Start Date:", "<strong>Award Number:"),
        ('<div class="margintop15" style="display:block">', '<div class="margintop15">' * 2),
    ):
        assert before in html
        rejection = read_page(html.replace(before, after).encode()).rejection
        assert rejection is not None, before
        assert (rejection.code, rejection.stage) == ("unknown_layout", "page")


def test_a_reference_without_id_is_keyed_by_its_words_alone() -> None:
    one = split_reference("Journal of Knots~2018~Roe, A.~On knots~2021-12-06 08:27:13.9")
    assert one.key == split_reference("Journal of Knots~2018~Roe, A.~On  knots~N~").key
    assert one.key != replace(one, pages="15").key
    assert replace(one, par="10402405").key == "10402405"


@pytest.mark.parametrize(
    ("stated", "credited"),
    [
        ({}, ["0802001"]),
        ({"id": None}, ["0802001"]),
        ({"id": " "}, ["0802001"]),
        ({"id": "CNS-1234567"}, ["1234567"]),
        ({"id": "802001"}, []),
        ({"id": ["0802001"]}, []),
    ],
)
def test_only_an_answer_without_any_id_is_about_the_award_that_was_asked_for(
    stated: dict[str, Any], credited: list[str]
) -> None:
    reference = (
        "A Journal~2020~7~Roe, Ann and Poe, Bo~10.5555/a~1-9~Counting Seabirds From Drifting Ice~2021-12-06 08:27:13.9"
    )
    body = answer(award=[{"publicationResearch": [reference], **stated}])
    (sighting,) = read_page(body, uri="https://api.nsf.gov/services/v1/awards.json?id=0802001&printFields=id").sightings
    assert [award.id for award in sighting.statement.awards] == credited
    if not stated:
        assert read_page(body).sightings[0].statement.awards == ()
