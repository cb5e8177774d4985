"""What is foregone needs no reading: the verdict is the one that reading everything gives."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, TITLE

from variorum.dedup.features import Statement, features_of
from variorum.dedup.foregone import look_at_statements
from variorum.dedup.many_features import features_of_many
from variorum.dedup.matching import judge, judge_statements
from variorum.dedup.model import shipped

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


@st.composite
def copies(draw: st.DrawFn) -> Statement:
    """A statement of one publication, of which something is said in another way."""
    changed = draw(st.lists(st.sampled_from(sorted(OTHER)), max_size=3, unique=True))
    said = COPY | {field: draw(st.sampled_from(OTHER[field])) for field in changed}
    if "title" in changed:
        said["read"] = None
    return Statement("", "x", **said)


def statements_of(said: list[Statement]) -> list[Statement]:
    return [one._replace(ref=f"x:{number}") for number, one in enumerate(said)]


def pairs_of(count: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.array(list(combinations(range(count), 2)), np.int64).reshape(-1, 2).T
    return left, right


@settings(max_examples=400)
@given(st.lists(copies(), min_size=2, max_size=4))
def test_the_verdict_is_that_of_reading_everything(said: list[Statement]) -> None:
    statements = statements_of(said)
    left, right = pairs_of(len(said))
    foregone, matches = judge_statements(statements, left, right, MODEL)
    records = [features_of(one) for one in statements]
    found = {place: (match.verdict, match.levels) for place, match in matches}
    for place, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        match = judge(records[one], records[other], MODEL)
        if place in foregone:
            assert match.verdict == "same", match
        elif match.log_odds >= MODEL.least_to_review:
            assert found.pop(place) == (match.verdict, match.levels)
    assert not found


def test_copies_are_foregone_and_their_authors_are_not_read() -> None:
    statements = statements_of([Statement("", **COPY), Statement("", **COPY), Statement("", **COPY)])
    looked = look_at_statements(statements, *pairs_of(3), MODEL)
    assert looked.foregone == [0, 1, 2]
    assert [record.families for record in looked.records] == [(), (), ()]


def test_one_doubtful_pair_opens_its_group() -> None:
    other = Statement("", **COPY | {"year": "2002", "identifiers": ()})
    statements = statements_of([Statement("", **COPY), Statement("", **COPY), other])
    looked = look_at_statements(statements, *pairs_of(3), MODEL)
    assert looked.foregone == []
    assert looked.places == [0, 1, 2]
    assert looked.records == features_of_many(statements)


def test_no_pairs_at_all() -> None:
    none = np.zeros(0, np.int64)
    assert look_at_statements([], none, none, MODEL) == ([], [], [], [])
