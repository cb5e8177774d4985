"""Scholar Feed author pages (www.scholarfeed.org/author/…), as a text browser renders them.

Three lines for each paper: class, date and code badge glued (``AISep 25, 2024Code``); title and byline
glued; abstract. At most three authors, then "et al.".
"""

from __future__ import annotations

import re

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values, text_key
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._glued import GluedLine, names_standing_alone, split_glued
from variorum.scrapers._scholar_feed_words import DATE, SOURCE_NAME
from variorum.scrapers._text import Line, ends_mid_sentence, filled_lines, place_of

FORMAT = "scholar_feed_text"

_BADGES = re.compile(rf"(?P<subject>[A-Za-z][A-Za-z-]{{1,9}}?)(?P<date>{DATE})(?P<code>Code)?")

MARKS = (
    Mark(
        "a line of class and date such as 'LGSep 20, 2022'", re.compile(rf"^[^\S\n]*{_BADGES.pattern}[^\S\n]*$", re.M)
    ),
)

_LINES_OF_AN_ITEM = 3
_LONGEST_HEAD_LINE = 200
_LONGEST_TITLE_LINE = 2_000


def parse_text(page: Body) -> Reading:
    """Read an author page. Raises ``LayoutError`` when text stands where no paper can claim it."""
    blocks = _blocks(filled_lines(page.text))
    title_lines = [block[1].text for block in blocks if len(block) > 1 and len(block[1].text) <= _LONGEST_TITLE_LINE]
    known = frozenset(name for line in title_lines for name in names_standing_alone(line))
    return Reading.of(_entry(block, known, last_of_page=block is blocks[-1]) for block in blocks)


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Each paper's lines. Short lines before the first are the page's head (name, h-index, counters)."""
    blocks: list[list[Line]] = []
    for line in lines:
        if _BADGES.fullmatch(line.text.strip()):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
        elif len(line.text) > _LONGEST_HEAD_LINE:
            raise LayoutError(
                "unexpected_lines",
                "an abstract stands before the first paper: the page's beginning is missing",
                place=place_of(line, line),
            )
    return blocks


def _entry(block: list[Line], known_names: frozenset[str], *, last_of_page: bool) -> Entry | Rejection:
    place = place_of(block[0], block[-1])
    raw = "\n".join(line.text for line in block)
    if len(block) != _LINES_OF_AN_ITEM:
        code = "cut_off" if last_of_page and len(block) < _LINES_OF_AN_ITEM else "unexpected_lines"
        message = f"a paper is three lines (badges, title with authors, abstract); here are {len(block)}"
        return Rejection(code=code, message=message, place=place, raw=raw)
    badge_line, glued_line, abstract = (line.text.strip() for line in block)
    if last_of_page and ends_mid_sentence(abstract):
        return Rejection(code="cut_off", message="the page stops inside this abstract", place=place, raw=raw)
    split = split_glued(glued_line, known_names) if len(glued_line) <= _LONGEST_TITLE_LINE else None
    if split is None:
        message = "no author's name could be told from the title"
        return Rejection(code="unsplit_byline", message=message, place=place, raw=raw)
    badges = _BADGES.fullmatch(badge_line)
    assert badges is not None  # noqa: S101 - a block starts at a line that matched
    return Entry(
        source=SOURCE_NAME,
        format=FORMAT,
        # Badges for code and institutions come and go; date, title and byline name the paper.
        source_key=text_key(badges["date"], split.glued),
        place=place,
        fields=_fields(badges, split, abstract),
    )


def _fields(badges: re.Match[str], split: GluedLine, abstract: str) -> dict[str, str]:
    return filled(
        subject=badges["subject"],
        date=badges["date"],
        code=badges["code"],
        title=split.title,
        authors=join_values(split.authors),
        more_authors="et al." if split.more_authors else None,
        institutions=join_values(split.institutions),
        byline_inferred=None if split.certain else "yes",
        abstract=abstract,
    )
