"""The page of an award (showAward): a table about the award, and the publications that were reported.

The table shows addresses and telephone numbers beside names. Cells are therefore read by their labels, names
by the elements that hold nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_par_id
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._contacts import bare_name, without_contacts, without_emails
from variorum.scrapers._html import all_of, at_most_one, one, parse_html, text_of
from variorum.scrapers._nsf_json import AWARD_FORMAT
from variorum.scrapers._nsf_reference import MEMBERS, NAME, Reference

AWARD_MARKS = (
    Mark("page title 'NSF Award Search: Award #'", re.compile(r"<title>\s*NSF Award Search: Award #", re.I)),
)
ERROR_MARKS = (
    Mark("page title 'This Page Cannot Be Reached'", re.compile(r"<title>\s*This Page Cannot Be Reached", re.I)),
    Mark("NSF's page furniture", re.compile(r"\bnsf-gov-resources\.nsf\.gov/")),
)

_READ = {
    "Award Number": "number",
    "Recipient": "institution",
    "Awardee": "institution",
    "Start Date": "starts",
    "End Date": "ends",
    "Total Awarded Amount to Date": "obligated",
    "NSF Program(s)": "program",
    "History of Investigator": "investigators",
    "Investigator(s)": "investigators",
}
_UNREAD = frozenset(
    {
        "NSF Org",
        "Initial Amendment Date",
        "Latest Amendment Date",
        "Award Instrument",
        "Program Manager",
        "Total Intended Award Amount",
        "Funds Obligated to Date",
        "Recipient Sponsored Research Office",
        "Awardee Sponsored Research Office",
        "Sponsor Congressional District",
        "Primary Place of Performance",
        "Primary Place of PerformanceCongressional District",  # a line break stands between
        "Unique Entity Identifier (UEI)",
        "DUNS ID",
        "Parent UEI",
        "Parent DUNS ID",
        "Primary Program Source",
        "Program Reference Code(s)",
        "Program Element Code(s)",
        "Award Agency Code",
        "Fund Agency Code",
        "Assistance Listing Number(s)",
        "CFDA Number(s)",
    }
)
_HEADING = re.compile(r"Award Abstract # ?(\d{7})", re.ASCII)
_OTHER_SECTIONS = ("ABSTRACT", "PROJECT OUTCOMES REPORT")
_PUBLICATION_SECTION = re.compile(r"\b(?:PUBLICATIONS?|PROCEEDINGS?|BOOKS?)\b")
_FOLDING = re.compile(r"\(?Showing:? ?\d|Show All\b|Hide Full List\b")
# What stands inside another of its kind would be read with it, and again by itself.
_NESTED = ", ".join(
    f"#showAward {outer} {inner}"
    for outer, inner in (
        ("> table", "table"),
        ("> table li", "li"),
        ("strong.greybold", "strong.greybold"),
        ("div.margintop15", "div.margintop15"),
    )
)

_TITLE = re.compile(r'"(.*?),?"', re.S)
_PARTS = (
    ("volume", re.compile(r",\s*v\.\s*(.*)", re.S)),
    ("year", re.compile(r",\s*(\d{4})", re.ASCII)),
    ("pages", re.compile(r",\s*pp?\.\s*(.*)", re.S)),
)
_TARGET = re.compile(r"popwin\('([^']{1,2000})'\)")

Result = Entry | Rejection


def parse_page(page: Body) -> Reading:
    """Read the page of an award.

    Raises ``LayoutError`` for the page that NSF shows instead (``server_error``), and for those that are cut
    off, laid out in another way, or contradict themselves (``wrong_award``).
    """
    tree = parse_html(page)
    if at_most_one(tree, "#showAward") is None and "Cannot Be Reached" in text_of(at_most_one(tree, "head > title")):
        message = "NSF says that its page cannot be reached: it does not know the award, or its server is in trouble"
        raise LayoutError("server_error", message)
    body = one(tree, "#showAward")
    if all_of(tree, _NESTED):
        raise LayoutError("unknown_layout", "items of the page stand inside one another")
    heading = _HEADING.search(_words(one(body, ".pageheadsubline")))
    if heading is None:
        raise LayoutError("unknown_layout", "the page's heading does not name the award")
    return Reading.of((*_award(body, heading[1]), *_sections(body, heading[1])))


def _words(node: LexborNode | None) -> str:
    """The text of a node on one line, as a browser would show it."""
    return " ".join(text_of(node).split())


# The award


def _award(body: LexborNode, number: str) -> Iterator[Result]:
    cells: dict[str, LexborNode] = {}
    findings: list[Rejection] = []
    for row in all_of(one(body, "#showAward > table"), "tr"):
        row_cells = all_of(row, "td")
        label = _words(row_cells[0]).rstrip(":") if row_cells else ""
        name = _READ.get(label)
        if name in cells:
            raise LayoutError("unknown_layout", f"two cells say the award's {name}")
        if name and len(row_cells) == 2:
            cells[name] = row_cells[1]
        elif label not in _UNREAD:
            findings.append(_unknown(f"award;label={label[:80]}", _words(row)))
    if (stated := _words(cells.get("number"))) != number:
        raise LayoutError("wrong_award", f"the page's heading names award {number}, its table {stated or 'none'}")
    people = list(_people(cells["investigators"])) if "investigators" in cells else []
    if "investigators" in cells and not people and _words(cells["investigators"]):
        findings.append(_unknown("award;label=investigators", _words(cells["investigators"])))
    fields = filled(
        id=number,
        title=_words(one(body, ".pageheadline")),
        **{name: _words(cells.get(name)) for name in ("institution", "starts", "ends", "obligated")},
        program=join_values(_words(span) for span in all_of(cells["program"], "span")) if "program" in cells else "",
        principals=join_values(name for name, leads in people if leads),
        others=join_values(name for name, leads in people if not leads),
    )
    yield Entry(source=NAME, format=AWARD_FORMAT, source_key=number, place="award", fields=fields)
    yield from findings


def _people(cell: LexborNode) -> Iterator[tuple[str, bool]]:
    """Each investigator's name, and whether it is the present principal one."""
    for item in all_of(cell, "li"):
        name = bare_name(" ".join(_words(part) for part in item.iter() if part.tag == "span"))
        if name:
            yield name, "(Principal Investigator)" in _words(item)


