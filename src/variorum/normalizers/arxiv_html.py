"""arXiv's web pages: subjects with their names in front of the codes; lists have neither dates nor split names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from variorum.normalizers._arxiv import arxiv_record, author_of, authors_of_byline, authors_of_rows, first_day
from variorum.normalizers._fields import Fields
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Record

FORMAT = "arxiv_html"

_CODE = re.compile(r".*\(([a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?)\)\s*", re.S)
_LEADING_AND = re.compile(r"\s*and\s+(?=\S)")
_LONE = re.compile(r"\$([^\x00-\x7f])\$")


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record, dated by its first version where the page says."""
    authors, complete = _authors(fields)
    cited = fields.take("citation_date")
    withdrawn = fields.take("withdrawn") is not None
    record = arxiv_record(
        entry,
        fields,
        authors,
        date_raw=first_day(fields.take_values("versions")) or cited,
        subjects=_subjects(fields.take("subjects") or ""),
        withdrawn=withdrawn,
        complete=complete,
    )
    # arXiv writes some TeX as characters for its pages and leaves the dollars: $\\mu$ comes as $μ$.
    plain = {
        name: _LONE.sub(r"\1", value) for name in ("title", "abstract", "venue") if (value := getattr(record, name))
    }
    return record.model_copy(update=plain)


def _authors(fields: Fields) -> tuple[tuple[Author, ...], bool]:
    """Authors by the fullest of the ways in which the page may name them, and whether they are all."""
    cut = fields.take("more_authors") is not None
    rows, names, byline = fields.take_values("authors"), fields.take_values("names"), fields.take("byline")
    if rows:
        authors = tuple(authors_of_rows(rows))
        # The meta tags split names, the page's text spells them as the paper does.
        spelt = [clean(name, tex=True) for name in names] if len(names) == len(authors) else []
        spelt = spelt or [author.name for author in authors]
        return tuple(a.model_copy(update={"name": name}) for a, name in zip(authors, spelt, strict=True)), True
    if names:
        return tuple(author_of(clean(_LEADING_AND.sub("", name), tex=True)) for name in names), not cut
    authors, complete = authors_of_byline(" ".join((byline or "").split()))
    return authors, complete and not cut


def _subjects(text: str) -> Iterator[str]:
    """The codes, the primary one first; a subject without code by its name."""
    for piece in text.split(";"):
        code = _CODE.fullmatch(piece)
        if piece.strip():
            yield code[1] if code else " ".join(piece.split())
