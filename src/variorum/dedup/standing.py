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

from variorum.dedup.features import Features
from variorum.dedup.identity import VERSION, VERSIONED
from variorum.dedup.titles import notice_of, response_of

_DIGITS = re.compile(r"\d+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS_OF_A_COUNT = 2
_MOST = 2**32 - 1


class Standing(NamedTuple):
    """Where a record stands; 0 is unknown. Of a DOI the agency and the last number are kept, as hashes.

    ``identified``: 0 by nothing, 1 by a DOI alone, 2 by something else, which may be shared.

    ``bound`` says that it corrects or answers another, from which its own DOI and place do not part it.
    """

    identified: int
    agency: int
    number: int
    volume: int
    first_page: int
    last_page: int
    preprint: int
    bound: int


def standing_of(record: Features) -> Standing:
    """Where a record stands."""
    dois = [identifier for identifier in record.identifiers if identifier.startswith("doi:")]
    agency = number = 0
    identified = 0 if not record.identifiers else 1 if len(dois) == len(record.identifiers) == 1 else 2
    if identified == 1 and not dois[0].startswith(VERSIONED):
        prefix, _, suffix = VERSION.sub("", dois[0]).partition("/")
        digits = _DIGITS.findall(suffix)
        agency, number = (crc32(prefix.encode()) or 1, crc32(digits[-1].encode()) or 1) if digits else (0, 0)
    page = record.first_page.lstrip(_LETTERS)
    counts = not record.last_page and len(record.first_page) <= _DIGITS_OF_A_COUNT
    return Standing(
        identified,
        agency,
        number,
        crc32(record.volume.encode()) if record.volume else 0,
        0 if counts else min(int(page[:9] or 0), _MOST),
        record.last_page,
        int(record.preprint),
        int(bool(notice_of(record.title) or response_of(record.title))),
    )


Column = NDArray[np.int64]


def stand_apart(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which pairs are surely two works, given the standings of each side as rows."""
    left, right = _Columns(*one.T.astype(np.int64)), _Columns(*other.T.astype(np.int64))
    # Where either may count its pages, nothing is sure: 0 stands for both.
    same_page = (left.first_page == right.first_page) | ((left.last_page == right.last_page) & (left.last_page != 0))
    other_number = _differ(left.number, right.number)
    other_doi = (left.agency == right.agency) & other_number & ~(same_page & (left.first_page != 0))
    far = _differ(left.first_page, right.first_page) & (np.abs(left.first_page - right.first_page) > 1) & ~same_page
    # A shared identifier would outweigh the place, so it must be sure that there is none.
    both_dois = (left.identified == 1) & (right.identified == 1) & other_number
    none_shared = (left.identified == 0) | (right.identified == 0) | both_dois
    other_place = _differ(left.volume, right.volume) & far & none_shared
    free = (left.bound == 0) & (right.bound == 0) & (left.preprint == right.preprint)
    apart: NDArray[np.bool_] = free & (other_doi | other_place)
    return apart


class _Columns(NamedTuple):
    """The standings of many records."""

    identified: Column
    agency: Column
    number: Column
    volume: Column
    first_page: Column
    last_page: Column
    preprint: Column
    bound: Column


def _differ(one: Column, other: Column) -> NDArray[np.bool_]:
    differ: NDArray[np.bool_] = (one != 0) & (other != 0) & (one != other)
    return differ
