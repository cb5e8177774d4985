"""Authors in common: whom first letters rule out need not be compared, and nobody is missed for that."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import features

from variorum.dedup.authorship import _partners, shared_authors
from variorum.dedup.features import Features

FAMILIES = [
    "roe",
    "rowe",
    "roee",
    "ann",
    "wang",
    "de wiele",
    "van de wiele",
    "dewiele",
    "wiele",
    "poe",
    "von poe",
    "poe roe",
]
GIVENS = ["", "a", "ann", "r", "roe", "wang", "w", "d", "v k", "p", "x"]
AUTHORS = st.lists(st.tuples(st.sampled_from(FAMILIES), st.sampled_from(GIVENS)), min_size=1, max_size=5)


def by(authors: list[tuple[str, str]]) -> Features:
    families, givens = zip(*authors, strict=True)
    return features("x:1")._replace(families=families, givens=givens)


@settings(max_examples=1_000)
@given(AUTHORS, AUTHORS)
def test_as_many_are_shared_as_comparing_each_with_each_finds(
    ones: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    a, b = by(ones), by(others)
    short, long = (a, b) if len(ones) <= len(others) else (b, a)
    assert shared_authors(a, b) == _partners(short, long)
