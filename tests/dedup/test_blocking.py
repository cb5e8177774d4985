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
    Blocking,
    Candidates,
    blocking_keys,
    blocking_of,
    candidate_pairs,
    hash_key,
    shared_keys,
    worth_comparing,
)
from variorum.dedup.features import Features
from variorum.dedup.standing import Standing

FIVE_WORDS = "Fast Neural Architecture Search Revisited"


def with_typo(title: str, position: int) -> str:
    words = title.split()
    word = words[position]
    middle = len(word) // 2
    words[position] = word[:middle] + "x" + word[middle + 1 :]
    return " ".join(words)


def pairs(found: Candidates) -> list[tuple[int, int]]:
    return list(zip(found.left.tolist(), found.right.tolist(), strict=True))


def meet(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Whether two records become a pair, among others that have nothing to do with them."""
    a, b = features("x:1", **left), features("x:2", **right)
    others = [features(f"x:{n}", title=f"Something {n} quite else", year=str(1900 + n)) for n in range(3, 6)]
    found = (0, 4) in pairs(candidate_pairs(blocking_of([a, *others, b])))
    assert found == ((0, 4) in pairs(candidate_pairs(blocking_of([b, *others, a]))))
    assert bool(shared_keys(a, b)) >= found
    assert shared_keys(a, b) == shared_keys(b, a)
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
        pytest.param(
            {"title": "Seevögel auf dem Treibeis", "byline": "Y. Ioannidis", **DOI},
            {"title": "Counting Birds at Sea", "byline": "Y. Ioanidis", **DOI},
            id="translated, a slip in the name",
        ),
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


def test_abstracts_that_begin_alike_meet_by_their_beginning() -> None:
    begins_alike = features(abstract=" ".join(ABSTRACT.split()[:8]) + " " + " ".join(f"word{i}" for i in range(90)))
    shared = shared_keys(features(abstract=ABSTRACT), begins_alike)
    assert [key for key in shared if key.startswith("ai ")] == ["ai ships count seabirds by eye which needs light"]


def test_the_owner_of_a_profile_alone_is_no_reason_to_compare() -> None:
    owned = {"title": "Kernel Pruning", "year": "2020", "names": (("Roe", "Ann"),), "profile_only": True}
    assert [key for key in blocking_keys(features(**owned)) if key.startswith(("ay ", "aw ", "ap "))] == []
    assert not meet(owned, {"title": "Pruning", "year": "2020", "byline": BYLINE})


@given(any_features("x:1"))
def test_keys_are_without_repeats_and_shared_with_oneself(record: Features) -> None:
    keys = blocking_keys(record)
    assert len(set(keys)) == len(keys)
    assert shared_keys(record, record._replace(ref="x:2")) == tuple(sorted(keys))


@pytest.mark.parametrize(
    ("key", "strong"),
    [("id doi:10.1000/a", 1), ("tw knots", 1), ("ap roe 12", 1), ("vp 3 12 2020", 1), ("tm knots", 0), ("ay roe 1", 0)],
)
def test_the_lowest_bit_of_a_key_tells_whether_it_is_strong(key: str, strong: int) -> None:
    assert hash_key(key) & 1 == strong
    assert 0 <= hash_key(key) < 1 << 32


# From keys to pairs


Sketches = list[tuple[int, int]]
"""Of each record's title and byline."""


def arrays(own: list[list[int]], sketches: Sketches | None = None, seconds: list[int] | None = None) -> Blocking:
    titles, bylines = zip(*sketches or [(0, 0)] * len(own), strict=True) if own else ((), ())
    return Blocking(
        np.array([key for keys in own for key in keys], np.uint32),
        np.repeat(np.arange(len(own), dtype=np.int32), [len(keys) for keys in own]),
        np.array(titles, np.uint64),
        np.array(bylines, np.uint64),
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
        most = cap * STRONGER if key & 1 else cap
        large = len(members) > most
        oversized += large
        parts = Counter(seconds[one] for one in members)
        for a, b in combinations(members, 2):
            titles, bylines = zip(sketches[a], sketches[b], strict=True)
            if large and (seconds[a] != seconds[b] or parts[seconds[a]] > most):
                skipped += 1
            elif worth_comparing(key, titles, bylines):
                found.add((a, b))
    return sorted(found), oversized, skipped


Collection = tuple[list[list[int]], Sketches, list[int]]


@st.composite
def collections(draw: Any) -> Collection:
    count = draw(st.integers(0, 14))

    def each(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.lists(values, min_size=count, max_size=count))

    keys = st.lists(st.sampled_from([2, 3, 4, 5, 4_294_967_294, 4_294_967_295]), unique=True, max_size=4)
    bits = st.sampled_from([0, 1, 3, 6, 15, 31, 1 << 63])
    return each(keys), each(st.tuples(bits, bits)), each(st.integers(0, 2))


@settings(max_examples=200)
@given(collections(), st.integers(1, 4))
def test_candidates_are_the_pairs_that_share_a_key_that_fits(collection: Collection, cap: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "MAX_BLOCK", cap)
        found = candidate_pairs(arrays(*collection))
    assert (pairs(found), found.oversized_blocks, found.skipped_pairs) == by_definition(*collection, cap)
    assert len(found) == len(pairs(found))


@pytest.mark.parametrize(
    ("strong", "titles", "bylines", "worth"),
    [
        (False, (0b1111, 0b1111), (1, 2), True),
        (False, (0b1111, 0b0011), (1, 2), True),
        (False, (0b1111, 0b110011), (1, 2), False),
        (False, (0b1111, 0b110011), (1, 1), True),
        (False, (0b1111, 0b1110001), (1, 1), False),
        (False, (0, 0b11), (1, 1), True),
        (True, (1, 2), (1, 1), True),
        (True, (1, 2), (0, 1), True),
        (True, (0, 2), (1, 2), True),
    ],
)
def test_what_is_worth_comparing(strong: bool, titles: tuple[int, int], bylines: tuple[int, int], worth: bool) -> None:
    assert worth_comparing(strong, titles, bylines) == worth
    assert worth_comparing(strong, titles[::-1], bylines[::-1]) == worth


@settings(max_examples=30)
@given(st.lists(any_features("x"), max_size=8))
def test_records_at_hand_are_paired_as_their_keys_say(records: list[Features]) -> None:
    for a, b in pairs(candidate_pairs(blocking_of(records))):
        assert a < b
        assert shared_keys(records[a], records[b])


@pytest.mark.parametrize(("key", "cap"), [(2, MAX_BLOCK), (3, MAX_BLOCK * STRONGER)])
def test_a_block_at_the_cap_is_compared_and_one_above_is_not(key: int, cap: int) -> None:
    fits = candidate_pairs(arrays([[key]] * cap))
    assert (len(fits), fits.oversized_blocks, fits.skipped_pairs) == (cap * (cap - 1) // 2, 0, 0)
    above = candidate_pairs(arrays([[key]] * (cap + 1)))
    assert (len(above), above.oversized_blocks, above.skipped_pairs) == (0, 1, (cap + 1) * cap // 2)


def test_blocks_are_compared_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    blocking_in_pairs = arrays([[2 * (n // 3)] for n in range(60)])
    expected = pairs(candidate_pairs(blocking_in_pairs))
    monkeypatch.setattr(blocking, "_PAIRS_AT_ONCE", 7)
    assert pairs(candidate_pairs(blocking_in_pairs)) == expected
    assert len(expected) == 60


def test_a_common_key_does_not_hide_a_rare_one() -> None:
    own = [[2, 4], [2, 4], *[[2]] * MAX_BLOCK]
    assert pairs(candidate_pairs(arrays(own))) == [(0, 1)]


def test_an_oversized_block_is_split_by_year_volume_and_author(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "MAX_BLOCK", 2)
    said = [
        {"year": year, "volume": "3", "byline": byline}
        for year in ("2019", "2020") for byline in ("Roe, A", "Doe, B") for _ in range(2)
    ]  # fmt: skip
    records = [features(f"x:{n}", title="News", **one) for n, one in enumerate(said)]
    found = candidate_pairs(blocking_of(records))
    assert pairs(found) == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert found.oversized_blocks
    assert found.skipped_pairs


def test_nothing_makes_no_pairs() -> None:
    assert len(candidate_pairs(blocking_of([]))) == 0
    assert len(candidate_pairs(blocking_of([features()]))) == 0
