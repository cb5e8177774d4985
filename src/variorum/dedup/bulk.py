"""The columns of many statements at once: the same that their features would have.

Most texts are plain, and their letters are folded all together, as bytes. The others (markup, other scripts, what
databases hang on titles) go the long way, one by one. Of years, volumes and venues few differ: each is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from variorum.dedup.bulk_pages import read_many_pages
from variorum.dedup.bulk_standings import standings_of
from variorum.dedup.bulk_texts import Flags, are_marked, cut_texts, fold_texts, having, read_latin, replaced
from variorum.dedup.bulk_titles import titles_of
from variorum.dedup.columns import StatementColumns, of_each
from variorum.dedup.features import (
    MAX_BYLINE,
    MOST_READ,
    Statement,
    names_preprint,
    read_abstract,
    read_byline_words,
    read_year,
    stated_byline,
    stated_identifiers,
    taken_apart,
    without_heading,
)
from variorum.dedup.keys import OPENING, Columns, first_letters
from variorum.dedup.places import read_volume
from variorum.dedup.texts import Hashes, Numbers, Texts, hashes_of, texts_of
from variorum.dedup.venues import read_venue

Identifiers = Sequence[tuple[tuple[str, str], ...]]

_HEAD = 200
"""Characters of an abstract in which its opening stands, unless much else does."""

_ENOUGH = OPENING + 8
"""Letters of a folded head whose beginning is that of the folded abstract: only at its end may it read otherwise."""

_TEX_SIGNS = b"_^}"


def read_titles(columns: Columns) -> list[tuple[str, str]]:
    """What ``read_title`` makes of the titles, from their columns."""
    titles = columns.titles.letters.tobytes()
    lengths = columns.mains.tolist()
    if titles.isascii():
        read = zip(titles.decode().split("\0"), lengths, strict=False)
        return [(title, title if len(title) == length else title[:length]) for title, length in read]
    read_bytes = zip(titles.split(b"\0"), lengths, strict=False)
    return [(title.decode(), title[:length].decode()) for title, length in read_bytes]


def columns_of_statements(statements: Sequence[Statement]) -> Columns:
    """The columns of statements."""
    return columns_of_said(said_apart(StatementColumns.of(statements)))


def venues_of(said: StatementColumns) -> list[tuple[str, str]]:
    """What ``read_venue`` makes of the venues of statements."""
    return list(map(read_venue, said.venue, said.kind))


def columns_of_said(said: StatementColumns, venues: Sequence[tuple[str, str]] | None = None) -> Columns:
    """The columns of statements, each of whose fields is in its place. ``venues`` are theirs as read, if known."""
    titles, mains = titles_of(said.title)
    named = [_names_of(identifiers) for identifiers in said.identifiers]
    names = list(chain.from_iterable(named))
    bearers = np.repeat(np.arange(len(named)), np.fromiter(map(len, named), np.int64, len(named)))
    volumes = of_each(_volume, said.volume)
    first_pages, pages = read_many_pages(said.pages)
    return Columns(
        titles,
        mains,
        _bylines(said),
        _abstracts(said.abstract),
        hashes_of(volumes),
        first_pages,
        _years(said),
        hashes_of(names),
        first_letters(names),
        bearers,
        standings_of(
            named, volumes, pages, _preprints(said, venues_of(said) if venues is None else venues, names, bearers)
        ),
    )


def said_apart(said: StatementColumns) -> StatementColumns:
    """Statements of which those whose title is a whole reference have its fields in their places."""
    perhaps = [at for at, title in enumerate(said.title) if ";" in title]
    found = {at: apart for at in perhaps if (apart := taken_apart(one := said.statement(at))) is not one}
    if not found:
        return said
    columns = [list(column) for column in said]
    for at, statement in found.items():
        for column, value in zip(columns, statement, strict=False):
            column[at] = value
    return StatementColumns._make(columns)


def _names_of(identifiers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    if len(identifiers) == 1:
        ((scheme, value),) = identifiers
        return (f"{scheme}:{value}",)
    if len(identifiers) == 2:
        (scheme, value), (other, other_value) = identifiers
        first, second = f"{scheme}:{value}", f"{other}:{other_value}"
        return (first, second) if first <= second else (second, first)
    return stated_identifiers(Statement("", identifiers=identifiers)) if identifiers else ()


def _volume(text: str) -> str:
    return read_volume(text)[0] if text else ""


def _years(said: StatementColumns) -> Hashes:
    years = np.fromiter(of_each(read_year, said.year), np.uint64, len(said.year))
    years[np.fromiter(said.year_doubtful, bool, len(years))] = 0
    return years


def _preprints(
    said: StatementColumns, venues: Sequence[tuple[str, str]], names: Sequence[str], bearers: Numbers
) -> Flags:
    """Which statements ``is_preprint``. The registrants of DOIs are few."""
    found = np.array(said.preprint, bool)
    in_venue = [form == "preprint" and venue != "" for venue, (_, form) in zip(said.venue, venues, strict=True)]
    found |= np.array(in_venue, bool)
    # That a DOI is a preprint's is told by its registrant, which stands before the first slash.
    registrants = of_each(_of_preprints, [name[: name.find("/") + 1] for name in names])
    found[bearers[np.fromiter(registrants, bool, len(names))]] = True
    return found


def _of_preprints(registrant: str) -> bool:
    scheme, _, value = registrant.partition(":")
    return names_preprint([(scheme, value)])


def _bylines(said: StatementColumns) -> Texts:
    values = said.byline
    if any(said.names) or any(said.profile_only):
        values = [stated_byline(said.statement(at)) for at in range(len(values))]
    values = [value[:MOST_READ] for value in values]
    raw = texts_of(values)
    special = np.flatnonzero(are_marked(raw)).tolist()
    read = read_latin([values[at] for at in special], read_byline_words)
    return cut_texts(replaced(fold_texts(raw), special, read), MAX_BYLINE)


def _abstracts(values: Sequence[str]) -> Texts:
    """The openings of abstracts. Of most the head is enough: where it is plain, and long even when folded."""
    raw = texts_of([value[:_HEAD] for value in values])
    texts = fold_texts(raw)
    long = np.fromiter(map(len, values), np.int64, len(values)) > _HEAD
    # What TeX further on would make of these signs cannot be seen in the head.
    signs = having(raw, np.flatnonzero(np.logical_or.reduce([raw.letters == sign for sign in _TEX_SIGNS])))
    unsure = are_marked(raw) | (long & (signs | (texts.ends - texts.starts < _ENOUGH)))
    special = np.flatnonzero(unsure).tolist()
    read = dict(zip(special, of_each(read_abstract, [values[at] for at in special]), strict=True))
    folded = texts.letters.tobytes().split(b"\0")
    headed = of_each(_may_be_heading, [text.partition(b" ")[0] for text in folded[:-1]])
    for at in np.flatnonzero(np.fromiter(headed, bool, len(headed)) & ~unsure).tolist():
        text = folded[at].decode()
        bare = without_heading(text)
        if len(bare) < len(text):
            read[at] = bare if len(bare) >= _ENOUGH or not long[at] else read_abstract(values[at])
    places = sorted(read)
    return cut_texts(replaced(texts, places, [read[at] for at in places]), OPENING)


def _may_be_heading(word: bytes) -> bool:
    """Whether a heading may begin with a word."""
    text = f"{word.decode()} "
    return without_heading(text) != text
