"""OpenAlex's answers: one work, or a list of works.

A work's abstract comes as an index of its words with their positions, and is put together again here.
Bylines as they stand on the publication (``raw_author_name``) are read beside OpenAlex's own names of the
people it takes the authors to be. Citation counts, licences, corresponding authors and guessed languages
are not read; neither are affiliations as written, which hold e-mail addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_doi
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._contacts import without_email, without_emails
from variorum.scrapers._json import (
    Number,
    as_text,
    list_in,
    object_in,
    objects_in,
    parse_json,
    read_each,
    text_in,
    texts_in,
)

FORMAT = "openalex"
SOURCE_NAME = "openalex"

MARKS = (
    Mark(
        "OpenAlex's ids, or how it begins lists and errors",
        re.compile(
            r'"id"\s*:\s*"https://openalex\.org/[A-Z]\d|"db_response_time_ms"\s*:|"Invalid query parameters error\.'
        ),
    ),
)

_ENTITY = re.compile(r"https://openalex\.org/([A-Z])\d{1,15}")
_WORK = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W[1-9]\d{0,14})", re.I)
_COUNT = re.compile(r"\d{1,15}")
_POSITION = re.compile(r"\d{1,5}")
_VERSIONS = frozenset({"submittedVersion", "acceptedVersion", "publishedVersion"})

LAST_POSITION = 20_000
"""The last position a word of an abstract may have; the longest abstracts have some thousand words."""
LONGEST_ABSTRACT = 200_000
"""Characters of an abstract; an index of a few bytes can stand for far more."""


def work_id(text: str) -> str | None:
    """The id of a work, as ``W`` and digits, in an id or address of OpenAlex's; None when it is none."""
    found = _WORK.fullmatch(text.strip())
    return found[1].upper() if found else None


def parse(page: Body) -> Reading:
    """Read an answer.

    Raises ``LayoutError``: ``api_error`` for an error report, ``wrong_content`` for an author, a topic or
    anything else that is neither a work nor a list, ``wrong_count`` for a list longer than it says.
    """
    answer = answer_in(page)
    if "results" not in answer:
        return Reading.of(_read("page", answer))
    results = list_in(answer, "results")
    stated = text_in(object_in(answer, "meta"), "count")
    if _COUNT.fullmatch(stated) and int(stated) < len(results):
        raise LayoutError("wrong_count", f"the list says that it has {stated} works, and shows {len(results)}")
    return Reading.of(read for number, item in enumerate(results, start=1) for read in _read(f"item={number}", item))


def answer_in(page: Body) -> dict[str, Any]:
    """The page's work or list. Raises ``LayoutError`` (``api_error``, ``wrong_content``) when it has neither."""
    answer = parse_json(page)
    if not isinstance(answer, dict):
        raise LayoutError("wrong_content", "a work or a list of works is due")
    if "results" in answer or "id" in answer:
        if (found := _ENTITY.fullmatch(_plain(answer.get("id")))) and found[1] != "W":
            raise LayoutError("wrong_content", f"a work is due, this is {found[0]}")
        return answer
    if "error" in answer:
        words = filter(None, (_plain(answer.get(name)) for name in ("error", "message")))
        raise LayoutError("api_error", " ".join(words)[:300] or "OpenAlex reports an error")
    raise LayoutError("wrong_content", "a work or a list of works is due, this has neither id nor results")


def dois_of(work: dict[str, Any]) -> Iterator[str]:
    """All DOIs, in normal form, under which a work is known: its own, and those of the places it is kept at."""
    stated = [text_in(work, "doi"), text_in(object_in(work, "ids"), "doi")]
    stated += [text_in(place, name) for place in objects_in(work, "locations") for name in ("landing_page_url", "id")]
    return (doi for text in stated if (doi := normalise_doi(text)))


def _plain(value: Any) -> str:
    """A value that is text; empty for any other."""
    return as_text(value, "id") if isinstance(value, str) else ""


def _read(place: str, work: Any) -> Iterator[Entry | Rejection]:
    """The work, and a report beside it when it is a version of a sort that is not known."""
    for result in read_each([(place, work)], _entry):
        if isinstance(result, Rejection):
            # Affiliations as written hold addresses.
            kept = {"message": without_emails(result.message), "raw": without_emails(result.raw)}
            yield result.model_copy(update=kept)
            continue
        yield result
        version = result.fields.get("version")
        if version and version not in _VERSIONS:
            yield Rejection(
                code="unknown_label",
                message=f"a version that is not known: {version[:100]!r}",
                place=f"{place};label=primary_location.version",
                raw=f"version: {version[:1000]}",
            )


