"""Reading HTML from strangers: what would take the parser very long is refused first, and selections fail loudly.

The parser takes quadratic time over tags that are nested very deep, over tags with very many attributes
and over very many different names. ``parse_html`` therefore goes over the page once, as HTML's own rules
cut it into tags, and refuses pages beyond what any site sends. Where two readings of a page are possible
(foreign markup, scripts inside comments inside scripts) it refuses too, for it could count by the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.scrapers._base import Body

MAX_DEPTH = 500
"""Tags open at a time; pages have a few dozen."""

MAX_ATTRIBUTES = 500
"""Attributes of one tag."""

MAX_NAMES = 5_000
"""Different names of tags and attributes; the parser looks each up in a table of fixed size."""

MAX_ROOTS = 10
"""How often <html> and <body> may begin; the parser joins the attributes of all of them."""

MAX_OPTIONS = 5_000
"""Choices in forms; each one is looked up among all those before it."""

MAX_REOPENED = 1_000_000
"""How many <b>, <i> and the like may have to be opened again in the blocks that follow them, in all."""

_SPACE = r" \t\n\f\r"  # HTML's; Python's \s is wider
_NAME = rf"[^{_SPACE}/>][^{_SPACE}/>=]*+"
_ATTRIBUTE = (
    _NAME + rf"""(?:[{_SPACE}]*+=[{_SPACE}]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_SPACE}"'>][^{_SPACE}>]*+)?+)?+"""
)
_REST = rf"(?:[{_SPACE}/]++|{_ATTRIBUTE})*+"
_TOKEN = re.compile(
    rf"""
      <!--(?:-?>|.*?(?:--!?>|\Z))                                # a comment
    | <(?P<close>/?+)(?P<name>[A-Za-z][^{_SPACE}/>]*+)(?P<rest>{_REST})(?:>|\Z)   # a tag
    | <[!?/][^>]*+(?:>|\Z)                                       # a declaration, or what passes for a comment
    """,
    re.X | re.S,
)
_ATTRIBUTES = re.compile(rf"(?=({_NAME})){_ATTRIBUTE}")
_SHAPES = (
    "g|path|circle|line|rect|polyline|polygon|ellipse|defs|use|symbol|stop|linearGradient|radialGradient|clipPath|mask"
)
_DRAWING = re.compile(
    rf"""
    (?: [^<]++
      | </?(?:{_SHAPES})(?=[{_SPACE}/>]){_REST}>
      | <(title|desc|style)(?=[{_SPACE}/>]){_REST}>[^<]*+</\1[{_SPACE}]*+>
    )*+
    </svg[{_SPACE}]*+>
    """,
    re.S | re.I | re.X,
)

_ROOTS = frozenset({"html", "body"})
_UNCOUNTED = frozenset(
    "area base br col embed frame head hr img input keygen link meta param source track wbr".split()  # hold nothing
    + "p tr td th tbody thead tfoot option".split()  # end where the next one begins, whatever is in between
)
_ENDED_BY = {"li": frozenset({"li"}), "dt": frozenset({"dt", "dd"}), "dd": frozenset({"dt", "dd"})}
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_RAW = frozenset("script style title textarea xmp iframe noembed noframes".split())
_FOREIGN = frozenset({"svg", "math"})


def parse_html(page: Body) -> LexborHTMLParser:
    """The page as a tree.

    Raises ``LayoutError`` with code ``hostile_html`` for pages that are made to be slow, and ``cut_off``
    for pages without their end: a tree closes what is open, so half a page would pass for a whole one.
    """
    _refuse_hostile(page.text)
    if "</html" not in page.text[-2_000:].lower():
        raise LayoutError("cut_off", "the page has no end tag </html>: part of it is missing. Save the page again.")
    return LexborHTMLParser(page.text)


