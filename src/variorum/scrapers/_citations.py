"""Citation files, as reference managers and databases export them, read into entries under common names.

Nothing is interpreted here: values stay as the file has them. What the files call a field differs, so
columns, keys and tags are recognised by their usual names (``_NAMES``); others are left out on purpose,
as are comments of a BibTeX file and the lines some databases put above the first RIS entry.
"""

from __future__ import annotations

import csv
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Literal, TextIO, get_args

from variorum.errors import BadInputError
from variorum.schema import Entry, Rejection

FORMAT = "citation"
FileFormat = Literal["csv", "tsv", "jsonl", "bibtex", "ris"]

MAX_CELL = 16 * 1024 * 1024
"""Longest CSV cell, in characters; a longer one is a file whose quotes do not pair."""

_SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".bib": "bibtex",
    ".ris": "ris",
}
# For each field the names it goes by, in order of preference, without case, spaces and punctuation.
_NAMES = {
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
_BARE_WORD = re.compile(r"[^\s{}\"#,]+")
_PIECE = re.compile(r"\s*(?:\"((?:[^\"{}]|\{[^{}]*\})*)\"|\{((?:[^{}]|\{[^{}]*\})*)\}|([^\s{}\"#]+))\s*(#|$)")
_RIS_TAG = re.compile(r"[A-Z][A-Z0-9]  -")
# The library takes the first letter of a value for the space that belongs before it.
_RIS_TIGHT = re.compile(r"^([A-Z][A-Z0-9]  -)(?=\S)")


def guess_format(name: str) -> FileFormat:
    """The format a file's name ends in, ``.gz`` aside.

    Raises ``BadInputError`` with code ``unknown_format`` naming the suffixes there are.
    """
    bare = name.lower().removesuffix(".gz")
    for suffix, file_format in _SUFFIXES.items():
        if bare.endswith(suffix):
            return file_format
    known = " ".join(_SUFFIXES)
    raise BadInputError(
        f"{name}: not a citation file by its name; known are {known}, also with .gz", code="unknown_format"
    )


def read_citations(
    stream: TextIO, file_format: FileFormat, *, columns: Mapping[str, str] | None = None
) -> Iterator[Entry | Rejection]:
    """The entries of a citation file in its order, a ``Rejection`` in place of each that cannot be read.

    ``stream`` is opened with ``newline=""`` so that line ends inside CSV cells survive. ``columns`` maps
    field names (``title``, ``authors``, …) to what the file calls them, which outranks recognition.

    An entry's ``source`` is the row's, else ``file``; its key is the row's id word for word, else ``row-N``
    with N counted from 1. Several authors that the file itself keeps apart stand one a line in ``authors``;
    ``markup`` is ``tex`` for BibTeX. Rejection codes: ``repeated_id``, ``ragged_row``, ``bad_csv``,
    ``bad_json``, ``bad_bibtex``, ``bad_ris``, ``bad_characters``.

    Raises ``BadInputError`` with code ``unknown_field`` at once for a name in ``columns`` that is not
    ours, and while reading ``unknown_column`` for a column a table lacks, ``no_title_column``,
    ``empty_file``, ``bad_csv`` for an unreadable header, ``bad_encoding``.
    """
    if unknown := sorted(set(columns or ()) - set(_NAMES)):
        message = f"no field is called {', '.join(unknown)}; there are: {', '.join(_NAMES)}"
        raise BadInputError(message, code="unknown_field")
    if file_format not in get_args(FileFormat):
        message = f"no citation format is called {file_format!r}; there are: {', '.join(get_args(FileFormat))}"
        raise BadInputError(message, code="unknown_format")
    lines, recogniser = _lines(stream), _Recogniser(columns or {})
    if file_format in ("csv", "tsv"):
        return _read_table(lines, "\t" if file_format == "tsv" else ",", recogniser, columns or {})
    readers = {"jsonl": _read_jsonl, "bibtex": _read_bibtex, "ris": _read_ris}
    return readers[file_format](lines, recogniser)


def _lines(stream: TextIO) -> Iterator[str]:
    """The stream's lines without byte order mark; raises ``BadInputError`` when there are none to read."""
    blank = True
    try:
        for number, line in enumerate(stream):
            text = line.removeprefix("\ufeff") if number == 0 else line
            blank = blank and not text.strip()
            yield text
    except UnicodeDecodeError as error:
        message = f"not {error.encoding} near byte {error.start}; save the file as UTF-8"
        raise BadInputError(message, code="bad_encoding") from None
    if blank:
        raise BadInputError("the file is empty", code="empty_file")


def _fold(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _rejection(code: str, message: str, place: str, raw: str) -> Rejection:
    # Lone surrogates can neither be stored nor printed; escaped they still show what was there.
    message, raw = (text.encode("utf-8", "backslashreplace").decode() for text in (message, raw))
    return Rejection(code=code, message=message, place=place, raw=raw)


class _Recogniser:
    """Makes entries of rows: finds the fields under their usual names, and keeps ids unique."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        given = {name: _fold(column) for name, column in columns.items()}
        self.names = {
            name: (given[name],) if name in given else tuple(n for n in usual if n not in given.values())
            for name, usual in _NAMES.items()
        }
        self.known = frozenset(chain.from_iterable(self.names.values()))
        self._seen: set[str] = set()

    def entry(self, cells: Iterable[tuple[str, str]], place: str, raw: str, *, markup: str = "") -> Entry | Rejection:
        """The entry of one row, given as pairs of column and value; of two filled ones the first counts."""
        row: dict[str, str] = {}
        for column, value in cells:
            if value.strip():
                row.setdefault(_fold(column), value)
        found = ((name, next((row[n] for n in names if n in row), "")) for name, names in self.names.items())
        fields = {name: value for name, value in found if value}
        if any(_UNSTORABLE.search(value) for value in fields.values()):
            return _rejection("bad_characters", "a field holds NUL or half a UTF-16 pair", place, raw)
        key = fields.pop("id", f"row-{place.partition('=')[2]}")
        if key in self._seen:
            return _rejection("repeated_id", f"an earlier entry has the id {key!r} too", place, raw)
        self._seen.add(key)
        source = fields.pop("source", "file").strip()
        if markup:
            fields["markup"] = markup
        return Entry(source=source, format=FORMAT, source_key=key, place=place, fields=_with_pages(fields))


def _with_pages(fields: dict[str, str]) -> dict[str, str]:
    """The fields with first and last page joined, where the pages are not given as a whole."""
    ends = [fields.pop(name).strip() for name in ("start", "end") if name in fields]
    return fields if "pages" in fields or not ends else {**fields, "pages": "-".join(ends)}


# CSV and TSV


class _Tee:
    """Lines on their way to the CSV reader, kept until the row they make is whole."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.kept: list[str] = []

    def __iter__(self) -> _Tee:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.kept.append(line)
        return line

    def take(self) -> str:
        """The lines since the last call, as one text."""
        text = "".join(self.kept)
        self.kept.clear()
        return text


def _read_table(
    lines: Iterator[str], delimiter: str, recogniser: _Recogniser, columns: Mapping[str, str]
) -> Iterator[Entry | Rejection]:
    csv.field_size_limit(MAX_CELL)
    tee = _Tee(lines)
    # strict: otherwise a stray quote would silently join all that follows into one cell.
    rows = csv.reader(tee, delimiter=delimiter, strict=True)
    header = _header(rows, recogniser, columns)
    tee.take()
    number = 0
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield _rejection("bad_csv", str(error), f"row={number}", tee.take())
            continue
        raw = tee.take()
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if len(cells) > len(header):
            message = f"{len(cells)} cells under {len(header)} column names"
            yield _rejection("ragged_row", message, f"row={number}", raw)
        else:
            yield recogniser.entry(zip(header, cells, strict=False), f"row={number}", raw)


def _header(rows: Iterator[list[str]], recogniser: _Recogniser, columns: Mapping[str, str]) -> list[str]:
    try:
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])
    except csv.Error as error:
        raise BadInputError(f"the line of column names cannot be read: {error}", code="bad_csv") from None
    folded = {_fold(column) for column in header}
    there = f"the columns are: {', '.join(header)}"
    if lacking := [column for column in columns.values() if _fold(column) not in folded]:
        raise BadInputError(f"there is no column {', '.join(lacking)}; {there}", code="unknown_column")
    if folded.isdisjoint(recogniser.names["title"]):
        raise BadInputError(f"no column is known to hold titles; name it; {there}", code="no_title_column")
    return header