def _entry(place: str, work: Any) -> Entry:
    stated = text_in(work, "id")
    key = work_id(stated)
    if key is None:
        raise LayoutError("no_identifier", f"the id names no work: {stated[:100]!r}")
    ids, biblio = object_in(work, "ids"), object_in(work, "biblio")
    primary, best = object_in(work, "primary_location"), object_in(work, "best_oa_location")
    source, authorships = object_in(primary, "source"), objects_in(work, "authorships")
    abstract, whole = _abstract(object_in(work, "abstract_inverted_index"))
    fields = filled(
        id=stated,
        doi=text_in(work, "doi") or text_in(ids, "doi"),
        pmid=text_in(ids, "pmid"),
        title=text_in(work, "title") or text_in(work, "display_name"),
        abstract=without_emails(abstract),
        abstract_gaps="" if whole else "yes",
        authors=join_values(_author(one) for one in authorships),
        more_authors="yes" if _true(work, "is_authors_truncated") else "",
        institutions=join_values(_institutions(authorships)),
        date=text_in(work, "publication_date"),
        year=text_in(work, "publication_year"),
        type=text_in(work, "type"),
        type_at_registry=text_in(work, "type_crossref") or text_in(primary, "raw_type"),
        venue=text_in(source, "display_name") or text_in(primary, "raw_source_name"),
        venue_type=text_in(source, "type"),
        version=text_in(primary, "version"),
        issn=join_values(texts_in(source, "issn") or [text_in(source, "issn_l")]),
        volume=text_in(biblio, "volume"),
        issue=text_in(biblio, "issue"),
        first_page=text_in(biblio, "first_page"),
        last_page=text_in(biblio, "last_page"),
        subjects=join_values(_subjects(work)),
        landing=text_in(primary, "landing_page_url"),
        fulltext=text_in(best, "pdf_url") or text_in(object_in(work, "open_access"), "oa_url"),
        locations=join_values(text_in(one, "landing_page_url") for one in objects_in(work, "locations")),
        awards=join_values(_awards(work)),
        retracted="yes" if _true(work, "is_retracted") else "",
    )
    return Entry(source=SOURCE_NAME, format=FORMAT, source_key=key, place=place, fields=fields)


def _author(authorship: dict[str, Any]) -> str:
    """Name on the publication TAB OpenAlex's name TAB ORCID iD; a row even for an author without a name."""
    person = object_in(authorship, "author")
    names = without_email(text_in(authorship, "raw_author_name")), without_email(text_in(person, "display_name"))
    return _row(*names, text_in(person, "orcid"))


def _institutions(authorships: Iterable[dict[str, Any]]) -> Iterable[str]:
    """The institutions of all authors, each once."""
    found = (text_in(one, "display_name") for author in authorships for one in objects_in(author, "institutions"))
    return dict.fromkeys(found)


def _subjects(work: dict[str, Any]) -> list[str]:
    """The topics, which are few and chosen from one scheme; keywords where there are none."""
    topics = [text_in(topic, "display_name") for topic in objects_in(work, "topics")]
    # The name of a keyword stood under "keyword" before 2024.
    return topics or [text_in(one, "display_name") or text_in(one, "keyword") for one in objects_in(work, "keywords")]


def _awards(work: dict[str, Any]) -> list[str]:
    """Funder TAB its id at OpenAlex TAB number of the award; funders without a number are left out."""
    rows = [(one, text_in(one, "award_id"), text_in(one, "funder")) for one in objects_in(work, "grants")]
    rows += [(one, text_in(one, "funder_award_id"), text_in(one, "funder_id")) for one in objects_in(work, "awards")]
    return [_row(text_in(one, "funder_display_name"), funder, number) for one, number, funder in rows if number]


def _row(*values: str) -> str:
    """Values with TAB between them."""
    return "\t".join(value.replace("\t", " ") for value in values)


def _true(work: dict[str, Any], name: str) -> bool:
    value = work.get(name)
    if value not in (None, True, False):
        raise LayoutError("unexpected_value", f"{name} is neither true nor false")
    return value is True


def _abstract(index: dict[str, Any]) -> tuple[str, bool]:
    """The words of an index in the order of their positions, and whether no position is left without a word.

    Raises ``LayoutError`` (``unexpected_value``) for positions that are none, given twice or far out, and
    for an index that stands for more than any abstract has.
    """
    words: dict[int, str] = {}
    size = 0
    for word in index:
        for position in list_in(index, word):
            number = _position(position)
            size += len(word) + 1
            if number in words or size > LONGEST_ABSTRACT:
                fault = f"position {number} is given twice" if number in words else "it is too long"
                raise LayoutError("unexpected_value", f"abstract_inverted_index cannot be read: {fault}")
            words[number] = as_text(word, "abstract_inverted_index")
    return " ".join(words[number] for number in sorted(words)), not words or max(words) == len(words) - 1


def _position(value: Any) -> int:
    if isinstance(value, Number) and _POSITION.fullmatch(value) and int(value) <= LAST_POSITION:
        return int(value)
    raise LayoutError("unexpected_value", f"abstract_inverted_index has a position {str(value)[:40]!r}")
