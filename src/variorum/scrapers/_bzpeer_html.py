"""BZPEER's pages as HTML: researcher profiles and works.

No HTML of the site was ever seen, only its rendering as text and its addresses. So nothing is gone by but the
words of that rendering, in its order, and the links to ``/works/…`` and ``/authors/…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._bzpeer_words import SOURCE_NAME, read_badges, unknown_badges, work_address, work_key
from variorum.scrapers._bzpeer_work import WORK, read_work_html
from variorum.scrapers._html import all_of, parse_html, text_of
from variorum.scrapers._html_lines import Rendering, blocks_of, own_address, rendering_of
from variorum.scrapers._key_harvest import Asked, Lead

FORMAT = "bzpeer_profile"

MARKS = (
    Mark(
        "BZPEER's address in the page's head, or words of its own",
        re.compile(
            r"(?i:<(?:link|meta)\b[^>]{0,500}\bbzpeer\.com\b)"
            r"|contributes to research discovery and scholarly infrastructure\.|BZPEER is loading the nearby papers"
        ),
    ),
)

_HEADING = re.compile(r"Researcher profile")
_COUNT = re.compile(r"(\d{1,6}) published item\(s\)")
_AUTHOR = re.compile(r"bzpeer\.com/authors/([^/?#]+)")


def parse_page(page: Body) -> Reading:
    """Read a profile or a work.

    Raises ``LayoutError`` for other pages (``unknown_layout``), and for profiles whose parts
    (``layout_changed``) or own item count (``count_mismatch``) do not hold.
    """
    tree = parse_html(page)
    shown = rendering_of(tree.body)
    profile, work = shown.index_of(_HEADING), shown.index_of(WORK)
    if profile is not None and (work is None or profile < work):
        return Reading.of(_profile(tree, shown))
    if work is not None:
        return read_work_html(tree, shown)
    raise _other_page(tree)


def lead(asked: Asked, page: Body) -> Lead:
    """A profile stands on one page. Raises ``LayoutError`` when the page is no profile or another's."""
    tree = parse_html(page)
    shown = rendering_of(tree.body)
    if shown.index_of(_HEADING) is None:
        raise _other_page(tree)
    own = _AUTHOR.search(own_address(tree))
    if own and unquote(own[1]) != unquote(asked.key):
        raise LayoutError("wrong_content", f"the profile {asked.key} was asked for, this is {own[1]}")
    return Lead(holds=_item_count(shown)[1] > 0)


def _other_page(tree: LexborHTMLParser) -> LayoutError:
    title = " ".join(text_of(next(iter(all_of(tree, "title")), None)).split())
    return LayoutError("unknown_layout", f"neither a researcher's profile nor a paper's page: {title[:200]!r}")


def _profile(tree: LexborHTMLParser, shown: Rendering) -> Iterator[Entry | Rejection]:
    owner = _owner(shown)
    counter, stated = _item_count(shown)
    links = [(key, link.node) for link in shown.links if link.line > counter and (key := work_key(link.href))]
    blocks = blocks_of(links, apart=[shown.lines[counter].node, *all_of(tree, "h1")])
    if len(blocks) != stated:
        raise LayoutError(
            "count_mismatch",
            f"the page announces {stated} items and links to {len(blocks)} works: it was cut or its layout changed",
        )
    for number, (key, block) in enumerate(blocks.items(), start=1):
        yield from _item(key, block, owner, f"item={number}")


def _owner(shown: Rendering) -> str:
    heading = shown.index_of(_HEADING)
    if heading is None or heading + 1 == len(shown.lines):
        raise LayoutError("layout_changed", "no name follows the heading 'Researcher profile'")
    return shown.lines[heading + 1].text


def _item_count(shown: Rendering) -> tuple[int, int]:
    """The number of the line that counts the items, and the count."""
    counter = shown.index_of(_COUNT)
    found = _COUNT.fullmatch(shown.lines[counter].text) if counter is not None else None
    if counter is None or found is None:
        raise LayoutError("layout_changed", "the page never says 'N published item(s)'")
    return counter, int(found[1])


def _item(key: str, block: LexborNode, owner: str, place: str) -> Iterator[Entry | Rejection]:
    lines = rendering_of(block).lines
    raw = "\n".join(line.text for line in lines)
    badges = read_badges(lines[0].text, lines[0].words) if lines else None
    if badges is None or not 2 <= len(lines) <= 3:
        message = f"an item is a badge line, a title and an abstract; this one is not, with {len(lines)} lines"
        yield Rejection(code="unexpected_lines", message=message, place=place, raw=raw)
        return
    yield Entry(
        source=SOURCE_NAME,
        format=FORMAT,
        source_key=key,
        place=place,
        fields=filled(
            owner=owner,
            **badges.fields,
            title=lines[1].text,
            abstract="".join(line.text for line in lines[2:]),
            url=work_address(key),
        ),
    )
    yield from unknown_badges(badges, place)
