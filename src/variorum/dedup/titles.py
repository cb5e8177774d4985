"""What a title says beside its words: numbers, a part, that it corrects or answers another, that it is generic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from variorum.dedup.folding import STOP_WORDS, fold, plain, without_thousands

MAX_TITLE = 500
"""Characters compared of a title: one of 600 kB would cost seconds a pair."""

ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
_NUMBER_WORDS = dict(
    zip("one two three four five six seven eight nine ten".split(), map(str, range(1, 11)), strict=True)
)
# A letter counts after words that always take a number or letter; "a field study: a season" is no study A.
_PART = re.compile(
    r"\b(?:(?:part|pt|volume|vol|book|appendix) ([a-h]|[ivx]+|\d+|" + "|".join(_NUMBER_WORDS) + r")"
    r"|(?:chapter|phase|study|paper|section|episode|type|stage|grade|class) ([ivx]+|\d+))\b"
)
_NOTICE = re.compile(
    r"^(?:(?:publisher|author)s? )?"
    r"(erratum|errata|corrigend(?:um|a)|corrections?|addend(?:um|a)|retraction|retracted"
    r"|expression of concern|withdrawn)\b"
    r"|\b(erratum|errata|corrigend(?:um|a)|addend(?:um|a))$"
)
_PART_WORDS = frozenset(
    "part pt volume vol book appendix chapter phase study paper section episode type stage grade class".split()
)
"""Words of which every title has one in which the pattern finds something, looked for first since that is quick."""

NOTICE_WORDS = frozenset(
    "erratum errata corrigendum corrigenda correction corrections addendum addenda retraction retracted expression "
    "withdrawn comment comments commentary reply response rejoinder rebuttal letter review discussion re".split()
)
"""Words of which one stands near the beginning or at the end of every title in which the patterns find something."""

_RESPONSE = re.compile(
    r"^(?:(?:a|the|in|authors?|editors?) )?"
    r"(comments?|commentary|reply|response|rejoinder|rebuttal|letter|book review|discussion)\b"
    r"(?= (?:on|to|of|from|by|concerning|regarding)\b)"
    r"|^(?:re|authors? reply|editorial comment|invited commentary)\b|\bauthors? (?:reply|response)$"
)
_STATE = re.compile(
    r"\A[\s\[(]{0,9}(?:retracted|withdrawn)(?:\s{1,9}(?:article|paper|chapter))?"
    r"(?:\s{0,9}[:\])]{1,2}|\s{1,9}[-–—]\s)\s{0,9}(?=\S)",
    re.I,
)
"""What a publisher puts before the title of an article that it has taken back; it stays the same article."""

LANGUAGES = (
    "Arabic Bulgarian Chinese Croatian Czech Danish Dutch English Finnish French German Greek Hebrew Hungarian "
    "Italian Japanese Korean Norwegian Persian Polish Portuguese Romanian Russian Serbian Slovak "
    "Spanish Swedish Turkish Ukrainian"
)
_TAIL = re.compile(
    r"(?:[\[(](?:in )?(?:L|Review|[Rr]eview article|\d{1,4} refs?|Article|Internet)(?:(?:,| and|/) ?(?:L))?[\])]"
    r"|(?<=[.?!\])] )(?:L))\Z".replace("L", LANGUAGES.replace(" ", "|"))
)
"""What databases hang on a title: its language, the number of references."""

_ORIGINAL = re.compile(r"(?<=[.?!\])] )(?:L) (?=[A-Z])".replace("L", LANGUAGES.replace(" ", "|")))
"""The language followed by the title in it."""

_RECENT = 1 << 12
"""Titles kept in mind, since copies of a publication are read one after the other."""

_LEAST_BEFORE = 12
_TAIL_WITHIN = 60
_MOST_TAILS = 3
_STATE_BEGINS = "([RrWw"
_SUBTITLE_SIGNS = (":", " - ", " – ", " — ", "--", ". ", "? ", "! ")
_SUBTITLE = re.compile(r"\s*(?::|\s[-–—]{1,3}\s|[-–—]{2,3}|[.?!]\s)\s*")
_DIGITS = re.compile(r"\d+")
LONGEST_NO_TITLE = 24
_NO_TITLE = frozenset(
    {"name", "title", "untitled", "unknown", "null", "none", "nan", "n a", "na"}
    | {"no title", "no title available", "title not available", "not available"}
)


def is_generic(title: str) -> bool:
    """Whether a folded title names no work by itself: it is known to recur, or made of words that all journals use."""
    if title in generic_titles():
        return True
    generic = generic_words()
    return all(word in generic or word.isdigit() for word in title.split())


def generic_titles() -> frozenset[str]:
    """Folded titles that are known to recur."""
    return _lines_of("generic_titles.txt")


@cache
def generic_words() -> frozenset[str]:
    """Words that tell no title from another."""
    return _lines_of("generic_words.txt").union(STOP_WORDS, ROMAN)


@cache
def _lines_of(name: str) -> frozenset[str]:
    """The lines of a list that comes with the package."""
    lines = files("variorum.dedup").joinpath(name).read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@lru_cache(maxsize=_RECENT)
def read_title(text: str) -> tuple[str, str]:
    """The folded title and, folded as well, its main part before a subtitle (the same where there is none)."""
    text = without_thousands(plain(text[: 2 * MAX_TITLE])).strip()
    if text[:1] in _STATE_BEGINS and _STATE.match(text):
        text = _STATE.sub("", text, count=1)
    text = _without_tails(text)
    title = fold(text)[:MAX_TITLE].rstrip()
    if len(title) <= LONGEST_NO_TITLE and title in _NO_TITLE:
        return "", ""
    if any(sign in text for sign in _SUBTITLE_SIGNS) and (cut := _SUBTITLE.search(text)) and cut.start():
        main = fold(text[: cut.start()])[:MAX_TITLE].rstrip()
        return title, main if main and title.startswith(main) else title
    return title, title


def _without_tails(text: str) -> str:
    for _ in range(_MOST_TAILS):
        bare = text.rstrip(" .")
        found = _TAIL.search(bare, max(0, len(bare) - _TAIL_WITHIN))
        if found is None or not found.start():
            break
        text = bare[: found.start()]
    original = _ORIGINAL.search(text, _LEAST_BEFORE)
    return text[: original.start()] if original else text


@lru_cache(maxsize=1 << 16)
def title_words(title: str) -> frozenset[str]:
    """The words of a folded title."""
    return frozenset(title.split())


def content_words(words: Iterable[str]) -> list[str]:
    """The words that carry meaning, in order."""
    return [word for word in words if word not in STOP_WORDS]


class Marks(NamedTuple):
    """What a title says beside its words: see the functions that find each."""

    numbers: tuple[str, ...]
    part: str
    notice: str
    response: str


_MARKING_WORDS = ROMAN.keys() | _PART_WORDS | NOTICE_WORDS
_NO_MARKS = Marks((), "", "", "")


@lru_cache(maxsize=1 << 16)
def marks_of(title: str) -> Marks:
    """The marks of a folded title."""
    if title_words(title).isdisjoint(_MARKING_WORDS) and not _DIGITS.search(title):
        return _NO_MARKS  # so it is for most
    return Marks(numbers_of(title), part_of(title), notice_of(title), response_of(title))


def numbers_of(title: str) -> tuple[str, ...]:
    """The runs of digits in a folded title and its Roman numerals (but for a first word), sorted."""
    found = {digits.lstrip("0") or "0" for digits in _DIGITS.findall(title)}
    if not title_words(title).isdisjoint(ROMAN):
        found |= {ROMAN[word] for word in title.split()[1:] if word in ROMAN}
    return tuple(sorted(found))


def part_of(title: str) -> str:
    """The part marker's value (``2`` for "Part II" and "Part Two"), empty without one."""
    if title_words(title).isdisjoint(_PART_WORDS):
        return ""
    found = _marker(_PART, title)
    return ROMAN.get(found) or _NUMBER_WORDS.get(found) or found.lstrip("0") or found


def notice_of(title: str) -> str:
    """The word by which a title says that it corrects another ("erratum"), empty without one."""
    if title_words(title).isdisjoint(NOTICE_WORDS):
        return ""
    return _marker(_NOTICE, title)


def response_of(title: str) -> str:
    """The word by which a title says that it answers another ("reply"), empty without one."""
    if title_words(title).isdisjoint(NOTICE_WORDS):
        return ""
    return _marker(_RESPONSE, title)


def _marker(pattern: re.Pattern[str], title: str) -> str:
    match = pattern.search(title)
    if match is None:
        return ""
    return (next(filter(None, match.groups()), None) or match[0]).removesuffix("s")
