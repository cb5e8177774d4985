"""BZPEER researcher profiles as a text browser renders them.

A profile says who it is about, then ``N published item(s)``, then for each item a glued badge line
(``preprint2022arXiv``), the title and the abstract. Co-authors are not shown.
"""

from __future__ import annotations

import re
from itertools import pairwise

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, text_key
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._bzpeer_words import SOURCE_NAME
from variorum.scrapers._text import Line, ends_mid_sentence, filled_lines, place_of

FORMAT = "bzpeer_text"

MARKS = (
    Mark("heading 'Researcher profile'", re.compile(r"^[^\S\n]*Researcher profile[^\S\n]*$", re.M)),
    Mark(
        "line '… contributes to research discovery and scholarly infrastructure.'",
        re.compile(r"contributes to research discovery and scholarly infrastructure\."),
    ),
)

_BADGES = re.compile(r"(?P<type>[a-z][a-z-]*)(?P<year>\d{4})(?P<repository>[^\d\s].*)?")
_COUNT = re.compile(r"(\d+) published item\(s\)")


def parse_profile_text(page: Body) -> Reading:
    """Read a profile page. Raises ``LayoutError`` when its parts or its own item count do not hold."""
    lines = filled_lines(page.text)
    owner = _owner(lines)
    start, stated = _item_count(lines)
    blocks = _blocks(lines[start:])
    if len(blocks) != stated:
        raise LayoutError(
            "count_mismatch",
            f"the page announces {stated} items and shows {len(blocks)}: it was cut or its layout changed",
        )
    return Reading.of(_entry(block, owner, last_of_page=block is blocks[-1]) for block in blocks)


def _owner(lines: list[Line]) -> str:
    for heading, name in pairwise(lines):
        if heading.text.strip() == "Researcher profile":
            return name.text.strip()
    raise LayoutError("layout_changed", "no name follows the heading 'Researcher profile'")


def _item_count(lines: list[Line]) -> tuple[int, int]:
    """Index of the first line after the counter, and the number it states."""
    for index, line in enumerate(lines):
        if match := _COUNT.fullmatch(line.text.strip()):
            return index + 1, int(match[1])
    raise LayoutError("layout_changed", "the page never says 'N published item(s)'")


def _blocks(lines: list[Line]) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    for line in lines:
        if _BADGES.fullmatch(line.text.strip()):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
        else:
            raise LayoutError("layout_changed", "text before the first item", place=place_of(line, line))
    return blocks


def _entry(block: list[Line], owner: str, *, last_of_page: bool) -> Entry | Rejection:
    badges, *body = block
    place = place_of(block[0], block[-1])
    raw = "\n".join(line.text for line in block)
    if not 1 <= len(body) <= 2:
        message = f"an item is a badge line, a title and an abstract; this one has {len(body)} lines of text"
        return Rejection(code="unexpected_lines", message=message, place=place, raw=raw)
    title, abstract = body[0].text.strip(), body[1].text.strip() if len(body) == 2 else ""
    if last_of_page and ends_mid_sentence(abstract or title):
        return Rejection(code="cut_off", message="the page stops inside this item", place=place, raw=raw)
    parts = _BADGES.fullmatch(badges.text.strip())
    assert parts is not None  # noqa: S101 - a block starts at a line that matched
    return Entry(
        source=SOURCE_NAME,
        format=FORMAT,
        # The owner is left out: the same paper on two profiles is one record, seen twice.
        source_key=text_key(badges.text.strip(), title),
        place=place,
        fields=filled(owner=owner, **parts.groupdict(), title=title, abstract=abstract),
    )
