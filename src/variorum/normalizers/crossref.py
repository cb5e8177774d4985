"""Crossref's works: words in JATS, dates in parts, relations to other works, funders with award numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from variorum.normalizers._fields import Fields
from variorum.normalizers._grants import Grant, nsf_awards
from variorum.normalizers._registry import (
    Rel,
    body,
    date_of_parts,
    distinct,
    earliest_date,
    full_title,
    is_cut,
    jats_text,
    kind_of_work,
    marked_text,
    person,
    stated_identifier,
    web_links,
)
from variorum.normalizers._venues import stage_of
from variorum.schema import Author, Entry, Identifier, Kind, Record, Stage
from variorum.schema.identifiers import Role

FORMAT = "crossref"

_POSTED: dict[str, Kind] = {"dissertation": "thesis", "report": "report", "letter": "document", "other": "document"}
"""Kinds of posted content that is no preprint; ``other`` are blog posts and the like."""

_PUBLISHED = frozenset({"article-journal", "paper-conference", "chapter", "book"})
_INSIDE = frozenset({"chapter", "paper-conference"})
"""Kinds that stand in a volume, which may stand in a series: the volume's title comes last."""

_VERSIONS = frozenset(
    "is-preprint-of has-preprint is-version-of has-version is-manuscript-of has-manuscript"
    " is-variant-form-of is-original-form-of is-expression-of has-expression is-manifestation-of has-manifestation"
    " is-format-of has-format is-replaced-by replaces new_version".split()
)
_SAME = frozenset({"is-identical-to", "is-same-as"})
_RELS: dict[str, Rel] = {"resource": "landing", "similarity-checking": "other"}
_TAKEN_BACK = frozenset({"retraction", "withdrawal", "removal"})


def normalise(entry: Entry, fields: Fields) -> Record:
    """One work as a record, dated by its first publication in whatever form.

    Flags beside those every record may have: ``unknown_kind``; ``withdrawn``, and ``updated_by:<type>`` and
    ``update_to:<type>`` for works that a notice concerns and for notices; ``invalid_award`` for NSF award numbers
    that are none, ``invalid_isbn``, ``invalid_issn``, ``invalid_url``.
    """
    title_raw, subtitle_raw = fields.take("title"), fields.take("subtitle")
    title = full_title(title_raw or "", subtitle_raw or "")
    abstract_raw = fields.take("abstract")
    # What describes a dataset is its abstract; articles have no such member.
    description = fields.take("description")
    abstract_raw = abstract_raw or description
    abstract = jats_text(abstract_raw or "")
    kind, kind_raw, stage = _kind(fields.take("type"), fields.take("subtype"))
    venues, venue_raw = _venues(fields, stage)
    venue = marked_text(venues[-1 if kind in _INSIDE else 0]) if venues else None
    if stage == "published" and stage_of(venue) == "preprint":  # as journal articles of SSRN are
        kind, stage = "article", "preprint"
    authors, complete = _authors(fields.take_values("authors"))
    date, date_raw = _date(fields.take_values("dates"))
    pages, article_number = fields.take("pages"), fields.take("article_number")
    identifiers, flags = _identifiers(entry, fields, kind)
    awards, all_awards = nsf_awards(map(Grant.of, fields.take_values("grants")))
    links, all_links = web_links(_links(fields))
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw=kind_raw,
        title=title or None,
        title_raw="\n".join(filter(None, (title_raw, subtitle_raw))) or None,
        authors=authors,
        authors_complete=complete,
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=date,
        date_raw=date_raw,
        venue=venue,
        venue_raw=venue_raw,
        volume=fields.take("volume"),
        issue=fields.take("issue"),
        pages=pages or article_number,
        stage=stage,
        subjects=tuple(dict.fromkeys(map(marked_text, fields.take_values("subjects")))),
        identifiers=identifiers,
        awards=awards,
        links=links,
        flags=(
            *(["unknown_kind"] if kind_raw and kind_of_work(kind_raw.partition("/")[0]) is None else []),
            *(["stub"] if not title and not abstract else []),
            *flags,
            *([] if all_awards else ["invalid_award"]),
            *([] if all_links else ["invalid_url"]),
        ),
    )


