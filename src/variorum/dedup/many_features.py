"""The features of many statements at once: the same that each would have alone, for a fraction of the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat

from variorum.dedup.bylines import Authors, read_names
from variorum.dedup.columns import of_each
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

_IDENTIFIERS = Sequence[tuple[tuple[str, str], ...]]
_made: Callable[[Iterable[object]], Features] = partial(tuple.__new__, Features)
"""``Features._make`` without counting, for what the columns are strictly of one length and order."""


def features_of_many(statements: Sequence[Statement]) -> list[Features]:
    """The features of statements, with authors but without bylines."""
    if not statements:
        return []
    (refs, sources, kinds, titles, bylines, names, names_complete, profile_only, years, years_doubtful, venues,
     volumes, issues, pages, identifiers, abstracts, truncated, preprints, listed_once, own_ids, read) = zip(
        *_apart(statements), strict=True
    )  # fmt: skip
    words, mains = zip(*_titles(titles, read), strict=True)
    folded_venues, forms = zip(*map(read_venue, venues, kinds), strict=True)
    numbers, folded_issues = read_volumes_and_issues(volumes, issues)
    families, givens, complete = zip(*_authors(bylines, names, names_complete), strict=True)
    first_pages, last_pages = zip(*of_each(read_pages, pages), strict=True)
    columns = (
        refs,
        sources,
        kinds,
        words,
        mains,
        families,
        givens,
        repeat("", len(refs)),
        complete,
        profile_only,
        _years(years, years_doubtful),
        years_doubtful,
        folded_venues,
        forms_of(forms, volumes, numbers),
        _preprints(preprints, forms, identifiers),
        numbers,
        folded_issues,
        first_pages,
        last_pages,
        _identifiers(identifiers),
        _abstracts(abstracts),
        [cut or len(text) > MAX_ABSTRACT for text, cut in zip(abstracts, truncated, strict=True)],
        listed_once,
        own_ids,
    )
    return list(map(_made, zip(*columns, strict=True)))


def _apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """Statements; of those whose title is a whole reference with its fields in their places."""
    if not any(";" in said.title for said in statements):
        return statements
    return [taken_apart(said) if ";" in said.title else said for said in statements]


def _titles(titles: Sequence[str], read: Sequence[tuple[str, str] | None]) -> list[tuple[str, str]]:
    return [known or (read_title(title) if title else ("", "")) for title, known in zip(titles, read, strict=True)]


def _authors(
    bylines: Sequence[str], names: Sequence[tuple[tuple[str, str], ...]], complete: Sequence[bool]
) -> list[Authors]:
    if not any(names):
        return read_bylines(bylines)
    read = read_bylines(["" if apart else byline for byline, apart in zip(bylines, names, strict=True)])
    return [
        (*read_names(apart), whole) if apart else authors
        for apart, whole, authors in zip(names, complete, read, strict=True)
    ]


def _years(years: Sequence[str], doubtful: Sequence[bool]) -> list[int]:
    read = of_each(read_year, years)
    return [0 if doubt else year for year, doubt in zip(read, doubtful, strict=True)] if any(doubtful) else read


def read_volumes_and_issues(volumes: Sequence[str], issues: Sequence[str]) -> tuple[list[str], list[str]]:
    """Volumes and issues; a volume may name both."""
    read, apart = of_each(read_volume, volumes), of_each(read_volume, issues)
    return [volume for volume, _ in read], [
        within or issue for (_, within), (issue, _) in zip(read, apart, strict=True)
    ]


def forms_of(forms: Sequence[str], volumes: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """The forms of publications: a thesis may say so in place of a volume's number."""
    return [
        "thesis" if volume and not number and is_thesis(volume) else form
        for form, volume, number in zip(forms, volumes, numbers, strict=True)
    ]


def _identifiers(identifiers: _IDENTIFIERS) -> list[tuple[str, ...]]:
    return [with_schemes(ids) if ids else () for ids in identifiers]


def _preprints(stated: Sequence[bool], forms: Sequence[str], identifiers: _IDENTIFIERS) -> list[bool]:
    return [
        said or form == "preprint" or (ids != () and names_preprint(ids))
        for said, form, ids in zip(stated, forms, identifiers, strict=True)
    ]


def _abstracts(values: Sequence[str]) -> list[str]:
    cut = [value[:MOST_READ] for value in values]
    known = list(dict.fromkeys(cut))
    folded = fold_all([plain(value) for value in known])
    read = [without_heading(abstract)[:MAX_ABSTRACT] for abstract in folded]
    return list(map(dict(zip(known, read, strict=True)).__getitem__, cut))
