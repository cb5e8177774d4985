"""What keeps two records apart at a glance, in numbers: another DOI of the same agency, another place in print.

Guards would veto such pairs whatever else agrees. Where millions of pairs are looked at, most of them are told apart
here, by a few comparisons of whole columns.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.identity import SIGNS, VERSION, VERSIONED
from variorum.dedup.places import DIGITS_OF_A_COUNT, LETTERS
from variorum.dedup.texts import Numbers

_LAST_NUMBER = re.compile(r"([0-9]+)[^0-9]*\Z")


class Standing(NamedTuple):
    """Where a record stands; 0 is unknown.

    ``identified``: 0 by nothing, 1 by a DOI alone, 2 by something else, which may be shared. ``identifier`` is the hash
    of the one that it has, signs aside, if it has but one. ``agency`` and ``number`` are those of a DOI alone, the
    number being its last one, or all of it. ``counts``: its page may be a count of pages. ``bound``: it may correct or
    answer another, from which its own DOI and place do not part it.
    """

    identified: int
    identifier: int
    agency: int
    number: int
    volume: int
    first_page: int
    last_page: int
    counts: int
    preprint: int
    bound: int = 0
    year: int = 0


def standing_of(identifiers: tuple[str, ...], volume: str, first_page: str, last_page: int, preprint: bool) -> Standing:
    """Where a record stands that bears these identifiers, in this place in print. Its year and bonds are left open."""
    identified = identifier = agency = number = 0
    if len(identifiers) == 1:
        identifier = hash_of(SIGNS.sub("", identifiers[0]).encode())
        identified, agency, number = doi_of(identifiers[0])
    elif identifiers:
        identified = 2
    page, counts = page_of((first_page, last_page))
    return Standing(identified, identifier, agency, number, volume_of(volume), page, last_page, counts, int(preprint))


def doi_of(identifier: str) -> tuple[int, int, int]:
    """``identified``, and of a DOI its agency and last number."""
    if not identifier.startswith("doi:"):
        return 2, 0, 0
    if identifier.startswith(VERSIONED):
        return 1, 0, 0  # another number is not another work
    prefix, _, suffix = VERSION.sub("", identifier).partition("/")
    number = _LAST_NUMBER.search(suffix)
    return 1, hash_of(prefix.encode()), hash_of((number[1] if number else suffix).encode())


def volume_of(volume: str) -> int:
    """A volume in a standing."""
    return hash_of(volume.encode()) if volume else 0


def page_of(pages: tuple[str, int]) -> tuple[int, int]:
    """The first page as a number, and whether it may be a count of pages, given the first and the last."""
    first, last = pages
    if not first:
        return 0, 0
    counts = not last and first.isdigit() and len(first) <= DIGITS_OF_A_COUNT
    return int(first.lstrip(LETTERS)[:9] or 0), int(counts)


def hash_of(letters: bytes) -> int:
    """The hash of letters, which is never 0."""
    return crc32(letters) or 1


Column = NDArray[np.uint32]


def stand_apart(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which pairs are surely two works, given the standings of each side as rows."""
    return columns_apart(standings_as_columns(one), standings_as_columns(other))


def columns_apart(left: Columns, right: Columns) -> NDArray[np.bool_]:
    """Which pairs are surely two works, given the standings of each side by column."""
    same_first = (left.first_page == right.first_page) & (left.first_page != 0)
    same_page = same_first | ((left.last_page == right.last_page) & (left.last_page != 0))
    other_number = _differ(left.number, right.number)
    other_identifier = _differ(left.identifier, right.identifier)
    other_doi = (left.agency == right.agency) & other_number & other_identifier & ~same_page
    far = _differ(left.first_page, right.first_page) & (distance(left.first_page, right.first_page) > 1) & ~same_page
    far &= (left.counts == 0) & (right.counts == 0)
    # A shared identifier would outweigh the place, so it must be sure that there is none.
    both_dois = (left.identified == 1) & (right.identified == 1) & other_identifier
    none_shared = (left.identified == 0) | (right.identified == 0) | both_dois
    other_place = _differ(left.volume, right.volume) & far & none_shared
    free = (left.bound == 0) & (right.bound == 0) & (left.preprint == right.preprint)
    apart: NDArray[np.bool_] = free & (other_doi | other_place)
    return apart


class Columns(NamedTuple):
    """The standings of many records."""

    identified: Column
    identifier: Column
    agency: Column
    number: Column
    volume: Column
    first_page: Column
    last_page: Column
    counts: Column
    preprint: Column
    bound: Column
    year: Column


def standings_as_columns(rows: NDArray[np.uint32]) -> Columns:
    """Standings, given as rows, by column."""
    return Columns(*np.ascontiguousarray(rows.T))


def standings_at(rows: NDArray[np.uint32], places: Numbers) -> Columns:
    """The standings in some places, of those given as rows, by column."""
    # Taken, since rows that an index asks for are copied number by number, which is ten times as slow.
    return standings_as_columns(rows.take(places, axis=0))


def distance(one: Column, other: Column) -> Column:
    """How far numbers are apart, which have no signs."""
    return np.maximum(one, other) - np.minimum(one, other)


def _differ(one: Column, other: Column) -> NDArray[np.bool_]:
    differ: NDArray[np.bool_] = (one != 0) & (other != 0) & (one != other)
    return differ
