"""Authors as far as matching needs them: folded family names and initials, in the byline's order.

A byline is cut at whatever stands between its names: semicolons, line ends, "and", commas, or nothing but
the full stop of initials (``Lee K. H.Li L.``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import methodcaller

from variorum.dedup.folding import fold, plain

_COMMAS_OF = methodcaller("count", ",")
_CUT_WITHIN = 24
MAX_GIVEN = 20
MOST_AUTHORS = 30
"""Authors compared. A collaboration's byline of thousands says no more than its beginning."""

GLUE = re.compile(
    r"\.(?=[A-Z][^\s.,]|(?:[a-z']{1,4} ){1,2}[A-Z][^\s.,])"
    r"(?:(?<=[\s.-][A-Z]\.)|(?<=\sJr\.))"
)
TIGHT = re.compile(r"(?:[A-Z]\.)+(?=[A-Z][a-z])")
_BEFORE_TIGHT = re.compile(r"(?<=[a-z])\s(?=(?:[A-Z]\.)+[A-Z][a-z])")
_TIDY = re.compile(r"[ -#%'-;=-\[\]-z|}~]*")
_SPACES = re.compile(r"[^\S\n]+")
_AND = re.compile(r",? (?:and|&) |, ?and | ?& ?|(?:(?<=^)|(?<=,))and ")
_CUT = re.compile(r"[\s,;(\[]*(?:\bet\.? ?al\b|\bothers\b|\.\.\.|…)[\s.,;:)\]]*$", re.I)
INITIALS = re.compile(r"(?:[A-Z](?:h?\.)?[\s.-]*){1,5}")
_MOST_INITIALS = 3
SUFFIXES = "jr sr 2nd 3rd 4th ii iii iv".split()
_SUFFIX = re.compile(rf"(?:{'|'.join(SUFFIXES)})\.?", re.I)
_SUFFIX_BEGINS = "jJsS234iI"
_LONGEST_SUFFIX = 4
PARTICLES = frozenset(
    "af al ben bin da dal de del della den der di do dos du el la le st ten ter van von zu zur".split()
)
BODIES = "collaboration consortium group team investigators committee network society".split()
_BODY = re.compile(rf"\b(?:{'|'.join(BODIES)})\b", re.I)
NOBODY = frozenset(
    {"", "anonymous", "anon", "na", "n a", "none", "null", "unknown", "no author", "author unknown", "nan"}
)

_LONGEST_NOBODY = 3 * max(map(len, NOBODY))
"""Letters; folding may take some away."""

Authors = tuple[tuple[str, ...], tuple[str, ...], bool]
"""Family names, given names (of the same length, empty where unknown), and whether the byline is whole."""


@lru_cache(maxsize=1 << 12)
def read_byline(text: str) -> Authors:
    """The authors of a byline in one field."""
    if inverted := _read_inverted(text):
        return inverted
    written, whole = cut_byline(text)
    names = [read_name(name) for name in written]
    known = [name for name in names if name[0]]
    return tuple(name[0] for name in known), tuple(name[1] for name in known), whole and bool(known)


def cut_byline(text: str) -> tuple[list[str], bool]:
    """The names in a byline as they are written, at most as many as are compared, and whether it names all."""
    text = tidy(text)
    if not text:
        return [], False
    tail = text[-_CUT_WITHIN:]
    whole = (
        not ("al" in tail or "other" in tail or ".." in tail or "…" in tail or "AL" in tail)
        or _CUT.search(tail) is None
    )
    if not whole:
        text = (text[:-_CUT_WITHIN] + _CUT.sub("", tail)).removesuffix(" and").removesuffix(" &")
    return _pieces(text)[:MOST_AUTHORS], whole


def tidy(text: str) -> str:
    """A byline without markup, with single spaces."""
    if "  " in text or not _TIDY.fullmatch(text):
        text = _SPACES.sub(" ", plain(text))
    return text.strip()


_INVERTED_SIGNS = {sign: " " for sign in range(128) if not chr(sign).isalnum() and chr(sign) not in "',"} | {
    sign: chr(sign).lower() for sign in range(128) if chr(sign).isalpha()
}
_INVERTED_SIGNS[ord("'")] = ""
_UNUSUAL = re.compile(
    r"[^A-Za-z,;.' -]|\.\.|'[^A-Za-z]|\b(?:et|al|others|[js]r|i{2,3}|iv|anon\w*|none|null|unknown|nan?|no)\b", re.I
)
"""What a byline of "Family, Given" alone has not: other signs, and words that are not names."""


