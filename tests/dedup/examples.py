"""Publications that never were, and their features, for the tests of matching."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import strategies as st

from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.guards import objections
from variorum.dedup.objections import Objection

TITLE = "Counting Seabirds From Drifting Ice With Cheap Thermal Cameras"
ABSTRACT = (
    "Ships count seabirds by eye, which needs light and patience. We leave a thermal camera on drifting ice for a "
    "season and count what flies past it at night. Compared with observers on a nearby ship the camera misses one "
    "bird in nine and never sleeps. The counts agree with those of a radar to within the error of either, at a "
    "hundredth of the cost, and show a migration at midnight that no observer had described before."
)
OTHER_ABSTRACT = (
    "A grammar for a small language of knots is given and shown to be decidable in linear time. The proof rewrites "
    "each knot to a braid whose word problem is trivial, and keeps count of crossings as it goes. We close with an "
    "open question on links of several components and with a table of all words of up to seven letters."
)
BYLINE = "Ann Roe, Bob Doe, Cy Poe"
STRANGERS = "Dee Foe, Eve Goe"
PAPER: dict[str, Any] = {"title": TITLE, "byline": BYLINE, "year": "2020"}


def features(ref: str = "x:1", *, ids: Iterable[str] = (), **fields: Any) -> Features:
    """The features of a statement; ``ids`` are written ``scheme:value``."""
    identifiers = tuple((one.partition(":")[0], one.partition(":")[2]) for one in ids)
    return features_of(Statement(ref=ref, identifiers=identifiers, **fields))


def both(left: dict[str, Any], right: dict[str, Any], **shared: Any) -> tuple[Features, Features]:
    """Two records that state the same but for what each states alone."""
    return features("x:1", **shared | left), features("x:2", **shared | right)


IN_PRINT: dict[str, Any] = {"volume": "3", "pages": "12-30"}


def fired(left: dict[str, Any], right: dict[str, Any], **shared: Any) -> dict[str, Objection]:
    a, b = both(left, right, **shared)
    found = {objection.guard: objection for objection in objections(a, b)}
    other_way = {objection.guard: objection.effect for objection in objections(b, a)}
    assert other_way == {name: objection.effect for name, objection in found.items()}
    return found


def effect(guard: str, left: dict[str, Any], right: dict[str, Any], **shared: Any) -> str:
    """What a guard does about two records, empty when it says nothing."""
    found = fired(left, right, **shared)
    return found[guard].effect if guard in found else ""


def titles(a: str, b: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"title": a}, {"title": b}


def case(left: dict[str, Any], right: dict[str, Any], expected: str, name: str) -> Any:
    """What the one record states, what the other states, and the effect ("" for none)."""
    return pytest.param(left, right, expected, id=name)


def _together(**values: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any value of each field. One draw for several fields is much quicker than one for each."""
    return st.sampled_from([dict(zip(values, some, strict=True)) for some in product(*values.values())])


_EITHER = [False, True]
_FAMILIES = ["Roe", "Doe", "Does", "Poe", "van Poe", "Wang", "Xiaoguang", "García"]
_GIVENS = ["", "A", "Ann", "B. C.", "Xiaoguang", "Wang"]
_WORDS = "seabirds seabird ice on of in mice rats with without editorial notes 2 II part behavior behaviour".split()
_WORDED = st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join)
_TITLES = ["", TITLE, f"{TITLE}, Part II", f"Comment on {TITLE}", f"Erratum: {TITLE}", "Editorial", "Ice 2019"]
_IDS = [[], ["doi:10.1000/a"], ["doi:10.1000/b.7"], ["arxiv:2001.00001"], ["doi:10.1101/2020.1", "pmid:1"]]
_FIELDS = (
    st.one_of(st.sampled_from(_TITLES), _WORDED, st.builds("{}: {}".format, _WORDED, _WORDED)).map(
        lambda title: {"title": title}
    ),
    st.lists(st.sampled_from([*product(_FAMILIES, _GIVENS)]), max_size=4).map(lambda names: {"names": tuple(names)}),
    _together(source=["feed", "other"], listed_once=_EITHER, own_id=_EITHER, kind=["", "article", "thesis"]),
    _together(names_complete=_EITHER, profile_only=[False, False, True], year=["", "2020", "2021", "2022", "2029"]),
    _together(abstract=["", ABSTRACT, ABSTRACT[:200], OTHER_ABSTRACT], abstract_truncated=_EITHER, preprint=_EITHER),
    _together(
        venue=["", "Polar Biology", "Polar Biol.", "Journal of Knot Theory", "arXiv", "VLDB"],
        volume=["", "3", "4(1)"],
        issue=["", "1", "2"],
    ),
    _together(pages=["", "12-30", "13", "1-9", "S12"], ids=_IDS),
)


def any_features(ref: str) -> st.SearchStrategy[Features]:
    """Features out of few values, so that two records often have something in common."""
    return st.tuples(*_FIELDS).map(lambda parts: features(ref, **dict(ChainMap(*parts))))
