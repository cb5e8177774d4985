"""Objections to a merge, each with a name: evidence that no amount of likeness outweighs.

A ``veto`` keeps two records apart whatever their score; a ``hold`` leaves the decision to a curator;
``related`` says that they belong together without being one work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from rapidfuzz import fuzz

from variorum.dedup.features import ROMAN, Features, content_words, is_stop_word
from variorum.dedup.scoring import abstract_likeness, abstracts_differ, same_place, shared_authors, title_likeness
from variorum.dedup.words import is_variant

Effect = Literal["veto", "hold", "related"]


@dataclass(frozen=True)
class Objection:
    """A guard that fired: its name, what it does, what it saw.

    For ``related``: the relation's kind, and the reference of the record that corrects or answers the other.
    ``over_chains``: a hold by which no third record, like both, brings the two together either.
    """

    guard: str
    effect: Effect
    text: str
    relation: str = ""
    subject: str = ""
    over_chains: bool = False


_PREPRINT_DOI_PREFIXES = (
    "10.48550/", "10.1101/", "10.21203/", "10.2139/", "10.20944/", "10.26434/", "10.31219/", "10.31234/", "10.31235/",
)  # fmt: skip
"""DOIs that name a preprint, which its article's own DOI does not contradict."""

_GENERIC_TITLES = frozenset(
    line
    for line in files("variorum.dedup").joinpath("generic_titles.txt").read_text().splitlines()
    if not line.startswith("#")
)
_DISSIMILAR_TITLES = 60
_SAME_BUT_FOR_MARKER = 85
_FEWEST_TELLING_WORDS = 2
_MOST_YEARS_TO_ANSWER = 4
_YEAR = re.compile(r"(?:19|20)\d\d")


def objections(a: Features, b: Features) -> tuple[Objection, ...]:
    """Every guard that objects to merging the two, in a fixed order."""
    return tuple(found for guard in _GUARDS if (found := guard(a, b)) is not None)


def _identifier_conflict(a: Features, b: Features) -> Objection | None:
    """Two identifiers of one scheme, of which a publication has only one."""
    for scheme in ("doi", "arxiv", "pmid"):
        left, right = (_values(side, scheme) for side in (a, b))
        if left and right and not left & right:
            text = f"{scheme} {min(left)} and {min(right)}"
            return Objection("identifier_conflict", "veto", text)
    return None


def _values(side: Features, scheme: str) -> set[str]:
    values = {value for name, value in side.identifiers if name == scheme}
    return {value for value in values if not (scheme == "doi" and value.startswith(_PREPRINT_DOI_PREFIXES))}


def _container_identifier(a: Features, b: Features) -> Objection | None:
    """An identifier shared by two quite different titles names what both stand in.

    Different abstracts hint at it, unless the titles are the same: one publication may have two.
    """
    if not a.identifiers & b.identifiers:
        return None
    text = "one identifier, two different {}: it names their container"
    if a.title and b.title and title_likeness(a, b) < _DISSIMILAR_TITLES:
        return Objection("container_identifier", "veto", text.format("titles"))
    if abstracts_differ(a, b) and not (a.title and a.title == b.title):
        return Objection("container_identifier", "hold", text.format("abstracts"))
    return None


def _part(a: Features, b: Features) -> Objection | None:
    if a.part == b.part or not a.title or not b.title:
        return None
    if a.part and b.part:
        return Objection("part", "veto", f"part {a.part} and part {b.part}")
    return Objection("part", "hold", f"only one is a part ({a.part or b.part})")


def _numbers(a: Features, b: Features) -> Objection | None:
    """Numbers tell yearly reports, phases and doses apart."""
    if not a.title or not b.title or a.numbers == b.numbers:
        return None
    left, right = sorted(a.numbers - b.numbers), sorted(b.numbers - a.numbers)
    if left and right:
        return Objection("numbers", "veto", f"titles differ in numbers: {', '.join(left)} and {', '.join(right)}")
    if _left_out(a, b, frozenset(left or right)):
        return None
    return Objection("numbers", "hold", f"a number stands in one title only: {', '.join(left or right)}")


