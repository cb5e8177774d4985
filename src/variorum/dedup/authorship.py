"""How two bylines compare."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache

from rapidfuzz import fuzz

from variorum.dedup.features import Features

MANY = 4
"""Authors. So many of the same people seldom write two papers of one kind."""

_SAME_FAMILY = 85


def authors_level(a: Features, b: Features) -> str:
    """Equal, all of the shorter list in the longer, most, some, none; ``_many`` and ``_one`` by how many they are."""
    if not a.families or not b.families:
        return "missing"
    if a.profile_only or b.profile_only:
        return _owner(a, b)
    count_a, count_b = len(a.families), len(b.families)
    shorter = min(count_a, count_b)
    if a.families == b.families and all(map(_initials_agree, a.givens, b.givens)):
        return _equal(shorter)
    shared = shared_authors(a, b)
    if shared == shorter and count_a == count_b:
        return _equal(shorter)
    cut = not (a.authors_complete and b.authors_complete)
    if shared == shorter == 1:
        return "one_cut" if cut else "one_of"
    if shared * 3 >= shorter * 2:
        return "most_many" if shared >= MANY else "most"
    if shared:
        return "some"
    ones, others = _name_words(a.families), _name_words(b.families)
    if words := len(ones & others):
        return "words_all" if words >= min(len(ones), len(others)) else "words"
    return "none_cut" if cut else "none"


def shared_authors(a: Features, b: Features) -> int:
    """How many authors of the shorter list have a partner in the other."""
    short, long = (a, b) if len(a.families) <= len(b.families) else (b, a)
    ones, others = _by_initials(short.families, short.givens), _by_initials(long.families, long.givens)
    if not ones or not others:
        return _partners(short, long)
    same = ones.keys() & others.keys()
    if len(same) == len(ones):
        return len(same)
    left, right = (_but(same, names) for names in (ones, others))
    # Who is misspelt, or has names in another order, still has the same two first letters; but for parts left out.
    letters = {author[0] for author in left}.intersection([author[0] for author in right])
    parts = _parts(left) & _parts(right) if _has_parts(left) or _has_parts(right) else frozenset[str]()
    if not letters and not parts:
        return len(same)
    left, right = (
        [author for author in some if author[0] in letters or (parts and not parts.isdisjoint(_parts([author])))]
        for some in (left, right)
    )
    return len(same) + _misspelt([author[1:] for author in left], [author[1:] for author in right])


Author = tuple[str, str]
"""Family name and given names, folded."""

_Lettered = tuple[str, str, str]
"""The two first letters of an author's names, sorted; family name and given names."""


@lru_cache(maxsize=1 << 15)
def _by_initials(families: tuple[str, ...], givens: tuple[str, ...]) -> dict[str, _Lettered]:
    """Authors by initial and family name; empty where that does not tell them apart, or not all have a given name."""
    if "" in givens:
        return {}
    authors = {
        given[0] + family: (min(given[0], family[0]) + max(given[0], family[0]), family, given)
        for family, given in zip(families, givens, strict=True)
    }
    return authors if len(authors) == len(families) else {}


def _but(same: Set[str], authors: dict[str, _Lettered]) -> list[_Lettered]:
    return [author for name, author in authors.items() if name not in same]


def _has_parts(authors: list[_Lettered]) -> bool:
    return " " in "".join([family for _, family, _ in authors])


def _parts(authors: list[_Lettered]) -> Set[str]:
    """The parts of family names, and all parts in one, each with the author's initial."""
    return {given[0] + part for _, family, given in authors for part in (*family.split(" "), family.replace(" ", ""))}


def _partners(short: Features, long: Features) -> int:
    """How many authors have a partner in another list, each of whom is the partner of one at most."""
    left = list(zip(long.families, long.givens, strict=True))
    unmatched = []
    for family, given in zip(short.families, short.givens, strict=True):
        for place, (other, other_given) in enumerate(left):
            if family == other and _initials_agree(given, other_given):
                del left[place]
                break
        else:
            unmatched.append((family, given))
    return len(long.families) - len(left) + _misspelt(unmatched, left)


def _misspelt(authors: list[Author], left: list[Author]) -> int:
    """How many have a partner who is written in another way. Takes the partners out of ``left``."""
    count = len(left)
    for family, given in authors:
        first, initial, several = family[0], given[:1], " " in family
        for place, (other, other_given) in enumerate(left):
            if other[0] == first:
                may_be = _initials_agree(given, other_given) or other_given[0] == first == initial
            else:  # changed places, or of several parts one is left out
                may_be = (other[0] == initial and other_given[:1] == first) or several or " " in other
            if may_be and same_name(family, given, other, other_given):
                del left[place]
                break
    return count - len(left)


def same_name(family: str, given: str, other_family: str, other_given: str) -> bool:
    """Families alike but for a slip or a left-out part, initials not contradicting; or the two changed places."""
    if _initials_agree(given, other_given):
        if family == other_family:
            return True
        if family[0] == other_family[0] and fuzz.ratio(family, other_family, score_cutoff=_SAME_FAMILY):
            return True
        if (" " in family or " " in other_family) and _same_part(family.split(), other_family.split()):
            return True
    if not given or not other_given or family == other_family:
        return False
    return _swapped(family, given, other_family, other_given) or _swapped(other_family, other_given, family, given)


def _same_part(one: list[str], other: list[str]) -> bool:
    """Whether of a name of several parts the last, or the first if it is no particle, is the other's."""
    if "".join(one) == "".join(other) or (one[-1] == other[-1] and len(one[-1]) > 2):
        return True
    return one[0] == other[0] and len(one[0]) > 3


def _swapped(family: str, given: str, other_family: str, other_given: str) -> bool:
    """Whether one has the family name for the given name: "Wang, Xiaoguang" and "Xiaoguang, W."."""
    return family[0] == other_given[0] and len(given) > 2 and given.replace(" ", "") == other_family.replace(" ", "")


def _equal(count: int) -> str:
    return "equal_many" if count >= MANY else "equal" if count > 1 else "equal_one"


def _owner(a: Features, b: Features) -> str:
    """A profile shows its owner only: absence from a cut list says nothing."""
    if shared_authors(a, b):
        return "one_cut"
    both_known = (a.profile_only or a.authors_complete) and (b.profile_only or b.authors_complete)
    return "missing" if (a.profile_only and b.profile_only) or not both_known else "none"


@lru_cache(maxsize=1 << 15)
def _name_words(families: tuple[str, ...]) -> frozenset[str]:
    return frozenset([word for family in families for word in family.split() if len(word) > 2])


def _initials_agree(one: str, other: str) -> bool:
    return not one or not other or one[0] == other[0]
