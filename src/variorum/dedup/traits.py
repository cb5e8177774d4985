"""What of records can be compared as numbers: equal values have equal numbers, and 0 is what is not stated."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from variorum.dedup.features import Features
from variorum.dedup.places import DIGITS_OF_A_COUNT, LETTERS
from variorum.dedup.texts import Numbers

DOI = 1
_SCHEMES = {"doi": DOI, "arxiv": 2, "pmid": 3}


class Traits(NamedTuple):
    """Of each record all but authors and abstract.

    ``scheme`` and ``agency`` are those of the only identifier. ``end`` is the last page. ``one`` is whether the first
    page is page 1, ``alone`` whether it is the last one as well, ``counts`` whether it may be a count of pages.
    ``form`` is not stated of preprints either.
    """

    title: Numbers
    identifiers: Numbers
    single: Numbers
    scheme: Numbers
    agency: Numbers
    preprint: Numbers
    year: Numbers
    volume: Numbers
    issue: Numbers
    page: Numbers
    page_number: Numbers
    end: Numbers
    one: Numbers
    alone: Numbers
    counts: Numbers
    venue: Numbers
    form: Numbers

    def of(self, positions: Numbers) -> Traits:
        """The traits of some records."""
        return Traits(*(column[positions] for column in self))


class People(NamedTuple):
    """Of each record the authors, their initials, how many they are, and whether only the owner is shown."""

    families: Numbers
    initials: Numbers
    how_many: Numbers
    profile: Numbers

    def of(self, positions: Numbers) -> People:
        """The people of some records."""
        return People(*(column[positions] for column in self))


def traits_of(records: Sequence[Features]) -> Traits:
    """The traits of records."""
    columns: dict[str, tuple[Any, ...]] = dict(zip(Features._fields, zip(*records, strict=True), strict=True))
    only = [names[0] if len(names) == 1 else "" for names in columns["identifiers"]]
    schemes = [_SCHEMES.get(name.partition(":")[0], 0) if name else 0 for name in only]
    pages = [page.lstrip(LETTERS) for page in columns["first_page"]]
    small = [
        not end and page.isdigit() and len(page) <= DIGITS_OF_A_COUNT
        for page, end in zip(columns["first_page"], columns["last_page"], strict=True)
    ]
    return Traits(
        numbered(columns["title"]),
        numbered(columns["identifiers"], ()),
        np.array([len(names) == 1 for names in columns["identifiers"]], np.int64),
        np.array(schemes, np.int64),
        numbered([name.partition("/")[0] if scheme == DOI else "" for name, scheme in zip(only, schemes, strict=True)]),
        np.array(columns["preprint"], np.int64),
        np.array(columns["year"], np.int64),
        numbered(columns["volume"]),
        numbered(columns["issue"]),
        numbered(pages),
        np.array([int(page[:9] or 0) for page in pages], np.int64),
        np.array(columns["last_page"], np.int64),
        np.array([page == "1" for page in pages], np.int64),
        np.array([page == str(end) for page, end in zip(pages, columns["last_page"], strict=True)], np.int64),
        np.array(small, np.int64),
        numbered(list(zip(columns["venue"], columns["form"], columns["preprint"], strict=True)), None),
        numbered(["" if form == "preprint" else form for form in columns["form"]]),
    )


def people_of(records: Sequence[Features]) -> People:
    """The people of records."""
    families = [record.families for record in records]
    return People(
        numbered(families, ()),
        numbered(["".join([given[:1] or " " for given in record.givens]) for record in records]),
        np.array(list(map(len, families)), np.int64),
        np.array([record.profile_only for record in records], np.int64),
    )


def numbered(values: Iterable[Hashable], nothing: Hashable = "") -> Numbers:
    """Values as numbers, by first appearance from 1 on, and 0 for nothing."""
    values = list(values)
    numbers = dict(zip(dict.fromkeys(values), range(1, len(values) + 1), strict=False))
    numbers[nothing] = 0
    return np.array(list(map(numbers.__getitem__, values)), np.int64)
