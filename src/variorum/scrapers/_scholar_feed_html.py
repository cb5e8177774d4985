"""Scholar Feed author pages (www.scholarfeed.org/author/…) as HTML.

Only their rendering as text was ever seen, so nothing is gone by but its words, in its order, and the links to
``/paper/<arXiv id>``. As HTML the title stands in an element of its own, so no byline has to be guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._html import all_of, parse_html, text_of
from variorum.scrapers._html_lines import HtmlLine, Rendering, blocks_of, own_address, rendering_of
from variorum.scrapers._scholar_feed_words import DATE, SOURCE_NAME, paper_address

FORMAT = "scholar_feed_html"

MARKS = (
    Mark(
        "Scholar Feed's address or name in the page's head",
        re.compile(
            r"(?i:<(?:link|meta)\b[^>]{0,500}\bscholarfeed\.org\b)|(?i:<title\b[^<>]{0,200}>)[^<]{0,300}Scholar ?Feed"
        ),
    ),
)

_PAPER = re.compile(r"/paper/((?:[a-z-]{2,10}(?:\.[A-Z]{2})?(?:/|%2F))?[^/?#\s]{1,60})")
_AUTHOR = re.compile(r"/author/\d+")
_H_INDEX = re.compile(r"h-index(?: ?\d.{0,200})?")
_PAPERS = re.compile(r"(?<![\d,.])(\d[\d,]{0,8}) ?papers\b")
_LONGEST_HEAD = 2_000
_SUBJECT = re.compile(r"[A-Za-z][A-Za-z.-]{1,18}")
_GLUED = re.compile(rf"([A-Za-z][A-Za-z.-]{{1,18}}?)({DATE})(Code)?")
_DATE = re.compile(DATE)
_CODE = "Code"
_LINES = 3
"""Lines of an item whose byline stands in the line of its title: badges, these two, abstract."""
_ET_AL = re.compile(r"(?:^|\s)et al\.?$")
_INSTITUTIONS = re.compile(r"(?:^|\s)·(?:\s|$)")
_SLUG = re.compile(r"[a-z0-9-]+")


def parse_page(page: Body) -> Reading:
    """Read an author page.

    Raises ``LayoutError`` for other pages (``unknown_layout``) and when papers are shown that no link leads to
    (``count_mismatch``). A page that shows fewer papers than it counts is reported beside its records.
    """
    tree = parse_html(page)
    shown = rendering_of(tree.body)
    badged = [number for number, line in enumerate(shown.lines) if _read_badges(line)]
    index = shown.index_of(_H_INDEX)
    counters = index if index is not None and index < min(badged, default=len(shown.lines)) else None
    if counters is None and not _AUTHOR.search(own_address(tree)):
        title = " ".join(text_of(next(iter(all_of(tree, "title")), None)).split())
        raise LayoutError("unknown_layout", f"not an author's page: {title[:200]!r}")
    # What the page links to before its head is no paper of the author's.
    below = [link for link in shown.links if counters is None or link.line > counters]
    links = [(_key(found[1]), link.node) for link in below if (found := _PAPER.search(link.href))]
    apart = [shown.lines[counters].node] if counters is not None else []
    blocks = blocks_of(links, apart=[*apart, *all_of(tree, "h1")])
    items = [(key, block, rendering_of(block)) for key, block in blocks.items()]
    linked = sum(any(map(_read_badges, item.lines)) for _, _, item in items)
    if len(badged) != linked:
        raise LayoutError("count_mismatch", f"{len(badged)} papers have badges, {linked} of them links")
    results = [one for number, item in enumerate(items, start=1) for one in _item(*item, f"item={number}")]
    head = shown.lines[counters or 0 : min(badged, default=len(shown.lines))]
    return Reading.of([*results, *_cut(head, len(items))])


def _key(stated: str) -> str:
    """The arXiv id without its version; an id that is none as it stands."""
    found = normalise_arxiv(stated)
    return found.id if found else stated


def _cut(head: Sequence[HtmlLine], papers: int) -> Iterator[Rejection]:
    """The report that the page counts more papers than it shows."""
    found = _PAPERS.search(" ".join(word for line in head for word in line.words)[:_LONGEST_HEAD])
    if found and int(found[1].replace(",", "")) > papers:
        message = f"the page counts {found[1]} papers and shows {papers}: the others are not on it"
        yield Rejection(code="page_may_be_cut", message=message, place="page", raw=found[0])


# Items


@dataclass(frozen=True)
class _Badges:
    subject: str
    date: str
    code: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Byline:
    names: tuple[str, ...]
    more: bool
    institutions: tuple[str, ...]


def _item(key: str, block: LexborNode, shown: Rendering, place: str) -> Iterator[Entry | Rejection]:
    raw = "\n".join(line.text for line in shown.lines)
    stated = next((found[1] for link in shown.links if (found := _PAPER.search(link.href))), key)
    badges = _read_badges(shown.lines[0]) if shown.lines else None
    try:
        if normalise_arxiv(stated) is None:
            raise LayoutError("no_identifier", f"{stated!r} is no arXiv id")
        if badges is None:
            raise LayoutError("unexpected_lines", "a paper begins with its class and date; this one does not")
        title, byline, abstract = _words_of(block, shown)
    except LayoutError as error:
        yield Rejection(code=error.code, message=error.message, place=place, raw=raw)
        return
    fields = filled(
        id=stated,
        subject=badges.subject,
        date=badges.date,
        code=badges.code,
        title=title,
        authors=join_values(byline.names),
        more_authors="et al." if byline.more else "",
        institutions=join_values(byline.institutions),
        abstract=abstract,
        url=paper_address(stated),
    )
    yield Entry(source=SOURCE_NAME, format=FORMAT, source_key=key, place=place, fields=fields)
    if badges.unknown:
        words = "\n".join(badges.unknown)
        message = f"badge says what is not known: {words[:100]!r}"
        yield Rejection(code="unknown_label", message=message, place=f"{place};label=badge", raw=f"badge: {words}")


def _read_badges(line: HtmlLine) -> _Badges | None:
    """Class, date and code badge of a line, by its words where they stand apart; None for another line."""
    if len(line.words) > 1 and _SUBJECT.fullmatch(line.words[0]) and _DATE.fullmatch(line.words[1]):
        more = line.words[2:]
        unknown = tuple(word for word in more if word != _CODE)
        return _Badges(line.words[0], line.words[1], _CODE if _CODE in more else "", unknown)
    if glued := _GLUED.fullmatch(line.text):
        subject, date, code = glued.groups(default="")
        return _Badges(subject, date, code)
    return None


def _words_of(block: LexborNode, shown: Rendering) -> tuple[str, _Byline, str]:
    """Title, byline and abstract: the title's element is found first, the byline follows, in its line or the next.

    Raises ``LayoutError`` when they cannot be told apart.
    """
    lines = [list(line.words) for line in shown.lines[1:]]
    if not lines:
        raise LayoutError("unexpected_lines", "nothing follows the badges")
    title = _title(block, shown) or lines[0][0]
    beside = _without(title, lines[0])
    rest = shown.lines[2:]
    if beside is None:
        raise LayoutError("unsplit_byline", f"the words after the badges are not the title {title[:100]!r}")
    if not beside and len(rest) == 1 and not _is_byline(rest[0].text):
        raise LayoutError("unsplit_byline", "one line follows the title, which may be byline or abstract")
    if not beside and rest:
        beside, rest = list(rest[0].words), rest[1:]
    if len(rest) > 1:
        raise LayoutError("unexpected_lines", f"title, authors and abstract are due; {len(rest)} lines follow these")
    return title, _read_byline(beside), "".join(line.text for line in rest)


def _title(block: LexborNode, shown: Rendering) -> str:
    """The text of the item's only heading, else of the link to it; empty where these hold more than a title.

    A link of several words holds the byline too, unless that follows in the same line or stands in one of its own.
    """
    headings = all_of(block, "h1, h2, h3, h4, h5, h6")
    headed = len(headings) == 1
    for node in headings if headed else [link.node for link in shown.links if _PAPER.search(link.href)]:
        lines = rendering_of(node).lines
        if len(lines) != 1 or _read_badges(lines[0]):
            continue
        words = len(lines[0].words)
        if headed or words == 1 or words < len(shown.lines[1].words) or len(shown.lines) > _LINES:
            return lines[0].text
    return ""


def _without(title: str, words: list[str]) -> list[str] | None:
    """What follows the words that make up the title; None when they do not."""
    due, read = "".join(title.split()), 0
    for number, word in enumerate(words, start=1):
        bare = "".join(word.split())
        if not due.startswith(bare, read):
            return None
        read += len(bare)
        if read == len(due):
            return words[number:]
    return None


def _is_byline(text: str) -> bool:
    return bool(_ET_AL.search(text) or _INSTITUTIONS.search(text))


def _read_byline(words: Sequence[str]) -> _Byline:
    """The authors' names, whether there are more, and institutions. Raises ``LayoutError`` for words that are none."""
    names: list[str] = []
    institutions: list[str] = []
    more = parted = False
    for word in words:
        head, *tails = ["", word] if parted else _INSTITUTIONS.split(word)
        parted = parted or bool(tails)
        for piece in map(str.strip, head.split(",")):
            more = more or bool(_ET_AL.search(piece))
            names.append(_ET_AL.sub("", piece).strip())
        institutions += [piece.strip() for tail in tails for piece in tail.split(",")]
    names = [name for name in names if name]
    wrong = [name for name in names if _SLUG.fullmatch(name) or any(map(str.isdigit, name))]
    if wrong:
        raise LayoutError("unsplit_byline", f"{wrong[0][:100]!r} stands among the authors and is no name")
    return _Byline(tuple(names), more, tuple(filter(None, institutions)))
