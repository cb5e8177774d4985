"""How two bylines compare."""

from __future__ import annotations

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
    words = _name_words(a) & _name_words(b)
    if words:
        return "words_all" if len(words) >= min(len(_name_words(a)), len(_name_words(b))) else "words"
    return "none_cut" if cut else "none"


def shared_authors(a: Features, b: Features) -> int:
    """How many authors of the shorter list have a partner in the other."""
    short, long = (a, b) if len(a.families) <= len(b.families) else (b, a)
    left = list(zip(long.families, long.givens, strict=True))
    unmatched = []
    for family, given in zip(short.families, short.givens, strict=True):
        for place, (other, other_given) in enumerate(left):
            if family == other and _initials_agree(given, other_given):
                del left[place]
                break
        else:
            unmatched.append((family, given))
    for family, given in unmatched:
        first, initial, several = family[0], given[:1], " " in family
        for place, (other, other_given) in enumerate(left):
            if other[0] == first:
                may_be = _initials_agree(given, other_given) or other_given[0] == first == initial
            else:  # changed places, or of several parts one is left out
                may_be = (other[0] == initial and other_given[:1] == first) or several or " " in other
            if may_be and same_name(family, given, other, other_given):
                del left[place]
                break
    return len(long.families) - len(left)


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


def _name_words(side: Features) -> set[str]:
    return {word for family in side.families for word in family.split() if len(word) > 2}


def _initials_agree(one: str, other: str) -> bool:
    return not one or not other or one[0] == other[0]
