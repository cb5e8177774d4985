"""Citations in BibTeX and RIS. Both are read by a library; what it would lose unsaid is rejected here."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from variorum.scrapers._citation_fields import Recogniser, Row, rejection

if TYPE_CHECKING:
    from variorum.schema import Rejection

_BARE_WORD = re.compile(r"[^\s{}\"#,]+")
_PIECE = re.compile(r"\s*(?:\"((?:[^\"{}]|\{[^{}]*\})*)\"|\{((?:[^{}]|\{[^{}]*\})*)\}|([^\s{}\"#]+))\s*(#|$)")
_RIS_TAG = re.compile(r"[A-Z][A-Z0-9]  -")
# The library takes the first letter of a value for the space that belongs before it.
_RIS_TIGHT = re.compile(r"^([A-Z][A-Z0-9]  -)(?=\S)")


def read_bibtex(lines: Iterator[str], recogniser: Recogniser) -> Iterator[Row | Rejection]:
    """The entries of a BibTeX file; failed and repeated blocks as rejections."""
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
                yield rejection("bad_bibtex", str(error), place, raw)
            else:
                yield recogniser.row(recogniser.pick(cells), place, [raw])
        elif isinstance(block, DuplicateBlockKeyBlock) and isinstance(block.ignore_error_block, BibtexEntry):
            yield rejection("repeated_id", f"an earlier entry has the id {block.key!r} too", place, raw)
        else:
            reason = getattr(block.error, "abort_reason", "") or str(block.error)
            yield rejection("bad_bibtex", reason, place, raw)


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


def read_ris(lines: Iterator[str], recogniser: Recogniser) -> Iterator[Row | Rejection]:
    """The entries of a RIS file; malformed ones as rejections."""
    for number, (chunk, complaint) in enumerate(_ris_chunks(lines), start=1):
        place, raw = f"entry={number}", "".join(chunk)
        try:
            if complaint:
                raise ValueError(complaint)
            cells = _ris_cells([_RIS_TIGHT.sub(r"\1 ", line.rstrip("\r\n")) for line in chunk], recogniser)
        except (ValueError, TypeError) as error:
            yield rejection("bad_ris", str(error), place, raw)
        else:
            yield recogniser.row(recogniser.pick(cells), place, chunk)


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


def _ris_cells(lines: list[str], recogniser: Recogniser) -> list[tuple[str, str]]:
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
