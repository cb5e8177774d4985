"""Europe PMC: answers of its search (www.ebi.ac.uk/europepmc/webservices/rest/search), saved by others.

Results come short (``lite``) or with abstract, names in parts, types and grants (``core``); the fields have the same
names since 2014. Answers about what cites a publication, or which database entries it names, are not read.
"""

from __future__ import annotations

import re
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._base import Body, Expectations, Layout, Mark, Reading, Source, filled
from variorum.scrapers._contacts import without_email, without_emails
from variorum.scrapers._json import list_in, object_in, objects_in, parse_json, read_each, text_in, texts_in

FORMAT = "europe_pmc"

_COUNT = re.compile(r"\d{1,15}")
_DATABASE, _ID = re.compile(r"[A-Z]{2,5}"), re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


def parse(page: Body) -> Reading:
    """Read an answer; one that found nothing has no entries.

    Raises ``LayoutError``: ``api_error`` for an error report, ``wrong_content`` for an answer that lists no
    publications, ``wrong_count`` for one that lists more than it says.
    """
    answer = parse_json(page)
    if error := text_in(answer, "errMsg"):
        raise LayoutError("api_error", error[:300])
    stated = text_in(answer, "hitCount")
    if not _COUNT.fullmatch(stated):
        raise LayoutError("wrong_content", "the answer does not say how much it found")
    if "resultList" not in answer and int(stated) > 0:
        raise LayoutError("wrong_content", "the answer is no list of publications")
    results = list_in(object_in(answer, "resultList"), "result")
    if int(stated) < len(results):
        raise LayoutError("wrong_count", f"the answer says that it found {stated}, and shows {len(results)}")
    items = ((f"item={number}", item) for number, item in enumerate(results, start=1))
    return Reading.of(map(_without_emails, read_each(items, _entry)))


def _without_emails(result: Entry | Rejection) -> Entry | Rejection:
    """The result; e-mail addresses, which affiliations hold, are not kept with what could not be read."""
    if isinstance(result, Entry):
        return result
    kept = {"message": without_emails(result.message), "raw": without_emails(result.raw)}
    return result.model_copy(update=kept)


def _entry(place: str, result: Any) -> Entry:
    database, own = text_in(result, "source"), text_in(result, "id")
    if not _DATABASE.fullmatch(database) or not _ID.fullmatch(own):
        raise LayoutError("no_identifier", f"the result has no id in a database: {database[:20]!r}, {own[:80]!r}")
    issue_of = object_in(result, "journalInfo")
    journal = object_in(issue_of, "journal")
    fields = filled(
        database=database,
        pmid=text_in(result, "pmid"),
        doi=text_in(result, "doi"),
        title=text_in(result, "title"),
        byline=without_email(text_in(result, "authorString")),
        authors=join_values(_author(one) for one in objects_in(object_in(result, "authorList"), "author")),
        abstract=without_emails(text_in(result, "abstractText")),
        date=text_in(result, "firstPublicationDate"),
        year=text_in(result, "pubYear"),
        journal=text_in(journal, "title") or text_in(result, "journalTitle"),
        publisher=text_in(object_in(result, "bookOrReportDetails"), "publisher"),
        volume=text_in(issue_of, "volume") or text_in(result, "journalVolume"),
        issue=text_in(issue_of, "issue") or text_in(result, "issue"),
        pages=text_in(result, "pageInfo"),
        issn=join_values([text_in(journal, "issn"), text_in(journal, "essn")]) or text_in(result, "journalIssn"),
        types=join_values(texts_in(object_in(result, "pubTypeList"), "pubType")) or text_in(result, "pubType"),
        subjects=join_values(texts_in(object_in(result, "keywordList"), "keyword")),
        awards=join_values(_award(one) for one in objects_in(object_in(result, "grantsList"), "grant")),
    )
    return Entry(source=SOURCE.name, format=FORMAT, source_key=f"{database}:{own}", place=place, fields=fields)


def _author(author: dict[str, Any]) -> str:
    """Name TAB family TAB given TAB ORCID iD, a row even for no name; a collective has a name only."""
    stated = object_in(author, "authorId")
    orcid = text_in(stated, "value") if text_in(stated, "type") == "ORCID" else ""
    name = text_in(author, "fullName") or text_in(author, "collectiveName")
    given = text_in(author, "firstName") or text_in(author, "initials")
    return _row(*map(without_email, (name, text_in(author, "lastName"), given)), orcid)


def _award(grant: dict[str, Any]) -> str:
    """Funder TAB number; empty without a number."""
    number = text_in(grant, "grantId")
    return _row(text_in(grant, "agency"), number) if number else ""


def _row(*values: str) -> str:
    return "\t".join(value.replace("\t", " ") for value in values)


SOURCE = Source(
    name="europe_pmc",
    title="Europe PMC",
    homepage="https://europepmc.org/",
    # It takes its records over from PubMed, PubMed Central and preprint servers.
    category="aggregator",
    access="saved answers of its search",
    expects=Expectations(required=(("title", 0.95), ("authors", 0.7)), rejected=0.2),
    layouts=(
        Layout(
            formats=(FORMAT,),
            media="json",
            marks=(
                Mark('key "hitCount"', re.compile(r'"hitCount"\s*:\s*\d')),
                Mark('key "version"', re.compile(r'"version"\s*:\s*"\d')),
            ),
            parse=parse,
        ),
    ),
    notes=("keys are the database and the id in it, MED:12345678; PPR are preprints",),
)
