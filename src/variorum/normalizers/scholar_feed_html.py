"""Papers on Scholar Feed's author pages as HTML. Words are arXiv's, TeX included; classes lack their archive."""

from __future__ import annotations

from variorum.normalizers._dates import parse_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._mojibake import mended
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.normalizers.scholar_feed_text import subject_of
from variorum.schema import Author, Entry, Link, Record, identify

FORMAT = "scholar_feed_html"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record. The page names three authors at most, and says when there are more."""
    stated = fields.take("subject") or ""
    # With its archive, a class is certain.
    subject, certain = subject_of(stated) if stated and "." not in stated else (stated, True)
    title, abstract, date = fields.take("title"), fields.take("abstract"), fields.take("date")
    id, url = fields.take("id"), fields.take("url")
    names = fields.take_values("authors")
    more = fields.take("more_authors") is not None
    found = identify(id) if id else None
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind="article",
        title=clean(mended(title), tex=True) if title else None,
        title_raw=title,
        authors=tuple(map(author_of, names)),
        authors_complete=bool(names) and not more,
        abstract=clean(mended(abstract), tex=True) if abstract else None,
        abstract_raw=abstract,
        abstract_truncated=(abstract or "").endswith(("...", "…")),
        date=parse_date(date) if date else None,
        date_raw=date,
        stage="preprint",
        subjects=(subject,) if subject else (),
        identifiers=(found,) if found else (),
        links=(Link(url=url, rel="landing"),) if url else (),
        institutions=fields.take_values("institutions"),
        flags=(
            *(["code_available"] if fields.take("code") else []),
            *([] if certain else ["low_confidence:subjects"]),
            *([] if title or abstract else ["stub"]),
        ),
    )


def author_of(name: str) -> Author:
    """An author named as in a byline."""
    name = " ".join(mended(name).split())
    family, given = split_name(name)
    return Author(name=name, family=family, given=given)