def _read_inverted(text: str) -> Authors | None:
    """A byline of plain letters, all its names inverted and parted by semicolons or "and"; None for any other.

    Most are so. What the general way would find for them is found here with less ado.
    """
    parting = ";" if ";" in text else " and "
    pieces = text.split(parting)
    plain_names = 1 < len(pieces) <= MOST_AUTHORS and text.count(",") == len(pieces) and text.isascii()
    if not plain_names or _UNUSUAL.search(text):
        return None
    families, givens = [], []
    for piece in pieces:
        family, comma, given = piece.partition(",")
        family = " ".join(family.translate(_INVERTED_SIGNS).split())
        if not comma or not family or ("and" in piece and " and " in f" {piece} ".lower()):
            return None
        families.append(family)
        folded = " ".join(given.translate(_INVERTED_SIGNS).split())
        if not folded:
            return None
        givens.append(read_given(given) if given.isupper() else folded[:MAX_GIVEN])
    return tuple(families), tuple(givens), True


def read_names(names: tuple[tuple[str, str], ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Family names and given names of names that come apart already, as (family, given) or (whole name, "")."""
    read = [(fold(family), read_given(given)) if given else read_name(family) for family, given in names[:MOST_AUTHORS]]
    known = [name for name in read if name[0]]
    return tuple(name[0] for name in known), tuple(name[1] for name in known)


def _pieces(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    if "\n" in text:
        return text.splitlines()
    if "," not in text and "." in text and " and " not in text and "&" not in text:
        glued = _BEFORE_TIGHT.split(text) if TIGHT.match(text) else GLUE.split(text)
        if len(glued) > 1:
            return glued
    pieces = _between_ands(text) if "and " in text or "&" in text else [text]
    if text.count(",") == len(pieces) > 1 and all(map(_COMMAS_OF, pieces)):
        return pieces
    if len(pieces) > 1 and all(piece.count(",") <= 1 for piece in pieces) and "," in pieces[0] + pieces[-1]:
        first = pieces[0].partition(",")[2]
        # "Roe, Ann and Poe, Bob"; but "Ann Roe, Bob Doe and Carl Poe" has its last comma elsewhere.
        if "," in pieces[-1] or (
            len(pieces) == 2 and " " not in first.strip() and "," in pieces[0] and "," in pieces[1]
        ):
            return pieces
    return [name for piece in pieces for name in _between_commas(piece)]


def _between_ands(text: str) -> list[str]:
    if "&" in text or ",and " in text or text.startswith("and "):
        return _AND.split(text)
    pieces = text.split(" and ")
    return [*(piece.removesuffix(",") for piece in pieces[:-1]), pieces[-1]] if ", and " in text else pieces


def _between_commas(text: str) -> list[str]:
    parts = [
        part
        for part in map(str.strip, text.split(","))
        if part and (len(part) > _LONGEST_SUFFIX or not _SUFFIX.fullmatch(part))
    ]
    if len(parts) <= 1:
        return parts
    one = len(parts) == 2 and (" " not in parts[0] or " " not in parts[1] or parts[0][0].islower())
    if one or (len(parts) == 2 and INITIALS.fullmatch(parts[1])):
        return [", ".join(parts)]
    inverted = INITIALS.fullmatch(parts[1]) is not None or (len(parts) > 2 and all(" " not in p for p in parts[::2]))
    if not inverted:
        return parts
    names: list[str] = []
    for part in parts:
        if names and "," not in names[-1] and INITIALS.fullmatch(part):
            names[-1] += f", {part}"
        else:
            names.append(part)
    return names


@lru_cache(maxsize=1 << 17)
def read_name(text: str) -> tuple[str, str]:
    """Family and given name of one name, in whatever order it stands."""
    text = text.strip(" .,;:*†‡")
    if len(text) <= _LONGEST_NOBODY and fold(text) in NOBODY:
        return "", ""
    family, comma, given = text.partition(",")
    if comma:
        return fold(family), read_given(
            " ".join(part for part in given.split(",") if not _SUFFIX.fullmatch(part.strip()))
        )
    if _BODY.search(text):
        return fold(text), ""
    if tight := TIGHT.match(text):
        text = f"{text[: tight.end()]} {text[tight.end() :]}"
    words = [word for word in text.split() if word[0] not in _SUFFIX_BEGINS or not _SUFFIX.fullmatch(word)]
    if len(words) < 2:
        return fold(text), ""
    if INITIALS.fullmatch(words[-1]) and not INITIALS.fullmatch(words[0]):  # "Smith JA", "van der Berg J. A."
        start = len(words)
        while start > 1 and INITIALS.fullmatch(words[start - 1]):
            start -= 1
        return fold(" ".join(words[:start])), read_given(" ".join(words[start:]))
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return fold(" ".join(words[start:])), read_given(" ".join(words[:start]))


def read_given(given: str) -> str:
    """Folded given names; of capitals that run together ("JA") each for itself."""
    folded = fold(given)
    return (initials_apart(folded) if given.isupper() else folded)[:MAX_GIVEN]


@lru_cache(maxsize=1 << 12)
def initials_apart(folded: str) -> str:
    """Folded given names that stand in capitals, with a space between any two initials."""
    return " ".join(" ".join(word) if len(word) <= _MOST_INITIALS else word for word in folded.split())
