"""HTML as the lines that a text browser shows, for pages of which only such a rendering is known.

Pieces that the rendering runs together (``preprint2022arXiv``) stand in elements of their own and are kept
apart here. Items are found by their links, and their bounds by how these are nested: classes and the names of
elements mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.scrapers._html import all_of

_BLOCKS = frozenset(
    "address article aside blockquote body br caption dd details dialog div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section"
    " summary table tbody td tfoot th thead tr ul".split()
)
"""Elements that begin and end a line; all others, unknown ones too, stand within one."""

_STYLES = frozenset("abbr b bdi bdo cite code em i kbd mark q s strong sub sup u var wbr".split())
"""Elements that only say how a part of some words looks."""

_NO_WORDS = frozenset("button datalist head nav noscript script select style svg template textarea".split())
"""Elements of which nothing is told: what they hold is controls, ways to other pages, drawings or code."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class HtmlLine:
    """A line as a text browser shows it.

    ``words``: the pieces of it that stand in elements of their own. ``node``: the element of the first one.
    """

    text: str
    words: tuple[str, ...]
    node: LexborNode


@dataclass(frozen=True)
class HtmlLink:
    """An address, the element that links to it, and how many lines end before it."""

    href: str
    node: LexborNode
    line: int


@dataclass(frozen=True)
class Rendering:
    """What an element shows, in page order, controls and ways to other pages left out."""

    lines: tuple[HtmlLine, ...]
    links: tuple[HtmlLink, ...]

    def index_of(self, pattern: re.Pattern[str], start: int = 0) -> int | None:
        """The number of the first line, from ``start`` on, that is wholly what the pattern says."""
        found = (number for number, line in enumerate(self.lines[start:], start) if pattern.fullmatch(line.text))
        return next(found, None)


def rendering_of(root: LexborNode | None) -> Rendering:
    """The lines and links of an element, each text once; none for None."""
    lines = _Lines()
    links: list[HtmlLink] = []
    # What is still to be gone over, the next at the end; a name stands for the end of an element.
    rest: list[LexborNode | str] = [root] if root is not None else []
    while rest:
        node = rest.pop()
        if isinstance(node, str):
            lines.bound(node)
            continue
        tag = node.tag or ""
        if tag == "-text":
            lines.add(node)
        elif tag not in _NO_WORDS and not tag.startswith("-"):
            lines.bound(tag)
            if tag == "a" and (href := node.attributes.get("href")):
                links.append(HtmlLink(href, node, lines.begun))
            rest.append(tag)
            rest.extend(reversed(list(node.iter(include_text=True))))
    return Rendering(lines.finish(), tuple(links))


class _Lines:
    """Texts gathered into words, and words into lines."""

    def __init__(self) -> None:
        self._lines: list[HtmlLine] = []
        self._words = [""]
        self._node: LexborNode | None = None

    @property
    def begun(self) -> int:
        """How many lines end before what comes next."""
        return len(self._lines)

    def add(self, node: LexborNode) -> None:
        """A text."""
        text = _CONTROL.sub("", node.text_content or "")
        self._words[-1] += text
        if self._node is None and not text.isspace() and text:
            self._node = node.parent

    def bound(self, tag: str) -> None:
        """An element begins or ends."""
        if tag in _BLOCKS:
            self._end_line()
        elif self._words[-1] and tag not in _STYLES:
            self._words.append("")

    def finish(self) -> tuple[HtmlLine, ...]:
        """All lines."""
        self._end_line()
        return tuple(self._lines)

    def _end_line(self) -> None:
        if self._node is not None:
            words = tuple(" ".join(word.split()) for word in self._words if word and not word.isspace())
            self._lines.append(HtmlLine(" ".join("".join(self._words).split()), words, self._node))
            self._node = None
        self._words = [""]


def blocks_of(links: Iterable[tuple[str, LexborNode]], apart: Iterable[LexborNode]) -> dict[str, LexborNode]:
    """The block of each item, in page order; links come with the key of the item they lead to.

    It is the largest element around an item's link that holds links to no other item, and nothing of what
    stands ``apart`` from all items.
    """
    holds: dict[int, str | None] = {}
    for node in apart:
        _mark(node, None, holds)
    first: dict[str, LexborNode] = {}
    for key, node in links:
        first.setdefault(key, node)
        _mark(node, key, holds)
    return {key: _largest(node, key, holds) for key, node in first.items()}


def _mark(node: LexborNode | None, key: str | None, holds: dict[int, str | None]) -> None:
    """Note of a node and those around it that they hold the item; None stands for several, or for no item.

    Ends where nothing changes: what is around such a node has been told before.
    """
    while node is not None:
        known = holds.get(node.mem_id, "")
        if known is None or known == key:
            return
        holds[node.mem_id] = None if known else key
        node = node.parent


def _largest(node: LexborNode, key: str, holds: dict[int, str | None]) -> LexborNode:
    while (parent := node.parent) is not None and holds.get(parent.mem_id) == key:
        node = parent
    return node


def own_address(tree: LexborHTMLParser) -> str:
    """The address that the page gives as its own; empty when it gives none."""
    stated = [node.attributes.get("href") for node in all_of(tree, "link[rel=canonical]")]
    stated += [node.attributes.get("content") for node in all_of(tree, 'meta[property="og:url"]')]
    return next((address.strip() for address in stated if address and address.strip()), "")
