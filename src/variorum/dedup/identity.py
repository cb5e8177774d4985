"""How the identifiers of two records compare."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

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
    if a.preprint != b.preprint or _by_scheme(a.identifiers).keys().isdisjoint(_by_scheme(b.identifiers)):
        return "missing"
    versions = any(are_versions(one, other) for one in a.identifiers for other in b.identifiers)
    return "version" if versions else "other"


def conflict(a: Features, b: Features) -> str:
    """Two identifiers of which a publication has only one, in words; empty without such.

    Two agencies may register one publication (a publisher and JSTOR), one agency does not do it twice.
    """
    if not a.identifiers or not b.identifiers or a.identifiers == b.identifiers:
        return ""
    ones, others = _by_scheme(a.identifiers), _by_scheme(b.identifiers)
    for scheme in sorted(ones.keys() & others.keys()):
        left, right = ones[scheme], others[scheme]
        if set(left).isdisjoint(right) and any(_one_agency(one, other) for one in left for other in right):
            return f"{scheme} {left[0].removeprefix(f'{scheme}:')} and {right[0].removeprefix(f'{scheme}:')}"
    return ""


def are_versions(one: str, other: str) -> bool:
    """Whether two DOIs of one registrant name versions or editions of one thing.

    They do when only a version differs, when a repository gives each version a DOI, or when both bear one article
    number (``10.1145/2644865.2541946`` and ``10.1145/2654822.2541946``).
    """
    if one[:8] != other[:8]:
        return False
    left, right = _doi(one), _doi(other)
    if left is None or right is None or left.agency != right.agency:
        return False
    return (
        (left.versioned and right.versioned)
        or left.bare == right.bare
        or left.letters == right.letters
        or left.article == right.article != ""
    )


class _Doi(NamedTuple):
    """A DOI of a registrant: without its version, without signs, and its last number if that may be an article's."""

    agency: str
    versioned: bool
    bare: str
    letters: str
    article: str


@lru_cache(maxsize=1 << 15)
def _doi(identifier: str) -> _Doi | None:
    """The parts of a DOI; None for other identifiers, and for editions, of which there are no versions."""
    if not identifier.startswith("doi:") or _EDITION.search(identifier):
        return None
    agency, _, suffix = identifier.partition("/")
    numbers = _DIGITS.findall(suffix)
    article = numbers[-1] if numbers and len(numbers[-1]) >= _LONG_NUMBER else ""
    bare, letters = VERSION.sub("", identifier), SIGNS.sub("", suffix)
    return _Doi(agency, identifier.startswith(VERSIONED), bare, letters, article)


def _one_agency(one: str, other: str) -> bool:
    return not one.startswith("doi:") or (
        one.partition("/")[0] == other.partition("/")[0] and not are_versions(one, other)
    )


@lru_cache(maxsize=1 << 15)
def _by_scheme(identifiers: tuple[str, ...]) -> dict[str, list[str]]:
    """Identifiers, sorted, by the schemes of which a publication has but one."""
    found: dict[str, list[str]] = {}
    for identifier in sorted(identifiers):
        scheme = identifier.partition(":")[0]
        if scheme in _ONE_OF_EACH:
            found.setdefault(scheme, []).append(identifier)
    return found


_ONE_OF_EACH = frozenset({"doi", "arxiv", "pmid"})
