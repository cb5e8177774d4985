"""The keys by which records meet, and sketches of their titles and bylines.

Keys are cheap, precise and many, so that one typo, a missing title or a missing year does not part two records. They
are numbers, made of the hashes of words, for many records at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.bulk_standings import Standings, pages_of, standings_of
from variorum.dedup.features import Features
from variorum.dedup.folding import STOP_WORDS
from variorum.dedup.standing import Standing
from variorum.dedup.telling_words import TellingWords, first_of_each, hash_set
from variorum.dedup.texts import Hasher, Hashes, Numbers, Texts, each_once, hashes_of, mix, runs, spread_once, texts_of
from variorum.dedup.titles import NOTICE_WORDS

Keys = NDArray[np.uint32]
Owners = NDArray[np.int32]
Strength = Literal[0, 1, 3]
"""Of a kind of key, as the two lowest bits of its keys: 1 when two records seldom share one by chance, 3 when it is
an identifier."""

OPENING = 160
"""Letters of an abstract's beginning from which keys are made."""

_LONGEST_WORDS = 4
_FEWEST_EDGE_WORDS = 3
_EDGE_LETTERS = 18
_INCIPIT_WORDS = 8
_SHINGLE_WORDS = 4
_SKETCH_SIZE = 2
_SHORTEST_NAME = 2
_NAME_LETTERS = 5
_EDGE_NAMES = 2
_NO_NAMES = frozenset("and et al others jr sr dr ii iii iv".split())
_NOTICE_WITHIN = 3

HALF = np.uint64(32)
_BUT_STRENGTH = ~np.uint64(3) << HALF

BATCH = 1 << 14
"""Records whose keys can be made at once: what each is numbered with has 16 bits."""


class Columns(NamedTuple):
    """What keys are made of, by position: folded titles, bylines and openings of abstracts, and numbers.

    ``mains`` are the lengths, in bytes, of the titles' main parts. ``volumes`` and ``pages`` are hashes, ``years`` as
    they are; 0 is unknown. ``identifiers`` are hashes, ``schemes`` the first letters of their schemes, and ``bearers``
    whose they are. ``standings`` have a row each.
    """

    titles: Texts
    mains: Numbers
    bylines: Texts
    abstracts: Texts
    volumes: Hashes
    pages: Hashes
    years: Hashes
    identifiers: Hashes
    schemes: NDArray[np.uint8]
    bearers: Numbers
    standings: Standings


class Blocking(NamedTuple):
    """What blocks records: keys, each above the position of a record that has it, each once, in sorted runs.

    By position: sketches of titles, bylines and openings of abstracts; second keys, by which oversized blocks are
    split; and standings.
    """

    runs: tuple[Hashes, ...]
    titles: Hashes
    bylines: Hashes
    abstracts: Hashes
    seconds: Hashes
    standings: Standings

    @property
    def held(self) -> tuple[Keys, Owners]:
        """The keys, and the position of the record that has each."""
        return keys_and_owners(np.concatenate([np.zeros(0, np.uint64), *self.runs]))


def keys_and_owners(held: Hashes) -> tuple[Keys, Owners]:
    """Keys, and the positions that stand below them."""
    return (held >> HALF).astype(np.uint32), held.astype(np.uint32).view(np.int32)


def columns_of(records: Sequence[Features]) -> Columns:
    """The columns of records."""
    identifiers = [(name, at) for at, record in enumerate(records) for name in record.identifiers]
    return Columns(
        texts_of([record.title for record in records]),
        np.array([main_length(record.title, record.main_title) for record in records], np.int64),
        texts_of([record.byline for record in records]),
        texts_of([record.abstract[:OPENING].rstrip() for record in records]),
        hashes_of([record.volume for record in records]),
        hashes_of([record.first_page for record in records]),
        np.array([record.year for record in records], np.uint64),
        hashes_of([name for name, _ in identifiers]),
        first_letters([name for name, _ in identifiers]),
        np.array([at for _, at in identifiers], np.int64),
        standings_of(
            [record.identifiers for record in records],
            [record.volume for record in records],
            pages_of([(record.first_page, record.last_page) for record in records]),
            [record.preprint for record in records],
        ),
    )


