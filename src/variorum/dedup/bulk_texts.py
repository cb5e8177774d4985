"""Many texts folded together, as bytes, where they are plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.columns import of_each
from variorum.dedup.folding import fold
from variorum.dedup.texts import Numbers, Texts

Flags = NDArray[np.bool_]
Letters = NDArray[np.uint8]

SPACE = ord(" ")
_LAST_ASCII = 127
_DELETED = b"'"


def _folded(sign: int) -> int:
    """A sign as it stands in folded texts. What parts them stays, and so do the bytes of other scripts."""
    if not 0 < sign <= _LAST_ASCII:
        return sign
    return ord(chr(sign).lower()) if chr(sign).isalnum() else SPACE


_FOLDED = bytes(map(_folded, range(256)))
_MARKED = bytes(sign in b"&<\\{$\x7f" or 0 < sign < SPACE or sign > _LAST_ASCII for sign in range(256))


def fold_texts(raw: Texts) -> Texts:
    """Plain texts folded. Folded texts stay as they are."""
    letters = np.frombuffer(raw.letters.tobytes().translate(_FOLDED, _DELETED), np.uint8)
    behind_letter = np.concatenate([np.zeros(1, bool), letters[:-1] > SPACE])
    # Of blanks in a row only the first, and then none of those at a text's end.
    letters = letters[(letters != SPACE) | behind_letter[: len(letters)]]
    before_end = np.concatenate([letters[1:] == 0, np.zeros(1, bool)])
    letters = letters[(letters != SPACE) | ~before_end[: len(letters)]]
    return Texts(letters, np.flatnonzero(letters == 0))


def are_marked(texts: Texts) -> Flags:
    """Which texts have signs of markup or of other scripts, or blanks that are no spaces."""
    return having(texts, np.flatnonzero(np.frombuffer(texts.letters.tobytes().translate(_MARKED), bool)))


def having(texts: Texts, places: Numbers) -> Flags:
    """Which texts have a byte in one of these places."""
    found = np.zeros(len(texts.ends), bool)
    found[np.searchsorted(texts.ends, places)] = True
    return found


_LATIN = re.compile(r"[ -#%'-;=-\[\]-z|}~\u00c0\u00c1\u00c4-\u00e1\u00e3-\u017f]*")
"""Texts in letters of Latin script alone, each of which folds to something, whatever stands beside it; but without
those by which texts are known that were decoded wrongly."""


def read_latin(values: Sequence[str], read: Callable[[str], str]) -> list[str]:
    """Texts folded together where they are plain but for accents; what ``read`` makes of the others."""
    latin = [at for at, value in enumerate(values) if _LATIN.fullmatch(value)]
    together = "\0".join([values[at] for at in latin])
    for letter in set(together):
        if not letter.isascii():
            together = together.replace(letter, _without_accent(letter))
    letters = fold_texts(Texts(np.frombuffer(f"{together}\0".encode(), np.uint8), np.zeros(0, np.int64))).letters
    known = dict(zip(latin, letters.tobytes().decode().split("\0"), strict=False))
    others = [at for at in range(len(values)) if at not in known]
    known.update(zip(others, of_each(read, [values[at] for at in others]), strict=True))
    return [known[at] for at in range(len(values))]


@cache
def _without_accent(letter: str) -> str:
    return fold(f"x{letter}x")[1:-1]


def replaced(texts: Texts, places: Sequence[int], values: Sequence[str]) -> Texts:
    """Texts with other values in some places, which must be in order."""
    if not places:
        return texts
    content, place, kept = texts.letters.tobytes(), 0, []
    starts, ends = texts.starts[places].tolist(), texts.ends[places].tolist()
    for start, end, value in zip(starts, ends, values, strict=True):
        kept += [content[place:start], value.encode()]
        place = end
    letters = np.frombuffer(b"".join([*kept, content[place:]]), np.uint8)
    return Texts(letters, np.flatnonzero(letters == 0))


def cut_texts(texts: Texts, most: int) -> Texts:
    """Folded texts cut to so many characters."""
    long = texts.ends - texts.starts > most
    if not long.any():
        return texts
    content, place, kept = texts.letters.tobytes(), 0, []
    for start, end in zip(texts.starts[long].tolist(), texts.ends[long].tolist(), strict=True):
        text = content[start:end]
        text = text[:most] if text.isascii() else text.decode()[:most].encode()
        kept += [content[place:start], text.rstrip(b" ")]
        place = end
    letters = np.frombuffer(b"".join([*kept, content[place:]]), np.uint8)
    return Texts(letters, np.flatnonzero(letters == 0))
