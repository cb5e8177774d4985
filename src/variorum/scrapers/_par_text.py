"""NSF PAR's search results by award, as a text browser renders them.

Titles, authors and dates are links or spans that the rendering dropped. What is left of an item is its
abstract, then the toggle ``more » « less``; an item without abstract shows only ``null (Ed.)``, an
editor whose name is null.
"""

from __future__ import annotations

import re

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, text_key
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._par_words import NAME, without_null_editor, without_toggle
from variorum.scrapers._text import Line, numbered_lines, place_of

FORMAT = "nsf_par_text"

MARKS = (
    Mark("line 'Search for: All records'", re.compile(r"^[^\S\n]*Search for:\s+All records\s*$", re.M)),
    Mark(
        "note 'When clicking on a Digital Object Identifier (DOI) number'",
        re.compile(r"When clicking on a Digital Object Identifier"),
    ),
)

_ITEM = re.compile(r"\s{1,4}(?P<number>\d{1,5})\.\s(?P<rest>.*)")
_AWARD = re.compile(r"^Award ID contains:(?P<award>.*)$", re.M)


def parse_text(page: Body) -> Reading:
    """Read a page of search results. Raises ``LayoutError`` when items are missing between others."""
    found = _AWARD.search(page.text)
    award = found["award"].strip() if found else ""
    return Reading.of(_entry(block, award) for block in _blocks(numbered_lines(page.text)))


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Each item's lines; the item numbers of a page follow one another."""
    blocks: list[list[Line]] = []
    number = None
    for line in lines:
        match = _ITEM.fullmatch(line.text)
        if match is None:
            if blocks:
                blocks[-1].append(line)
            continue
        if number is not None and int(match["number"]) != number + 1:
            raise LayoutError(
                "count_mismatch",
                f"item {match['number']} follows item {number}: part of the page is missing",
                place=place_of(line, line),
            )
        number = int(match["number"])
        blocks.append([Line(line.number, match["rest"])])
    return [_without_blank_tail(block) for block in blocks]


def _without_blank_tail(block: list[Line]) -> list[Line]:
    end = len(block)
    while end > 1 and not block[end - 1].text.strip():
        end -= 1
    return block[:end]


def _entry(block: list[Line], award: str) -> Entry | Rejection:
    place = place_of(block[0], block[-1])
    raw = "\n".join(line.text for line in block)
    abstract, is_whole = without_toggle(raw)
    if without_null_editor(abstract).strip() in {"", "null"}:
        message = "the item exists at the source, but shows nothing except an editor named null"
        return Rejection(code="no_metadata", message=message, place=place, raw=raw)
    if not is_whole:
        message = "the item does not end with 'more » « less': the page was cut here or its layout changed"
        return Rejection(code="cut_off", message=message, place=place, raw=raw)
    abstract = without_null_editor(abstract).strip() if abstract.startswith("null") else abstract
    return Entry(
        source=NAME,
        format=FORMAT,
        # The award is left out: a paper listed under two awards is one record, seen twice.
        source_key=text_key(abstract),
        place=place,
        fields=filled(abstract=abstract, award=award),
    )