def _kind(type: str | None, subtype: str | None) -> tuple[Kind, str | None, Stage | None]:
    """Kind and stage, and the type as it stands there, the subtype behind a slash."""
    kind_raw = "/".join(filter(None, (type, subtype))) or None
    if type == "posted-content":
        posted = _POSTED.get(subtype or "", "article")
        return posted, kind_raw, "preprint" if posted == "article" else None
    kind = kind_of_work(type or "") or "document"
    return kind, kind_raw, "published" if kind in _PUBLISHED else None


def _venues(fields: Fields, stage: Stage | None) -> tuple[Sequence[str], str | None]:
    """The titles of what the work stands in; else its preprint server or event."""
    containers, institution, event = fields.take_values("containers"), fields.take("institution"), fields.take("event")
    elsewhere = institution if stage == "preprint" else event
    venues = containers or ((elsewhere,) if elsewhere else ())
    return venues, "; ".join(venues) or None


def _authors(rows: Sequence[str]) -> tuple[tuple[Author, ...], bool]:
    """The authors, and whether they are all."""
    authors: list[Author] = []
    complete = bool(rows)
    for row in rows:
        family, given, suffix, name, orcid = row.split("\t")
        cut = any(map(is_cut, (family, name)))
        author = None if cut else body(name) if name and not family else person(family, given, suffix, orcid)
        complete = complete and author is not None
        authors.extend([author] if author else [])
    return tuple(authors), complete and bool(authors)


def _date(rows: Sequence[str]) -> tuple[str | None, str | None]:
    """The earliest date of publication, else that of approval; and all that is stated."""
    stated = [row.partition(" ") for row in rows]
    dates = [(name, date) for name, _, parts in stated if (date := date_of_parts(parts))]
    published = earliest_date([date for name, date in dates if name != "approved"])
    return published or earliest_date([date for _, date in dates]), "; ".join(rows) or None


def _identifiers(entry: Entry, fields: Fields, kind: Kind) -> tuple[tuple[Identifier, ...], list[str]]:
    """Identifiers, and flags for what is none and for what notices say."""
    found = [stated_identifier("doi", fields.take("doi") or entry.source_key, "self")]
    found += [stated_identifier("doi", alias, "self") for alias in fields.take_values("aliases")]
    flags: list[str] = []
    book: Role = "container" if kind in _INSIDE else "self"
    numbers: tuple[tuple[str, Role], ...] = (("issn", "container"), ("isbn", book))
    for scheme, role in numbers:
        for raw in fields.take_values(scheme):
            # Older answers write ISBNs as addresses: http://id.crossref.org/isbn/9783161484100.
            number = stated_identifier(scheme, raw.rpartition("/")[2], role)
            found.append(number and number.model_copy(update={"raw": raw}))
            flags.extend([] if number else [f"invalid_{scheme}"])
    for row in fields.take_values("relations"):
        relation, scheme, raw = row.split("\t")
        found.append(stated_identifier(scheme, raw, _role(relation, scheme)))
    for row in fields.take_values("updates"):
        direction, type, raw = row.split("\t")
        found.append(stated_identifier("doi", raw, _role(type)))
        flags.extend(_update_flags(direction, type))
    return distinct(one for one in found if one), list(dict.fromkeys(flags))


def _role(relation: str, scheme: str = "doi") -> Role:
    """What is the same under another DOI is this publication; a series is never."""
    if relation in _SAME and scheme != "issn":
        return "self"
    if relation in _VERSIONS:
        return "version"
    return "container" if relation == "is-part-of" else "related"


def _update_flags(direction: str, type: str) -> Iterator[str]:
    if direction == "updated-by" and type in _TAKEN_BACK:
        yield "withdrawn"
    yield f"{direction.replace('-', '_')}:{type or 'unnamed'}"


def _links(fields: Fields) -> Iterator[tuple[Rel, str]]:
    """Addresses for checking similarity are full texts too, but open to the program that checks and to nobody else."""
    if url := fields.take("url"):
        yield "landing", url
    for row in fields.take_values("links"):
        purpose, _, url = row.partition("\t")
        yield _RELS.get(purpose, "fulltext"), url
