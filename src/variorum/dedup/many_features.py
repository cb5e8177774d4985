"""The features of many statements at once: the same that each would have alone, for a fraction of the work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from variorum.dedup.bylines import Authors, read_names
from variorum.dedup.features import (
    MAX_ABSTRACT,
    MOST_READ,
    Features,
    Statement,
    names_preprint,
    read_year,
    taken_apart,
    with_schemes,
    without_heading,
)
from variorum.dedup.folding import fold_all, plain
from variorum.dedup.many_bylines import read_bylines
from variorum.dedup.places import read_pages, read_volume
from variorum.dedup.titles import read_title
from variorum.dedup.venues import is_thesis, read_venue

_NO_PAGES = ("", 0)


def features_of_many(statements: Sequence[Statement]) -> list[Features]:
    """The features of statements, with authors but without bylines."""
    if not statements:
        return []
    said = [taken_apart(one) if ";" in one.title else one for one in statements]
    (refs, sources, kinds, titles, bylines, names, names_complete, profile_only, years, years_doubtful, venues,
     volumes, issues, pages, identifiers, abstracts, truncated, preprints, listed_once, own_ids, read) = zip(
        *said, strict=True
    )  # fmt: skip
    words, mains = zip(*_titles(titles, read), strict=True)
    families, givens, complete = zip(*_authors(bylines, names, names_complete), strict=True)
    folded_venues, forms = zip(*map(read_venue, venues, kinds), strict=True)
    numbers, folded_issues = zip(*map(_volume, volumes, issues), strict=True)
    first_pages, last_pages = zip(*[read_pages(text) if text else _NO_PAGES for text in pages], strict=True)
    columns = (
        refs,
        sources,
        kinds,
        words,
        mains,
        families,
        givens,
        repeat("", len(said)),
        complete,
        profile_only,
        _years(years, years_doubtful),
        years_doubtful,
        folded_venues,
        _forms(forms, volumes, numbers),
        _preprints(preprints, forms, identifiers),
        numbers,
        folded_issues,
        first_pages,
        last_pages,
        [with_schemes(ids) for ids in identifiers],
        _abstracts(abstracts),
        [cut or len(text) > MAX_ABSTRACT for cut, text in zip(truncated, abstracts, strict=True)],
        listed_once,
        own_ids,
    )
    return list(map(Features._make, zip(*columns, strict=True)))


def _titles(titles: Sequence[str], read: Sequence[tuple[str, str] | None]) -> list[tuple[str, str]]:
    return [known or (read_title(title) if title else ("", "")) for title, known in zip(titles, read, strict=True)]


def _authors(
    bylines: Sequence[str], names: Sequence[tuple[tuple[str, str], ...]], complete: Sequence[bool]
) -> list[Authors]:
    read = read_bylines(["" if apart else byline for byline, apart in zip(bylines, names, strict=True)])
    return [
        (*read_names(apart), whole) if apart else authors
        for apart, whole, authors in zip(names, complete, read, strict=True)
    ]


def _years(years: Sequence[str], doubtful: Sequence[bool]) -> list[int]:
    known = {year: read_year(year) for year in set(years)}
    return [0 if doubt else known[year] for year, doubt in zip(years, doubtful, strict=True)]


def _volume(volume: str, issue: str) -> tuple[str, str]:
    number, within = read_volume(volume)
    return (number, within) if within or not issue else (number, read_volume(issue)[0])


def _forms(forms: Sequence[str], volumes: Sequence[str], numbers: Sequence[str]) -> list[str]:
    return [
        "thesis" if volume and not number and is_thesis(volume) else form
        for form, volume, number in zip(forms, volumes, numbers, strict=True)
    ]


def _preprints(
    stated: Sequence[bool], forms: Sequence[str], identifiers: Sequence[tuple[tuple[str, str], ...]]
) -> list[bool]:
    return [
        said or form == "preprint" or names_preprint(ids)
        for said, form, ids in zip(stated, forms, identifiers, strict=True)
    ]


def _abstracts(values: Sequence[str]) -> list[str]:
    folded = fold_all([plain(value[:MOST_READ]) if value else value for value in values])
    return [without_heading(abstract)[:MAX_ABSTRACT] if abstract else abstract for abstract in folded]
