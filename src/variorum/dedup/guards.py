"""Guards: evidence that no amount of likeness outweighs, each with a name.

A ``veto`` keeps two records apart whatever their score; a ``hold`` leaves the decision to a curator;
``related`` says that they belong together without being one work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

from variorum.dedup.authorship import shared_authors
from variorum.dedup.comparing import Comparison, compare
from variorum.dedup.features import Features
from variorum.dedup.identity import conflict
from variorum.dedup.objections import SAME_AUTHORS, SAME_PLACE, SAME_TITLE, Objection
from variorum.dedup.title_guards import notice, numbers, part, response, telling_word
from variorum.dedup.titles import marks_of

_SAME_ISSUE = frozenset({"page_volume", "volume_issue"})
_UNLIKE_AUTHORS = frozenset({"some", "words"})
_ALIKE = SAME_TITLE | {"begins", "near", "begins_poor", "near_poor", "contained", "close"}


def objections(a: Features, b: Features, levels: Comparison | None = None) -> tuple[Objection, ...]:
    """Every guard that objects to merging the two, in a fixed order."""
    found = compare(a, b) if levels is None else levels
    guards = _that_may_fire(found, _difference(a.title, b.title))
    return tuple([objection for guard in guards if (objection := guard(a, b, found)) is not None])


def _identifier_conflict(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Two identifiers of one scheme, of which a publication has only one."""
    if levels.identifier not in ("other", "missing") or not (text := conflict(a, b)):
        return None
    if levels.place in SAME_PLACE and levels.title in SAME_TITLE:
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
            levels.authors in SAME_AUTHORS
            and levels.abstract == "missing"
            and (a.preprint or b.preprint or levels.place in SAME_PLACE)
        ):
            return None  # a title translated, or changed from one version to the next
        return Objection("container_identifier", "veto", text.format("titles"))
    if levels.place == "other_page_volume" and levels.title not in SAME_TITLE:
        # One of the two bears it by mistake, and whatever is like both of them brings them no nearer.
        text = f"one identifier, but other titles in other places: {_place(a)} and {_place(b)}"
        return Objection("container_identifier", "hold", text, over_chains=True)
    if levels.abstract == "different" and levels.title not in SAME_TITLE:
        return Objection("container_identifier", "hold", text.format("abstracts"))
    return None


def _shorter(a: Features, b: Features) -> str:
    return min(a.title, b.title, key=lambda title: (len(title), title))


def _generic_title(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """ "Editorial" and its like recur in every issue: only the place in print tells them apart."""
    if levels.title != "generic" or levels.identifier == "shared":
        return None
    place = levels.place
    if place in SAME_PLACE or (place == "volume_issue" and levels.authors in ("equal", "equal_one", "equal_many")):
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
    if levels.place in SAME_PLACE and (levels.title in SAME_TITLE or levels.abstract == "equal"):
        return None
    return Objection("disjoint_authors", "veto", "both bylines are complete and share nobody")


def _namesakes(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """One author each, whose given names differ: a title that is not quite the same does not make up for that."""
    if levels.authors not in ("words", "words_all") or levels.identifier == "shared" or levels.title in SAME_TITLE:
        return None
    if a.families != b.families or len(a.families) != 1 or levels.place in SAME_PLACE:
        return None
    return Objection("namesakes", "hold", f"{a.families[0].title()}: given names {a.givens[0]!r} and {b.givens[0]!r}")


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
    if levels.place in SAME_PLACE or a.venue == b.venue:
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
    if levels.title not in ("begins", "begins_poor") or levels.place in SAME_PLACE:
        return None
    return Objection("extension", "hold", f"only one has a subtitle, and the years are {a.year} and {b.year}")


def _other_title(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Whatever else agrees: two papers of the same people in one issue have just that in common."""
    if levels.title == "in_place" and levels.authors in _UNLIKE_AUTHORS and levels.abstract not in ("equal", "close"):
        return Objection("other_title", "hold", "titles and authors differ, and only the pages are the same")
    if levels.identifier == "shared" or levels.place in ("range", "range_volume"):
        return None
    if levels.abstract in ("equal", "close") and (levels.title == "missing" or a.preprint or b.preprint):
        return None
    if (
        levels.title == levels.abstract == "missing"
        and levels.place not in SAME_PLACE
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
    if not (apart or next_year) or levels.identifier in ("shared", "version") or levels.place in SAME_PLACE:
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


_Guard = Callable[[Features, Features, Comparison], Objection | None]


_Difference = Literal[0, 1, 2]
"""Of two titles: 0 for none, 1 in words alone, 2 in marks as well."""


def _difference(one: str, other: str) -> _Difference:
    if one == other:
        return 0
    return 1 if marks_of(one) == marks_of(other) else 2


class _Watch(NamedTuple):
    """A guard, levels at which it may have something to say, and how far titles must differ: most pairs need few."""

    guard: _Guard
    at: Callable[[Comparison], bool]
    titles: _Difference = 0


def _nothing_settles(levels: Comparison) -> bool:
    return levels.identifier != "shared" and levels.place not in SAME_PLACE


_WATCHES = (
    _Watch(_identifier_conflict, lambda levels: levels.identifier in ("other", "missing")),
    _Watch(_container_identifier, lambda levels: levels.identifier == "shared" and levels.title not in SAME_TITLE),
    _Watch(notice, lambda _: True, titles=2),
    _Watch(response, lambda _: True, titles=2),
    _Watch(part, lambda _: True, titles=2),
    _Watch(numbers, lambda _: True, titles=2),
    _Watch(telling_word, _nothing_settles, titles=1),
    _Watch(_generic_title, lambda levels: levels.title == "generic"),
    _Watch(_disjoint_authors, lambda levels: levels.authors == "none"),
    _Watch(_namesakes, lambda levels: levels.authors in ("words", "words_all")),
    _Watch(_another_place, lambda levels: levels.place in ("other_page_volume", "other_volume")),
    _Watch(_another_form, _nothing_settles),
    _Watch(_extension, lambda levels: levels.title in ("begins", "begins_poor")),
    _Watch(_other_title, lambda levels: levels.title not in _ALIKE),
    _Watch(_another_edition, lambda levels: levels.year not in ("same", "missing")),
    _Watch(_listed_twice, lambda _: True),
)
"""In the order in which objections are told."""


@lru_cache(maxsize=1 << 14)
def _that_may_fire(levels: Comparison, titles: _Difference) -> tuple[_Guard, ...]:
    return tuple(watch.guard for watch in _WATCHES if watch.at(levels) and watch.titles <= titles)
