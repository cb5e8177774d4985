"""The common schema: what one source states about one publication, and what could not be read."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from pydantic import Field

from variorum.schema.base import Model, PartialDate
from variorum.schema.identifiers import Role, Scheme, name_scheme

Kind = Literal[
    "article",
    "article-journal",
    "paper-conference",
    "chapter",
    "book",
    "thesis",
    "report",
    "dataset",
    "software",
    "document",
]
"""Publication types, in CSL 1.0.2 names; ``document`` where the source does not say."""

Stage = Literal["preprint", "accepted", "published"]
Evidence = Literal["byline", "profile"]
"""How an author is known: named in the byline, or only as the owner of the profile listing the paper."""


DELETED = "deleted"
"""The flag of a record that its source has deleted."""

UNSTATED = "unstated"
"""The flag of a record that no page states any more, as its pages are read today. It stays, and is never lost."""


class Identifier(Model):
    """An identifier a source states: ``value`` is the normal form, ``raw`` what the page says."""

    scheme: Scheme
    value: str
    raw: str
    role: Role = "self"


def identify(raw: str, *, role: Role = "self") -> Identifier | None:
    """The identifier in ``raw`` with its scheme, None when there is not exactly one."""
    named = name_scheme(raw)
    return Identifier(scheme=named[0], value=named[1], raw=raw, role=role) if named else None


class Author(Model):
    """One author in the source's order: the name as it stands there, and its parts where they are known."""

    name: str = Field(min_length=1)
    family: str | None = None
    given: str | None = None
    orcid: str | None = None
    evidence: Evidence = "byline"


class Award(Model):
    """A link to a grant: the funder's short name, the canonical number, the number as written."""

    funder: str
    id: str
    raw: str


class Link(Model):
    """A web address the source gives for the publication."""

    url: str
    rel: Literal["landing", "fulltext", "code", "other"] = "other"


class Record(Model):
    """One source's statement about one publication; identity is ``(source, source_key)``.

    ``*_raw`` fields are the source's words, untouched; the plain ones are cleaned. Absent is None or
    empty, never a placeholder. ``flags`` holds ``stub`` (too little to tell the publication from
    others), ``code_available`` and ``low_confidence:<field>`` for values that were inferred.
    """

    source: str
    source_key: str
    format: str
    kind: Kind = "document"
    kind_raw: str | None = None
    title: str | None = None
    title_raw: str | None = None
    authors: tuple[Author, ...] = ()
    authors_complete: bool = False
    abstract: str | None = None
    abstract_raw: str | None = None
    abstract_truncated: bool = False
    date: PartialDate | None = None
    date_raw: str | None = None
    venue: str | None = None
    venue_raw: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    stage: Stage | None = None
    subjects: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    awards: tuple[Award, ...] = ()
    links: tuple[Link, ...] = ()
    institutions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """``source:source_key``, the name by which commands and reports address a record."""
        return f"{self.source}:{self.source_key}"

    @property
    def display_title(self) -> str:
        """The title; without one, the abstract's opening words; without either, the venue line."""
        return self.title or incipit(self.abstract) or f"[{self.venue_raw or 'untitled'}]"

    def low_confidence(self, field: str) -> bool:
        """Whether the value of ``field`` was inferred rather than stated."""
        return f"low_confidence:{field}" in self.flags

    def content_hash(self) -> str:
        """SHA-256 over the whole statement: two records are equal exactly when their hashes are."""
        return sha256(self.model_dump_json().encode()).hexdigest()


class Sighting(Model):
    """One place on one page where a record was seen, with what that place alone states."""

    place: str
    statement: Record


class Rejection(Model):
    """An entry or page that could not be read: kept raw, named by a code, for a person to look at."""

    code: str
    message: str
    place: str
    stage: Literal["fetch", "page", "entry", "normalise"] = "entry"
    raw: str = ""


def incipit(abstract: str | None, words: int = 14) -> str | None:
    """The opening words of an abstract, by which an untitled record is shown; None without abstract."""
    if not abstract:
        return None
    opening = abstract.split(maxsplit=words)
    if len(opening) <= words:
        return " ".join(opening)
    return " ".join(opening[:words]).rstrip(",;:.") + "…"
