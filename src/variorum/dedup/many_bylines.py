"""The authors of many bylines at once: the same that ``read_byline`` finds in each.

Most names are written plainly, in one of two ways, and are read here with less ado; the inverted ones of all bylines
are even folded together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, compress, islice

from variorum.dedup.bylines import (
    BODIES,
    INITIALS,
    MAX_GIVEN,
    NOBODY,
    PARTICLES,
    SUFFIXES,
    Authors,
    cut_byline,
    initials_apart,
    read_byline,
    read_given,
    read_name,
)
from variorum.dedup.folding import fold, fold_all

Name = tuple[str, str]
"""Family name and given name, folded."""

_NO_PART = frozenset([*SUFFIXES, *BODIES])
_NO_FAMILY = _NO_PART.union(" ".join(NOBODY).split())
"""Words that are no part of a plain name, and those that are no family name of one."""

_PLAIN_GIVEN = re.compile(r"(?:[A-Za-z-]+\.? )*[A-Za-z-]+\.?")


def read_bylines(values: Sequence[str]) -> list[Authors]:
    """The authors of bylines."""
    bylines = list(dict.fromkeys(values))
    cut = [cut_byline(byline) for byline in bylines]
    names = iter(_read_names(list(chain.from_iterable([written for written, _ in cut]))))
    authors = {
        byline: _authors(list(islice(names, len(written))), whole) or read_byline(byline)
        for byline, (written, whole) in zip(bylines, cut, strict=True)
    }
    return [authors[byline] for byline in values]


def _authors(names: list[Name], whole: bool) -> Authors | None:
    """Authors by their names; None where one is nobody's."""
    if not names:
        return None
    families, givens = zip(*names, strict=True)
    return None if "" in families else (families, givens, whole)


def _read_names(written: list[str]) -> list[Name]:
    with_comma = [name.count(",") == 1 for name in written]
    inverted = iter(_read_inverted(list(compress(written, with_comma))))
    return [next(inverted) if one else _read_direct(name) for name, one in zip(written, with_comma, strict=True)]


def _read_inverted(written: list[str]) -> list[Name]:
    """Names written "Family, Given"."""
    if not written:
        return []
    parts = ",".join(written).split(",")
    folded = fold_all(parts)
    return [
        (family, initials_apart(given)[:MAX_GIVEN] if part.isupper() else given[:MAX_GIVEN])
        if family and given and family not in _NO_FAMILY and given not in _NO_PART
        else read_name(name)
        for name, part, family, given in zip(written, parts[1::2], folded[::2], folded[1::2], strict=True)
    ]


@lru_cache(maxsize=1 << 17)
def _read_direct(written: str) -> Name:
    """A name written "Family G." or "Given Family"."""
    name = written.strip(" .")
    if name.isascii():
        family, _, given = name.partition(" ")
        if given.isupper() and _is_plain(family) and (folded := _read_initials(given)):
            return family.lower(), folded
        given, _, family = name.rpartition(" ")
        if _is_plain(family) and (folded := _read_plain_given(given)):
            return family.lower(), folded
    return read_name(written)


def _is_plain(family: str) -> bool:
    """Whether this is a family name of letters that are no initials."""
    return family.isalpha() and not family.isupper() and family.lower() not in _NO_FAMILY


@lru_cache(maxsize=1 << 14)
def _read_initials(given: str) -> str:
    """Given names that are initials, folded; empty if they are more than that."""
    initials = all(map(INITIALS.fullmatch, given.split())) and _NO_PART.isdisjoint(fold(given).split())
    return read_given(given) if initials else ""


@lru_cache(maxsize=1 << 15)
def _read_plain_given(given: str) -> str:
    """Given names that are plain words, folded; empty if there are others, or part of the family name."""
    words = given.lower().split()
    if len(words) > 1 and words[-1] in PARTICLES:
        return ""
    plain = _PLAIN_GIVEN.fullmatch(given) and _NO_PART.isdisjoint(fold(given).split())
    return read_given(given) if plain else ""
