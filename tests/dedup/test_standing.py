"""Pairs that are told apart at a glance are pairs that guards would keep apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import BYLINE, PAPER, TITLE, both

from variorum.dedup.blocking import blocking_of, candidate_pairs
from variorum.dedup.features import Features
from variorum.dedup.matching import judge
from variorum.dedup.standing import stand_apart, standing_of


def apart(a: Features, b: Features) -> bool:
    one, other = (np.array([standing_of(side)], np.uint32) for side in (a, b))
    [found] = stand_apart(one, other).tolist()
    assert found == stand_apart(other, one).tolist()[0]
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


DOIS = ["doi:10.1000/a.1", "doi:10.1000/a.2", "doi:10.1000/b.1", "doi:10.2/1.v1", "doi:10.2/1.v2", "pmid:1"]
PLACED = st.fixed_dictionaries(
    {
        "title": st.sampled_from([TITLE, f"{TITLE}: A Trial"]),
        "volume": st.sampled_from(["", "3", "4"]),
        "pages": st.sampled_from(["", "7", "7-15", "12", "12-15", "112", "S112-120", "113-120", "240", "240-250"]),
        "preprint": st.sampled_from([False, False, True]),
        "ids": st.lists(st.sampled_from(DOIS), max_size=2, unique=True),
    }
)


@settings(max_examples=300)
@given(PLACED, PLACED)
def test_who_is_told_apart_would_be_kept_apart(left: dict[str, Any], right: dict[str, Any]) -> None:
    a, b = both(left, right, byline=BYLINE, year="2020")
    assert not apart(a, b) or judge(a, b).veto
