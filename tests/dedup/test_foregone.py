"""What is foregone needs no reading: the verdict is the one that reading everything gives."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, TITLE

from variorum.dedup.bulk import columns_of_said, read_titles, said_apart, venues_of
from variorum.dedup.columns import StatementColumns
from variorum.dedup.comparing import LEVELS, equal_title_level
from variorum.dedup.copies import Copy, copies_of
from variorum.dedup.engines.grouping import groups_of
from variorum.dedup.features import Statement, features_of
from variorum.dedup.foregone import foregone
from variorum.dedup.keys import title_words_of
from variorum.dedup.matching import judge
from variorum.dedup.model import shipped
from variorum.dedup.titles import is_generic

MODEL = shipped()
COPY: dict[str, Any] = {
    "title": TITLE,
    "read": (TITLE.lower(), TITLE.lower()),
    "byline": BYLINE,
    "year": "2001",
    "venue": "Journal of Trees",
    "volume": "12",
    "pages": "10-19",
    "identifiers": (("doi", "10.1/b"),),
    "abstract": ABSTRACT,
}

OTHER: dict[str, list[Any]] = {
    "title": ["", "Editorial", f"{TITLE} 2", f"Reply to {TITLE}"],
    "byline": ["", "Roe, A", "Poe, B; Roe, A", "Zhou, Q; Wang, X"],
    "year": ["", "2002", "2003", "1990"],
    "venue": ["", "J. Trees", "arXiv", "Proceedings of the Conference on Trees", "Annals of Stone"],
    "kind": ["thesis", "report"],
    "volume": ["", "13", "12(2)"],
    "issue": ["1", "2"],
    "pages": ["", "10", "10-9", "44-51", "e10"],
    "identifiers": [
        (),
        (("doi", "10.1/b.v2"),),
        (("doi", "10.1/c"),),
        (("doi", "10.1/b"), ("pmid", "1")),
        (("pmid", "2"),),
    ],
    "abstract": ["", "Quite another text, which is long enough to be compared with others of its kind " * 2],
    "preprint": [True],
    "profile_only": [True],
    "listed_once": [True],
    "names": [(("Roe", "Ann"),)],
    "year_doubtful": [True],
}


TITLES = st.lists(
    st.sampled_from(f"{TITLE} the of model models an introduction editorial xylophone quokka 2 1990s ii".split()),
    max_size=12,
).map(" ".join)


@st.composite
def copies_of_one(draw: st.DrawFn) -> Statement:
    """A statement of one publication, of which something is said in another way."""
    changed = draw(st.lists(st.sampled_from(sorted(OTHER)), max_size=3, unique=True))
    said = COPY | {field: draw(st.sampled_from(OTHER[field])) for field in changed}
    if "title" in changed:
        said["read"] = None
    return Statement("", "x", **said)


def looked_at(said: list[Statement]) -> tuple[list[Statement], np.ndarray, np.ndarray, list[bool]]:
    """Statements, all pairs of them by position, and which of these are foregone."""
    statements = [one._replace(ref=f"x:{number}") for number, one in enumerate(said)]
    left, right = np.array(list(combinations(range(len(said)), 2)), np.int64).reshape(-1, 2).T
    columns = said_apart(StatementColumns.of(statements))
    made = columns_of_said(columns)
    copies = copies_of(columns, venues_of(columns), made, title_words_of(made))
    found = foregone(copies, groups_of(left, right), left, right, MODEL)
    return statements, left, right, found.tolist()


@settings(max_examples=600)
@given(st.lists(copies_of_one(), min_size=2, max_size=4))
def test_the_verdict_is_that_of_reading_everything(said: list[Statement]) -> None:
    statements, left, right, found = looked_at(said)
    records = [features_of(one) for one in statements]
    for one, other, known in zip(left.tolist(), right.tolist(), found, strict=True):
        if known:
            match = judge(records[one], records[other], MODEL)
            assert match.verdict == "same", match


def test_copies_are_foregone() -> None:
    assert looked_at([Statement("", **COPY)] * 3)[3] == [True] * 3


@pytest.mark.parametrize(
    "other",
    [{"byline": "Poe, B; Roe, A"}, {"abstract": ""}, {"kind": "report"}, {"venue": "Annals of Stone"}, {"year": ""}],
)
def test_what_cannot_change_the_verdict_need_not_be_the_same(other: dict[str, Any]) -> None:
    assert looked_at([Statement("", **COPY), Statement("", **COPY | other)])[3] == [True]


@pytest.mark.parametrize(
    "other",
    [
        {"title": f"{TITLE} 2", "read": None},
        {"year": "2003"},
        {"pages": "44-51"},
        {"identifiers": (("doi", "10.1/c"),)},
        {"byline": "Zhou, Q; Wang, X", "identifiers": (), "pages": ""},
    ],
)
def test_what_may_change_it_has_to_be_read(other: dict[str, Any]) -> None:
    assert looked_at([Statement("", **COPY), Statement("", **COPY | other)])[3] == [False]


@pytest.mark.parametrize("title", ["", "Editorial", "Introduction to the Special Issue", "The 2001 3 4"])
def test_a_generic_title_is_never_foregone(title: str) -> None:
    assert looked_at([Statement("", **COPY | {"title": title, "read": None})] * 2)[3] == [False]


def test_one_doubtful_pair_opens_its_group() -> None:
    other = Statement("", **COPY | {"year": "2002", "identifiers": ()})
    assert looked_at([Statement("", **COPY), Statement("", **COPY), other])[3] == [False] * 3


@given(st.lists(TITLES, max_size=6))
def test_levels_are_no_higher_than_those_of_titles_one_by_one(titles: list[str]) -> None:
    columns = said_apart(StatementColumns.of([Statement(f"x:{n}", title=title) for n, title in enumerate(titles)]))
    made = columns_of_said(columns)
    found = Copy.at(
        copies_of(columns, venues_of(columns), made, title_words_of(made)), np.arange(len(titles))
    ).level.tolist()
    for (title, _), level in zip(read_titles(made), found, strict=True):
        # The richer a title, the sooner does its level stand in the list.
        assert not level or LEVELS["title"].index(equal_title_level(title)) <= level
        assert level or not title or is_generic(title) or any(word[0].isdigit() for word in title.split())


def test_no_records_and_no_pairs_at_all() -> None:
    assert looked_at([])[3] == []
    assert looked_at([Statement("", **COPY)])[3] == []
