"""Records of OSTI.GOV, of the API and of the older XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from variorum.normalizers._authors import is_placeholder, name_parts
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._registry import distinct, is_cut, jats_text, marked_text
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Award, Entry, Identifier, Kind, Link, Record, Stage, identify
from variorum.schema.identifiers import normalise_arxiv, normalise_issn, normalise_orcid

FORMAT = "osti"

_KINDS: dict[str, Kind] = {
    "Accomplishment Report": "report",
    "Factsheet": "document",
    "Miscellaneous": "document",
    "Patent": "document",
    "Patent Application": "document",
    "Program Document": "report",
    "S&T Accomplishment Report": "report",
    "Software Manual": "document",
}
"""Types that only OSTI has."""
_STAGES: dict[str, Stage] = {
    "acceptedmanuscript": "accepted",
    "publishersacceptedmanuscript": "accepted",
    "publishedarticle": "published",
}
_NO_ABSTRACT = re.compile(r"\W*(?:abstract )?not (?:provided|available)\W*", re.I)

_ORCID = re.compile(r"\(\s{0,5}ORCID\s{0,5}:?([^()]{0,60})\)", re.I)
_AFFILIATION = re.compile(r"\[([^\[\]]{0,2000})\]")
_DEEPEST_NESTING = 3
_COMMAS = re.compile(r",[\s,]*,")

# DE-AC02-05CH11231, AC02- 76SF00515, W-7405-ENG-48, SC0012704, 89233218CNA000001.
_DOE_CONTRACT = re.compile(r"(?:DE-?)?([A-Z]{2}\d{2}-?\d{2}[A-Z]{2}\d{5}|[A-Z]{2}\d{7})", re.ASCII)
_OTHER_CONTRACT = re.compile(r"W-?7405-?ENG-?\d{2,3}|\d{8}[A-Z]{3}\d{6}", re.ASCII | re.I)
_LABEL = re.compile(r"(?:Journal ID|Other|R&D Project):")
_WEB = re.compile(r"https?://\S+", re.I)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One record of OSTI's.

    Flags beside those every record may have: ``unknown_kind``, ``invalid_doi``, ``invalid_orcid``, and
    ``invalid_award`` where a number among the contracts has not the form of the Department of Energy's.
    """
    title_raw, abstract_raw, date_raw = (fields.take(name) for name in ("title", "abstract", "date"))
    title, abstract = marked_text(title_raw or ""), jats_text(abstract_raw or "")
    if _NO_ABSTRACT.fullmatch(abstract) or is_placeholder(abstract):
        abstract = ""
    journal, conference = fields.take("journal"), fields.take("conference")
    venue_raw = journal or conference
    # Behind the name of a conference stand its place and days.
    venue = marked_text(journal or (conference or "").partition(";")[0])
    stage = _STAGES.get(_letters(fields.take("article_type") or "")) or stage_of(venue)
    kind_raw = fields.take("type")
    kind = (_KINDS.get(kind_raw) or kind_of_type(kind_raw)) if kind_raw else "document"
    if kind == "article-journal" and stage == "preprint":
        kind = "article"
    stated = fields.take_values("authors")
    authors = tuple(author for text in stated if (author := _author(text)) is not None)
    awards, all_awards = _awards(fields.take("contracts") or "")
    identifiers, invalid = _identifiers(entry, fields, journal or "")
    if any(normalise_orcid(number) is None for text in stated for number in _ORCID.findall(text)):
        invalid.append("orcid")
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind or "document",
        kind_raw=kind_raw,
        title=title or None,
        title_raw=title_raw,
        authors=authors,
        authors_complete=bool(authors) and not any(map(is_cut, stated)),
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=read_date(date_raw) if date_raw else None,
        date_raw=date_raw,
        venue=venue or None,
        venue_raw=venue_raw,
        volume=fields.take("volume"),
        issue=fields.take("issue"),
        stage=stage,
        subjects=tuple(dict.fromkeys(map(marked_text, fields.take_values("subjects")))),
        identifiers=identifiers,
        awards=awards,
        links=tuple(_links(fields)),
        institutions=tuple(_institutions(stated, fields.take_values("institutions"))),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *(["unknown_kind"] if kind is None else []),
            *(f"invalid_{name}" for name in invalid),
            *([] if all_awards else ["invalid_award"]),
        ),
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.lower()))


