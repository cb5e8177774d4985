"""The keys by which two records meet, and the pairs that come of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, TITLE, any_features, features

from variorum.dedup import blocking
from variorum.dedup.blocking import (
    MAX_BLOCK,
    STRONGER,
    Candidates,
    Look,
    blocking_of,
    candidate_pairs,
    most_holders,
    passing_pairs,
    worth_a_look,
)
from variorum.dedup.features import Features
from variorum.dedup.keys import Blocking, shared_kinds
from variorum.dedup.screening import LEVELS, Screen
from variorum.dedup.standing import Standing

OPEN = Screen(float("-inf"), {name: {} for name in LEVELS})
"""Lets everything pass."""

WEAK, STRONG, IDENTIFIER = 4, 5, 7
"""Keys of each strength."""

FIVE_WORDS = "Fast Neural Architecture Search Revisited"


def with_typo(title: str, position: int) -> str:
    words = title.split()
    word = words[position]
    middle = len(word) // 2
    words[position] = word[:middle] + "x" + word[middle + 1 :]
    return " ".join(words)


def worth(key: int, titles: tuple[int, int], bylines: tuple[int, int]) -> bool:
    """Whether a pair that shares a key is worth a look, given the sketches of both."""
    one, other = (
        Look(np.array([title], np.uint64), np.array([byline], np.uint64))
        for title, byline in zip(titles, bylines, strict=True)
    )
    [found] = worth_a_look(np.array([key], np.uint32), one, other).tolist()
    return bool(found)


def pairs(found: Candidates) -> list[tuple[int, int]]:
    return list(zip(found.left.tolist(), found.right.tolist(), strict=True))


def meet(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Whether two records become a pair, among others that have nothing to do with them."""
    a, b = features("x:1", **left), features("x:2", **right)
    others = [features(f"x:{n}", title=f"Something {n} quite else", year=str(1900 + n)) for n in range(3, 6)]
    found = (0, 4) in pairs(candidate_pairs(blocking_of([a, *others, b])))
    assert found == ((0, 4) in pairs(candidate_pairs(blocking_of([b, *others, a]))))
    assert bool(shared_kinds(a, b)) >= found
    assert shared_kinds(a, b) == shared_kinds(b, a)
    return found


@pytest.mark.parametrize("position", range(len(TITLE.split())))
def test_records_meet_over_a_typo_in_any_word_of_a_title(position: int) -> None:
    assert meet({"title": TITLE}, {"title": with_typo(TITLE, position)})


@pytest.mark.parametrize("position", range(len(FIVE_WORDS.split())))
def test_records_meet_over_a_typo_in_any_word_of_a_short_title_by_the_same_authors(position: int) -> None:
    same = {"byline": BYLINE, "year": "2020"}
    assert meet({"title": FIVE_WORDS, **same}, {"title": with_typo(FIVE_WORDS, position), **same})


