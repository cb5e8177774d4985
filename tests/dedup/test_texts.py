"""Texts as bytes, their words, and hashes of their pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from variorum.dedup import texts as module
from variorum.dedup.texts import Hasher, HashSet, each_once, hashes_of, mix, runs, texts_of, words_of

VALUES = st.lists(st.text("ab é深 ", max_size=12), max_size=6)
NUMBERS = st.lists(st.integers(0, 2**64 - 1), max_size=20)


def taken(letters: NDArray[np.uint8], start: int, end: int) -> str:
    return bytes(letters[start:end]).decode()


@given(VALUES)
def test_texts_stand_end_to_end(values: list[str]) -> None:
    found = texts_of(values)
    spans = zip(found.starts.tolist(), found.ends.tolist(), strict=True)
    assert [taken(found.letters, *span) for span in spans] == values
    assert found.letters.tolist().count(0) == len(values)


@given(VALUES)
def test_words_are_what_stands_between_spaces(values: list[str]) -> None:
    found = texts_of(values)
    starts, ends, owners = (part.tolist() for part in words_of(found))
    words = [(owner, taken(found.letters, *span)) for owner, *span in zip(owners, starts, ends, strict=True)]
    assert words == [(at, word) for at, value in enumerate(values) for word in value.split()]


@given(VALUES)
def test_pieces_have_one_hash_where_they_are_equal(values: list[str]) -> None:
    found = texts_of(values)
    words = words_of(found)
    hashes = Hasher(found.letters)(words.starts, words.ends).tolist()
    said = [word for value in values for word in value.split()]
    assert len(set(zip(said, hashes, strict=True))) == len(set(said)) == len(set(hashes))
    assert hashes == hashes_of(said).tolist()


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=6))
def test_whole_texts_have_hashes_of_their_own(values: list[str]) -> None:
    hashes = hashes_of(values).tolist()
    assert len(set(hashes)) == len(set(values))
    assert [value for value, one in zip(values, hashes, strict=True) if one == 0] == [v for v in values if not v]
    assert hashes == [int(hashes_of([value])[0]) for value in values]


def test_hashes_never_change_since_stores_keep_keys_made_of_them() -> None:
    assert hashes_of(["knots", ""]).tolist() == [2_121_487_660_457_813_513, 0]


def test_pieces_far_behind_have_the_hashes_of_those_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_known", [])
    alone = hashes_of(["knots"])
    behind = hashes_of(["x" * 300_000, "knots"])
    assert behind[1] == alone[0]


@given(NUMBERS)
def test_each_number_once_in_order(numbers: list[int]) -> None:
    assert each_once(np.array(numbers, np.uint64)).tolist() == sorted(set(numbers))


@given(NUMBERS)
def test_runs_of_equal_numbers(numbers: list[int]) -> None:
    begins = runs(np.array(sorted(numbers), np.uint64)).tolist()
    assert [sorted(numbers)[at] for at in begins] == sorted(set(numbers))


FEW = st.one_of(st.integers(0, 9), st.integers(2**64 - 9, 2**64 - 1), st.integers(0, 2**64 - 1))


@given(st.sets(FEW, max_size=30), st.lists(FEW, max_size=30))
def test_a_few_hashes_are_told_from_others(few: set[int], others: list[int]) -> None:
    asked = [*others, *few]
    found = HashSet(mix(np.array(sorted(few), np.uint64))).has(mix(np.array(asked, np.uint64)))
    assert found.tolist() == [one in few for one in asked]


@given(st.integers(0, 2**64 - 1), st.integers(0, 63))
def test_mixing_spreads_every_bit(number: int, bit: int) -> None:
    one, other = mix(np.array([number, number ^ (1 << bit)], np.uint64)).tolist()
    assert one != other
    assert (one ^ other).bit_count() > 8
