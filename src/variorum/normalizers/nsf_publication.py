"""Publications as grantees reported them to NSF."""

from __future__ import annotations

import re

from variorum.normalizers._authors import name_parts, split_authors
from variorum.normalizers._fields import Fields
from variorum.normalizers._markup import readable
from variorum.normalizers._mojibake import is_garbled, mended
from variorum.normalizers._text import clean
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Award, Entry, Identifier, Kind, Link, Record
from variorum.schema.identifiers import identify, normalise_nsf_award, normalise_par_id

FORMAT = "nsf_publication"

# NSF keeps 255 characters of a byline; some of them may have been written as entities when it was cut.
_CUT_BYLINE = range(250, 256)
_SPACED_DOTS = re.compile(r"\.(?: \.){2,}")
_LOST_SEPARATOR = re.compile(r"[^,]+, (?:[^\W\d_]\.[ -]?)+ ?[^\W\d_]{2,}[^,]*")
_NUMBERED = re.compile(r"\d|^[IVXLCDM]+$|^[ivxlcdm]+$")
# NSF keeps nine characters of the pages: of "26012-26020" the last two are lost.
_RANGE = re.compile(r"(\d+)-(\d+)", re.ASCII)
_LONGEST_PAGES = 9
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.I)
_LISTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("paper-conference", re.compile(r"conference|proceedings produced", re.I)),
    ("article-journal", re.compile(r"^publicationResearch$|result of this research", re.I)),
)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One reported publication.

    Of a byline that NSF cut off, the last name is left out: it may be half of one. What stands in place of a
    volume or pages that are still to come ("In Pres") is neither. Flags: ``garbled`` where characters are
    lost, ``invalid_doi``, ``unknown_kind``, and ``low_confidence`` for pages that were cut off, for names
    that may be two, and for members whose place in the report was inferred.
    """
    title_raw, venue_raw, year = fields.take("title"), fields.take("journal"), fields.take("year")
    title, venue, pages = _readable(title_raw), _readable(venue_raw), _numbered(fields.take("pages"))
    byline = fields.take("byline") or ""
    authors, complete = _authors(byline)
    identifiers, links, invalid = _identifiers(fields)
    kind, listed = _kind(fields.take("listed"))
    preprint = stage_of(venue) == "preprint"
    doubtful = (
        *fields.take_values("doubtful"),
        *(["pages"] if pages and _is_cut(pages) else []),
        *(["authors"] if _may_be_two(authors) else []),
    )
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind="article" if preprint else kind or "document",
        kind_raw=listed,
        title=title,
        title_raw=title_raw,
        authors=authors,
        authors_complete=complete,
        date=year,
        date_raw=year,
        venue=venue,
        venue_raw=venue_raw,
        volume=_numbered(fields.take("volume")),
        pages=pages,
        stage="preprint" if preprint else "published",
        identifiers=identifiers,
        awards=_awards(fields.take("award")),
        links=links,
        flags=(
            *([] if kind else ["unknown_kind"]),
            *(["garbled"] if any(map(is_garbled, (title or "", venue or "", *(one.name for one in authors)))) else []),
            *(["invalid_doi"] if invalid else []),
            *(f"low_confidence:{name}" for name in doubtful),
        ),
    )


def _readable(text: str | None) -> str | None:
    return readable(mended(text), tex=False) or None if text else None


def _authors(byline: str) -> tuple[tuple[Author, ...], bool]:
    names, complete = split_authors(_SPACED_DOTS.sub("...", mended(byline)))
    if len(byline) in _CUT_BYLINE:
        names, complete = names[:-1], False
    # Where one name is beyond repair, the others are not repaired with the whole.
    return tuple(_author(clean(mended(name))) for name in names), complete


def _author(name: str) -> Author:
    family, given = (None, None) if is_garbled(name) else name_parts(name)
    return Author(name=name, family=family, given=given)


def _may_be_two(authors: tuple[Author, ...]) -> bool:
    """Whether "Roe, J. B. Poe" stands among names that are not inverted: then it may be Roe and J. B. Poe."""
    inverted = [author.name for author in authors if "," in author.name]
    return len(inverted) < len(authors) and any(map(_LOST_SEPARATOR.fullmatch, inverted))


def _numbered(text: str | None) -> str | None:
    """A volume or pages as written; None for words instead of numbers."""
    text = clean(text or "").strip(" ,;")
    return text if _NUMBERED.search(text) else None


def _is_cut(pages: str) -> bool:
    found = _RANGE.fullmatch(pages)
    return found is not None and len(pages) == _LONGEST_PAGES and len(found[2]) < len(found[1])


def _kind(listed: str | None) -> tuple[Kind | None, str | None]:
    """The kind that the list stands for, None where that is not known; and what the page calls the list."""
    return next((kind for kind, pattern in _LISTS if pattern.search(listed or "")), None), listed


def _identifiers(fields: Fields) -> tuple[tuple[Identifier, ...], tuple[Link, ...], bool]:
    """Identifiers, links, and whether something stands in the DOI's place that is neither."""
    doi, par = fields.take("doi") or "", fields.take("par") or ""
    paper = identify(doi) if doi else None
    paper = paper if paper is not None and paper.scheme in {"doi", "arxiv"} else None
    number = normalise_par_id(par)
    links = (Link(url=doi, rel="landing"),) if paper is None and _WEB.fullmatch(doi) else ()
    found = (
        *([paper] if paper else []),
        *([Identifier(scheme="nsf_par", value=number, raw=par)] if number else []),
    )
    return found, links, bool(doi) and paper is None and (not links or "10." in doi)


def _awards(stated: str | None) -> tuple[Award, ...]:
    number = normalise_nsf_award(stated) if stated else None
    return (Award(funder="NSF", id=number, raw=stated or ""),) if number else ()