DOI = {"ids": ["doi:10.1000/1"]}
PLACE = {"volume": "3", "pages": "12-30", "year": "2020"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"title": "Kniffe und Knoten", **DOI}, {"title": "Tricks and Knots", **DOI}, id="translated"),
        pytest.param({"title": TITLE, **DOI}, DOI, id="no title, one DOI"),
        pytest.param({"title": TITLE}, {"title": TITLE.upper() + "."}, id="case and punctuation"),
        pytest.param({"title": TITLE}, {"title": TITLE.replace("Seabirds", "Sea-birds")}, id="a hyphen"),
        pytest.param({"title": TITLE}, {"title": " ".join(reversed(TITLE.split()))}, id="words changed places"),
        pytest.param({"title": TITLE}, {"title": f"The {TITLE}"}, id="an article more"),
        pytest.param({"title": TITLE}, {"title": f"{TITLE}: A Study of Two Ships"}, id="subtitle"),
        pytest.param({"title": TITLE}, {"title": f"Invited Paper: {TITLE}"}, id="heading"),
        pytest.param({"title": TITLE, "year": "2020"}, {"title": TITLE}, id="no year"),
        pytest.param({"title": TITLE, "abstract": ABSTRACT}, {"abstract": ABSTRACT}, id="no title"),
        pytest.param({"abstract": ABSTRACT}, {"abstract": f"Abstract {ABSTRACT}"}, id="another abstract beginning"),
        pytest.param(
            {"title": TITLE, "abstract": ABSTRACT}, {"abstract": ABSTRACT[:160] + " …"}, id="no title, cut abstract"
        ),
        pytest.param(
            {"title": TITLE, **PLACE}, {"title": "Zählen vom Treibeis", **PLACE}, id="one place, another language"
        ),
        pytest.param(
            {"title": "Pruning of Apple Trees in Winter", "names": (("Wang", "Xiaoguang"),), "year": "2020"},
            {"title": "Winter: Pruning of Apple Trees", "names": (("Xiaoguang", "Wang"),), "year": "2020"},
            id="names changed places",
        ),
        pytest.param(
            {"title": "Pruning", "byline": BYLINE, "year": "2020"},
            {"title": "Pruning of nets", "byline": BYLINE, "year": "2020"},
            id="authors and a word",
        ),
    ],
)
def test_records_that_may_be_one_work_meet(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert meet(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"title": TITLE}, {"title": "A History of the Fishing Industry in Norway"}, id="other title"),
        pytest.param(
            {"title": "Kernel Pruning", "byline": BYLINE},
            {"title": "Apple Trees in Winter", "byline": BYLINE, "year": "2020"},
            id="no year",
        ),
        pytest.param({"abstract": "Too short."}, {"abstract": "Too short."}, id="tiny abstract"),
        pytest.param({"title": TITLE, "venue": "Knots"}, {"title": "Other", "venue": "Knots"}, id="one journal"),
        pytest.param(
            {"title": "Kernel Pruning", "byline": BYLINE, "year": "2020"},
            {"title": "Apple Trees in Winter", "byline": BYLINE, "year": "2020"},
            id="same people and year",
        ),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_records_that_share_little_do_not_meet(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert not meet(left, right)


def test_who_shares_an_identifier_meets_whatever_else_differs() -> None:
    a = features("x:1", title="Seevögel auf dem Treibeis", byline="Y. Ioannidis", **DOI)
    b = features("x:2", title="Counting Birds at Sea", byline="Y. Ioanidis", **DOI)
    assert shared_kinds(a, b) == ("identifier",)
    assert pairs(candidate_pairs(blocking_of([a, b]), OPEN)) == [(0, 1)]


# From keys to pairs


Sketches = list[tuple[int, int]]
"""Of each record's title and byline."""


def arrays(own: list[list[int]], sketches: Sketches | None = None, seconds: list[int] | None = None) -> Blocking:
    titles, bylines = zip(*sketches or [(0, 0)] * len(own), strict=True) if own else ((), ())
    held = np.array([key << 32 | owner for owner, keys in enumerate(own) for key in keys], np.uint64)
    return Blocking(
        (np.sort(held),),
        np.array(titles, np.uint64),
        np.array(bylines, np.uint64),
        np.zeros(len(own), np.uint64),
        np.array(seconds or [0] * len(own), np.uint64),
        np.zeros((len(own), len(Standing._fields)), np.uint32),
    )


def by_definition(
    own: list[list[int]], sketches: Sketches, seconds: list[int], cap: int
) -> tuple[list[tuple[int, int]], int, int]:
    """Pairs, oversized blocks and skipped pairs, found by looking at every two records."""
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for position, keys in enumerate(own):
        for key in keys:
            blocks[key].append(position)
    found: set[tuple[int, int]] = set()
    oversized = skipped = 0
    for key, members in blocks.items():
        most = cap * 2 if key & 1 else cap
        large = len(members) > most
        oversized += large
        parts = Counter(seconds[one] for one in members)
        for a, b in combinations(members, 2):
            titles, bylines = zip(sketches[a], sketches[b], strict=True)
            if large and (seconds[a] != seconds[b] or parts[seconds[a]] > most):
                skipped += 1
            elif worth(key, titles, bylines):
                found.add((a, b))
    return sorted(found), oversized, skipped


Collection = tuple[list[list[int]], Sketches, list[int]]


@st.composite
def collections(draw: Any) -> Collection:
    count = draw(st.integers(0, 14))

    def each(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.lists(values, min_size=count, max_size=count))

    keys = st.lists(
        st.sampled_from([WEAK, STRONG, IDENTIFIER, 8, 1 << 31, 4_294_967_292, 4_294_967_293, 4_294_967_295]),
        unique=True,
        max_size=4,
    )
    bits = st.sampled_from([0, 1, 3, 6, 15, 31, 1 << 63])
    return each(keys), each(st.tuples(bits, bits)), each(st.integers(0, 2))


@settings(max_examples=60)
@given(collections(), st.integers(1, 4), st.sampled_from([1, 2, 5]))
def test_candidates_are_the_pairs_that_share_a_key_that_fits(collection: Collection, cap: int, threads: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "MAX_BLOCK", cap)
        patch.setattr(blocking, "STRONGER", 2)
        patch.setattr(blocking, "worker_count", lambda: threads)
        found = candidate_pairs(arrays(*collection), OPEN)
    assert (pairs(found), found.oversized_blocks, found.skipped_pairs) == by_definition(*collection, cap)
    assert len(found) == len(pairs(found))


@pytest.mark.parametrize(
    ("key", "titles", "bylines", "expected"),
    [
        (WEAK, (0b1111, 0b1111), (1, 2), True),
        (WEAK, (0b1111, 0b0011), (1, 2), True),
        (WEAK, (0b1111, 0b110011), (1, 2), False),
        (WEAK, (0b1111, 0b110011), (1, 1), True),
        (WEAK, (0b1111, 0b1110001), (1, 1), False),
        (WEAK, (0, 0b11), (1, 1), True),
        (STRONG, (1, 2), (1, 1), True),
        (STRONG, (1, 2), (0, 1), True),
        (STRONG, (0, 2), (1, 2), True),
        (STRONG, (0b111, 0b11001), (1 << 8, 1 << 9), True),
        (STRONG, (0b1111, 0b1110001), (1 << 8, 1 << 9), False),
        (STRONG, (1, 2), (2, 1), True),
        (IDENTIFIER, (1, 2), (4, 8), True),
    ],
)
def test_what_is_worth_a_look(key: int, titles: tuple[int, int], bylines: tuple[int, int], expected: bool) -> None:
    assert worth(key, titles, bylines) == expected
    assert worth(key, titles[::-1], bylines[::-1]) == expected


@settings(max_examples=30)
@given(st.lists(any_features("x"), max_size=8))
def test_records_at_hand_are_paired_as_their_keys_say(records: list[Features]) -> None:
    everything = blocking_of(records)
    met = pairs(candidate_pairs(everything, OPEN))
    keys, owners = everything.held
    for a, b in met:
        assert a < b
        one, other = (keys[owners == owner] for owner in (a, b))
        assert np.intersect1d(one, other).size
    left, right = (np.array([pair[side] for pair in met], np.int64) for side in (0, 1))
    passing = passing_pairs(everything, left, right).tolist()
    expected = [pair for pair, passes in zip(met, passing, strict=True) if passes]
    found = candidate_pairs(everything)
    assert pairs(found) == expected
    assert found.told_apart - candidate_pairs(everything, OPEN).told_apart == len(met) - len(expected)


@pytest.mark.parametrize(
    ("key", "cap"), [(WEAK, MAX_BLOCK), (STRONG, MAX_BLOCK * STRONGER), (IDENTIFIER, MAX_BLOCK * STRONGER)]
)
def test_a_block_at_the_cap_is_compared_and_one_above_is_not(key: int, cap: int) -> None:
    fits = candidate_pairs(arrays([[key]] * cap), OPEN)
    assert (len(fits), fits.oversized_blocks, fits.skipped_pairs) == (cap * (cap - 1) // 2, 0, 0)
    above = candidate_pairs(arrays([[key]] * (cap + 1)), OPEN)
    assert (len(above), above.oversized_blocks, above.skipped_pairs) == (0, 1, (cap + 1) * cap // 2)
    assert most_holders(key) == cap


def test_blocks_are_compared_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    blocking_in_pairs = arrays([[4 * (n // 3)] for n in range(60)])
    expected = pairs(candidate_pairs(blocking_in_pairs, OPEN))
    monkeypatch.setattr(blocking, "_PAIRS_AT_ONCE", 7)
    assert pairs(candidate_pairs(blocking_in_pairs, OPEN)) == expected
    assert len(expected) == 60


def test_a_common_key_does_not_hide_a_rare_one() -> None:
    own = [[4, 8], [4, 8], *[[4]] * MAX_BLOCK]
    assert pairs(candidate_pairs(arrays(own), OPEN)) == [(0, 1)]


def test_an_oversized_block_is_split_by_year_and_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "MAX_BLOCK", 2)
    monkeypatch.setattr(blocking, "STRONGER", 1)
    said = [
        {"year": year, "volume": volume, "byline": "Roe, A"}
        for year in ("2019", "2020") for volume in ("3", "4") for _ in range(2)
    ]  # fmt: skip
    records = [features(f"x:{n}", title="News", **one) for n, one in enumerate(said)]
    found = candidate_pairs(blocking_of(records), OPEN)
    assert pairs(found) == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert found.oversized_blocks
    assert found.skipped_pairs


def test_pairs_that_are_surely_two_works_or_do_not_pass_the_screen_are_counted_and_dropped() -> None:
    said: dict[str, Any] = {"title": TITLE, "byline": BYLINE}
    dois = [features(f"x:{n}", **said, ids=[f"doi:10.1000/a.{n}"]) for n in range(2)]
    assert (lambda found: (len(found), found.told_apart))(candidate_pairs(blocking_of(dois), OPEN)) == (0, 1)
    years = [
        features(f"x:{end}", title=f"{TITLE} {end}", byline=BYLINE, year=year)
        for end, year in (("Red Oak", "2020"), ("Blue Elm", "2020"), ("Pink Yew", "2009"))
    ]
    assert pairs(candidate_pairs(blocking_of(years), OPEN)) == [(0, 1), (0, 2), (1, 2)]
    found = candidate_pairs(blocking_of(years), Screen(0.0, OPEN.weights | {"year": {"far": -1.0}}))
    assert (pairs(found), found.told_apart) == ([(0, 1)], 2)


def test_nothing_makes_no_pairs() -> None:
    assert len(candidate_pairs(blocking_of([]))) == 0
    assert len(candidate_pairs(blocking_of([features()]))) == 0
