"""Guards that look at two titles which differ: what tells them apart though nearly all words agree."""

from __future__ import annotations

from collections import Counter
from operator import ne

from rapidfuzz import fuzz

from variorum.dedup.comparing import Comparison
from variorum.dedup.features import Features
from variorum.dedup.folding import STOP_WORDS
from variorum.dedup.objections import SAME_AUTHORS, SAME_PLACE, Objection
from variorum.dedup.titles import (
    ROMAN,
    content_words,
    marks_of,
    title_words,
)
from variorum.dedup.words import is_variant

_SAME_BUT_FOR_MARKER = 85
_FEWEST_TELLING_WORDS = 2
_MOST_TELLING_WORDS = 2
_MOST_YEARS_TO_ANSWER = 4


def part(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Parts of a series, and a part beside what is none."""
    if not a.title or not b.title:
        return None
    left, right = marks_of(a.title).part, marks_of(b.title).part
    if left == right:
        return None
    if left and right:
        return Objection("part", "veto", f"part {left} and part {right}")
    if levels.place in SAME_PLACE or levels.identifier == "shared":
        return None
    return Objection("part", "hold", f"only one is a part ({left or right})")


def numbers(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Numbers tell yearly reports, phases and doses apart."""
    if not a.title or not b.title:
        return None
    left, right = marks_of(a.title).numbers, marks_of(b.title).numbers
    if left == right:
        return None
    ones, others = sorted(set(left) - set(right)), sorted(set(right) - set(left))
    settled = levels.place in SAME_PLACE or levels.identifier == "shared"
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
    return levels.place == "range_volume" and levels.authors in SAME_AUTHORS


def _footnote(a: Features, b: Features, only: list[str]) -> bool:
    """A one at a title's end is rather a footnote's mark: the first of a series is told by no number."""
    return only == ["1"] and any(side.title.endswith(" 1") for side in (a, b))


def telling_word(a: Features, b: Features, levels: Comparison) -> Objection | None:
    """Titles that agree but for a word or two on each side, and not by a slip: mice and rats, day and night."""
    if levels.identifier == "shared" or levels.place in SAME_PLACE:
        return None
    if a.preprint != b.preprint and levels.abstract == "equal":
        return None  # an article may be retitled when it is published
    if (
        a.title.count(" ") != b.title.count(" ")
        or len(title_words(a.title) - title_words(b.title)) > _MOST_TELLING_WORDS
    ):
        return None  # so it is for most
    left, right = a.title.split(), b.title.split()
    if len(left) != len(right):
        return None
    ones, others = _only_in(left, right), _only_in(right, left)
    if len(ones) > _MOST_TELLING_WORDS or a.title.replace(" ", "") == b.title.replace(" ", ""):
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


def _only_in(words: list[str], others: list[str]) -> list[str]:
    """The words that do not stand among others, or not as often, sorted."""
    once, others_once = set(words), set(others)
    if len(once) < len(words) or len(others_once) < len(others):
        return sorted((Counter(words) - Counter(others)).elements())
    return sorted(once - others_once)


def _tells(one: str, other: str) -> bool:
    """Whether two words are neither one but for a slip, nor small, nor numbers, which have a guard of their own."""
    if {one, other} <= STOP_WORDS or one in ROMAN or other in ROMAN or one[0].isdigit() or other[0].isdigit():
        return False
    return not is_variant(one, other)


def notice(a: Features, b: Features, _: Comparison) -> Objection | None:
    """A notice and what it corrects, or something else altogether."""
    left, right = marks_of(a.title).notice, marks_of(b.title).notice
    if left == right:
        return None
    return _belongs_to(a, b, "notice", "corrects", f"one is a notice ({left or right})")


def response(a: Features, b: Features, _: Comparison) -> Objection | None:
    """An answer and what it answers, or something else altogether."""
    left, right = marks_of(a.title).response, marks_of(b.title).response
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