# Publications


def _sections(body: LexborNode, number: str) -> Iterator[Result]:
    """The publications under each heading, in page order."""
    section, shown, count = "", True, 0
    for node in all_of(body, "strong.greybold, div.margintop15"):
        if node.tag == "strong":
            _refuse_empty(section, shown)
            section, shown = _words(node), False
            if not _PUBLICATION_SECTION.search(section) and section not in _OTHER_SECTIONS:
                yield _unknown(f"section={section[:80]}", section)
        elif _PUBLICATION_SECTION.search(section) and not _FOLDING.match(_words(node)):
            count, shown = count + 1, True
            yield from _publication(node, f"publication={count}", section, number)
    _refuse_empty(section, shown)


def _refuse_empty(section: str, shown: bool) -> None:
    if _PUBLICATION_SECTION.search(section) and not shown:
        raise LayoutError("unknown_layout", f"nothing stands under the heading {section[:80]!r}")


def _publication(node: LexborNode, place: str, section: str, number: str) -> Iterator[Result]:
    found: dict[str, str] = {}
    unknown: list[str] = []
    for position, span in enumerate(part for part in node.iter() if part.tag == "span"):
        name, words = _member(span, position)
        if name and name not in found:
            found[name] = without_emails(words)
        elif words:
            unknown.append(words)
    if not found.get("title"):
        raw = without_emails(_words(node))
        yield Rejection(code="unsplit_publication", message="the publication has no title", place=place, raw=raw)
        return
    yield Reference(*(found.get(name, "") for name in MEMBERS)).entry(place, number, section)
    yield from (_unknown(f"{place};label={words[:80]}", words) for words in unknown)


def _member(span: LexborNode, position: int) -> tuple[str, str]:
    """What a span of a publication says, and its words; without a name where that is not known."""
    words = _words(span)
    match [child for child in span.iter() if child.tag in {"a", "em"}]:
        case [single]:
            return _linked(single) if single.tag == "a" else ("journal", words)
    if title := _TITLE.fullmatch(words):
        return "title", title[1].strip()
    for name, pattern in _PARTS:
        if part := pattern.fullmatch(words):
            return name, part[1].strip()
    return ("authors", words) if position == 0 else ("", words)


def _linked(link: LexborNode) -> tuple[str, str]:
    """The DOI, whose address has the resolver's before it twice, or the id in the repository."""
    words, target = _words(link), _TARGET.search(link.attributes.get("href") or "")
    address = target[1].strip() if target else ""
    if par := normalise_par_id(address):
        return "par", par
    return ("doi", words) if "doi.org/" in address else ("", f"{words} {address}".strip())


def _unknown(place: str, raw: str) -> Rejection:
    message = "the page says something under a label that is not known"
    return Rejection(code="unknown_label", message=message, place=without_contacts(place), raw=without_contacts(raw))
