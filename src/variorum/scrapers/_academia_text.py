"""Academia.edu profile pages, as a text browser renders them.

Titles are lost. A work is a venue line, an abstract line, or one after the other; an abstract line
holds the abstract twice (``<cut>... more <full>``); and the whole list stands on the page twice, once
for each tab. So a work is known by its place in the list.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, text_key
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._listing import copies_of_listing
from variorum.scrapers._text import Line, ends_mid_sentence, filled_lines, place_of

SOURCE_NAME = "academia"
FORMAT = "academia_text"

_PAGE_TITLE = re.compile(r"^[^\S\n]{0,80}(?P<owner>\S.{0,200}?)[^\S\n]{1,9}-[^\S\n]{1,9}Academia\.edu\b", re.M)
MARKS = (Mark("page title '… - Academia.edu'", _PAGE_TITLE),)

SECTION = re.compile(
    r"(?:All|Papers|Books|Book Reviews|Conference Presentations|Drafts|Talks|Theses|Thesis Chapters"
    r"|Teaching Documents|Other) by .+"
)
"""A heading over works."""

_MORE = "... more "
_LONGEST_VENUE = 250
_LONGEST_SHORT_FORM = 1_000
"""Characters. The site cuts abstracts after about a hundred."""


@dataclass(frozen=True)
class _Work:
    """Lines of the page that make up one item of the list."""

    venue: Line | None
    abstract: Line | None

    @property
    def words(self) -> tuple[str, str]:
        """What the page says, which is all that tells one work from another."""
        return (
            self.venue.text.strip() if self.venue else "",
            self.abstract.text.strip() if self.abstract else "",
        )


def parse(page: Body) -> Reading:
    """Read a profile page. Raises ``LayoutError`` when the two copies of the list do not match."""
    owner = _PAGE_TITLE.search(page.text)
    if owner is None:
        raise LayoutError("layout_changed", "no page title '… - Academia.edu'")
    works = _works(filled_lines(page.text))
    words = [work.words for work in works]
    copies = copies_of_listing(words, long_items=[abstract for _, abstract in words if abstract])
    alike = _alike_before(words[: len(words) // copies])
    return Reading.of(
        _entry(work, owner["owner"], copy, item, alike[item - 1], last_of_page=work is works[-1])
        for copy, item, work in _positions(works, copies)
    )


def _works(lines: list[Line]) -> list[_Work]:
    """Group the list's lines: a venue line starts a work, and so does an abstract right after another."""
    start = next((i for i, line in enumerate(lines, 1) if SECTION.fullmatch(line.text.strip())), None)
    if start is None:
        raise LayoutError("layout_changed", "no section heading such as 'Papers by …'")
    works: list[_Work] = []
    for line in lines[start:]:
        if SECTION.fullmatch(line.text.strip()):
            continue
        if not _is_abstract(line.text):
            works.append(_Work(venue=line, abstract=None))
        elif works and works[-1].abstract is None:
            works[-1] = _Work(venue=works[-1].venue, abstract=line)
        else:
            works.append(_Work(venue=None, abstract=line))
    return works


def _is_abstract(line: str) -> bool:
    return _MORE in line or len(line) > _LONGEST_VENUE


def _positions(works: list[_Work], copies: int) -> list[tuple[int, int, _Work]]:
    """Copy number, item number in that copy (both from 1) and work, in page order."""
    per_copy = len(works) // copies
    return [(i // per_copy + 1, i % per_copy + 1, work) for i, work in enumerate(works)]


def _alike_before(words: list[tuple[str, str]]) -> list[int]:
    """For each item, how many earlier ones look exactly like it."""
    met: Counter[tuple[str, str]] = Counter()
    found = []
    for one in words:
        found.append(met[one])
        met[one] += 1
    return found


def _entry(
    work: _Work, owner: str, copy: int, item: int, alike_before: int, *, last_of_page: bool
) -> Entry | Rejection:
    lines = [line for line in (work.venue, work.abstract) if line is not None]
    place = f"{place_of(lines[0], lines[-1])};copy={copy};item={item}"
    abstract = None
    if work.abstract is not None:
        abstract = _split_abstract(work.abstract.text.strip())
        if abstract is None or (last_of_page and ends_mid_sentence(abstract)):
            return Rejection(
                code="cut_off",
                message="part of the abstract is missing: its short form does not begin its full form, "
                "or the page stops inside it",
                place=place,
                raw="\n".join(line.text for line in lines),
            )
    return Entry(
        source=SOURCE_NAME,
        format=FORMAT,
        source_key=text_key(owner, *work.words, *([str(alike_before + 1)] if alike_before else [])),
        place=place,
        fields=filled(owner=owner, venue=work.words[0], abstract=abstract),
    )


def _split_abstract(line: str) -> str | None:
    """The full abstract out of ``<cut>... more <full>``; None when ``<cut>`` does not begin ``<full>``.

    Cut at the first marker where it does, because an abstract may itself contain the marker. A line
    without marker was short enough for the page to show once.
    """
    at = line.find(_MORE)
    if at < 0:
        return line
    while 0 <= at <= _LONGEST_SHORT_FORM:
        short, full = line[:at], line[at + len(_MORE) :]
        if full.startswith(short.rstrip()):
            return full
        at = line.find(_MORE, at + 1)
    return None
