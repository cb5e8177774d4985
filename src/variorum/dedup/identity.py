"""How the identifiers of two records compare."""

from __future__ import annotations

import re
from functools import lru_cache

from variorum.dedup.features import Features

VERSION = re.compile(r"[./]v\d+$")
_EDITION = re.compile(r"\.pub\d+$")
"""How the reviews of the Cochrane library end, whose editions are works of their own."""

VERSIONED = ("doi:10.5281/zenodo.", "doi:10.6084/m9.figshare.")
"""DOI beginnings of repositories that give every version of a deposit a DOI of its own."""

_DIGITS = re.compile(r"\d+")
SIGNS = re.compile(r"[^a-z0-9]+")
_LONG_NUMBER = 6
_ONE_EACH = 2


def share_identifier(a: Features, b: Features) -> bool:
    """Whether both bear one and the same identifier."""
    return any(identifier in b.identifiers for identifier in a.identifiers)


def identifier_level(a: Features, b: Features) -> str:
    """Shared, versions of one thing, other ones, or missing where no two can be compared.

    Where one identifier is shared and another contradicts it, nothing follows (``missing``).
    """
    if not a.identifiers or not b.identifiers:
        return "missing"
    if share_identifier(a, b):
        return "missing" if len(a.identifiers) + len(b.identifiers) > _ONE_EACH and conflict(a, b) else "shared"
    if a.preprint != b.preprint or _schemes(a.identifiers).isdisjoint(_schemes(b.identifiers)):
        return "missing"
    versions = any(are_versions(one, other) for one in a.identifiers for other in b.identifiers)
    return "version" if versions else "other"


def conflict(a: Features, b: Features) -> str:
    """Two identifiers of which a publication has only one, in words; empty without such.

    Two agencies may register one publication (a publisher and JSTOR), one agency does not do it twice.
    """
    if not a.identifiers or not b.identifiers or a.identifiers == b.identifiers:
        return ""
    for scheme in sorted(_schemes(a.identifiers) & _schemes(b.identifiers)):
        left, right = (sorted(i for i in side.identifiers if i.startswith(scheme)) for side in (a, b))
        if set(left).isdisjoint(right) and any(_one_agency(one, other) for one in left for other in right):
            return f"{scheme[:-1]} {left[0].removeprefix(scheme)} and {right[0].removeprefix(scheme)}"
    return ""


@lru_cache(maxsize=1 << 15)
def are_versions(one: str, other: str) -> bool:
    """Whether two DOIs of one registrant name versions or editions of one thing.

    They do when only a version differs, when a repository gives each version a DOI, or when both bear one article
    number (``10.1145/2644865.2541946`` and ``10.1145/2654822.2541946``).
    """
    if one[:8] != other[:8] or not one.startswith("doi:") or one.partition("/")[0] != other.partition("/")[0]:
        return False
    if _EDITION.search(one) or _EDITION.search(other):
        return False
    if VERSION.sub("", one) == VERSION.sub("", other) or (one.startswith(VERSIONED) and other.startswith(VERSIONED)):
        return True
    left, right = (doi.partition("/")[2] for doi in (one, other))
    if SIGNS.sub("", left) == SIGNS.sub("", right):
        return True
    numbers = _DIGITS.findall(left)[-1:], _DIGITS.findall(right)[-1:]
    return numbers[0] == numbers[1] != [] and len(numbers[0][0]) >= _LONG_NUMBER


def _one_agency(one: str, other: str) -> bool:
    return not one.startswith("doi:") or (
        one.partition("/")[0] == other.partition("/")[0] and not are_versions(one, other)
    )


@lru_cache(maxsize=1 << 15)
def _schemes(identifiers: tuple[str, ...]) -> frozenset[str]:
    """The schemes among them of which a publication has one identifier."""
    return frozenset(scheme for scheme in ("doi:", "arxiv:", "pmid:") if any(i.startswith(scheme) for i in identifiers))
