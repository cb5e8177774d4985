"""arXiv's OAI-PMH format ``arXivRaw``: the byline as one text, and all versions."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from variorum.normalizers._arxiv import arxiv_record
from variorum.normalizers._authors import name_parts, split_authors
from variorum.normalizers._fields import Fields
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Record

FORMAT = "arxiv_raw"

_AFFILIATION = re.compile(r"\s*\([^()]{0,1000}\)")
_DEEPEST_NESTING = 4


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version; a last version of no size means withdrawn."""
    names, _ = split_authors(_without_affiliations(fields.take("byline") or ""))
    versions = [version.split("\t") for version in fields.take_values("versions")]
    fields.take("created")
    return arxiv_record(
        entry,
        fields,
        [_author(clean(name, tex=True)) for name in names],
        date_raw=_day(versions[0][1]) if versions else None,
        subjects=(fields.take("categories") or "").split(),
        withdrawn=bool(versions) and versions[-1][2] == "0kb",
    )


def _without_affiliations(byline: str) -> str:
    """The byline without what stands in parentheses after names, which may be nested."""
    for _ in range(_DEEPEST_NESTING):
        byline, found = _AFFILIATION.subn("", byline)
        if not found:
            break
    return byline


def _author(name: str) -> Author:
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def _day(stamp: str) -> str | None:
    """The day of a date as in mail (RFC 2822); the text itself when it is none."""
    try:
        return parsedate_to_datetime(stamp).date().isoformat()
    except ValueError:
        return stamp or None
