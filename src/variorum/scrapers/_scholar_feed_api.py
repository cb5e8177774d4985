"""Scholar Feed's API (api.scholarfeed.org): the papers of an author, page by page, and an author's profile.

No answer was ever seen. The names of its members are those that the site's own client declares and records
(github.com/YGao2005/scholar-feed-mcp): ``papers``, or ``top_papers`` in a profile, beside ``total``, ``page`` and
``limit``. What that client calls summaries, significance and scores is made by a machine and not read.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.harvest import Request
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import Body, Endpoint, Mark, Reading, filled
from variorum.scrapers._json import list_in, parse_json, read_each, text_in, texts_in
from variorum.scrapers._key_harvest import Asked, Lead
from variorum.scrapers._scholar_feed_words import SOURCE_NAME

FORMAT = "scholar_feed_api"

MARKS = (
    Mark('key "papers" or "top_papers"', re.compile(r'"(?:top_)?papers"\s*:')),
    Mark('key "arxiv_id", "h_index" or "llm_…"', re.compile(r'"(?:arxiv_id|h_index|llm_[a-z_]{1,40})"\s*:')),
)

AT_ONCE = 50
"""Papers asked for at once; the most that the API gives."""

MOST_PAGES = 200
"""Pages of one author; beyond it, the answers do not lead to an end."""


def ask(endpoint: Endpoint, asked: Asked) -> Request:
    """A page of an author's papers."""
    page, _ = _progress(asked)
    author = quote(asked.key, safe="")
    return Request(f"{endpoint.url}/api/v1/public/authors/{author}/papers?page={page}&limit={AT_ONCE}", "json")


def lead(asked: Asked, body: Body) -> Lead:
    """The next page, until as many papers were given as there are, or a page is not full.

    Raises ``LayoutError`` for an error (``api_error``), for another page than was asked for (``wrong_content``),
    for a page that is empty although more papers were announced (``empty_slice``), and when there is no end
    (``endless``).
    """
    page, before = _progress(asked)
    answer = parse_json(body)
    papers = _papers(answer)
    if (stated := _number(answer, "page")) not in (None, page):
        raise LayoutError("wrong_content", f"page {page} was asked for, this is page {stated}")
    seen, total = before + len(papers), _number(answer, "total")
    full = len(papers) >= (_number(answer, "limit") or AT_ONCE)
    # A total that is just what the page holds may count the page only.
    more = full if total in (None, len(papers)) else seen < (total or 0)
    if more and not papers:
        raise LayoutError("empty_slice", f"{total} papers were announced and {seen} came")
    if more and page >= MOST_PAGES:
        raise LayoutError("endless", f"there are still more papers after {page} pages")
    return Lead(token=f"{page + 1} {seen}" if more else "", holds=bool(papers))


def parse_answer(page: Body) -> Reading:
    """Read papers. Raises ``LayoutError`` for an error (``api_error``), and when there is no list of papers."""
    answer = parse_json(page)
    results = read_each(((f"item={number}", paper) for number, paper in enumerate(_papers(answer), start=1)), _entry)
    total = _number(answer, "total_papers") if "papers" not in answer else None
    if total is not None and total > len(results):
        message = f"a profile shows its best papers only: {len(results)} of {total}"
        results.append(Rejection(code="page_may_be_cut", message=message, place="page", raw=f"total_papers: {total}"))
    return Reading.of(results)


def _progress(asked: Asked) -> tuple[int, int]:
    """The number of the page that is asked for, and how many papers came before it."""
    page, _, seen = asked.token.partition(" ")
    return int(page or 1), int(seen or 0)


def _papers(answer: Any) -> list[Any]:
    """The papers of an answer. Raises ``LayoutError`` when it is none."""
    if isinstance(answer, dict):
        for name in ("papers", "top_papers"):
            if answer.get(name) is not None:
                return list_in(answer, name)
        for name in ("message", "error", "detail"):
            if isinstance(answer.get(name), str):
                raise LayoutError("api_error", text_in(answer, name)[:500])
    raise LayoutError("unknown_layout", "the answer has no list of papers")


def _entry(place: str, paper: Any) -> Entry:
    stated = text_in(paper, "arxiv_id")
    found = normalise_arxiv(stated)
    if found is None:
        raise LayoutError("no_identifier", f"{stated[:100]!r} is no arXiv id")
    names = texts_in(paper, "authors")
    count = _number(paper, "n_authors")
    fields = filled(
        id=stated,
        title=text_in(paper, "title"),
        authors=join_values(names),
        more_authors="yes" if count is not None and count > len(names) else "",
        date=text_in(paper, "published_date"),
        year=text_in(paper, "year"),
        categories=join_values(dict.fromkeys([text_in(paper, "primary_category"), *texts_in(paper, "categories")])),
        institutions=join_values(texts_in(paper, "institution_tags")),
        abstract=text_in(paper, "abstract"),
        venue=text_in(paper, "venue_name"),
        code="yes" if paper.get("has_code") is True else "",
        code_url=text_in(paper, "github_url"),
        url=text_in(paper, "arxiv_url"),
        pdf_url=text_in(paper, "pdf_url"),
    )
    return Entry(source=SOURCE_NAME, format=FORMAT, source_key=found.id, place=place, fields=fields)


def _number(value: dict[str, Any], name: str) -> int | None:
    """A count; None where there is none."""
    text = text_in(value, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