def _left_out(a: Features, b: Features, numbers: frozenset[str]) -> bool:
    """Whether one of two titles of a shared identifier has but left out ``numbers``: "… in KTaO3 (001)".

    The identifier may be that of the book in which both stand. So different abstracts speak against it, and what
    continues a work, or comes every year, needs the same abstract or the same page besides.
    """
    if not a.identifiers & b.identifiers or abstracts_differ(a, b):
        return False
    last = {side.title_words[-1] for side in (a, b)}
    # A one is rather a title's footnote: the first of a series is told by no number.
    continues = any(ROMAN.get(word, word) in numbers for word in last - {"1"})
    if not continues and not any(map(_YEAR.fullmatch, numbers)):
        return True
    return same_place(a, b) or abstract_likeness(a, b) is not None


def _telling_word(a: Features, b: Features) -> Objection | None:
    """Titles that agree but for one word on each side, and not by a slip: mice and rats, day and night, A and B."""
    if a.identifiers & b.identifiers or len(set(a.title_words) ^ set(b.title_words)) > 2:
        return None
    left, right = Counter(a.title_words), Counter(b.title_words)
    ones, others = set(left - right), set(right - left)
    if len(ones) != 1 or len(others) != 1:
        return None
    (one,), (other,) = ones, others
    if {one, other} & (a.numbers | b.numbers) or one in ROMAN or other in ROMAN:
        return None  # numbers have a guard of their own
    if is_stop_word(one) and is_stop_word(other):
        return None
    if is_variant(one, other) or a.title.replace(" ", "") == b.title.replace(" ", ""):
        return None
    return Objection("telling_word", "hold", f"titles agree but for {one!r} and {other!r}")


def _notice(a: Features, b: Features) -> Objection | None:
    if a.notice == b.notice:
        return None
    notice = a.notice or b.notice
    return _belongs_to(a, b, "notice", "corrects", f"one is a notice ({notice})")


def _response(a: Features, b: Features) -> Objection | None:
    if a.response == b.response:
        return None
    return _belongs_to(a, b, "response", "responds_to", f"one is a {a.response or b.response}")


def _belongs_to(a: Features, b: Features, guard: str, relation: str, text: str) -> Objection:
    """Related when the longer title contains the shorter one, as "Erratum: X" contains "X"."""
    short, long = sorted((a, b), key=lambda side: len(side.title))
    ends = long.title[: len(short.title)], long.title[len(long.title) - len(short.title) :]
    contained = any(fuzz.ratio(end, short.title) >= _SAME_BUT_FOR_MARKER for end in ends)
    in_time = a.year is None or b.year is None or abs(a.year - b.year) <= _MOST_YEARS_TO_ANSWER
    if len(content_words(short.title_words)) > _FEWEST_TELLING_WORDS and contained and in_time:
        return Objection(guard, "related", text, relation, long.ref)
    return Objection(guard, "veto", text)


def _generic_title(a: Features, b: Features) -> Objection | None:
    """ "Editorial" and its like recur in every issue: only the place in print tells them apart."""
    if a.title not in _GENERIC_TITLES or b.title not in _GENERIC_TITLES or a.identifiers & b.identifiers:
        return None
    if same_place(a, b):
        return None
    return Objection("generic_title", "veto", f"generic title {a.title!r} and nothing that places both in print")


def _disjoint_authors(a: Features, b: Features) -> Objection | None:
    known = a.authors and b.authors and a.authors_complete and b.authors_complete
    if not known or a.identifiers & b.identifiers or shared_authors(a.authors, b.authors):
        return None
    return Objection("disjoint_authors", "veto", "both bylines are complete and share nobody")


def _listed_twice(a: Features, b: Features) -> Objection | None:
    """A source that lists each publication once means two when it lists two.

    Not where one was read off a page that hides ids: then both may be one entry of the list.
    """
    if a.source != b.source or a.own_id != b.own_id or not (a.listed_once and b.listed_once):
        return None
    text = f"{a.source} lists each publication once, and has both"
    return Objection("listed_twice", "hold", text, over_chains=a.own_id)


_GUARDS: tuple[Callable[[Features, Features], Objection | None], ...] = (
    _identifier_conflict,
    _container_identifier,
    _notice,
    _response,
    _part,
    _numbers,
    _telling_word,
    _generic_title,
    _disjoint_authors,
    _listed_twice,
)
