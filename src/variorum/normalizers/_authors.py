"""Bylines: from one field with all authors to their names, and from a name to its parts.

``split_authors`` goes by what stands between the names, in this order:

1. line ends: one name a line, as in files that keep authors apart themselves;
2. ``;``: names, in whatever form;
3. nothing but initials that run into a capital (``Lee K. H.Li L.``), the trace of lost line ends: names;
4. ``and`` or ``&``: the pieces between are names when there are several of these words or each piece
   has one comma (BibTeX); otherwise they are read by rule 5 (``A. Roe, B. Doe, and C. Poe``);
5. ``,``: initials belong to the words before them (``Roe, A., Doe, B.``); where the first name is inverted,
   a single word takes what follows as its given name (``Roe, Ann, Bob Doe``); other parts are names
   (``Ann Roe, Bob Doe``; ``Roe A, Doe B``).

What is in braces, and HTML entities, are never cut. Names keep the byline's spelling.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean

_PLACEHOLDERS = frozenset(
    {
        *(
            "",
            "-",
            "&na",
            "&na;",
            "n/a",
            "na",
            "nan",
            "nil",
            "none",
            "null",
            "anon",
            "anonymous",
            "unknown",
            "not available",
        ),
        *("author unknown", "unknown author", "no author", "no authors", "no author name available"),
        *("no author listed", "no authors listed"),
    }
)
_ENTITY = re.compile(r"&(?:#\w{1,8}|[A-Za-z]\w{1,31});")
_OPEN_ENTITY = re.compile(r"&#?\w{1,31}$")
_CUT = re.compile(r"(?:^|\s)[\[(+]?(?:et\.? ?al\b|(?:\d{1,5} )?others\b|\d{1,5} more\b)[\])., :;]*$", re.I)
_YEAR = re.compile(r"\(?\b(?:19|20)\d\d[a-z]?\b\)?[\s.,:;]*$")
_AND = re.compile(r"[ ,;](?:and|&)(?=[ ,;]|$)", re.I)
_LEADING_AND = re.compile(r"(?:and|&)(?=[ ,;])[ ,;]*", re.I)
_SENTENCE_END = re.compile(r"(?:[^\W\d_]{2}[a-z]|\b[A-Z]{2,3})\.$")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽΑ-ΩА-ЯЁ"
_GLUE = re.compile(
    rf"""
    (?: (?<=[\s.-][{_CAPITAL}]\.) | (?<=\s[JS]r\.) | (?<=\s[23][nr]d) | (?<=\.\s[a-z]) )  # after initials, suffix
    (?= (?:[a-z']{{1,4}}\s){{0,3}} [{_CAPITAL}][^\s.,] | et\sal )                       # before a word
    """,
    re.X,
)
_SUFFIX = re.compile(r"(?:jr|sr|2nd|3rd|4th|ii|iii|iv)\.?", re.I)
_DOTTED = rf"[{_CAPITAL}]h?\."
_INITIALS = re.compile(rf"(?:{_DOTTED}|[{_CAPITAL}]{{1,3}}\b)(?:[ -]?(?:{_DOTTED}|[{_CAPITAL}]\b))*")
_DOTTED_INITIALS = re.compile(rf"(?:{_DOTTED}[ -]?)+")
_TIGHT = re.compile(rf"^((?:{_DOTTED})+)(?=[{_CAPITAL}][^\s.])")
_NO_GIVEN = frozenset({"null", "none", "n/a"})
_CORPORATE = re.compile(r"\{[^{}]+\s[^{}]+\}")


def split_authors(raw: str) -> tuple[tuple[str, ...], bool]:
    """The names in a byline, in order, and whether they are all of its authors.

    They are not when the byline ends in "et al.", "others" or dots, when a name has lost all but its
    initials, or when there is no name. Words that stand for a missing author are no names.
    """
    found = [_name(piece) for piece in _pieces(raw)]
    names = tuple(name for name, _ in found if name)
    return names, bool(names) and all(whole for _, whole in found)


@lru_cache(maxsize=1024)  # the same people stand in many bylines of a page
def _name(piece: str) -> tuple[str, bool]:
    """The name in a piece of a byline, empty where there is none, and whether it is whole."""
    name = _trimmed(piece)
    uncut = _trimmed(_without_cut(name))
    is_none = is_placeholder(uncut) or not any(map(str.isalnum, html.unescape(uncut)))
    return "" if is_none else uncut, uncut == name and not _DOTTED_INITIALS.fullmatch(name)


def name_parts(name: str) -> tuple[str | None, str | None]:
    """Family and given name of one name of a byline, read from TeX and HTML; (None, None) for a body.

    Beside what ``split_name`` knows: initials after the family name ("Smith JA" gives Smith and J A),
    a suffix in any place, a given name that only stands for a missing one ("Kang, null"), and names
    of which only initials are left, whose family is None.
    """
    if _CORPORATE.fullmatch(name):
        return None, None
    parts = [part for part in (part.strip() for part in _plain(name).split(",")) if part]
    # "Na" and "Nan" stand for no value as a byline, but as given names they are names.
    parts = parts[:1] + [part for part in parts[1:] if part.lower() not in _NO_GIVEN]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    family, *given = [part for part in parts if part not in suffixes] or [""]
    family = " ".join([family, *suffixes])
    if given:
        return split_name(f"{family}, {' '.join(given)}")
    if _DOTTED_INITIALS.fullmatch(family):
        return None, family
    return _initials_last(family) or split_name(family)


def is_placeholder(name: str) -> bool:
    """Whether a name only says that there is none."""
    return name.casefold().strip(" .[](){}<>*\"'") in _PLACEHOLDERS


def _initials_last(name: str) -> tuple[str, str] | None:
    """Family and given name of "Smith JA", "van der Berg J. A. Jr."; None for a name of another form."""
    words = name.split()
    suffix = [words.pop()] if len(words) > 1 and _SUFFIX.fullmatch(words[-1]) else []
    start = len(words)
    while start > 0 and (_INITIALS.fullmatch(words[start - 1]) or re.fullmatch(r"[a-z]", words[start - 1])):
        start -= 1
    # "O S. J." is a family name of one letter.
    start = 1 if start == 0 and len(words) > 1 and words[0].isalpha() and "." in words[1] else start
    family, given = " ".join(words[:start]), words[start:]
    if not family or not given or split_name(name) == (None, None):
        return None
    # Of names in capitals "JIN LI" cannot be told from "SMITH JA"; single letters are initials all the same.
    if family.isupper() and any(len(word) > 1 and word.isalpha() for word in given):
        return None
    spaced = (" ".join(word) if word.isalpha() else word for word in given)
    return " ".join([family, *suffix]), " ".join(spaced)


def _plain(name: str) -> str:
    """The name as people read it."""
    if "\\" in name or "{" in name:
        name = clean(name, tex=True).replace("{", "").replace("}", "")
    name = clean(html.unescape(name))
    tight = _TIGHT.match(name)
    return f"{tight[1]} {name[tight.end() :]}" if tight else name


def _pieces(raw: str) -> list[str]:
    """The byline cut between names; separators may still hang on."""
    lines = [line for line in raw.splitlines() if line.strip()]
    if len(lines) > 1 and not any(line.rstrip().endswith((";", ",", " and", "&")) for line in lines[:-1]):
        return lines
    text = " ".join(raw.replace("&amp;", "&").split())
    text = text[: match.start()] if (match := _YEAR.search(text)) else text
    if len(found := _cut(text, re.compile("[;；]"))) > 1:
        return [*found[:-1], *_cut(found[-1], _AND)]
    if len(found := _cut(text, _GLUE)) > 1 and _is_glued(text, found):
        return found
    found = _cut(text, _AND)
    commas = [_mask(piece.strip(" ,;")).count(",") for piece in found]
    one_each = len(found) > 2 or (len(found) > 1 and set(commas) == {1})
    return [name for piece in found for name in _between_commas(piece, one_each)]


def _cut(text: str, separator: re.Pattern[str]) -> list[str]:
    """``text`` cut at the separators outside of braces and entities, without empty pieces."""
    masked = _mask(text)
    if masked == text:
        pieces = separator.split(text)
    else:
        ends = [match.span() for match in separator.finditer(masked)]
        starts = [0, *(end for _, end in ends)]
        stops = [*(start for start, _ in ends), len(text)]
        pieces = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
    return [piece for piece in pieces if piece.strip(" ,;")]


def _mask(text: str) -> str:
    """``text`` of the same length with letters for what must not be cut."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: "x" * len(match[0]), text)
    if "{" not in text or text.count("{") != text.count("}"):
        return text
    masked: list[str] = []
    depth = 0
    for char in text:
        depth += char == "{"
        masked.append("x" if depth > 0 else char)
        depth -= char == "}"
    return "".join(masked)


def _is_glued(text: str, pieces: list[str]) -> bool:
    """Whether names run into each other: "Roe A. B.Doe C.", but not "J.Frankel", "Ann E.Roe"."""
    if "," in text or _AND.search(text) or _DOTTED_INITIALS.match(text):
        return False
    return len(pieces) > 2 or _CUT.search(pieces[-1]) is not None or _initials_last(pieces[-1]) is not None


def _between_commas(text: str, one_name: bool) -> Iterable[str]:
    """The names in a piece without other separators; ``one_name`` decides where commas alone cannot."""
    parts = [part.strip() for part in _cut(text, re.compile("[,，、]"))]
    suffix_first = len(parts) > 2 and bool(_SUFFIX.fullmatch(parts[1])) and _is_family(parts[0])  # Roe, Jr., Ann
    if (one_name or suffix_first) and sum(not _SUFFIX.fullmatch(part) for part in parts) <= 2:
        return [", ".join(parts)]
    inverted = len(parts) > 1 and (_is_family(parts[0]) or bool(_INITIALS.fullmatch(parts[1])))
    names: list[str] = []
    position = 0
    while position < len(parts):
        part, following = parts[position], parts[position + 1] if position + 1 < len(parts) else ""
        if _takes(part, following, inverted, alone=len(parts) == 2):
            names.append(f"{part}, {following}")
            position += 1
        elif names and (_SUFFIX.fullmatch(part) or ("," in names[-1] and _INITIALS.fullmatch(part))):
            names[-1] += f", {part}"
        else:
            names.append(part)
        position += 1
    return names


def _takes(part: str, following: str, inverted: bool, *, alone: bool) -> bool:
    """Whether ``following`` is the given name that belongs to ``part``."""
    if not following or _SUFFIX.fullmatch(following) or _SUFFIX.fullmatch(part):
        return False
    if _INITIALS.fullmatch(following):
        return not _DOTTED_INITIALS.match(part)
    if alone and " " not in following and not _DOTTED_INITIALS.match(following) and not _CJK.search(following):
        return True
    return inverted and _is_family(part)


def _is_family(part: str) -> bool:
    """Whether a part can only be a family name: one word, or words that begin with a particle."""
    if _DOTTED_INITIALS.match(part) or _CJK.search(part):
        return False
    return " " not in part or (part[0].islower() and _initials_last(part) is None)


def _trimmed(name: str) -> str:
    """A name without the separators, the "and" and the full stop that the byline hung on it."""
    name = _stripped(" ".join(name.split()))
    if leading := _LEADING_AND.match(name):
        name = _stripped(name[leading.end() :])
    return name[:-1] if _SENTENCE_END.search(name) and not _SUFFIX.fullmatch(name.split()[-1]) else name


def _stripped(name: str) -> str:
    """A name without separators at its ends; the ``;`` that ends an HTML entity is none."""
    name = name.lstrip(" ,;:")
    bare = name.rstrip(" ,;:")
    return bare + ";" if name[len(bare) :].startswith(";") and _OPEN_ENTITY.search(bare) else bare


def _without_cut(name: str) -> str:
    """A name without the words or dots that stand for further authors."""
    if match := _CUT.search(name):
        return name[: match.start()]
    name = name.lstrip(" .…") if name.startswith(("...", "…")) else name
    return name.rstrip(" .…") if name.endswith(("...", "…")) else name
