"""The fields of a citation, recognised by the names that files usually give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from variorum.schema import Entry, Rejection

FORMAT = "citation"

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


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def fold_name(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return "".join(char for char in name.casefold() if char.isalnum())


def rejection(code: str, message: str, place: str, raw: str) -> Rejection:
    """A rejection whose texts can be stored and printed."""
    # Lone surrogates can neither be stored nor printed; escaped they still show what was there.
    message, raw = (text.encode("utf-8", "backslashreplace").decode() for text in (message, raw))
    return Rejection(code=code, message=message, place=place, raw=raw)


class Recogniser:
    """Makes entries of rows: finds the fields under their usual names, and keeps ids unique."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        given = {name: fold_name(column) for name, column in columns.items()}
        self.names = {
            name: (given[name],) if name in given else tuple(n for n in usual if n not in given.values())
            for name, usual in NAMES.items()
        }
        self.known = frozenset(chain.from_iterable(self.names.values()))
        self._seen: set[str] = set()

    def entry(self, cells: Iterable[tuple[str, str]], place: str, raw: str, *, markup: str = "") -> Entry | Rejection:
        """The entry of one row, given as pairs of column and value; of two filled ones the first counts."""
        row: dict[str, str] = {}
        for column, value in cells:
            if value.strip():
                row.setdefault(fold_name(column), value)
        found = ((name, next((row[n] for n in names if n in row), "")) for name, names in self.names.items())
        fields = {name: value for name, value in found if value}
        if any(_UNSTORABLE.search(value) for value in fields.values()):
            return rejection("bad_characters", "a field holds NUL or half a UTF-16 pair", place, raw)
        key = fields.pop("id", f"row-{place.partition('=')[2]}")
        if key in self._seen:
            return rejection("repeated_id", f"an earlier entry has the id {key!r} too", place, raw)
        self._seen.add(key)
        source = fields.pop("source", "file").strip()
        if markup:
            fields["markup"] = markup
        return Entry(source=source, format=FORMAT, source_key=key, place=place, fields=_with_pages(fields))


def _with_pages(fields: dict[str, str]) -> dict[str, str]:
    """The fields with first and last page joined, where the pages are not given as a whole."""
    ends = [fields.pop(name).strip() for name in ("start", "end") if name in fields]
    return fields if "pages" in fields or not ends else {**fields, "pages": "-".join(ends)}
