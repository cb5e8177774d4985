"""The cards by which Academia.edu's profile pages show works, in the markup of today and in that of 2016.

No real page was at hand when this was written. The selectors are those on which programs that read the site
agree; words of a card that stand in none of the parts they name are told as unknown, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from variorum.errors import LayoutError
from variorum.schema import join_values
from variorum.scrapers._base import filled
from variorum.scrapers._html import Tree, all_of

CARD = ".js-work-strip"
"""A work, once in each tab that lists it."""

CURRENT_CARD = ".js-work-strip.profile--work_container"
"""A work's card as it is today, and was not in 2016."""

_HEAD = ".wp-workCard--title"
_LINK = ".js-work-strip-work-link"
_SHOWN_LINK = "text-gray-darker"
TITLE = f"{_HEAD}, {_LINK}"
"""A work's title, and the links to it, of which pictures have one too."""

_ITEM = ".wp-workCard_item"
_FULL = ".js-work-more-abstract-untruncated"
_SHORT = ".js-work-more-abstract-truncated"
_ABSTRACTS = frozenset({_FULL.removeprefix("."), _SHORT.removeprefix(".")})
_ACTIONS = ".wp-workCard--actions, .wp-workCard--action"
_CONTROLS = f"{_ACTIONS}, .work-download, .js-work-more-abstract"

_WORK_ID = re.compile(r"[0-9]{1,12}")
_WORK_ADDRESS = re.compile(r"(?:https?://(?:[\w-]{1,63}\.)?academia\.edu)?/([0-9]{1,12})(?:[/?#].*)?", re.S)
_PERSON_ADDRESS = re.compile(r"https?://[\w-]{1,63}\.academia\.edu/(?!\d+(?:[/?#]|\Z))[^/?#]+/?(?:[?#].*)?", re.S)
_BYLINE = re.compile(r"by\s", re.I)
_NO_VENUE = re.compile(r"by\s|Research Interests?:", re.I)
_UI_WORDS = (
    r"(?:Views?|Download(?: Free)?(?: PDF)?|Bookmark|Compare|Edit|Share|more|less|Saved? to Library|[\d,.]{1,12})"
)
_UI = re.compile(rf"{_UI_WORDS}(?: {_UI_WORDS}){{0,9}}", re.I)
_NUMBER = re.compile(r"\d+")
_LONGEST_VENUE = 250
_LONGEST_LABEL = 100

_SILENT = frozenset("button input noscript script select style svg template textarea".split())
_BLOCKS = frozenset("br div li ol p table tbody td th tr ul".split())
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Card:
    """A work as one card shows it.

    ``fields``: its words. ``unknown``: words of parts that are not known, each with the class of its element.
    """

    key: str
    fields: dict[str, str]
    unknown: tuple[tuple[str, str], ...]


def read_card(card: LexborNode) -> Card:
    """Read a card. Raises ``LayoutError``: ``no_identifier``, ``contradiction`` or ``unknown_layout``."""
    parts = all_of(card, f"{_CONTROLS}, {_FULL}, {_SHORT}")
    read = {node.mem_id for node in parts}
    links, heads = all_of(card, _LINK), all_of(card, _HEAD)
    head_links = [link for head in heads for link in all_of(head, "a")]
    addresses = [href for link in (*links, *head_links) if (href := attribute_of(link, "href"))]
    shown = [link for link in links if _SHOWN_LINK in _classes_of(link)]
    title = _title(([*head_links, *shown], heads, links), read)
    venue, coauthors = _items(card, read)
    return Card(
        key=_key(card, addresses),
        fields=filled(
            title=title,
            url=next((href for href in addresses if _WORK_ADDRESS.fullmatch(href)), None),
            coauthors=join_values(coauthors),
            venue=venue,
            abstract=_abstract(parts, _FULL),
            short_abstract=_abstract(parts, _SHORT),
        ),
        unknown=_leftovers(card, read),
    )


def _title(places: Iterable[list[LexborNode]], read: set[int]) -> str:
    """The title, from the first place that holds one: the surest. What is taken is added to ``read``."""
    for nodes in places:
        if title := _only([line_of(node, read) for node in nodes], "a title"):
            read.update(node.mem_id for node in nodes)
            return title
    return ""


def _key(card: LexborNode, addresses: list[str]) -> str:
    """The work's id, as the card states it and as its links do."""
    stated = attribute_of(card, "data-work-id")
    ids = {found[1] for href in addresses if (found := _WORK_ADDRESS.fullmatch(href))} | ({stated} if stated else set())
    if len(ids) > 1:
        raise LayoutError("contradiction", f"the card names several works: {', '.join(sorted(ids))[:200]}")
    if not ids or not _WORK_ID.fullmatch(key := ids.pop()):
        raise LayoutError("no_identifier", "the card has no work id")
    return key


