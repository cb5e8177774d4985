"""The columns of many statements at once: the same that their features would have.

Most texts are plain, and their letters are folded all together, as bytes. The others (markup, other scripts, what
databases hang on titles) go the long way, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import (
    MAX_BYLINE,
    MOST_READ,
    Statement,
    begins_with_heading,
    is_preprint,
    read_abstract,
    read_byline_words,
    stated_byline,
    stated_identifiers,
    stated_year,
    taken_apart,
)
from variorum.dedup.keys import OPENING, Columns, main_length, standings_of
from variorum.dedup.places import read_pages, read_volume
from variorum.dedup.texts import Numbers, Texts, hashes_of, texts_of
from variorum.dedup.titles import LONGEST_NO_TITLE, MAX_TITLE, read_title

Flags = NDArray[np.bool_]

_SPACE, _DELETED = ord(" "), 1
_FOLDED = np.arange(256, dtype=np.uint8)
_FOLDED[1:128] = [
    _DELETED if chr(sign) == "'" else ord(chr(sign).lower()) if chr(sign).isalnum() else _SPACE
    for sign in range(1, 128)
]


def _class(signs: str) -> Flags:
    found = np.zeros(256, bool)
    found[list(signs.encode())] = True
    return found


_MARKED = _class("&<\\{$\x7f")
_MARKED[1:_SPACE] = _MARKED[128:] = True
"""Signs of markup and of other scripts, and blanks that are no spaces."""

_SOLID = np.array([chr(sign).isalnum() for sign in range(256)], np.int64)
_DIGIT, _CLOSING, _IDLE = _class("0123456789"), _class(".?!)]"), _class(" .\0")
_STATES = tuple(np.frombuffer(word.encode(), np.uint8) for word in ("retra", "withd"))


def read_titles(columns: Columns) -> list[tuple[str, str]]:
    """What ``read_title`` makes of the titles, from their columns."""
    titles = columns.titles.letters.tobytes().split(b"\0")[:-1]
    return [
        (title.decode(), title[:length].decode()) for title, length in zip(titles, columns.mains.tolist(), strict=True)
    ]


def columns_of_statements(statements: Sequence[Statement]) -> Columns:
    """The columns of statements."""
    said = [taken_apart(one) for one in statements]
    titles, mains = _titles([one.title for one in said])
    named = [stated_identifiers(one) for one in said]
    volumes = [read_volume(one.volume)[0] if one.volume else "" for one in said]
    pages = [read_pages(one.pages) if one.pages else ("", 0) for one in said]
    preprints = map(is_preprint, said)
    return Columns(
        titles,
        mains,
        _cut(_bylines([stated_byline(one)[:MOST_READ] for one in said]), MAX_BYLINE),
        _cut(_abstracts([one.abstract[:MOST_READ] for one in said]), OPENING),
        hashes_of(volumes),
        hashes_of([first for first, _ in pages]),
        np.array([stated_year(one) for one in said], np.uint64),
        hashes_of([name for names in named for name in names]),
        np.repeat(np.arange(len(said)), [len(names) for names in named]),
        standings_of(list(zip(named, volumes, *zip(*pages, strict=True), preprints, strict=True))),
    )


def _bylines(values: list[str]) -> Texts:
    for at in np.flatnonzero(_having(texts_of(values), _MARKED)).tolist():
        values[at] = read_byline_words(values[at])
    return _fold(texts_of(values))[0]


def _abstracts(values: list[str]) -> Texts:
    marked = _having(texts_of(values), _MARKED).tolist()
    values = [
        read_abstract(value) if value and (care or begins_with_heading(value)) else value
        for value, care in zip(values, marked, strict=True)
    ]
    return _fold(texts_of(values))[0]


def _titles(values: list[str]) -> tuple[Texts, Numbers]:
    """Folded titles, and the lengths of their main parts."""
    special = np.flatnonzero(_needs_care(texts_of(values))).tolist()
    read = [read_title(values[at]) for at in special]
    for at, (title, _) in zip(special, read, strict=True):
        values[at] = title
    raw = texts_of(values)
    texts, kept = _fold(raw)
    mains = _before_subtitle(raw, texts, kept)
    mains[special] = [main_length(title, main) for title, main in read]
    return texts, mains


def _fold(raw: Texts) -> tuple[Texts, Flags]:
    """Plain texts folded, and which of their bytes were kept. Folded texts stay as they are."""
    letters = _FOLDED[raw.letters]
    places = np.flatnonzero(letters != _DELETED)
    for repeats in (_after_blank, _before_end):
        places = places[~((letters[places] == _SPACE) & repeats(letters[places]))]
    kept = np.zeros(len(letters), bool)
    kept[places] = True
    folded = letters[places]
    return Texts(folded, np.flatnonzero(folded == 0)), kept


def _after_blank(letters: NDArray[np.uint8]) -> Flags:
    """Of each byte, whether a blank or the beginning of the text stands before it."""
    before = np.concatenate([np.zeros(1, np.uint8), letters[:-1]])
    blank: Flags = (before == _SPACE) | (before == 0)
    return blank


def _before_end(letters: NDArray[np.uint8]) -> Flags:
    last: Flags = np.concatenate([letters[1:], np.zeros(1, np.uint8)]) == 0
    return last


def _before_subtitle(raw: Texts, texts: Texts, kept: Flags) -> Numbers:
    """How many bytes of folded titles stand before a colon or a dash; all where there is none."""
    letters = np.concatenate([raw.letters, np.zeros(1, np.uint8)])
    here, following = letters[:-1], letters[1:]
    before = np.concatenate([np.zeros(1, np.uint8), here[:-1]])
    dash = here == ord("-")
    parting = (here == ord(":")) | (dash & ((following == ord("-")) | ((before == _SPACE) & (following == _SPACE))))
    signs = np.flatnonzero(parting)
    owners, firsts = np.unique(np.searchsorted(raw.ends, signs), return_index=True)
    lengths = texts.ends - texts.starts
    # Of a raw byte, how many folded ones stand before it, from the beginning of all texts.
    counted = np.cumsum(kept)
    mains = counted[signs[firsts]] - kept[signs[firsts]] - texts.starts[owners]
    mains -= texts.letters[texts.starts[owners] + mains - 1] == _SPACE
    whole = lengths.copy()
    whole[owners[mains > 0]] = mains[mains > 0]
    return whole


def _needs_care(raw: Texts) -> Flags:
    """Which titles the plain way does not read as ``read_title`` does."""
    letters, starts, lengths = raw.letters, raw.starts, raw.ends - raw.starts
    following = np.concatenate([letters[1:], np.zeros(1, np.uint8)])
    ending = _CLOSING[letters] & (following == _SPACE)
    thousands = np.zeros(len(letters), bool)
    thousands[1:-1] = _DIGIT[letters[:-2]] & (letters[1:-1] == ord(",")) & _DIGIT[letters[2:]]
    care = _having(raw, _MARKED) | _where(raw, ending | thousands)
    last = np.maximum.reduceat(np.where(_IDLE[letters], -1, np.arange(len(letters))), starts) if len(starts) else starts
    care |= (last >= 0) & np.isin(letters[last], (ord(")"), ord("]")))
    solid = np.add.reduceat(_SOLID[letters], starts) if len(starts) else starts
    # So short it may say no more than that there is no title.
    care |= (lengths > 0) & ((solid <= LONGEST_NO_TITLE) | (lengths > MAX_TITLE) | (letters[starts] == _SPACE))
    room = np.minimum(starts[:, None] + np.arange(len(_STATES[0])), len(letters) - 1)
    beginnings = _FOLDED[letters[room]]
    for word in _STATES:
        care |= (beginnings == word).all(axis=1)
    return care | np.isin(letters[starts], (ord("["), ord("(")))


def _having(texts: Texts, signs: Flags) -> Flags:
    """Which texts have any of some signs."""
    return _where(texts, signs[texts.letters])


def _where(texts: Texts, flags: Flags) -> Flags:
    """Which texts have a flagged byte."""
    found = np.zeros(len(texts.ends), bool)
    found[np.searchsorted(texts.ends, np.flatnonzero(flags))] = True
    return found


def _cut(texts: Texts, most: int) -> Texts:
    """Texts cut to so many characters."""
    begins = np.concatenate([[0], np.cumsum((texts.letters & 0xC0) != 0x80)])  # not the further bytes of a character
    before = np.repeat(begins[texts.starts], texts.ends - texts.starts + 1)
    letters = texts.letters[(begins[1:] - before <= most) | (texts.letters == 0)]
    letters = letters[~((letters == _SPACE) & _before_end(letters))]
    return Texts(letters, np.flatnonzero(letters == 0))