def first_letters(names: Sequence[str]) -> NDArray[np.uint8]:
    """The first letters of identifiers, which are those of their schemes."""
    return np.frombuffer("".join([name[0] for name in names]).encode(), np.uint8)


def main_length(title: str, main: str) -> int:
    """How many bytes of a folded title are its main part; all, should that stand elsewhere."""
    return len((main if title.startswith(main) else title).encode())


def title_words_of(columns: Columns) -> TellingWords:
    """The telling words of records' titles."""
    return TellingWords.of(columns.titles, STOP_WORDS)


def key_records(columns: Columns, words: TellingWords | None = None) -> Blocking:
    """The keys of records, their sketches and second keys. ``words`` are those of the titles, if known.

    Raises ``ValueError`` for more than ``BATCH`` records.
    """
    if len(columns.years) > BATCH:
        raise ValueError(f"{len(columns.years)} records at once, more than {BATCH}")
    words = words or title_words_of(columns)
    names = _names(columns.bylines)
    opening = TellingWords.of(columns.abstracts, frozenset())
    held = np.concatenate([_as_keys(kind) for kind in _kinds(columns, words, names, opening)])
    return Blocking(
        (spread_once(held),),
        words.sketches(),
        names.sketches(),
        opening.sketches(),
        mix(columns.volumes + mix(columns.years)) >> HALF,
        _with_bonds(columns.standings, words, columns.years),
    )


def _with_bonds(standings: Standings, words: TellingWords, years: Hashes) -> Standings:
    """Standings with their years, and with what titles may be those of notices and answers, by their outer words."""
    edges = words.first(_NOTICE_WITHIN), words.first(1, backwards=True)
    bound = hash_set(NOTICE_WORDS).has(np.concatenate(edges)).any(axis=0)
    standings = standings.copy()
    standings[:, Standing._fields.index("bound")] = bound
    standings[:, Standing._fields.index("year")] = years
    return standings


def shared_kinds(a: Features, b: Features) -> tuple[str, ...]:
    """The kinds of keys by which two records meet; empty when blocking never brings them together."""
    columns = columns_of([a, b])
    words, names = title_words_of(columns), _names(columns.bylines)
    kinds = _kinds(columns, words, names, TellingWords.of(columns.abstracts, frozenset()))
    held: defaultdict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for kind in kinds:
        for side in (0, 1):
            held[kind.name][side].update(kind.hashes[kind.owners == side].tolist())
    return tuple(name for name, (one, other) in held.items() if one & other)


class _Kind(NamedTuple):
    """Keys of one kind: hashes of what is shared, and the positions of the records that have it."""

    name: str
    strength: Strength
    hashes: Hashes
    owners: Numbers


def _as_keys(kind: _Kind) -> Hashes:
    """Keys in the upper halves, their owners in the lower ones."""
    salt = np.uint64(int.from_bytes(kind.name.encode()[-8:], "big"))
    keys = mix(kind.hashes ^ salt)
    keys &= _BUT_STRENGTH
    keys |= np.uint64(kind.strength) << HALF
    keys |= kind.owners.view(np.uint64)
    return keys


def _names(bylines: Texts) -> TellingWords:
    """The names of bylines, family and given ones alike, without initials."""
    return TellingWords.of(bylines, _NO_NAMES, _SHORTEST_NAME)


