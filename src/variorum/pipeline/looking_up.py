"""What registries are asked about a work, and whether an answer is taken. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from variorum.dedup.agreement import disagreement, features_for_agreement
from variorum.dedup.features import Features
from variorum.dedup.guards import objections
from variorum.dedup.kinds import kind_disagreement
from variorum.pipeline.statements import statement_of_record
from variorum.schema import Author, Identifier, Record
from variorum.schema.harvest import Keys
from variorum.scrapers import Source, Wanted, sources
from variorum.store.works import FieldRow, SeenRecord


@dataclass(frozen=True)
class Question:
    """One question to one registry: by ``key``, or by what else is ``wanted``.

    ``query`` names it in the ledger of look-ups, so that it is not asked again.
    """

    source: str
    query: str
    key: str = ""
    wanted: Wanted | None = None
    by_abstract: bool = False


def registries() -> tuple[str, ...]:
    """The sources that can be asked by id and searched, in the order in which they are asked."""
    return tuple(name for name, source in sources().items() if source.search is not None and _by_key(source))


def _by_key(source: Source) -> bool:
    return any(Keys in channel.scopes for channel in source.channels)


def record_of_work(work_id: str, fields: Sequence[FieldRow], members: Sequence[SeenRecord]) -> Record:
    """What is known of a work as one record, to hold answers against."""
    chosen = {row.field: row for row in fields if row.position == 0}
    stated = {member.record.ref: member.record for member in members}
    speakers = {name: stated[row.ref] for name, row in chosen.items()}
    names = ("title", "abstract", "date", "venue", "volume", "pages", "kind")
    return Record(
        source="work",
        source_key=work_id,
        format="work",
        **{name: chosen[name].value for name in names if name in chosen},
        kind_raw=speakers["kind"].kind_raw if "kind" in speakers else None,
        authors=tuple(Author.model_validate(one) for one in chosen["authors"].value) if "authors" in chosen else (),
        authors_complete="authors" in speakers and speakers["authors"].authors_complete,
        abstract_truncated="abstract" in speakers and speakers["abstract"].abstract_truncated,
        identifiers=tuple(Identifier.model_validate(row.value) for row in fields if row.field == "identifiers"),
        flags=("low_confidence:date",) if "date" in speakers and speakers["date"].low_confidence("date") else (),
    )


def questions(known: Record, names: Sequence[str]) -> Iterator[Question]:
    """What to ask about a publication, best first: by its ids; only without any, by title, or by abstract."""
    ids = [one.value for one in known.identifiers if one.role == "self" and one.scheme in {"doi", "arxiv"}]
    for value in ids:
        for name in names:
            key = sources()[name].key_of(value)
            if key is not None:
                yield Question(name, f"id:{value}"[:255], key=key)
    if ids or not (known.title or known.abstract):
        return
    own = _features(known)
    wanted = Wanted(
        title=known.title or "",
        family=next((author.family or author.name for author in known.authors), ""),
        year=own.year or None,
        abstract=known.abstract or "",
    )
    for name in names:
        yield Question(name, _digest(own), wanted=wanted, by_abstract=not known.title)


def _digest(own: Features) -> str:
    """Names a search by what it is held against: when more becomes known of the work, it is another one."""
    names = " ".join(f"{family},{given[:1]}" for family, given in zip(own.families, own.givens, strict=True))
    text = "\x1f".join((own.title or own.abstract, names, str(own.year or None)))
    return f"{'title' if own.title else 'abstract'}:{sha256(text.encode()).hexdigest()[:16]}"


def _features(said: Record) -> Features:
    return features_for_agreement(statement_of_record(said))


def choose(known: Record, answers: Sequence[Record]) -> tuple[Record | None, str]:
    """The one of a registry's answers that is the publication; else why none is, for people."""
    own = _features(known)
    reasons: Counter[str] = Counter()
    agreeing: list[tuple[Record, Features]] = []
    for answer in answers:
        seen = _features(answer)
        reason = disagreement(own, seen) or kind_disagreement(known, answer)
        if reason is None:
            agreeing.append((answer, seen))
        else:
            reasons[reason] += 1
    chosen = _best(own, agreeing)
    if chosen is None and agreeing:
        reasons["ambiguous"] = len(agreeing)
    told = ", ".join(f"{reason} {count}" if count > 1 else reason for reason, count in reasons.most_common())
    return chosen, "" if chosen else told


def _best(own: Features, agreeing: Sequence[tuple[Record, Features]]) -> Record | None:
    """The first of the answers; of several publications the one of the same venue and year; None if none stands out."""
    for best in (agreeing, [one for one in agreeing if _same_issue(own, one[1])]):
        if best and not any(_several(a, b) for (_, a), (_, b) in combinations(best, 2)):
            return best[0][0]
    return None


def _several(a: Features, b: Features) -> bool:
    """Whether two answers bear different identifiers, neither of them a preprint's."""
    return any(objection.guard == "identifier_conflict" for objection in objections(a, b))


def _same_issue(own: Features, answer: Features) -> bool:
    return own.venue != "" and own.year != 0 and (own.venue, own.year) == (answer.venue, answer.year)


def fills(answer: Record) -> frozenset[str]:
    """The holes that an answer fills."""
    ids = {one.scheme for one in answer.identifiers if one.role == "self"}
    filled = {
        "title": bool(answer.title),
        "authors": bool(answer.authors) and answer.authors_complete,
        "doi": bool(ids & {"doi", "arxiv"}),
        "abstract": bool(answer.abstract) and not answer.abstract_truncated,
        "date": answer.date is not None,
    }
    return frozenset(name for name, there in filled.items() if there)
