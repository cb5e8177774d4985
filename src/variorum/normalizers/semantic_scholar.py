"""Papers of Semantic Scholar.

One paper may be a preprint and its article in one: it then has an arXiv id beside a journal, or a preprint
server for a venue beside a journal. Its date may be that of either, and is of low confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from variorum.normalizers._authors import name_parts
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._registry import distinct, jats_text, marked_text, names_in
from variorum.normalizers._venues import kind_of, stage_of
from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, identify
from variorum.schema.identifiers import normalise_arxiv, normalise_pmid

FORMAT = "semantic_scholar"

_IN_JOURNALS = frozenset(
    {"CaseReport", "ClinicalTrial", "Editorial", "LettersAndComments", "MetaAnalysis", "News", "Study"}
)
_WEB = re.compile(r"https?://\S+", re.I)
_ARXIV_VOLUME = "abs/"
"""How a volume begins that is an arXiv id."""


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record.

    Flags beside those every record may have: ``unknown_kind``, and ``invalid_doi``, ``invalid_arxiv``,
    ``invalid_pmid`` for external ids that are none.
    """
    title_raw, abstract_raw = fields.take("title"), fields.take("abstract")
    title, abstract = marked_text(title_raw or ""), jats_text(abstract_raw or "")
    named, journal = fields.take("venue"), fields.take("journal")
    venue_raw = journal if journal and (stage_of(journal) == "published" or not named) else named
    venue, stage = marked_text(venue_raw or ""), stage_of(venue_raw)
    types = fields.take_values("types")
    kinds = [_kind(name) for name in types]
    kind = _telling(kinds) if types else kind_of(venue)
    if stage == "preprint" and kind in {"article-journal", "document"}:
        kind = "article"
    date, year = fields.take("date"), fields.take("year")
    stated = [names_in(name) for name in fields.take_values("authors")]
    authors = tuple(_author(name) for names, _ in stated for name in names)
    identifiers, invalid = _identifiers(fields)
    merged = {stage_of(named), stage_of(journal)} == {"preprint", "published"}
    merged = merged or (stage == "published" and any(one.scheme == "arxiv" for one in identifiers))
    volume = fields.take("volume") or ""
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw="; ".join(types) or None,
        title=title or None,
        title_raw=title_raw,
        authors=authors,
        authors_complete=fields.take("more_authors") is None
        and bool(authors)
        and all(all_read for _, all_read in stated),
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=next(filter(None, (read_date(text) for text in (date, year) if text)), None),
        date_raw=date or year,
        venue=venue or None,
        venue_raw=venue_raw,
        volume=None if volume.lower().startswith(_ARXIV_VOLUME) else " ".join(volume.split()) or None,
        pages=" ".join((fields.take("pages") or "").split()) or None,
        stage=stage,
        subjects=tuple(dict.fromkeys(map(marked_text, fields.take_values("subjects")))),
        identifiers=identifiers,
        links=tuple(_links(fields)),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *(["unknown_kind"] if None in kinds else []),
            *(["low_confidence:date"] if merged else []),
            *(f"invalid_{name}" for name in invalid),
        ),
    )


def _author(name: str) -> Author:
    """An author; given names come first here, so of a name with several commas the parts cannot be told."""
    family, given = (None, None) if name.count(",") > 1 else name_parts(name)
    return Author(name=name, family=family, given=given)


def _kind(name: str) -> Kind | None:
    return "article-journal" if name in _IN_JOURNALS else kind_of_type(name)


def _telling(kinds: list[Kind | None]) -> Kind:
    """Of several types the one that says more than that it is an article."""
    known = [kind for kind in kinds if kind is not None]
    return next((kind for kind in known if kind != "article-journal"), next(iter(known), "document"))


def _identifiers(fields: Fields) -> tuple[tuple[Identifier, ...], list[str]]:
    """Identifiers, and the names of the fields that hold none."""
    stated = {name: fields.take(name) for name in ("doi", "arxiv", "pmid")}
    found = {name: _identifier(name, raw) for name, raw in stated.items() if raw}
    invalid = [name for name, identifier in found.items() if identifier is None]
    return distinct(filter(None, found.values())), invalid


def _identifier(name: str, raw: str) -> Identifier | None:
    if name == "doi":
        found = identify(raw)
        return found if found is not None and found.scheme in {"doi", "arxiv"} else None
    if name == "arxiv":
        paper = normalise_arxiv(raw)
        return Identifier(scheme="arxiv", value=paper.id, raw=raw) if paper else None
    number = normalise_pmid(raw)
    return Identifier(scheme="pmid", value=number, raw=raw) if number else None


def _links(fields: Fields) -> Iterator[Link]:
    landing, fulltext = fields.take("landing"), fields.take("fulltext")
    if landing and _WEB.fullmatch(landing):
        yield Link(url=landing, rel="landing")
    if fulltext and fulltext != landing and _WEB.fullmatch(fulltext):
        yield Link(url=fulltext, rel="fulltext")
