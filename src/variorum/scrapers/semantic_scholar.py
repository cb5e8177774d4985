"""Semantic Scholar: answers of its Graph API (api.semanticscholar.org), saved by others.

A paper, the best match of a title, a list of papers, or a batch of them. What stands in an answer depends on
the fields that were asked for. Answers that show no paper are not told from other JSON: an empty list, an
author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._base import Body, Expectations, Layout, Mark, Reading, Source, filled
from variorum.scrapers._contacts import without_email, without_emails
from variorum.scrapers._json import (
    as_text,
    list_in,
    object_in,
    objects_in,
    parse_json,
    raw_of,
    read_each,
    text_in,
    texts_in,
)

FORMAT = "semantic_scholar"

_ID = re.compile(r"[0-9a-f]{40}")
_PAPER = (Mark('key "paperId" with an id of 40 digits', re.compile(r'"paperId"\s*:\s*"[0-9a-f]{40}"')),)
_ERROR = (
    Mark(
        "an error report as Semantic Scholar words it",
        re.compile(
            r'\A\s*\{\s*"error"\s*:\s*"(?:Title match not found|Paper with id )'
            r'|\A\s*\{\s*"message"\s*:.{0,500}semanticscholar\.org',
            re.S,
        ),
    ),
)

_READ = {"DOI": "doi", "ArXiv": "arxiv", "PubMed": "pmid"}
"""External ids and the names of the fields."""
_UNUSED = frozenset({"ACL", "CorpusId", "DBLP", "MAG", "Medline", "PubMedCentral"})
"""External ids that the schema has no scheme for."""


def parse(page: Body) -> Reading:
    """Read an answer. Raises ``LayoutError``: ``api_error`` for an error report, ``wrong_content`` for other JSON."""
    return Reading.of(result for place, paper in _papers(parse_json(page)) for result in _read(place, paper))


def _papers(answer: Any) -> list[tuple[str, Any]]:
    if isinstance(answer, dict) and "paperId" in answer:
        return [("page", answer)]
    if isinstance(answer, dict) and "data" not in answer:
        for name in ("error", "message"):
            if isinstance(answer.get(name), str):
                raise LayoutError("api_error", as_text(answer[name], name)[:300])
    if not isinstance(answer, list) and not (isinstance(answer, dict) and "data" in answer):
        raise LayoutError("wrong_content", "a paper or a list of papers is due")
    items = answer if isinstance(answer, list) else list_in(answer, "data")
    return [(f"item={number}", item) for number, item in enumerate(items, start=1)]


def _read(place: str, paper: Any) -> Iterator[Entry | Rejection]:
    if paper is None:
        yield Rejection(code="not_found", message="no paper is known by the id asked for", place=place)
        return
    results = read_each([(place, paper)], _entry)
    yield from results
    if isinstance(results[0], Entry):
        yield from _unknown_ids(place, object_in(paper, "externalIds"))


def _unknown_ids(place: str, ids: dict[str, Any]) -> Iterator[Rejection]:
    """A report for each external id of a scheme that is not known, beside the entry."""
    for name, value in ids.items():
        if name not in _READ and name not in _UNUSED:
            label = ascii(name[:100])[1:-1]
            yield Rejection(
                code="unknown_label",
                message=f"an external id of a scheme that is not known: {label!r}",
                place=f"{place};label=externalIds.{label}",
                raw=raw_of({name: value}),
            )


def _entry(place: str, paper: Any) -> Entry:
    key = text_in(paper, "paperId")
    if not _ID.fullmatch(key):
        raise LayoutError("no_identifier", f"the paper has no id: {key[:100]!r}")
    ids, journal = object_in(paper, "externalIds"), object_in(paper, "journal")
    names = [without_email(text_in(author, "name")) for author in objects_in(paper, "authors")]
    fields = filled(
        **{ours: text_in(ids, theirs) for theirs, ours in _READ.items()},
        title=text_in(paper, "title"),
        abstract=without_emails(text_in(paper, "abstract")),
        authors=join_values(names),
        more_authors="" if all(names) else "yes",
        date=text_in(paper, "publicationDate"),
        year=text_in(paper, "year"),
        venue=text_in(paper, "venue"),
        journal=text_in(journal, "name"),
        volume=text_in(journal, "volume"),
        pages=text_in(journal, "pages"),
        types=join_values(texts_in(paper, "publicationTypes")),
        subjects=join_values(texts_in(paper, "fieldsOfStudy")),
        landing=text_in(paper, "url"),
        fulltext=text_in(object_in(paper, "openAccessPdf"), "url"),
    )
    return Entry(source=SOURCE.name, format=FORMAT, source_key=key, place=place, fields=fields)


SOURCE = Source(
    name="semantic_scholar",
    title="Semantic Scholar",
    homepage="https://www.semanticscholar.org/",
    # It gathers from publishers, repositories and the web, and merges preprints with their articles.
    category="aggregator",
    access="saved answers of its Graph API",
    expects=Expectations(required=(("title", 0.9),), rejected=0.2),
    lists_once=False,
    layouts=(
        Layout(formats=(FORMAT,), media="json", marks=_PAPER, parse=parse),
        Layout(formats=(FORMAT,), media="json", marks=_ERROR, parse=parse),
    ),
    notes=("where a preprint and its article are one paper, the date may be the preprint's and is of low confidence",),
)