# JSON, an object a line


def _read_jsonl(lines: Iterator[str], recogniser: _Recogniser) -> Iterator[Entry | Rejection]:
    for number, line in enumerate((line for line in lines if line.strip()), start=1):
        place = f"row={number}"
        try:
            # Numbers stay as written: 2019.0 is the file's word for a year, and no digit is too many.
            row = json.loads(line, object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=str)
            if not isinstance(row, dict):
                raise TypeError("not an object")
            cells = [(key, _json_text(value)) for key, value in row.items() if _fold(key) in recogniser.known]
        except (TypeError, ValueError, RecursionError) as error:
            yield _rejection("bad_json", str(error), place, line)
        else:
            yield recogniser.entry(cells, place, line)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _json_text(value: object) -> str:
    """A value as text: several one a line, a person as "Family, Given"; raises ``ValueError`` for others."""
    if isinstance(value, list):
        return "\n".join(filter(None, (" ".join(_json_text(item).split()) for item in value)))
    if isinstance(value, dict):
        return _json_person({_fold(key): part for key, part in value.items()})
    if value is None or isinstance(value, str):
        return value or ""
    raise ValueError(f"{json.dumps(value)} where text belongs")


def _json_person(person: Mapping[str, object]) -> str:
    parts = {key: part for key, part in person.items() if isinstance(part, str) and part.strip()}
    whole = parts.get("name") or parts.get("literal") or parts.get("fullname")
    family = parts.get("family") or parts.get("last") or parts.get("lastname")
    given = parts.get("given") or parts.get("first") or parts.get("firstname")
    text = whole or ", ".join(filter(None, (family, given)))
    if not text:
        raise ValueError("an object without name where text belongs")
    return text


