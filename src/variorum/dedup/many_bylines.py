"""The authors of many bylines at once: the same that ``read_byline`` finds in each.

Most bylines are written plainly: "Family, Given; Family, Given", "Given Family, Given Family" or "Family G.Family G.".
Those are all brought to names parted by semicolons and cut together; the inverted names are even folded together.
The others are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain, compress, count

from variorum.dedup.bylines import (
    BODIES,
    GLUE,
    INITIALS,
    MAX_GIVEN,
    MOST_AUTHORS,
    NOBODY,
    PARTICLES,
    SUFFIXES,
    TIGHT,
    Authors,
    cut_byline,
    initials_apart,
    read_byline,
    read_given,
    read_name,
    tidy,
)
from variorum.dedup.folding import fold, fold_all

Name = tuple[str, str]
"""Family name and given name, folded."""

_UNKNOWN = ("", "")
_NO_PART = frozenset([*SUFFIXES, *BODIES, ""])
_NO_FAMILY = _NO_PART.union(" ".join(NOBODY).split())
"""Words that are no part of a plain name, and those that are no family name of one."""

_PLAIN_GIVEN = re.compile(r"(?:[A-Za-z-]+\.? )*[A-Za-z-]+\.?")
_UNTOLD = bytes(sign for sign in range(ord(" "), 256) if chr(sign) not in ",;$&<\\{\x7f")
"""Signs that neither part the names of a byline nor mark its text up, and the bytes of all beyond ASCII."""

_BETWEEN = "\0"
_AFTER_NAMES = " .,;:)]"
_ENDS_OF_OTHERS = ("al", "rs")
"""The last letters of "et al" and of "others"."""


def read_bylines(values: Sequence[str]) -> list[Authors]:
    """The authors of bylines."""
    bylines = list(dict.fromkeys(values))
    # Those of ASCII for themselves, since one other letter would double the room of all that is joined to it.
    authors = _read_plain({byline: byline for byline in bylines if byline.isascii()})
    authors.update(_read_plain({byline: tidy(byline) for byline in bylines if byline not in authors}))
    for byline in bylines:
        if byline not in authors:
            authors[byline] = _read_any(byline)
    return list(map(authors.__getitem__, values))


def _read_plain(texts: dict[str, str]) -> dict[str, Authors]:
    """The authors of the plain ones among bylines, given with their texts."""
    inverted, direct = _plain(texts)
    return {**_read_inverted(inverted), **_read_direct(direct)}


def _plain(texts: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The bylines that seem plain with their names parted by semicolons: the inverted ones, and the direct ones."""
    inverted, joined, direct, glued = {}, {}, {}, {}
    for (byline, text), signs in zip(texts.items(), _signs_of(texts.values()), strict=True):
        if signs.strip(b",;") or "  " in text or text[:1] == " " or not _names_all(text):
            continue
        if b";" in signs:
            if _inverts(signs):
                inverted[byline] = text
        elif "and " in text and (" and " in text or text.startswith("and ")):
            if ",and " not in text and not text.startswith("and "):
                joined[byline] = text.replace(" and ", ";")
        elif signs:
            direct[byline] = text.replace(",", ";")
        elif not TIGHT.match(text):
            glued[byline] = text
    inverted.update(compress(joined.items(), map(_inverts, _signs_of(joined.values()))))
    direct.update(zip(glued, GLUE.sub(";", ",".join(glued.values())).split(","), strict=False))
    return inverted, direct


def _signs_of(texts: Collection[str]) -> list[bytes]:
    """Of each byline the signs that part names, and what else may have a meaning."""
    signs = _BETWEEN.join(texts).encode(errors="surrogatepass").translate(None, _UNTOLD).split(_BETWEEN.encode())
    return signs if len(signs) == len(texts) else [_BETWEEN.encode()] * len(texts)


