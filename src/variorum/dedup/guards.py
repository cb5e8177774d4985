"""Objections to a merge, each with a name: evidence that no amount of likeness outweighs.

A ``veto`` keeps two records apart whatever their score; a ``hold`` leaves the decision to a curator;
``related`` says that they belong together without being one work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from operator import ne
from typing import Literal

from rapidfuzz import fuzz

from variorum.dedup.authorship import shared_authors
from variorum.dedup.comparing import Comparison, compare
from variorum.dedup.features import Features
from variorum.dedup.folding import STOP_WORDS
from variorum.dedup.identity import conflict
from variorum.dedup.titles import (
    ROMAN,
    content_words,
    notice_of,
    numbers_of,
    part_of,
    response_of,
)
from variorum.dedup.words import is_variant

Effect = Literal["veto", "hold", "related"]


@dataclass(frozen=True, slots=True)
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


_SAME_BUT_FOR_MARKER = 85
_FEWEST_TELLING_WORDS = 2
_MOST_TELLING_WORDS = 2
_MOST_YEARS_TO_ANSWER = 4
_YEAR = re.compile(r"(?:19|20)\d\d")
_SAME_PLACE = frozenset({"page_volume", "range_volume", "range"})
_SAME_ISSUE = frozenset({"page_volume", "volume_issue"})
_SAME_TITLE = frozenset({"equal_rich", "equal", "equal_poor", "slip", "slip_poor", "generic"})
_ALIKE = _SAME_TITLE | {"begins", "near", "begins_poor", "near_poor", "contained", "close"}
_SAME_AUTHORS = frozenset({"equal_many", "equal", "most_many"})


def objections(a: Features, b: Features, levels: Comparison | None = None) -> tuple[Objection, ...]:
    """Every guard that objects to merging the two, in a fixed order."""
    found = compare(a, b) if levels is None else levels
    return tuple(objection for guard in _GUARDS if (objection := guard(a, b, found)) is not None)


def _identifier_conflict(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Two identifiers of one scheme, of which a publication has only one."""
    if levels.identifier not in ("other", "missing") or not (text := conflict(a, b)):
        return None
    if levels.place in _SAME_PLACE and levels.title in _SAME_TITLE:
        return None  # what stands in one place under one title is one publication, and one of the two a slip
    return Objection("identifier_conflict", "veto", text)


