"""Venues: their names, and in what form they publish."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from variorum.dedup.folding import STOP_WORDS, fold, plain

_NOISE = frozenset(
    "in the of and for on to a an et der de la des und proceedings proceeding proc annual conference conf symposium "
    "symp workshop acm ieee".split()
)
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?|[ivxl]+")
"""Years, ordinals and Roman numerals, by which a series of meetings counts."""

_FORM_OF_KIND = {
    "paper-conference": "conference",
    "thesis": "thesis",
    "dataset": "data",
    "software": "data",
    "report": "report",
}
_CERTAIN_KINDS = frozenset({"thesis", "dataset", "software"})
_THESIS = re.compile(r"\s*(?:ph\.? ?d|m\.? ?sc|m\.? ?a)\b", re.I)
_FORM_WORDS = {
    "preprint": "arxiv biorxiv medrxiv chemrxiv psyarxiv techrxiv ssrn|osf preprints|research square|preprints org",
    "abstract": "|dissertation abstracts",
    "thesis": "thesis dissertation phd|ph d",
    "report": "report tr|tech rep|tech report|technical rep|working paper|tech memo|technical memo",
    "journal": "journal jour j transactions trans letters magazine bulletin record annals archives quarterly "
    "zeitschrift",
    "conference": "proceedings proceeding proc conference conf symposium symp workshop congress meeting colloquium "
    "nips neurips icml aaai ijcai vldb sigmod kdd cvpr|advances in neural|very large data bases",
}
"""Words, and after ``|`` phrases, by which a folded venue tells its form; the first form that is told counts."""


def _pattern(words: str) -> re.Pattern[str]:
    single, *phrases = words.split("|")
    return re.compile(rf"\b(?:{'|'.join((*single.split(), *phrases))})\b")


_FORMS = tuple((form, _pattern(words)) for form, words in _FORM_WORDS.items())

MAX_VENUE = 300
_SAME_WORDS = 90
_SAME_WORD = 80
_SHORTEST_CONTRACTION = 3
_SHORTEST_ACRONYM, _LONGEST_ACRONYM = 4, 10
_MOST_SPELLED = 12
_COMMON = frozenset(
    "journal international conference proceedings transactions systems information annual american european research "
    "science society review letters".split()
)


@lru_cache(maxsize=1 << 16)
def read_venue(text: str, kind: str = "") -> tuple[str, str]:
    """The folded venue, and in what form things of this kind are published there.

    Forms are journal, conference, report, thesis, abstract (of a thesis), preprint, data, or empty where unknown.
    """
    venue = fold(plain(text)[:MAX_VENUE])
    if kind in _CERTAIN_KINDS:
        return venue, _FORM_OF_KIND[kind]
    found = next((form for form, pattern in _FORMS if pattern.search(venue)), "")
    return venue, found or _FORM_OF_KIND.get(kind, "")


def is_thesis(volume: str) -> bool:
    """Whether the volume's field says that it is a thesis, as some databases have it."""
    return _THESIS.match(volume) is not None


@lru_cache(maxsize=1 << 17)
def venue_level(a: str, b: str) -> str:
    """How two folded venues compare: same, short (one abbreviates the other), like, or other."""
    if a == b:
        return "same"
    left, right = (_telling_words(venue) for venue in (a, b))
    if not left or not right:
        return "like"
    if left == right:
        return "same"
    short, long = sorted((left, right), key=lambda words: (sum(map(len, words)), words))
    if _abbreviates(short, long) or _acronym(a, b) or _acronym(b, a):
        return "short"
    if fuzz.token_sort_ratio(" ".join(left), " ".join(right)) >= _SAME_WORDS:
        return "same"
    # Where each has a word that the other lacks ("European …", "Americas …"), they are two.
    alone = [
        [word for word in ones if not any(_begins(word, other) or _begins(other, word) for other in others)]
        for ones, others in ((left, right), (right, left))
    ]
    return "other" if all(alone) else "like"


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """Whether the words of one begin words of the other in order, or are the other's initials."""
    initials = "".join(word[0] for word in long)
    if len(short) == 1 and len(short[0]) > 1 and short[0] == initials:
        return True
    if len(short) == 1 and short[0] in long:
        return False  # "Nature" is not "Nature Communications"
    position = 0
    for word in short:
        while position < len(long) and not _begins(word, long[position]):
            position += 1
        if position == len(long):
            return False
        position += 1
    return len(short) > 1 or len(short[0]) > 3


def _acronym(a: str, b: str) -> bool:
    """Whether a word of the one is made of beginnings of the other's words: AMCIS, Americas Conference on IS."""
    words = tuple(b.split()[:_MOST_SPELLED])
    return any(
        _spelled(word[start:], words[first:])
        for word in a.split()
        if _SHORTEST_ACRONYM <= len(word) <= _LONGEST_ACRONYM and word not in _COMMON and word not in words
        for start in range(
            0, len(word) - 2 if len(word) > _SHORTEST_ACRONYM else 1, 3
        )  # the SIG of SIGMOD stands for itself
        for first in range(len(words) - 1)
    )


@lru_cache(maxsize=1 << 14)
def _spelled(letters: str, words: tuple[str, ...]) -> bool:
    """Whether letters are beginnings of words, one after the other; small words may be left out."""
    if not letters:
        return True
    if not words:
        return False
    if words[0] in STOP_WORDS and _spelled(letters, words[1:]):
        return True
    return any(words[0].startswith(letters[:taken]) and _spelled(letters[taken:], words[1:]) for taken in (1, 2))


def _begins(word: str, whole: str) -> bool:
    """Whether a word stands for another: its beginning, a contraction of it (Natl, Dtsch), or a slip."""
    if whole.startswith(word):
        return True
    if len(word) < _SHORTEST_CONTRACTION or word[0] != whole[0]:
        return False
    letters = iter(whole)
    return all(letter in letters for letter in word) or (
        word[:2] == whole[:2] and fuzz.ratio(word, whole) >= _SAME_WORD
    )


def _telling_words(venue: str) -> list[str]:
    return [word for word in venue.split() if word not in _NOISE and not _NUMBER.fullmatch(word)]