# BibTeX


def _read_bibtex(lines: Iterator[str], recogniser: _Recogniser) -> Iterator[Entry | Rejection]:
    # Imported on use: no other format needs the library.
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, ParsingFailedBlock
    from bibtexparser.model import Entry as BibtexEntry

    # It logs each failed block as well, to the terminal; here they become rejections.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string("".join(lines))
    strings = {key.lower(): str(string.value) for key, string in library.strings_dict.items()}
    entries = (block for block in library.blocks if isinstance(block, BibtexEntry | ParsingFailedBlock))
    for number, block in enumerate(entries, start=1):
        place, raw = f"entry={number}", str(block.raw)
        if isinstance(block, BibtexEntry):
            try:
                cells = _bibtex_cells(block, strings)
            except ValueError as error:
                yield _rejection("bad_bibtex", str(error), place, raw)
            else:
                yield recogniser.entry(cells, place, raw, markup="tex")
        elif isinstance(block, DuplicateBlockKeyBlock) and isinstance(block.ignore_error_block, BibtexEntry):
            yield _rejection("repeated_id", f"an earlier entry has the id {block.key!r} too", place, raw)
        else:
            reason = getattr(block.error, "abort_reason", "") or str(block.error)
            yield _rejection("bad_bibtex", reason, place, raw)


