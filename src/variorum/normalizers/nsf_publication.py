"""Publications as grantees reported them to NSF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from variorum.normalizers._authors import name_parts, split_authors
from variorum.normalizers._fields import Fields
from variorum.normalizers._markup import readable
from variorum.normalizers._mojibake import is_garbled, mended
from variorum.normalizers._text import clean
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Award, Entry, Identifier, Kind, Link, Record, Stage, identify
from variorum.schema.identifiers import normalise_nsf_award, normalise_par_id

FORMAT = "nsf_publication"

# NSF keeps 255 characters of a byline; some of them may have been written as entities when it was cut.
_CUT_BYLINE = range(250, 256)
_SPACED_DOTS = re.compile(r"\.(?: \.){2,}")
_LOST_SEPARATOR = re.compile(r"[^,]+, (?:[^\W\d_]\.[ -]?)+ ?[^\W\d_]{2,}[^,]*")
_NUMBERED = re.compile(r"\d|^[IVXLCDM]+$|^[ivxlcdm]+$")
# NSF keeps nine characters of the pages: of "26012-26020" the last two are lost.
_RANGE = re.compile(r"[A-Za-z]{0,2}(\d+)[-–]{1,2}[A-Za-z]{0,2}(\d+)", re.ASCII)
_CUT_PAGES = re.compile(r"e?(?:19|20)\d\d[A-Z]{1,2}\d+|article \d", re.I | re.ASCII)
_LONGEST_PAGES = 9
# What became of a paper, in a number's place, where it may be cut off, or with the journal's name.
_UNDECIDED = re.compile(
    r"(?:^|[(,;])\s*(?:submit(?:t|ted)?|in (?:prep|rev)\w*|to be\b.*|under r\w*|pending|tb[ad])\b", re.I
)
_ACCEPTED = re.compile(
    r"(?:^|[(,;])\s*(?:accept(?:e|ed)?|just acc\w*|in (?:press?|prod\w*|proofs?)|to app\w*|forthc\w*)\b", re.I
)
# A DOI that may have a space at its slash, and what stands behind it.
_LOOSE_DOI = re.compile(
    r"(?:[\s.,:;(]|https?://|(?:dx\.)?doi\.org/|doi){0,12}(10\.\d{4,9}(?:\.\d{1,9}){0,4})\s{0,2}/\s{0,2}(\S+)(.*)",
    re.I | re.S | re.ASCII,
)
# A space may also cut a suffix in two; none of this is the second half of one.
_NO_SUFFIX = re.compile(r"(?<=[,;])\s+(?:(?:19|20)\d\d|[A-Za-z][A-Za-z ]*)\W*|\s+[(\[].*", re.S)
_YEAR = re.compile(r"(?:19|20)\d\d\W*", re.ASCII)
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.I)
_LISTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("paper-conference", re.compile(r"conference|proceedings produced", re.I)),
    ("article-journal", re.compile(r"^publicationResearch$|result of this research", re.I)),
)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One reported publication.

    Of a byline that NSF cut off, the last name is left out: it may be half of one. What stands in place of a
    volume or pages that are still to come ("In Pres") is neither, and tells the stage. Flags: ``garbled`` where
    characters are lost, ``invalid_doi``, ``unknown_kind``, and ``low_confidence`` for a DOI with something behind
    it, for pages that were cut off, for names that may be two, and for members whose place in the report was
    inferred.
    """
    title_raw, venue_raw, year = fields.take("title"), fields.take("journal"), fields.take("year")
    title, venue = _readable(title_raw), _readable(venue_raw)
    statuses = fields.take_values("status")
    volume, pages = (_numbered(fields.take(name), statuses) for name in ("volume", "pages"))
    byline = fields.take("byline") or ""
    authors, complete = _authors(byline)
    identifiers, links, doi_flags = _identifiers(fields)
    kind, listed = _kind(fields.take("listed"))
    stage = _stage(venue, statuses)
    doubtful = (
        *fields.take_values("doubtful"),
        *(["pages"] if pages and _is_cut(pages) else []),
        *(["authors"] if _may_be_two(authors) else []),
    )
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind="article" if stage == "preprint" else kind or "document",
        kind_raw=listed,
        title=title,
        title_raw=title_raw,
        authors=authors,
        authors_complete=complete,
        date=year,
        date_raw=year,
        venue=venue,
        venue_raw=venue_raw,
        volume=volume,
        pages=pages,
        stage=stage,
        identifiers=identifiers,
        awards=_awards(fields.take("award")),
        links=links,
        flags=(
            *([] if kind else ["unknown_kind"]),
            *(["garbled"] if is_garbled("\n".join((title or "", venue or "", *(one.name for one in authors)))) else []),
            *doi_flags,
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
    return tuple(map(_author, names)), complete


@lru_cache(maxsize=4096)  # the same people write most of an award's publications
def _author(stated: str) -> Author:
    name = clean(mended(stated))
    family, given = (None, None) if is_garbled(name) else name_parts(name)
    return Author(name=name, family=family, given=given)


def _may_be_two(authors: tuple[Author, ...]) -> bool:
    """Whether "Roe, J. B. Poe" stands among names that are not inverted: then it may be Roe and J. B. Poe."""
    inverted = [author.name for author in authors if "," in author.name]
    return len(inverted) < len(authors) and any(map(_LOST_SEPARATOR.fullmatch, inverted))


def _numbered(text: str | None, statuses: Sequence[str]) -> str | None:
    """A volume or pages as written; None for words instead of numbers."""
    if text is None or text in statuses:
        return None
    text = clean(text).strip(" ,;")
    return text if _NUMBERED.search(text) else None


def _is_cut(pages: str) -> bool:
    found = _RANGE.fullmatch(pages)
    shorter = found is not None and len(found[2]) < len(found[1])
    return len(pages) == _LONGEST_PAGES and (shorter or _CUT_PAGES.fullmatch(pages) is not None)


def _stage(venue: str | None, statuses: Sequence[str]) -> Stage | None:
    """What became of the paper: published, unless the report says something else; None while that is open."""
    if stage_of(venue) == "preprint":
        return "preprint"
    told = (venue or "", *statuses)
    if any(map(_UNDECIDED.search, told)):
        return None
    return "accepted" if any(map(_ACCEPTED.search, told)) else "published"


def _kind(listed: str | None) -> tuple[Kind | None, str | None]:
    """The kind that the list stands for, None where that is not known; and what the page calls the list."""
    return next((kind for kind, pattern in _LISTS if pattern.search(listed or "")), None), listed


def _identifiers(fields: Fields) -> tuple[tuple[Identifier, ...], tuple[Link, ...], tuple[str, ...]]:
    """Identifiers, links, and a flag where what stands in the DOI's place is not just one."""
    doi, par = fields.take("doi") or "", fields.take("par") or ""
    paper = _paper(doi)
    loose = None if paper else _loose_doi(doi)
    number = normalise_par_id(par)
    links = (Link(url=doi, rel="landing"),) if paper is None and _WEB.fullmatch(doi) else ()
    found = (
        *([one] if (one := paper or loose) else []),
        *([Identifier(scheme="nsf_par", value=number, raw=par)] if number else []),
    )
    if loose:
        return found, links, ("low_confidence:doi",)
    is_none = bool(doi) and paper is None and (not links or "10." in doi)
    return found, links, ("invalid_doi",) if is_none else ()


def _paper(text: str) -> Identifier | None:
    found = identify(text) if text else None
    return found if found is not None and found.scheme in {"doi", "arxiv"} else None


def _loose_doi(text: str) -> Identifier | None:
    """The one DOI in "DOI 10.1016/ j.icarus.2018.1, 2018"; None where it is not clear which it is."""
    match = _LOOSE_DOI.fullmatch(text.strip())
    if match is None or text.count("10.") > 1:
        return None
    prefix, suffix, rest = match.groups()
    if (rest and not _NO_SUFFIX.fullmatch(text.strip(), match.start(3))) or _YEAR.fullmatch(suffix):
        return None
    found = _paper(f"{prefix}/{suffix}") if any(map(str.isdigit, suffix)) else None
    return found.model_copy(update={"raw": text}) if found else None


def _awards(stated: str | None) -> tuple[Award, ...]:
    number = normalise_nsf_award(stated) if stated else None
    return (Award(funder="NSF", id=number, raw=stated or ""),) if number else ()
