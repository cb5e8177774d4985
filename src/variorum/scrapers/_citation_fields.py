"""The fields of a citation, recognised by the names that files usually give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from variorum.schema import Entry, Rejection

FORMAT = "citation"

UNSTATED_SOURCE = "file"
"""The source of what a file says without saying whose word it is."""

# For each field the names it goes by, in order of preference, without case, spaces and punctuation.
NAMES = {
    name: tuple(usual.split())
    for name, usual in {
        # Web of Science calls its ids UT, and its keywords ID.
        "id": "ut id key recordid recordnumber accessionnumber eid",
        "source": "source database databasename db",
        "type": "entrytype type itemtype documenttype publicationtype referencetype dt ty genre",
        "title": "title ti documenttitle articletitle t1 primarytitle",
        "authors": "authors author authorfullnames af au a1 creators creator",
        "year": "year publicationyear pubyear yearofpublication py y1",
        "date": "date publicationdate datepublished da coverdate",
        "venue": "venue journal journaltitle sourcetitle publicationtitle publicationname containertitle "
        "journalbook journalname booktitle secondarytitle so jf t2 jo ja j2 bt",
        "volume": "volume vl",
        "issue": "issue number is",
        "pages": "pages page pagerange",
        "start": "startpage pagestart firstpage beginningpage sp bp",
        "end": "endpage pageend lastpage endingpage ep",
        "doi": "doi digitalobjectidentifier di do",
        "abstract": "abstract abstractnote ab n2",
        "isbn": "isbn isbns bn",
        "issn": "issn issns eissn sn",
        "url": "url urls link links ur",
        "arxiv": "arxiv arxivid",
        "pmid": "pmid pubmedid pm",
        "keywords": "keywords keyword authorkeywords kw de",
        "publisher": "publisher pb pu",
        "editor": "editor editors a2 ed",
        "language": "language lang la",
    }.items()
}


# In the order in which a row's values are handed on: those first that a ``Row`` has not as they stand.
_ORDER = tuple(dict.fromkeys(("id", "source", "start", "end", *NAMES)))

Column = Sequence[str]

Values = Sequence[str]
"""A value for each of ``_ORDER``, empty where the file has none or only blanks."""


class Row(NamedTuple):
    """What a citation file says in one place, by field and word for word; empty where it says nothing.

    ``source`` is the row's own, else ``file``; ``key`` its id, else ``row-N``. Several authors that the file itself
    keeps apart stand one a line.
    """

    key: str
    source: str
    place: str
    type: str = ""
    title: str = ""
    authors: str = ""
    year: str = ""
    date: str = ""
    venue: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    abstract: str = ""
    isbn: str = ""
    issn: str = ""
    url: str = ""
    arxiv: str = ""
    pmid: str = ""
    keywords: str = ""
    publisher: str = ""
    editor: str = ""
    language: str = ""

    def entry(self, markup: str) -> Entry:
        """The row as an entry, ``markup`` being that of the file's format."""
        from variorum.schema import Entry

        fields = {name: value for name, value in zip(self._fields[3:], self[3:], strict=True) if value}
        if markup:
            fields["markup"] = markup
        return Entry(source=self.source, format=FORMAT, source_key=self.key, place=self.place, fields=fields)


_PAGES = Row._fields.index("pages") - 3


class RowColumns(NamedTuple):
    """Rows by column."""

    key: Column
    source: Column
    place: Column
    type: Column
    title: Column
    authors: Column
    year: Column
    date: Column
    venue: Column
    volume: Column
    issue: Column
    pages: Column
    doi: Column
    abstract: Column
    isbn: Column
    issn: Column
    url: Column
    arxiv: Column
    pmid: Column
    keywords: Column
    publisher: Column
    editor: Column
    language: Column

    @classmethod
    def of(cls, rows: Sequence[Row]) -> RowColumns:
        """The columns of rows."""
        return cls._make(zip(*rows, strict=True) if rows else [()] * len(cls._fields))

    def rows(self) -> list[Row]:
        """The rows, one by one."""
        return list(map(Row._make, zip(*self, strict=True)))