def _kinds(columns: Columns, words: TellingWords, names: TellingWords, opening: TellingWords) -> Iterator[_Kind]:
    yield _Kind("identifier", 3, columns.identifiers, columns.bearers)
    unique, owners = words.longest()
    longest = first_of_each(unique, owners, words.total, _LONGEST_WORDS)
    yield from _title_kinds(columns, words, unique, owners)
    # Any three, so that a slip in one of them leaves a key.
    for left_out in range(_LONGEST_WORDS if len(owners) else 0):
        chosen = [*np.delete(longest, left_out, axis=0), (longest[left_out] != 0).astype(np.uint64)]
        yield _kind("long_words", 0, *chosen)
    yield _kind("volume_page", 1, columns.volumes, columns.pages, columns.years + np.uint64(1))
    last = [mix(name) for name in names.first(_EDGE_NAMES, letters=_NAME_LETTERS, backwards=True)]
    # What comes first may be the family name or the given one.
    for name in names.first(_EDGE_NAMES, letters=_NAME_LETTERS):
        yield _kind("name_page", 1, name, columns.pages)
        for word in longest[:_EDGE_NAMES]:
            yield _kind("name_word", 0, name, word)
        for other in last:
            yield _kind("names_year", 0, name, other, columns.years)
    yield from _abstract_kinds(opening)


def _kind(name: str, strength: Strength, *parts: Hashes) -> _Kind:
    """Keys made of several parts, for the records that have all of them."""
    owners = np.flatnonzero(np.logical_and.reduce([part != 0 for part in parts]))
    together = mix(parts[0][owners])
    for part in parts[1:]:
        together = mix(together + part[owners])
    return _Kind(name, strength, together, owners)


def _title_kinds(columns: Columns, words: TellingWords, unique: Hashes, owners: Numbers) -> Iterator[_Kind]:
    """The title's words as a whole, its main part, and its ends in letters."""
    firsts = runs(owners)
    titled = owners[firsts]
    if not len(titled):
        return
    yield _Kind("title_words", 1, np.add.reduceat(mix(unique), firsts), titled)
    starts = columns.titles.starts[titled]
    yield _Kind("main_title", 0, words.hasher(starts, starts + columns.mains[titled]), titled)
    counts = np.bincount(words.owners, minlength=words.total)
    several = np.flatnonzero(counts >= _FEWEST_EDGE_WORDS)
    squeezed = np.frombuffer(columns.titles.letters.tobytes().translate(None, b" "), np.uint8)
    ends = np.flatnonzero(squeezed == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    starts, ends, hasher = starts[several], ends[several], Hasher(squeezed)
    yield _Kind("title_begins", 0, hasher(starts, np.minimum(starts + _EDGE_LETTERS, ends)), several)
    yield _Kind("title_ends", 0, hasher(np.maximum(ends - _EDGE_LETTERS, starts), ends), several)


def _abstract_kinds(words: TellingWords) -> Iterator[_Kind]:
    """The opening words (*incipit*) and a sketch of the shingles, by which records without a title meet."""
    counts = np.bincount(words.owners, minlength=words.total)
    begins = np.searchsorted(words.owners, np.arange(words.total))
    enough = np.flatnonzero(counts >= _INCIPIT_WORDS)
    begins = begins[enough]
    incipits = words.hasher(words.starts[begins], words.ends[begins + _INCIPIT_WORDS - 1])
    yield _Kind("abstract_begins", 1, incipits, enough)
    firsts = np.arange(max(0, len(words.owners) - _SHINGLE_WORDS + 1))
    lasts = firsts + _SHINGLE_WORDS - 1
    whole = (words.owners[firsts] == words.owners[lasts]) & (counts[words.owners[firsts]] >= _INCIPIT_WORDS)
    firsts, lasts = firsts[whole], lasts[whole]
    shingles = words.hasher(words.starts[firsts], words.ends[lasts]) >> np.uint64(16)
    # The smallest hashes of each: similar sets are likely to share some (bottom-k sketch, Broder 1997).
    packed = each_once((words.owners[firsts].astype(np.uint64) << np.uint64(48)) | shingles)
    owners = (packed >> np.uint64(48)).astype(np.int64)
    for sketch in first_of_each(packed & np.uint64((1 << 48) - 1), owners, words.total, _SKETCH_SIZE):
        yield _kind("abstract_shingle", 0, sketch)
