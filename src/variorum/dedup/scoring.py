"""How likely two records are the same work: independent pieces of evidence, added up as log-odds.

This is the Fellegi-Sunter model (J. Am. Stat. Assoc. 64, 1969) with weights set by hand in
``weights.toml``. Every piece says in words what was compared.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz

from variorum.dedup.features import Features, Name, content_words

_SHORT_TITLE_WORDS = 4
LEAST = 1e-6
"""No pair is less likely than this to be the same work or to be two: nothing is ever certain."""


@dataclass(frozen=True)
class Evidence:
    """One feature's contribution: the level reached, what was seen, and its weight in log-odds."""

    feature: str
    level: str
    text: str
    weight: float

    @property
    def code(self) -> str:
        """Reason code, e.g. ``title_equal``."""
        return f"{self.feature}_{self.level}"


@dataclass(frozen=True)
class Score:
    """The evidence on a pair and the probability it adds up to."""

    prior: float
    evidence: tuple[Evidence, ...]
    probability: float


@dataclass(frozen=True)
class Weights:
    """The model: prior log-odds, the two decision lines (probabilities), and a weight for each level."""

    prior: float
    auto: float
    review: float
    levels: Mapping[str, Mapping[str, float]]


@cache
def weights() -> Weights:
    """The weights shipped with the package."""
    data = tomllib.loads(files("variorum.dedup").joinpath("weights.toml").read_text())
    levels = {name: table for name, table in data.items() if isinstance(table, dict)}
    return Weights(data["prior"], data["auto"], data["review"], levels)


def score(a: Features, b: Features) -> Score:
    """Weigh everything that both records state."""
    model = weights()
    found = [(name, compare(a, b)) for name, compare in _FEATURES.items()]
    evidence = tuple(
        Evidence(name, level_text[0], level_text[1], model.levels[name][level_text[0]])
        for name, level_text in found
        if level_text is not None
    )
    log_odds = model.prior + sum(piece.weight for piece in evidence)
    probability = round(1 / (1 + math.exp(-log_odds)), 6)
    return Score(model.prior, evidence, min(max(probability, LEAST), 1 - LEAST))


Level = tuple[str, str]


def _title(a: Features, b: Features) -> Level | None:
    if not a.title or not b.title:
        return None
    if a.title == b.title:
        short = len(content_words(a.title_words)) < _SHORT_TITLE_WORDS
        return ("equal_short", "titles equal, but short") if short else ("equal", "titles equal")
    likeness = title_likeness(a, b)
    for level, least in (("near", 95), ("close", 88), ("similar", 75)):
        if likeness >= least:
            return level, f"titles {likeness:.0f} % alike"
    return "different", f"titles differ ({likeness:.0f} % alike)"


def title_likeness(a: Features, b: Features) -> float:
    """How alike two titles are, 0 to 100, in whichever word order suits them better."""
    return max(fuzz.ratio(a.title, b.title), fuzz.token_sort_ratio(a.title, b.title))


def _abstract(a: Features, b: Features) -> Level | None:
    likeness = abstract_likeness(a, b)
    if likeness is None:
        return None
    text = f"abstracts {likeness:.0f} % alike"
    if a.abstract_truncated or b.abstract_truncated:
        text += " as far as both go"
    for level, least in (("equal", 92), ("close", 82), ("similar", _SIMILAR_ABSTRACTS), ("unlike", 45)):
        if likeness >= least:
            return level, text
    return "different", text


_LEAST_ABSTRACT = 80
_SIMILAR_ABSTRACTS = 62


def abstract_likeness(a: Features, b: Features) -> float | None:
    """How alike two abstracts are over the length both show, 0 to 100; None when one is missing or tiny.

    A cut abstract is compared with as much of the other, so that cutting costs nothing.
    """
    left, right = a.abstract, b.abstract
    if min(len(left), len(right)) < _LEAST_ABSTRACT:
        return None
    if a.abstract_truncated or b.abstract_truncated:
        shown = min(len(left), len(right))
        left, right = left[:shown], right[:shown]
    return fuzz.ratio(left, right)


