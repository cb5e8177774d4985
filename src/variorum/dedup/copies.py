"""What copies of a publication repeat, as numbers: equal where two records say the same, and 0 where one says nothing.

They are made along with the keys, for many records at once, and tell most copies before any of them is read in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.columns import StatementColumns
from variorum.dedup.comparing import LEVELS, POOR, RICH, known_bits
from variorum.dedup.features import MOST_READ
from variorum.dedup.keys import Columns
from variorum.dedup.many_features import forms_of, read_volumes_and_issues
from variorum.dedup.standing import standings_as_columns
from variorum.dedup.telling_words import TellingWords, hash_set
from variorum.dedup.texts import Hasher, Hashes, Numbers, Texts, each_once, hashes_of, mix, runs, texts_of
from variorum.dedup.titles import generic_titles, generic_words

Copies = NDArray[np.uint64]
"""The numbers of a ``Copy``, a row for each record."""

_ZERO, _TEN = ord("0"), 10
_ONE_OF_EACH = b"dap"
"""First letters of the schemes of which a publication has but one: doi, arxiv, pmid."""

_OWNER, _WORD = np.uint64(48), np.uint64((1 << 48) - 1)
_PLACES = np.uint64((1 << 17) - 1)


class Copy(NamedTuple):
    """What records say, by column.

    ``level`` is the place in ``LEVELS`` of what the title and the same again come to, 0 where it may be generic or the
    rest does not tell all. ``others``: identifiers of which a publication may have several. ``range``: the pages are
    several, and do not begin with 1. A preprint has no venue and no form here.
    """

    title: Hashes
    level: Hashes
    doi: Hashes
    arxiv: Hashes
    pmid: Hashes
    others: Hashes
    preprint: Hashes
    year: Hashes
    volume: Hashes
    issue: Hashes
    page: Hashes
    last_page: Hashes
    range: Hashes
    venue: Hashes
    form: Hashes
    byline: Hashes
    abstract: Hashes

    @classmethod
    def at(cls, copies: Copies, places: Numbers) -> Copy:
        """What the records in some places say."""
        return cls(*np.ascontiguousarray(copies.take(places, axis=0).T))


def copies_of(
    said: StatementColumns, venues: Sequence[tuple[str, str]], columns: Columns, words: TellingWords
) -> Copies:
    """What statements say, which are those that all the others were made of, with their fields in their places."""
    standings = standings_as_columns(columns.standings)
    titles = _hashes(columns.titles, words.hasher)
    levels = _levels(columns.titles, words, titles)
    if any(said.names) or any(said.profile_only) or any(said.listed_once):
        # Of these the byline does not tell all.
        hidden = zip(said.names, said.profile_only, said.listed_once, strict=True)
        levels[np.fromiter(map(any, hidden), bool, len(titles))] = 0
    volumes, issues = read_volumes_and_issues(said.volume, said.issue)
    forms = forms_of([form for _, form in venues], said.volume, volumes)
    article = np.where(standings.preprint == 0, np.uint64(1), np.uint64(0))
    several = (standings.first_page != standings.last_page) & (standings.first_page != 1) & (standings.last_page != 0)
    return np.stack(
        [
            titles,
            levels,
            *_by_scheme(columns, len(titles)),
            standings.preprint.astype(np.uint64),
            columns.years,
            columns.volumes,
            hashes_of(issues),
            columns.pages,
            standings.last_page.astype(np.uint64),
            several.astype(np.uint64),
            hashes_of([venue for venue, _ in venues]) * article,
            hashes_of(forms) * article,
            _of_whole(said.byline),
            _of_whole([text[:MOST_READ] for text in said.abstract]),
        ],
        axis=1,
    )


def no_copies() -> Copies:
    """What no records say."""
    return np.zeros((0, len(Copy._fields)), np.uint64)


def _hashes(texts: Texts, hasher: Hasher) -> Hashes:
    starts = texts.starts
    return np.where(starts == texts.ends, np.uint64(0), hasher(starts, texts.ends))


def _of_whole(values: Sequence[str]) -> Hashes:
    texts = texts_of(values)
    return _hashes(texts, Hasher(texts.letters))


def _by_scheme(columns: Columns, count: int) -> Iterator[Hashes]:
    """One number for all DOIs of each record, one for all its arXiv ids, for all its PMIDs, and for all other ids."""
    others = np.ones(len(columns.schemes), bool)
    for letter in _ONE_OF_EACH:
        chosen = columns.schemes == letter
        others &= ~chosen
        yield _together(columns.identifiers[chosen], columns.bearers[chosen], count)
    yield _together(columns.identifiers[others], columns.bearers[others], count)


def _together(identifiers: Hashes, bearers: Numbers, count: int) -> Hashes:
    found = np.zeros(count, np.uint64)
    if len(bearers):
        firsts = runs(bearers)
        found[bearers[firsts]] = np.add.reduceat(mix(identifiers), firsts)
    return found


_EQUAL_RICH, _EQUAL, _EQUAL_POOR = (
    np.uint64(LEVELS["title"].index(level)) for level in ("equal_rich", "equal", "equal_poor")
)


def _levels(titles: Texts, words: TellingWords, hashes: Hashes) -> Hashes:
    """The levels that titles that say the same have at least; 0 for those that may be generic."""
    in_digits = titles.letters[words.starts] - np.uint8(_ZERO) < _TEN
    telling = words.owners[~hash_set(generic_words()).has(words.hashes) & ~in_digits]
    named = np.zeros(len(hashes), bool)
    named[telling] = True
    named &= ~hash_set(generic_titles()).has(hashes)
    # Each word of a title once, as ``bits_of`` counts them.
    packed = each_once((words.owners.astype(np.uint64) << _OWNER) | (words.hashes & _WORD))
    bits = np.bincount((packed >> _OWNER).astype(np.int64), _least_bits()[packed & _PLACES], len(hashes))
    levels = np.where(bits >= RICH, _EQUAL_RICH, np.where(bits >= POOR, _EQUAL, _EQUAL_POOR))
    return np.where(named, levels, np.uint64(0))


@cache
def _least_bits() -> NDArray[np.float64]:
    """What words tell at least, in bits, by the lowest bits of their hashes, which several may share."""
    known = {word: bits for word, bits in known_bits().items() if word}
    least = np.full(int(_PLACES) + 1, known_bits()[""])
    np.minimum.at(least, hashes_of(list(known)) & _PLACES, list(known.values()))
    return least
