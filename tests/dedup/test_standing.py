"""Pairs that are told apart at a glance are pairs that guards would keep apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dedup.examples import BYLINE, PAPER, TITLE, both, features

from variorum.dedup.blocking import blocking_of, candidate_pairs
from variorum.dedup.features import Features
from variorum.dedup.matching import judge
from variorum.dedup.standing import stand_apart, standing_of


def apart(a: Features, b: Features) -> bool:
    standings = blocking_of([a, b]).standings
    found, back = stand_apart(standings, standings[::-1]).tolist()
    assert found == back
    return bool(found)


def case(left: dict[str, Any], right: dict[str, Any], name: str) -> Any:
    return pytest.param(left, right, id=name)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        case({"ids": ["doi:10.1000/a.1"]}, {"ids": ["doi:10.1000/a.2"]}, "two DOIs"),
        case({"volume": "3", "pages": "112-120"}, {"volume": "4", "pages": "240-250"}, "two places"),
    ],
)
def test_what_is_told_apart(left: dict[str, Any], right: dict[str, Any]) -> None:
    a, b = both(left, right, **PAPER)
    assert apart(a, b)
    assert judge(a, b).veto
    found = candidate_pairs(blocking_of([a, b]))
    assert (len(found), found.told_apart) == (0, 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        case({}, {}, "nothing known"),
        case({"ids": ["doi:10.1000/a.1"]}, {"ids": ["doi:10.1000/a.1"]}, "one DOI"),
        case({"ids": ["doi:10.1000/a.1"]}, {"ids": ["doi:10.2307/2"]}, "two agencies"),
        case({"ids": ["doi:10.1000/a.1"]}, {"ids": ["doi:10.1000/a.2"], "preprint": True}, "preprint"),
        case({"ids": ["doi:10.1000/a.1"]}, {"ids": ["doi:10.1000/a.2"], "title": f"Erratum: {TITLE}"}, "erratum"),
        case({"ids": ["doi:10.5281/zenodo.1"]}, {"ids": ["doi:10.5281/zenodo.2"]}, "versions of a deposit"),
        case({"ids": ["doi:10.12688/f1000research.9.v1"]}, {"ids": ["doi:10.12688/f1000research.9.v2"]}, "versions"),
        case(
            {"ids": ["pmid:1"], "volume": "3", "pages": "112-120"},
            {"ids": ["pmid:1"], "volume": "4", "pages": "240-250"},
            "one PubMed entry",
        ),
        case({"volume": "3", "pages": "12"}, {"volume": "4", "pages": "117-125"}, "perhaps a count of pages"),
        case({"volume": "3", "pages": "12-30"}, {"volume": "4", "pages": "13-30"}, "one last page"),
    ],
)
def test_what_is_left_to_the_guards(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert not apart(*both(left, right, **PAPER))


@pytest.mark.parametrize(
    ("identifiers", "identified", "numbered"),
    [
        ((), 0, False),
        (("doi:10.1000/a.1",), 1, True),
        (("doi:10.1000/none",), 1, True),
        (("doi:10.5281/zenodo.1",), 1, False),
        (("pmid:1",), 2, False),
        (("doi:10.1000/a.1", "pmid:1"), 2, False),
    ],
)
def test_by_what_a_record_is_identified(identifiers: tuple[str, ...], identified: int, numbered: bool) -> None:
    found = standing_of(identifiers, "", "", 0, False)
    assert found.identified == identified
    assert bool(found.identifier) == (len(identifiers) == 1)
    assert bool(found.agency) == bool(found.number) == numbered


def test_of_a_doi_the_agency_and_the_last_number_count() -> None:
    one, again, number, agency = (
        standing_of((f"doi:{doi}",), "", "", 0, False)
        for doi in ("10.1000/a.12", "10.1000/other.12.v2", "10.1000/a.13", "10.2/a.12")
    )
    assert (one.agency, one.number) == (again.agency, again.number)
    assert one.agency == number.agency != agency.agency
    assert one.number == agency.number != number.number
    assert len({side.identifier for side in (one, again, number, agency)}) == 4


def test_of_a_doi_without_a_number_all_counts() -> None:
    one, again, other = (
        standing_of((f"doi:{doi}",), "", "", 0, False) for doi in ("10.1000/knots", "10.1000/knots", "10.1000/ropes")
    )
    assert one == again
    assert (one.agency, one.number != other.number) == (other.agency, True)


@pytest.mark.parametrize(
    ("first", "last", "page", "counts"),
    [
        ("112", 0, 112, 0),
        ("12", 0, 12, 1),
        ("12", 30, 12, 0),
        ("s12", 0, 12, 0),
        ("s12", 30, 12, 0),
        ("e1004", 0, 1004, 0),
    ],
)
def test_a_small_number_that_stands_alone_may_count_pages(first: str, last: int, page: int, counts: int) -> None:
    found = standing_of((), "3", first, last, True)
    assert (found.first_page, found.last_page, found.counts) == (page, last, counts)
    assert (found.preprint, found.bound, found.year) == (1, 0, 0)


def test_volumes_are_told_apart_and_what_is_unknown_is_nothing() -> None:
    one, again, other = (standing_of((), volume, "", 0, False).volume for volume in ("3", "3", "4"))
    assert one == again != other
    assert not any(standing_of((), "", "", 0, False))


DOIS = [
    *("doi:10.1000/a.1", "doi:10.1000/a.2", "doi:10.1000/b.1", "doi:10.1000/none", "doi:10.2/1.v1", "doi:10.2/1.v2"),
    *("doi:10.5281/zenodo.1", "doi:10.5281/zenodo.2", "doi:10.1002/1.cd1.pub2", "doi:10.1002/1.cd1.pub3", "pmid:1"),
]
PLACED = st.fixed_dictionaries(
    {
        "title": st.sampled_from([TITLE, f"{TITLE}: A Trial"]),
        "volume": st.sampled_from(["", "3", "4"]),
        "pages": st.sampled_from(["", "7", "7-15", "12", "12-15", "112", "S112-120", "113-120", "240", "240-250"]),
        "preprint": st.sampled_from([False, False, True]),
        "ids": st.lists(st.sampled_from(DOIS), max_size=2, unique=True),
    }
)


@given(st.lists(PLACED, min_size=8, max_size=8))
def test_who_is_told_apart_would_be_kept_apart(placed: list[dict[str, Any]]) -> None:
    records = [features(f"x:{n}", byline=BYLINE, year="2020", **one) for n, one in enumerate(placed)]
    standings = blocking_of(records).standings
    left, right = np.triu_indices(len(records), 1)
    for at in np.flatnonzero(stand_apart(standings[left], standings[right])).tolist():
        assert judge(records[left[at]], records[right[at]]).veto


@pytest.mark.parametrize(("one", "other"), [("a.12", "a.1-2"), ("a(82)90021-5", "a(82)900215"), ("knots", "k-nots")])
def test_signs_alone_make_no_other_doi(one: str, other: str) -> None:
    a, b = both({"ids": [f"doi:10.1000/{one}"]}, {"ids": [f"doi:10.1000/{other}"]}, **PAPER)
    assert not judge(a, b).veto
    assert not apart(a, b)
