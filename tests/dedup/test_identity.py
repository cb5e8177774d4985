"""Identifiers that are shared, that contradict each other, and that do neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dedup.examples import features

from variorum.dedup.identity import are_versions, conflict, identifier_level, share_identifier


def level(left: str, right: str, **fields: bool) -> str:
    """The level of identifiers written with spaces between them."""
    a, b = features("x:1", ids=left.split(), **fields), features("x:2", ids=right.split())
    assert identifier_level(a, b) == identifier_level(b, a)
    return identifier_level(a, b)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("doi:10.1000/a", "doi:10.1000/a", "shared"),
        ("doi:10.1000/a doi:10.1000/x", "doi:10.1000/x pmid:1", "shared"),
        ("doi:10.1000/a", "doi:10.1000/b", "other"),
        ("arxiv:2001.00001", "arxiv:2001.00002", "other"),
        ("pmid:31000001", "pmid:31000002", "other"),
        ("doi:10.1000/a", "arxiv:2001.00001", "missing"),
        ("doi:10.1000/a", "", "missing"),
        ("", "", "missing"),
        ("isbn:9780000000002", "isbn:9780000000019", "missing"),
        ("doi:10.12688/f1000research.12.v1", "doi:10.12688/f1000research.12.v2", "version"),
        ("doi:10.48550/arxiv.2001.1", "doi:10.1000/a", "missing"),
        ("doi:10.1101/2020.01.01.1", "doi:10.1000/a", "missing"),
        ("doi:10.2139/ssrn.1", "doi:10.1000/a", "missing"),
    ],
)
def test_levels_of_identifiers(left: str, right: str, expected: str) -> None:
    assert level(left, right) == expected
    assert share_identifier(features(ids=left.split()), features(ids=right.split())) == (expected == "shared")


def test_a_preprints_identifier_does_not_contradict_its_articles() -> None:
    assert level("doi:10.1000/a", "doi:10.1000/b", preprint=True) == "missing"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1145/2644865.2541946", "10.1145/2654822.2541946"),
        ("10.12688/f1000research.12.v1", "10.12688/f1000research.12.v2"),
        ("10.21203/rs.3.rs-1/v1", "10.21203/rs.3.rs-1/v2"),
        ("10.1000/1234567", "10.1000/1234567/v2"),
        ("10.5281/zenodo.1", "10.5281/zenodo.2"),
        ("10.6084/m9.figshare.1", "10.6084/m9.figshare.2.v2"),
    ],
)
def test_versions_of_one_thing(one: str, other: str) -> None:
    assert are_versions(f"doi:{one}", f"doi:{other}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1000/a", "10.1000/b"),
        ("10.1000/a.5", "10.1000/a.6"),
        ("10.1000/x.123456", "10.1001/x.123456"),
        ("10.1038/s41586-019-0001-1", "10.1038/s41586-019-0002-1"),
        ("10.1002/14651858.cd001234.pub2", "10.1002/14651858.cd001234.pub3"),
        ("10.1097/00000542-199001000-00001", "10.1097/00000539-199001000-00001"),
        # The first papers of an issue each, in two journals of one publisher.
        ("10.1016/j.is.2004.03.001", "10.1016/j.jss.2004.03.001"),
    ],
)
def test_dois_of_two_things(one: str, other: str) -> None:
    assert not are_versions(f"doi:{one}", f"doi:{other}")


DOIS = st.from_regex(r"doi:10\.100[01]/[ab]{0,2}\.?[12]{0,7}([./]v[12])?", fullmatch=True)


@given(DOIS, DOIS)
def test_being_versions_goes_both_ways(one: str, other: str) -> None:
    assert are_versions(one, other) == are_versions(other, one)


def test_other_schemes_have_no_versions() -> None:
    assert not are_versions("arxiv:2001.00001", "arxiv:2001.00001v2")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("doi:10.1000/a", "doi:10.1000/b", "doi 10.1000/a and 10.1000/b"),
        ("pmid:2", "pmid:1", "pmid 2 and 1"),
        ("doi:10.1000/a pmid:1", "doi:10.1000/a pmid:2", "pmid 1 and 2"),
        ("doi:10.1000/a", "doi:10.2307/1", ""),
        ("doi:10.1000/a", "doi:10.1000/a", ""),
        ("doi:10.1000/a", "pmid:1", ""),
    ],
)
def test_what_contradicts_is_named(left: str, right: str, expected: str) -> None:
    """Two agencies may register one publication; one agency does not do it twice."""
    assert conflict(features(ids=left.split()), features(ids=right.split())) == expected
