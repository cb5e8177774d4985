"""Standings of many records at once, a column for each of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.bulk_texts import Flags, having
from variorum.dedup.columns import of_each
from variorum.dedup.identity import VERSIONED
from variorum.dedup.standing import Column, Standing, doi_of, page_of, volume_of
from variorum.dedup.texts import Numbers, texts_of

Standings = NDArray[np.uint32]
"""Standings, a row for each record."""

_ZERO, _SLASH, _VERSION, _FIRST_SIGN, _LAST_SIGN = b"0/v!~"
_DIGITS = 10
_DOI = np.frombuffer(b"doi:", np.uint8)
_OF_DEPOSITS = frozenset(beginning.partition("/")[0].encode() for beginning in VERSIONED)
_KEPT = b"abcdefghijklmnopqrstuvwxyz0123456789"
_SIGNS = bytes(sign for sign in range(1, 256) if sign not in _KEPT)
"""What ``SIGNS`` finds, as bytes."""


class Pages(NamedTuple):
    """First and last pages as numbers, and whether the first may be a count of pages, as in a ``Standing``."""

    first: Numbers
    last: Numbers
    counts: Numbers


def pages_of(pages: Sequence[tuple[str, int]]) -> Pages:
    """The pages of records, given the first and the last of each."""
    read = np.array([(*page_of(one), one[1]) for one in pages], np.int64).reshape(len(pages), 3)
    return Pages(read[:, 0], read[:, 2], read[:, 1])


def standings_of(
    identifiers: Sequence[tuple[str, ...]], volumes: Sequence[str], pages: Pages, preprints: Sequence[bool] | Flags
) -> Standings:
    """What ``standing_of`` finds for many records."""
    bears = np.fromiter(map(len, identifiers), np.int64, len(identifiers))
    alone = np.flatnonzero(bears == 1)
    names = [own[0] for own in identifiers if len(own) == 1]
    found = {name: np.zeros(len(volumes), np.uint32) for name in Standing._fields}
    found["identified"][bears > 1] = 2
    found["identifier"][alone] = _hashes_without_signs(names)
    for name, column in zip(("identified", "agency", "number"), _dois_of(names).T, strict=True):
        found[name][alone] = column
    found["volume"][:] = np.fromiter(of_each(volume_of, volumes), np.uint32, len(volumes))
    found["first_page"][:], found["last_page"][:], found["counts"][:] = pages
    found["preprint"][:] = preprints
    return np.stack(list(found.values()), axis=1)


def _hashes_without_signs(names: Sequence[str]) -> Column:
    letters = "\0".join(names).encode().translate(None, _SIGNS)
    return _hashes(letters.split(b"\0") if names else [])


def _hashes(pieces: Sequence[bytes]) -> Column:
    """What ``hash_of`` makes of each piece."""
    return np.maximum(np.fromiter(map(crc32, pieces), np.uint32, len(pieces)), 1)


def _dois_of(names: Sequence[str]) -> NDArray[np.uint32]:
    """What ``doi_of`` finds for each of many identifiers, in rows: of plain DOIs, which most are, for all at once."""
    texts = texts_of(names)
    letters, starts, ends = texts.letters, texts.starts, texts.ends
    is_digit = letters - np.uint8(_ZERO) < _DIGITS
    slash = np.minimum(_next(np.flatnonzero(letters == _SLASH), starts, len(letters)), ends)
    last = _previous(np.flatnonzero(is_digit), ends)
    first = _previous(np.flatnonzero(is_digit & ~np.append(False, is_digit[:-1])[: len(letters)]), last + 1)
    # A number behind the slash; not that of a version; no sign that may be read in another way.
    plain = (slash < last) & ~((last + 1 == ends) & (letters[np.maximum(first, 1) - 1] == _VERSION))
    plain &= ~having(texts, np.flatnonzero((letters < _FIRST_SIGN) & (letters > 0) | (letters > _LAST_SIGN)))
    beginnings = letters[np.minimum(starts[:, None] + np.arange(len(_DOI)), len(letters) - 1)]
    plain &= (beginnings == _DOI).all(axis=1)

    content = letters.tobytes()
    agencies = [content[start:end] for start, end in zip(starts.tolist(), slash.tolist(), strict=True)]
    numbers = [content[start:end] for start, end in zip(first.tolist(), (last + 1).tolist(), strict=True)]
    found = np.ones((len(names), 3), np.uint32)
    found[:, 1], found[:, 2] = _hashes(agencies), _hashes(numbers)
    plain &= ~np.fromiter(map(_OF_DEPOSITS.__contains__, agencies), bool, len(agencies))
    for at in np.flatnonzero(~plain).tolist():
        found[at] = doi_of(names[at])
    return found


def _next(places: Numbers, after: Numbers, none: int) -> Numbers:
    """Of each position the first of the places that is not before it; ``none`` where there is no such."""
    return np.append(places, none)[np.searchsorted(places, after)]


def _previous(places: Numbers, before: Numbers) -> Numbers:
    """Of each position the last of the places before it; -1 where there is no such."""
    return np.append(places, -1)[np.searchsorted(places, before) - 1]
