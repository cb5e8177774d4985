"""arXiv's web pages: a paper's abstract page and lists of papers.

Abstract pages state the paper twice, in ``citation_*`` meta tags and to the eye. Lists show a ``dt`` with
the id and a ``dd`` with the words for each paper; abstracts stand only in those of new papers. The
submitter's name in the submission history is personal data and not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._html import all_of, at_most_one, one, parse_html, text_of

FORMAT = "arxiv_html"

MARKS = (Mark("arXiv's page furniture", re.compile(r"/static/browse/\d|//static\.arxiv\.org/")),)

_VERSION = re.compile(
    r"\[(v\d{1,5})\]\s*([A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d UTC)"
    r"(?:\s*\(([\d,.]+ \w?B)\))?(?:\s*\((withdrawn)\))?"
)
_SHOWING = re.compile(r"\(showing\s+(?:first\s+)?(\d+)\s+of\s+\d+\s+entr")
_NUMBER = re.compile(r"\s*\[(\d+)\]\s*")
_CUT_AUTHORS = re.compile(r"\bet al\b|\bauthors? not shown\b", re.I)
_ERRORS = (
    ("not_found", re.compile(r"not found|not recognized|invalid article identifier", re.I)),
    ("removed", re.compile(r"\b(?:removed|deleted|withdrawn|unavailable)\b", re.I)),
    ("bad_request", re.compile(r"^invalid\b", re.I)),
)


def parse_page(page: Body, source: str = "arxiv") -> Reading:
    """Read an abstract page or a list.

    Raises ``LayoutError`` for pages that say why they show no paper (``not_found``, ``removed``,
    ``bad_request``), and for those that are cut off, miscounted or laid out in another way.
    """
    tree = parse_html(page)
    if all_of(tree, "meta[name=citation_arxiv_id]"):
        return Reading.of([_abstract_page(tree, source)])
    lists = all_of(tree, "dl#articles")
    if lists:
        return Reading.of(_list_page(lists, source))
    heading = text_of(next(iter(all_of(tree, "#content h1")), None))
    code = next((code for code, pattern in _ERRORS if pattern.search(heading)), "unknown_layout")
    raise LayoutError(code, " ".join(heading.split()) or "the page shows neither a paper nor a list of papers")


# Abstract pages


def _abstract_page(tree: LexborHTMLParser, source: str) -> Entry:
    stated = _meta(tree, "citation_arxiv_id")
    found = normalise_arxiv(stated[0]) if len(stated) == 1 else None
    if found is None:
        raise LayoutError("no_identifier", f"the page names no paper: {', '.join(stated)[:100]!r}")
    table = _labelled_cells(tree)
    history = _VERSION.findall(text_of(at_most_one(tree, ".submission-history")))
    dois = [link.attributes.get("data-doi") or "" for link in all_of(tree, "td.doi a[data-doi]")]
    fields = filled(
        id=stated[0],
        title=text_of(one(tree, "h1.title"), without="descriptor"),
        authors=join_values(_name_row(name) for name in _meta(tree, "citation_author")),
        names=join_values(_names(tree, ".authors")),
        abstract=text_of(one(tree, "blockquote.abstract"), without="descriptor"),
        citation_date=next(iter(_meta(tree, "citation_date")), ""),
        versions=join_values("\t".join((name, date, size)) for name, date, size, _ in history),
        withdrawn="yes" if history and history[-1][3] else "",
        comments=table.get("Comments", ""),
        subjects=table.get("Subjects", ""),
        report_no=table.get("Report number", ""),
        journal_ref=table.get("Journal reference", ""),
        doi=" ".join(filter(None, dois)) or " ".join(_meta(tree, "citation_doi")),
    )
    return Entry(source=source, format=FORMAT, source_key=found.id, place="page", fields=fields)


def _meta(tree: LexborHTMLParser, name: str) -> list[str]:
    contents = (node.attributes.get("content") or "" for node in all_of(tree, f"meta[name={name}]"))
    return [" ".join(content.split()) for content in contents if content.strip()]


def _name_row(name: str) -> str:
    """``Family, Given`` as keyname TAB forenames TAB suffix; a collaboration has a keyname only."""
    family, _, given = name.partition(",")
    return f"{family.strip()}\t{given.strip()}\t"


def _names(tree: LexborHTMLParser | LexborNode, css: str) -> list[str]:
    """The names that link to searches for their owners' papers; affiliations stand between them, without links."""
    return [" ".join(text_of(name).split()) for name in all_of(tree, f"{css} a[href*=author]")]


