"""Many titles read at once: those that are plain as bytes, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from variorum.dedup.bulk_texts import SPACE, Flags, Letters, are_marked, fold_texts, having, replaced
from variorum.dedup.keys import main_length
from variorum.dedup.texts import Numbers, Texts, runs, texts_of
from variorum.dedup.titles import LANGUAGES, LONGEST_NO_TITLE, MAX_TITLE, read_title

_FULL_STOP, _QUESTION, _EXCLAMATION, _ROUND, _SQUARE = b".?!)]"
_COLON, _DASH, _COMMA = b":-,"
_OPENING = tuple(b"[( ")
_ZERO, _NINE = b"09"
_LOWER_CASE = 0x20
_NAMES_OF_LANGUAGES = tuple(LANGUAGES.split())
_PERHAPS_LANGUAGE = np.isin(np.arange(256), list({name.encode()[0] for name in _NAMES_OF_LANGUAGES} | set(b"\0 .")))
"""Bytes with which there begins what databases may have hung on, behind a sentence's end: a language, or nothing."""

_STATES = b"retra", b"withd"
"""How titles begin with which a publisher takes an article back."""


def titles_of(values: Sequence[str]) -> tuple[Texts, Numbers]:
    """Folded titles, and the lengths of their main parts."""
    raw = texts_of(values)
    texts = fold_texts(raw)
    lengths = texts.ends - texts.starts
    # So short it may say no more than that there is no title.
    short = (lengths <= LONGEST_NO_TITLE) & (raw.ends > raw.starts)
    special = np.flatnonzero(_needs_care(raw, values) | short).tolist()
    read = [read_title(values[at]) for at in special]
    mains = _before_subtitle(values, raw, lengths)
    mains[special] = [main_length(title, main) for title, main in read]
    return replaced(texts, special, [title for title, _ in read]), mains


def _before_subtitle(values: Sequence[str], raw: Texts, lengths: Numbers) -> Numbers:
    """How many bytes of folded titles stand before a colon, a dash or a sentence's end; all where there is none."""
    letters = raw.letters
    colons, dashes = np.flatnonzero(letters == _COLON), np.flatnonzero(letters == _DASH)
    between_blanks = (letters[dashes - 1] == SPACE) & (letters[dashes + 1] == SPACE)
    dashes = dashes[between_blanks | (letters[dashes + 1] == _DASH)]
    signs = np.sort(np.concatenate([colons, dashes, _before_blanks(letters, _full_stops(letters))]))
    owners = np.searchsorted(raw.ends, signs)
    firsts = runs(owners)
    owners, places = owners[firsts], signs[firsts] - raw.starts[owners[firsts]]
    heads = zip(owners.tolist(), places.tolist(), strict=True)
    main = fold_texts(texts_of([values[at][:place] for at, place in heads]))
    found = main.ends - main.starts
    whole = lengths.copy()
    whole[owners[found > 0]] = found[found > 0]
    return whole


def _needs_care(raw: Texts, values: Sequence[str]) -> Flags:
    """Which titles the plain way does not read as ``read_title`` does."""
    care = are_marked(raw) | _hung_on(raw, values) | having(raw, _thousands(raw.letters))
    care |= raw.ends - raw.starts > MAX_TITLE
    return care | np.isin(raw.letters[raw.starts], _OPENING) | _taken_back(raw)


def _hung_on(raw: Texts, values: Sequence[str]) -> Flags:
    """On which titles databases may have hung something: words in brackets, or a language behind a sentence's end."""
    letters = raw.letters
    brackets = np.flatnonzero((letters == _ROUND) | (letters == _SQUARE))
    following = letters[brackets + 1]
    found = having(raw, brackets[(following == 0) | (following == _FULL_STOP)])
    ends = _before_blanks(letters, np.sort(np.concatenate([brackets, _full_stops(letters)])))
    ends = ends[_PERHAPS_LANGUAGE[letters[ends + 2]]]
    owners = np.searchsorted(raw.ends, ends)
    for at, place in zip(owners.tolist(), (ends + 2 - raw.starts[owners]).tolist(), strict=True):
        title = values[at]
        found[at] |= title.startswith(_NAMES_OF_LANGUAGES, place) or not title[place:].strip(" .")
    return found


def _full_stops(letters: Letters) -> Numbers:
    return np.flatnonzero((letters == _FULL_STOP) | (letters == _QUESTION) | (letters == _EXCLAMATION))


def _before_blanks(letters: Letters, places: Numbers) -> Numbers:
    found: Numbers = places[letters[places + 1] == SPACE]
    return found


def _thousands(letters: Letters) -> Numbers:
    """Where commas stand between digits."""
    commas = np.flatnonzero(letters == _COMMA)
    before, following = letters[commas - 1], letters[commas + 1]
    return commas[(before >= _ZERO) & (before <= _NINE) & (following >= _ZERO) & (following <= _NINE)]


def _taken_back(raw: Texts) -> Flags:
    """Which titles begin as those of articles that their publisher has taken back."""
    found = np.zeros(len(raw.ends), bool)
    for word in _STATES:
        likely = np.flatnonzero((raw.letters[raw.starts] | _LOWER_CASE) == word[0])
        places = np.minimum(raw.starts[likely, None] + np.arange(len(word)), len(raw.letters) - 1)
        found[likely] = ((raw.letters[places] | _LOWER_CASE) == np.frombuffer(word, np.uint8)).all(axis=1)
    return found