def _items(card: LexborNode, read: set[int]) -> tuple[str, list[str]]:
    """The line of venue and date, and the co-authors, from what stands between title and abstract.

    What is taken is added to ``read``.
    """
    coauthors: list[str] = []
    for item in all_of(card, _ITEM):
        words = line_of(item, read)
        if all_of(item, f"{_FULL}, {_SHORT}, {_ACTIONS}"):
            break
        if not words or _is_ui(words):
            continue
        names = _people(item) if _BYLINE.match(words) and not coauthors else []
        if names:
            coauthors = names
            read.add(item.mem_id)
        elif _classes_of(item) == [_ITEM.removeprefix(".")]:
            # The first item that is of no sort of its own; what stands in further ones is not known.
            is_venue = len(words) <= _LONGEST_VENUE and not _NO_VENUE.match(words)
            read.update([item.mem_id] if is_venue else [])
            return words if is_venue else "", coauthors
    return "", coauthors


def _people(item: LexborNode) -> list[str]:
    """The names in an item that link to profiles."""
    links = (link for link in all_of(item, "a[href]") if _PERSON_ADDRESS.fullmatch(attribute_of(link, "href")))
    return [name for link in links if (name := line_of(link))]


def _abstract(parts: list[LexborNode], css: str) -> str:
    """The abstract of one sort, among the parts that are controls or abstracts."""
    found = [node for node in parts if css.removeprefix(".") in _classes_of(node)]
    controls = {node.mem_id for node in parts if not _ABSTRACTS & set(_classes_of(node))} if found else set()
    return _only([words_of(node, controls) for node in found], "an abstract")


def _only(values: list[str], what: str) -> str:
    """The one value that is there, however often; empty where there is none."""
    found = list(dict.fromkeys(filter(None, values)))
    if len(found) > 1:
        raise LayoutError("unknown_layout", f"the card has {len(found)} times {what}, and they differ")
    return found[0] if found else ""


def _leftovers(card: LexborNode, read: set[int]) -> tuple[tuple[str, str], ...]:
    """The words of a card outside of what was read, without those of controls, by the class they stand in."""
    pieces: dict[str, list[str]] = {}
    waiting = [(card, "")]
    while waiting:
        node, label = waiting.pop()
        if node.is_text_node:
            pieces.setdefault(label, []).append(_CONTROL_CHARACTER.sub("", node.text_content or ""))
        elif node.mem_id not in read and node.tag not in _SILENT:
            # Numbers in it are ids, which say nothing of what sort of part it is.
            sort = _NUMBER.sub("#", ".".join(attribute_of(node, "class").split()))
            label = sort[:_LONGEST_LABEL] or label
            waiting += [(child, label) for child in reversed(list(node.iter(include_text=True)))]
    words = ((label, " ".join(" ".join(texts).split())) for label, texts in pieces.items())
    return tuple((label, text) for label, text in words if text and not _is_ui(text))


def _is_ui(words: str) -> bool:
    """Whether words are those of buttons and counters; a number alone may be a year."""
    return bool(_UI.fullmatch(words)) and any(map(str.isalpha, words))


def line_of(node: LexborNode, without: set[int] | frozenset[int] = frozenset()) -> str:
    """The text inside a node in one line; ``without`` as in ``words_of``."""
    return " ".join(words_of(node, without).split())


def words_of(node: LexborNode, without: set[int] | frozenset[int] = frozenset()) -> str:
    """The text inside a node, with a line end where a block or a ``<br>`` makes one.

    ``without``: the ids of inner nodes that are left out. Elements may nest deeper than functions can call
    themselves, so they wait on a list.
    """
    return _CONTROL_CHARACTER.sub("", "".join(_pieces(node, without))).strip()


def _pieces(node: LexborNode, without: set[int] | frozenset[int]) -> Iterator[str]:
    waiting: list[LexborNode | str] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif one.is_text_node:
            yield one.text_content or ""
        elif one.tag not in _SILENT and one.mem_id not in without:
            edge = "\n" if one.tag in _BLOCKS else ""
            waiting += [edge, *reversed(list(one.iter(include_text=True))), edge]


def _classes_of(node: LexborNode) -> list[str]:
    return attribute_of(node, "class").split()


def attribute_of(node: LexborNode, name: str) -> str:
    """A node's attribute in one line; empty where there is none."""
    return " ".join(_CONTROL_CHARACTER.sub("", node.attributes.get(name) or "").split())


def addresses_work(tree: Tree) -> bool:
    """Whether anything on a page links to a work."""
    return any(_WORK_ADDRESS.fullmatch(attribute_of(link, "href")) for link in all_of(tree, "a[href]"))
