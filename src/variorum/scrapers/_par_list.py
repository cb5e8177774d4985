"""NSF PAR's lists of search results: ten items on a page, each with its whole abstract.

No real page was at hand when this was written. The selectors are those on which several programs that read the
site agree; what a page says of its own counts is therefore held against what is found on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._base import Reading, filled
from variorum.scrapers._html import all_of, at_most_one
from variorum.scrapers._par_html import (
    abstract_of,
    all_apart,
    attribute_of,
    award_in,
    id_in,
    is_item,
    no_publication,
    only_one,
    words_of,
)
from variorum.scrapers._par_words import NAME, without_null_editor

FORMAT = "nsf_par"

_COUNT = re.compile(r"[0-9][0-9,]{0,10}")
_PAGE = re.compile(rf"\bPage\s{{1,20}}({_COUNT.pattern})\s{{1,20}}of\s{{1,20}}({_COUNT.pattern})")
_AWARD = re.compile(r"\bAward ID contains:\s*(\S+)")
_NOTHING = re.compile(r"\bno (?:results?|records?|documents?)(?: were| was)? found\b", re.I)
_NAMELESS = re.compile(r";\s*;|\A\s*;")
_EMBARGO = re.compile(r"full text available", re.I)
_EXPECTED = (("title",), ("authors",), ("date", "dated"))
_FEWEST_TO_JUDGE = 5


@dataclass(frozen=True)
class Listing:
    """A list's items and what the page says of it. None where it does not say.

    ``award``: that was searched for, as the page writes it. ``total``: items on all pages. ``page`` and
    ``pages``: which page this is, and of how many.
    """

    items: list[LexborNode]
    award: str
    total: int | None
    page: int | None
    pages: int | None


def read_listing(tree: LexborHTMLParser) -> Listing:
    """The list on a page.

    Raises ``LayoutError``: ``not_found`` or ``unknown_layout`` where there is neither an item nor a count,
    ``count_mismatch`` where the counts do not hold.
    """
    items = [node for node in all_apart(tree, "li div.article") if is_item(node)]
    text = words_of(tree.body, without=is_item)
    total = _count(tree, "#item-count-everything")
    page, pages = _page_of(text)
    last = _count(tree, ".paging-max")
    if None not in (pages, last) and pages != last:
        raise LayoutError("count_mismatch", f"the page says {pages} pages in one place and {last} in another")
    if not items and total is None and _NOTHING.search(text):
        total = 0
    if not items and total is None:
        raise no_publication(tree)
    listing = Listing(items, _award(tree, text), total, page, last if pages is None else pages)
    _check_counts(listing)
    return listing


def _count(tree: LexborHTMLParser, css: str) -> int | None:
    """The number that stands in an element, which may be there above and below the list."""
    text = only_one((words_of(node) for node in all_apart(tree, css)), css)
    numbers = _COUNT.findall(text)
    if text and len(numbers) != 1:
        raise LayoutError("unknown_layout", f"{css} holds {text[:80]!r}, where a number is due")
    return _number(numbers[0]) if numbers else None


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))


def _page_of(text: str) -> tuple[int | None, int | None]:
    """The numbers in ``Page X of Y``."""
    stated = only_one((f"{_number(match[1])} {_number(match[2])}" for match in _PAGE.finditer(text)), "its number")
    page, _, pages = stated.partition(" ")
    return (int(page), int(pages)) if stated else (None, None)


def _award(tree: LexborHTMLParser, text: str) -> str:
    """The award searched for: as the page tells it, else as its own address or those of its other pages do."""
    if stated := _AWARD.search(text):
        return stated[1]
    canonical = attribute_of(next(iter(all_of(tree, "link[rel=canonical]")), None), "href")
    # Only links to pages of this very search: others may narrow it down to an award.
    paging = [href for link in all_of(tree, 'a[href*="award_ids"]') if "/page:" in (href := attribute_of(link, "href"))]
    return award_in(canonical) or only_one(map(award_in, paging), "the award")


def _check_counts(listing: Listing) -> None:
    """Raise ``LayoutError`` unless the items that are there are as many as the page says."""
    shown, total, page, pages = len(listing.items), listing.total, listing.page, listing.pages
    if shown and page is not None and pages is not None and not 1 <= page <= pages:
        raise LayoutError("count_mismatch", f"the page says that it is page {page} of {pages}")
    if total is None:
        return
    if not _holds(shown, total, page, pages):
        place = f" on page {page or '?'} of {pages}" if pages is not None else ""
        raise LayoutError("count_mismatch", f"{shown} items{place}; there are {total} in all, the page says")


def _holds(shown: int, total: int, page: int | None, pages: int | None) -> bool:
    """Whether a list of ``total`` items in ``pages`` pages of equal length may show so many on this one."""
    if shown > total or bool(shown) != bool(total):
        return False
    if pages is None:
        return True
    if pages <= 1:
        return shown == total
    if page is None:
        return True
    if page < pages:
        return shown * (pages - 1) < total <= shown * pages
    before, others = total - shown, pages - 1
    return before % others == 0 and before // others >= shown


# Items


def ids_of(listing: Listing) -> list[str]:
    """The PAR ids of a list's items, without the items that name none."""
    return [key for item in listing.items if (key := _address(item)[1])]