# Authors and institutions


def _author(text: str) -> Author | None:
    """The author in a text with affiliations and ORCID iD; None where it names none."""
    orcid = next(iter(_ORCID.findall(text)), "")
    name, _ = _without_affiliations(_ORCID.sub(" ", text))
    name = " ".join(_COMMAS.sub(", ", marked_text(name)).split()).strip(" ,;")
    if is_placeholder(name) or is_cut(name):
        return None
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given, orcid=normalise_orcid(orcid) if orcid else None)


def _without_affiliations(text: str) -> tuple[str, list[str]]:
    """A name, and what stands beside it in brackets or behind a slash."""
    if "[" not in text and "/" not in text:
        return text, []
    found: list[str] = []
    for _ in range(_DEEPEST_NESTING):
        if not (inner := _AFFILIATION.findall(text)):
            break
        found.extend(inner)
        text = _AFFILIATION.sub(" ", text)
    name, *behind = re.split(r"(?:^|(?<=\s))/", text)
    return name, found + behind


def _institutions(authors: Iterable[str], organisations: Iterable[str]) -> Iterable[str]:
    """The affiliations of authors, then the organisations that did the research, each once."""
    beside = (place for text in authors for place in _without_affiliations(text)[1])
    found = (marked_text(place).strip(" ,;") for place in (*beside, *organisations))
    return dict.fromkeys(place for place in found if not is_placeholder(place))


# Contracts, identifiers, links


def _awards(numbers: str) -> tuple[tuple[Award, ...], bool]:
    """The Department of Energy's contracts and grants among numbers, and whether all numbers are such."""
    found: dict[str, Award] = {}
    all_read = True
    for raw in filter(None, map(str.strip, re.split("[;,]", numbers))):
        number = _contract("".join(raw.upper().split()))
        all_read = all_read and number is not None
        if number:
            found.setdefault(number, Award(funder="DOE", id=number, raw=raw))
    return tuple(found.values()), all_read


def _contract(text: str) -> str | None:
    """A number in the form in which contracts are cited; None when it is no contract's."""
    if match := _DOE_CONTRACT.fullmatch(text):
        bare = match[1]
        return f"DE-{bare}" if bare[4:].isdigit() or "-" in bare else f"DE-{bare[:4]}-{bare[4:]}"
    return text if _OTHER_CONTRACT.fullmatch(text) else None


def _identifiers(entry: Entry, fields: Fields, journal: str) -> tuple[tuple[Identifier, ...], list[str]]:
    """Identifiers, and the names of the fields that hold none. Among other numbers stand ISSNs and arXiv ids."""
    doi = fields.take("doi")
    own = identify(doi) if doi else None
    found = [own] if own is not None else []
    others = (piece for text in fields.take_values("other_ids") for piece in _LABEL.sub("", text).split(";"))
    stated = [piece.strip() for piece in (fields.take("issn") or "", *others, journal)]
    found.extend(
        Identifier(scheme="arxiv", value=paper.id, raw=raw)
        for raw in stated
        if raw.lower().startswith("arxiv:") and (paper := normalise_arxiv(raw))
    )
    found.append(Identifier(scheme="other", value=f"osti:{entry.source_key}", raw=entry.source_key))
    found.extend(
        Identifier(scheme="issn", value=issn, raw=raw, role="container")
        for raw in stated
        if raw.startswith("ISSN") and (issn := normalise_issn(raw.replace("--", "-")))
    )
    return distinct(found), ["doi"] if doi and own is None else []


def _links(fields: Fields) -> Iterator[Link]:
    landing, fulltext = fields.take_values("landing"), fields.take_values("fulltext")
    yield from (Link(url=url, rel="landing") for url in landing if _WEB.fullmatch(url))
    yield from (Link(url=url, rel="fulltext") for url in fulltext if _WEB.fullmatch(url))