@lru_cache(maxsize=4096)  # lines of JSON name the same few fields over and over
def fold_name(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return "".join(char for char in name.casefold() if char.isalnum())


def rejection(code: str, message: str, place: str, raw: str) -> Rejection:
    """A rejection whose texts can be stored and printed."""
    from variorum.schema import Rejection

    # Lone surrogates can neither be stored nor printed; escaped they still show what was there.
    message, raw = (text.encode("utf-8", "backslashreplace").decode() for text in (message, raw))
    return Rejection(code=code, message=message, place=place, raw=raw)


class Recogniser:
    """Makes rows of what a file holds: finds the fields under their usual names, and keeps ids unique."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        given = {name: fold_name(column) for name, column in columns.items()}
        self.names = {
            name: (given[name],) if name in given else tuple(n for n in usual if n not in given.values())
            for name, usual in NAMES.items()
        }
        self.known = frozenset(chain.from_iterable(self.names.values()))
        self._seen: set[str] = set()

    def has(self, field: str, header: Iterable[str]) -> bool:
        """Whether one of the columns holds a field."""
        return not {fold_name(column) for column in header}.isdisjoint(self.names[field])

    def pick(self, cells: Iterable[tuple[str, str]]) -> Values:
        """The values among pairs of column and value; of two filled ones the first counts."""
        row: dict[str, str] = {}
        for column, value in cells:
            if value.strip():
                row.setdefault(fold_name(column), value)
        return [next((row[n] for n in self.names[name] if n in row), "") for name in _ORDER]

    def picker(self, header: Sequence[str]) -> Callable[[list[str]], Values]:
        """As ``pick``, for rows under one header, whose columns are recognised once for all of them.

        The function takes a row with no more cells than the header, and may lengthen it.
        """
        folded = [fold_name(column) for column in header]
        homes = [[i for n in self.names[name] for i, column in enumerate(folded) if column == n] for name in _ORDER]
        # A field without a column is taken from one more cell, which is always empty.
        lacking = [""] * (len(header) + 1)
        pick_first = itemgetter(*(places[0] if places else len(header) for places in homes))
        further = [(number, places[1:]) for number, places in enumerate(homes) if len(places) > 1]

        def picked(cells: list[str]) -> Values:
            if any(map(str.isspace, cells)):
                cells = ["" if cell.isspace() else cell for cell in cells]
            cells.extend(lacking[len(cells) :])
            values: tuple[str, ...] = pick_first(cells)
            if not further:
                return values
            chosen = list(values)
            for number, places in further:
                if not chosen[number]:
                    chosen[number] = next(filter(None, (cells[i] for i in places)), "")
            return chosen

        return picked

    def regular_rows(self, header: Sequence[str], cells: Sequence[Column]) -> RowColumns | None:
        """The rows of cells, a column of them for each of the header's, without places.

        What ``picker`` and ``row`` do for one row after the other, for all of them at once. Cells must not be blank,
        but may be empty. None unless each row has an id of its own.
        """
        count = len(cells[0])
        lacking: Column = [""] * count
        folded = [fold_name(column) for column in header]
        values: dict[str, Column] = {}
        for field in _ORDER:
            held = [cells[i] for name in self.names[field] for i, column in enumerate(folded) if column == name]
            first = held[0] if held else lacking
            values[field] = [next(filter(None, some), "") for some in zip(*held, strict=True)] if held[1:] else first
        keys, sources, starts, ends = (values.pop(field) for field in _ORDER[:4])
        if not all(keys) or len(set(keys)) < count:
            return None
        if any(starts) or any(ends):
            spans = zip(values["pages"], starts, ends, strict=True)
            values["pages"] = [pages or _page_range(start, end) for pages, start, end in spans]
        sources = [source.strip() or UNSTATED_SOURCE for source in sources]
        return RowColumns(keys, sources, lacking, **values)

    def row(self, values: Values, place: str, raw: Iterable[str]) -> Row | Rejection:
        """The row of these values; ``raw`` is what the file has there, in pieces, for the case of a rejection."""
        if not _is_storable("".join(values)):
            return rejection("bad_characters", "a field holds NUL or half a UTF-16 pair", place, "".join(raw))
        key, source, start, end, *others = values
        key = key or f"row-{place.partition('=')[2]}"
        if key in self._seen:
            message = f"an earlier entry has the id {key!r} too"
            return rejection("repeated_id", message, place, "".join(raw))
        self._seen.add(key)
        if (start or end) and not others[_PAGES]:
            others[_PAGES] = _page_range(start, end)
        return Row._make((key, source.strip() or UNSTATED_SOURCE, place, *others))


def _page_range(start: str, end: str) -> str:
    return "-".join(text.strip() for text in (start, end) if text)


def _is_storable(text: str) -> bool:
    if text.isascii():
        return "\x00" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