def abstracts_differ(a: Features, b: Features) -> bool:
    """Whether both abstracts are known and no more alike than any two."""
    likeness = abstract_likeness(a, b)
    return likeness is not None and likeness < _SIMILAR_ABSTRACTS


def _authors(a: Features, b: Features) -> Level | None:
    if not a.authors or not b.authors:
        return None
    if a.profile_only or b.profile_only:
        return _owner(a, b)
    shared = shared_authors(a.authors, b.authors)
    shorter = min(len(a.authors), len(b.authors))
    cut = not (a.authors_complete and b.authors_complete)
    in_order = all(map(same_name, a.authors, b.authors))
    if in_order and (len(a.authors) == len(b.authors)) and not cut:
        return "equal", f"same {shorter} author{'s' * (shorter > 1)}"
    if shared == shorter:
        return "contained", f"all {shorter} authors of the shorter list are in the other"
    if 2 * shared >= shorter:
        return "overlap", f"{shared} of {shorter} authors shared"
    if shared:
        return "few", f"only {shared} of {shorter} authors shared"
    return ("none_shown", "no author shared, but a list is cut") if cut else ("disjoint", "no author shared")


def _owner(a: Features, b: Features) -> Level | None:
    """A profile shows its owner only: absence from a cut list says nothing."""
    if shared_authors(a.authors, b.authors):
        return "owner", "the profile's owner is an author of the other"
    both_lists_known = (a.profile_only or a.authors_complete) and (b.profile_only or b.authors_complete)
    if a.profile_only and b.profile_only:
        return None
    return ("disjoint", "the profile's owner is not among the authors") if both_lists_known else None


def shared_authors(a: tuple[Name, ...], b: tuple[Name, ...]) -> int:
    """How many authors of the shorter list have a partner in the other."""
    shorter, longer = sorted((a, b), key=len)
    left = list(longer)
    for name in shorter:
        partner = next((other for other in left if same_name(name, other)), None)
        if partner is not None:
            left.remove(partner)
    return len(longer) - len(left)


_SAME_FAMILY = 88


def same_name(a: Name, b: Name) -> bool:
    """Families alike but for a slip, initials not contradicting."""
    if a.initial and b.initial and a.initial != b.initial:
        return False
    return a.family == b.family or fuzz.ratio(a.family, b.family) >= _SAME_FAMILY


def _year(a: Features, b: Features) -> Level | None:
    if a.year is None or b.year is None:
        return None
    gap = abs(a.year - b.year)
    if gap == 0:
        return "same", f"both {a.year}"
    # An article follows its preprint by a year or two: that gap is no evidence against.
    lag = 2 if a.preprint != b.preprint else 0
    text = f"{a.year} and {b.year}"
    for level, most in (("next", 1), ("near", 2), ("apart", 4)):
        if gap - lag <= most:
            return level, text
    return "far", text


def _venue(a: Features, b: Features) -> Level | None:
    if not a.venue or not b.venue or a.preprint or b.preprint:
        return None
    likeness = fuzz.token_set_ratio(a.venue, b.venue)
    if likeness >= 85:
        return "same", "same venue"
    return ("different", "venues differ") if likeness < 45 else None


def _pages(a: Features, b: Features) -> Level | None:
    if not a.first_page or not b.first_page or a.preprint or b.preprint:
        return None
    if a.first_page != b.first_page:
        return "different", f"first pages {a.first_page} and {b.first_page}"
    if same_place(a, b):
        return "same", f"both volume {a.volume}, page {a.first_page}"
    return "first_page", f"both page {a.first_page}"


def same_place(a: Features, b: Features) -> bool:
    """Whether both stand in one place in print, as far as volume and first page tell."""
    return bool(a.volume and a.first_page) and (a.volume, a.first_page) == (b.volume, b.first_page)


def _identifier(a: Features, b: Features) -> Level | None:
    shared = sorted(a.identifiers & b.identifiers)
    return ("shared", f"both {shared[0][0]} {shared[0][1]}") if shared else None


_FEATURES: Mapping[str, Callable[[Features, Features], Level | None]] = {
    "identifier": _identifier,
    "title": _title,
    "abstract": _abstract,
    "authors": _authors,
    "year": _year,
    "venue": _venue,
    "pages": _pages,
}