def parse_list(tree: LexborHTMLParser) -> Reading:
    """Read a list. Raises ``LayoutError`` as ``read_listing`` does, and when no item has what nearly all have."""
    listing = read_listing(tree)
    reading = Reading.of(_items(listing))
    if len(reading.entries) < _FEWEST_TO_JUDGE:
        return reading
    for names in _EXPECTED:
        if not any(name in entry.fields for entry in reading.entries for name in names):
            raise LayoutError("unknown_layout", f"none of the {len(reading.entries)} items has a {names[0]}")
    return reading


def _items(listing: Listing) -> Iterator[Entry | Rejection]:
    for number, item in enumerate(listing.items, start=1):
        place = f"item={number}"
        try:
            yield _item(item, place, listing.award)
        except LayoutError as error:
            yield Rejection(code=error.code, message=error.message, place=place, raw=_raw(item))


def _raw(item: LexborNode) -> str:
    return " ".join(words_of(item).split())


def _item(item: LexborNode, place: str, award: str) -> Entry | Rejection:
    links, key = _address(item)
    if key is None:
        raise LayoutError("no_identifier", f"the item's links name no one record: {', '.join(links)[:200] or 'none'}")
    byline = words_of(at_most_one(item, ".authors"))
    authors = "; ".join(words_of(author) for author in all_apart(item, ".authors [itemprop~=author]")) or byline
    doi = at_most_one(item, "a.doi-link")
    embargo = words_of(at_most_one(item, ".reader-count"))
    fields = filled(
        title=words_of(_either(item, ".title [itemprop~=name]", ".title a")),
        abstract=abstract_of(_either(item, ".abstract", "[itemprop~=description]")),
        doi=attribute_of(doi, "href"),
        authors=authors,
    )
    if fields.keys() <= {"authors"} and not without_null_editor(authors).replace(";", "").strip():
        message = f"{key} exists at the source, but shows nothing except an editor named null"
        return Rejection(code="no_metadata", message=message, place=place, raw=_raw(item))
    return Entry(
        source=NAME,
        format=FORMAT,
        source_key=key,
        place=place,
        fields=fields
        | filled(
            address=links[0],
            award=award,
            nameless="yes" if _NAMELESS.search(byline) else "",
            dated=words_of(at_most_one(item, "span.year")),
            date=attribute_of(at_most_one(item, "time[itemprop~=datePublished]"), "datetime"),
            external=join_values(_addresses(item, "a.external-link")),
            fulltext=join_values(link for link in _addresses(item, 'a[href*="/servlets/purl/"]') if id_in(link) == key),
            embargo=embargo if _EMBARGO.search(embargo) else "",
            type=attribute_of(doi, "data-product-type"),
        ),
    )


def _address(item: LexborNode) -> tuple[list[str], str | None]:
    """The addresses of the item's record, and the PAR id in them; None where they name no one record."""
    links = _addresses(item, ".title a[href]") or _addresses(item, 'a[href*="/biblio/"]')
    ids = {id_in(link) for link in links}
    return links, ids.pop() if len(ids) == 1 else None


def _either(item: LexborNode, css: str, otherwise: str) -> LexborNode | None:
    found = at_most_one(item, css)
    return found if found is not None else at_most_one(item, otherwise)


def _addresses(tree: LexborNode, css: str) -> list[str]:
    """The addresses of the links that a selector fits, each once."""
    found = (attribute_of(link, "href") for link in all_of(tree, css))
    return list(dict.fromkeys(filter(None, found)))