class _Stack:
    """The tags that are open, as far as end tags show right where they belong.

    So sloppy pages may seem deeper than they are, crafted ones never less deep.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._formatting = 0
        self.reopened = 0
        self.roots = 0
        self.options = 0

    def is_excessive(self) -> bool:
        return (
            len(self._names) > MAX_DEPTH
            or self.roots > MAX_ROOTS
            or self.options > MAX_OPTIONS
            or self.reopened > MAX_REOPENED
        )

    def start(self, name: str) -> None:
        """A start tag: it may end the tag before it, and opens another."""
        self.reopened += self._formatting
        self.roots += name in _ROOTS
        self.options += name == "option"
        if self._names and self._names[-1] in _ENDED_BY.get(name, ()):
            self._names.pop()
        if name not in _UNCOUNTED and name not in _ROOTS:
            self._names.append(name)
            self._formatting += name in _FORMATTING

    def end(self, name: str) -> None:
        """An end tag: closes the last tag of that name if nothing is open in it that has to be closed first."""
        place = len(self._names) - 1
        while place >= 0 and self._names[place] != name and self._names[place] in _ENDED_BY:
            place -= 1
        if place >= 0 and self._names[place] == name:
            del self._names[place:]
            self._formatting -= name in _FORMATTING


def _refuse_hostile(text: str) -> None:
    """Raise ``LayoutError`` unless tags nest and hold attributes within bounds; takes linear time."""
    stack = _Stack()
    names: set[str] = set()
    position = 0
    while (token := _TOKEN.search(text, position)) is not None:
        position = token.end()
        name = (token["name"] or "").lower()
        if not name:
            continue
        attributes = _ATTRIBUTES.findall(token["rest"])
        names.update((name, *attributes))
        if len(attributes) > MAX_ATTRIBUTES or len(names) > MAX_NAMES:
            raise _hostile("too many attributes or names", token.start())
        if token["close"]:
            stack.end(name)
        elif name in _RAW:
            position = _behind_raw(text, name, position)
        elif name in _FOREIGN:
            start, position = position, _behind_drawing(text, name, position)
            names.update(_ATTRIBUTES.findall(text, start, position))
        elif name == "plaintext":
            return
        else:
            stack.start(name)
        if stack.is_excessive():
            raise _hostile("too many tags, or too many open at once,", token.start())


def _behind_raw(text: str, name: str, position: int) -> int:
    """The position of the end tag of an element whose content is not markup."""
    end = re.compile(rf"</{name}(?=[{_SPACE}/>])", re.I).search(text, position)
    stop = end.start() if end else len(text)
    if name == "script" and "<!--" in text[position:stop] and "<script" in text[position:stop].lower():
        raise _hostile("a script that seems to hold another", position)
    return stop


def _behind_drawing(text: str, name: str, position: int) -> int:
    """The end of a drawing of plain shapes; other foreign markup can be read in two ways."""
    drawing = _DRAWING.match(text, position) if name == "svg" else None
    if drawing is None or drawing[0].count("<") > 2 * MAX_DEPTH:
        raise _hostile(f"<{name}> with more in it than shapes", position)
    return drawing.end()


def _hostile(what: str, position: int) -> LayoutError:
    return LayoutError("hostile_html", f"the page has {what} at character {position}: no page of any known source")


# Selecting

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_THIS_URL = re.compile(r"\s*this (?:https?|ftp) URL\s*", re.I)

Tree = LexborHTMLParser | LexborNode


def all_of(tree: Tree, css: str) -> list[LexborNode]:
    """The nodes that a selector fits, in page order."""
    return list(tree.css(css))


def at_most_one(tree: Tree, css: str) -> LexborNode | None:
    """The node that a selector fits, None where there is none. Raises ``LayoutError`` when there are several."""
    found = tree.css(css)
    if len(found) > 1:
        raise LayoutError("unknown_layout", f"the page has {len(found)} times {css}, where one is due")
    return found[0] if found else None


def one(tree: Tree, css: str) -> LexborNode:
    """The one node that a selector fits. Raises ``LayoutError`` when there is none, or several."""
    found = at_most_one(tree, css)
    if found is None:
        raise LayoutError("unknown_layout", f"the page has no {css}")
    return found


def text_of(node: LexborNode | None, *, without: str = "") -> str:
    """The text inside a node without white space around it; empty for None.

    ``without`` names the class of inner nodes that are left out. Addresses that a site shows as
    "this https URL" are put back.
    """
    return _CONTROL.sub("", "".join(_pieces(node, without))).strip() if node is not None else ""


def _pieces(node: LexborNode, without: str) -> Iterator[str]:
    """The texts in page order. Tables nest deeper than functions can call themselves: nodes wait on a list."""
    waiting = list(node.iter(include_text=True))[::-1]
    while waiting:
        child = waiting.pop()
        if child.is_text_node:
            yield child.text_content or ""
        elif child.tag == "a" and _THIS_URL.fullmatch(child.text(deep=False)):
            yield child.attributes.get("href") or ""
        elif not (without and without in (child.attributes.get("class") or "").split()):
            waiting += list(child.iter(include_text=True))[::-1]