def _bibtex_cells(block: Any, strings: Mapping[str, str]) -> list[tuple[str, str]]:
    """An entry's key, type and fields; raises ``ValueError`` for a field given twice or not one value."""
    unenclosed = block.parser_metadata.get("removed_enclosing", {})
    cells: dict[str, str] = {}
    for item in block.fields:
        name, value = item.key.lower(), str(item.value)
        if name in cells:
            raise ValueError(f"the field {name} stands twice")
        if unenclosed.get(item.key) == "no-enclosing" and not _BARE_WORD.fullmatch(value):
            value = _joined(name, value, strings)
        cells[name] = " ".join(value.split()) if name in ("author", "editor") else value
    archive = cells.get("archiveprefix", cells.get("eprinttype", "arxiv"))
    if archive.strip().lower() == "arxiv" and "eprint" in cells:
        cells.setdefault("arxiv", cells["eprint"])
    return [("id", block.key), ("entrytype", block.entry_type), *cells.items()]


def _joined(name: str, value: str, strings: Mapping[str, str]) -> str:
    """The value of ``macro # " text"``, which the library leaves as it is; an unknown macro stays."""
    text, start, sign = "", 0, "#"
    while sign == "#":
        piece = _PIECE.match(value, start)
        if piece is None:
            raise ValueError(f"the field {name} is not one value; is a comma missing after it?")
        quoted, braced, macro, sign = piece.groups()
        text += strings.get(macro.lower(), macro) if macro else quoted or braced or ""
        start = piece.end()
    return text


# RIS


def _read_ris(lines: Iterator[str], recogniser: _Recogniser) -> Iterator[Entry | Rejection]:
    for number, (chunk, complaint) in enumerate(_ris_chunks(lines), start=1):
        place, raw = f"entry={number}", "".join(chunk)
        try:
            if complaint:
                raise ValueError(complaint)
            cells = _ris_cells([_RIS_TIGHT.sub(r"\1 ", line.rstrip("\r\n")) for line in chunk], recogniser)
        except (ValueError, TypeError) as error:
            yield _rejection("bad_ris", str(error), place, raw)
        else:
            yield recogniser.entry(cells, place, raw)


def _ris_chunks(lines: Iterator[str]) -> Iterator[tuple[list[str], str]]:
    """The lines of each entry and what is wrong with them; the library would lose such lines unsaid."""
    chunk: list[str] = []
    inside = begun = False
    for line in lines:
        if line.startswith("TY  -"):
            yield from _ris_loose(chunk, inside, begun)
            chunk, inside, begun = [], True, True
        chunk.append(line)
        if inside and line.startswith("ER  -"):
            yield chunk, ""
            chunk, inside = [], False
    yield from _ris_loose(chunk, inside, begun=True)


def _ris_loose(chunk: list[str], inside: bool, begun: bool) -> Iterator[tuple[list[str], str]]:
    """Lines that are no whole entry, unless they are what a database says of itself above the first one."""
    if inside:
        yield chunk, "no ER line ends the entry"
    elif any(map(str.strip, chunk)) and (begun or any(map(_RIS_TAG.match, chunk))):
        yield chunk, "lines outside of entries, which begin with TY and end with ER"


def _ris_cells(lines: list[str], recogniser: _Recogniser) -> list[tuple[str, str]]:
    """The entry's tags and values, repeated ones one a line; raises ``ValueError`` or ``TypeError``."""
    import rispy

    if lines[1].strip() and not _RIS_TAG.match(lines[1]):
        raise ValueError("the line after TY belongs to no tag")
    parser = rispy.RisParser(
        mapping={tag: tag for tag in ("TY", "ER", *(name.upper() for name in recogniser.known))},
        list_tags=["AU", "A1", "AF", "A2", "ED", "KW", "UR", "DO", "SN"],
        # Otherwise an address is cut at its semicolons, and of a tag given twice only the first is kept.
        delimiter_tags_mapping={},
        enforce_list_tags=False,
        skip_unknown_tags=True,
    )
    (record,) = parser.parse_lines(iter(lines))
    values = ((tag, value if isinstance(value, list) else [value]) for tag, value in record.items())
    return [(tag, "\n".join(filter(None, value))) for tag, value in values]
