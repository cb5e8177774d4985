"""Citation files, as reference managers and databases export them, read into rows under common names.

Nothing is interpreted here: values stay as the file has them. What the files call a field differs, so
columns, keys and tags are recognised by their usual names (``NAMES``); others are left out on purpose,
as are comments of a BibTeX file and the lines some databases put above the first RIS entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, TextIO, get_args

from variorum.errors import BadInputError
from variorum.scrapers._citation_fields import NAMES, Recogniser, Row
from variorum.scrapers._citation_markup import read_bibtex, read_ris
from variorum.scrapers._citation_tables import read_jsonl, read_table

if TYPE_CHECKING:
    from variorum.schema import Entry, Rejection

FileFormat = Literal["csv", "tsv", "jsonl", "bibtex", "ris"]

_SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".bib": "bibtex",
    ".ris": "ris",
}


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


def markup_of(file_format: FileFormat) -> str:
    """How a format marks up its words: ``tex`` for BibTeX, which is TeX throughout, empty for others."""
    return "tex" if file_format == "bibtex" else ""


def read_citations(
    stream: TextIO, file_format: FileFormat, *, columns: Mapping[str, str] | None = None
) -> Iterator[Entry | Rejection]:
    """The entries of a citation file: its rows as ``read_rows`` gives them, and their ``markup``."""
    markup = markup_of(file_format)
    rows = read_rows(stream, file_format, columns=columns)
    return (row.entry(markup) if isinstance(row, Row) else row for row in rows)


def read_rows(
    stream: TextIO, file_format: FileFormat, *, columns: Mapping[str, str] | None = None
) -> Iterator[Row | Rejection]:
    """The rows of a citation file in its order, a ``Rejection`` in place of each that cannot be read.

    ``stream`` is opened with ``newline=""`` so that line ends inside CSV cells survive. ``columns`` maps
    field names (``title``, ``authors``, …) to what the file calls them, which outranks recognition.

    Keys are word for word, or ``row-N`` with N counted from 1. Rejection codes: ``repeated_id``,
    ``ragged_row``, ``bad_csv``, ``bad_json``, ``bad_bibtex``, ``bad_ris``, ``bad_characters``.

    Raises ``BadInputError`` with code ``unknown_field`` at once for a name in ``columns`` that is not
    ours, and while reading ``unknown_column`` for a column a table lacks, ``no_title_column``,
    ``empty_file``, ``bad_csv`` for an unreadable header, ``bad_encoding``.
    """
    if unknown := sorted(set(columns or ()) - set(NAMES)):
        message = f"no field is called {', '.join(unknown)}; there are: {', '.join(NAMES)}"
        raise BadInputError(message, code="unknown_field")
    if file_format not in get_args(FileFormat):
        message = f"no citation format is called {file_format!r}; there are: {', '.join(get_args(FileFormat))}"
        raise BadInputError(message, code="unknown_format")
    lines, recogniser = _lines(stream), Recogniser(columns or {})
    if file_format in ("csv", "tsv"):
        return read_table(lines, "\t" if file_format == "tsv" else ",", recogniser, columns or {})
    readers = {"jsonl": read_jsonl, "bibtex": read_bibtex, "ris": read_ris}
    return readers[file_format](lines, recogniser)


def _lines(stream: TextIO) -> Iterator[str]:
    """The stream's lines without byte order mark; raises ``BadInputError`` when there are none to read."""
    try:
        line = next(stream, "").removeprefix("\ufeff")
        while line and not line.strip():
            yield line
            line = next(stream, "")
        if line:
            yield line
        yield from stream
    except UnicodeDecodeError as error:
        message = f"not {error.encoding} near byte {error.start}; save the file as UTF-8"
        raise BadInputError(message, code="bad_encoding") from None
    if not line:
        raise BadInputError("the file is empty", code="empty_file")