def _labelled_cells(tree: LexborHTMLParser) -> dict[str, str]:
    """The cells of the table below the abstract by their labels: classes of cells are used twice."""
    cells: dict[str, str] = {}
    for row in all_of(tree, ".metatable tr"):
        label = " ".join(text_of(at_most_one(row, "td.label")).split()).rstrip(":")
        if label in cells:
            raise LayoutError("unknown_layout", f"two cells are labelled {label!r}")
        if label:
            cells[label] = text_of(at_most_one(row, "td:not(.label)"))
    return cells


# Lists


def _list_page(lists: list[LexborNode], source: str) -> Iterator[Entry | Rejection]:
    """The papers of all sections. Raises ``LayoutError`` when the page's own counts do not hold."""
    expected: int | None = None
    for section in lists:
        items = list(_items(section))
        heading = text_of(at_most_one(section, "h3"))
        announced = _SHOWING.search(heading)
        if announced and int(announced[1]) != len(items):
            raise LayoutError("wrong_count", f"{heading}: {len(items)} papers stand there")
        for dt, dd in items:
            number = _NUMBER.fullmatch(text_of(at_most_one(dt, "a[name^=item]")))
            if number is None or expected not in (None, int(number[1])):
                shown = number[0].strip() if number else "none"
                raise LayoutError("wrong_count", f"paper number {expected or 1} is due, the list has {shown}")
            expected = int(number[1]) + 1
            yield _list_item(dt, dd, f"item={number[1]}", source)


def _items(section: LexborNode) -> Iterator[tuple[LexborNode, LexborNode]]:
    dt: LexborNode | None = None
    for node in section.iter():
        if node.tag not in {"dt", "dd"}:
            continue
        if (node.tag == "dt") != (dt is None):
            raise LayoutError("unknown_layout", "the list's ids and descriptions do not pair")
        if dt is None:
            dt = node
        else:
            yield dt, node
            dt = None
    if dt is not None:
        raise LayoutError("unknown_layout", "the list's last paper has no description")


def _list_item(dt: LexborNode, dd: LexborNode, place: str, source: str) -> Entry | Rejection:
    raw = " ".join(f"{text_of(dt)} {text_of(dd)}".split())
    try:
        link = one(dt, "a[title=Abstract]")
        stated = (link.attributes.get("id") or text_of(link)).strip()
        found = normalise_arxiv(stated)
        if found is None:
            return Rejection(code="no_identifier", message=f"{stated!r} names no paper", place=place, raw=raw)
        byline = text_of(at_most_one(dd, ".list-authors"), without="descriptor")
        names = _names(dd, ".list-authors")
        fields = filled(
            id=stated,
            title=text_of(one(dd, ".list-title"), without="descriptor"),
            names=join_values(names),
            byline="" if names else byline,
            more_authors="yes" if _CUT_AUTHORS.search(byline) else "",
            comments=text_of(at_most_one(dd, ".list-comments"), without="descriptor"),
            journal_ref=text_of(at_most_one(dd, ".list-journal-ref"), without="descriptor"),
            subjects=text_of(at_most_one(dd, ".list-subjects"), without="descriptor"),
            abstract=text_of(at_most_one(dd, "p.mathjax")),
        )
    except LayoutError as error:
        return Rejection(code=error.code, message=error.message, place=place, raw=raw)
    return Entry(source=source, format=FORMAT, source_key=found.id, place=place, fields=fields)
