"""Papers of Scholar Feed's API. Words are arXiv's, TeX included; dates and abstracts come in full answers only."""

from __future__ import annotations

import re
from typing import Literal

from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._mojibake import mended
from variorum.normalizers._text import clean
from variorum.normalizers.scholar_feed_html import author_of
from variorum.schema import Entry, Link, Record, identify

FORMAT = "scholar_feed_api"

_RELATIONS: dict[str, Literal["landing", "fulltext", "code"]] = {
    "url": "landing",
    "pdf_url": "fulltext",
    "code_url": "code",
}
_WEB = re.compile(r"https?://\S+", re.I)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record: arXiv's preprint, wherever it came out. Flag ``invalid_url``: an address that is none."""
    title, abstract, venue = fields.take("title"), fields.take("abstract"), fields.take("venue")
    stated = [text for text in (fields.take("date"), fields.take("year")) if text]
    id, names = fields.take("id"), fields.take_values("authors")
    more = fields.take("more_authors") is not None
    addresses = {name: url for name in _RELATIONS if (url := fields.take(name))}
    links = tuple(Link(url=url, rel=_RELATIONS[name]) for name, url in addresses.items() if _WEB.fullmatch(url))
    has_code = fields.take("code") is not None or any(link.rel == "code" for link in links)
    found = identify(id) if id else None
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind="article",
        title=clean(mended(title), tex=True) if title else None,
        title_raw=title,
        authors=tuple(author_of(name) for name in names),
        authors_complete=bool(names) and not more,
        abstract=clean(mended(abstract), tex=True) if abstract else None,
        abstract_raw=abstract,
        abstract_truncated=(abstract or "").endswith(("...", "…")),
        date=next(filter(None, map(read_date, stated)), None),
        date_raw=next(iter(stated), None),
        venue=clean(mended(venue)) if venue else None,
        venue_raw=venue,
        stage="preprint",
        subjects=fields.take_values("categories"),
        identifiers=(found,) if found else (),
        links=links,
        institutions=fields.take_values("institutions"),
        flags=(
            *(["code_available"] if has_code else []),
            *(["invalid_url"] if len(links) < len(addresses) else []),
            *([] if title or abstract else ["stub"]),
        ),
    )
