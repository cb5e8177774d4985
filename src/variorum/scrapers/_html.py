"""Reading HTML from strangers: what would take the parser very long is refused first, and selections fail loudly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.scrapers._base import Body
from variorum.scrapers._html_formulas import settle_formulas
from variorum.scrapers._html_guard import refuse_hostile

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WORDLESS = frozenset({"script", "style", "svg"})
_THIS_URL = re.compile(r"\s*this (?:https?|ftp) URL\s*", re.I)

Tree = LexborHTMLParser | LexborNode


def parse_html(page: Body) -> LexborHTMLParser:
    """The page as a tree, in which each formula stands once.

    Raises ``LayoutError`` with code ``hostile_html`` for pages that may be slow to read, and ``cut_off``
    for pages without their end: a tree closes what is open, so half a page would pass for a whole one.
    """
    refuse_hostile(page.text)
    if "</html" not in page.text[-2_000:].lower():
        raise LayoutError("cut_off", "the page has no end tag </html>: part of it is missing. Save the page again.")
    tree = LexborHTMLParser(page.text)
    settle_formulas(tree, page.text)
    return tree


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
    """The text inside a node without white space around it, code and drawings left out; empty for None.

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
        elif child.tag not in _WORDLESS and not (without and without in (child.attributes.get("class") or "").split()):
            waiting += list(child.iter(include_text=True))[::-1]