def _inverts(signs: bytes) -> bool:
    """Whether these are the signs of names, more than one, that have one comma each."""
    return len(signs) > 1 and signs == b",;" * (len(signs) // 2) + b","


def _names_all(byline: str) -> bool:
    """Whether a byline certainly names all authors; others may, too."""
    return (
        ".." not in byline and "…" not in byline and byline.rstrip(_AFTER_NAMES)[-2:].casefold() not in _ENDS_OF_OTHERS
    )


def _read_inverted(parted: dict[str, str]) -> dict[str, Authors]:
    """The authors of bylines whose names are all written "Family, Given"."""
    if not parted:
        return {}
    written = _names_of(parted).replace(";", ",").split(",")
    folded = fold_all(written)
    families = folded[::2]
    givens = [
        (initials_apart(given) if len(given) > 1 and part.isupper() else given)[:MAX_GIVEN]
        for part, given in zip(written[1::2], folded[1::2], strict=True)
    ]
    unusual = chain(
        compress(count(), map(_NO_FAMILY.__contains__, families)),
        compress(count(), map(_NO_PART.__contains__, folded[1::2])),
    )
    for at in list(unusual):
        families[at], givens[at] = read_name(",".join(written[2 * at : 2 * at + 2]))
    return _by_byline(parted, tuple(families), tuple(givens))


def _read_direct(parted: dict[str, str]) -> dict[str, Authors]:
    """The authors of bylines whose names are all written "Given Family" or "Family G."."""
    if not parted:
        return {}
    families, givens = zip(*map(_read_direct_name, _names_of(parted).split(";")), strict=True)
    return _by_byline(parted, families, givens)


def _names_of(parted: dict[str, str]) -> str:
    return ";".join(parted.values()).replace("; ", ";")


def _by_byline(parted: dict[str, str], families: tuple[str, ...], givens: tuple[str, ...]) -> dict[str, Authors]:
    """The authors of bylines by what was read of all their names, but of those with a name that is unknown."""
    authors = {}
    end = 0
    for byline, names in parted.items():
        start, end = end, end + names.count(";") + 1
        most = min(end, start + MOST_AUTHORS)
        known = families[start:most]
        if all(known):
            authors[byline] = known, givens[start:most], True
    return authors


def _read_any(byline: str) -> Authors:
    """The authors of a byline of whatever form."""
    written, whole = cut_byline(byline)
    names = list(map(_read_name, written))
    if not names or not all(family for family, _ in names):
        return read_byline(byline)
    return tuple([family for family, _ in names]), tuple([given for _, given in names]), whole


def _read_name(written: str) -> Name:
    name = _UNKNOWN if "," in written else _read_direct_name(written)
    return name if name[0] else read_name(written)


@lru_cache(maxsize=1 << 17)
def _read_direct_name(written: str) -> Name:
    """A name written "Family G." or "Given Family"; empty if it may be only a part of a name."""
    name = written.strip(" .")
    if name.isascii() and not name[:1].islower():
        family, _, given = name.partition(" ")
        if given.isupper() and (read := _read_plain_family(family)) and (folded := _read_initials(given)):
            return read, folded
        given, _, family = name.rpartition(" ")
        if given and (read := _read_plain_family(family)) and (folded := _read_plain_given(given)):
            return read, folded
    part = written.strip()
    return read_name(part) if " " in part and not part[0].islower() and not INITIALS.fullmatch(part) else _UNKNOWN


@lru_cache(maxsize=1 << 15)
def _read_plain_family(family: str) -> str:
    """A family name of letters that are no initials, folded; empty if it is no such name."""
    if len(family) > 2 and family.istitle() and family.isalpha():
        lower = family.lower()
        return "" if lower in _NO_FAMILY else lower
    if family.isupper() or not family.replace("-", "").isalpha() or INITIALS.fullmatch(f"{family}."):
        return ""
    words = family.lower().replace("-", " ").split()
    return " ".join(words) if _NO_FAMILY.isdisjoint(words) else ""


@lru_cache(maxsize=1 << 14)
def _read_initials(given: str) -> str:
    """Given names that are initials, folded; empty if they are more than that."""
    initials = all(map(INITIALS.fullmatch, given.split())) and _NO_PART.isdisjoint(fold(given).split())
    return read_given(given) if initials else ""


@lru_cache(maxsize=1 << 15)
def _read_plain_given(given: str) -> str:
    """Given names that are plain words, folded; empty if there are others, or part of the family name."""
    lower = given.lower()
    if given.isalpha() and not given.isupper():
        return "" if lower in _NO_PART else lower[:MAX_GIVEN]
    words = lower.split()
    if len(words) > 1 and words[-1] in PARTICLES:
        return ""
    plain = _PLAIN_GIVEN.fullmatch(given) and _NO_PART.isdisjoint(fold(given).split())
    return read_given(given) if plain else ""
