"""Whether a registry's answer can be the publication that was looked up, by what sort of thing each is.

Registries name data, programs, reviewers' reports and grants after the article they belong to, with its authors.
"""

from __future__ import annotations

import re

from variorum.schema import Record

_PAPERS = frozenset({"article", "article-journal", "paper-conference", "chapter"})
_UNSAID = frozenset({"", "document", "misc", "other", "postedcontent", "text", "unknown"})
"""Types that leave open what a document is."""

_NO_PUBLICATIONS = frozenset({"award", "component", "componentlist", "grant", "peerreview", "sacomponent"})
_CONTAINERS = frozenset(
    "bookseries journal journalissue journalvolume monographseries proceedings proceedingsseries reportseries".split()
)
"""Beside books."""


def kind_disagreement(wanted: Record, answer: Record) -> str | None:
    """Why the answer's kind forbids to take it for what was wanted, as a code; None when it does not.

    What one identifier names is one thing, however its kind is called; but where a title is missing it may be
    the identifier of the book.
    """
    if _types(answer) & _NO_PUBLICATIONS:
        return "other_kind"
    if _ids(wanted) & _ids(answer):
        untitled = not (wanted.title and answer.title)
        return "container" if untitled and _is_container(answer) and not _is_container(wanted) else None
    return None if _same_sort(wanted, answer) else "other_kind"


def _same_sort(wanted: Record, answer: Record) -> bool:
    if answer.kind == "document":
        return _types(answer) <= _UNSAID | _types(wanted)
    if wanted.kind == "document":
        return answer.kind in _PAPERS or answer.kind == "book"
    return wanted.kind == answer.kind or {wanted.kind, answer.kind} <= _PAPERS


def _is_container(record: Record) -> bool:
    return record.kind == "book" or bool(_types(record) & _CONTAINERS)


def _types(record: Record) -> set[str]:
    """The source's names of the type ("Text/Journal article", "Review; JournalArticle"), letters only."""
    return {"".join(filter(str.isalpha, name.lower())) for name in re.split("[/;]", record.kind_raw or "")}


def _ids(record: Record) -> set[tuple[str, str]]:
    return {(one.scheme, one.value) for one in record.identifiers if one.role == "self"}