def _container_identifier(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """An identifier shared by two quite different titles names what both stand in."""
    if levels.identifier != "shared":
        return None
    text = "one identifier, two different {}: it names their container"
    if levels.title in ("different", "faint", "similar", "in_place"):
        if levels.abstract in ("equal", "close"):
            return None
        if (
            levels.authors in _SAME_AUTHORS
            and levels.abstract == "missing"
            and (a.preprint or b.preprint or levels.place in _SAME_PLACE)
        ):
            return None  # a title translated, or changed from one version to the next
        return Objection("container_identifier", "veto", text.format("titles"))
    if levels.abstract == "different" and levels.title not in _SAME_TITLE:
        return Objection("container_identifier", "hold", text.format("abstracts"))
    return None


def _part(a: Features, b: Features, levels: Comparison) -> Objection | None:
    if a.title == b.title or not a.title or not b.title:
        return None
    left, right = part_of(a.title), part_of(b.title)
    if left == right:
        return None
    if left and right:
        return Objection("part", "veto", f"part {left} and part {right}")
    if levels.place in _SAME_PLACE or levels.identifier == "shared":
        return None
    return Objection("part", "hold", f"only one is a part ({left or right})")


def _numbers(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Numbers tell yearly reports, phases and doses apart."""
    if a.title == b.title or not a.title or not b.title:
        return None
    left, right = set(numbers_of(a.title)), set(numbers_of(b.title))
    if left == right:
        return None
    ones, others = sorted(left - right), sorted(right - left)
    settled = levels.place in _SAME_PLACE or levels.identifier == "shared"
    if ones and others:
        if settled and (
            a.preprint or b.preprint or sorted("".join(ones)) == sorted("".join(others)) or _misprinted(levels)
        ):
            return None
        return Objection("numbers", "veto", f"titles differ in numbers: {', '.join(ones)} and {', '.join(others)}")
    only = ones or others
    if settled or _footnote(a, b, only):
        return None
    return Objection("numbers", "hold", f"a number stands in one title only: {', '.join(only)}")


def _misprinted(levels: Comparison) -> bool:
    """No two works fill the same pages of one volume."""
    return levels.place == "range_volume" and levels.authors in _SAME_AUTHORS


def _footnote(a: Features, b: Features, only: list[str]) -> bool:
    """A one at a title's end is rather a footnote's mark: the first of a series is told by no number."""
    return only == ["1"] and any(side.title.endswith(" 1") for side in (a, b))


def _telling_word(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Titles that agree but for a word or two on each side, and not by a slip: mice and rats, day and night."""
    if a.title == b.title or levels.identifier == "shared" or levels.place in _SAME_PLACE:
        return None
    if a.preprint != b.preprint and levels.abstract == "equal":
        return None  # an article may be retitled when it is published
    left, right = Counter(a.title.split()), Counter(b.title.split())
    ones, others = sorted((left - right).elements()), sorted((right - left).elements())
    if (
        len(ones) != len(others)
        or len(ones) > _MOST_TELLING_WORDS
        or a.title.replace(" ", "") == b.title.replace(" ", "")
    ):
        return None
    if not ones:
        moved = sum(map(ne, a.title.split(), b.title.split()))
        return (
            Objection("telling_word", "hold", "titles agree but for two words that change places")
            if moved == 2
            else None
        )
    telling = next((pair for pair in zip(ones, others, strict=True) if _tells(*pair)), None)
    if telling is None:
        return None
    return Objection("telling_word", "hold", f"titles agree but for {telling[0]!r} and {telling[1]!r}")


def _tells(one: str, other: str) -> bool:
    """Whether two words are neither one but for a slip, nor small, nor numbers, which have a guard of their own."""
    if {one, other} <= STOP_WORDS or one in ROMAN or other in ROMAN or one[0].isdigit() or other[0].isdigit():
        return False
    return not is_variant(one, other)


def _notice(a: Features, b: Features, _: Comparison) -> Objection | None:
    if a.title == b.title:
        return None
    left, right = notice_of(a.title), notice_of(b.title)
    if left == right:
        return None
    return _belongs_to(a, b, "notice", "corrects", f"one is a notice ({left or right})")


def _response(a: Features, b: Features, _: Comparison) -> Objection | None:
    if a.title == b.title:
        return None
    left, right = response_of(a.title), response_of(b.title)
    if left == right:
        return None
    return _belongs_to(a, b, "response", "responds_to", f"one is a {left or right}")


def _belongs_to(a: Features, b: Features, guard: str, relation: str, text: str) -> Objection:
    """Related when the longer title contains the shorter one, as "Erratum: X" contains "X"."""
    short, long = sorted((a, b), key=lambda side: len(side.title))
    ends = long.title[: len(short.title)], long.title[len(long.title) - len(short.title) :]
    contained = any(fuzz.ratio(end, short.title) >= _SAME_BUT_FOR_MARKER for end in ends)
    in_time = not a.year or not b.year or abs(a.year - b.year) <= _MOST_YEARS_TO_ANSWER
    if len(content_words(short.title.split())) > _FEWEST_TELLING_WORDS and contained and in_time:
        return Objection(guard, "related", text, relation, long.ref)
    return Objection(guard, "veto", text)


def _shorter(a: Features, b: Features) -> str:
    return min(a.title, b.title, key=lambda title: (len(title), title))


def _generic_title(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """ "Editorial" and its like recur in every issue: only the place in print tells them apart."""
    if levels.title != "generic" or levels.identifier == "shared":
        return None
    place = levels.place
    if place in _SAME_PLACE or (place == "volume_issue" and levels.authors in ("equal", "equal_one", "equal_many")):
        return None
    if (
        place == "missing"
        and a.year == b.year
        and levels.authors in ("equal", "equal_one", "equal_many")
        and levels.venue in ("same", "short", "like")
    ):
        return None
    return Objection(
        "generic_title",
        "veto",
        f"generic title {_shorter(a, b)!r} and nothing that places both in print",
    )


def _disjoint_authors(_a: Features, _b: Features, levels: Comparison) -> Objection | None:
    if levels.authors != "none" or levels.identifier == "shared":
        return None
    if levels.place == "range_volume" and levels.year == "same" and levels.venue != "other":
        return None  # no two works fill the same pages of one volume
    if levels.place in _SAME_PLACE and (levels.title in _SAME_TITLE or levels.abstract == "equal"):
        return None
    return Objection("disjoint_authors", "veto", "both bylines are complete and share nobody")


def _another_place(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Volume or issue and pages differ, or volume and venue: a paper and its abstract, or its second appearance."""
    elsewhere = levels.place == "other_page_volume" or (levels.place == "other_volume" and levels.venue == "other")
    if not elsewhere or (levels.identifier == "shared" and levels.venue != "other"):
        return None
    return Objection("another_place", "veto", f"{_place(a)} and {_place(b)}")


def _place(side: Features) -> str:
    number = f"{side.volume}({side.issue})" if side.issue else side.volume
    return " ".join(filter(None, (side.venue, number, side.first_page and f"page {side.first_page}")))


def _another_form(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """A report, a thesis, a conference paper and a journal article of one title are works of their own."""
    if not a.form or not b.form or "preprint" in (a.form, b.form) or levels.identifier == "shared":
        return None
    if a.form == b.form and (a.form != "conference" or levels.venue != "other"):
        return None
    if levels.place in _SAME_PLACE or a.venue == b.venue:
        return None
    if a.form == b.form:
        return Objection("another_form", "hold", "two conferences")
    text = f"{a.form} and {b.form}"
    if levels.title in _ALIKE and shared_authors(a, b):
        return Objection(
            "another_form", "related", text, "version_of", max(a, b, key=lambda side: (side.year, side.ref)).ref
        )
    return Objection("another_form", "veto", text)


def _extension(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """A subtitle that only one has, in another year: a second paper on the same thing."""
    if not a.year or not b.year or a.year == b.year or a.preprint or b.preprint or levels.identifier == "shared":
        return None
    if levels.title not in ("begins", "begins_poor") or levels.place in _SAME_PLACE:
        return None
    return Objection("extension", "hold", f"only one has a subtitle, and the years are {a.year} and {b.year}")


def _other_title(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Whatever else agrees: two papers of the same people in one issue have just that in common."""
    if levels.identifier == "shared" or levels.place in ("range", "range_volume"):
        return None
    if levels.abstract in ("equal", "close") and (levels.title == "missing" or a.preprint or b.preprint):
        return None
    if (
        levels.title == levels.abstract == "missing"
        and levels.place not in _SAME_PLACE
        and "missing" in (levels.authors, levels.venue)
    ):
        return Objection("other_title", "veto", "nothing that would name a work is there to compare")
    if levels.title == "missing":
        alike = levels.abstract != "different"
        return None if alike else Objection("other_title", "hold", "no titles to compare, and the abstracts differ")
    if levels.title in ("different", "faint") or (levels.title == "similar" and levels.place in _SAME_ISSUE):
        return Objection("other_title", "hold", "titles differ, and nothing says that they name one work")
    return None


def _another_edition(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """What appears again years later is a new edition, or a column of that name."""
    apart = levels.year in ("apart", "far")
    # A source that lists each meeting of a conference means two by two years.
    next_year = levels.year in ("next", "near") and a.source == b.source != "" and a.form == b.form == "conference"
    if not (apart or next_year) or levels.identifier in ("shared", "version") or levels.place in _SAME_PLACE:
        return None
    return Objection("another_edition", "hold", f"the years are {a.year} and {b.year}")


def _listed_twice(a: Features, b: Features, _: Comparison) -> Objection | None:
    """A source that lists each publication once means two when it lists two.

    Not where one was read off a page that hides ids: then both may be one entry of the list.
    """
    if a.source != b.source or a.own_id != b.own_id or not (a.listed_once and b.listed_once):
        return None
    text = f"{a.source} lists each publication once, and has both"
    return Objection("listed_twice", "hold", text, over_chains=a.own_id)


_GUARDS: tuple[Callable[[Features, Features, Comparison], Objection | None], ...] = (
    _identifier_conflict,
    _container_identifier,
    _notice,
    _response,
    _part,
    _numbers,
    _telling_word,
    _generic_title,
    _disjoint_authors,
    _another_place,
    _another_form,
    _extension,
    _other_title,
    _another_edition,
    _listed_twice,
)
