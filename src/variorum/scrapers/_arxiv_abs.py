"""arXiv's metadata as text: ``.abs`` files, the archives' monthly listings and the daily mails.

All three set a paper between lines of two backslashes: first its header, then, except in listings, its
abstract. The submitter's line ``From:`` is personal data and not read.
"""

from __future__ import annotations

import re
from itertools import pairwise

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._text import Line, numbered_lines, place_of

FORMAT = "arxiv_abs"

_NAMED = r"(?:Paper(?: \(\*cross-listing\*\))?:\s*|arXiv:)(?P<id>\S+)(?: \(\*cross-listing\*\))?"
MARKS = (Mark(r"a paper between lines of \\", re.compile(rf"^\\\\[ ]*\n{_NAMED}[ ]*$", re.M)),)

_NAME_LINE = re.compile(_NAMED)
_BAR = re.compile(r"\\\\(?: {1,5}\( {0,5}https?://\S{1,200} {0,5}, {0,5}[^()]{1,40}\))?")
_RULE = re.compile(r"[-%]{20,}")
_HEADER = re.compile(
    r"(?P<name>[A-Z][A-Za-z]*(?:[- ][A-Za-z]+)*)(?: \((?:revised )?(?P<version>v\d+)\))?:\s*(?P<value>.*)"
)
_REPLACED = re.compile(r"replaced with revised version\s.*")

_NAMES = {
    "Title": "title",
    "Author": "byline",
    "Authors": "byline",
    "Categories": "categories",
    "Comments": "comments",
    "Comment": "comments",
    "Journal-ref": "journal_ref",
    "DOI": "doi",
    "Report-no": "report_no",
    "License": "license",
    "Date": "versions",
}
# Classes are in the categories too, or are no subject of ours; names and addresses of senders are not read.
_NOT_READ = frozenset({"From", "Subj-class", "MSC-class", "ACM-class", "Proxy"})


def parse_abs(page: Body, source: str = "arxiv") -> Reading:
    """Read all papers of a file. Raises ``LayoutError`` (``wrong_content``) for text that shows none."""
    lines = numbered_lines(page.text)
    starts = [
        place + 1
        for place in range(len(lines) - 1)
        if lines[place].text.rstrip() == r"\\" and _NAME_LINE.fullmatch(lines[place + 1].text.rstrip())
    ]
    if not starts:
        raise LayoutError("wrong_content", "no paper stands there between lines of two backslashes")
    stops = [*(start - 1 for start in starts[1:]), len(lines)]
    papers = [_paper(lines[start:stop], source) for start, stop in zip(starts, stops, strict=True)]
    above = lines[: starts[0] - 1]
    return Reading.of([_damaged(above, "a paper's first line"), *papers] if any(map(_is_bar, above)) else papers)


def _paper(lines: list[Line], source: str) -> Entry | Rejection:
    bars = [place for place, line in enumerate(lines) if _is_bar(line)]
    last = bars[-1] if bars else len(lines) - 1
    whole = lines[: last + 1]
    if not bars or not all(_is_rule(line) or not line.text.strip() for line in lines[last + 1 :]):
        return _damaged(whole, r"the last line of \\", code="cut_off")
    if any(_is_bar(line) and _is_rule(before) for before, line in pairwise(whole[bars[0] :])):
        return _damaged(whole, "the first line of a paper below")
    name = _NAME_LINE.fullmatch(lines[0].text.rstrip())
    found = normalise_arxiv(name["id"]) if name else None
    if name is None or found is None:
        return _damaged(whole, "the paper's id", code="no_identifier")
    header = _header(lines[1 : bars[0]])
    if isinstance(header, Line):
        return _damaged(whole, f"the line {header.text[:200]!r}")
    # TeX in an abstract may have a line of \\ of its own, so the abstract goes up to the last one.
    abstract = "\n".join(line.text for line in lines[bars[0] + 1 : last]).strip()
    fields = filled(id=name["id"], abstract=abstract, **header)
    return Entry(source=source, format=FORMAT, source_key=found.id, place=place_of(whole[0], whole[-1]), fields=fields)


def _is_bar(line: Line) -> bool:
    return _BAR.fullmatch(line.text.rstrip()) is not None


def _is_rule(line: Line) -> bool:
    return _RULE.fullmatch(line.text.rstrip()) is not None


def _damaged(lines: list[Line], what: str, *, code: str = "unknown_layout") -> Rejection:
    message = f"{what} is missing or not understood: the file was cut off or damaged"
    raw = "\n".join(line.text for line in lines if not line.text.startswith("From:"))
    return Rejection(code=code, message=message, place=place_of(lines[0], lines[-1]), raw=raw)


def _header(lines: list[Line]) -> dict[str, str] | Line:
    """The header's fields, or the line that is none. Values that go on are indented on the next line."""
    fields: dict[str, str] = {}
    versions: list[str] = []
    current = ""
    for line in lines:
        if not line.text.strip() or _REPLACED.fullmatch(line.text):
            current = ""
        elif line.text.startswith(" ") and current:
            if current in fields:
                fields[current] += "\n" + line.text
        elif match := _HEADER.fullmatch(line.text):
            current = _NAMES.get(match["name"], match["name"].lower().replace("-", "_").replace(" ", "_"))
            if current == "versions":
                versions.append(_version(match))
            elif current in fields:
                return line
            elif match["name"] not in _NOT_READ:
                fields[current] = match["value"]
        else:
            return line
    return {**{name: value.strip() for name, value in fields.items()}, "versions": join_values(versions)}


def _version(match: re.Match[str]) -> str:
    """A version as ``v1 TAB date TAB size``; the page has ``date (size,flags)``."""
    date, _, size = match["value"].partition("(")
    return "\t".join((match["version"] or "v1", date.strip(), re.split("[,)]", size)[0]))
