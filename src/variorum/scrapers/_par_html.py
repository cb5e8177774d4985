"""Reading the elements of NSF PAR's web pages: words with their line breaks, addresses, ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.schema.identifiers import normalise_par_id
from variorum.scrapers._base import Mark
from variorum.scrapers._html import Tree, all_of
from variorum.scrapers._par_words import without_toggle

SITE = "https://par.nsf.gov"

MARKS = (
    Mark("name of the repository", re.compile(r"Public\s+Access\s+Repository|\bNSF[\s-]PAR\b")),
    # Award pages of nsf.gov name the repository too, but link to its records by scripts.
    Mark(
        "address on par.nsf.gov in a link",
        re.compile(r"""(?:href|src|action|content)\s{0,5}=\s{0,5}["']\s{0,5}(?:https?:)?//par\.nsf\.gov/\w""", re.I),
    ),
)

_BLOCKS = frozenset("p div li ul ol dl dt dd tr td th table section article form title sec h1 h2 h3 h4 h5 h6".split())
_SILENT = frozenset({"script", "style", "svg", "template", "noscript"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# A page that is an error says so in a heading made of nothing but these words.
_ERROR_WORDS = frozenset(
    "404 error sorry oops the this that you requested page record document item publication id was is could can be"
    " not found does exist available no longer".split()
)
_ERRORS = frozenset("404 found exist available".split())
_TOGGLE_LINK = re.compile(r"\s*(?:more\s*»|«\s*less)\s*")


def _nowhere(_node: LexborNode) -> bool:
    return False


def words_of(node: LexborNode | None, without: Callable[[LexborNode], bool] = _nowhere) -> str:
    """The text inside a node, with a line end where a block or a ``<br>`` makes one; empty for None.

    ``without`` tells which inner nodes are left out. Tables may nest deeper than functions can call themselves,
    so the nodes wait on a list.
    """
    return _CONTROL.sub("", "".join(_pieces(node, without))).strip() if node is not None else ""


def _pieces(node: LexborNode, without: Callable[[LexborNode], bool]) -> Iterator[str]:
    waiting: list[LexborNode | str] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif one.is_text_node:
            yield one.text_content or ""
        elif one.tag == "br":
            yield "\n"
        elif one.tag not in _SILENT and not without(one):
            edge = "\n" if (one.tag or "").removeprefix("jats:") in _BLOCKS else ""
            waiting += [edge, *reversed(list(one.iter(include_text=True))), edge]


def abstract_of(node: LexborNode | None) -> str:
    """An abstract without the links that unfold it and the word for them at its end."""
    return without_toggle(words_of(node, without=_is_toggle))[0].strip()


def _is_toggle(node: LexborNode) -> bool:
    return node.tag == "a" and bool(_TOGGLE_LINK.fullmatch(node.text(deep=False)))


def all_apart(tree: Tree, css: str) -> list[LexborNode]:
    """The nodes that a selector fits. Raises ``LayoutError`` when one stands in another: it would be read twice."""
    found = all_of(tree, css)
    chosen = {node.mem_id for node in found}
    clear: set[int] = set()
    for node in found:
        outer = node.parent
        while outer is not None and outer.mem_id not in clear:
            if outer.mem_id in chosen:
                raise LayoutError("unknown_layout", f"one {css} stands inside another")
            clear.add(outer.mem_id)
            outer = outer.parent
    return found


def attribute_of(node: LexborNode | None, name: str) -> str:
    """A node's attribute in one line; empty where there is none."""
    value = (node.attributes.get(name) if node is not None else None) or ""
    return " ".join(_CONTROL.sub("", value).split())


def is_item(node: LexborNode) -> bool:
    """Whether a node is an item of a list."""
    return node.tag == "div" and {"article", "item", "document"} <= set(attribute_of(node, "class").split())


def id_in(address: str) -> str | None:
    """The PAR id in an address of a record or its full text; None where there is none."""
    return normalise_par_id(f"{SITE}{address}" if address.startswith("/") else address)


def award_in(address: str) -> str:
    """The award in an address of a search by award, as it stands there; empty for other addresses."""
    _, found, rest = unquote(address).partition("/award_ids:")
    return rest.partition("/")[0].strip() if found else ""


def no_publication(tree: LexborHTMLParser) -> LayoutError:
    """Why a page without publications is refused: it says that there is none (``not_found``), or is laid out anew."""
    for css in ("h1", "h2", "h3", "title"):
        for heading in all_apart(tree, css):
            words = frozenset(re.findall(r"\w+", words_of(heading)[:200].lower()))
            if words & _ERRORS and words <= _ERROR_WORDS:
                return LayoutError("not_found", " ".join(words_of(heading).split())[:200])
    return LayoutError("unknown_layout", "the page shows no publication, and does not say that there are none")


def only_one(values: Iterable[str], what: str) -> str:
    """The one value that is there, however often; empty where there is none. Raises ``LayoutError`` for several."""
    found = sorted({value for value in values if value})
    if len(found) > 1:
        raise LayoutError("unknown_layout", f"the page has several values for {what}: {', '.join(found)[:200]}")
    return found[0] if found else ""
