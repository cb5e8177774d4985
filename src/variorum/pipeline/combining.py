"""What the statements of one source about one publication add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from variorum.schema import Author, Record

FIELDS = (
    ("title", "title_raw"),
    ("authors", "authors_complete"),
    ("abstract", "abstract_raw", "abstract_truncated"),
    ("date", "date_raw"),
    ("venue", "venue_raw"),
    ("volume",),
    ("issue",),
    ("pages",),
    ("stage",),
    ("subjects",),
    ("links",),
    ("institutions",),
)
"""Fields that one format tells and another leaves out, each with those that go with it."""


def combine(statements: Sequence[Record]) -> Record:
    """The record that statements of one (source, source_key) add up to, given oldest first.

    The newest statement stands. What its format does not tell (a feed gives no date, a list no abstract)
    comes from the newest statement in another format; within one format, what is no longer said is gone.
    What a page says by its own subject adds up over pages: the owners of the profiles that list a paper
    are all its authors, and the awards whose searches find it all support it.
    """
    newest = statements[-1]
    if len(statements) == 1:
        return newest
    if "deleted" in newest.flags:
        # Deleted at the source is something to know of a record, not a reason to forget it.
        alive = [statement for statement in statements if "deleted" not in statement.flags]
        if alive:
            kept = combine(alive)
            return kept.model_copy(update={"flags": (*kept.flags, "deleted")})
    others = {one.format: one for one in statements if one.format != newest.format and "deleted" not in one.flags}
    record = _filled(newest, list(reversed(others.values())))
    if record.authors and _only_owners(record):
        record = _with_authors(record, statements)
    awards = {award.id: award for statement in statements for award in statement.awards}
    return record.model_copy(update={"awards": tuple(awards[number] for number in sorted(awards))})


def _only_owners(record: Record) -> bool:
    return all(author.evidence == "profile" for author in record.authors)


def _with_authors(record: Record, statements: Sequence[Record]) -> Record:
    """A record that names only the owners of profiles, with the newest byline, or else with all owners."""
    named = next((one for one in reversed(statements) if one.authors and not _only_owners(one)), None)
    if named is not None:
        return record.model_copy(update={"authors": named.authors, "authors_complete": named.authors_complete})
    owners = {author.name: author for statement in statements for author in statement.authors}
    return record.model_copy(update={"authors": tuple(sorted(owners.values(), key=_by_name))})


def _filled(newest: Record, others: Sequence[Record]) -> Record:
    """The newest statement with what it lacks, from statements in other formats, best first."""
    given: dict[str, Any] = {}
    flags = list(newest.flags)
    for field, *more in FIELDS:
        lacking = not getattr(newest, field) or (field == "abstract" and newest.abstract_truncated)
        giver = next((other for other in others if _tells(other, field)), None) if lacking else None
        if giver is not None:
            given |= {name: getattr(giver, name) for name in (field, *more)}
            if giver.low_confidence(field):
                flags.append(f"low_confidence:{field}")
    known = {(one.scheme, one.role) for one in newest.identifiers}
    added = {
        (one.scheme, one.value): one
        for other in reversed(others)
        for one in other.identifiers
        if (one.scheme, one.role) not in known
    }
    if not given and not added:
        return newest
    if given.get("title") or given.get("abstract"):
        flags = [flag for flag in flags if flag != "stub"]
    return newest.model_copy(
        update={**given, "identifiers": (*newest.identifiers, *added.values()), "flags": tuple(dict.fromkeys(flags))}
    )


def _tells(other: Record, field: str) -> bool:
    return bool(getattr(other, field)) and not (field == "abstract" and other.abstract_truncated)


def _by_name(author: Author) -> tuple[str, str]:
    return author.family or author.name, author.name
