"""BZPEER's page of one work, as HTML and as a text browser renders it.

``Paper detail``, the title, the abstract, badges (``preprint2021arXivOpen access``), then what the site knows of
the work (``0citations``, ``Nocode``, ``9 authors``), then ``Next steps``, from where on the page speaks of itself.
The rendering names no authors; as HTML their names are taken from links to their profiles, where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values, text_key
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._bzpeer_words import (
    SOURCE_NAME,
    Badges,
    read_badges,
    unknown_badges,
    unknown_label,
    work_address,
    work_key,
)
from variorum.scrapers._html import text_of
from variorum.scrapers._html_lines import Rendering, own_address
from variorum.scrapers._text import filled_lines, place_of

FORMAT = "bzpeer_work"

TEXT_MARKS = (
    Mark("heading 'Paper detail'", re.compile(r"^[^\S\n]*Paper detail[^\S\n]*$", re.M)),
    Mark(
        "line 'Decide what to do with this paper'",
        re.compile(r"^[^\S\n]*Decide what to do with this paper[^\S\n]*$", re.M),
    ),
)

_HEADING = "Paper detail"
WORK = re.compile(_HEADING)
"""The heading of a work's page."""
_END = "Next steps"
_SUBHEADINGS = frozenset({"Signal facts", "What is known right now"})
_FACT = re.compile(
    r"\d[\d,]{0,12}\s?(?:citation|review|save|institution|author|topic)s?|No\s?(?:code|dataset)|Open access"
)
_AUTHORS = re.compile(r"(\d{1,5})\s?authors?")
_PROFILE = re.compile(r"/authors/([^/?#]+)")
_GRAPH = frozenset({"Research map", "Move through the context"})
"""Headings of the part that shows other papers and people."""


@dataclass(frozen=True)
class _Work:
    """What the lines of a page say, and between which lines it stands."""

    first: int
    last: int
    title: str
    abstract: str
    badges: Badges
    facts: tuple[str, ...]

    @property
    def text_key(self) -> str:
        """The key that the work has on rendered profiles."""
        return text_key(self.badges.glued, self.title)


def parse_work_text(page: Body) -> Reading:
    """Read the rendered page of a work. Raises ``LayoutError`` when its parts do not hold."""
    lines = filled_lines(page.text)
    work = _read([line.text.strip() for line in lines], [()] * len(lines))
    place = place_of(lines[work.first], lines[work.last])
    entry = _entry(work, work.text_key, place)
    return Reading.of([entry, *_findings(work, place)])


def read_work_html(tree: LexborHTMLParser, shown: Rendering) -> Reading:
    """Read the page of a work. Raises ``LayoutError`` when its parts do not hold."""
    people = _author_links(shown)
    texts = [line.text for line in shown.lines]
    work = _read(texts, [line.words for line in shown.lines], skipped={line for line, _ in people})
    names = list(dict.fromkeys(name for _, name in people))
    counts = [int(found[1]) for fact in work.facts if (found := _AUTHORS.search(fact))]
    key = work_key(own_address(tree))
    entry = _entry(
        work,
        key or work.text_key,
        "page",
        authors=join_values(names),
        all_authors="yes" if counts == [len(names)] else "",
        url=work_address(key) if key else "",
    )
    return Reading.of([entry, *_findings(work, "page")])


def _author_links(shown: Rendering) -> list[tuple[int, str]]:
    """Names that link to researchers, with the numbers of their lines; those in the graph are others."""
    texts = [line.text for line in shown.lines]
    end = next((number for number, text in enumerate(texts) if text in _GRAPH), len(texts))
    start = texts.index(_HEADING) if _HEADING in texts else end
    links = [link for link in shown.links if start < link.line < end and _PROFILE.search(link.href)]
    named = ((link.line, " ".join(text_of(link.node).split())) for link in links)
    return [(line, name) for line, name in named if name]


def _read(texts: Sequence[str], words: Sequence[Sequence[str]], skipped: set[int] | None = None) -> _Work:
    """The parts of the page. ``skipped``: lines that are neither title nor abstract."""
    if _HEADING not in texts:
        raise LayoutError("layout_changed", "the page has no heading 'Paper detail'")
    first = texts.index(_HEADING) + 1
    end = texts.index(_END, first) if _END in texts[first:] else len(texts)
    known = ((number, read_badges(texts[number], words[number])) for number in range(first + 1, end))
    last, badges = next(((number, badges) for number, badges in known if badges), (end, None))
    if badges is None:
        raise LayoutError("layout_changed", "no badges ('preprint2021arXiv') stand before 'Next steps'")
    title, *abstract = [texts[number] for number in range(first, last) if number not in (skipped or ())] or [""]
    if not title or len(abstract) > 1:
        message = f"a title and an abstract are due before the badges; {len(abstract)} lines follow the first"
        raise LayoutError("unexpected_lines", message)
    facts = texts[last + 1 : end] if end < len(texts) else ()
    return _Work(first, last, title, "".join(abstract), badges, tuple(facts))


def _entry(work: _Work, key: str, place: str, **more: str) -> Entry:
    fields = filled(**work.badges.fields, title=work.title, abstract=work.abstract, **more)
    return Entry(source=SOURCE_NAME, format=FORMAT, source_key=key, place=place, fields=fields)


def _findings(work: _Work, place: str) -> Iterator[Rejection]:
    """What the page says of the work and nobody knows: it may be worth reading."""
    yield from unknown_badges(work.badges, place)
    rest = [text for text in work.facts if text not in _SUBHEADINGS and _FACT.sub("", text).strip()]
    if rest:
        yield unknown_label("facts", "\n".join(rest), place)
