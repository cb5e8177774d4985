"""What NSF PAR's formats have in common: words with TeX and HTML in them, names between semicolons, awards."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from variorum.normalizers._authors import is_placeholder, name_parts, split_authors
from variorum.normalizers._dates import parse_date
from variorum.normalizers._markup import ABSTRACT_HEADING, unmarked
from variorum.normalizers._mojibake import mended
from variorum.normalizers._text import clean
from variorum.schema import Author, Award, Identifier, Kind, Link, identify
from variorum.schema.identifiers import normalise_isbn, normalise_issn, normalise_nsf_award, normalise_orcid

_SITE = "https://par.nsf.gov"
_BOOK_INSIDE = frozenset({"article", "article-journal", "chapter", "paper-conference"})
_EDITOR = re.compile(r"\(Eds?\.?\)\s*\Z", re.I)
_ORCID = re.compile(r"\s*\(\s*ORCID:?\s*([0-9Xx -]{16,19})\s*\)")
_DAY = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}")
_DIGIT = re.compile(r"\d")
_WEB = re.compile(r"https?://\S+", re.I)
_TITLE_TAG = re.compile(r"\A\s*<(?:jats:)?title>\s*abstract\s*</(?:jats:)?title>", re.I)


def words(raw: str | None) -> str | None:
    """Words of a title or a venue as people read them; None for words that only say that there is none ("null")."""
    text = clean(mended(unmarked(raw)), tex=True) if raw else ""
    return None if is_placeholder(text) else text


def abstract_words(raw: str | None) -> str | None:
    """An abstract as people read it, without the word "Abstract" in front."""
    return words(ABSTRACT_HEADING.sub("", unmarked(_TITLE_TAG.sub("", html.unescape(raw))))) if raw else None


# Names


def people(byline: str) -> tuple[tuple[Author, ...], bool]:
    """The authors of a byline ``Roe, Ann; Poe, Bo``, and whether they are all.

    Editors, marked ``(Ed.)``, are none; one of them may be called null. Where nothing stands between two
    semicolons, an author's name is missing.
    """
    pieces = [" ".join(piece.split()) for piece in _pieces(mended(html.unescape(byline)))]
    pieces = pieces[:-1] if pieces[-1:] == [""] else pieces
    named = [piece for piece in pieces if piece and not is_placeholder(piece) and not _EDITOR.search(piece)]
    return tuple(map(_author, named)), bool(named) and not any(map(is_placeholder, pieces))


def _pieces(byline: str) -> Sequence[str]:
    if ";" in byline or byline.count(",") < 2:
        return byline.split(";")
    # Semicolons are the rule; without any, several commas part several names.
    return split_authors(byline)[0]


def _author(name: str) -> Author:
    orcid = _ORCID.search(name)
    bare = _ORCID.sub("", name).strip()
    family, given = name_parts(bare)
    return Author(name=bare or name, family=family, given=given, orcid=normalise_orcid(orcid[1]) if orcid else None)


# Awards, identifiers, links


def awards_of(raw: str | None) -> tuple[tuple[Award, ...], bool]:
    """The NSF awards in a text with one or several, and whether each number in it is one."""
    pieces = [piece for piece in re.split(r"[\s,;]+", raw or "") if _DIGIT.search(piece)]
    numbers = [(piece, normalise_nsf_award(piece)) for piece in pieces]
    found = {number: Award(funder="NSF", id=number, raw=piece) for piece, number in numbers if number}
    return tuple(found.values()), all(number for _, number in numbers)


def own_identifiers(key: str, raw: str | None, doi: str | None) -> tuple[tuple[Identifier, ...], bool]:
    """The PAR id, where the page states it, and the DOI, and whether the latter is one where it is given."""
    stated = (Identifier(scheme="nsf_par", value=key, raw=raw),) if raw else ()
    found = identify(doi) if doi else None
    if found is None or found.scheme not in {"doi", "arxiv"}:
        return stated, not doi
    return (*stated, found), True


def container_identifiers(raw: str | None, kind: Kind) -> tuple[tuple[Identifier, ...], bool]:
    """The ISSNs and ISBNs of a text, and whether there is one where there are digits."""
    found = {one.value: one for one in _numbers(raw or "", kind)}
    return tuple(found.values()), bool(found) or not _DIGIT.search(raw or "")


def _numbers(raw: str, kind: Kind) -> Iterator[Identifier]:
    for line in re.split(r"[;,|\n]", raw):
        # Several may stand in one line; a label or a hyphen written as a blank may part one in two.
        for piece in (line,) if _number(line, kind) else line.split():
            if number := _number(piece, kind):
                yield number


def _number(raw: str, kind: Kind) -> Identifier | None:
    raw = raw.strip()
    if isbn := normalise_isbn(raw):
        return Identifier(scheme="isbn", value=isbn, raw=raw, role="container" if kind in _BOOK_INSIDE else "self")
    if issn := normalise_issn(raw):
        return Identifier(scheme="issn", value=issn, raw=raw, role="container")
    return None


def links_of(landing: str | None, fulltext: Iterable[str], others: Iterable[str] = ()) -> tuple[Link, ...]:
    """The record's page, its full text there, and other pages; a DOI is no page."""
    stated = [
        *((address, "landing") for address in (landing or "",)),
        *((address, "fulltext") for address in fulltext),
        *((address, "other") for address in others if identify(address) is None),
    ]
    found: dict[str, Link] = {}
    for address, rel in stated:
        url = _SITE + address if address.startswith("/") and not address.startswith("//") else address
        if _WEB.fullmatch(url):
            found.setdefault(url, Link.model_validate({"url": url, "rel": rel}))
    return tuple(found.values())


def embargo_flags(text: str | None) -> tuple[str, ...]:
    """``embargo:YYYY-MM-DD`` for a full text that is to appear on a day, ``embargo`` where the day is not clear."""
    if not text:
        return ()
    days = {parse_date(day) for day in _DAY.findall(text)} - {None}
    return (f"embargo:{days.pop()}" if len(days) == 1 else "embargo",)
